//! What is looked for in texts: the detectors, and beside them an agency's own holdings, numbered as one.
//!
//! A holding is a detector to the policy: its id is `holdings.` and the name that the configuration gives, its family what it is
//! of. Detectors come first, so their numbers are the same with and without holdings.

mod contest;
mod found;
mod places;
mod repeats;
mod tables;

use std::fmt;

use detect::{Detector, DetectorId, Fuel, Harmless, Level, Piece, Span, Spent, Text};
use holdings::Holdings;
use policy::Day;

pub use self::found::{Finding, Found};
use crate::allowed::{AllowEntry, AllowFault, Allowed, Ending, OnDay};

/// An agency's own data under the name that the configuration gives it.
pub struct Holding {
    id: String,
    family: &'static str,
    title: &'static str,
    holdings: Holdings,
}

impl Holding {
    /// `name` is how policies call it, without `holdings.` before.
    #[must_use]
    pub fn new(name: &str, holdings: Holdings) -> Self {
        let (family, title) = described(holdings.facts().kind()).unwrap_or(DOCUMENTS);
        Self { id: id_of(name), family, title, holdings }
    }

    /// As policies and records name it.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The file that is searched for.
    #[must_use]
    pub fn holdings(&self) -> &Holdings {
        &self.holdings
    }

    /// Id and family of holdings of a kind (`dictionary`, `records`, `documents`), as a policy names them, without a file.
    #[must_use]
    pub fn entry(name: &str, kind: &str) -> Option<(String, String)> {
        described(kind).map(|(family, _)| (id_of(name), family.to_owned()))
    }
}

/// The family of values of an agency's own records.
const RECORDS: &str = "own-records";
const DOCUMENTS: (&str, &str) = ("own-documents", "Passage of a registered document");

fn described(kind: &str) -> Option<(&'static str, &'static str)> {
    Some(match kind {
        "dictionary" => ("own-terms", "Term of the agency's own"),
        "records" => (RECORDS, "Value beside others of the same record of the agency's own"),
        "documents" => DOCUMENTS,
        _ => return None,
    })
}

fn id_of(name: &str) -> String {
    format!("holdings.{name}")
}

