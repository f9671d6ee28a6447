//! How a match can begin: literals, or the first bytes of a shape. The coarse databases look for nothing else.

use std::collections::{BTreeMap, HashMap};

use regex_automata::dfa::Automaton;
use regex_automata::util::primitives::StateID;
use regex_syntax::hir::literal::{ExtractKind, Extractor};
use regex_syntax::hir::{Class, ClassBytes, ClassBytesRange, Hir, HirKind};

use crate::automata::Dfa;
use crate::translate::class;

/// Shortest literal worth a place in the literal database.
const SHORTEST: usize = 3;
/// Longest: more does not make a literal rarer.
const LONGEST: usize = 12;
/// Most literals of one pattern.
const MOST: usize = 600;
/// Most letters of a class beyond ASCII that is written out.
const CLASS: usize = 12;

/// What a match of a pattern begins with, if it is one of a few literals.
pub struct Literals {
    pub texts: Vec<Vec<u8>>,
    /// The texts are lower case and stand for either case.
    pub caseless: bool,
}

/// The literals that all matches begin with: as long as they are not too many.
pub fn literals(pattern: &Hir) -> Option<Literals> {
    let mut caseless = false;
    let folded = fold(pattern, &mut caseless);
    (SHORTEST..=LONGEST).rev().find_map(|longest| extract(&folded, caseless, longest))
}

fn extract(folded: &Hir, caseless: bool, longest: usize) -> Option<Literals> {
    let mut extractor = Extractor::new();
    extractor
        .kind(ExtractKind::Prefix)
        .limit_class(24)
        .limit_repeat(longest)
        .limit_literal_len(longest)
        .limit_total(4 * MOST);
    let sequence = extractor.extract(folded);
    let mut texts: Vec<Vec<u8>> =
        sequence.literals()?.iter().map(|l| l.as_bytes().to_vec()).collect();
    if caseless {
        texts.iter_mut().for_each(|t| t.make_ascii_lowercase());
    }
    texts.sort();
    // What begins with another literal is found with it.
    texts.dedup_by(|longer, kept| longer.starts_with(kept));
    let fits = |t: &Vec<u8>| t.len() >= SHORTEST && !t[0].is_ascii_digit();
    ((1..=MOST).contains(&texts.len()) && texts.iter().all(fits))
        .then_some(Literals { texts, caseless })
}

/// Classes of one letter in both cases become the lower-case letter.
fn fold(hir: &Hir, caseless: &mut bool) -> Hir {
    match hir.kind() {
        HirKind::Class(Class::Bytes(bytes)) => match cases(bytes) {
            Some(letter) => {
                *caseless = true;
                Hir::literal([letter])
            }
            None => hir.clone(),
        },
        HirKind::Class(Class::Unicode(letters)) => {
            let letters: Vec<char> =
                letters.iter().flat_map(|r| r.start()..=r.end()).take(CLASS + 1).collect();
            if letters.len() > CLASS {
                return hir.clone();
            }
            *caseless = true;
            let mut letters: Vec<char> = letters.iter().map(char::to_ascii_lowercase).collect();
            letters.sort_unstable();
            letters.dedup();
            let literal = |c: char| Hir::literal(c.to_string().into_bytes());
            Hir::alternation(letters.into_iter().map(literal).collect())
        }
        HirKind::Repetition(repetition) => {
            let mut repetition = repetition.clone();
            repetition.sub = Box::new(fold(&repetition.sub, caseless));
            Hir::repetition(repetition)
        }
        HirKind::Capture(capture) => fold(&capture.sub, caseless),
        HirKind::Concat(parts) => Hir::concat(parts.iter().map(|p| fold(p, caseless)).collect()),
        HirKind::Alternation(parts) => {
            Hir::alternation(parts.iter().map(|p| fold(p, caseless)).collect())
        }
        _ => hir.clone(),
    }
}

fn cases(class: &ClassBytes) -> Option<u8> {
    let bytes: Vec<u8> = class.iter().flat_map(|r| r.start()..=r.end()).take(3).collect();
    match bytes.as_slice() {
        [upper, lower] if upper.is_ascii_uppercase() && *lower == upper.to_ascii_lowercase() => {
            Some(*lower)
        }
        _ => None,
    }
}

/// Whether all matches begin with one to seven letters before a digit.
pub fn letters_before_digit(pattern: &Hir) -> bool {
    let Some(literals) = literals(pattern) else { return false };
    literals.texts.iter().all(|text| {
        let letters = text.iter().take_while(|b| b.is_ascii_alphabetic()).count();
        let upper = text[..letters].iter().all(u8::is_ascii_uppercase);
        let joint = upper && text.get(letters).is_some_and(|b| b" -./".contains(b));
        let digit = text.get(letters + usize::from(joint)).is_some_and(u8::is_ascii_digit);
        (1..=7).contains(&letters) && digit
    })
}

/// The pattern with every digit replaced by any digit, so that the patterns of many countries become few shapes.
pub fn widen(hir: &Hir) -> Hir {
    let digits = ClassBytesRange::new(b'0', b'9');
    match hir.kind() {
        HirKind::Literal(literal) if literal.0.iter().any(u8::is_ascii_digit) => {
            let one = |b: &u8| match b.is_ascii_digit() {
                true => Hir::class(Class::Bytes(ClassBytes::new([digits]))),
                false => Hir::literal([*b]),
            };
            Hir::concat(literal.0.iter().map(one).collect())
        }
        HirKind::Class(Class::Bytes(bytes)) => {
            let mut bytes = bytes.clone();
            if bytes.iter().any(|r| r.start() <= b'9' && r.end() >= b'0') {
                bytes.push(digits);
            }
            Hir::class(Class::Bytes(bytes))
        }
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
