//! Where a value may begin: each pattern is given the cheapest kind of place that all its matches begin at.
//!
//! Derived from the pattern itself, so an author cannot get it wrong: the anchors are necessary conditions, and a pattern for
//! which none holds goes to the slow lane, which tries every byte.

use std::collections::BTreeSet;

use regex_syntax::hir::{Hir, HirKind};

use crate::automaton::State;
use crate::keys::{Key, keys};
use crate::matcher::Matcher;

/// Longest run of letters before the first digit that the letter anchor serves.
pub(crate) const LETTERS: usize = 7;
/// Longest user part before an `@` that the anchor looks back over.
pub(crate) const USER_PART: usize = 64;

/// The place a pattern's matches begin at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Anchor {
    /// At a word (or some bytes before it) whose first bytes are one of these.
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
        match begins_with_letters(matcher, signed) {
            Some(anchor) => found.push(anchor),
            None => return vec![Anchor::Everywhere(Box::new(first))],
        }
    }
    found
}

fn begins_with_letters(matcher: &Matcher, signed: bool) -> Option<Anchor> {
    if letters_lead_to_digit(matcher, signed) {
        return Some(Anchor::Letters);
    }
    if hex_leads_to_joint(matcher) {
        return Some(Anchor::Hex);
    }
    if signed { None } else { keys(matcher).map(Anchor::Words) }
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
pub(crate) fn next(
    matcher: &Matcher,
    states: &BTreeSet<State>,
    test: impl Fn(u8) -> bool,
) -> BTreeSet<State> {
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
    if one.iter().chain(&two).any(|state| matcher.may_end(*state)) {
        return false;
    }
    next(matcher, &one, odd).is_empty() && next(matcher, &two, |b| !b.is_ascii_digit()).is_empty()
}

fn letters_lead_to_digit(matcher: &Matcher, signed: bool) -> bool {
    let joint = |b: u8| matches!(b, b' ' | b'-' | b'.' | b'/');
    let mut states = BTreeSet::from([matcher.first()]);
    // What begins with something else (a digit, a sign) has an anchor of its own.
    let other = |b: u8| !(b.is_ascii_alphanumeric() || signed && matches!(b, b'+' | b'('));
    if !next(matcher, &states, other).is_empty() {
        return false;
    }
    for _ in 0..LETTERS {
        states = next(matcher, &states, |b| b.is_ascii_alphabetic());
        let over = next(matcher, &states, joint);
        if states.iter().chain(&over).any(|state| matcher.may_end(*state)) {
            return false;
        }
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

fn is_hex(byte: u8) -> bool {
    byte.is_ascii_hexdigit()
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
    // A dash counts between pairs: `ab-cd-`.
    let pair = |states| next(matcher, &next(matcher, states, is_hex), is_hex);
    let after_dash = next(matcher, &pair(&first), |b| b == b'-');
    let second = next(matcher, &after_dash, is_hex);
    if [&after_dash, &second].iter().any(|states| !next(matcher, states, |b| !is_hex(b)).is_empty())
        || !next(matcher, &pair(&after_dash), |b| b != b'-').is_empty()
    {
        return false;
    }
    let mut states = first;
    for depth in 1..=5 {
        states = next(matcher, &states, |b| b.is_ascii_hexdigit());
        if states.iter().any(|state| matcher.may_end(*state)) {
            return false;
        }
        let odd = next(matcher, &states, |b| {
            !b.is_ascii_hexdigit() && b != b':' && !(b == b'-' && depth == 2)
        });
        if !odd.is_empty() {
            return false;
        }
    }
    states.is_empty()
}
