//! Which of the patterns that fit at a place are worth running.
//!
//! Most numbers are nobody's number. A detector that speaks only beside its words need not be tried where none of them is near, and that is
//! told from the words around the place at once for all detectors.

use crate::bits::Bits;
use crate::compile::{Form, Rule};
use crate::matcher::Shapes;

/// Many patterns, and what they ask for.
#[derive(Clone, Debug)]
pub(crate) struct Gate {
    pub(crate) shapes: Shapes,
    /// Patterns whose detectors speak without words.
    free: Bits,
    /// Patterns whose values go on beyond them.
    pub(crate) extended: Bits,
    /// For each context word, the patterns whose detectors ask for it.
    by_word: Vec<Bits>,
}

impl Gate {
    pub(crate) fn new(shapes: Shapes, forms: &[Form], rules: &[Rule]) -> Gate {
        let (free, extended) = (Bits::default(), Bits::default());
        let mut gate = Gate { shapes, free, extended, by_word: Vec::new() };
        for (pattern, form) in gate.shapes.forms().iter().enumerate() {
            let rule = forms.get(usize::from(*form)).map(|form| usize::from(form.rule));
            let Some(rule) = rule.and_then(|rule| rules.get(rule)) else { continue };
            if rule.extend.is_some() {
                gate.extended.insert(pattern);
            }
            // How far a value goes that is extended is not known here, nor the words behind it.
            if rule.level.bare.is_some() || rule.line_is_context || rule.extend.is_some() {
                gate.free.insert(pattern);
                continue;
            }
            for word in rule.positive.iter() {
                if gate.by_word.len() <= word {
                    gate.by_word.resize(word + 1, Bits::default());
                }
                if let Some(patterns) = gate.by_word.get_mut(word) {
                    patterns.insert(pattern);
                }
            }
        }
        gate
    }

    /// Whether words decide about some of these patterns.
    #[inline]
    pub(crate) fn asks(&self, fit: &Bits) -> bool {
        !fit.within(&self.free)
    }

    /// Leaves those patterns that need no words, or one of these.
    pub(crate) fn narrow(
        &self,
        fit: &mut Bits,
        words: impl Iterator<Item = usize>,
        open: &mut Bits,
    ) {
        open.clear();
        open.add(&self.free);
        for word in words {
            if let Some(patterns) = self.by_word.get(word) {
                open.add(patterns);
            }
        }
        fit.keep(open);
    }

    /// Bytes of memory.
    pub(crate) fn memory(&self) -> usize {
        self.shapes.memory() + self.by_word.iter().map(Bits::memory).sum::<usize>()
    }
}
