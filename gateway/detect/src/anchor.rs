//! Where a value may begin: each pattern is given the cheapest kind of place that all its matches begin at.
//!
//! Derived from the pattern itself, so an author cannot get it wrong: the anchors are necessary conditions, and a pattern for
//! which none holds goes to the slow lane, which tries every byte. [`KeyTable`] answers, for the first four bytes of a word,
//! which patterns could begin there.

use std::collections::{BTreeMap, BTreeSet};

use regex_automata::util::primitives::StateID;
use regex_syntax::hir::literal::{ExtractKind, Extractor, Literal};
use regex_syntax::hir::{Hir, HirKind};

use crate::matcher::Matcher;

/// Longest run of letters before the first digit that the letter anchor serves.
pub(crate) const LETTERS: usize = 7;
/// Longest user part before an `@` that the anchor looks back over.
pub(crate) const USER_PART: usize = 64;

/// The place a pattern's matches begin at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Anchor {
    /// At a word (or some bytes before it) whose first four bytes are one of these.
    Words(Vec<Key>),
    /// At the first digit of a run.
    Digits,
    /// At `+`, `(` or `+(` before a run of digits.
    Sign,
    /// At a short run of letters before a digit, directly or over one joint.
    Letters,
    /// At a short hexadecimal word before `:` or `-`, or at `::`.
    Hex,
    /// Some bytes of [`is_user_part`] before an `@`.
    At,
    /// Anywhere: the bytes it can begin with.
    Everywhere(Box<[bool; 256]>),
}

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

/// Most keys that one pattern may put into the table, so that it stays sparse.
const KEYS_MAX: usize = 600;
const FOLD: u32 = 0x2020_2020;

/// Whether a byte can stand in the part of an e-mail address before the `@`.
pub(crate) fn is_user_part(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'%' | b'+' | b'-')
}

/// The anchors of a pattern; together they cover all its matches.
pub(crate) fn anchors(pattern: &Hir, matcher: &Matcher) -> Vec<Anchor> {
    if begins_with_user_part(pattern) {
        return vec![Anchor::At];
    }
    let mut first = [false; 256];
    for byte in 0..=255u8 {
        first[usize::from(byte)] = matcher.step(matcher.first(), byte).is_some();
    }
    let mut found = Vec::new();
    let any = |test: fn(u8) -> bool| (0..=255u8).any(|b| first[usize::from(b)] && test(b));
    let signed = any(|b| matches!(b, b'+' | b'(')) && sign_leads_to_digit(matcher);
    if any(|b| b.is_ascii_digit()) {
        found.push(Anchor::Digits);
    }
    if signed {
        found.push(Anchor::Sign);
    }
    if (0..=255u8).any(|b| {
        first[usize::from(b)] && !b.is_ascii_digit() && !(signed && matches!(b, b'+' | b'('))
    }) {
        match begins_with_letters(pattern, matcher, signed) {
            Some(anchor) => found.push(anchor),
            None => return vec![Anchor::Everywhere(Box::new(first))],
        }
    }
    found
}

fn begins_with_letters(pattern: &Hir, matcher: &Matcher, signed: bool) -> Option<Anchor> {
    if letters_lead_to_digit(matcher) {
        return Some(Anchor::Letters);
    }
    if hex_leads_to_joint(matcher) {
        return Some(Anchor::Hex);
    }
    if signed { None } else { keys(pattern).map(Anchor::Words) }
}

fn begins_with_user_part(pattern: &Hir) -> bool {
    let HirKind::Concat(parts) = pattern.kind() else { return false };
    let [first, second, ..] = parts.as_slice() else { return false };
    let (HirKind::Repetition(user), HirKind::Literal(at)) = (first.kind(), second.kind()) else {
        return false;
    };
    let HirKind::Class(class) = user.sub.kind() else { return false };
    let fits = (0..=255u8).all(|b| is_user_part(b) || !class_has(class, b));
    at.0.first() == Some(&b'@')
        && user.min >= 1
        && user.max.is_some_and(|m| m as usize <= USER_PART)
        && fits
}

fn class_has(class: &regex_syntax::hir::Class, byte: u8) -> bool {
    match class {
        regex_syntax::hir::Class::Bytes(c) => {
            c.ranges().iter().any(|r| r.start() <= byte && byte <= r.end())
        }
        regex_syntax::hir::Class::Unicode(_) => true,
    }
}

