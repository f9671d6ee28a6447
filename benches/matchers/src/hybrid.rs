//! Configuration (c): coarse Hyperscan databases say where a value may begin, our own automata and the shared checks say whether one does.

use std::collections::BTreeMap;

use regex_syntax::hir::{Hir, HirKind};

use crate::automata::{Fit, Form, Shapes};
use crate::boundary::may_begin;
use crate::gate::Gate;
use crate::heads::{self, heads};
use crate::hs::{CASELESS, Database, Event, Library, Pattern};
use crate::judge::{Desk, judge, may_start};
use crate::resolve::{Hit, resolve};
use crate::rules::{Rules, is_address};
use crate::translate::edges;

/// What was tuned.
#[derive(Clone, Copy, Debug)]
pub struct Tuning {
    /// First bytes of number shapes that Hyperscan looks at.
    pub digits: usize,
    /// First bytes of other shapes.
    pub others: usize,
    /// One database for both kinds of shapes.
    pub merged: bool,
}

/// Longest user part of an address.
const USER: usize = 64;
const LITERAL: u64 = 0;
const DIGITS: u64 = 1;
const OTHERS: u64 = 2;

/// A literal and the forms that begin with it; none: the `@` of addresses.
struct Entry {
    length: u32,
    forms: Vec<u16>,
}

/// The whole rival.
pub struct Hybrid {
    rules: Rules,
    forms: Vec<Form>,
    literals: Vec<Entry>,
    literal_database: Option<Database>,
    shape_databases: Vec<(u64, Database)>,
    digits: Vec<Shapes>,
    others: Vec<Shapes>,
    addresses: Vec<(u16, [bool; 256])>,
    gate: Gate,
    events: Vec<Event>,
    places: Vec<u64>,
    fit: Fit,
    desk: Desk,
}

impl Hybrid {
    pub fn new(library: &Library, rules: Rules, tuning: Tuning) -> Hybrid {
        let mut forms = Vec::new();
        let mut by_literal: BTreeMap<(Vec<u8>, bool), Vec<u16>> = BTreeMap::new();
        let (mut digits, mut others, mut addresses) = (Vec::new(), Vec::new(), Vec::new());
        let patterns = (0u16..).zip(&rules.rules);
        for (rule, pattern) in patterns.flat_map(|(i, r)| r.patterns.iter().map(move |p| (i, p))) {
            let form = forms.len() as u16;
            forms.push(Form::new(rule, pattern));
            if is_address(pattern) {
                addresses.push((form, user_part(pattern)));
                by_literal.entry((b"@".to_vec(), false)).or_default();
            } else if let Some(literals) = heads::literals(pattern) {
                for text in literals.texts {
                    by_literal.entry((text, literals.caseless)).or_default().push(form);
                }
            } else if edges(pattern, false).iter().zip(0u8..).all(|(b, c)| !b || c.is_ascii_digit()) {
                digits.push((form, pattern.clone()));
            } else {
                others.push((form, pattern.clone()));
            }
        }
        let (digits, others) = (Shapes::groups(&digits), Shapes::groups(&others));
        let flags = |caseless| if caseless { CASELESS } else { 0 };
        let texts: Vec<(Vec<u8>, u32, u32)> = (0u32..)
            .zip(by_literal.keys())
            .map(|(id, (text, caseless))| (text.clone(), flags(*caseless), id))
            .collect();
        let literal_database = (!texts.is_empty()).then(|| library.compile_literals(&texts));
        let entry = |((text, _), forms): ((Vec<u8>, bool), Vec<u16>)| Entry { length: text.len() as u32, forms };
        let gate = Gate::new(library, &rules);
        Hybrid {
            forms,
            literals: by_literal.into_iter().map(entry).collect(),
            literal_database,
            shape_databases: shape_databases(library, &digits, &others, tuning),
            digits,
            others,
            addresses,
            gate,
            events: Vec::with_capacity(1 << 16),
            places: Vec::with_capacity(1 << 16),
            fit: Fit::default(),
            desk: Desk::default(),
            rules,
        }
    }

    /// Bytes of C databases and scratch, and of our own automata.
    pub fn bytes(&self) -> (usize, usize) {
        let shapes = self.digits.iter().chain(&self.others).map(Shapes::bytes).sum::<usize>();
        let databases = self.shape_databases.iter().map(|(_, d)| d).chain(&self.literal_database);
        (
            databases.map(|d| d.bytes).sum::<usize>() + self.gate.bytes(),
            shapes + self.forms.iter().map(Form::bytes).sum::<usize>(),
        )
    }

    /// The hits that stand.
    pub fn scan(&mut self, text: &str) -> &[Hit] {
        self.desk.reset();
        self.gate.reset();
        self.coarse(text);
        let places = std::mem::take(&mut self.places);
        for place in &places {
            let at = (place >> 32) as usize;
            match place >> 30 & 3 {
                LITERAL => self.literal(text, at, (*place & 0x3FFF_FFFF) as usize),
                kind => self.shape(text, at, kind),
            }
        }
        self.places = places;
        resolve(&mut self.desk.hits, |_| {});
        &self.desk.hits
    }