/// Detectors and holdings. Immutable; swapped as a whole with the book that it is part of.
pub struct Search {
    detector: Detector,
    own: Vec<Holding>,
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
        Self { detector, own: Vec::new(), allowed: Allowed::default() }
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
        Ok(Self { detector, own, allowed: Allowed::default() })
    }

    /// Looks at the entries of allow-lists and, with `take`, puts them in the place of those that it had.
    ///
    /// # Errors
    /// Everything that is wrong with the entries.
    pub fn allow(&mut self, entries: Vec<AllowEntry>, take: bool) -> Result<(), Vec<AllowFault>> {
        let allowed = Allowed::compile(entries, self.detector.infos())?;
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

    /// Finds what is in the texts but what is allowed on the day, also under the headings of tables, and further occurrences of what was
    /// found. Holdings have as much fuel
    /// each as the detectors have together. Allocates nothing on clean text without holdings in steady state.
    ///
    /// # Errors
    /// [`Spent`] if the fuel did not suffice: nothing may be concluded then.
    pub fn scan(
        &self,
        scratch: &mut Scratch,
        texts: &[Text<'_>],
        day: Day,
        fuel: &mut Fuel,
    ) -> Result<Found, Spent> {
        self.scan_readings(scratch, texts, &[], day, fuel)
    }

    /// As [`Search::scan`]; the texts whose numbers are in `again`, ascending, are earlier ones in another reading, and no
    /// neighbours of the others.
    ///
    /// # Errors
    /// As [`Search::scan`].
    pub(crate) fn scan_readings(
        &self,
        scratch: &mut Scratch,
        texts: &[Text<'_>],
        again: &[usize],
        day: Day,
        fuel: &mut Fuel,
    ) -> Result<Found, Spent> {
        let mut found = self.scan_once(scratch, texts, again, day, fuel)?;
        let known = self.allowed.on(day);
        tables::add(self, scratch, texts, self.harmless(&known), &mut found, fuel)?;
        // Before repeats are looked for, or a reading that was let through would be found again elsewhere; and after, for theirs.
        known.let_through(&mut found);
        repeats::add(self, texts, &mut found, fuel)?;
        known.let_through(&mut found);
        found.forget_found();
        Ok(found)
    }

    /// As [`Search::scan_readings`], without tables and repeats: each value is judged where it stands.
    ///
    /// # Errors
    /// As [`Search::scan`].
    pub(crate) fn scan_once(
        &self,
        scratch: &mut Scratch,
        texts: &[Text<'_>],
        again: &[usize],
        day: Day,
        fuel: &mut Fuel,
    ) -> Result<Found, Spent> {
        let budget = fuel.left();
        let known = self.allowed.on(day);
        let known = self.harmless(&known);
        let found = self.detector.scan_but(&mut scratch.detector, texts, known, fuel)?;
        let mut all = Found {
            findings: found.findings.iter().map(detected).collect(),
            overruled: found.overruled.iter().map(overruled).collect(),
            unread: found.unread.to_vec(),
            allowed: found.spared.to_vec(),
        };
        if self.own.is_empty() {
            all.forget_found();
            return Ok(all);
        }
        let is_again = |at: &usize| again.binary_search(at).is_ok();
        let (second, first): (Vec<usize>, Vec<usize>) = (0..texts.len()).partition(is_again);
        for numbers in [first, second].iter().filter(|numbers| !numbers.is_empty()) {
            self.scan_own(&mut scratch.own, texts, numbers, budget, &mut all.findings)?;
        }
        all.findings.sort_by_key(|finding| finding.pieces.first().copied());
        all.forget_found();
        Ok(all)
    }

    fn harmless<'a>(&self, known: &'a OnDay<'_>) -> Option<&'a dyn Harmless> {
        (!self.allowed.is_empty()).then_some(known)
    }

    fn scan_own(
        &self,
        scratch: &mut holdings::Scratch,
        texts: &[Text<'_>],
        numbers: &[usize],
        budget: u64,
        findings: &mut Vec<Finding>,
    ) -> Result<(), Spent> {
        let bodies: Vec<&str> =
            numbers.iter().filter_map(|at| texts.get(*at)).map(|text| text.body).collect();
        for (detector, own) in self.own() {
            let mut fuel = holdings::Fuel::new(budget);
            let found = own.holdings.scan(scratch, &bodies, &mut fuel).map_err(|_| Spent)?;
            let long = own.family == DOCUMENTS.0;
            // Values of one record stand apart: each is a value of its own, to be replaced by itself.
            let values = found.findings().iter().flat_map(|finding| {
                let (level, score) = match finding.level {
                    holdings::Level::Likely => (Level::Likely, 0.7),
                    holdings::Level::Confirmed => (Level::Confirmed, 0.95),
                };
                found.pieces(finding).iter().map(move |piece| {
                    let text = numbers.get(piece.text as usize).map_or(0, |at| *at as u32);
                    let span = Span { start: piece.start, end: piece.end };
                    let pieces = vec![Piece { text, span }];
                    Finding { long, ..Finding::standing(detector, level, score, pieces) }
                })
            });
            let mut values: Vec<Finding> = values.collect();
            // Several rules may name a value: of its findings the surest stands.
            values.sort_by(|a, b| a.pieces.cmp(&b.pieces).then(b.level.cmp(&a.level)));
            values.dedup_by(|other, surest| other.pieces == surest.pieces);
            findings.append(&mut values);
        }
        Ok(())
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

fn detected(finding: &detect::Finding) -> Finding {
    let pieces = finding.pieces().to_vec();
    Finding::standing(finding.detector(), finding.level(), finding.score(), pieces)
}

fn overruled(finding: &detect::Finding) -> Finding {
    Finding { gave_way: true, ..detected(finding) }
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

impl fmt::Debug for Holding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Holding({}, {:?})", self.id, self.holdings)
    }
}
