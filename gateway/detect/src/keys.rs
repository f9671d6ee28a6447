//! How words begin that patterns begin with.
//!
//! Read off a pattern's automaton: up to eight bytes, as far as few can follow. [`KeyTable`] answers, for the first bytes of a word of the text,
//! which patterns could begin there.

use std::collections::{BTreeMap, BTreeSet};

use crate::anchor::next;
use crate::automaton::{DEAD, State};
use crate::buckets::{Buckets, Heads};
use crate::matcher::Matcher;

/// Most keys that one pattern may put into the table, so that it stays sparse.
const KEYS_MAX: usize = 1000;
/// Bytes of a key.
pub(crate) const LENGTH: usize = 8;
/// Bytes that a key must have.
const HEAD: usize = 4;
/// Beyond the head, a byte that can be more than this is left open.
const FEW: usize = 6;
/// More bytes than this behind a head are taken for any.
const MANY: usize = 8;
/// Stands for any byte behind a head; none is that when folded.
const ANYTHING: u8 = 0;
/// Bytes behind a key that are looked at.
pub(crate) const BEHIND: usize = 2;
/// Most bytes between the begin of a match and its first word.
pub(crate) const BACK: u8 = 12;

/// The first eight bytes of a word, as read from the text little-endian.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    /// Compared with the text under `mask`: a byte that may be one of two which case parts is compared without it.
    bytes: u64,
    mask: u64,
    /// The bytes that may stand behind so many of its own, and behind the first of them.
    follow: [Set; BEHIND],
    length: u8,
    /// The state that those lead to, if it is one and the word begins the match.
    state: Option<State>,
    /// Bytes between the begin of the match and the word.
    back: u8,
}

/// A set of bytes, a bit each.
type Set = [u64; 4];

const ANY: Set = [u64::MAX; 4];

#[inline]
fn has(set: &Set, byte: u8) -> bool {
    set[usize::from(byte >> 6)] >> (byte & 63) & 1 != 0
}

const FOLD: u32 = 0x2020_2020;
/// What is compared of a byte in either case.
const EITHER: u8 = !0x20;

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

impl Key {
    /// Its first four bytes, case folded.
    fn head(&self) -> u32 {
        folded(self.bytes).0
    }

    /// What may stand behind its first four bytes, case folded; nothing if that is much.
    fn fifths(&self) -> Option<Vec<u8>> {
        if self.mask >> 32 != 0 {
            return Some(vec![folded(self.bytes).1.to_le_bytes()[0]]);
        }
        let follow = self.follow.get(HEAD.wrapping_sub(usize::from(self.length)))?;
        let may =
            |byte: &u8| byte & 0x20 != 0 && (has(follow, *byte) || has(follow, byte & EITHER));
        let fifths: Vec<u8> = (0..=u8::MAX).filter(may).collect();
        (fifths.len() <= MANY).then_some(fifths)
    }

    /// Whether all its bytes are told.
    fn is_long(&self) -> bool {
        self.mask >> 56 != 0
    }
}

/// Four bytes and four more, case folded.
#[inline]
fn folded(bytes: u64) -> (u32, u32) {
    let [a, b, c, d, e, f, g, h] = bytes.to_le_bytes();
    (u32::from_le_bytes([a, b, c, d]) | FOLD, u32::from_le_bytes([e, f, g, h]) | FOLD)
}

/// One pattern that may begin at a key.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    bytes: u64,
    mask: u64,
    pub(crate) form: u16,
    /// Which of [`KeyTable::follows`] may stand behind `length` bytes of the key.
    follow: u16,
    state: State,
    length: u8,
    /// Bytes between the begin of the match and the key.
    pub(crate) back: u8,
}

impl Entry {
    /// The state that the key leads to from the begin of the match, and its bytes; if it is known.
    #[inline]
    pub(crate) fn resume(&self) -> Option<(State, usize)> {
        (self.state != DEAD).then_some((self.state, usize::from(self.length)))
    }
}

/// Eight bytes of text → the patterns that may begin there.
#[derive(Clone, Debug)]
pub(crate) struct KeyTable {
    /// The first four bytes of all keys, so that one look tells that there is nothing.
    heads: Heads,
    /// The first four bytes of the short ones and what may stand behind them, or that it may be anything.
    fifths: Heads,
    /// Keys of fewer than eight bytes, by the first four.
    short: Buckets<Entry>,
    /// Keys of eight bytes, by all of them.
    long: Buckets<Entry>,
    /// What may stand behind keys: mostly the same, so it stays near.
    follows: Vec<[Set; BEHIND]>,
}

