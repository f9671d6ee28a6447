//! Configuration (c): coarse Hyperscan databases say where a value may begin, our own automata and the shared checks say whether one does.

use regex_syntax::hir::{Hir, HirKind};

use crate::automata::{Fit, Form, Shapes};
use crate::boundary::may_begin;
use crate::coarse::{ByLiteral, Coarse, Entry, LITERAL};
use crate::gate::Gate;
use crate::heads;
use crate::hs::Library;
use crate::judge::{Desk, Quick, judge, may_start};
use crate::kinds::{KINDS, Kind, kinds};
use crate::resolve::{Hit, resolve};
use crate::rules::{Rule, Rules, is_address};
use crate::translate::edges;
use crate::words::{Set, Words};

/// What was tuned.
#[derive(Clone, Copy, Debug)]
pub struct Tuning {
    /// First bytes of shapes without a trigger of their own that Hyperscan looks at.
    pub depth: usize,
    /// Literals and shapes in one database.
    pub merged: bool,
}

/// Longest user part of an address.
const USER: usize = 64;
/// What is asked of a form before anything else.
struct Brief {
    /// The tokens of its words if it is nothing without one.
    needs: Option<Set>,
    /// Whether it may begin wherever a word begins, and only there.
    plainly: bool,
}

/// The whole rival.
pub struct Hybrid {
    rules: Rules,
    forms: Vec<Form>,
    briefs: Vec<Brief>,
    coarse: Coarse,
    addresses: Vec<(u16, [bool; 256])>,
    quick: Quick,
    fit: Fit,
    desk: Desk,
}

impl Hybrid {
    pub fn new(library: &Library, rules: Rules, tuning: Tuning) -> Hybrid {
        let mut forms = Vec::new();
        let mut by_literal = ByLiteral::new();
        let mut by_kind: Vec<Vec<(u16, Hir)>> = vec![Vec::new(); KINDS.len()];
        let mut addresses = Vec::new();
        let patterns = (0u16..).zip(&rules.rules);
        for (rule, pattern) in patterns.flat_map(|(i, r)| r.patterns.iter().map(move |p| (i, p))) {
            let number = forms.len() as u16;
            let form = Form::new(rule, pattern);
            if is_address(pattern) {
                addresses.push((number, user_part(pattern)));
            } else if let Some(literals) = heads::literals(pattern) {
                for text in literals.texts {
                    by_literal.entry((text, literals.caseless)).or_default().push(number);
                }
            } else {
                for kind in kinds(&form) {
                    by_kind[kind as usize].push((number, pattern.clone()));
                }
            }
            forms.push(form);
        }
        for patterns in &mut by_kind {
            let needs = |(form, _): &(u16, Hir)| {
                let rule = &rules.rules[usize::from(forms[usize::from(*form)].rule)];
                is_nothing_bare(rule)
            };
            patterns.sort_by_key(needs);
        }
        let shapes: Vec<Vec<Shapes>> = by_kind.iter().map(|p| Shapes::groups(p)).collect();
        let coarse = Coarse::new(library, by_literal, shapes, !addresses.is_empty(), tuning);
        let quick =
            Quick { gate: Gate::new(library, &rules), words: Words::new(library, &rules.keys) };
        let brief = |form: &Form| {
            let rule = &rules.rules[usize::from(form.rule)];
            let needs = is_nothing_bare(rule);
            let plainly = !rule.inside_identifier && !rule.begins_anyhow;
            Brief { needs: needs.then(|| rule.tokens.clone()), plainly }
        };
        Hybrid {
            briefs: forms.iter().map(brief).collect(),
            forms,
            coarse,
            addresses,
            quick,
            fit: Fit::default(),
            desk: Desk::default(),
            rules,
        }
    }

    /// Bytes of C databases and scratch, and of our own automata.
    pub fn bytes(&self) -> (usize, usize) {
        let shapes = self.coarse.shapes.iter().flatten().map(Shapes::bytes).sum::<usize>();
        let words = self.quick.gate.bytes() + self.quick.words.bytes();
        (
            self.coarse.databases.iter().map(|d| d.bytes).sum::<usize>() + words,
            shapes + self.forms.iter().map(Form::bytes).sum::<usize>(),
        )
    }

    /// The hits that stand.
    pub fn scan(&mut self, text: &str) -> &[Hit] {
        self.coarse.run(text.as_bytes());
        if self.coarse.places.is_empty() {
            self.desk.hits.clear();
            return &self.desk.hits;
        }
        self.desk.reset();
        self.quick.gate.reset();
        self.quick.words.reset();
        let places = std::mem::take(&mut self.coarse.places);
        for place in &places {
            let (at, what) = ((place >> 32) as usize, (place & 0xFFFF_FFFF) as usize);
            if place & LITERAL != 0 {
                self.literal(text, at, what - LITERAL as usize);
            } else {
                self.shape(text, at, what & 0xFF, what >> 8);
            }
        }
        self.coarse.places = places;
        resolve(&mut self.desk.hits, |_| {});
        &self.desk.hits
    }

