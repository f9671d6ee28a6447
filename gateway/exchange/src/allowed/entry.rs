//! The entries of allow-lists as authors write them, and what is told of them.

use std::fmt;

use policy::Day;
use sha2::{Digest, Sha256};

use super::SOON;

/// Longest term of an entry, in days from the one on which it was granted: each is looked at once a year.
pub const LONGEST_TERM: i32 = 366;

/// What an author says of values that are harmless.
pub struct AllowEntry {
    /// Unique; what records call it by. Small letters, digits and hyphens, at most 64.
    pub name: String,
    /// Why they are harmless.
    pub reason: String,
    /// Who answers for that.
    pub owner: String,
    /// From this day on.
    pub granted: Day,
    /// The last day, at most [`LONGEST_TERM`] after `granted`.
    pub until: Day,
    /// Detectors and families of detectors whose findings they are.
    pub detectors: Vec<String>,
    /// The values as they are written.
    pub values: Vec<String>,
    /// Or the SHA-256 of their normal forms ([`allowed_digest`]).
    pub sha256: Vec<[u8; 32]>,
}

/// What is wrong with an entry. Quotes no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllowFault {
    /// Which entry.
    pub entry: usize,
    /// Which of its keys, with the place in a list, such as `detectors[1]`.
    pub key: String,
    /// What is wrong and how to mend it.
    pub what: String,
}

/// An entry that has ended, or will soon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    /// The entry's name.
    pub name: String,
    /// Who answers for it.
    pub owner: String,
    /// Its last day.
    pub until: Day,
    /// It has ended: its values are found again.
    pub over: bool,
}

impl AllowEntry {
    /// Whether it has ended on a day, or ends within thirty.
    #[must_use]
    pub fn ending(&self, day: Day) -> Option<Ending> {
        (self.until.days_since(day) <= SOON).then(|| Ending {
            name: self.name.clone(),
            owner: self.owner.clone(),
            until: self.until,
            over: self.until < day,
        })
    }
}

/// The SHA-256 of a value's normal form, by which entries may name it. `None`: it has none ([`detect::normal_form`]).
#[must_use]
pub fn allowed_digest(value: &str) -> Option<[u8; 32]> {
    detect::normal_form(value).map(|form| Sha256::digest(form.as_bytes()).into())
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, owner, until, over } = self;
        if *over {
            write!(
                f,
                "allowed `{name}` ended on {until}, so its values are found again; ask {owner}, then grant it anew or take it out"
            )
        } else {
            write!(
                f,
                "allowed `{name}` ends on {until}; ask {owner} whether it is to be granted anew"
            )
        }
    }
}

impl fmt::Debug for AllowEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let values = self.values.len() + self.sha256.len();
        write!(f, "AllowEntry({}, {values} values, until {})", self.name, self.until)
    }
}
