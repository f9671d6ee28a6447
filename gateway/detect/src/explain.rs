//! Why a place was reported, and why what looks like a value elsewhere was not.
//!
//! For people: every pattern is tried at every byte, which a scan avoids. What is judged, and how, is the same.

use crate::detector::{Detector, percent};
use crate::engine::{Subject, Work};
use crate::finding::{DetectorId, Level, Span, Text};
use crate::fuel::{Fuel, Spent};
use crate::harmless::{Harmless, Spared, spare, without_rims};
use crate::resolve::{Hit, resolve};
use crate::weigh::Weighed;

/// What became of a match of a detector's pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is reported at this level.
    Stands(Level),
    /// It would be reported at this level, but another detector's reading of the same bytes is surer.
    GivesWay(Level, DetectorId),
    /// The named check fails.
    CheckFails,
    /// What stands directly beside it says that it is a part of something else (the detector's `guard`).
    Beside,
    /// The detector speaks only beside its words, and none is near.
    NoContext,
    /// A word of something else is nearer than any of its own.
    OtherContext,
    /// The caller knows the value to be harmless: the number of its entry.
    Harmless(u32),
}

/// A match of a detector's pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trial {
    /// Whose pattern.
    pub detector: DetectorId,
    /// Where, in bytes of the text.
    pub span: Span,
    /// What became of it.
    pub outcome: Outcome,
    /// The score in percent, if it would be reported.
    pub percent: Option<u8>,
    /// The nearest word of the rule file that counted, and its distance in bytes.
    pub word: Option<(String, usize)>,
    /// What is reported stands in the text in another form: encoded, spaced or disguised.
    pub disguised: bool,
}

impl Detector {
    /// What was tried in a text, in the order of places; of one detector only the longest match at a place.
    ///
    /// # Errors
    /// [`Spent`] when the fuel runs out; a byte costs as much as a scan of some hundred.
    pub fn explain(
        &self,
        text: &Text<'_>,
        known: Option<&dyn Harmless>,
        fuel: &mut Fuel,
    ) -> Result<Vec<Trial>, Spent> {
        let mut trials = Vec::new();
        let mut work = Work::default();
        let mut hits = Vec::new();
        let subject = Subject { label: text.label, ..Subject::bare(text.body) };
        self.engine.each_match(subject, &mut work, fuel, |rule, span, weighed, word| {
            let (outcome, percent) = match weighed {
                Weighed::Hit(hit) => {
                    hits.push(hit);
                    (Outcome::Stands(hit.level), Some(percent(&hit)))
                }
                Weighed::Check => (Outcome::CheckFails, None),
                Weighed::Beside => (Outcome::Beside, None),
                Weighed::Silent => (Outcome::NoContext, None),
                Weighed::Other => (Outcome::OtherContext, None),
            };
            let detector = DetectorId(rule);
            trials.push(Trial { detector, span, outcome, percent, word, disguised: false });
        })?;
        if let Some(known) = known {
            let (all, mut spared) = (hits.clone(), Vec::new());
            spare(known, (0, text.body), &mut hits, &mut spared, fuel)?;
            tell_harmless(&mut trials, text.body, (&all, &hits), &spared);
        }
        resolve(&mut hits, |_| {});
        give_way(&mut trials, &hits);
        self.add_disguised(text, known, &mut trials, fuel)?;
        trials.sort_by_key(|trial| (trial.span, trial.percent.is_none(), trial.detector));
        trials.dedup();
        Ok(trials)
    }

    fn add_disguised(
        &self,
        text: &Text<'_>,
        known: Option<&dyn Harmless>,
        trials: &mut Vec<Trial>,
        fuel: &mut Fuel,
    ) -> Result<(), Spent> {
        let mut scratch = crate::Scratch::default();
        let found = self.scan_but(&mut scratch, &[*text], known, fuel)?;
        for finding in found {
            let Some(piece) = finding.pieces().first() else { continue };
            let (detector, span) = (finding.detector(), piece.span);
            let outcome = Outcome::Stands(finding.level());
            if !trials
                .iter()
                .any(|t| t.detector == detector && t.span == span && t.outcome == outcome)
            {
                let percent = Some(finding.percent());
                let trial = Trial { detector, span, outcome, percent, word: None, disguised: true };
                trials.push(trial);
            }
        }
        Ok(())
    }
}

/// Turns what went with a harmless value into that.
fn tell_harmless(
    trials: &mut [Trial],
    text: &str,
    (all, left): (&[Hit], &[Hit]),
    spared: &[Spared],
) {
    for trial in trials.iter_mut().filter(|t| matches!(t.outcome, Outcome::Stands(_))) {
        let is = |hit: &&Hit| hit.detector == trial.detector.0 && hit.span == trial.span;
        let span = without_rims(text, trial.span);
        let within = |s: &&Spared| s.piece.span.start <= span.start && span.end <= s.piece.span.end;
        if all.iter().any(|hit| is(&hit)) && !left.iter().any(|hit| is(&hit)) {
            trial.outcome =
                spared.iter().find(within).map_or(trial.outcome, |s| Outcome::Harmless(s.entry));
        }
    }
}

/// Turns what does not stand into what gives way, and to whom.
fn give_way(trials: &mut [Trial], standing: &[Hit]) {
    for trial in trials {
        let Outcome::Stands(level) = trial.outcome else { continue };
        let stands = |hit: &&Hit| hit.detector == trial.detector.0 && hit.span == trial.span;
        if standing.iter().any(|hit| stands(&hit)) {
            continue;
        }
        let over = standing.iter().find(|hit| hit.span.overlaps(trial.span));
        if let Some(over) = over {
            trial.outcome = Outcome::GivesWay(level, DetectorId(over.detector));
        }
    }
}