    /// Only the coarse pass: how many places there are.
    pub fn coarse(&mut self, text: &str) -> usize {
        self.coarse.run(text.as_bytes());
        self.coarse.places.len()
    }

    /// What each coarse database costs alone: seconds and matches.
    pub fn stages(&self, text: &str) -> Vec<(f64, u64)> {
        self.coarse.stages(text)
    }

    fn literal(&mut self, text: &str, at: usize, id: usize) {
        let Entry::Forms { forms, .. } = &self.coarse.literals[id] else {
            return self.address(text, at);
        };
        for i in 0..forms.len() {
            let Entry::Forms { forms, .. } = &self.coarse.literals[id] else { return };
            self.attempt(text, forms[i], at, None);
        }
    }

    fn address(&mut self, text: &str, at: usize) {
        for i in 0..self.addresses.len() {
            let (form, user) = &self.addresses[i];
            let (form, before) = (*form, text.as_bytes()[..at].iter().rev());
            let n = before.take(USER).take_while(|b| user[usize::from(**b)]).count();
            for from in at - n..at {
                // What follows the `@` is the same for every begin.
                match self.attempt(text, form, from, None) {
                    Some(false) => {}
                    Some(true) => break,
                    None if self.starts(text, form, from) => break,
                    None => {}
                }
            }
        }
    }

    fn starts(&self, text: &str, form: u16, at: usize) -> bool {
        let rule = &self.rules.rules[usize::from(self.forms[usize::from(form)].rule)];
        may_start(rule, text.as_bytes(), at)
    }

    fn shape(&mut self, text: &str, at: usize, kind: usize, digits: usize) {
        let bytes = text.as_bytes();
        let begins = may_begin(bytes, at);
        if !begins && (at == 0 || bytes[at - 1] != b'_') {
            return;
        }
        let mut fit = std::mem::take(&mut self.fit);
        for i in 0..self.coarse.shapes[kind].len() {
            let Some(last) = self.coarse.shapes[kind][i].run(bytes, at, digits, &mut fit) else {
                continue;
            };
            let bare = !self.quick.gate.any(bytes, at, last as usize);
            let needs = |form: u16| self.briefs[usize::from(form)].needs.is_some();
            self.coarse.shapes[kind][i].collect(&mut fit, bare, needs);
            for fitting in &fit.forms {
                // Most shapes need a word and have none: no pattern and no check can save them.
                let brief = &self.briefs[usize::from(fitting.form)];
                let gate = &mut self.quick.gate;
                if brief.needs.as_ref().is_some_and(|t| !gate.near(t, bytes, at, last as usize)) {
                    continue;
                }
                let end = fitting.exact.then_some(fitting.end);
                if brief.plainly && begins {
                    self.attempt_here(text, fitting.form, at, end);
                } else {
                    self.attempt(text, fitting.form, at, end);
                }
            }
        }
        self.fit = fit;
    }

    /// Tries one form at one place; nothing if it does not match, else whether it left a hit.
    fn attempt(&mut self, text: &str, number: u16, at: usize, end: Option<u32>) -> Option<bool> {
        let rule = &self.rules.rules[usize::from(self.forms[usize::from(number)].rule)];
        if !may_start(rule, text.as_bytes(), at) {
            return None;
        }
        self.attempt_here(text, number, at, end)
    }

    /// The same where it may begin.
    fn attempt_here(&mut self, text: &str, form: u16, at: usize, end: Option<u32>) -> Option<bool> {
        let form = &self.forms[usize::from(form)];
        let end = match end {
            Some(end) => end as usize,
            None => form.run(text.as_bytes(), at)?,
        };
        Some(judge(&self.rules, form.rule, text, (at, end), &mut self.desk, Some(&mut self.quick)))
    }

    /// The plainest way to the same hits: every form at every byte, every word read.
    pub fn oracle(&mut self, text: &str) -> &[Hit] {
        let bytes = text.as_bytes();
        self.desk.reset();
        for form in &self.forms {
            let rule = &self.rules.rules[usize::from(form.rule)];
            for at in (0..bytes.len()).filter(|at| may_start(rule, bytes, *at)) {
                if let Some(end) = form.run(bytes, at) {
                    judge(&self.rules, form.rule, text, (at, end), &mut self.desk, None);
                }
            }
        }
        resolve(&mut self.desk.hits, |_| {});
        &self.desk.hits
    }

    /// What the databases hold, for people.
    pub fn describe(&self) -> String {
        let kind = |kind: Kind| {
            let forms = self.coarse.shapes[kind as usize].iter().map(Shapes::len).sum::<usize>();
            format!("{forms} {kind:?}")
        };
        format!(
            "{} forms: {} literals, shapes: {}",
            self.forms.len(),
            self.coarse.literals.len(),
            KINDS.map(kind).join(", ")
        )
    }
}

fn is_nothing_bare(rule: &Rule) -> bool {
    rule.level.bare.is_none() && !rule.line_is_context
}

fn user_part(pattern: &Hir) -> [bool; 256] {
    match pattern.kind() {
        HirKind::Concat(parts) => edges(&parts[0], false),
        _ => [false; 256],
    }
}
