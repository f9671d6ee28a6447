//! What the compiler does on its way, for whoever wants to follow: which words stand for which names, and what could stand at
//! a caret. An editor then knows the language by asking the compiler, and there is no second description of it to keep true.
//!
//! A trail that nobody follows costs one test a word.

use std::cell::RefCell;
use std::collections::BTreeSet;

use crate::diagnostic::At;

/// The word that stands at the caret: a character of nobody's, so that it is never what the compiler hopes for.
pub(crate) const CARET: &str = "\u{10fffd}";

/// Something that may stand at a place of a policy.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Expected {
    /// Words of the language.
    Words {
        /// The words, with single spaces.
        words: String,
        /// What comes after them, as in `GROUP, …`; empty if nothing does or the words say so themselves.
        rest: &'static str,
    },
    /// A name of this kind: a word that opens blocks, or `country`, `detector`, `attestation`, `language`.
    Name(&'static str),
    /// A day.
    Day,
}

/// A word that stands for a name.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) kind: &'static str,
    pub(crate) name: String,
    pub(crate) at: At,
}

/// The steps of one compilation.
#[derive(Debug, Default)]
pub(crate) struct Trail(Option<RefCell<Steps>>);

/// What was written down.
#[derive(Debug, Default)]
pub(crate) struct Steps {
    pub(crate) names: Vec<Step>,
    pub(crate) expected: BTreeSet<Expected>,
}

impl Trail {
    /// A trail that is written down.
    pub(crate) fn followed() -> Trail {
        Trail(Some(RefCell::default()))
    }

    /// The word at `at` stands for a name of this kind.
    pub(crate) fn name(&self, kind: &'static str, name: &str, at: &At) {
        if let Some(steps) = &self.0 {
            steps.borrow_mut().names.push(Step { kind, name: name.to_owned(), at: at.clone() });
        }
    }

    /// `word` stands where this could stand; of interest if it is the caret.
    pub(crate) fn expect(&self, word: &str, what: impl FnOnce() -> Expected) {
        if let Some(steps) = &self.0
            && word == CARET
        {
            steps.borrow_mut().expected.insert(what());
        }
    }

    /// The same for words of the language.
    pub(crate) fn expect_words(&self, word: &str, words: &[&str]) {
        for one in words {
            self.expect(word, || Expected::Words { words: (*one).to_owned(), rest: "" });
        }
    }

    /// What was written down.
    pub(crate) fn steps(self) -> Steps {
        self.0.map(RefCell::into_inner).unwrap_or_default()
    }
}
