//! A closer look at the places that the pass found: where a value that begins there ends, and what is to be weighed.
//!
//! Everything here is a pure function of the text, the rules and the label. A value that fails its check does not consume the
//! text, so a true value inside a longer false one is still found.

mod fitting;

use crate::automaton::State;
use crate::bits::Bits;
use crate::compile::Engine;
use crate::finding::Span;
use crate::fuel::{Fuel, MAX_FINDINGS, Spent};
use crate::gate::Open;
use crate::guard::number_before;
use crate::neighbours::Neighbours;
use crate::pass::{Begin, eight, pass};
use crate::resolve::Hit;
use crate::shapes::Fit;
use crate::surroundings::Surroundings;
use crate::weigh::{Known, Weighed};

/// Working memory of one text.
#[derive(Default)]
pub(crate) struct Work {
    pub(crate) hits: Vec<Hit>,
    fit: Fit,
    /// The groups that fit at the place that is looked at, if its ends are several.
    groups: Bits,
    open: Open,
    pub(crate) known: Known,
    /// What matches at the place that is looked at, and where it ends.
    matches: Vec<(u16, usize)>,
    /// Steps of each detector's patterns, when they are to be counted; else empty.
    pub(crate) tally: Vec<u64>,
    pub(crate) around: Surroundings,
    /// Whether the label of this text has been read.
    pub(crate) labelled: bool,
}

impl Work {
    /// Forgets the text before.
    fn begin(&mut self) {
        self.labelled = false;
        self.around.reset();
        self.known.reset();
    }
}

/// A text under inspection.
#[derive(Clone, Copy)]
pub(crate) struct Subject<'t> {
    pub(crate) label: &'t str,
    pub(crate) text: &'t str,
    pub(crate) neighbours: Neighbours<'t>,
}

impl<'t> Subject<'t> {
    /// A text without label and neighbours.
    pub(crate) fn bare(text: &'t str) -> Subject<'t> {
        Subject { label: "", text, neighbours: Neighbours::none() }
    }
}

impl Engine {
    /// Collects the hits of one text into `work.hits`, unresolved.
    pub(crate) fn hits(
        &self,
        subject: Subject<'_>,
        work: &mut Work,
        fuel: &mut Fuel,
    ) -> Result<(), Spent> {
        work.hits.clear();
        work.begin();
        let text = subject.text.as_bytes();
        fuel.burn(text.len())?;
        pass(&self.keys, &self.first_runs, text, |begin, at| {
            self.look(subject, begin, at, work, fuel)
        })?;
        for (form, first) in &self.slow {
            for (at, byte) in text.iter().enumerate() {
                if first.get(usize::from(*byte)).copied().unwrap_or(false) {
                    self.attempt(subject, (*form, None), at, work, fuel)?;
                }
            }
        }
        Ok(())
    }

    #[inline]
    fn look(
        &self,
        subject: Subject<'_>,
        begin: Begin,
        at: usize,
        work: &mut Work,
        fuel: &mut Fuel,
    ) -> Result<(), Spent> {
        match begin {
            Begin::Word => {
                let text = subject.text.as_bytes();
                let bytes = eight(text, at);
                match self.keys.may_hold_both(bytes) {
                    true => self.word(bytes, subject, at, work, fuel),
                    false => Ok(()),
                }
            }
            Begin::Digits(digits) => self.number(subject, (at, digits), work, fuel),
            Begin::Sign => self.shapes(&self.sign, subject, (at, 0), work, fuel),
            Begin::Letters => self.shapes(&self.letters, subject, (at, 0), work, fuel),
            Begin::Hex => self.shapes(&self.hex, subject, (at, 0), work, fuel),
            Begin::At => self.user_part(subject, at, work, fuel),
        }
    }

    #[inline(never)]
    fn word(
        &self,
        bytes: u64,
        subject: Subject<'_>,
        at: usize,
        work: &mut Work,
        fuel: &mut Fuel,
    ) -> Result<(), Spent> {
        for entry in self.keys.get(subject.text.as_bytes(), at, bytes) {
            if let Some(at) = at.checked_sub(usize::from(entry.back)) {
                self.attempt(subject, (entry.form, entry.resume()), at, work, fuel)?;
            }
        }
        Ok(())
    }

    #[inline(never)]
    fn number(
        &self,
        subject: Subject<'_>,
        (at, digits): (usize, usize),
        work: &mut Work,
        fuel: &mut Fuel,
    ) -> Result<(), Spent> {
        if number_before(subject.text.as_bytes(), at) {
            self.shapes(&self.numbers, subject, (at, digits), work, fuel)?;
        }
        self.shapes(&self.digits, subject, (at, digits), work, fuel)
    }

