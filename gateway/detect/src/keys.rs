//! How words begin that patterns begin with.
//!
//! Read off a pattern's automaton: up to eight bytes, as far as few can follow. [`KeyTable`](crate::key_table::KeyTable) answers, for the first
//! bytes of a word of the text, which patterns could begin there.

use std::collections::{BTreeMap, BTreeSet};

use crate::anchor::next;
use crate::automaton::State;
use crate::matcher::Matcher;

/// Most keys that one pattern may put into the table, so that it stays sparse.
const KEYS_MAX: usize = 1000;
/// Bytes of a key.
pub(crate) const LENGTH: usize = 8;
/// Bytes that a key must have.
pub(crate) const HEAD: usize = 4;
/// Beyond the head, a byte that can be more than this is left open.
const FEW: usize = 6;
/// Bytes behind a key that are looked at.
pub(crate) const BEHIND: usize = 2;
/// Most bytes between the begin of a match and its first word.
pub(crate) const BACK: u8 = 12;

/// The first eight bytes of a word, as read from the text little-endian.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    /// Compared with the text under `mask`: a byte that may be one of two which case parts is compared without it.
    pub(crate) bytes: u64,
    pub(crate) mask: u64,
    /// The bytes that may stand behind so many of its own, and behind the first of them.
    pub(crate) follow: [Set; BEHIND],
    pub(crate) length: u8,
    /// The state that those lead to, if it is one and the word begins the match.
    pub(crate) state: Option<State>,
    /// Bytes between the begin of the match and the word.
    pub(crate) back: u8,
}

/// A set of bytes, a bit each.
pub(crate) type Set = [u64; 4];

/// What is compared of a byte in either case.
pub(crate) const EITHER: u8 = !0x20;

/// What may follow behind states; many keys lead to the same.
type Follows = BTreeMap<BTreeSet<State>, [Set; BEHIND]>;

/// Words that begin alike, case folded.
struct Branch {
    /// For each byte what it is and what is compared of it.
    bytes: Vec<(u8, u8)>,
    states: BTreeSet<State>,
    /// Whether each of the bytes led from one state to one.
    single: bool,
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte >= 0x80
}

/// The keys of a pattern all of whose matches begin with a word, or with a digit; nothing if there are too many, or one is too short.
pub(crate) fn keys(matcher: &Matcher) -> Option<Vec<Key>> {
    let mut keys = BTreeSet::new();
    let mut known = Follows::new();
    let mut before = BTreeSet::from([matcher.first()]);
    for back in 0..=BACK {
        let digits = next(matcher, &before, |b| b.is_ascii_digit());
        if back > 0 && !digits.is_empty() {
            return None;
        }
        let first = Branch { bytes: Vec::new(), single: before.len() == 1, states: before.clone() };
        for branch in branches(matcher, first)? {
            keys.extend(branch.keys(matcher, back, &mut known)?);
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
        for byte in (0..=u8::MAX).filter(|b| !self.bytes.is_empty() || begins(*b)) {
            for state in self.states.iter().filter_map(|state| matcher.step(*state, byte)) {
                let (bytes, states) = reached.entry(byte | 0x20).or_default();
                bytes.insert(byte);
                states.insert(state);
            }
        }
        let longer = |(bytes, states): (BTreeSet<u8>, BTreeSet<State>)| {
            // Two bytes that are one when folded differ in nothing else.
            let mask = if bytes.len() == 1 { u8::MAX } else { EITHER };
            let byte = bytes.first().map(|byte| (byte & mask, mask));
            let bytes = self.bytes.iter().copied().chain(byte).collect();
            Branch { bytes, single: self.single && states.len() == 1, states }
        };
        reached.into_values().map(longer).collect()
    }

    fn keys(&self, matcher: &Matcher, back: u8, known: &mut Follows) -> Option<Vec<Key>> {
        let follow = *known.entry(self.states.clone()).or_insert_with(|| self.follow(matcher));
        match self.bytes.len() {
            HEAD.. => Some(vec![self.key(follow, back, None)]),
            3 => {
                let goes_on = |b: u8| self.states.iter().any(|s| matcher.step(*s, b).is_some());
                let fourth = (0..=u8::MAX).filter(|b| !b.is_ascii_alphanumeric() || goes_on(*b));
                let fourth: BTreeSet<u8> = fourth.map(|b| b & EITHER).collect();
                Some(fourth.iter().map(|b| self.key(follow, back, Some((*b, EITHER)))).collect())
            }
            _ => None,
        }
    }

    /// The key of these bytes, and of one behind them.
    fn key(&self, follow: [Set; BEHIND], back: u8, fourth: Option<(u8, u8)>) -> Key {
        let length = u8::try_from(self.bytes.len()).unwrap_or(0);
        let state = self.states.first().copied().filter(|_| self.single && back == 0);
        let mut key = Key { bytes: 0, mask: 0, follow, length, state, back };
        for (i, (byte, mask)) in self.bytes.iter().chain(&fourth).enumerate() {
            key.bytes |= u64::from(*byte) << (8 * i);
            key.mask |= u64::from(*mask) << (8 * i);
        }
        key
    }

    /// What may stand behind: two bytes, of which each may be any if a match may end before it.
    fn follow(&self, matcher: &Matcher) -> [Set; BEHIND] {
        let mut states = self.states.clone();
        let mut ends = false;
        [(); BEHIND].map(|()| {
            ends |= states.iter().any(|state| matcher.may_end(*state));
            let mut set = [0; 4];
            let goes_on = |b: u8| states.iter().any(|state| matcher.step(*state, b).is_some());
            for byte in (0..=u8::MAX).filter(|b| ends || goes_on(*b)) {
                set[usize::from(byte >> 6)] |= 1 << (byte & 63);
            }
            states = next(matcher, &states, |_| true);
            set
        })
    }
}
