//! The compiled form: one bit a lane, one row a value, a few ANDs a decision.
//!
//! For each value of a fact there is a row of bits, one for each lane: "this lane accepts this value".
//! Facts with one value (destination, client, grade, direction) are ANDed. Facts that are sets (classes,
//! data subjects, places) are ANDed where all members must be accepted, and ORed within a *slot* where
//! any member suffices; the n-th such condition of a lane lives in the n-th slot.
//!
//! One table holds for one epoch: a stretch of days on which no date of the policy changes anything.

mod axis;
mod build;
mod conclude;
mod effects;
mod geography;
mod kinds;
mod rows;
mod single;
mod terms;

use std::sync::Arc;

pub(crate) use effects::Effects;
pub(crate) use geography::mentioned;
pub(crate) use rows::{Bits, ones};
pub(crate) use single::{Bands, GRADES, Single};
pub(crate) use terms::{LaneTerms, Terms};

use crate::lanes::{Beside, Layout};
use crate::model::Bond;
use crate::{Candidate, Country, Situation, Subjects};
use axis::{SetRows, Values};
pub(crate) use effects::class_row;
use rows::{Gate, Rows};

/// The compiled lanes of one epoch.
#[derive(Debug)]
pub(crate) struct Table {
    layout: Layout,
    /// Words of a row: those of the layout, rounded up to whole blocks.
    words: usize,
    effects: Arc<Effects>,
    /// Rules that are only watched; empty if there are none.
    monitored: Vec<u64>,
    /// Facts with one value, by [`Single`], a row a value.
    singles: [Rows; Single::COUNT],
    /// Which of them any lane asks for.
    asked: [bool; Single::COUNT],
    /// Where the bands of volumes and of times of day begin.
    bands: Bands,
    // Facts that are sets.
    classes: SetRows,
    content: SetRows,
    subjects: SetRows,
    places: SetRows,
    /// Places by [`Bond`].
    bonds: [SetRows; 6],
    /// Row of a country in the rows of places and subjects; 0 is every country that the policy does not mention.
    country: Vec<u16>,
    declared: Vec<Declared>,
}

/// The rows of the places that are declared for a destination.
#[derive(Debug)]
pub(crate) struct Declared {
    /// Of all bonds that stay and leave ask for.
    pub(crate) all: Vec<u16>,
    /// Whether law and place of processing are both declared.
    pub(crate) known: bool,
    /// By [`Bond`].
    pub(crate) bonds: [Vec<u16>; 6],
}

impl Table {
    /// The lanes whose every condition holds.
    pub(crate) fn raw_matches(&self, s: &Situation, c: &Candidate, out: &mut Bits) {
        let mut gate = Gate::default();
        let singles = self.singles.iter().zip(self.asked).zip(self.bands.rows(s, c));
        for ((rows, _), row) in singles.filter(|((_, asked), _)| *asked) {
            gate.all(rows.row(row));
        }
        let rows = s.classes.iter().map(|(class, level)| class_row(class, level) as u16);
        self.classes.gate(&Values { rows: rows.collect(), unknown: false }, &mut gate);
        self.subjects.gate(&self.subjects_of(&s.subjects), &mut gate);
        if self.content.is_asked() {
            let rows = s.content.kinds.iter().map(|kind| kind.index() as u16).collect();
            self.content.gate(&Values { rows, unknown: s.content.unknown }, &mut gate);
        }
        self.ask_places(c, &mut gate);
        gate.pass(self.words, out);
    }

    fn subjects_of(&self, subjects: &Subjects) -> Values {
        let rows = subjects.countries.iter().map(|country| self.country_row(*country));
        Values { rows: rows.collect(), unknown: subjects.unknown }
    }

    fn ask_places<'t>(&'t self, c: &Candidate, gate: &mut Gate<'t>) {
        let Some(declared) = self.declared.get(c.destination.index()) else { return };
        let found = || c.found.iter().map(|country| self.country_row(*country));
        if self.places.is_asked() {
            let rows = declared.all.iter().copied().chain(found()).collect();
            let unknown = !(c.place_known && declared.known);
            self.places.gate(&Values { rows, unknown }, gate);
        }
        for (bond, (asked, places)) in Bond::ALL.iter().zip(self.bonds.iter().zip(&declared.bonds))
        {
            if asked.is_asked() {
                let mut values =
                    Values { rows: places.iter().copied().collect(), unknown: places.is_empty() };
                if *bond == Bond::Processed {
                    values.rows.extend(found());
                    values.unknown |= !c.place_known;
                }
                asked.gate(&values, gate);
            }
        }
    }

    /// Removes lanes that a matching exception suspends.
    pub(crate) fn suspend(&self, bits: &mut Bits) {
        if self.effects.suspends.is_empty() {
            return;
        }
        let (rules, beside) = bits.split_at_mut(self.layout.rule_words * 2);
        for beside in self.layout.beside(beside) {
            let Beside::Suspension { exception, obligation } = beside else { continue };
            let Some(rule) = self.effects.suspends.get(exception).map(|rule| rule.index()) else {
                continue;
            };
            let lane = if obligation { self.layout.obligation(rule) } else { rule };
            if let Some(word) = rules.get_mut(lane / 64) {
                *word &= !(1 << (lane % 64));
            }
        }
    }

    pub(crate) fn country_row(&self, country: Country) -> u16 {
        self.country.get(country_number(country)).copied().unwrap_or(0)
    }
}

/// A country as a number below 676.
fn country_number(country: Country) -> usize {
    country
        .as_str()
        .bytes()
        .fold(0, |number, letter| number * 26 + usize::from(letter.saturating_sub(b'A')))
}

/// How many numbers countries have.
const COUNTRIES: usize = 26 * 26;