    #[inline(never)]
    fn user_part(
        &self,
        subject: Subject<'_>,
        at: usize,
        work: &mut Work,
        fuel: &mut Fuel,
    ) -> Result<(), Spent> {
        let text = subject.text.as_bytes();
        for mailbox in &self.at {
            let Some(form) = self.forms.get(usize::from(mailbox.form)) else { continue };
            let run = form.matcher.resume((mailbox.state, 0), text, at + 1, form.goes_on);
            fuel.burn(run.steps + 1)?;
            if let Some(steps) = work.tally.get_mut(usize::from(form.rule)) {
                *steps += run.steps as u64 + 1;
            }
            let Some(end) = run.end else { continue };
            // Not only the earliest, which is the longest: another value may take its place from it.
            for start in mailbox.begins(text, at) {
                if form.starts.may_start(text, start) {
                    self.judge(subject, form.rule, Span { start, end }, work, fuel)?;
                }
            }
        }
        Ok(())
    }

    /// Tries one form at one place, from the state on that its first bytes lead to if that is known; whether it left a hit.
    #[inline(never)]
    fn attempt(
        &self,
        subject: Subject<'_>,
        (form, resume): (u16, Option<(State, usize)>),
        at: usize,
        work: &mut Work,
        fuel: &mut Fuel,
    ) -> Result<bool, Spent> {
        let Some(form) = self.forms.get(usize::from(form)) else { return Ok(false) };
        let text = subject.text.as_bytes();
        if !form.starts.may_start(text, at) {
            return Ok(false);
        }
        let from = resume.unwrap_or((form.matcher.first(), 0));
        let run = form.matcher.resume(from, text, at, form.goes_on);
        fuel.burn(run.steps + 1)?;
        if let Some(steps) = work.tally.get_mut(usize::from(form.rule)) {
            *steps += run.steps as u64 + 1;
        }
        match run.end {
            Some(end) if end > at => {
                self.judge(subject, form.rule, Span { start: at, end }, work, fuel)
            }
            _ => Ok(false),
        }
    }

    /// Takes a match up as a hit if it is one.
    fn judge(
        &self,
        subject: Subject<'_>,
        rule: u16,
        span: Span,
        work: &mut Work,
        fuel: &mut Fuel,
    ) -> Result<bool, Spent> {
        let Weighed::Hit(hit) = self.weigh(subject, rule, span, work, fuel)?.1 else {
            return Ok(false);
        };
        // Before overlaps are resolved a place may have several readings.
        if work.hits.len() >= 4 * MAX_FINDINGS {
            return Err(Spent);
        }
        work.hits.push(hit);
        Ok(true)
    }

    /// Calls `tell` for every match of every pattern anywhere, with the word that was nearest: for explanations, not for scans.
    pub(crate) fn each_match(
        &self,
        subject: Subject<'_>,
        work: &mut Work,
        fuel: &mut Fuel,
        mut tell: impl FnMut(u16, Span, Weighed, Option<(String, usize)>),
    ) -> Result<(), Spent> {
        work.begin();
        let text = subject.text.as_bytes();
        for (start, byte) in text.iter().enumerate() {
            for form in self.by_first.get(usize::from(*byte)).into_iter().flatten() {
                let Some((form, rule)) = self.form(*form) else { continue };
                if !form.starts.may_start(text, start) {
                    continue;
                }
                let run = form.matcher.run(text, start, form.goes_on);
                fuel.burn(run.steps + 1)?;
                let Some(end) = run.end.filter(|end| *end > start) else { continue };
                let span = Span { start, end };
                let (span, weighed) = self.weigh(subject, form.rule, span, work, fuel)?;
                let counted = !matches!(weighed, Weighed::Check | Weighed::Beside);
                let nearest = work.around.nearest([&rule.positive, &rule.negative], rule.window);
                let nearest = nearest.filter(|_| counted);
                let word = nearest.and_then(|(word, far)| Some((self.vocabulary.word(word)?, far)));
                tell(form.rule, span, weighed, word);
            }
        }
        Ok(())
    }

    /// The judgement alone, for the oracle.
    #[cfg(test)]
    pub(crate) fn judge_for_tests(
        &self,
        subject: Subject<'_>,
        rule: u16,
        start: usize,
        end: usize,
        work: &mut Work,
        fuel: &mut Fuel,
    ) {
        work.begin();
        let _ = self.judge(subject, rule, Span { start, end }, work, fuel);
    }
}
