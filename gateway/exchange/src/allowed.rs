//! Allow-lists: values that an agency knows to be harmless, each for some detectors, until a day.
//!
//! An entry is compiled to digests of the normal forms of its values ([`detect::normal_form`]), so no value stays in memory. It holds
//! until the end of its last day; from then on the value is found again. Where a detector that it names finds the value, what other
//! detectors read within it goes with it, but credentials unless they are named. What never can be allowed: markings of
//! classification and private keys, whatever an entry names.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use detect::{DetectorId, Harmless, Info, Piece, Spared};
use policy::Day;
use sha2::{Digest, Sha256};

use crate::parsed::CREDENTIALS;
use crate::{Finding, Found};

/// Longest term of an entry, in days from the one on which it was granted: each is looked at once a year.
pub const LONGEST_TERM: i32 = 366;

/// Days before its end from which on an entry is warned of.
const SOON: i32 = 30;

/// Let-through values that are looked back at for one that holds a finding. They hardly ever overlap.
const BACK: usize = 8;

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

/// The SHA-256 of a value's normal form, by which entries may name it. `None`: it has none ([`detect::normal_form`]).
#[must_use]
pub fn allowed_digest(value: &str) -> Option<[u8; 32]> {
    detect::normal_form(value).map(|form| Sha256::digest(form.as_bytes()).into())
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
    /// Compiles entries against the detectors that they name.
    ///
    /// # Errors
    /// Everything that is wrong with any of them.
    pub(crate) fn compile(
        entries: Vec<AllowEntry>,
        infos: &[Info],
    ) -> Result<Self, Vec<AllowFault>> {
        let mut faults = Vec::new();
        let along = infos.iter().map(|info| !is_never(info) && info.family != CREDENTIALS);
        let names = vec![false; infos.len()];
        let mut made = Self { names, along: along.collect(), ..Self::default() };
        let mut hash = Sha256::new();
        for (at, entry) in entries.into_iter().enumerate() {
            let mut fault = |key: &str, what: String| {
                faults.push(AllowFault { entry: at, key: key.to_owned(), what })
            };
            made.check(&entry, &mut fault);
            let names = named(&entry.detectors, infos, &mut fault);
            for digest in digests(&entry, &mut fault) {
                hash.update(digest);
                made.values.entry(digest).or_default().push(at as u32);
            }
            for (any, this) in made.names.iter_mut().zip(&names) {
                *any |= this;
            }
            hash.update(format!("{}\n{}\n{}\n", entry.name, entry.granted, entry.until));
            hash.update(names.iter().map(|named| u8::from(*named)).collect::<Vec<u8>>());
            let AllowEntry { name, reason, owner, granted, until, .. } = entry;
            made.entries.push(Entry { name, reason, owner, granted, until, names });
        }
        made.digest = hash.finalize().into();
        if faults.is_empty() { Ok(made) } else { Err(faults) }
    }

    fn check(&self, entry: &AllowEntry, fault: &mut impl FnMut(&str, String)) {
        let letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if !(1..=64).contains(&entry.name.len()) || !entry.name.chars().all(letter) {
            fault("name", "expected 1 to 64 small letters, digits and hyphens".to_owned());
        } else if self.entries.iter().any(|other| other.name == entry.name) {
            fault("name", "is the name of another entry, too; name each once".to_owned());
        } else if allowed_digest(&entry.name)
            .is_some_and(|digest| digests(entry, &mut |_, _| ()).contains(&digest))
        {
            fault("name", "is the value, and records tell names; call it by what it is".to_owned());
        }
        for (key, text) in [("reason", &entry.reason), ("owner", &entry.owner)] {
            if text.trim().is_empty() || text.len() > 500 || text.chars().any(char::is_control) {
                fault(key, "expected one line of 1 to 500 bytes".to_owned());
            }
        }
        let term = entry.until.days_since(entry.granted);
        if term < 0 {
            fault("until", "lies before the day on which it was granted".to_owned());
        } else if term > LONGEST_TERM {
            let what = format!(
                "is {term} days after it was granted; at most {LONGEST_TERM} are allowed: look at it once a year"
            );
            fault("until", what);
        }
    }

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

/// The detectors that an entry names.
fn named(names: &[String], infos: &[Info], fault: &mut impl FnMut(&str, String)) -> Vec<bool> {
    let mut all = vec![false; infos.len()];
    if names.is_empty() {
        fault("detectors", "is empty; name detectors or families of them".to_owned());
    }
    for (at, name) in names.iter().enumerate() {
        let key = format!("detectors[{at}]");
        let is = |info: &Info| info.id == *name || info.family == *name;
        let (never, may): (Vec<usize>, Vec<usize>) = (0..infos.len())
            .filter(|n| infos.get(*n).is_some_and(is))
            .partition(|n| infos.get(*n).is_some_and(is_never));
        match (may.is_empty(), never.is_empty()) {
            (true, true) => {
                let known = infos.iter().flat_map(|info| [info.id.as_str(), info.family.as_str()]);
                let meant = policy::nearest(name, known)
                    .map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
                fault(&key, format!("there is no such detector or family{meant}"));
            }
            (true, false) => fault(
                &key,
                "markings of classification and private keys are never harmless; take it out"
                    .to_owned(),
            ),
            _ => may.into_iter().for_each(|n| all[n] = true),
        }
    }
    all
}

/// What no entry reaches, also where it names its family.
fn is_never(info: &Info) -> bool {
    info.never_harmless || info.family.starts_with("marking-")
}

/// The digests of an entry's values.
fn digests(entry: &AllowEntry, fault: &mut impl FnMut(&str, String)) -> Vec<[u8; 32]> {
    if entry.values.is_empty() && entry.sha256.is_empty() {
        fault(
            "values",
            "has no value; give `values`, or `sha256` as `seawall allow` prints it".to_owned(),
        );
    }
    let mut all = entry.sha256.clone();
    for (at, value) in entry.values.iter().enumerate() {
        match allowed_digest(value) {
            Some(digest) => all.push(digest),
            None => fault(
                &format!("values[{at}]"),
                format!(
                    "is empty, encoded too deep, or longer than {} bytes; give the value itself",
                    detect::HARMLESS_MAX
                ),
            ),
        }
    }
    all
}

/// The entries of one day.
pub(crate) struct OnDay<'a> {
    allowed: &'a Allowed,
    day: Day,
}

