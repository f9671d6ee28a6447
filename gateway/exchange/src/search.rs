//! What is looked for in texts: the detectors, and beside them an agency's own holdings, numbered as one.
//!
//! A holding is a detector to the policy: its id is `holdings.` and the name that the configuration gives, its family what it is
//! of. Detectors come first, so their numbers are the same with and without holdings.

mod contest;
mod found;
mod holding;
mod places;
mod repeats;
mod scan;
mod tables;

use std::fmt;

use detect::{Detector, DetectorId};
use policy::Day;

pub use self::found::{Finding, Found};
pub use self::holding::Holding;
use self::holding::RECORDS;
use self::scan::{detected, overruled};
use crate::allowed::{AllowEntry, AllowFault, Allowed, Ending};

/// Detectors and holdings. Immutable; swapped as a whole with the book that it is part of.
pub struct Search {
    detector: Detector,
    own: Vec<Holding>,
    /// Detectors and families that allow-lists do not reach.
    required: Vec<String>,
    allowed: Allowed,
}

/// Working memory of a search, owned by the caller and reused.
#[derive(Default)]
pub struct Scratch {
    detector: detect::Scratch,
    own: holdings::Scratch,
}

/// What is known of a kind of finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known<'s> {
    /// As policies and records name it.
    pub id: &'s str,
    /// What several of them share.
    pub family: &'s str,
    /// One line for people.
    pub title: &'s str,
    /// Whose identifier it is, if it is a country's.
    pub country: Option<&'s str>,
}

impl Search {
    /// Detectors alone.
    #[must_use]
    pub fn new(detector: Detector) -> Self {
        Self { detector, own: Vec::new(), required: Vec::new(), allowed: Allowed::default() }
    }

    /// Detectors with holdings beside them. What does not fit the numbers of the catalogue, 65,536 in all, is refused.
    ///
    /// # Errors
    /// That there are too many.
    pub fn with_holdings(detector: Detector, own: Vec<Holding>) -> Result<Self, String> {
        let most = usize::from(u16::MAX) - detector.infos().len();
        if own.len() > most {
            return Err(format!("there are {} holdings; there may be {most}", own.len()));
        }
        Ok(Self { own, ..Self::new(detector) })
    }

    /// From now on no entry of an allow-list reaches these detectors and families, because somebody else than the owner of the lists
    /// requires that they are looked for.
    pub fn require(&mut self, names: Vec<String>) {
        self.required = names;
    }

    /// Looks at the entries of allow-lists and, with `take`, puts them in the place of those that it had.
    ///
    /// # Errors
    /// Everything that is wrong with the entries.
    pub fn allow(&mut self, entries: Vec<AllowEntry>, take: bool) -> Result<(), Vec<AllowFault>> {
        let allowed = Allowed::compile(entries, self.detector.infos(), &self.required)?;
        if take {
            self.allowed = allowed;
        }
        Ok(())
    }

    /// The entries of allow-lists that have ended on a day, or end within thirty.
    #[must_use]
    pub fn ending(&self, day: Day) -> Vec<Ending> {
        self.allowed.ending(day)
    }

    /// What an allow-list says of a value that it let through: the entry's name, last day, reason and owner, in words.
    #[must_use]
    pub fn why_allowed(&self, entry: u32) -> String {
        self.allowed.entry(entry).map_or_else(String::new, |entry| {
            let (name, until, reason, owner) =
                (&entry.name, entry.until, &entry.reason, &entry.owner);
            format!("allowed by entry `{name}` until {until} ({reason}; {owner})")
        })
    }

    /// What an allow-list says of a value that one of its entries would let through on another day.
    #[must_use]
    pub fn out_of_force(&self, detector: DetectorId, value: &str, today: Day) -> Option<String> {
        self.allowed.on(today).out_of_force(detector, value)
    }

    /// How many entries of allow-lists it has, and their digest.
    #[must_use]
    pub fn allowances(&self) -> (usize, [u8; 32]) {
        (self.allowed.len(), *self.allowed.digest())
    }

    pub(crate) fn allowed(&self) -> &Allowed {
        &self.allowed
    }

    /// The detectors.
    #[must_use]
    pub fn detector(&self) -> &Detector {
        &self.detector
    }

    /// The agency's own data, each with the number of its findings.
    pub fn own(&self) -> impl Iterator<Item = (DetectorId, &Holding)> {
        let first = self.detector.infos().len();
        self.own.iter().enumerate().map(move |(nth, own)| (DetectorId((first + nth) as u16), own))
    }

    /// Id and family of everything that may be found, in the order of its numbers: what a policy may name.
    #[must_use]
    pub fn catalogue(&self) -> Vec<(String, String)> {
        let detectors = self.detector.infos().iter().map(|i| (i.id.clone(), i.family.clone()));
        detectors
            .chain(self.own.iter().map(|own| (own.id.clone(), own.family.to_owned())))
            .collect()
    }

    /// What is known of a kind of finding. Numbers of this search's findings always exist.
    #[must_use]
    pub fn known(&self, detector: DetectorId) -> Known<'_> {
        let number = usize::from(detector.0);
        match number.checked_sub(self.detector.infos().len()).and_then(|nth| self.own.get(nth)) {
            Some(own) => Known { id: &own.id, family: own.family, title: own.title, country: None },
            None => {
                let info = self.detector.info(detector);
                let country = info.country.as_deref();
                Known { id: &info.id, family: &info.family, title: &info.title, country }
            }
        }
    }

    /// In hexadecimal: the digest of the detectors, and with holdings or allow-lists that of all.
    #[must_use]
    pub fn digest(&self) -> String {
        if self.own.is_empty() && self.allowed.is_empty() {
            return hex::encode(self.detector.digest());
        }
        let mut hasher = blake3::Hasher::new();
        hasher.update(&self.detector.digest());
        for own in &self.own {
            hasher.update(&(own.id.len() as u64).to_le_bytes()).update(own.id.as_bytes());
            hasher.update(&own.holdings.digest());
        }
        if !self.allowed.is_empty() {
            hasher.update(self.allowed.digest());
        }
        hex::encode(hasher.finalize().as_bytes())
    }

    /// The byte, on a boundary of characters, up to which findings in a growing text cannot change whatever follows.
    #[must_use]
    pub fn settled(&self, scratch: &mut Scratch, text: &str) -> usize {
        let mut settled = self.detector.settled(text);
        if !self.allowed.is_empty() {
            // What stands behind a value decides whether it is allowed.
            settled =
                text.floor_char_boundary(settled.min(text.len().saturating_sub(detect::BESIDE)));
        }
        let own = self.own.iter().map(|own| own.holdings.settled(&mut scratch.own, text));
        own.fold(settled, usize::min)
    }

    /// The byte, on a boundary of characters, from which on what stands before `at`, which is settled, must be scanned together with
    /// what follows.
    #[must_use]
    pub fn context_from(&self, text: &str, at: usize) -> usize {
        let from = detect::context_from(text, at);
        if self.own.is_empty() {
            return from;
        }
        text.floor_char_boundary(from.min(at.saturating_sub(holdings::CONTEXT)))
    }
}

impl fmt::Debug for Search {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Search({} detectors, {} holdings)", self.detector.infos().len(), self.own.len())
    }
}

impl fmt::Debug for Scratch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Scratch(..)")
    }
}
