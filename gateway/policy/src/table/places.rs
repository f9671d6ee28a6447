//! What the places of a candidate come to: those that are declared for its destination, and those that the evidence names.
//!
//! What is declared is always there together, so it is worked out beforehand; where there is no evidence, one row says it all.

use super::axis::SetRows;
use super::gate::Gate;
use super::rows::{Bits, Block, Rows};
use super::{Answers, Numbers, Single, Table};
use crate::facts::ClassSet;
use crate::model::Bond;
use crate::{Candidate, Country, DestinationId, Level, Situation};

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
    /// What all of this comes to; none where that hangs on the situation.
    pub(super) joined: Option<Joined>,
}

/// What a destination comes to with all that is declared for it. Each row is there twice: for a place that is not known, and for
/// one that is.
#[derive(Debug)]
pub(super) struct Joined {
    /// Without evidence; then with, as far as that does not matter; then of each slot of facts that evidence bears on the lanes
    /// that are satisfied before evidence is looked at.
    rows: Rows,
}

/// A fact that evidence bears on.
struct Evident<'t> {
    rows: &'t SetRows,
    declared: &'t [u16],
    /// Whether it would be known, were the place known.
    known: bool,
}

impl Joined {
    #[inline]
    fn row(&self, number: usize, place_known: bool) -> &[Block] {
        self.rows.row(number * 2 + usize::from(place_known))
    }
}

impl Table {
    /// Lets pass the lanes for which the destination does, with its places.
    #[inline]
    pub(super) fn ask_places<'t>(
        &'t self,
        c: &Candidate,
        answers: &Answers,
        gate: &mut Gate<'_, 't>,
    ) {
        let Some(declared) = self.declared.get(c.destination.index()) else {
            return gate.shut();
        };
        let found = self.evidence(c, declared, answers);
        let Some(joined) = &declared.joined else {
            return self.ask_declared(c, declared, &found, answers, gate);
        };
        if found.is_empty() {
            return gate.all(joined.row(0, c.place_known));
        }
        gate.all(joined.row(1, c.place_known));
        let mut slots = (2..).map(|slot| joined.row(slot, c.place_known));
        for rows in [&self.places, &self.bonds[Bond::Processed.index()]] {
            rows.gate_from(&mut slots, found.iter().copied(), gate);
        }
    }

    /// The rows of what the evidence says beside what is declared.
    #[inline]
    fn evidence(&self, c: &Candidate, declared: &Declared, answers: &Answers) -> Numbers {
        let mut found = Numbers::new();
        for country in c.found.iter().filter(|country| !declared.around.contains(country)) {
            found.push(self.country_row(*country, answers));
        }
        found
    }

    /// The same where nothing was worked out beforehand.
    fn ask_declared<'t>(
        &'t self,
        c: &Candidate,
        declared: &'t Declared,
        found: &[u16],
        answers: &Answers,
        gate: &mut Gate<'_, 't>,
    ) {
        self.ask_apart_from_evidence(c.destination, declared, answers, gate);
        for fact in self.evident(declared) {
            let mut places = self.rows_of_places(fact.declared, answers);
            places.extend_from_slice(found);
            let unknown = !(c.place_known && fact.known);
            fact.rows.gate_each(places.iter().copied(), unknown, gate);
        }
    }

    /// The destination, and the bonds on which evidence does not bear.
    fn ask_apart_from_evidence<'t>(
        &'t self,
        destination: DestinationId,
        declared: &'t Declared,
        answers: &Answers,
        gate: &mut Gate<'_, 't>,
    ) {
        gate.all(self.singles[Single::Destination.index()].row(destination.index()));
        let apart = self.bonds.iter().zip(&declared.bonds).enumerate();
        for (_, (rows, places)) in apart.filter(|(bond, _)| *bond != Bond::Processed.index()) {
            let places = self.rows_of_places(places, answers);
            rows.gate_each(places.iter().copied(), places.is_empty(), gate);
        }
    }

    fn rows_of_places(&self, first: &[u16], answers: &Answers) -> Numbers {
        first.iter().map(|row| self.row(*row, answers)).collect()
    }

    /// The facts on which evidence bears.
    #[inline]
    fn evident<'t>(&'t self, declared: &'t Declared) -> [Evident<'t>; 2] {
        let processed = &declared.bonds[Bond::Processed.index()];
        let rows = &self.bonds[Bond::Processed.index()];
        [
            Evident { rows: &self.places, declared: &declared.all, known: declared.known },
            Evident { rows, declared: processed, known: !processed.is_empty() },
        ]
    }

    /// Works out what each destination comes to.
    pub(super) fn join_places(&mut self) {
        let numbers = (0..).map(DestinationId);
        let joined: Vec<_> = self
            .declared
            .iter()
            .zip(numbers)
            .map(|(declared, id)| self.joined(id, declared))
            .collect();
        for (declared, joined) in self.declared.iter_mut().zip(joined) {
            declared.joined = joined;
        }
    }

    fn joined(&self, destination: DestinationId, declared: &Declared) -> Option<Joined> {
        let mut places = declared.bonds.iter().flatten().chain(&declared.all);
        if places.any(|row| !self.rows_from(*row).except.is_empty()) {
            return None;
        }
        let answers = Answers { shown: declared.shown, ..Answers::default() };
        let mut rows = Rows::default();
        let [unknown, known] = [false, true].map(|place_known| {
            let c = Candidate { place_known, ..Candidate::to(destination) };
            self.with_and_without_evidence(&c, declared, &answers)
        });
        for (unknown, known) in unknown.iter().zip(&known) {
            rows.push(unknown);
            rows.push(known);
        }
        Some(Joined { rows })
    }

    /// The rows of [`Joined`] for one of its cases.
    fn with_and_without_evidence(
        &self,
        c: &Candidate,
        declared: &Declared,
        answers: &Answers,
    ) -> Vec<Vec<u64>> {
        let (mut without, mut with) = (Bits::all(self.words), Bits::all(self.words));
        self.ask_declared(c, declared, &[], answers, &mut Gate::new(&mut without));
        let mut slots = Vec::new();
        let mut gate = Gate::new(&mut with);
        self.ask_apart_from_evidence(c.destination, declared, answers, &mut gate);
        for fact in self.evident(declared) {
            let places = self.rows_of_places(fact.declared, answers);
            let unknown = !(c.place_known && fact.known);
            fact.rows.bear(&places, unknown, &mut gate);
            slots.extend(fact.rows.satisfied(&places, unknown));
        }
        drop(gate);
        [without.to_vec(), with.to_vec()].into_iter().chain(slots).collect()
    }

    /// What the members of groups hang on.
    #[inline]
    pub(super) fn answers(&self, s: &Situation, c: &Candidate) -> Answers {
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

    #[inline]
    pub(super) fn country_row(&self, country: Country, answers: &Answers) -> u16 {
        self.row(self.country.get(country.number()).copied().unwrap_or(0), answers)
    }

    /// The row of a place of which this is the first.
    #[inline]
    fn row(&self, first: u16, answers: &Answers) -> u16 {
        if self.hanging.is_empty() { first } else { self.hanging_row(first, answers) }
    }

    fn hanging_row(&self, first: u16, answers: &Answers) -> u16 {
        let at = self.hanging.binary_search_by_key(&first, |hanging| hanging.row);
        at.ok().and_then(|at| self.hanging.get(at)).map_or(first, |hanging| hanging.row(answers))
    }
}
