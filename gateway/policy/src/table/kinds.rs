//! What a table makes of a value: two values with the same kind are treated alike.

use std::collections::BTreeSet;

use super::gate::Gate;
use super::rows::Bits;
use super::{Answers, Bands, FOUND, Single, Table, class_row};
use crate::lanes::Beside;
use crate::model::Bond;
use crate::{Candidate, ClassId, Content, Counted, Country, Languages, Level, People, Subjects};

impl Table {
    /// Of a value of a fact.
    pub(crate) fn single_kind(&self, of: Single, row: usize) -> Vec<u64> {
        self.singles[of.index()].words(row).collect()
    }

    /// Of kinds of content.
    pub(crate) fn content_kind(&self, content: &Content) -> Vec<u64> {
        self.passed(|gate| self.ask_content(content, gate))
    }

    /// Of languages.
    pub(crate) fn languages_kind(&self, languages: &Languages) -> Vec<u64> {
        self.passed(|gate| self.ask_languages(languages, gate))
    }

    /// Of a sender's place on lists.
    pub(crate) fn people_kind(&self, people: &People) -> Vec<u64> {
        self.passed(|gate| self.ask_people(people, gate))
    }

    /// Of how far the counters have got.
    pub(crate) fn counted_kind(&self, counted: &Counted) -> Vec<u64> {
        self.passed(|gate| self.ask_counted(counted, gate))
    }

    /// The rows that there are of a fact.
    pub(crate) fn rows_of(&self, of: Single) -> usize {
        self.singles[of.index()].rows()
    }

    pub(crate) fn bands(&self) -> &Bands {
        &self.bands
    }

    /// Of a destination with what was found and whether its place is known.
    pub(crate) fn candidate_kind(&self, c: &Candidate) -> Vec<Vec<u64>> {
        let shown = self.declared.get(c.destination.index()).map_or(0, |declared| declared.shown);
        let kind = |answers: &Answers| self.passed(|gate| self.ask_places(c, answers, gate));
        self.excepted(shown).iter().map(kind).collect()
    }

    /// Of a set of countries that the evidence names.
    pub(crate) fn found_kind(&self, set: &[Country]) -> Vec<u64> {
        let around = self.declared.iter().flat_map(|declared| &declared.around);
        let around = around.map(|country| u64::from(set.contains(country)));
        let kind = |answers: &Answers| {
            let rows: Vec<u16> = set.iter().map(|c| self.country_row(*c, answers)).collect();
            let processed = self.bonds[Bond::Processed.index()].kind(&rows);
            self.places.kind(&rows).into_iter().chain(processed)
        };
        self.all_answers().iter().flat_map(kind).chain(around).collect()
    }

    /// Of a set of countries of data subjects.
    pub(crate) fn subject_kind(&self, set: &[Country]) -> Vec<u64> {
        let kind = |answers: &Answers| {
            let rows: Vec<u16> = set.iter().map(|c| self.country_row(*c, answers)).collect();
            self.subjects.kind(&rows)
        };
        self.all_answers().iter().flat_map(kind).collect()
    }

    /// Of data subjects as a whole.
    pub(crate) fn subjects_kind(&self, subjects: &Subjects) -> Vec<Vec<u64>> {
        let kind =
            |answers: &Answers| self.passed(|gate| self.ask_subjects(subjects, answers, gate));
        self.all_answers().iter().map(kind).collect()
    }

    /// Every combination of answers to what members of groups hang on.
    fn all_answers(&self) -> Vec<Answers> {
        let shown = self.declared.iter().map(|declared| declared.shown).chain([0]);
        let shown: BTreeSet<u64> = shown.collect();
        shown.into_iter().flat_map(|shown| self.excepted(shown)).collect()
    }

    /// Every combination for a destination that attests so much.
    fn excepted(&self, shown: u64) -> Vec<Answers> {
        let mut all = vec![Answers { shown, ..Answers::default() }];
        for _ in &self.except {
            let each = |answers: Answers| {
                (0..FOUND.len() as u8).map(move |found| {
                    let mut longer = answers.clone();
                    longer.except.push(found);
                    longer
                })
            };
            all = all.into_iter().flat_map(each).collect();
        }
        all
    }

    fn passed<'t>(&'t self, ask: impl FnOnce(&mut Gate<'_, 't>)) -> Vec<u64> {
        let mut bits = Bits::all(self.words);
        ask(&mut Gate::new(&mut bits));
        bits.to_vec()
    }

    /// Of a class at a level: the conditions that it satisfies or breaks, and what is done with it.
    pub(crate) fn class_kind(&self, class: ClassId, level: Level) -> (Vec<u64>, Vec<u64>) {
        let except = self.except.iter().map(|classes| u64::from(classes.contains(class)));
        let uses = self.effects.uses(class, level).into_iter().chain(except);
        (self.classes.kind(&[class_row(class, level) as u16]), uses.collect())
    }

    /// The exceptions that suspend a lane which would have matched; `bits` before suspension.
    pub(crate) fn suspensions(&self, bits: &[u64]) -> Vec<usize> {
        let matched =
            |lane: usize| bits.get(lane / 64).is_some_and(|word| word >> (lane % 64) & 1 == 1);
        let suspending = self.layout.beside(self.behind(bits)).filter_map(|beside| match beside {
            Beside::Suspension { exception, obligation } => {
                let rule = self.effects.suspends.get(exception)?.index();
                let lane = if obligation { self.layout.obligation(rule)? } else { rule };
                matched(lane).then_some(exception)
            }
            Beside::Guard { .. } => None,
        });
        suspending.collect()
    }
}
