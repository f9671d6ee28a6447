//! All situations that a policy can tell apart, one of each kind.
//!
//! Two values of a fact are of one kind when every row of the table treats them alike. Deciding one
//! situation of each combination of kinds is then the same as deciding them all. Which values stand for
//! which kinds is taken from the table; what is decided on them is checked by the interpreter.

use std::collections::{BTreeMap, BTreeSet};

use crate::counter::Counted;
use crate::facts::LEVELS;
use crate::model::{Demand, Model, Place};
use crate::people::{Listed, People};
use crate::place::{Country, Grade, Level};
use crate::table::{GRADES, Single, Table};
use crate::{
    Candidate, ClassId, Content, Day, DestinationId, Language, Languages, Modality, PoolId,
    Situation, Subjects, Weekday,
};

/// The kinds of one epoch, by axis.
#[derive(Debug)]
pub(crate) struct Space<'t> {
    table: &'t Table,
    /// Days, and whether the clock has shown a later one.
    days: Vec<(Day, bool)>,
    /// By fact of the situation with one value: a row of each kind.
    singles: Vec<(Single, Vec<usize>)>,
    contents: Vec<Content>,
    languages: Vec<Languages>,
    people: Vec<People>,
    counted: Vec<Counted>,
    candidates: Vec<Candidate>,
    subjects: Vec<Subjects>,
    /// For each kind of class: its states.
    classes: Vec<(ClassId, Vec<Option<Level>>)>,
    /// Whether an axis was too long and was cut.
    pub(crate) cut: bool,
}

/// How many kinds of sets of countries or languages are enumerated at most.
const MAX_SETS: usize = 256;

/// Facts of the situation with one value, but the day.
const SINGLES: [Single; 5] =
    [Single::Direction, Single::Client, Single::Operation, Single::Volume, Single::Minute];

