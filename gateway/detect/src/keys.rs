//! How words begin that patterns begin with.
//!
//! Read off a pattern's automaton: up to eight bytes, as far as few can follow. [`KeyTable`] answers, for the first bytes of a word of the text,
//! which patterns could begin there.

use std::collections::{BTreeMap, BTreeSet};

use crate::anchor::next;
use crate::automaton::State;
use crate::buckets::Buckets;
use crate::matcher::Matcher;

/// Most keys that one pattern may put into the table, so that it stays sparse.
const KEYS_MAX: usize = 1000;
/// Bytes of a key.
pub(crate) const LENGTH: usize = 8;
/// Bytes that a key must have.
const HEAD: usize = 4;
/// Beyond the head, a byte that can be more than this is left open.
const FEW: usize = 6;
/// Most bytes between the begin of a match and its first word.
pub(crate) const BACK: u8 = 12;

/// The first eight bytes of a word, as read from the text little-endian.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    /// The bytes, case folded.
    pub(crate) folded: u32,
    /// Compared with the text under `mask`.
    pub(crate) bytes: u32,
    pub(crate) mask: u32,
    /// The four bytes behind them, case folded; compared under `tail_mask`.
    tail: u32,
    tail_mask: u32,
    /// Bytes between the begin of the match and the word.
    pub(crate) back: u8,
}

const FOLD: u32 = 0x2020_2020;

/// Words that begin alike, case folded.
struct Branch {
    folded: Vec<u8>,
    /// As they are written, if all are written alike.
    exact: Option<Vec<u8>>,
    states: BTreeSet<State>,
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte >= 0x80
}

/// The keys of a pattern all of whose matches begin with a word, or with a digit; nothing if there are too many, or one is too short.
pub(crate) fn keys(matcher: &Matcher) -> Option<Vec<Key>> {
    let mut keys = BTreeSet::new();
    let mut before = BTreeSet::from([matcher.first()]);
    for back in 0..=BACK {
        let digits = next(matcher, &before, |b| b.is_ascii_digit());
        if back > 0 && !digits.is_empty() {
            return None;
        }
        let first = Branch { folded: Vec::new(), exact: Some(Vec::new()), states: before.clone() };
        for branch in branches(matcher, first)? {
            keys.extend(branch.keys(matcher, back)?);
        }
        before = next(matcher, &before, |b| !is_word(b));
        if before.is_empty() {
            return (1..=KEYS_MAX).contains(&keys.len()).then(|| keys.into_iter().collect());
        }
        if before.iter().any(|state| matcher.may_end(*state)) {
            return None;
        }
    }
    None
}

/// The words that begin in these states, each as far as it is told from few others.
fn branches(matcher: &Matcher, first: Branch) -> Option<Vec<Branch>> {
    let (mut done, mut open) = (Vec::new(), vec![first]);
    for depth in 0..LENGTH {
        let mut longer = Vec::new();
        for branch in std::mem::take(&mut open) {
            if depth > 0 && branch.states.iter().any(|state| matcher.may_end(*state)) {
                done.push(branch);
                continue;
            }
            let next = branch.next(matcher);
            if depth >= HEAD && next.len() > FEW {
                done.push(branch);
            } else {
                longer.extend(next);
            }
        }
        if done.len() + longer.len() > KEYS_MAX {
            return None;
        }
        open = longer;
    }
    done.append(&mut open);
    Some(done)
}

impl Branch {
    /// With one byte more.
    fn next(&self, matcher: &Matcher) -> Vec<Branch> {
        let mut reached: BTreeMap<u8, (BTreeSet<u8>, BTreeSet<State>)> = BTreeMap::new();
        let begins = |byte: u8| is_word(byte) && !byte.is_ascii_digit();
        for byte in (0..=u8::MAX).filter(|b| !self.folded.is_empty() || begins(*b)) {
            for state in self.states.iter().filter_map(|state| matcher.step(*state, byte)) {
                let (bytes, states) = reached.entry(byte | 0x20).or_default();
                bytes.insert(byte);
                states.insert(state);
            }
        }
        let longer = |(folded, (bytes, states)): (u8, (BTreeSet<u8>, BTreeSet<State>))| {
            let only = bytes.first().filter(|_| bytes.len() == 1);
            let exact = only.and_then(|byte| Some([self.exact.as_deref()?, &[*byte]].concat()));
            // Beyond the head case does not count.
            let exact = if self.folded.len() < HEAD { exact } else { self.exact.clone() };
            Branch { folded: [&self.folded[..], &[folded]].concat(), exact, states }
        };
        reached.into_iter().map(longer).collect()
    }

