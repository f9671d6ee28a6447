//! All situations that a policy can tell apart, one of each kind.
//!
//! Two values of a fact are of one kind when every row of the table treats them alike. Deciding one
//! situation of each combination of kinds is then the same as deciding them all. Which values stand for
//! which kinds is taken from the table; what is decided on them is checked by the interpreter.

use std::collections::{BTreeMap, BTreeSet};

use crate::facts::LEVELS;
use crate::model::{Demand, Model, Place};
use crate::place::{Country, Grade, Level};
use crate::table::{Table, direction_row, grade_row, mentioned};
use crate::{
    Candidate, ClassId, ClassLevels, Client, Day, DestinationId, Direction, PoolId, Situation,
    Subjects,
};

/// The kinds of one epoch, by axis.
#[derive(Debug)]
pub(crate) struct Space {
    pub(crate) day: Day,
    directions: Vec<Direction>,
    clients: Vec<Client>,
    candidates: Vec<Candidate>,
    subjects: Vec<Subjects>,
    /// For each kind of class: its states.
    classes: Vec<(ClassId, Vec<Option<Level>>)>,
    /// Whether an axis was too long and was cut.
    pub(crate) cut: bool,
}

/// How many kinds of sets of countries are enumerated at most.
const MAX_SETS: usize = 256;

impl Space {
    pub(crate) fn of(model: &Model, table: &Table, day: Day) -> Space {
        let mut cut = false;
        let countries = representatives(model);
        let found = sets(&countries, &mut cut, |set| table.found_kind(set));
        let mut subjects = Vec::new();
        let mut seen = BTreeSet::new();
        for set in sets(&countries, &mut cut, |set| table.subject_kind(set)) {
            for unknown in [false, true] {
                let subject = Subjects { countries: set.clone(), unknown };
                if seen.insert(table.subjects_kind(&subject)) {
                    subjects.push(subject);
                }
            }
        }
        Space {
            day,
            directions: kinds([Direction::Request, Direction::Answer], |d| {
                table.direction_kind(direction_row(*d))
            }),
            clients: kinds((0..model.clients.len()).map(|n| Client(n as u16)), |c| {
                table.client_kind(c.index())
            }),
            candidates: candidates(model, table, &found),
            subjects,
            classes: class_kinds(model, table),
            cut,
        }
    }

    /// How many situations there are.
    pub(crate) fn len(&self) -> u64 {
        let classes =
            self.classes.iter().fold(1u64, |n, (_, states)| n.saturating_mul(states.len() as u64));
        [self.directions.len(), self.clients.len(), self.candidates.len(), self.subjects.len()]
            .iter()
            .fold(classes, |n, axis| n.saturating_mul(*axis as u64))
    }

    /// The situation of a number below [`Space::len`].
    pub(crate) fn situation(&self, mut number: u64) -> Option<(Situation, &Candidate)> {
        let mut digit = |base: usize| {
            let base = (base as u64).max(1);
            let digit = number % base;
            number /= base;
            digit as usize
        };
        let mut classes = ClassLevels::none();
        for (class, states) in &self.classes {
            if let Some(Some(level)) = states.get(digit(states.len())) {
                classes.set(*class, *level);
            }
        }
        let subjects = self.subjects.get(digit(self.subjects.len()))?.clone();
        let candidate = self.candidates.get(digit(self.candidates.len()))?;
        let client = *self.clients.get(digit(self.clients.len()))?;
        let direction = *self.directions.get(digit(self.directions.len()))?;
        Some((
            Situation { direction, classes, subjects, client, ..Situation::on(self.day) },
            candidate,
        ))
    }
}

/// One value of each kind.
fn kinds<T, K: Ord>(values: impl IntoIterator<Item = T>, kind: impl Fn(&T) -> K) -> Vec<T> {
    let mut seen = BTreeSet::new();
    values.into_iter().filter(|value| seen.insert(kind(value))).collect()
}

