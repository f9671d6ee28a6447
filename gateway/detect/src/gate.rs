//! Which of the patterns that fit at a place are worth running.
//!
//! Most numbers are nobody's number. A detector that speaks only beside its words need not be tried where none of them is near, and that is
//! told from the words around the place at once for all detectors.

use crate::bits::Bits;
use crate::compile::{Form, Rule};
use crate::context::WINDOW_MAX;
use crate::shapes::Shapes;

/// Bytes that are read before a place, if nothing there asks for more.
const REACHES: [usize; 2] = [32, 64];

/// Many patterns, and what they ask for.
#[derive(Clone, Debug)]
pub(crate) struct Gate {
    pub(crate) shapes: Shapes,
    /// What speaks without words.
    free: Open,
    /// Groups with a pattern whose detector does not.
    asking: Bits,
    /// The same by their widest windows: groups with one beyond each of [`REACHES`].
    farther: [Bits; REACHES.len()],
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
    pub(crate) fn new(shapes: Shapes, forms: &[Form], rules: &[Rule]) -> Gate {
        let mut gate = Gate {
            shapes,
            free: Open::default(),
            asking: Bits::default(),
            farther: Default::default(),
            extended: Bits::default(),
            by_word: Vec::new(),
        };
        let ranges: Vec<_> = gate.shapes.groups().iter().map(|g| g.patterns.clone()).collect();
        for (group, patterns) in ranges.into_iter().enumerate() {
            for pattern in patterns {
                let form = gate.shapes.forms().get(pattern).copied();
                let form = form.and_then(|form| forms.get(usize::from(form)));
                if let Some(rule) = form.and_then(|form| rules.get(usize::from(form.rule))) {
                    gate.add(pattern, group, rule);
                }
            }
        }
        gate
    }

    fn add(&mut self, pattern: usize, group: usize, rule: &Rule) {
        if rule.extend.is_some() {
            self.extended.insert(pattern);
        }
        // How far a value goes that is extended is not known here, nor the words behind it.
        if rule.level.bare.is_some() || rule.line_is_context || rule.extend.is_some() {
            return self.free.insert(pattern, group);
        }
        self.asking.insert(group);
        for (farther, _) in self.farther.iter_mut().zip(REACHES).filter(|(_, r)| rule.window > *r) {
            farther.insert(group);
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

    /// Whether words decide about some of these groups.
    #[inline]
    pub(crate) fn asks(&self, fit: &Bits) -> bool {
        fit.meets(&self.asking)
    }

    /// How far before a place words decide about these groups.
    pub(crate) fn reach(&self, fit: &Bits) -> usize {
        let reaches = self.farther.iter().zip(REACHES);
        reaches
            .filter(|(farther, _)| !fit.meets(farther))
            .map(|(_, reach)| reach)
            .next()
            .unwrap_or(WINDOW_MAX)
    }

    /// What needs no words, or one of these.
    pub(crate) fn open(&self, words: impl Iterator<Item = usize>, open: &mut Open) {
        open.patterns.clear();
        open.groups.clear();
        open.add(&self.free);
        words.filter_map(|word| self.by_word.get(word)).for_each(|more| open.add(more));
    }

    /// Bytes of memory.
    pub(crate) fn memory(&self) -> usize {
        self.shapes.memory()
            + self.by_word.iter().map(|o| o.patterns.memory() + o.groups.memory()).sum::<usize>()
    }
}
