//! Why each place of some texts is reported, or not: what the detectors tried there, and what became of it in the whole search.
//!
//! For people. What is told to stand is what [`Search::scan`] finds in the same texts, no more and no less: the trials of each text by
//! itself are set right by it, since tables, repeats and neighbouring texts have their say as well.

use std::collections::{BTreeMap, BTreeSet};

use detect::{DetectorId, Fuel, Level, Outcome, Piece, Spent, Text, Trial};
use policy::Day;

use crate::{Finding, Found, Scratch, Search};

/// What a detector, or the agency's own data, made of a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// Which text.
    pub text: u32,
    /// What was tried there, and what became of it.
    pub trial: Trial,
    /// What tells it, if it stands.
    pub by: By,
}

/// What tells that something is a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// Its own text, as it is written there.
    Text,
    /// Its own text, where it is written in another form, or decoded.
    Form,
    /// Other texts of the same file, which are its context or hold the rest of it.
    Neighbours,
    /// The heading of its column in a table.
    Heading,
    /// It repeats the value that stands there.
    Repeat(Piece),
    /// The agency's own data.
    Own,
}

impl Search {
    /// What was tried in texts, on a day, in the order of places.
    ///
    /// # Errors
    /// [`Spent`] when the fuel runs out; a byte costs as much as a scan of some hundred.
    pub fn explain(
        &self,
        scratch: &mut Scratch,
        texts: &[Text<'_>],
        day: Day,
        fuel: &mut Fuel,
    ) -> Result<Vec<Reading>, Spent> {
        let known = self.allowed().on(day);
        let mut told = Told { search: self, all: BTreeMap::new(), once: BTreeMap::new() };
        for (number, text) in (0u32..).zip(texts) {
            for trial in self.detector().explain(text, Some(&known), fuel)? {
                told.tried(number, trial);
            }
        }
        let once = self.scan_once(scratch, texts, &[], day, fuel)?;
        told.once = levels(&once.findings).collect();
        let found = self.scan(scratch, texts, day, fuel)?;
        told.set_right(&found);
        Ok(told.all.into_values().collect())
    }
}

/// A place, and who claims it.
type Claim = (Piece, DetectorId);

fn places(findings: &[Finding]) -> impl Iterator<Item = Claim> + '_ {
    findings.iter().flat_map(|f| f.pieces().iter().map(|piece| (*piece, f.detector())))
}

fn levels(findings: &[Finding]) -> impl Iterator<Item = (Claim, Level)> + '_ {
    let of = |f: &'_ Finding, piece: &Piece| ((*piece, f.detector()), f.level());
    findings.iter().flat_map(move |f| f.pieces().iter().map(move |piece| of(f, piece)))
}

struct Told<'s> {
    search: &'s Search,
    all: BTreeMap<Claim, Reading>,
    /// What is found without tables and repeats, and how surely.
    once: BTreeMap<Claim, Level>,
}

impl Told<'_> {
    /// Of two trials of one claim the first one counts: it is told at a level, if either is.
    fn tried(&mut self, text: u32, trial: Trial) {
        let claim = (Piece { text, span: trial.span }, trial.detector);
        let by = if trial.disguised { By::Form } else { By::Text };
        self.all.entry(claim).or_insert(Reading { text, trial, by });
    }

    fn set_right(&mut self, found: &Found) {
        let standing: BTreeSet<Claim> = places(&found.findings).collect();
        for finding in &found.findings {
            for piece in finding.pieces() {
                self.stands(finding, *piece);
            }
        }
        let over = Over::of(found);
        for finding in &found.overruled {
            for piece in finding.pieces() {
                let claim = (*piece, finding.detector());
                self.all.entry(claim).or_insert_with(|| reading(finding, *piece, By::Text));
            }
        }
        for (claim, reading) in &mut self.all {
            let level = match reading.trial.outcome {
                Outcome::Stands(level) | Outcome::GivesWay(level, _) => level,
                _ => continue,
            };
            if !standing.contains(claim) {
                reading.trial.outcome = over.outcome(*claim, level);
            }
        }
    }

    fn stands(&mut self, finding: &Finding, piece: Piece) {
        let claim = (piece, finding.detector());
        let by = self.by(finding, claim);
        let outcome = Outcome::Stands(finding.level());
        let known = self.all.entry(claim).or_insert_with(|| reading(finding, piece, by));
        if known.trial.outcome != outcome {
            *known = reading(finding, piece, by);
        }
    }

    /// What tells a finding that its own text does not tell, or not as surely.
    fn by(&self, finding: &Finding, claim: Claim) -> By {
        let own = usize::from(finding.detector().0) >= self.search.detector().infos().len();
        match finding.repeats() {
            Some(first) => By::Repeat(first),
            None if own => By::Own,
            None if self.once.get(&claim) == Some(&finding.level()) => By::Neighbours,
            None => By::Heading,
        }
    }
}

fn reading(finding: &Finding, piece: Piece, by: By) -> Reading {
    let trial = Trial {
        detector: finding.detector(),
        span: piece.span,
        outcome: Outcome::Stands(finding.level()),
        percent: Some((finding.score() * 100.0).round() as u8),
        word: None,
        disguised: false,
    };
    Reading { text: piece.text, trial, by }
}

/// What stands, or was let through, in each text.
struct Over<'f> {
    findings: BTreeMap<u32, Vec<(Piece, DetectorId)>>,
    found: &'f Found,
}

impl<'f> Over<'f> {
    fn of(found: &'f Found) -> Self {
        let mut findings = BTreeMap::<u32, Vec<_>>::new();
        for (piece, detector) in places(&found.findings) {
            findings.entry(piece.text).or_default().push((piece, detector));
        }
        Self { findings, found }
    }

    /// What became of a reading that does not stand.
    fn outcome(&self, (piece, detector): Claim, level: Level) -> Outcome {
        let mut allowed = self.found.allowed.iter().filter(|s| s.piece.text == piece.text);
        if let Some(by) = allowed.find(|spared| spared.piece.span.overlaps(piece.span)) {
            return Outcome::Harmless(by.entry);
        }
        let mut here = self.findings.get(&piece.text).into_iter().flatten();
        let over = here.find(|(other, _)| other.span.overlaps(piece.span));
        Outcome::GivesWay(level, over.map_or(detector, |(_, surer)| *surer))
    }
}

#[cfg(test)]
mod tests;
