//! What is looked for in texts: the detectors, and beside them an agency's own holdings, numbered as one.
//!
//! A holding is a detector to the policy: its id is `holdings.` and the name that the configuration gives, its family what it is
//! of. Detectors come first, so their numbers are the same with and without holdings.

use std::fmt;

use detect::{Detector, DetectorId, Fuel, Level, Piece, Span, Spent, Text};
use holdings::Holdings;

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

    /// Id and family of holdings of a kind (`dictionary`, `records`, `documents`), as a policy names them, without a file.
    #[must_use]
    pub fn entry(name: &str, kind: &str) -> Option<(String, String)> {
        described(kind).map(|(family, _)| (id_of(name), family.to_owned()))
    }
}

const DOCUMENTS: (&str, &str) = ("own-documents", "Passage of a registered document");

fn described(kind: &str) -> Option<(&'static str, &'static str)> {
    Some(match kind {
        "dictionary" => ("own-terms", "Term of the agency's own"),
        "records" => ("own-records", "Value beside others of the same record of the agency's own"),
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

/// One sensitive value: what found it, how sure, where. Holds no text.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    detector: DetectorId,
    level: Level,
    score: f32,
    pieces: Vec<Piece>,
    /// It may be longer than what is waited for in a stream.
    long: bool,
}

impl Finding {
    /// Which detector or holding found it.
    #[must_use]
    pub fn detector(&self) -> DetectorId {
        self.detector
    }

    /// How sure it is.
    #[must_use]
    pub fn level(&self) -> Level {
        self.level
    }

    /// A number in (0, 1] that orders findings.
    #[must_use]
    pub fn score(&self) -> f32 {
        self.score
    }

    /// Where it stands, in order; more than one piece when one value is split over texts.
    #[must_use]
    pub fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// Whether it may be cut in a stream: what stands before the cut is found, and what stands behind it is found again.
    pub(crate) fn may_be_cut(&self) -> bool {
        self.long
    }
}

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// Sorted by their first piece. Those of detectors do not overlap each other; those of holdings may overlap all.
    pub findings: Vec<Finding>,
    /// What gave way to a surer reading of the same bytes, for judging.
    pub overruled: Vec<(DetectorId, Level)>,
    /// Encoded text that was not read to its end. Nothing may be concluded about it.
    pub unread: Vec<Piece>,
}

impl Search {
    /// Detectors alone.
    #[must_use]
    pub fn new(detector: Detector) -> Self {
        Self { detector, own: Vec::new() }
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
        Ok(Self { detector, own })
    }

    /// The detectors.
    #[must_use]
    pub fn detector(&self) -> &Detector {
        &self.detector
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

    /// In hexadecimal: the digest of the detectors, and with holdings that of both.
    #[must_use]
    pub fn digest(&self) -> String {
        if self.own.is_empty() {
            return hex::encode(self.detector.digest());
        }
        let mut hasher = blake3::Hasher::new();
        hasher.update(&self.detector.digest());
        for own in &self.own {
            hasher.update(&(own.id.len() as u64).to_le_bytes()).update(own.id.as_bytes());
            hasher.update(&own.holdings.digest());
        }
        hex::encode(hasher.finalize().as_bytes())
    }

    /// Finds what is in the texts. Holdings have as much fuel each as the detectors have together. Allocates nothing on clean
    /// text without holdings in steady state.
    ///
    /// # Errors
    /// [`Spent`] if the fuel did not suffice: nothing may be concluded then.
    pub fn scan(
        &self,
        scratch: &mut Scratch,
        texts: &[Text<'_>],
        fuel: &mut Fuel,
    ) -> Result<Found, Spent> {
        self.scan_readings(scratch, texts, &[], fuel)
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
        fuel: &mut Fuel,
    ) -> Result<Found, Spent> {
        let budget = fuel.left();
        let found = self.detector.scan(&mut scratch.detector, texts, fuel)?;
        let mut all = Found {
            findings: found.findings.iter().map(detected).collect(),
            overruled: found.overruled.to_vec(),
            unread: found.unread.to_vec(),
        };
        if self.own.is_empty() {
            return Ok(all);
        }
        let is_again = |at: &usize| again.binary_search(at).is_ok();
        let (second, first): (Vec<usize>, Vec<usize>) = (0..texts.len()).partition(is_again);
        for numbers in [first, second].iter().filter(|numbers| !numbers.is_empty()) {
            self.scan_own(&mut scratch.own, texts, numbers, budget, &mut all.findings)?;
        }
        all.findings.sort_by_key(|finding| finding.pieces.first().copied());
        Ok(all)
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
        let first = self.detector.infos().len();
        for (nth, own) in self.own.iter().enumerate() {
            let mut fuel = holdings::Fuel::new(budget);
            let found = own.holdings.scan(scratch, &bodies, &mut fuel).map_err(|_| Spent)?;
            let detector = DetectorId((first + nth) as u16);
            let long = own.family == DOCUMENTS.0;
            for finding in found.findings() {
                let (level, score) = match finding.level {
                    holdings::Level::Likely => (Level::Likely, 0.7),
                    holdings::Level::Confirmed => (Level::Confirmed, 0.95),
                };
                // Values of one record stand apart: each is a value of its own, to be replaced by itself.
                for piece in found.pieces(finding) {
                    let text = numbers.get(piece.text as usize).map_or(0, |at| *at as u32);
                    let span = Span { start: piece.start, end: piece.end };
                    let pieces = vec![Piece { text, span }];
                    let known = |f: &Finding| f.detector == detector && f.pieces == pieces;
                    match findings.iter_mut().rev().take(RECENT).find(|f| known(f)) {
                        Some(same) if same.level >= level => {}
                        Some(same) => (same.level, same.score) = (level, score),
                        None => findings.push(Finding { detector, level, score, pieces, long }),
                    }
                }
            }
        }
        Ok(())
    }

    /// The byte, on a boundary of characters, up to which findings in a growing text cannot change whatever follows.
    #[must_use]
    pub fn settled(&self, scratch: &mut Scratch, text: &str) -> usize {
        let settled = self.detector.settled(text);
        let own = self.own.iter().map(|own| own.holdings.settled(&mut scratch.own, text));
        own.fold(settled, usize::min)
    }

    /// The bytes before what is not settled that must be scanned together with it.
    #[must_use]
    pub fn context(&self) -> usize {
        if self.own.is_empty() { detect::CONTEXT } else { detect::CONTEXT.max(holdings::CONTEXT) }
    }
}

/// Values of a record that several rules name are found again soon: so many findings are looked back.
const RECENT: usize = 64;

fn detected(finding: &detect::Finding) -> Finding {
    Finding {
        detector: finding.detector(),
        level: finding.level(),
        score: finding.score(),
        pieces: finding.pieces().to_vec(),
        long: false,
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

impl fmt::Debug for Holding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Holding({}, {:?})", self.id, self.holdings)
    }
}
