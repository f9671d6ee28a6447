//! Configuration (c): coarse Hyperscan databases say where a value may begin, our own automata and the shared checks say whether one does.

use std::collections::BTreeMap;

use regex_syntax::hir::{Hir, HirKind};

use crate::automata::{Fit, Form, Shapes};
use crate::boundary::{escape_at, may_begin};
use crate::gate::Gate;
use crate::heads::{self, heads};
use crate::hs::{CASELESS, Database, Event, Library, Pattern};
use crate::judge::{Desk, Quick, judge, may_start};
use crate::kinds::{HEX, KINDS, Kind, LETTERS, is_joint, kinds};
use crate::marks;
use crate::resolve::{Hit, resolve};
use crate::rules::{Rule, Rules, is_address};
use crate::translate::{byte, edges};
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
/// Ids of the heads, with the bytes that they are long; below: literals.
const HEAD: u32 = 1 << 24;

/// What a literal leads to.
enum Entry {
    Forms {
        length: u32,
        forms: Vec<u16>,
    },
    /// The `@` of addresses.
    At,
    /// A backslash: an escape may end here.
    Escape,
}

/// Where something may begin, and what: a literal's number, or a kind and the digits that it begins with.
type Place = u64;
const LITERAL: u64 = 1 << 31;

fn place(at: usize, what: u64) -> Place {
    (at as u64) << 32 | what
}

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
    literals: Vec<Entry>,
    databases: Vec<Database>,
    /// For each kind.
    shapes: Vec<Vec<Shapes>>,
    addresses: Vec<(u16, [bool; 256])>,
    quick: Quick,
    events: Vec<Event>,
    places: Vec<Place>,
    fit: Fit,
    desk: Desk,
}

