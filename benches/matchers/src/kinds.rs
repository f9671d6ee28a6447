//! Which trigger finds the begin of a pattern, proven from its automaton: every match must begin so.

use std::collections::BTreeSet;

use regex_automata::dfa::Automaton;
use regex_automata::util::primitives::StateID;

use crate::automata::Form;

/// Longest run of letters before a digit.
pub const LETTERS: usize = 7;
/// Longest hexadecimal word before a colon.
pub const HEX: usize = 4;

/// How a shape begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// With a digit.
    Digits,
    /// `+`, `(` or two of them before a digit.
    Sign,
    /// Letters, then a digit; a joint may stand between if the last letter is upper case.
    Letters,
    /// A hexadecimal word, a colon, and more of it; or three pairs joined by dashes.
    Hex,
    /// Otherwise: the heads are given to Hyperscan.
    Rest,
}

/// All kinds of shapes.
pub const KINDS: [Kind; 5] = [Kind::Digits, Kind::Sign, Kind::Letters, Kind::Hex, Kind::Rest];

/// What a description of a begin says of one more byte.
enum Step {
    Go(u8),
    Yes,
    No,
}

pub fn is_joint(byte: u8) -> bool {
    b" -./".contains(&byte)
}

fn step(kind: Kind, state: u8, byte: u8) -> Step {
    let sign = matches!(byte, b'+' | b'(');
    match kind {
        Kind::Digits if byte.is_ascii_digit() => Step::Yes,
        Kind::Sign if state > 0 && byte.is_ascii_digit() => Step::Yes,
        Kind::Sign if state < 2 && sign => Step::Go(state + 1),
        Kind::Letters => letters(state, byte),
        Kind::Hex => hex(state, byte),
        _ => Step::No,
    }
}

/// States: letters read, 64 added if the last one is upper case; 128: after the joint.
fn letters(state: u8, byte: u8) -> Step {
    let read = state & 63;
    match byte {
        b'0'..=b'9' if state > 0 => Step::Yes,
        b'A'..=b'Z' | b'a'..=b'z' if state < 128 && usize::from(read) < LETTERS => {
            Step::Go(read + 1 + if byte.is_ascii_uppercase() { 64 } else { 0 })
        }
        _ if is_joint(byte) && (64..128).contains(&state) => Step::Go(128),
        _ => Step::No,
    }
}

/// States: hexadecimal digits read; 16: after the colon; 32 and on: after the dash.
fn hex(state: u8, byte: u8) -> Step {
    let digit = byte.is_ascii_hexdigit();
    match state {
        16 if digit || byte == b':' => Step::Yes,
        1..=4 if byte == b':' => Step::Go(16),
        2 if byte == b'-' => Step::Go(32),
        0..=3 | 32 | 33 if digit => Step::Go(state + 1),
        34 if byte == b'-' => Step::Yes,
        _ => Step::No,
    }
}

/// The kinds that together cover all begins of a form.
pub fn kinds(form: &Form) -> BTreeSet<Kind> {
    let mut kinds = BTreeSet::new();
    for first in 0..=255u8 {
        let state = form.dfa.next_state(form.start, first);
        if !form.dfa.is_dead_state(state) {
            let fits = |kind: &Kind| covers(form, *kind, state, first);
            kinds.insert(KINDS.into_iter().find(fits).unwrap_or(Kind::Rest));
        }
    }
    kinds
}

fn covers(form: &Form, kind: Kind, after: StateID, first: u8) -> bool {
    let mut seen = BTreeSet::new();
    let mut open = match step(kind, 0, first) {
        Step::Yes => return true,
        Step::No => return false,
        Step::Go(state) => vec![(after, state)],
    };
    while let Some((at, state)) = open.pop() {
        if !seen.insert((at, state)) {
            continue;
        }
        for byte in 0..=255u8 {
            let next = form.dfa.next_state(at, byte);
            // A match that ends here is told one byte late, from a state that leads nowhere.
            if form.dfa.is_match_state(next) {
                return false;
            }
            if form.dfa.is_dead_state(next) {
                continue;
            }
            match step(kind, state, byte) {
                Step::Yes => {}
                Step::No => return false,
                Step::Go(state) => open.push((next, state)),
            }
        }
    }
    true
}
