//! Which of the patterns that fit at a place are worth running.
//!
//! Most numbers are nobody's number. A detector that speaks only beside its words need not be tried where none of them is near, and that is
//! told from the words around the place at once for all detectors, before anything is run.

use regex_syntax::hir::Hir;

use crate::automaton::TooLarge;
use crate::bits::Bits;
use crate::compile::{Form, Rule};
use crate::context::Vocabulary;
use crate::shapes::{FirstRuns, Shapes};
use crate::surroundings::{Reach, Surroundings};

/// Many patterns that are tried at the same places.
#[derive(Clone, Debug)]
pub(crate) struct Gate {
    /// Those that speak without words.
    pub(crate) free: Shapes,
    /// All of those.
    pub(crate) speaking: Open,
    /// Those of them whose values go on beyond them.
    pub(crate) extended: Bits,
    /// The others.
    pub(crate) asking: Asking,
}

/// Many patterns that say nothing without a word.
#[derive(Clone, Debug)]
pub(crate) struct Asking {
    pub(crate) shapes: Shapes,
    /// How far around a value words decide about one of them.
    pub(crate) reach: Reach,
    /// The context words that are asked for, and for each what asks for it.
    asked: Bits,
    by_word: Vec<Open>,
}

/// What is worth running at a place.
#[derive(Clone, Debug, Default)]
pub(crate) struct Open {
    pub(crate) patterns: Bits,
    /// The groups that have one of them.
    pub(crate) groups: Bits,
}

impl Open {
    fn add(&mut self, other: &Open) {
        self.patterns.add(&other.patterns);
        self.groups.add(&other.groups);
    }
}

impl Gate {
    /// Makes the automata of patterns, each with the number of its form.
    pub(crate) fn new(
        patterns: Vec<(u16, Hir)>,
        forms: &[Form],
        rules: &[Rule],
        vocabulary: &Vocabulary,
    ) -> Result<Gate, TooLarge> {
        let rule_of = |form: u16| rules.get(usize::from(forms.get(usize::from(form))?.rule));
        let (asking, free): (Vec<_>, Vec<_>) =
            patterns.into_iter().partition(|(form, _)| rule_of(*form).is_some_and(Rule::asks));
        let free = Shapes::new(free)?;
        let extends = |form: &u16| rule_of(*form).is_some_and(|rule| rule.extend.is_some());
        let mut extended = Bits::default();
        (0..).zip(free.forms()).filter(|(_, f)| extends(f)).for_each(|(i, _)| extended.insert(i));
        let mut speaking = Open::default();
        (0..free.forms().len()).for_each(|pattern| speaking.patterns.insert(pattern));
        (0..free.groups().len()).for_each(|group| speaking.groups.insert(group));
        let mut asking = Asking {
            shapes: Shapes::new(asking)?,
            reach: Reach::default(),
            asked: Bits::default(),
            by_word: Vec::new(),
        };
        let groups: Vec<_> = asking.shapes.groups().iter().map(|g| g.patterns.clone()).collect();
        for (group, patterns) in groups.into_iter().enumerate() {
            for pattern in patterns {
                let form = asking.shapes.forms().get(pattern);
                if let Some(rule) = form.and_then(|form| rule_of(*form)) {
                    asking.add(pattern, group, rule, vocabulary);
                }
            }
        }
        Ok(Gate { free, speaking, extended, asking })
    }

    /// The first runs of all its patterns.
    pub(crate) fn first_runs(&self) -> FirstRuns {
        self.free.first_runs.or(&self.asking.shapes.first_runs)
    }

    /// Bytes of memory.
    pub(crate) fn memory(&self) -> usize {
        let by_word = self.asking.by_word.iter();
        let by_word = by_word.map(|open| open.patterns.memory() + open.groups.memory());
        self.free.memory() + self.asking.shapes.memory() + by_word.sum::<usize>()
    }
}

impl Asking {
    fn add(&mut self, pattern: usize, group: usize, rule: &Rule, vocabulary: &Vocabulary) {
        let longest = rule.positive.iter().map(|word| vocabulary.length(word)).max();
        self.reach = self.reach.or(Reach::of_speech(rule.window, longest.unwrap_or(0)));
        for word in rule.positive.iter() {
            self.asked.insert(word);
            if self.by_word.len() <= word {
                self.by_word.resize(word + 1, Open::default());
            }
            if let Some(open) = self.by_word.get_mut(word) {
                open.patterns.insert(pattern);
                open.groups.insert(group);
            }
        }
    }

    /// Puts what asks for one of the words around a place into `open`; whether there is any.
    #[inline]
    pub(crate) fn open(&self, around: &Surroundings, open: &mut Open) -> bool {
        open.patterns.clear();
        open.groups.clear();
        for word in around.words() {
            if self.asked.has(word.number) {
                self.open_by(word.number, open);
            }
        }
        if !around.stands_alone() {
            around.words_beside().for_each(|word| self.open_by(word, open));
        }
        !open.groups.is_empty()
    }

    #[inline(never)]
    fn open_by(&self, word: usize, open: &mut Open) {
        if let Some(asked) = self.by_word.get(word) {
            open.add(asked);
        }
    }
}