    /// Only the coarse pass: how many places there are.
    pub fn coarse(&mut self, text: &str) -> usize {
        let bytes = text.as_bytes();
        self.places.clear();
        self.events.clear();
        if let Some(database) = &self.literal_database {
            database.events(bytes, &mut self.events);
        }
        for event in &self.events {
            let at = event.end - self.literals[event.id as usize].length;
            self.places.push(u64::from(at) << 32 | LITERAL << 30 | u64::from(event.id));
        }
        let (mut lists, mut from) = (usize::from(!self.places.is_empty()), self.places.len());
        for (kind, database) in &self.shape_databases {
            self.events.clear();
            database.events(bytes, &mut self.events);
            for event in &self.events {
                let kind = if *kind == 0 { u64::from(event.id >> 16) } else { *kind };
                let at = u64::from(event.end - (event.id & 0xFFFF));
                let place = at << 32 | kind << 30;
                if self.places[from..].last() != Some(&place) {
                    self.places.push(place);
                }
            }
            lists += usize::from(self.places.len() > from);
            from = self.places.len();
        }
        if lists > 0 {
            self.places.sort_unstable();
            self.places.dedup();
        }
        self.places.len()
    }

    fn literal(&mut self, text: &str, at: usize, id: usize) {
        if self.literals[id].forms.is_empty() {
            return self.address(text, at);
        }
        let begins = may_begin(text.as_bytes(), at);
        for i in 0..self.literals[id].forms.len() {
            let form = self.literals[id].forms[i];
            let rule = &self.rules.rules[usize::from(self.forms[usize::from(form)].rule)];
            if begins || rule.inside_identifier {
                self.attempt(text, form, at, None);
            }
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

    fn shape(&mut self, text: &str, at: usize, kind: u64) {
        let groups = if kind == DIGITS { self.digits.len() } else { self.others.len() };
        let mut fit = std::mem::take(&mut self.fit);
        for i in 0..groups {
            let group = if kind == DIGITS { &self.digits[i] } else { &self.others[i] };
            group.run(text.as_bytes(), at, &mut fit);
            for (form, end) in &fit.forms {
                self.attempt(text, *form, at, *end);
            }
        }
        self.fit = fit;
    }

    /// Tries one form at one place; nothing if it does not match, else whether it left a hit.
    fn attempt(&mut self, text: &str, form: u16, at: usize, end: Option<u32>) -> Option<bool> {
        let form = &self.forms[usize::from(form)];
        let rule = &self.rules.rules[usize::from(form.rule)];
        if !may_start(rule, text.as_bytes(), at) {
            return None;
        }
        let end = match end {
            Some(end) => end as usize,
            None => form.run(text.as_bytes(), at)?,
        };
        Some(judge(&self.rules, form.rule, text, (at, end), &mut self.desk, Some(&mut self.gate)))
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
        let forms = |groups: &[Shapes]| groups.iter().map(Shapes::len).sum::<usize>();
        format!(
            "{} forms: {} literals, {} number shapes, {} other shapes, {} addresses",
            self.forms.len(),
            self.literals.len(),
            forms(&self.digits),
            forms(&self.others),
            self.addresses.len()
        )
    }
}

fn user_part(pattern: &Hir) -> [bool; 256] {
    match pattern.kind() {
        HirKind::Concat(parts) => edges(&parts[0], false),
        _ => [false; 256],
    }
}

fn shape_databases(
    library: &Library,
    digits: &[Shapes],
    others: &[Shapes],
    tuning: Tuning,
) -> Vec<(u64, Database)> {
    let patterns = |groups: &[Shapes], depth: usize, kind: u64| -> Vec<Pattern> {
        let mut heads: Vec<(usize, String)> =
            groups.iter().flat_map(|g| heads(&g.dfa, g.start, depth)).collect();
        heads.sort();
        heads.dedup();
        let pattern =
            |(n, text)| Pattern { text, flags: 0, id: (kind as u32) << 16 | n as u32 };
        heads.into_iter().map(pattern).collect()
    };
    let mut databases = Vec::new();
    let mut add = |kind: u64, patterns: &[Pattern]| {
        if patterns.is_empty() {
            return;
        }
        let (database, rejects) = library.compile(patterns);
        assert!(rejects.is_empty(), "a head is refused: {rejects:?}");
        databases.push((kind, database));
    };
    let digits = patterns(digits, tuning.digits, DIGITS);
    let others = patterns(others, tuning.others, OTHERS);
    if tuning.merged {
        add(0, &[digits, others].concat());
    } else {
        add(DIGITS, &digits);
        add(OTHERS, &others);
    }
    databases
}