/// The states after one more byte that passes the test.
fn next(
    matcher: &Matcher,
    states: &BTreeSet<StateID>,
    test: impl Fn(u8) -> bool,
) -> BTreeSet<StateID> {
    let mut reached = BTreeSet::new();
    for state in states {
        for byte in (0..=255u8).filter(|b| test(*b)) {
            reached.extend(matcher.step(*state, byte));
        }
    }
    reached
}

fn sign_leads_to_digit(matcher: &Matcher) -> bool {
    let sign = |b: u8| matches!(b, b'+' | b'(');
    let one = next(matcher, &BTreeSet::from([matcher.first()]), sign);
    let two = next(matcher, &one, sign);
    let odd = |b: u8| !b.is_ascii_digit() && !sign(b);
    next(matcher, &one, odd).is_empty() && next(matcher, &two, |b| !b.is_ascii_digit()).is_empty()
}

fn letters_lead_to_digit(matcher: &Matcher) -> bool {
    let joint = |b: u8| matches!(b, b' ' | b'-' | b'.' | b'/');
    let mut states = BTreeSet::from([matcher.first()]);
    // What begins with something else (a digit, a sign) has an anchor of its own.
    if !next(matcher, &states, |b| !b.is_ascii_alphanumeric() && !matches!(b, b'+' | b'('))
        .is_empty()
    {
        return false;
    }
    for _ in 0..LETTERS {
        states = next(matcher, &states, |b| b.is_ascii_alphabetic());
        let over = next(matcher, &states, joint);
        let uppercase_only = over.is_empty() || lower_is_dead(matcher);
        let odd = next(matcher, &states, |b| !b.is_ascii_alphanumeric() && !joint(b));
        if !odd.is_empty()
            || !uppercase_only
            || !next(matcher, &over, |b| !b.is_ascii_digit()).is_empty()
        {
            return false;
        }
    }
    next(matcher, &states, |b| b.is_ascii_alphabetic()).is_empty()
}

fn lower_is_dead(matcher: &Matcher) -> bool {
    (b'a'..=b'z').all(|b| matcher.step(matcher.first(), b).is_none())
}

fn hex_leads_to_joint(matcher: &Matcher) -> bool {
    let first = BTreeSet::from([matcher.first()]);
    if !next(matcher, &first, |b| !b.is_ascii_hexdigit() && b != b':').is_empty() {
        return false;
    }
    let after_colon = next(matcher, &first, |b| b == b':');
    if !next(matcher, &after_colon, |b| b != b':').is_empty() {
        return false;
    }
    let mut states = first;
    for depth in 1..=5 {
        states = next(matcher, &states, |b| b.is_ascii_hexdigit());
        let odd = next(matcher, &states, |b| {
            !b.is_ascii_hexdigit() && b != b':' && !(b == b'-' && depth == 2)
        });
        if !odd.is_empty() {
            return false;
        }
    }
    states.is_empty()
}

/// The four-byte keys of a pattern all of whose matches begin with a word.
fn keys(pattern: &Hir) -> Option<Vec<Key>> {
    let mut extractor = Extractor::new();
    extractor
        .kind(ExtractKind::Prefix)
        .limit_class(64)
        .limit_repeat(12)
        .limit_literal_len(12)
        .limit_total(6000);
    let sequence = extractor.extract(pattern);
    let mut keys = Vec::new();
    for literal in sequence.literals()? {
        keys.extend(literal_keys(literal)?);
    }
    let all = merged(&keys);
    let heads: Vec<Key> = keys.iter().map(|key| Key { tail: 0, tail_mask: 0, ..*key }).collect();
    let fits = |keys: &Vec<Key>| (1..=KEYS_MAX).contains(&keys.len());
    Some(all).filter(fits).or_else(|| Some(merged(&heads)).filter(fits))
}

/// Keys that differ only in the case of their first bytes become one.
fn merged(keys: &[Key]) -> Vec<Key> {
    let mut alike: BTreeMap<Key, BTreeSet<u32>> = BTreeMap::new();
    for key in keys {
        alike.entry(Key { bytes: 0, ..*key }).or_default().insert(key.bytes);
    }
    let merge = |(key, bytes): (Key, BTreeSet<u32>)| match bytes.first() {
        Some(only) if bytes.len() == 1 => Key { bytes: *only & key.mask, ..key },
        _ => Key { bytes: key.folded & key.mask & !FOLD, mask: key.mask & !FOLD, ..key },
    };
    alike.into_iter().map(merge).collect()
}

