//! What a table makes of a value: two values with the same kind are treated alike.

use super::{Bits, Table, ones};
use crate::facts::{LEVELS, rank};
use crate::lanes::Office;
use crate::{Candidate, ClassId, Country, InvariantId, Level, Subjects};

impl Table {
    pub(crate) fn direction_kind(&self, row: usize) -> Vec<u64> {
        self.direction.row(row).to_vec()
    }

    pub(crate) fn client_kind(&self, row: usize) -> Vec<u64> {
        self.client.row(row).to_vec()
    }

    pub(crate) fn grade_kind(&self, row: usize) -> Vec<u64> {
        self.grade.row(row).to_vec()
    }

    /// Of a destination with what was found and whether its place is known.
    pub(crate) fn candidate_kind(&self, c: &Candidate) -> Vec<u64> {
        let known =
            c.place_known && self.known.get(c.destination.index()).copied().unwrap_or(false);
        let row = self.destination.row(c.destination.index());
        let words = row.iter().enumerate();
        words.map(|(word, lanes)| lanes & self.place_word(c, known, word)).collect()
    }

    /// Of a set of countries that the evidence names: which lanes still hold, and which any of them satisfies.
    pub(crate) fn found_kind(&self, set: &[Country]) -> Vec<u64> {
        let stays = self.fold(&self.stays, set, u64::MAX, |all, word| all & word);
        let leaves = self
            .leaves
            .iter()
            .flat_map(|slot| self.fold(&slot.any, set, 0, |any, word| any | word));
        stays.into_iter().chain(leaves).collect()
    }

    /// Of a set of countries of data subjects.
    pub(crate) fn subject_kind(&self, set: &[Country]) -> Vec<u64> {
        let all = self.fold(&self.about_all, set, u64::MAX, |all, word| all & word);
        let any =
            self.about.iter().flat_map(|slot| self.fold(&slot.any, set, 0, |any, word| any | word));
        std::iter::once(u64::from(set.is_empty())).chain(all).chain(any).collect()
    }

    /// Of data subjects as a whole.
    pub(crate) fn subjects_kind(&self, subjects: &Subjects) -> Vec<u64> {
        (0..self.words).map(|word| self.subject_word(subjects, word)).collect()
    }

    /// Of a class at a level; the row is class × 3 + level.
    pub(crate) fn class_kind(&self, row: usize) -> Vec<u64> {
        self.classes.iter().flat_map(|slot| slot.any.row(row).to_vec()).collect()
    }

    /// The lanes that license or guard a class at a level.
    pub(crate) fn licences(&self, class: ClassId, level: Level) -> Vec<(usize, u8)> {
        let mut found = Vec::new();
        let reached = |named: &[crate::facts::ClassSet; 3]| {
            LEVELS
                .iter()
                .zip(named)
                .any(|(at, set)| rank(*at) <= rank(level) && set.contains(class))
        };
        let mut guard = 0;
        for (lane, office) in self.offices.iter().enumerate() {
            match office {
                Office::Licence { named, redacted, .. }
                    if reached(named) || redacted.contains(class) =>
                {
                    found.push((lane, 1));
                }
                Office::Guard { .. } => {
                    if self.guarded.get(guard).is_some_and(reached) {
                        found.push((lane, 2));
                    }
                    guard += 1;
                }
                _ => {}
            }
        }
        found
    }

    /// The invariants that have something to say.
    pub(crate) fn guards(&self, bits: &Bits) -> impl Iterator<Item = InvariantId> {
        ones(bits).filter_map(|lane| match self.offices.get(lane) {
            Some(Office::Guard { invariant }) => Some(*invariant),
            _ => None,
        })
    }

    /// The exceptions that suspend a lane which would have matched; `bits` before suspension.
    pub(crate) fn suspensions(&self, bits: &Bits) -> impl Iterator<Item = usize> {
        let matched =
            |lane: usize| bits.get(lane / 64).is_some_and(|word| word >> (lane % 64) & 1 == 1);
        ones(bits).filter_map(move |lane| match self.offices.get(lane) {
            Some(Office::Suspension { lane, exception }) if matched(*lane) => Some(*exception),
            _ => None,
        })
    }

    fn fold(
        &self,
        rows: &super::Rows,
        set: &[Country],
        start: u64,
        join: fn(u64, u64) -> u64,
    ) -> Vec<u64> {
        let of_word = |word| {
            set.iter()
                .fold(start, |all, country| join(all, rows.word(self.country_row(*country), word)))
        };
        (0..self.words).map(of_word).collect()
    }
}
