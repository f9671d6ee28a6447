//! The tables in which the engine looks up where a value may begin, and which patterns to try there.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Compiler, Form, Rule};
use crate::anchor::Anchor;
use crate::context::Vocabulary;
use crate::gate::Gate;
use crate::guard::Guard;
use crate::key_table::KeyTable;
use crate::keys::Key;
use crate::mailbox::Mailbox;
use crate::problem::Problem;
use crate::shapes::FirstRuns;

/// The compiled rules.
#[derive(Clone, Debug)]
pub(crate) struct Engine {
    pub(crate) rules: Vec<Rule>,
    pub(crate) forms: Vec<Form>,
    pub(crate) keys: KeyTable,
    /// Numbers that are no part of a longer one, by [`Guard::Number`].
    pub(crate) numbers: Gate,
    /// What else begins with a digit.
    pub(crate) digits: Gate,
    /// The first runs of both.
    pub(crate) first_runs: FirstRuns,
    pub(crate) sign: Gate,
    pub(crate) letters: Gate,
    pub(crate) hex: Gate,
    pub(crate) at: Vec<Mailbox>,
    pub(crate) slow: Vec<(u16, [bool; 256])>,
    /// For each byte: the forms that may begin with it.
    pub(crate) by_first: Vec<Vec<u16>>,
    /// For each two bytes, the forms that begin with a word and may begin with them.
    pub(crate) by_pair: BTreeMap<[u8; 2], Vec<u16>>,
    pub(crate) vocabulary: Vocabulary,
}

impl Engine {
    /// A form with its rule.
    pub(crate) fn form(&self, form: u16) -> Option<(&Form, &Rule)> {
        let form = self.forms.get(usize::from(form))?;
        Some((form, self.rules.get(usize::from(form.rule))?))
    }

    /// All patterns that are tried together.
    pub(crate) fn gates(&self) -> [&Gate; 5] {
        [&self.numbers, &self.digits, &self.sign, &self.letters, &self.hex]
    }

    /// Bytes of the automata.
    pub(crate) fn memory(&self) -> usize {
        let gates = self.gates();
        let matchers: BTreeMap<_, _> =
            self.forms.iter().map(|f| (Arc::as_ptr(&f.matcher), f.matcher.memory())).collect();
        matchers.values().sum::<usize>()
            + gates.iter().map(|gate| gate.memory()).sum::<usize>()
            + self.keys.memory()
    }
}

/// Begins that are looked up one by one.
#[derive(Default)]
struct Begins {
    keys: Vec<(u16, Key)>,
    at: Vec<u16>,
    slow: Vec<(u16, [bool; 256])>,
}

impl Begins {
    fn of(anchors: &[Vec<Anchor>]) -> Begins {
        let mut begins = Begins::default();
        for (form, anchors) in (0u16..).zip(anchors) {
            for anchor in anchors {
                match anchor {
                    Anchor::Words(keys) => begins.keys.extend(keys.iter().map(|key| (form, *key))),
                    Anchor::At => begins.at.push(form),
                    Anchor::Everywhere(first) => begins.slow.push((form, **first)),
                    Anchor::Digits | Anchor::Sign | Anchor::Letters | Anchor::Hex => {}
                }
            }
        }
        begins
    }
}

impl Compiler {
    /// Makes the tables of all rules.
    pub(super) fn index(mut self) -> Result<Engine, Vec<Problem>> {
        let Begins { keys, at, slow } = Begins::of(&self.anchors);
        let mailbox = |form: &u16| Mailbox::of(*form, &self.forms.get(usize::from(*form))?.matcher);
        let at = at.iter().filter_map(mailbox).collect();
        let vocabulary = std::mem::take(&mut self.words).build();
        let gate = |anchor, guards| self.gate(anchor, guards, &vocabulary);
        let numbers = gate(Anchor::Digits, |guard| guard == Guard::Number)?;
        let digits = gate(Anchor::Digits, |guard| guard != Guard::Number)?;
        Ok(Engine {
            first_runs: numbers.first_runs().or(&digits.first_runs()),
            numbers,
            digits,
            sign: gate(Anchor::Sign, |_| true)?,
            letters: gate(Anchor::Letters, |_| true)?,
            hex: gate(Anchor::Hex, |_| true)?,
            keys: KeyTable::new(keys),
            vocabulary,
            rules: self.rules,
            by_first: by_first(&self.forms),
            by_pair: by_pair(&self.forms, &self.anchors),
            forms: self.forms,
            at,
            slow,
        })
    }

    /// The patterns with this anchor, of rules with such guards, to be tried together.
    fn gate(
        &self,
        anchor: Anchor,
        guards: fn(Guard) -> bool,
        vocabulary: &Vocabulary,
    ) -> Result<Gate, Vec<Problem>> {
        let guard = |form: &Form| self.rules.get(usize::from(form.rule)).map(|rule| rule.guard);
        let forms = self.forms.iter().zip(&self.anchors).zip(&self.patterns);
        let patterns = (0u16..)
            .zip(forms)
            .filter(|(_, ((form, anchors), _))| {
                anchors.contains(&anchor) && guard(form).is_some_and(guards)
            })
            .map(|(number, (_, pattern))| (number, pattern.clone()));
        Gate::new(patterns.collect(), &self.forms, &self.rules, vocabulary).map_err(|_| too_large())
    }
}

/// What is said if the automata of all patterns take too much.
fn too_large() -> Vec<Problem> {
    vec![Problem {
        file: "(all rule files)".to_owned(),
        line: 1,
        column: 1,
        message: "the patterns together are too large".to_owned(),
        help: "use fewer or simpler patterns".to_owned(),
    }]
}

/// For each two bytes, the forms that begin with a word and may begin with them.
fn by_pair(forms: &[Form], anchors: &[Vec<Anchor>]) -> BTreeMap<[u8; 2], Vec<u16>> {
    let mut pairs = BTreeMap::<[u8; 2], Vec<u16>>::new();
    for ((number, form), anchors) in (0u16..).zip(forms).zip(anchors) {
        if !anchors.iter().any(|a| matches!(a, Anchor::Words(_) | Anchor::Everywhere(_))) {
            continue;
        }
        let matcher = &form.matcher;
        for first in 0..=u8::MAX {
            let Some(state) = matcher.step(matcher.first(), first) else { continue };
            let second = (0..=u8::MAX).filter(|b| matcher.step(state, *b).is_some());
            second.for_each(|second| pairs.entry([first, second]).or_default().push(number));
        }
    }
    pairs
}

/// For each byte, the forms that may begin with it.
fn by_first(forms: &[Form]) -> Vec<Vec<u16>> {
    let begins = |byte: u8| {
        let may = move |form: &Form| form.matcher.step(form.matcher.first(), byte).is_some();
        (0u16..).zip(forms).filter(|(_, f)| may(f)).map(|(i, _)| i).collect()
    };
    (0..=255u8).map(begins).collect()
}
