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
pub(crate) use geography::{Answers, FOUND, Hanging};
pub(crate) use rows::{Bits, ones};
pub(crate) use single::{Bands, GRADES, Single};
pub(crate) use terms::{LaneTerms, Terms};

use crate::facts::ClassSet;
use crate::lanes::{Beside, Layout};
use crate::model::Bond;
use crate::{Candidate, Country, Level, Situation, Subjects};
use axis::{Joined, Numbers, SetRows};
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
    /// Whether the whole policy is only watched.
    observed: bool,
    /// Facts with one value, by [`Single`], a row a value.
    singles: [Rows; Single::COUNT],
    /// Which of them any lane asks for.
    asked: [bool; Single::COUNT],
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

/// The rows of the places that are declared for a destination.
#[derive(Debug)]
pub(crate) struct Declared {
    /// Of all bonds that stay and leave ask for.
    pub(crate) all: Vec<u16>,
    /// Whether law and place of processing are both declared.
    pub(crate) known: bool,
    /// By [`Bond`].
    pub(crate) bonds: [Vec<u16>; 6],
    /// Countries around its zones: evidence for them agrees with what is declared.
    pub(crate) around: Vec<Country>,
    /// What it attests of all that members of groups hang on; a bit for each.
    pub(crate) shown: u64,
    /// What the rows of `all` and `bonds` come to.
    joined_all: Option<Joined>,
    joined_bonds: [Option<Joined>; 6],
}

impl Table {
    /// The lanes whose every condition holds.
    pub(crate) fn raw_matches(&self, s: &Situation, c: &Candidate, out: &mut Bits) {
        let mut gate = Gate::default();
        let singles = self.singles.iter().zip(self.asked).zip(self.bands.rows(s, c));
        for ((rows, _), row) in singles.filter(|((_, asked), _)| *asked) {
            gate.all(rows.row(row));
        }
        let mut classes = Numbers::new();
        s.classes.each(|class, level| classes.push(class_row(class, level) as u16));
        self.classes.gate(&classes, false, &mut gate);
        let answers = self.answers(s, c);
        self.ask_subjects(&s.subjects, &answers, &mut gate);
        if self.content.is_asked() {
            let kinds: Numbers = s.content.kinds.iter().map(|kind| kind.index() as u16).collect();
            self.content.gate(&kinds, s.content.unknown, &mut gate);
        }
        if self.languages.is_asked() {
            let told: Numbers = s.languages.told.iter().map(|one| one.index() as u16).collect();
            self.languages.gate(&told, s.languages.unknown, &mut gate);
        }
        if self.people.is_asked() {
            let listed: Numbers = s.people.rows(self.lists).collect();
            self.people.gate(&listed, false, &mut gate);
        }
        if self.counted.is_asked() {
            let reached: Numbers = s.counted.rows(&self.counters).collect();
            self.counted.gate(&reached, false, &mut gate);
        }
        self.ask_places(c, &answers, &mut gate);
        gate.pass(self.words, out);
    }

    fn ask_subjects<'t>(&'t self, subjects: &Subjects, answers: &Answers, gate: &mut Gate<'t>) {
        if self.subjects.is_asked() {
            let mut rows = Numbers::new();
            for country in &subjects.countries {
                rows.push(self.country_row(*country, answers));
            }
            self.subjects.gate(&rows, subjects.unknown, gate);
        }
    }

    fn ask_places<'t>(&'t self, c: &Candidate, answers: &Answers, gate: &mut Gate<'t>) {
        let Some(declared) = self.declared.get(c.destination.index()) else { return };
        let mut found = Numbers::new();
        for country in c.found.iter().filter(|country| !declared.around.contains(country)) {
            found.push(self.country_row(*country, answers));
        }
        // Where rows hang on the situation, nothing was joined beforehand.
        let with = |joined: Option<&'t Joined>, first: &[u16], evident: bool| {
            let joined = joined.filter(|_| self.hanging.is_empty());
            let mut rows = if evident { found.clone() } else { Numbers::new() };
            if joined.is_none() {
                rows.extend(first.iter().map(|row| self.row(*row, answers)));
            }
            (joined, rows)
        };
        if self.places.is_asked() {
            let unknown = !(c.place_known && declared.known);
            let (joined, rows) = with(declared.joined_all.as_ref(), &declared.all, true);
            self.places.gate_with(joined, &rows, unknown, gate);
        }
        for (at, asked) in self.bonds.iter().enumerate().filter(|(_, asked)| asked.is_asked()) {
            let evident = at == Bond::Processed.index();
            let places = &declared.bonds[at];
            let unknown = places.is_empty() || evident && !c.place_known;
            let (joined, rows) = with(declared.joined_bonds[at].as_ref(), places, evident);
            asked.gate_with(joined, &rows, unknown, gate);
        }
    }

    /// What the members of groups hang on.
    #[inline]
    fn answers(&self, s: &Situation, c: &Candidate) -> Answers {
        if self.hanging.is_empty() {
            return Answers::default();
        }
        let found = |classes: &ClassSet| {
            let there = |level| !(*classes & s.classes.at_least(level)).is_empty();
            u8::from(there(Level::Possible)) + u8::from(there(Level::Likely))
        };
        let shown = self.declared.get(c.destination.index()).map_or(0, |declared| declared.shown);
        Answers { shown, except: self.except.iter().map(found).collect() }
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

    fn country_row(&self, country: Country, answers: &Answers) -> u16 {
        self.row(self.country.get(country.number()).copied().unwrap_or(0), answers)
    }

    /// The row of a place of which this is the first.
    #[inline]
    fn row(&self, first: u16, answers: &Answers) -> u16 {
        if self.hanging.is_empty() {
            return first;
        }
        let at = self.hanging.binary_search_by_key(&first, |hanging| hanging.row);
        at.ok().and_then(|at| self.hanging.get(at)).map_or(first, |hanging| hanging.row(answers))
    }
}