fn literal_keys(literal: &Literal) -> Option<Vec<Key>> {
    let bytes = literal.as_bytes();
    let word = |b: u8| b.is_ascii_alphanumeric() || b >= 0x80;
    let back = bytes.iter().position(|b| word(*b))?;
    let head = bytes.get(back..)?;
    if head.first()?.is_ascii_digit() {
        return if back == 0 { Some(Vec::new()) } else { None };
    }
    let back = u8::try_from(back).ok()?;
    if let Some(&[a, b, c, d]) = head.first_chunk::<4>() {
        let bytes = u32::from_le_bytes([a, b, c, d]);
        let (tail, tail_mask) = tail(head.get(4..).unwrap_or_default());
        let folded = bytes | FOLD;
        return Some(vec![Key { folded, bytes, mask: u32::MAX, tail, tail_mask, back }]);
    }
    let &[a, b, c] = head.first_chunk::<3>()?;
    let ends = |d: u8| !literal.is_exact() || !(d.is_ascii_alphanumeric() || d == b'_');
    let fourth: BTreeSet<u8> = (0..=255u8).filter(|d| ends(*d)).map(|d| d | 0x20).collect();
    let key = |d: u8| Key {
        folded: u32::from_le_bytes([a, b, c, d]) | FOLD,
        bytes: u32::from_le_bytes([a, b, c, 0]),
        mask: 0x00FF_FFFF,
        tail: 0,
        tail_mask: 0,
        back,
    };
    Some(fourth.into_iter().map(key).collect())
}

/// Up to four bytes, case folded, and the mask of those that are there.
fn tail(bytes: &[u8]) -> (u32, u32) {
    let (mut tail, mut mask) = ([0; 4], [0; 4]);
    for ((byte, tail), mask) in bytes.iter().zip(&mut tail).zip(&mut mask) {
        (*tail, *mask) = (byte | 0x20, 0xFF);
    }
    (u32::from_le_bytes(tail), u32::from_le_bytes(mask))
}

/// One pattern that may begin at a key.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    pub(crate) key: Key,
    pub(crate) form: u16,
}

/// Four bytes of text → the patterns that may begin there. The test for "none" reads one bit of sixteen kilobytes.
#[derive(Clone, Debug)]
pub(crate) struct KeyTable {
    present: Vec<u64>,
    offsets: Vec<u32>,
    entries: Vec<Entry>,
}

/// Bits of a slot's number.
const SLOT: u32 = 17;

fn slot(folded: u32) -> usize {
    (folded.wrapping_mul(0x9E37_79B1) >> (u32::BITS - SLOT)) as usize
}

impl KeyTable {
    pub(crate) fn new(mut entries: Vec<Entry>) -> KeyTable {
        entries.sort_by_key(|e| (slot(e.key.folded), e.form, e.key));
        let mut present = vec![0u64; (1 << SLOT) / 64];
        let mut offsets = vec![0u32; (1 << SLOT) + 1];
        for entry in &entries {
            let slot = slot(entry.key.folded);
            present[slot / 64] |= 1 << (slot % 64);
            offsets[slot + 1] += 1;
        }
        let mut sum = 0;
        for offset in &mut offsets {
            sum += *offset;
            *offset = sum;
        }
        KeyTable { present, offsets, entries }
    }

    /// Whether a pattern may begin with these four bytes; wrong only towards yes.
    #[inline]
    pub(crate) fn may_hold(&self, bytes: u32) -> bool {
        let slot = slot(bytes | FOLD);
        self.present.get(slot / 64).is_some_and(|word| word >> (slot % 64) & 1 != 0)
    }

    /// The patterns that may begin with these four bytes and the next.
    pub(crate) fn get(&self, bytes: u32, next: u32) -> impl Iterator<Item = Entry> + '_ {
        let slot = slot(bytes | FOLD);
        let range = self
            .offsets
            .get(slot)
            .zip(self.offsets.get(slot + 1))
            .map_or(0..0, |(a, b)| *a as usize..*b as usize);
        let bucket = self.entries.get(range).unwrap_or_default();
        bucket.iter().copied().filter(move |e| {
            e.key.bytes == bytes & e.key.mask
                && e.key.folded == (bytes | FOLD)
                && e.key.tail == (next | FOLD) & e.key.tail_mask
        })
    }

    /// The share of slots that are taken: how often a foreign word costs a second look.
    #[cfg(test)]
    pub(crate) fn filled(&self) -> f64 {
        f64::from(self.present.iter().map(|w| w.count_ones()).sum::<u32>())
            / f64::from(1u32 << SLOT)
    }

    #[cfg(test)]
    pub(crate) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Number of keys.
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }
}
