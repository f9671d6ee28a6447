//! Many patterns at one place: which are run, and what they find.

use std::ops::Range;

use super::{Subject, Work};
use crate::compile::Engine;
use crate::finding::Span;
use crate::fuel::{Fuel, Spent};
use crate::gate::{Asking, Gate, Open};
use crate::shapes::{Fit, Shapes};

/// Many patterns, and which of them are worth running.
struct Selection<'g> {
    shapes: &'g Shapes,
    open: &'g Open,
}

impl Engine {
    /// What begins at a place where so many digits stand.
    #[inline(never)]
    pub(super) fn shapes(
        &self,
        gate: &Gate,
        subject: Subject<'_>,
        (at, digits): (usize, usize),
        work: &mut Work,
        fuel: &mut Fuel,
    ) -> Result<(), Spent> {
        let text = subject.text.as_bytes();
        if gate.free.may_begin(text, at, digits) {
            let mut fit = std::mem::take(&mut work.fit);
            fuel.burn(gate.free.run(text, at, digits, &mut fit).steps)?;
            let selection = Selection { shapes: &gate.free, open: &gate.speaking };
            self.fitting(&selection, fit, subject, at, work, fuel)?;
        }
        match gate.asking.shapes.may_begin(text, at, digits) {
            true => self.asking(&gate.asking, subject, (at, digits), work, fuel),
            false => Ok(()),
        }
    }

    /// The same with what says nothing without a word.
    fn asking(
        &self,
        asking: &Asking,
        subject: Subject<'_>,
        (at, digits): (usize, usize),
        work: &mut Work,
        fuel: &mut Fuel,
    ) -> Result<(), Spent> {
        // Where places stand close together, the words are read first: then there mostly is none, and nothing to be run.
        let farthest = at + asking.shapes.longest();
        if work.around.goes_on(at) && !self.opened(asking, subject, at..farthest, work, fuel)? {
            return Ok(());
        }
        let mut fit = std::mem::take(&mut work.fit);
        let steps = asking.shapes.run(subject.text.as_bytes(), at, digits, &mut fit).steps;
        fuel.burn(steps)?;
        if fit.is_empty() || !self.opened(asking, subject, at..at + steps, work, fuel)? {
            work.fit = fit;
            return Ok(());
        }
        let open = std::mem::take(&mut work.open);
        let selection = Selection { shapes: &asking.shapes, open: &open };
        let done = self.fitting(&selection, fit, subject, at, work, fuel);
        work.open = open;
        done
    }

    /// Whether a word around a place is asked for; `work.open` says by what.
    fn opened(
        &self,
        asking: &Asking,
        subject: Subject<'_>,
        place: Range<usize>,
        work: &mut Work,
        fuel: &mut Fuel,
    ) -> Result<bool, Spent> {
        let end = subject.text.floor_char_boundary(place.end).max(place.start);
        self.read(subject, &(place.start..end), asking.reach, work, fuel)?;
        Ok(asking.open(&work.around, &mut work.open))
    }

    /// Tries what fits at a place.
    fn fitting(
        &self,
        selection: &Selection<'_>,
        fit: Fit,
        subject: Subject<'_>,
        at: usize,
        work: &mut Work,
        fuel: &mut Fuel,
    ) -> Result<(), Spent> {
        let mut groups = std::mem::take(&mut work.groups);
        for group in selection.shapes.fitting(&fit, &mut groups).common(&selection.open.groups) {
            self.group(selection, (&fit, group), subject, at, work, fuel)?;
        }
        (work.fit, work.groups) = (fit, groups);
        Ok(())
    }

    /// Tries those patterns of a group at a place that are open.
    fn group(
        &self,
        Selection { shapes, open }: &Selection<'_>,
        (fit, group): (&Fit, usize),
        subject: Subject<'_>,
        at: usize,
        work: &mut Work,
        fuel: &mut Fuel,
    ) -> Result<(), Spent> {
        let text = subject.text.as_bytes();
        let mut matches = std::mem::take(&mut work.matches);
        let steps = shapes.run_group(group, text, at, fit, &mut matches) + 1;
        let group = shapes.groups().get(group);
        let done = fuel.burn(steps).and_then(|()| {
            let Some(group) = group.filter(|_| !matches.is_empty()) else { return Ok(()) };
            for pattern in open.patterns.within(group.patterns.clone()) {
                let form = shapes.forms().get(pattern);
                let form = form.and_then(|form| self.forms.get(usize::from(*form)));
                let Some(form) = form else { continue };
                if let Some(tally) = work.tally.get_mut(usize::from(form.rule)) {
                    *tally += (steps / group.patterns.len()) as u64 + 1;
                }
                if let Some(end) = group.end(pattern, &matches).filter(|end| *end > at)
                    && form.starts.may_start(text, at)
                {
                    self.judge(subject, form.rule, Span { start: at, end }, work, fuel)?;
                }
            }
            Ok(())
        });
        work.matches = matches;
        done
    }
}
