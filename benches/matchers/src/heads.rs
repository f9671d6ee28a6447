//! How a match can begin: literals, or the first bytes of a shape. The coarse databases look for nothing else.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

use regex_automata::dfa::Automaton;
use regex_automata::util::primitives::StateID;
use regex_syntax::hir::{Class, ClassBytes, ClassBytesRange, Hir, HirKind};

use crate::automata::{Dfa, Form};
use crate::translate::class;

/// Shortest literal worth a place in the literal database.
const SHORTEST: usize = 3;
/// Longest: more does not make a literal rarer.
pub const LONGEST: usize = 12;
/// Most literals of one pattern; and of the texts that they are cut from.
const MOST: usize = 600;
const TOTAL: usize = 4000;
/// Most bytes that may follow while a literal goes on: the best is taken.
const BRANCHES: [usize; 5] = [1, 2, 3, 4, WIDEST];
const WIDEST: usize = 8;

/// What a match of a pattern begins with, if it is one of a few literals.
pub struct Literals {
    pub texts: Vec<Vec<u8>>,
    /// The texts are lower case and stand for either case.
    pub caseless: bool,
    /// What looking for them costs, in matches in a megabyte of text.
    pub cost: f64,
}

/// The literals that all matches begin with that do not begin with a digit.
///
/// Each goes on as long as few bytes can follow: Hyperscan tells long ones apart at once, and all that are short by a second look.
pub fn literals(form: &Form) -> Option<Literals> {
    let mut tree = Tree::new(form);
    tree.grow(&mut Vec::new(), &BTreeSet::from([form.start]))?;
    let Tree { caseless, mut texts, .. } = tree;
    if caseless {
        texts.iter_mut().for_each(|t| t.make_ascii_lowercase());
    }
    texts.sort();
    // What begins with another literal is found with it.
    texts.dedup_by(|longer, kept| longer.starts_with(kept));
    let all = BRANCHES.map(|most| {
        let mut cut = Vec::new();
        shorten(&texts, 0, most, &mut cut);
        let cost = cut.iter().map(|t| often(t, caseless) + ENTRY).sum();
        Literals { texts: cut, caseless, cost }
    });
    let best = all.into_iter().min_by(|a, b| a.cost.total_cmp(&b.cost))?;
    let fits = |t: &Vec<u8>| t.len() >= SHORTEST;
    ((1..=MOST).contains(&best.texts.len()) && best.texts.iter().all(fits)).then_some(best)
}

/// What a pattern can begin with, read off its automaton.
struct Tree<'f> {
    form: &'f Form,
    /// Whether a letter stands in either case somewhere.
    caseless: bool,
    texts: Vec<Vec<u8>>,
    /// Texts of the shortest length: none of their literals can become fewer.
    short: usize,
    /// For each state, the bytes that lead to a match or on, and where to.
    steps: HashMap<StateID, Rc<[(u8, StateID)]>>,
}