/// Every country that the policy mentions, and one that it does not.
fn representatives(model: &Model) -> Vec<Country> {
    let mut named: Vec<Country> = mentioned(model)
        .into_iter()
        .filter_map(|place| if let Place::Country(country) = place { Some(country) } else { None })
        .collect();
    let other = Country::all().find(|country| !named.contains(country));
    named.extend(other);
    named
}

/// Sets of countries, one of each kind, found by adding countries until no new kind appears.
fn sets<K: Ord>(
    countries: &[Country],
    cut: &mut bool,
    kind: impl Fn(&[Country]) -> K,
) -> Vec<Vec<Country>> {
    let single = kinds(countries.iter().copied(), |country| kind(&[*country]));
    let mut known: BTreeMap<K, Vec<Country>> = BTreeMap::new();
    known.insert(kind(&[]), Vec::new());
    let mut open = vec![Vec::new()];
    while let Some(set) = open.pop() {
        for country in &single {
            let mut larger: Vec<Country> = set.clone();
            if larger.contains(country) {
                continue;
            }
            larger.push(*country);
            if known.len() >= MAX_SETS {
                *cut = true;
                return known.into_values().collect();
            }
            if let std::collections::btree_map::Entry::Vacant(entry) = known.entry(kind(&larger)) {
                entry.insert(larger.clone());
                open.push(larger);
            }
        }
    }
    known.into_values().collect()
}

fn candidates(model: &Model, table: &Table, found: &[Vec<Country>]) -> Vec<Candidate> {
    let grades = kinds(
        [Grade::Unprovable, Grade::Refuted, Grade::Declared, Grade::Consistent, Grade::Proven],
        |grade| table.grade_kind(grade_row(*grade)),
    );
    let guarded: Vec<PoolId> = model
        .invariants
        .iter()
        .filter_map(
            |invariant| if let Demand::OnlyTo(pool) = invariant.demand { Some(pool) } else { None },
        )
        .collect();
    let mut seen = BTreeSet::new();
    let mut all = Vec::new();
    for destination in (0..model.destinations.len()).map(|number| DestinationId(number as u16)) {
        let member = |pool: &PoolId| {
            model
                .pools
                .get(pool.index())
                .is_some_and(|pool| pool.info.members.contains(&destination))
        };
        let pools: Vec<bool> = guarded.iter().map(member).collect();
        for set in found {
            for place_known in [true, false] {
                let found = set.clone();
                let candidate = Candidate { found, place_known, ..Candidate::to(destination) };
                if seen.insert((table.candidate_kind(&candidate), pools.clone())) {
                    all.extend(
                        grades.iter().map(|grade| Candidate { grade: *grade, ..candidate.clone() }),
                    );
                }
            }
        }
    }
    all
}

/// Kinds of classes with the states that the policy tells apart. Classes that everything treats alike
/// are one kind: what a decision does with both at once it does with one.
pub(crate) fn class_kinds(model: &Model, table: &Table) -> Vec<(ClassId, Vec<Option<Level>>)> {
    let mut seen = BTreeSet::new();
    let mut all = Vec::new();
    for class in (0..model.classes.len()).map(|number| ClassId(number as u16)) {
        let kind = |level: Option<Level>| {
            let Some(level) = level else { return (false, Vec::new(), Vec::new()) };
            let (satisfies, uses) = table.class_kind(class, level);
            let nothing = satisfies.iter().chain(&uses).all(|word| *word == 0);
            if nothing {
                return (level != Level::Possible, Vec::new(), Vec::new());
            }
            (level != Level::Possible, satisfies, uses)
        };
        let states = kinds([None].into_iter().chain(LEVELS.map(Some)), |level| kind(*level));
        let signature: Vec<_> = LEVELS.iter().map(|level| kind(Some(*level))).collect();
        if seen.insert(signature) {
            all.push((class, states));
        }
    }
    all
}