/// Eight bytes as one number to look up.
#[inline]
fn both((folded, tail): (u32, u32)) -> u32 {
    folded ^ tail.wrapping_mul(0x85EB_CA6B)
}

/// Four bytes and the one behind them, folded, as one number to look up.
#[inline]
fn five(head: u32, byte: u8) -> u32 {
    head ^ u32::from(byte).wrapping_mul(0x85EB_CA6B)
}

impl KeyTable {
    /// The table of keys, each with its form.
    pub(crate) fn new(mut keys: Vec<(u16, Key)>) -> KeyTable {
        keys.sort_unstable();
        let mut heads = Heads::default();
        keys.iter().for_each(|(_, key)| heads.insert(key.head()));
        let follows: BTreeSet<[Set; BEHIND]> = keys.iter().map(|(_, key)| key.follow).collect();
        let follows: Vec<[Set; BEHIND]> = follows.into_iter().collect();
        let entry = |(form, key): &(u16, Key)| {
            let follow = follows.binary_search(&key.follow).unwrap_or(0);
            let Key { bytes, mask, length, back, .. } = *key;
            let follow = u16::try_from(follow).unwrap_or(0);
            let state = key.state.unwrap_or(DEAD);
            Entry { bytes, mask, form: *form, follow, state, length, back }
        };
        let (long, short): (Vec<&_>, Vec<&_>) = keys.iter().partition(|(_, key)| key.is_long());
        let mut fifths = Heads::default();
        for (_, key) in &short {
            let bytes = key.fifths().unwrap_or(vec![ANYTHING]);
            bytes.iter().for_each(|byte| fifths.insert(five(key.head(), *byte)));
        }
        let by_head = |form: &(u16, Key)| (form.1.head(), entry(form));
        let by_both = |form: &(u16, Key)| (both(folded(form.1.bytes)), entry(form));
        KeyTable {
            heads,
            fifths,
            short: Buckets::new(short.into_iter().map(by_head)),
            long: Buckets::new(long.into_iter().map(by_both)),
            follows,
        }
    }

    /// Whether a pattern may begin with these four bytes; wrong only towards yes.
    #[inline]
    pub(crate) fn may_hold(&self, bytes: u32) -> bool {
        self.heads.has(bytes | FOLD)
    }

    /// The same for eight bytes, when the first four may.
    #[inline]
    pub(crate) fn may_hold_both(&self, bytes: u64) -> bool {
        let (head, tail) = folded(bytes);
        let [fifth, ..] = tail.to_le_bytes();
        self.long.may_hold(both((head, tail)))
            || self.fifths.has(five(head, fifth))
            || self.fifths.has(five(head, ANYTHING))
    }

    /// The patterns that may begin at a place of a text, where these eight bytes stand.
    #[inline]
    pub(crate) fn get<'k>(
        &'k self,
        text: &'k [u8],
        at: usize,
        bytes: u64,
    ) -> impl Iterator<Item = Entry> + 'k {
        let folded = folded(bytes);
        let short = self.short.get(folded.0).iter();
        let long = self.long.get(both(folded));
        let fits = move |e: &Entry| e.bytes == bytes & e.mask && self.goes_on(e, text, at);
        short.chain(long).copied().filter(fits)
    }

    /// Whether what stands behind a key at a place may stand there.
    #[inline]
    fn goes_on(&self, entry: &Entry, text: &[u8], at: usize) -> bool {
        let Some([first, second]) = self.follows.get(usize::from(entry.follow)) else {
            return false;
        };
        let behind = at + usize::from(entry.length);
        match (text.get(behind), text.get(behind + 1)) {
            (Some(one), Some(other)) => has(first, *one) && has(second, *other),
            // At the end of the text only a whole match may stand.
            (Some(one), None) => has(first, *one) && *second == ANY,
            (None, _) => *first == ANY,
        }
    }

    /// The shares of bits that are set: how often a foreign word costs a second look, and a third.
    #[cfg(test)]
    pub(crate) fn filled(&self) -> [f64; 2] {
        [self.heads.filled(), self.fifths.filled()]
    }

    #[cfg(test)]
    pub(crate) fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.short.items().iter().chain(self.long.items())
    }

    /// Bytes of memory of what is kept for the keys.
    pub(crate) fn memory(&self) -> usize {
        let keys = self.short.items().len() + self.long.items().len();
        keys * size_of::<Entry>() + size_of_val(&self.follows[..])
    }
}