    fn keys(&self, matcher: &Matcher, back: u8) -> Option<Vec<Key>> {
        let key = |folded: &[u8]| {
            let (head, _) = four(folded);
            let (tail, tail_mask) = four(folded.get(HEAD..).unwrap_or_default());
            let (exact, exact_mask) = four(self.exact.as_deref().unwrap_or_default());
            let (_, mask) = four(&self.folded);
            let (bytes, mask) = match self.exact {
                Some(_) => (exact, exact_mask),
                None => (head & mask & !FOLD, mask & !FOLD),
            };
            Key { folded: head, bytes, mask, tail, tail_mask, back }
        };
        match self.folded.len() {
            HEAD.. => Some(vec![key(&self.folded)]),
            3 => {
                let goes_on = |b: u8| self.states.iter().any(|s| matcher.step(*s, b).is_some());
                let fourth = (0..=u8::MAX).filter(|b| !b.is_ascii_alphanumeric() || goes_on(*b));
                let fourth: BTreeSet<u8> = fourth.map(|b| b | 0x20).collect();
                Some(fourth.iter().map(|b| key(&[&self.folded[..], &[*b]].concat())).collect())
            }
            _ => None,
        }
    }
}

/// Up to four bytes and the mask of those that are there.
fn four(bytes: &[u8]) -> (u32, u32) {
    let (mut four, mut mask) = ([0; HEAD], [0; HEAD]);
    for ((byte, four), mask) in bytes.iter().zip(&mut four).zip(&mut mask) {
        (*four, *mask) = (*byte, 0xFF);
    }
    (u32::from_le_bytes(four), u32::from_le_bytes(mask))
}

/// One pattern that may begin at a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Entry {
    pub(crate) key: Key,
    pub(crate) form: u16,
}

/// Four bytes of text → the patterns that may begin there.
#[derive(Clone, Debug)]
pub(crate) struct KeyTable {
    /// The first four bytes of all keys, so that one look tells that there is nothing.
    heads: Buckets<()>,
    /// Keys of fewer than eight bytes, by the first four.
    short: Buckets<Entry>,
    /// Keys of eight bytes, by all of them.
    long: Buckets<Entry>,
}

/// Eight bytes as one number to look up.
#[inline]
fn both(folded: u32, tail: u32) -> u32 {
    folded ^ tail.wrapping_mul(0x85EB_CA6B)
}

impl KeyTable {
    pub(crate) fn new(mut entries: Vec<Entry>) -> KeyTable {
        entries.sort_by_key(|e| (e.form, e.key));
        let is_long = |entry: &Entry| entry.key.tail_mask == u32::MAX;
        let heads: BTreeSet<u32> = entries.iter().map(|e| e.key.folded).collect();
        let (long, short): (Vec<Entry>, Vec<Entry>) = entries.into_iter().partition(is_long);
        KeyTable {
            heads: Buckets::new(heads.into_iter().map(|head| (head, ()))),
            short: Buckets::new(short.into_iter().map(|e| (e.key.folded, e))),
            long: Buckets::new(long.into_iter().map(|e| (both(e.key.folded, e.key.tail), e))),
        }
    }

    /// Whether a pattern may begin with these four bytes; wrong only towards yes.
    #[inline]
    pub(crate) fn may_hold(&self, bytes: u32) -> bool {
        self.heads.may_hold(bytes | FOLD)
    }

    /// The same for these four bytes and the next, when the first may.
    #[inline]
    pub(crate) fn may_hold_both(&self, bytes: u32, next: u32) -> bool {
        let (folded, tail) = (bytes | FOLD, next | FOLD);
        self.long.may_hold(both(folded, tail)) || self.short.may_hold(folded)
    }

    /// The patterns that may begin with these four bytes and the next.
    #[inline]
    pub(crate) fn get(&self, bytes: u32, next: u32) -> impl Iterator<Item = Entry> + '_ {
        let (folded, tail) = (bytes | FOLD, next | FOLD);
        let short = self.short.get(folded).iter();
        let long = self.long.get(both(folded, tail));
        short.chain(long).copied().filter(move |e| {
            e.key.bytes == bytes & e.key.mask
                && e.key.folded == folded
                && e.key.tail == tail & e.key.tail_mask
        })
    }

    /// The share of slots that are taken: how often a foreign word costs a second look.
    #[cfg(test)]
    pub(crate) fn filled(&self) -> f64 {
        self.heads.filled()
    }

    #[cfg(test)]
    pub(crate) fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.short.items().iter().chain(self.long.items())
    }

    /// Number of keys.
    pub(crate) fn len(&self) -> usize {
        self.short.items().len() + self.long.items().len()
    }
}
