//! What is found in texts: by detectors, then by holdings, in tables and again elsewhere.

use detect::{Fuel, Harmless, Level, Piece, Span, Spent, Text};
use policy::Day;

use super::holding::DOCUMENTS;
use super::{Finding, Found, Scratch, Search, repeats, tables};
use crate::allowed::OnDay;

impl Search {
    /// Finds what is in the texts but what is allowed on the day, also under the headings of tables, and further occurrences of what was
    /// found. Holdings have as much fuel each as the detectors have together. Allocates nothing on clean text without holdings in steady
    /// state.
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
}

/// What a detector found.
pub(super) fn detected(finding: &detect::Finding) -> Finding {
    let pieces = finding.pieces().to_vec();
    Finding::standing(finding.detector(), finding.level(), finding.score(), pieces)
}

/// What a detector found and gave way.
pub(super) fn overruled(finding: &detect::Finding) -> Finding {
    Finding { gave_way: true, ..detected(finding) }
}
