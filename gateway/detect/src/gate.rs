//! Which of the patterns that fit at a place are worth running.
//!
//! Most numbers are nobody's number. A detector that speaks only beside its words need not be tried where none of them is near, and that is
//! told from the words around the place at once for all detectors.

use crate::bits::Bits;
use crate::compile::{Form, Rule};
use crate::context::Vocabulary;
use crate::shapes::{Fit, Shapes};
use crate::surroundings::Reach;

/// Many patterns, and what they ask for.
#[derive(Clone, Debug)]
pub(crate) struct Gate {
    pub(crate) shapes: Shapes,
    /// What speaks without words.
    pub(crate) free: Open,
    /// Groups with a pattern whose detector does not, by how far around a place words are asked for, the widest first; each covers those after it.
    asking: Vec<(Reach, Bits)>,
    /// Patterns whose values go on beyond them.
    pub(crate) extended: Bits,
    /// For each context word, what asks for it.
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

    fn insert(&mut self, pattern: usize, group: usize) {
        self.patterns.insert(pattern);
        self.groups.insert(group);
    }
}

impl Gate {
    pub(crate) fn new(
        shapes: Shapes,
        forms: &[Form],
        rules: &[Rule],
        vocabulary: &Vocabulary,
    ) -> Gate {
        let mut gate = Gate {
            free: Open::default(),
            asking: Vec::new(),
            extended: Bits::default(),
            by_word: Vec::new(),
            shapes,
        };
        let ranges: Vec<_> = gate.shapes.groups().iter().map(|g| g.patterns.clone()).collect();
        for (group, patterns) in ranges.into_iter().enumerate() {
            for pattern in patterns {
                let form = gate.shapes.forms().get(pattern).copied();
                let form = form.and_then(|form| forms.get(usize::from(form)));
                if let Some(rule) = form.and_then(|form| rules.get(usize::from(form.rule))) {
                    gate.add(pattern, group, rule, vocabulary);
                }
            }
        }
        gate.asking.sort_by_key(|(reach, _)| *reach);
        let mut widest = Reach::default();
        for (reach, _) in &mut gate.asking {
            widest = widest.or(*reach);
            *reach = widest;
        }
        gate.asking.reverse();
        gate
    }

    fn add(&mut self, pattern: usize, group: usize, rule: &Rule, vocabulary: &Vocabulary) {
        if rule.extend.is_some() {
            self.extended.insert(pattern);
        }
        // How far a value goes that is extended is not known here, nor the words behind it.
        if rule.level.bare.is_some() || rule.line_is_context || rule.extend.is_some() {
            return self.free.insert(pattern, group);
        }
        let longest = rule.positive.iter().map(|word| vocabulary.length(word)).max();
        let reach = Reach::of_speech(rule.window, longest.unwrap_or(0));
        match self.asking.iter_mut().find(|(known, _)| known.before == reach.before) {
            Some((known, groups)) => {
                *known = known.or(reach);
                groups.insert(group);
            }
            None => {
                let mut groups = Bits::default();
                groups.insert(group);
                self.asking.push((reach, groups));
            }
        }
        for word in rule.positive.iter() {
            if self.by_word.len() <= word {
                self.by_word.resize(word + 1, Open::default());
            }
            if let Some(open) = self.by_word.get_mut(word) {
                open.insert(pattern, group);
            }
        }
    }

    /// How far around a place words decide about these groups, if they do about any.
    #[inline]
    pub(crate) fn reach(&self, fit: &Fit) -> Option<Reach> {
        let widest = self.asking.iter().find(|(_, groups)| fit.groups.meets(groups));
        widest.map(|(reach, _)| *reach)
    }

    /// What of these groups needs no words, or one of these; `more` is memory for it.
    pub(crate) fn open<'o>(
        &'o self,
        fit: &Fit,
        words: impl Iterator<Item = usize>,
        more: &'o mut Open,
    ) -> &'o Open {
        let opened = words.filter_map(|word| self.by_word.get(word));
        let mut opened = opened.filter(|open| open.groups.meets(&fit.groups)).peekable();
        if opened.peek().is_none() {
            return &self.free;
        }
        more.patterns.clear();
        more.groups.clear();
        more.add(&self.free);
        opened.for_each(|open| more.add(open));
        more
    }

    /// Bytes of memory.
    pub(crate) fn memory(&self) -> usize {
        self.shapes.memory()
            + self.by_word.iter().map(|o| o.patterns.memory() + o.groups.memory()).sum::<usize>()
    }
}
