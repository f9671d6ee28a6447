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
mod gate;
mod geography;
mod kinds;
mod places;
mod rows;
mod single;
mod terms;

use std::sync::Arc;

use smallvec::SmallVec;

pub(crate) use effects::Effects;
pub(crate) use geography::{Answers, FOUND, Hanging};
pub(crate) use places::Declared;
pub(crate) use rows::ones;
pub(crate) use single::{Bands, GRADES, Single};
pub(crate) use terms::{LaneTerms, Terms};

use crate::facts::ClassSet;
use crate::lanes::{Beside, Layout};
use crate::{Candidate, Content, Counted, Country, Languages, People, Situation, Subjects};
use axis::SetRows;
pub(crate) use effects::class_row;
use gate::Gate;
use rows::{Bits, Rows};

/// Rows of the values that are there.
type Numbers = SmallVec<[u16; 12]>;

/// The compiled lanes of one epoch.
#[derive(Debug)]
pub(crate) struct Table {
    layout: Layout,
    /// Words of a row: those of the layout, rounded up to whole blocks.
    words: usize,
    effects: Arc<Effects>,
    /// Rules that are only watched; empty if there are none.
    monitored: Vec<u64>,
    /// Whether the whole policy is only watched.
    observed: bool,
    /// Facts with one value, by [`Single`], a row a value.
    singles: [Rows; Single::COUNT],
    /// Those of them that any lane asks for, apart from the caller and from the destination, which is joined with its places.
    asked: Vec<Single>,
    /// Where the bands of volumes and of times of day begin.
    bands: Bands,
    // Facts that are sets.
    classes: SetRows,
    content: SetRows,
    languages: SetRows,
    people: SetRows,
    /// How many lists of people there are.
    lists: usize,
    counted: SetRows,
    /// How many bands each counter has.
    counters: Vec<u16>,
    subjects: SetRows,
    places: SetRows,
    /// Places by [`Bond`].
    bonds: [SetRows; 6],
    /// Row of a country in the rows of places and subjects; 0 is every country that the policy does not mention.
    country: Vec<u16>,
    declared: Vec<Declared>,
    /// The places that have more than one row, in the order of their rows.
    hanging: Vec<Hanging>,
    /// What takes members out of groups, by number of the question.
    except: Vec<ClassSet>,
}

impl Table {
    /// Room for all lanes.
    #[inline]
    pub(crate) fn all_lanes(&self) -> Bits {
        Bits::all(self.words)
    }

    /// Writes the lanes whose every condition holds.
    #[inline]
    pub(crate) fn raw_matches(&self, s: &Situation, c: &Candidate, bits: &mut Bits) {
        let mut gate = Gate::new(bits);
        // Always: the number of a caller of another rulebook must find no row.
        let sender = self.bands.row(Single::Client, s, c);
        gate.all(self.singles[Single::Client.index()].row(sender));
        for of in &self.asked {
            gate.all(self.singles[of.index()].row(self.bands.row(*of, s, c)));
        }
        let mut classes = Numbers::new();
        s.classes.each(|class, level| classes.push(class_row(class, level) as u16));
        self.classes.gate(&classes, |row| *row, false, &mut gate);
        let answers = self.answers(s, c);
        self.ask_subjects(&s.subjects, &answers, &mut gate);
        self.ask_content(&s.content, &mut gate);
        self.ask_languages(&s.languages, &mut gate);
        if self.people.is_asked() {
            self.ask_people(&s.people, &mut gate);
        }
        if self.counted.is_asked() {
            self.ask_counted(&s.counted, &mut gate);
        }
        self.ask_places(c, &answers, &mut gate);
    }

    #[inline]
    fn ask_content<'t>(&'t self, content: &Content, gate: &mut Gate<'_, 't>) {
        self.content.gate(&content.kinds, |kind| kind.index() as u16, content.unknown, gate);
    }

    #[inline]
    fn ask_languages<'t>(&'t self, languages: &Languages, gate: &mut Gate<'_, 't>) {
        self.languages.gate(&languages.told, |one| one.index() as u16, languages.unknown, gate);
    }

    fn ask_people<'t>(&'t self, people: &People, gate: &mut Gate<'_, 't>) {
        let listed: Numbers = people.rows(self.lists).collect();
        self.people.gate(&listed, |row| *row, false, gate);
    }

    fn ask_counted<'t>(&'t self, counted: &Counted, gate: &mut Gate<'_, 't>) {
        let reached: Numbers = counted.rows(&self.counters).collect();
        self.counted.gate(&reached, |row| *row, false, gate);
    }

    #[inline]
    fn ask_subjects<'t>(&'t self, subjects: &Subjects, answers: &Answers, gate: &mut Gate<'_, 't>) {
        let row = |country: &Country| self.country_row(*country, answers);
        self.subjects.gate(&subjects.countries, row, subjects.unknown, gate);
    }

    /// Removes lanes that a matching exception suspends.
    pub(crate) fn suspend(&self, bits: &mut [u64]) {
        let (rules, beside) = bits.split_at_mut(self.layout.words_of_rules());
        for beside in self.layout.beside(beside) {
            let Beside::Suspension { exception, obligation } = beside else { continue };
            let Some(rule) = self.effects.suspends.get(exception).map(|rule| rule.index()) else {
                continue;
            };
            let lane = if obligation { self.layout.obligation(rule) } else { Some(rule) };
            if let Some((lane, word)) = lane.and_then(|at| Some((at, rules.get_mut(at / 64)?))) {
                *word &= !(1 << (lane % 64));
            }
        }
    }
}
