//! What a table makes of a value: two values with the same kind are treated alike.

use super::axis::Values;
use super::rows::{Bits, Gate};
use super::{Bands, Single, Table, class_row};
use crate::lanes::Beside;
use crate::model::Bond;
use crate::{Candidate, ClassId, Content, Country, Level, Subjects};

impl Table {
    /// Of a value of a fact.
    pub(crate) fn single_kind(&self, of: Single, row: usize) -> Vec<u64> {
        self.singles[of.index()].row(row).to_vec()
    }

    /// Of kinds of content.
    pub(crate) fn content_kind(&self, content: &Content) -> Bits {
        let mut gate = Gate::default();
        let rows = content.kinds.iter().map(|kind| kind.index() as u16).collect();
        self.content.gate(&Values { rows, unknown: content.unknown }, &mut gate);
        self.passed(&gate)
    }

    /// The rows that there are of a fact.
    pub(crate) fn rows_of(&self, of: Single) -> usize {
        self.singles[of.index()].rows()
    }

    pub(crate) fn bands(&self) -> &Bands {
        &self.bands
    }

    /// Of a destination with what was found and whether its place is known.
    pub(crate) fn candidate_kind(&self, c: &Candidate) -> Bits {
        let mut gate = Gate::default();
        gate.all(self.singles[Single::Destination.index()].row(c.destination.index()));
        self.ask_places(c, &mut gate);
        self.passed(&gate)
    }

    /// Of a set of countries that the evidence names.
    pub(crate) fn found_kind(&self, set: &[Country]) -> Vec<u64> {
        let rows: Vec<u16> = set.iter().map(|country| self.country_row(*country)).collect();
        let processed = self.bonds[Bond::Processed.index()].kind(&rows);
        self.places.kind(&rows).into_iter().chain(processed).collect()
    }

    /// Of a set of countries of data subjects.
    pub(crate) fn subject_kind(&self, set: &[Country]) -> Vec<u64> {
        let rows: Vec<u16> = set.iter().map(|country| self.country_row(*country)).collect();
        self.subjects.kind(&rows)
    }

    /// Of data subjects as a whole.
    pub(crate) fn subjects_kind(&self, subjects: &Subjects) -> Bits {
        let mut gate = Gate::default();
        self.subjects.gate(&self.subjects_of(subjects), &mut gate);
        self.passed(&gate)
    }

    fn passed(&self, gate: &Gate<'_>) -> Bits {
        let mut bits = Bits::new();
        gate.pass(self.words, &mut bits);
        bits
    }

    /// Of a class at a level: the conditions that it satisfies or breaks, and what is done with it.
    pub(crate) fn class_kind(&self, class: ClassId, level: Level) -> (Vec<u64>, Vec<u64>) {
        (self.classes.kind(&[class_row(class, level) as u16]), self.effects.uses(class, level))
    }

    /// The exceptions that suspend a lane which would have matched; `bits` before suspension.
    pub(crate) fn suspensions(&self, bits: &Bits) -> Vec<usize> {
        let matched =
            |lane: usize| bits.get(lane / 64).is_some_and(|word| word >> (lane % 64) & 1 == 1);
        let suspending = self.layout.beside(self.behind(bits)).filter_map(|beside| match beside {
            Beside::Suspension { exception, obligation } => {
                let rule = self.effects.suspends.get(exception)?.index();
                let lane = if obligation { self.layout.obligation(rule) } else { rule };
                matched(lane).then_some(exception)
            }
            Beside::Guard { .. } => None,
        });
        suspending.collect()
    }
}
