//! Which patterns may begin with the first bytes of a word.
//!
//! Asked at every word, so it says no in steps, of which each is small enough for the nearest cache: by four bytes, by five or eight, by what stands
//! behind the key. What is left is run from the state on that the key leads to.

use std::collections::BTreeSet;

use crate::automaton::{DEAD, State};
use crate::buckets::{Buckets, Heads};
use crate::keys::{BEHIND, EITHER, HEAD, Key, Set};

/// More bytes than this behind a head are taken for any.
const MANY: usize = 8;
/// Stands for any byte behind a head; none is that when folded.
const ANYTHING: u8 = 0;
const ANY: Set = [u64::MAX; 4];

#[inline]
fn has(set: &Set, byte: u8) -> bool {
    set[usize::from(byte >> 6)] >> (byte & 63) & 1 != 0
}

const FOLD: u32 = 0x2020_2020;

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