impl<'f> Tree<'f> {
    fn new(form: &'f Form) -> Tree<'f> {
        Tree { form, caseless: false, texts: Vec::new(), short: 0, steps: HashMap::new() }
    }

    fn ends(&self, state: StateID) -> bool {
        let dfa = &self.form.dfa;
        dfa.is_match_state(dfa.next_eoi_state(state))
    }

    fn steps(&mut self, state: StateID) -> Rc<[(u8, StateID)]> {
        if let Some(known) = self.steps.get(&state) {
            return known.clone();
        }
        let dfa = &self.form.dfa;
        let dead = |from: StateID, byte: u8| dfa.is_dead_state(dfa.next_state(from, byte));
        // A match is told one byte late, in a state that leads nowhere.
        let mut known: HashMap<StateID, bool> = HashMap::new();
        let mut alive = |to: StateID| {
            *known
                .entry(to)
                .or_insert_with(|| self.ends(to) || (0..=u8::MAX).any(|byte| !dead(to, byte)))
        };
        let all = (0..=u8::MAX).map(|byte| (byte, dfa.next_state(state, byte)));
        let steps: Rc<[(u8, StateID)]> =
            all.filter(|(_, to)| !dfa.is_dead_state(*to) && alive(*to)).collect();
        self.steps.insert(state, steps.clone());
        steps
    }

    /// Adds what goes on from a text; nothing if that is too much.
    fn grow(&mut self, text: &mut Vec<u8>, states: &BTreeSet<StateID>) -> Option<()> {
        let next = self.next(text.is_empty(), states);
        let ends = !text.is_empty() && states.iter().any(|state| self.ends(*state));
        self.short += usize::from(text.len() == SHORTEST);
        if self.short > MOST {
            return None;
        }
        let wide = text.len() >= SHORTEST && next.len() > WIDEST;
        if text.len() == LONGEST || wide || ends {
            self.texts.push(text.clone());
            return (self.texts.len() <= TOTAL).then_some(());
        }
        for (byte, states) in next {
            text.push(byte);
            self.grow(text, &states)?;
            text.pop();
        }
        Some(())
    }

    /// The bytes that go on, letters in either case as small ones.
    fn next(&mut self, first: bool, states: &BTreeSet<StateID>) -> BTreeMap<u8, BTreeSet<StateID>> {
        let mut next: BTreeMap<u8, BTreeSet<StateID>> = BTreeMap::new();
        for state in states {
            // What begins with a digit is found as a number.
            let steps = self.steps(*state);
            for (byte, to) in steps.iter().filter(|(b, _)| !(first && b.is_ascii_digit())) {
                next.entry(*byte).or_default().insert(*to);
            }
        }
        for letter in b'A'..=b'Z' {
            if next.contains_key(&letter.to_ascii_lowercase())
                && let Some(upper) = next.remove(&letter)
            {
                next.entry(letter.to_ascii_lowercase()).or_default().extend(upper);
                self.caseless = true;
            }
        }
        next
    }
}

/// Literals that go on, from texts that are sorted and alike so far, where at most so many bytes can follow.
fn shorten(texts: &[Vec<u8>], depth: usize, most: usize, cut: &mut Vec<Vec<u8>>) {
    let Some(first) = texts.first() else { return };
    let next = |t: &Vec<u8>| t.get(depth).copied();
    let groups = texts.chunk_by(|a, b| next(a) == next(b));
    if first.len() == depth || depth >= SHORTEST && groups.clone().count() > most {
        return cut.push(first[..depth].to_vec());
    }
    groups.for_each(|group| shorten(group, depth + 1, most, cut));
}

/// Bytes of the text that literals are counted in, and more, since letters do not stand in words by chance.
const OFTEN: f64 = 30e6;
/// What a literal costs in itself, in matches in a megabyte.
const ENTRY: f64 = 2.0;

/// How often a literal stands in a megabyte of text, roughly.
fn often(text: &[u8], caseless: bool) -> f64 {
    let share = |byte: u8| match byte {
        b' ' => 0.16,
        b'a' | b'e' | b'i' | b'n' | b'o' | b'r' | b's' | b't' => 0.06,
        b'c' | b'd' | b'h' | b'l' | b'm' | b'p' | b'u' => 0.025,
        b'a'..=b'z' => 0.008,
        b'0'..=b'9' => 0.006,
        b'A'..=b'Z' => 0.003,
        b'.' | b',' | b'_' | b'-' | b'\"' | b'\n' => 0.008,
        0x80.. => 0.02,
        _ => 0.002,
    };
    let upper = |b: &u8| {
        if caseless && b.is_ascii_lowercase() { share(b.to_ascii_uppercase()) } else { 0.0 }
    };
    text.iter().map(|b| share(*b) + upper(b)).product::<f64>() * OFTEN
}

/// The pattern with every digit replaced by any digit, every capital by any, every small letter by any, so that the patterns of many
/// countries become few shapes.
pub fn widen(hir: &Hir) -> Hir {
    match hir.kind() {
        HirKind::Literal(literal) => {
            let one = |byte: &u8| widened(&ClassBytes::new([ClassBytesRange::new(*byte, *byte)]));
            Hir::concat(literal.0.iter().map(one).collect())
        }
        HirKind::Class(Class::Bytes(class)) => widened(class),
        HirKind::Repetition(repetition) => {
            let mut repetition = repetition.clone();
            repetition.sub = Box::new(widen(&repetition.sub));
            Hir::repetition(repetition)
        }
        HirKind::Capture(capture) => widen(&capture.sub),
        HirKind::Concat(parts) => Hir::concat(parts.iter().map(widen).collect()),
        HirKind::Alternation(parts) => Hir::alternation(parts.iter().map(widen).collect()),
        _ => hir.clone(),
    }
}

fn widened(class: &ClassBytes) -> Hir {
    let mut class = class.clone();
    for (from, to) in [(b'0', b'9'), (b'A', b'Z'), (b'a', b'z')] {
        if class.iter().any(|r| r.start() <= to && r.end() >= from) {
            class.push(ClassBytesRange::new(from, to));
        }
    }
    Hir::class(Class::Bytes(class))
}

/// A set of bytes.
pub type Bytes = [u64; 4];

#[inline]
pub fn has(set: &Bytes, byte: u8) -> bool {
    set[usize::from(byte >> 6)] >> (byte & 63) & 1 != 0
}

/// What a pattern asks beyond its shape, if that is told from single bytes at fixed places: then its matches are those of the shape where
/// these bytes are in these sets.
pub fn narrow(pattern: &Hir) -> Option<Vec<(u8, Bytes)>> {
    let parts = match pattern.kind() {
        HirKind::Concat(parts) => parts.as_slice(),
        _ => std::slice::from_ref(pattern),
    };
    let (mut asked, mut at) = (Vec::new(), 0usize);
    for (i, part) in parts.iter().enumerate() {
        let fixed = match part.kind() {
            HirKind::Literal(literal) => literal.0.iter().map(|b| single(*b)).collect(),
            HirKind::Class(Class::Bytes(class)) => vec![set(class)],
            HirKind::Repetition(r) if r.max == Some(r.min) => match r.sub.kind() {
                HirKind::Class(Class::Bytes(class)) => vec![set(class); r.min as usize],
                _ => Vec::new(),
            },
            _ => Vec::new(),
        };
        if fixed.is_empty() {
            // From here on nothing may be asked.
            let same = parts[i..].iter().all(|part| widen(part) == *part);
            return same.then_some(asked);
        }
        for (place, bytes) in (at..).zip(&fixed) {
            if wide(bytes) != *bytes {
                asked.push((u8::try_from(place).ok()?, *bytes));
            }
        }
        at += fixed.len();
    }
    Some(asked)
}

fn single(byte: u8) -> Bytes {
    set(&ClassBytes::new([ClassBytesRange::new(byte, byte)]))
}

fn set(class: &ClassBytes) -> Bytes {
    let mut set = [0; 4];
    for byte in class.iter().flat_map(|r| r.start()..=r.end()) {
        set[usize::from(byte >> 6)] |= 1 << (byte & 63);
    }
    set
}

fn wide(bytes: &Bytes) -> Bytes {
    let all = (0..=255u8).filter(|b| has(bytes, *b)).map(|b| ClassBytesRange::new(b, b));
    match widened(&ClassBytes::new(all)).kind() {
        HirKind::Class(Class::Bytes(class)) => set(class),
        // A class of one byte is a literal.
        _ => *bytes,
    }
}

/// What stands before the begin of a value. The begin of the text and what follows an escape are tried without Hyperscan.
const BEFORE: &str = "[^0-9A-Za-z]";

/// Hyperscan takes patterns of up to 16,000 bytes.
const PATTERN: usize = 12_000;

/// Expressions for the first `depth` bytes of what an automaton matches; each with the bytes between the begin of the value and the
/// end of the match.
pub fn heads(dfa: &Dfa, start: StateID, depth: usize) -> Vec<(usize, String)> {
    let mut trie = Trie { dfa, known: HashMap::new() };
    let mut found = Vec::new();
    let mut add = |bytes: usize, heads: &[String], after: &str| {
        found.extend(heads.iter().map(|head| (bytes, format!("{BEFORE}{head}{after}"))));
    };
    for short in 1..depth {
        let word = trie.split(start, short, Ends::InWord, "");
        add(short, &word, r"\b");
        add(short + 1, &word, "_");
        add(short, &trie.split(start, short, Ends::Otherwise, ""), "");
    }
    add(depth, &trie.split(start, depth, Ends::GoesOn, ""), "");
    found
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Ends {
    /// A match ends here, with a letter or digit.
    InWord,
    /// A match ends here, with something else.
    Otherwise,
    /// A match ends here or later.
    GoesOn,
}

struct Trie<'d> {
    dfa: &'d Dfa,
    known: HashMap<(StateID, usize, Ends), Option<String>>,
}

/// Bytes that lead to states with the same rest, one of these states, and the rest.
type Branch = (Vec<u8>, StateID, String);

impl Trie<'_> {
    /// The expression, in parts that are short enough.
    fn split(&mut self, state: StateID, left: usize, ends: Ends, before: &str) -> Vec<String> {
        match self.below(state, left, ends) {
            None => Vec::new(),
            Some(all) if all.len() + before.len() < PATTERN => vec![format!("{before}{all}")],
            Some(_) => {
                let mut parts = Vec::new();
                for (bytes, next, _) in self.branches(state, left, ends) {
                    let mut before = before.to_owned();
                    class(ranges(&bytes), &mut before);
                    parts.extend(self.split(next, left - 1, ends, &before));
                }
                parts
            }
        }
    }

