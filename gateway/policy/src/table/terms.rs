//! What one lane asks of each fact: the columns of the table, for proofs.

use super::rows::Rows;
use super::{Declared, Effects, Hanging, Single, Table};
use crate::facts::ClassSet;
use crate::lanes::Layout;
use crate::{Country, DestinationId};

/// What a lane asks of a fact that is a set; values are numbers of rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Terms {
    /// It does not hold when one of these is there, when something is not known, when no value is known.
    pub(crate) refuses: Vec<usize>,
    pub(crate) refuses_unknown: bool,
    pub(crate) refuses_none: bool,
    /// For each: one of these must be there, or something not known if the second is true.
    pub(crate) needs: Vec<(Vec<usize>, bool)>,
}

/// What a lane asks: of facts with one value the rows that it accepts, by [`Single`].
#[derive(Debug)]
pub(crate) struct LaneTerms {
    pub(crate) accepts: [Vec<usize>; Single::COUNT],
    pub(crate) classes: Terms,
    pub(crate) content: Terms,
    pub(crate) languages: Terms,
    pub(crate) people: Terms,
    pub(crate) counted: Terms,
    pub(crate) subjects: Terms,
    pub(crate) places: Terms,
    /// By [`crate::model::Bond`].
    pub(crate) bonds: [Terms; 6],
}

impl Table {
    pub(crate) fn terms(&self, lane: usize) -> LaneTerms {
        LaneTerms {
            accepts: std::array::from_fn(|of| self.singles[of].having(lane)),
            classes: self.classes.terms(lane),
            content: self.content.terms(lane),
            languages: self.languages.terms(lane),
            people: self.people.terms(lane),
            counted: self.counted.terms(lane),
            subjects: self.subjects.terms(lane),
            places: self.places.terms(lane),
            bonds: std::array::from_fn(|bond| self.bonds[bond].terms(lane)),
        }
    }

    pub(crate) fn layout(&self) -> &Layout {
        &self.layout
    }

    pub(crate) fn effects(&self) -> &Effects {
        &self.effects
    }

    /// How many bands each counter has.
    pub(crate) fn counters(&self) -> &[u16] {
        &self.counters
    }

    /// Whether a rule is only watched.
    pub(crate) fn watches(&self, rule: usize) -> bool {
        self.monitored.get(rule / 64).is_some_and(|word| word >> (rule % 64) & 1 == 1)
    }

    /// The first row of a country.
    pub(crate) fn first_row(&self, country: Country) -> u16 {
        self.country.get(country.number()).copied().unwrap_or(0)
    }

    /// The rows of a place of which this is the first.
    pub(crate) fn rows_from(&self, first: u16) -> Hanging {
        let known = self.hanging.iter().find(|hanging| hanging.row == first).cloned();
        known.unwrap_or(Hanging { row: first, ..Hanging::default() })
    }

    /// What takes members out of groups, by number of the question.
    pub(crate) fn except(&self) -> &[ClassSet] {
        &self.except
    }

    /// What is declared for a destination.
    pub(crate) fn declared(&self, of: DestinationId) -> Option<&Declared> {
        self.declared.get(of.index())
    }
}

impl Rows {
    /// The rows that have the lane.
    pub(super) fn having(&self, lane: usize) -> Vec<usize> {
        (0..self.rows()).filter(|row| self.has(*row, lane)).collect()
    }

    pub(super) fn has(&self, row: usize, lane: usize) -> bool {
        self.words(row).nth(lane / 64).is_some_and(|word| word >> (lane % 64) & 1 == 1)
    }
}
