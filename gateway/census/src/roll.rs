//! Who was counted, in memory: what questions are answered from.

use std::collections::{BTreeMap, HashMap};

use crate::entry::{Entry, Person, Tag};
use crate::{MOST, Question};

/// All persons of all counters.
#[derive(Debug, Default)]
pub(crate) struct Roll {
    counters: HashMap<Tag, Counter>,
    persons: usize,
}

/// The persons of one counter.
#[derive(Debug, Default)]
struct Counter {
    /// The day on which each was seen last.
    seen: HashMap<Person, i32>,
    /// How many were seen last on each day.
    by_day: BTreeMap<i32, u64>,
    /// Those of requests that are not settled, with how many requests.
    expected: HashMap<Person, u32>,
}

impl Roll {
    /// Takes these as all that were seen. Who is expected stays.
    pub(crate) fn replace(&mut self, entries: impl IntoIterator<Item = Entry>) {
        for counter in self.counters.values_mut() {
            (counter.seen, counter.by_day) = (HashMap::new(), BTreeMap::new());
        }
        self.persons = 0;
        entries.into_iter().for_each(|entry| self.add(entry));
    }

    /// A day that is earlier than one on which the person was seen says nothing new.
    pub(crate) fn add(&mut self, entry: Entry) {
        let counter = self.counters.entry(entry.counter).or_default();
        let before = counter.seen.get(&entry.person).copied();
        if before.is_some_and(|before| before >= entry.day) {
            return;
        }
        counter.seen.insert(entry.person, entry.day);
        *counter.by_day.entry(entry.day).or_default() += 1;
        match before.and_then(|day| counter.by_day.get_mut(&day)) {
            Some(count) => *count -= 1,
            None => self.persons += 1,
        }
    }

    /// How many were seen from a day on; none if there are too many to say.
    pub(crate) fn seen(&self, asked: &Question) -> Option<u64> {
        let of =
            |counter: &Counter| counter.by_day.range(asked.first..).map(|(_, count)| count).sum();
        (self.persons <= MOST).then(|| self.counters.get(&asked.counter).map_or(0, of))
    }

    /// How many were seen from a day on, those of a request and of all that are not settled among them.
    pub(crate) fn count(&self, asked: &Question) -> Option<u64> {
        let seen = self.seen(asked)?;
        let nobody = Counter::default();
        let counter = self.counters.get(&asked.counter).unwrap_or(&nobody);
        let is_new = |person: &&Person| !counter.is_seen(person, asked.first);
        let expected = counter.expected.keys().filter(is_new).count();
        let mut own: Vec<&Person> = asked.persons.iter().filter(is_new).collect();
        own.retain(|person| !counter.expected.contains_key(*person));
        own.sort_unstable();
        own.dedup();
        Some(seen + (expected + own.len()) as u64)
    }

    /// Counts the persons of a request for all others until it is settled.
    pub(crate) fn expect(&mut self, asked: &Question) {
        let counter = self.counters.entry(asked.counter).or_default();
        for person in &asked.persons {
            *counter.expected.entry(*person).or_default() += 1;
        }
    }

    /// The request is settled.
    pub(crate) fn release(&mut self, asked: &Question) {
        let Some(counter) = self.counters.get_mut(&asked.counter) else { return };
        for person in &asked.persons {
            if let Some(requests) = counter.expected.get_mut(person) {
                *requests -= 1;
                if *requests == 0 {
                    counter.expected.remove(person);
                }
            }
        }
    }

    /// What has to be written so that these persons count as seen on a day.
    pub(crate) fn new_entries(&self, questions: &[Question], day: i32) -> Vec<Entry> {
        let mut new = Vec::new();
        for asked in questions {
            let counter = self.counters.get(&asked.counter);
            let mut persons = asked.persons.clone();
            persons.sort_unstable();
            persons.dedup();
            persons.retain(|person| !counter.is_some_and(|counter| counter.is_seen(person, day)));
            let entry = |person| Entry { counter: asked.counter, person, day };
            new.extend(persons.into_iter().map(entry));
        }
        new
    }
}

impl Counter {
    /// Whether a person was seen on a day or later.
    fn is_seen(&self, person: &Person, first: i32) -> bool {
        self.seen.get(person).is_some_and(|day| *day >= first)
    }
}
