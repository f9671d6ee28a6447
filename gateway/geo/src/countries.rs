//! A set of countries in 88 bytes: one bit for each of the 26 × 26 codes.
//!
//! Invariant: a set bit belongs to a valid [`Country`], since countries are the only way in.

use std::fmt;

use serde::de::{Deserialize, Deserializer};
use serde::ser::{Serialize, Serializer};

use crate::assigned::ASSIGNED;
use crate::country::Country;

const WORDS: usize = (26 * 26usize).div_ceil(64);

/// A set of countries. All operations take constant time and allocate nothing; iteration is by code.
///
/// ```
/// use geo::{Countries, Country};
///
/// let nordic: Countries = ["DK", "FI", "IS", "NO", "SE"].into_iter().flat_map(Country::parse).collect();
/// let eu: Countries = ["DK", "FI", "SE"].into_iter().flat_map(Country::parse).collect();
/// assert!(eu.is_subset(&nordic));
/// assert_eq!(nordic.difference(&eu).to_string(), "IS NO");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Countries([u64; WORDS]);

impl Countries {
    /// No country.
    pub const EMPTY: Self = Self([0; WORDS]);

    /// Every officially assigned country.
    pub const fn assigned() -> Self {
        const ALL: Countries = {
            let (mut set, mut at) = (Countries::EMPTY, 0);
            while at < ASSIGNED.len() {
                let index = Country::known(ASSIGNED[at].0).index();
                set.0[index / 64] |= 1 << (index % 64);
                at += 1;
            }
            set
        };
        ALL
    }

    /// Adds a country; `false` if it was already in.
    pub fn insert(&mut self, country: Country) -> bool {
        let new = !self.contains(country);
        self.0[country.index() / 64] |= 1 << (country.index() % 64);
        new
    }

    /// Takes a country out; `false` if it was not in.
    pub fn remove(&mut self, country: Country) -> bool {
        let was = self.contains(country);
        self.0[country.index() / 64] &= !(1 << (country.index() % 64));
        was
    }

    /// Whether the country is in the set.
    pub const fn contains(&self, country: Country) -> bool {
        self.0[country.index() / 64] & (1 << (country.index() % 64)) != 0
    }

    /// How many countries are in the set.
    pub fn len(&self) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// Whether no country is in the set.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    /// The countries of either set.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        self.zip(other, |a, b| a | b)
    }

    /// The countries of both sets.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        self.zip(other, |a, b| a & b)
    }

    /// The countries of this set that are not in the other.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Self {
        self.zip(other, |a, b| a & !b)
    }

    /// Whether every country of this set is in the other. True for the empty set.
    pub fn is_subset(&self, other: &Self) -> bool {
        self.difference(other).is_empty()
    }

    /// Whether the sets share no country. True if one of them is empty.
    pub fn is_disjoint(&self, other: &Self) -> bool {
        self.intersection(other).is_empty()
    }

    /// The countries, ordered by code.
    pub fn iter(&self) -> impl Iterator<Item = Country> + '_ {
        (0..WORDS * 64).filter(|at| self.0[at / 64] & (1 << (at % 64)) != 0).filter_map(Country::at)
    }

    fn zip(&self, other: &Self, op: impl Fn(u64, u64) -> u64) -> Self {
        let mut set = Self::EMPTY;
        for ((out, a), b) in set.0.iter_mut().zip(self.0).zip(other.0) {
            *out = op(a, b);
        }
        set
    }
}

impl FromIterator<Country> for Countries {
    fn from_iter<I: IntoIterator<Item = Country>>(countries: I) -> Self {
        let mut set = Self::EMPTY;
        set.extend(countries);
        set
    }
}

impl Extend<Country> for Countries {
    fn extend<I: IntoIterator<Item = Country>>(&mut self, countries: I) {
        for country in countries {
            self.insert(country);
        }
    }
}

impl fmt::Display for Countries {
    /// The codes, separated by spaces.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, country) in self.iter().enumerate() {
            let gap = if n == 0 { "" } else { " " };
            write!(f, "{gap}{country}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Countries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

impl Serialize for Countries {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for Countries {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::<Country>::deserialize(deserializer).map(Self::from_iter)
    }
}

#[cfg(test)]
mod tests;