impl<'t> Space<'t> {
    /// `days`: the first days of the epoch, at most a week.
    pub(crate) fn of(model: &Model, table: &'t Table, days: &[Day]) -> Space<'t> {
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
        let known = days.iter().map(|day| (*day, false));
        let days = known.chain(days.first().map(|day| (*day, true)));
        let weekday = |(day, backwards): &(Day, bool)| {
            let row = if *backwards { Weekday::ALL.len() } else { day.weekday().index() };
            table.single_kind(Single::Weekday, row)
        };
        let rows = |of: Single| kinds(0..table.rows_of(of), |row| table.single_kind(of, *row));
        Space {
            table,
            days: kinds(days, weekday),
            singles: SINGLES.map(|of| (of, rows(of))).to_vec(),
            contents: contents(table),
            languages: languages(model, table, &mut cut),
            people: people(model, table, &mut cut),
            counted: counted(model, table, &mut cut),
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
        let singles = self.singles.iter().map(|(_, rows)| rows.len());
        let others = [
            self.days.len(),
            self.contents.len(),
            self.languages.len(),
            self.people.len(),
            self.counted.len(),
            self.candidates.len(),
            self.subjects.len(),
        ];
        singles.chain(others).fold(classes, |n, axis| n.saturating_mul(axis as u64))
    }

    /// The situation of a number below [`Space::len`].
    pub(crate) fn situation(&self, mut number: u64) -> Option<(Situation, Candidate)> {
        let mut digit = |base: usize| {
            let base = (base as u64).max(1);
            let digit = number % base;
            number /= base;
            digit as usize
        };
        let (day, backwards) = *self.days.get(digit(self.days.len()))?;
        let mut s = Situation::on(day);
        for (class, states) in &self.classes {
            if let Some(Some(level)) = states.get(digit(states.len())) {
                s.classes.set(*class, *level);
            }
        }
        s.subjects = self.subjects.get(digit(self.subjects.len()))?.clone();
        s.content = self.contents.get(digit(self.contents.len()))?.clone();
        s.languages = self.languages.get(digit(self.languages.len()))?.clone();
        s.people = self.people.get(digit(self.people.len()))?.clone();
        s.counted = self.counted.get(digit(self.counted.len()))?.clone();
        let mut candidate = self.candidates.get(digit(self.candidates.len()))?.clone();
        for (of, rows) in &self.singles {
            let row = *rows.get(digit(rows.len()))?;
            self.table.bands().set(*of, row, &mut s, &mut candidate);
        }
        s.latest = if backwards { day.next() } else { day };
        Some((s, candidate))
    }
}

/// Kinds of content, one set of each kind.
fn contents(table: &Table) -> Vec<Content> {
    let sets = (0..1u32 << Modality::ALL.len()).flat_map(|bits| {
        let there = |kind: &&Modality| bits >> kind.index() & 1 == 1;
        let kinds: Vec<Modality> = Modality::ALL.iter().filter(there).copied().collect();
        [false, true].map(|unknown| Content { kinds: kinds.clone(), unknown })
    });
    kinds(sets, |content| table.content_kind(content))
}

/// Kinds of languages, one set of each kind; a text of which nothing is known comes first.
fn languages(model: &Model, table: &Table, cut: &mut bool) -> Vec<Languages> {
    let kind = |set: &[Language]| {
        [true, false]
            .map(|unknown| table.languages_kind(&Languages { told: set.to_vec(), unknown }))
    };
    let sets = sets(&model.languages(), cut, kind);
    let all = sets.into_iter().flat_map(|mut told| {
        told.sort_unstable();
        [true, false].map(|unknown| Languages { told: told.clone(), unknown })
    });
    kinds(all, |languages| table.languages_kind(languages))
}

/// Kinds of places on lists, one of each kind; list by list, so that of many lists only the kinds are ever held.
fn people(model: &Model, table: &Table, cut: &mut bool) -> Vec<People> {
    let mut all = vec![People::default()];
    for list in model.asked_lists() {
        let ways = all.iter().flat_map(|people| {
            Listed::ALL.map(|listed| {
                let mut people = people.clone();
                people.set(list, listed);
                people
            })
        });
        all = ways.collect();
        if all.len() > MAX_SETS {
            *cut = true;
            all.truncate(MAX_SETS);
        }
    }
    kinds(all, |people| table.people_kind(people))
}

/// Kinds of readings of counters, one of each kind, counter by counter.
fn counted(model: &Model, table: &Table, cut: &mut bool) -> Vec<Counted> {
    let mut all = vec![Counted::default()];
    for counter in model.asked_counters() {
        let bands = model.counters.get(usize::from(counter)).map_or(0, |known| known.bands());
        let ways = all.iter().flat_map(|counted| {
            (0..=bands).map(Some).chain([None]).map(|reached| {
                let mut counted = counted.clone();
                counted.set(counter, reached);
                counted
            })
        });
        all = ways.collect();
        if all.len() > MAX_SETS {
            *cut = true;
            all.truncate(MAX_SETS);
        }
    }
    kinds(all, |counted| table.counted_kind(counted))
}

/// One value of each kind.
fn kinds<T, K: Ord>(values: impl IntoIterator<Item = T>, kind: impl Fn(&T) -> K) -> Vec<T> {
    let mut seen = BTreeSet::new();
    values.into_iter().filter(|value| seen.insert(kind(value))).collect()
}

/// Every country that the policy mentions, and one that it does not.
fn representatives(model: &Model) -> Vec<Country> {
    let mut named: Vec<Country> = model
        .mentioned()
        .into_iter()
        .filter_map(|place| if let Place::Country(country) = place { Some(country) } else { None })
        .collect();
    let other = Country::all().find(|country| !named.contains(country));
    named.extend(other);
    named
}

/// Sets of countries or languages, one of each kind, found by adding one more until no new kind appears.
fn sets<T: Copy + PartialEq, K: Ord>(
    values: &[T],
    cut: &mut bool,
    kind: impl Fn(&[T]) -> K,
) -> Vec<Vec<T>> {
    let single = kinds(values.iter().copied(), |value| kind(&[*value]));
    let mut known: BTreeMap<K, Vec<T>> = BTreeMap::new();
    known.insert(kind(&[]), Vec::new());
    let mut open = vec![Vec::new()];
    while let Some(set) = open.pop() {
        for value in &single {
            let mut larger: Vec<T> = set.clone();
            if larger.contains(value) {
                continue;
            }
            larger.push(*value);
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
    let kind = |row: &usize| table.single_kind(Single::Grade, *row);
    let grades: Vec<Grade> =
        kinds(0..GRADES.len(), kind).into_iter().map(|row| GRADES[row]).collect();
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