impl Harmless for OnDay<'_> {
    fn names(&self, detector: DetectorId) -> bool {
        self.allowed.names.get(usize::from(detector.0)).copied().unwrap_or(false)
    }

    fn entry(&self, detector: DetectorId, value: &str) -> Option<u32> {
        let digest: [u8; 32] = Sha256::digest(value.as_bytes()).into();
        let holds = |number: &&u32| {
            let entry = self.allowed.entry(**number);
            entry.is_some_and(|e| e.granted <= self.day && self.day <= e.until)
        };
        let entries = self.allowed.values.get(&digest)?.iter().filter(holds).copied();
        entries.into_iter().find(|number| self.is_named(*number, detector))
    }

    fn covers(&self, entry: u32, detector: DetectorId) -> bool {
        let along = self.allowed.along.get(usize::from(detector.0)).copied();
        along.unwrap_or(false) || self.is_named(entry, detector)
    }
}

impl OnDay<'_> {
    fn is_named(&self, entry: u32, detector: DetectorId) -> bool {
        let names = self.allowed.entry(entry).map(|entry| &entry.names);
        names.and_then(|names| names.get(usize::from(detector.0))).copied().unwrap_or(false)
    }

    /// Takes out what was found within a value that was let through, also what only another reading of the text found there.
    pub(crate) fn let_through(&self, found: &mut Found) {
        if found.allowed.is_empty() {
            return;
        }
        let mut places: Vec<Spared> = found.allowed.clone();
        places.sort_unstable_by_key(|spared| spared.piece);
        let is_in = |piece: &Piece, finding: &Finding| {
            let until = places.partition_point(|s| {
                (s.piece.text, s.piece.span.start) <= (piece.text, piece.span.start)
            });
            let near = places.get(..until).unwrap_or_default().iter().rev().take(BACK);
            near.into_iter().any(|s| {
                s.piece.text == piece.text
                    && piece.span.end <= s.piece.span.end
                    && self.covers(s.entry, finding.detector())
            })
        };
        let stays = |finding: &Finding| !finding.pieces().iter().all(|p| is_in(p, finding));
        found.findings.retain(stays);
        found.overruled.retain(stays);
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

impl fmt::Debug for Allowed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Allowed({} entries)", self.entries.len())
    }
}

#[cfg(test)]
pub(crate) mod tests;
