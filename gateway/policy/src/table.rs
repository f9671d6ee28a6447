//! The compiled form: one bit a lane, one row a value, a few ANDs a decision.
//!
//! For each value of a fact there is a row of bits, one for each lane: "this lane accepts this value".
//! Facts with one value (destination, client, grade, direction) are ANDed. Facts that are sets (classes,
//! data subjects, places) are ANDed where all members must be accepted, and ORed within a *slot* where
//! any member suffices; the n-th such condition of a lane lives in the n-th slot.
//!
//! One table holds for one epoch: a stretch of days on which no date of the policy changes anything.

mod build;
mod conclude;
mod effects;
mod geography;
mod kinds;
mod rows;

use std::sync::Arc;

pub(crate) use effects::{Effects, class_row};
pub(crate) use geography::mentioned;
pub(crate) use rows::{Bits, ones};

use crate::lanes::{Beside, Layout};
use crate::{Candidate, Country, Direction, Grade, Situation, Subjects};
use rows::{Gate, Rows};

/// One condition of each lane that is satisfied by any of several values.
#[derive(Clone, Debug)]
struct Slot {
    /// Lanes without such a condition.
    free: Rows,
    /// By value: lanes that the value satisfies.
    any: Rows,
    /// Lanes that the unknown satisfies; only row 0.
    unknown: Rows,
}

/// The compiled lanes of one epoch.
#[derive(Debug)]
pub(crate) struct Table {
    layout: Layout,
    /// Words of a row: those of the layout, rounded up to whole blocks.
    words: usize,
    effects: Arc<Effects>,
    /// Rules that are only watched; empty if there are none.
    monitored: Vec<u64>,
    direction: Rows,
    client: Rows,
    grade: Rows,
    /// Goes to, attestations, and the declared places as far as all must be inside.
    destination: Rows,
    known: Vec<bool>,
    /// Lanes that do without certainty about the place, the subjects; row 0.
    unsure_place: Rows,
    unsure_subject: Rows,
    /// Lanes that do not ask for unknown subjects; and those that bear known ones beside them.
    no_unknown: Rows,
    unknown_among: Rows,
    /// Lanes that bear data at all.
    something: Rows,
    stays: Rows,
    about_all: Rows,
    classes: Vec<Slot>,
    about: Vec<Slot>,
    /// `any` is by country, `free` by destination: what the declared places satisfy already.
    leaves: Vec<Slot>,
    /// Row of a country in the rows by country; 0 is every country that the policy does not mention.
    country: Vec<u16>,
}

impl Table {
    /// The lanes whose every condition holds.
    pub(crate) fn raw_matches(&self, s: &Situation, c: &Candidate, out: &mut Bits) {
        let mut gate = Gate::default();
        gate.all(self.direction.row(direction_row(s.direction)));
        gate.all(self.client.row(s.client.index()));
        gate.all(self.grade.row(grade_row(c.grade)));
        gate.all(self.destination.row(c.destination.index()));
        if !s.classes.present().is_empty() {
            gate.all(self.something.row(0));
        }
        self.ask_classes(s, &mut gate);
        self.ask_subjects(&s.subjects, &mut gate);
        self.ask_places(c, &mut gate);
        gate.pass(self.words, out);
    }

    fn ask_places<'t>(&'t self, c: &Candidate, gate: &mut Gate<'t>) {
        let declared = self.known.get(c.destination.index()).copied().unwrap_or(false);
        let known = c.place_known && declared;
        if !known {
            gate.all(self.unsure_place.row(0));
        }
        for country in &c.found {
            gate.all(self.stays.row(self.country_row(*country)));
        }
        for slot in &self.leaves {
            gate.any(slot.free.row(c.destination.index()));
            for country in &c.found {
                gate.any(slot.any.row(self.country_row(*country)));
            }
            if !known {
                gate.any(slot.unknown.row(0));
            }
            gate.slot();
        }
    }

    fn ask_subjects<'t>(&'t self, subjects: &Subjects, gate: &mut Gate<'t>) {
        if !subjects.unknown {
            gate.all(self.no_unknown.row(0));
        } else if !subjects.countries.is_empty() {
            gate.all(self.unknown_among.row(0));
        }
        if subjects.unknown || subjects.countries.is_empty() {
            gate.all(self.unsure_subject.row(0));
        }
        for country in &subjects.countries {
            gate.all(self.about_all.row(self.country_row(*country)));
        }
        for slot in &self.about {
            gate.any(slot.free.row(0));
            for country in &subjects.countries {
                gate.any(slot.any.row(self.country_row(*country)));
            }
            if subjects.unknown {
                gate.any(slot.unknown.row(0));
            }
            gate.slot();
        }
    }

    fn ask_classes<'t>(&'t self, s: &Situation, gate: &mut Gate<'t>) {
        for slot in &self.classes {
            gate.any(slot.free.row(0));
            for (class, level) in s.classes.iter() {
                gate.any(slot.any.row(class_row(class, level)));
            }
            gate.slot();
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

    fn country_row(&self, country: Country) -> usize {
        self.country.get(country_number(country)).map_or(0, |row| usize::from(*row))
    }
}

pub(crate) fn direction_row(direction: Direction) -> usize {
    match direction {
        Direction::Request => 0,
        Direction::Answer => 1,
    }
}

pub(crate) fn grade_row(grade: Grade) -> usize {
    match grade {
        Grade::Refuted => 0,
        Grade::Unprovable => 1,
        Grade::Declared => 2,
        Grade::Consistent => 3,
        Grade::Proven => 4,
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
