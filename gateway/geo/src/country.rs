//! One country: an ISO 3166-1 alpha-2 code that is known to be valid.
//!
//! Invariant: a [`Country`] holds either an officially assigned code or a user-assigned one that somebody declared.
//! ISO leaves AA, QM to QZ, XA to XZ and ZZ to its users (ISO 3166-1:2020, 5.2), so such a code means nothing until a
//! policy says what: `XK` is Kosovo to the European Commission and nothing at all to ISO.

use std::fmt;
use std::str::FromStr;

use serde::de::{Deserialize, Deserializer, Error as _};
use serde::ser::{Serialize, Serializer};

use crate::assigned::ASSIGNED;

/// A country or territory by its ISO 3166-1 alpha-2 code, upper case.
///
/// Ordered by code. Written to JSON as its code; read from JSON it may also be a user-assigned code, because a recorded
/// situation was valid under the policy of its day.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Country([u8; 2]);

/// Why a text is not the code of a country. Holds none of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NotACountry {
    /// Not two upper-case ASCII letters.
    Shape,
    /// Two letters that ISO 3166-1 assigns to nothing, `EU` included: that is a group, not a country.
    Unassigned,
    /// Left to users by ISO 3166-1 and not declared.
    Undeclared,
    /// Reserved by ISO 3166-1 for a country that has an assigned code, which is given here (`UK` is `GB`).
    Reserved(Country),
}

impl Country {
    /// Reads an officially assigned code.
    ///
    /// ```
    /// use geo::{Country, NotACountry};
    ///
    /// assert_eq!(Country::parse("DE").map(|c| c.name()), Ok(Some("Germany")));
    /// assert_eq!(Country::parse("de"), Err(NotACountry::Shape));
    /// assert_eq!(Country::parse("EU"), Err(NotACountry::Unassigned));
    /// ```
    ///
    /// # Errors
    /// Says why the text is no country; codes in lower case are refused, so that policies have one spelling.
    pub fn parse(code: &str) -> Result<Self, NotACountry> {
        let letters = letters(code)?;
        let country = Self(letters);
        if country.name().is_some() {
            return Ok(country);
        }
        if is_user_assigned(letters) {
            return Err(NotACountry::Undeclared);
        }
        match &letters {
            b"UK" => Err(NotACountry::Reserved(Self(*b"GB"))),
            // Greece in the law and statistics of the European Union.
            b"EL" => Err(NotACountry::Reserved(Self(*b"GR"))),
            _ => Err(NotACountry::Unassigned),
        }
    }

    /// Declares a user-assigned code: AA, QM to QZ, XA to XZ, ZZ.
    ///
    /// ```
    /// use geo::Country;
    ///
    /// assert!(Country::parse("XK").is_err());
    /// assert_eq!(Country::declare("XK").map(|c| c.is_user_assigned()), Ok(true));
    /// ```
    ///
    /// # Errors
    /// [`NotACountry::Shape`], or [`NotACountry::Unassigned`] for a code that ISO has not left to its users.
    pub fn declare(code: &str) -> Result<Self, NotACountry> {
        let letters = letters(code)?;
        if is_user_assigned(letters) { Ok(Self(letters)) } else { Err(NotACountry::Unassigned) }
    }

    /// Whether ISO leaves this code to its users.
    pub fn is_user_assigned(&self) -> bool {
        is_user_assigned(self.0)
    }

    /// The place of the code among AA to ZZ, below [`Country::NUMBERS`].
    ///
    /// ```
    /// assert_eq!(geo::Country::parse("AD").map(|country| country.number()), Ok(3));
    /// ```
    #[inline]
    pub fn number(self) -> usize {
        let [first, second] = self.0.map(|letter| usize::from(letter.saturating_sub(b'A')));
        first * 26 + second
    }

    /// How many numbers there are.
    pub const NUMBERS: usize = 26 * 26;

    /// The two upper-case letters.
    pub fn as_str(&self) -> &str {
        // INVARIANT: both bytes are ASCII, so the fallback is never taken.
        str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The English short name; `None` for a user-assigned code, whose meaning only its user knows.
    pub fn name(&self) -> Option<&'static str> {
        let at = ASSIGNED.binary_search_by(|(code, _)| (*code).cmp(&self.0)).ok()?;
        ASSIGNED.get(at).map(|(_, name)| *name)
    }

    /// Every officially assigned country, ordered by code.
    pub fn all() -> impl Iterator<Item = Self> {
        ASSIGNED.iter().map(|(code, _)| Self(**code))
    }
}

fn letters(code: &str) -> Result<[u8; 2], NotACountry> {
    match code.as_bytes() {
        [a @ b'A'..=b'Z', b @ b'A'..=b'Z'] => Ok([*a, *b]),
        _ => Err(NotACountry::Shape),
    }
}

const fn is_user_assigned(letters: [u8; 2]) -> bool {
    matches!(&letters, b"AA" | b"ZZ" | [b'Q', b'M'..=b'Z'] | [b'X', b'A'..=b'Z'])
}

impl FromStr for Country {
    type Err = NotACountry;

    fn from_str(code: &str) -> Result<Self, NotACountry> {
        Self::parse(code)
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for NotACountry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shape => f.write_str("a country is written as two upper-case letters, such as `DE`"),
            Self::Unassigned => f.write_str("no country has this code in ISO 3166-1; a group of countries has a name of its own"),
            Self::Undeclared => f.write_str("ISO 3166-1 leaves this code to its users; declare what it means before using it"),
            Self::Reserved(country) => write!(f, "this code is only reserved in ISO 3166-1; write `{country}`"),
        }
    }
}

impl std::error::Error for NotACountry {}

impl Serialize for Country {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Country {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&code)
            .or_else(|error| Self::declare(&code).map_err(|_| error))
            .map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests;
