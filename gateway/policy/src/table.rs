//! The compiled form: one bit a lane, one row a value, a few ANDs a decision.
//!
//! For each value of a fact there is a row of bits, one for each lane: "this lane accepts this value".
//! Facts with one value (destination, client, grade, direction) are ANDed. Facts that are sets (classes,
//! data subjects, places) are ANDed where all members must be accepted, and ORed within a *slot* where
//! any member suffices; the n-th such condition of a lane lives in the n-th slot.
//!
//! One table holds for one epoch: a stretch of days on which no date of the policy changes anything.

mod build;
pub(crate) use build::mentioned;
mod conclude;
mod kinds;

use smallvec::SmallVec;

use crate::facts::{ClassSet, rank};
use crate::lanes::Office;
use crate::model::Model;
use crate::{Candidate, Country, Decision, Direction, Grade, Situation, Subjects};

/// The lanes that matched.
pub(crate) type Bits = SmallVec<[u64; 32]>;

/// Rows of equal width.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rows {
    words: usize,
    bits: Vec<u64>,
}

/// One condition of each lane that is satisfied by any of several values.
#[derive(Clone, Debug)]
pub(crate) struct Slot {
    /// Lanes without such a condition.
    free: Rows,
    /// By value: lanes that the value satisfies.
    any: Rows,
    /// Lanes that the unknown satisfies; only row 0.
    unknown: Rows,
}

/// The compiled lanes of one epoch.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    words: usize,
    offices: Vec<Office>,
    /// Whether any lane suspends another.
    suspends: bool,
    /// Guarded classes by level, by invariant.
    guarded: Vec<[ClassSet; 3]>,
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

impl Rows {
    fn new(rows: usize, words: usize) -> Rows {
        Rows { words, bits: vec![0; rows * words] }
    }

    fn full(rows: usize, words: usize) -> Rows {
        Rows { words, bits: vec![u64::MAX; rows * words] }
    }

    fn set(&mut self, row: usize, lane: usize) {
        if let Some(word) = self.bits.get_mut(row * self.words + lane / 64) {
            *word |= 1 << (lane % 64);
        }
    }

    fn clear(&mut self, row: usize, lane: usize) {
        if let Some(word) = self.bits.get_mut(row * self.words + lane / 64) {
            *word &= !(1 << (lane % 64));
        }
    }

    /// How many rows there are.
    fn rows(&self) -> usize {
        self.bits.len() / self.words.max(1)
    }

    /// A row; a row that does not exist accepts nothing, so that a wrong number closes.
    pub(crate) fn row(&self, row: usize) -> &[u64] {
        self.bits.get(row * self.words..(row + 1) * self.words).unwrap_or(&[])
    }

    fn word(&self, row: usize, word: usize) -> u64 {
        self.bits.get(row * self.words + word).copied().unwrap_or(0)
    }
}

impl Table {
    /// Decides one situation for one candidate; `assert` says whether invariants are asserted.
    pub(crate) fn decide(
        &self,
        model: &Model,
        s: &Situation,
        c: &Candidate,
        assert: bool,
    ) -> Decision {
        let bits = self.matches(s, c);
        self.conclude(model, &bits, s, c, assert)
    }

    /// The lanes whose every condition holds, suspended ones removed.
    pub(crate) fn matches(&self, s: &Situation, c: &Candidate) -> Bits {
        let mut bits = self.raw_matches(s, c);
        self.suspend(&mut bits);
        bits
    }

    /// The lanes whose every condition holds.
    pub(crate) fn raw_matches(&self, s: &Situation, c: &Candidate) -> Bits {
        let mut out: Bits = SmallVec::from_elem(0, self.words);
        let rows = [
            self.direction.row(direction_row(s.direction)),
            self.client.row(s.client.index()),
            self.grade.row(grade_row(c.grade)),
            self.destination.row(c.destination.index()),
        ];
        if rows.iter().any(|row| row.len() != self.words) {
            return out; // A number of another rulebook: nothing matches, so it blocks.
        }
        let known =
            c.place_known && self.known.get(c.destination.index()).copied().unwrap_or(false);
        let bare = s.classes.present().is_empty();
        for word in 0..self.words {
            let mut lanes = rows.iter().fold(u64::MAX, |lanes, row| lanes & row[word]);
            if lanes == 0 {
                continue;
            }
            if !bare {
                lanes &= self.something.word(0, word);
            }
            lanes &= self.place_word(c, known, word);
            lanes &= self.subject_word(&s.subjects, word);
            if lanes != 0 {
                lanes &= self.class_word(s, word);
            }
            out[word] = lanes;
        }
        out
    }

    fn place_word(&self, c: &Candidate, known: bool, word: usize) -> u64 {
        let mut lanes = if known { u64::MAX } else { self.unsure_place.word(0, word) };
        for country in &c.found {
            lanes &= self.stays.word(self.country_row(*country), word);
        }
        for slot in &self.leaves {
            let mut any = slot.free.word(c.destination.index(), word);
            for country in &c.found {
                any |= slot.any.word(self.country_row(*country), word);
            }
            if !known {
                any |= slot.unknown.word(0, word);
            }
            lanes &= any;
        }
        lanes
    }

    fn subject_word(&self, subjects: &Subjects, word: usize) -> u64 {
        let mut lanes = u64::MAX;
        if !subjects.unknown {
            lanes &= self.no_unknown.word(0, word);
        } else if !subjects.countries.is_empty() {
            lanes &= self.unknown_among.word(0, word);
        }
        if subjects.unknown || subjects.countries.is_empty() {
            lanes &= self.unsure_subject.word(0, word);
        }
        for country in &subjects.countries {
            lanes &= self.about_all.word(self.country_row(*country), word);
        }
        for slot in &self.about {
            let mut any = slot.free.word(0, word);
            for country in &subjects.countries {
                any |= slot.any.word(self.country_row(*country), word);
            }
            if subjects.unknown {
                any |= slot.unknown.word(0, word);
            }
            lanes &= any;
        }
        lanes
    }

    fn class_word(&self, s: &Situation, word: usize) -> u64 {
        let mut lanes = u64::MAX;
        for slot in &self.classes {
            let mut any = slot.free.word(0, word);
            for (class, level) in s.classes.iter() {
                any |= slot.any.word(class.index() * 3 + rank(level), word);
            }
            lanes &= any;
        }
        lanes
    }

    /// Removes lanes that a matching exception suspends.
    pub(crate) fn suspend(&self, bits: &mut Bits) {
        if !self.suspends {
            return;
        }
        for lane in ones(&bits.clone()) {
            if let Some(Office::Suspension { lane: suspended, .. }) = self.offices.get(lane) {
                bits[suspended / 64] &= !(1 << (suspended % 64));
            }
        }
    }

    fn country_row(&self, country: Country) -> usize {
        self.country.get(country_number(country)).map_or(0, |row| usize::from(*row))
    }
}

/// The numbers of the bits that are set.
fn ones(bits: &Bits) -> impl Iterator<Item = usize> + '_ {
    bits.iter().copied().enumerate().flat_map(|(word, mut left)| {
        std::iter::from_fn(move || {
            if left == 0 {
                return None;
            }
            let bit = left.trailing_zeros() as usize;
            left &= left - 1;
            Some(word * 64 + bit)
        })
    })
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
