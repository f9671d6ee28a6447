//! Allow-lists: values that an agency knows to be harmless, each for some detectors, until a day.
//!
//! An entry is compiled to digests of the normal forms of its values ([`detect::normal_form`]), so no value stays in memory. It holds
//! until the end of its last day; from then on the value is found again. Where a detector that it names finds the value, what other
//! detectors read within it goes with it, but credentials unless they are named. What never can be allowed: markings of
//! classification and private keys, whatever an entry names.

mod compile;
mod day;
mod entry;

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use policy::Day;

pub(crate) use self::day::OnDay;
pub use self::entry::{AllowEntry, AllowFault, Ending, LONGEST_TERM, allowed_digest};

/// Days before its end from which on an entry is warned of.
const SOON: i32 = 30;

/// Everything that is wrong with entries, against the detectors that they name.
#[must_use]
pub fn allow_faults(entries: Vec<AllowEntry>, infos: &[detect::Info]) -> Vec<AllowFault> {
    Allowed::compile(entries, infos, &[]).err().unwrap_or_default()
}

/// An entry without its values.
pub(crate) struct Entry {
    pub(crate) name: String,
    pub(crate) reason: String,
    pub(crate) owner: String,
    granted: Day,
    pub(crate) until: Day,
    /// By the numbers of detectors.
    names: Vec<bool>,
}

/// Compiled entries. Immutable; part of a [`crate::Search`].
#[derive(Default)]
pub(crate) struct Allowed {
    entries: Vec<Entry>,
    values: HashMap<[u8; 32], Vec<u32>>,
    /// Detectors that any entry names.
    names: Vec<bool>,
    /// Detectors whose findings within an allowed value go with it, named or not.
    along: Vec<bool>,
    digest: [u8; 32],
}

impl Allowed {
    /// An entry. Numbers of this list's entries always exist.
    pub(crate) fn entry(&self, number: u32) -> Option<&Entry> {
        self.entries.get(number as usize)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(crate) fn digest(&self) -> &[u8; 32] {
        &self.digest
    }

    /// The entries as they hold on a day.
    pub(crate) fn on(&self, day: Day) -> OnDay<'_> {
        OnDay { allowed: self, day }
    }

    /// The entries that have ended on a day, or end within thirty.
    pub(crate) fn ending(&self, day: Day) -> Vec<Ending> {
        let near = self.entries.iter().filter(|e| e.until.days_since(day) <= SOON);
        near.map(|entry| Ending {
            name: entry.name.clone(),
            owner: entry.owner.clone(),
            until: entry.until,
            over: entry.until < day,
        })
        .collect()
    }
}

/// How many values were let through by which entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct LetThrough(BTreeMap<u32, u64>);

impl LetThrough {
    pub(crate) fn count(&mut self, entry: u32) {
        *self.0.entry(entry).or_default() += 1;
    }

    /// By the names of the entries, as records tell it.
    pub(crate) fn told(&self, allowed: &Allowed) -> Vec<incident::Allowed> {
        let named = self.0.iter().filter_map(|(number, count)| {
            let entry = allowed.entry(*number)?;
            let until = entry.until.to_string();
            Some(incident::Allowed { entry: entry.name.clone(), until, count: *count })
        });
        named.collect()
    }
}

impl fmt::Debug for Allowed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Allowed({} entries)", self.entries.len())
    }
}

#[cfg(test)]
pub(crate) mod tests;