type ByLiteral = BTreeMap<(Vec<u8>, bool), Vec<u16>>;

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
        let (literals, patterns) = literal_patterns(by_literal, !addresses.is_empty());
        let triggers = triggers(&shapes, tuning.depth);
        let databases = databases(library, &patterns, &triggers, tuning.merged);
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
            literals,
            databases,
            shapes,
            addresses,
            quick,
            events: Vec::with_capacity(1 << 16),
            places: Vec::with_capacity(1 << 16),
            fit: Fit::default(),
            desk: Desk::default(),
            rules,
        }
    }

    /// Bytes of C databases and scratch, and of our own automata.
    pub fn bytes(&self) -> (usize, usize) {
        let shapes = self.shapes.iter().flatten().map(Shapes::bytes).sum::<usize>();
        let words = self.quick.gate.bytes() + self.quick.words.bytes();
        (
            self.databases.iter().map(|d| d.bytes).sum::<usize>() + words,
            shapes + self.forms.iter().map(Form::bytes).sum::<usize>(),
        )
    }

    /// The hits that stand.
    pub fn scan(&mut self, text: &str) -> &[Hit] {
        self.coarse(text);
        if self.places.is_empty() {
            self.desk.hits.clear();
            return &self.desk.hits;
        }
        self.desk.reset();
        self.quick.gate.reset();
        self.quick.words.reset();
        let places = std::mem::take(&mut self.places);
        for place in &places {
            let (at, what) = ((place >> 32) as usize, (place & 0xFFFF_FFFF) as usize);
            if place & LITERAL != 0 {
                self.literal(text, at, what - LITERAL as usize);
            } else {
                self.shape(text, at, what & 0xFF, what >> 8);
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
        self.anything_at(bytes, 0);
        let mut events = std::mem::take(&mut self.events);
        for i in 0..self.databases.len() {
            events.clear();
            self.databases[i].events(bytes, &mut events);
            for event in &events {
                self.event(bytes, event.id, event.end as usize);
            }
        }
        self.events = events;
        self.marks(bytes);
        self.places.sort_unstable();
        self.places.dedup();
        self.places.len()
    }

    #[inline]
    fn event(&mut self, text: &[u8], id: u32, end: usize) {
        if id >= HEAD {
            return self.places.push(place(end - (id - HEAD) as usize, Kind::Rest as u64));
        }
        match &self.literals[id as usize] {
            Entry::Forms { length, .. } => {
                let at = end - *length as usize;
                let before = at.checked_sub(1).map_or(b' ', |i| text[i]);
                // Inside a word only an escape can make it a begin.
                if !before.is_ascii_alphanumeric() || may_begin(text, at) {
                    self.places.push(place(at, LITERAL + u64::from(id)));
                }
            }
            Entry::At => self.places.push(place(end - 1, LITERAL + u64::from(id))),
            Entry::Escape => match escape_at(text, end - 1) {
                0 => {}
                n => self.anything_at(text, end - 1 + n),
            },
        }
    }

    /// The shapes that begin with or before digits, colons and dashes.
    fn marks(&mut self, text: &[u8]) {
        let some = |kind: Kind| !self.shapes[kind as usize].is_empty();
        let numbers = some(Kind::Digits) || some(Kind::Sign) || some(Kind::Letters);
        let hex = some(Kind::Hex);
        if !numbers && !hex {
            return;
        }
        let mut carry = 0;
        let mut last = 0;
        marks::blocks(text, |base, masks| {
            // Blocks without marks are not told.
            let joined = if base == last { carry } else { 0 };
            let mut runs = masks.digits & !(masks.digits << 1 | joined);
            (carry, last) = (masks.digits >> 63, base + 64);
            while numbers && runs != 0 {
                let offset = runs.trailing_zeros() as usize;
                runs &= runs - 1;
                let run = (masks.digits >> offset).trailing_ones() as usize;
                self.digit(text, base + offset, if offset + run < 64 { run } else { 0 });
            }
            let mut marks = if hex { masks.colons | masks.dashes } else { 0 };
            while marks != 0 {
                self.hex(text, base + marks.trailing_zeros() as usize);
                marks &= marks - 1;
            }
        });
    }

    /// A colon or a dash: whether a hexadecimal word that begins with a letter stands before it.
    #[inline]
    fn hex(&mut self, text: &[u8], at: usize) {
        let hexadecimal = |i: usize| text.get(i).is_some_and(u8::is_ascii_hexdigit);
        if at == 0 || !hexadecimal(at - 1) {
            return;
        }
        if text[at] == b':' {
            if hexadecimal(at + 1) || text.get(at + 1) == Some(&b':') {
                self.word_before(text, at, HEX, u8::is_ascii_hexdigit, Kind::Hex);
            }
        } else if text.get(at + 3) == Some(&b'-') {
            self.word_before(text, at, 2, u8::is_ascii_hexdigit, Kind::Hex);
        }
    }

    /// A run of digits begins here: what can begin with it or shortly before.
    #[inline]
    fn digit(&mut self, text: &[u8], at: usize, run: usize) {
        let before = at.checked_sub(1).map_or(b' ', |i| text[i]);
        if before.is_ascii_alphabetic() {
            return self.word_before(text, at, LETTERS, u8::is_ascii_alphabetic, Kind::Letters);
        }
        self.digits(text, at, run);
        if matches!(before, b'+' | b'(') {
            self.places.push(place(at - 1, Kind::Sign as u64));
            if at >= 2 && matches!(text[at - 2], b'+' | b'(') {
                self.places.push(place(at - 2, Kind::Sign as u64));
            }
        } else if is_joint(before) && at >= 2 && text[at - 2].is_ascii_uppercase() {
            self.word_before(text, at - 1, LETTERS, u8::is_ascii_alphabetic, Kind::Letters);
        }
    }

    #[inline]
    /// Of so many digits; zero: they are to be counted.
    fn digits(&mut self, text: &[u8], at: usize, run: usize) {
        let counted = || text[at..].iter().take_while(|b| b.is_ascii_digit()).count();
        let run = if run > 0 { run } else { counted() };
        let next = text.get(at + run).copied().unwrap_or(0);
        if self.shapes[Kind::Digits as usize].iter().any(|s| s.may_begin(run, next)) {
            self.places.push(place(at, Kind::Digits as u64 | (run as u64) << 8 & 0xFFFF));
        }
    }

    /// A word of one kind of bytes ends here.
    #[inline]
    fn word_before(
        &mut self,
        text: &[u8],
        end: usize,
        most: usize,
        of: fn(&u8) -> bool,
        kind: Kind,
    ) {
        let n = text[..end].iter().rev().take(most + 1).take_while(|b| of(b)).count();
        let inside = n < end && text[end - n - 1].is_ascii_alphanumeric();
        if n > 0 && n <= most && !inside {
            self.places.push(place(end - n, kind as u64));
        }
    }

    /// The begin of the text, or the end of an escape: every shape is tried.
    fn anything_at(&mut self, text: &[u8], at: usize) {
        match text.get(at) {
            Some(b'0'..=b'9') => self.digits(text, at, 0),
            None => return,
            _ => {}
        }
        for kind in KINDS {
            if kind != Kind::Digits && !self.shapes[kind as usize].is_empty() {
                self.places.push(place(at, kind as u64));
            }
        }
    }

    fn literal(&mut self, text: &str, at: usize, id: usize) {
        let Entry::Forms { forms, .. } = &self.literals[id] else { return self.address(text, at) };
        for i in 0..forms.len() {
            let Entry::Forms { forms, .. } = &self.literals[id] else { return };
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
        for i in 0..self.shapes[kind].len() {
            let Some(last) = self.shapes[kind][i].run(bytes, at, digits, &mut fit) else {
                continue;
            };
            let bare = !self.quick.gate.any(bytes, at, last as usize);
            let needs = |form: u16| self.briefs[usize::from(form)].needs.is_some();
            self.shapes[kind][i].collect(&mut fit, bare, needs);
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

    /// What each coarse database costs alone: seconds and matches.
    pub fn stages(&self, text: &str) -> Vec<(f64, u64)> {
        let stage = |database: &Database| {
            let start = crate::measure::now();
            let count = database.count(text.as_bytes());
            (crate::measure::now() - start, count)
        };
        self.databases.iter().map(stage).collect()
    }

    /// What the databases hold, for people.
    pub fn describe(&self) -> String {
        let kind = |kind: Kind| {
            let forms = self.shapes[kind as usize].iter().map(Shapes::len).sum::<usize>();
            format!("{forms} {kind:?}")
        };
        format!(
            "{} forms: {} literals, shapes: {}",
            self.forms.len(),
            self.literals.len(),
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

/// A literal for the library: text, flags, id.
type Literal = (Vec<u8>, u32, u32);

fn literal_patterns(by_literal: ByLiteral, addresses: bool) -> (Vec<Entry>, Vec<Literal>) {
    let (mut entries, mut literals) = (Vec::new(), Vec::<Literal>::new());
    let mut add = |text: Vec<u8>, flags: u32, entry: Entry| {
        literals.push((text, flags, entries.len() as u32));
        entries.push(entry);
    };
    add(b"\\".to_vec(), 0, Entry::Escape);
    if addresses {
        add(b"@".to_vec(), 0, Entry::At);
    }
    for ((text, caseless), forms) in by_literal {
        let length = text.len() as u32;
        add(text, if caseless { CASELESS } else { 0 }, Entry::Forms { length, forms });
    }
    (entries, literals)
}

/// The expressions that say where a shape may begin that nothing else finds.
fn triggers(shapes: &[Vec<Shapes>], depth: usize) -> Vec<Pattern> {
    let heads = shapes[Kind::Rest as usize].iter().flat_map(|s| heads(&s.dfa, s.start, depth));
    heads.map(|(bytes, text)| Pattern { text, flags: 0, id: HEAD + bytes as u32 }).collect()
}

fn databases(
    library: &Library,
    literals: &[Literal],
    triggers: &[Pattern],
    merged: bool,
) -> Vec<Database> {
    let regex = |(text, flags, id): &Literal| {
        let mut expression = String::new();
        text.iter().for_each(|b| byte(*b, &mut expression));
        Pattern { text: expression, flags: *flags, id: *id }
    };
    let compile = |patterns: &[Pattern]| {
        let (database, rejects) = library.compile(patterns);
        assert!(rejects.is_empty(), "a trigger is refused: {rejects:?}");
        database
    };
    if merged {
        let all: Vec<Pattern> = literals.iter().map(regex).chain(triggers.to_vec()).collect();
        return vec![compile(&all)];
    }
    let mut databases = vec![library.compile_literals(literals)];
    if !triggers.is_empty() {
        databases.push(compile(triggers));
    }
    databases
}
