//! Whom a request is about, for the counters of the policy: who would be counted, and whose data leaves by a decision.
//!
//! A person is a keyed hash of a value that was found, in letters and digits alone, so that a hyphen makes no other person of
//! somebody. It says nothing of the class and is the same in every period: a counter counts over a year.

use incident::{Domain, keyed_hash};
use policy::{Decision, Level};

use crate::parsed::Located as FoundIn;
use crate::{Inspected, Located, edits};

/// A person: 16 bytes that only the node's key makes of a value.
pub type Person = [u8; 16];

/// Such a hash is of no period, as others are.
const ALWAYS: &str = "always";

impl Inspected {
    /// By counter of the policy, in alphabetical order: the persons whose data is in the request, each once.
    #[must_use]
    pub fn persons(&self) -> Vec<Vec<Person>> {
        self.persons_of(|_| true)
    }

    /// Takes in what the counters come to with the persons of this request; `counts` is what [`policy::Rulebook::counted`] reads.
    #[must_use]
    pub fn with_counts(mut self, counts: &[Option<u64>]) -> Self {
        self.situation.counted = self.case.book.rulebook.counted(counts);
        self
    }

    /// Over each counter of the policy; nothing is looked at if it has none.
    fn persons_of(&self, counts: impl Fn(&FoundIn) -> bool) -> Vec<Vec<Person>> {
        let all = 0..self.case.book.rulebook.counters().len();
        let of = |counter: usize| {
            let is_there = |found: &&FoundIn| self.is_person(counter, found) && counts(found);
            let found = self.findings.iter().filter(is_there);
            let mut persons: Vec<Person> = found.map(|found| self.person(found)).collect();
            persons.sort_unstable();
            persons.dedup();
            persons
        };
        all.map(of).collect()
    }

    /// Whether a finding is a person to a counter. What gave way to something surer may be what it seemed.
    fn is_person(&self, counter: usize, found: &FoundIn) -> bool {
        let book = &self.case.book;
        let country = book.search.known(found.finding.detector()).country;
        let lives = country.and_then(|code| policy::Country::parse(code).ok());
        let mut classes = book.rulebook.class_of(found.finding.detector().0).iter();
        found.finding.level() >= Level::Likely
            && classes.any(|class| book.rulebook.is_counted(counter, *class, lives, self.case.day))
    }

    fn person(&self, found: &FoundIn) -> Person {
        let pieces = found.pieces.iter().filter_map(|spot| self.text_at(spot));
        let plain = pieces.flat_map(str::chars).filter(|c| c.is_alphanumeric());
        let value: String = plain.flat_map(char::to_lowercase).collect();
        let key = &self.case.book.keys.pseudonyms;
        let hash = keyed_hash(key, Domain::Person, ALWAYS, value.as_bytes());
        let mut person = Person::default();
        // INVARIANT: a keyed hash is 16 bytes in hexadecimal.
        let _ = hex::decode_to_slice(hash, &mut person);
        person
    }
}

impl Located {
    /// By counter: the persons of whom something leaves by a decision, because it is not taken out.
    #[must_use]
    pub fn leaving(&self, decision: &Decision) -> Vec<Vec<Person>> {
        let case = &self.inspected.case;
        self.inspected.persons_of(|found| edits::strongest(case, found, decision).is_none())
    }
}

#[cfg(test)]
mod tests;