    fn below(&mut self, state: StateID, left: usize, ends: Ends) -> Option<String> {
        if let Some(known) = self.known.get(&(state, left, ends)) {
            return known.clone();
        }
        let branches: Vec<String> = self
            .branches(state, left, ends)
            .into_iter()
            .map(|(bytes, _, rest)| {
                let mut branch = String::new();
                class(ranges(&bytes), &mut branch);
                branch + &rest
            })
            .collect();
        let expression = match branches.as_slice() {
            [] => None,
            [one] => Some(one.clone()),
            _ => Some(format!("(?:{})", branches.join("|"))),
        };
        self.known.insert((state, left, ends), expression.clone());
        expression
    }

    fn branches(&mut self, state: StateID, left: usize, ends: Ends) -> Vec<Branch> {
        let mut by_rest: BTreeMap<String, (Vec<u8>, StateID)> = BTreeMap::new();
        for byte in 0..=255u8 {
            let last = left == 1 && ends != Ends::GoesOn;
            if last && byte.is_ascii_alphanumeric() != (ends == Ends::InWord) {
                continue;
            }
            let next = self.dfa.next_state(state, byte);
            let rest = if self.dfa.is_dead_state(next) {
                None
            } else if left > 1 {
                self.below(next, left - 1, ends)
            } else {
                self.stands(next, ends).then(String::new)
            };
            if let Some(rest) = rest {
                by_rest.entry(rest).or_insert((Vec::new(), next)).0.push(byte);
            }
        }
        by_rest.into_iter().map(|(rest, (bytes, next))| (bytes, next, rest)).collect()
    }

    /// Whether a match ends at this state, or may still end behind it.
    fn stands(&self, state: StateID, ends: Ends) -> bool {
        let here = self.dfa.is_match_state(self.dfa.next_eoi_state(state));
        let later = || {
            (0..=255u8).any(|b| {
                let next = self.dfa.next_state(state, b);
                !self.dfa.is_dead_state(next)
            })
        };
        here || ends == Ends::GoesOn && later()
    }
}

fn ranges(bytes: &[u8]) -> Vec<(u8, u8)> {
    let mut ranges: Vec<(u8, u8)> = Vec::new();
    for &byte in bytes {
        match ranges.last_mut() {
            Some((_, end)) if *end + 1 == byte => *end = byte,
            _ => ranges.push((byte, byte)),
        }
    }
    ranges
}
