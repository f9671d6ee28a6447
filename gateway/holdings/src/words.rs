//! Text → words: where each begins and ends, what it is made of, and its keyed hash.
//!
//! A word is a run of letters and digits; in scripts without spaces each character with its marks is one. Linear, one pass, no
//! allocation once the list has grown.

use crate::fold::{self, Class};
use crate::key::Hashes;
use crate::table::{FIRST, Table};

/// Most folded bytes of one word; longer runs are not words and end whatever stood before them.
pub(crate) const MAX_WORD: usize = 96;

/// What a word is made of: a set of bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Make(u8);

impl Make {
    pub(crate) const DIGIT: u8 = 1;
    pub(crate) const UPPER: u8 = 2;
    pub(crate) const LOWER: u8 = 4;
    pub(crate) const FOREIGN: u8 = 8;
    pub(crate) const ALONE: u8 = 16;
    pub(crate) const SYLLABLE: u8 = 32;
    pub(crate) const TOO_LONG: u8 = 64;
    /// The filter knows that no term begins with it.
    pub(crate) const NOT_FIRST: u8 = 128;

    pub(crate) fn any(self, bits: u8) -> bool {
        self.0 & bits != 0
    }

    /// Nothing but what is named.
    pub(crate) fn only(self, bits: u8) -> bool {
        self.0 & !(bits | Make::NOT_FIRST) == 0
    }

    /// Whether it is one character of a script without spaces.
    pub(crate) fn is_single(self) -> bool {
        self.any(Make::ALONE | Make::SYLLABLE)
    }
}

/// One word of a text.
#[derive(Clone, Copy)]
pub(crate) struct Word {
    /// Keyed hash of the folded word.
    pub(crate) hash: u128,
    /// Bytes into the text.
    pub(crate) start: u32,
    pub(crate) end: u32,
    pub(crate) make: Make,
}

/// What an ASCII byte is: bits of [`Make`], 0 for what stands between.
const ASCII: [u8; 256] = {
    let mut table = [0; 256];
    let mut at = 0;
    while at < 128 {
        let byte = at as u8;
        table[at] = if byte.is_ascii_digit() {
            Make::DIGIT
        } else if byte.is_ascii_uppercase() {
            Make::UPPER
        } else if byte.is_ascii_lowercase() {
            Make::LOWER
        } else {
            0
        };
        at += 1;
    }
    table
};

/// Hashes of short words that were seen before, in working memory: most words of a text are few, and looking one up takes a
/// tenth of hashing it. A slot is replaced by the next word that falls on it. Says nothing that the text did not.
#[derive(Default)]
pub(crate) struct Cache {
    slots: Vec<Seen>,
}

#[derive(Clone, Copy, Default)]
struct Seen {
    /// Folded bytes, mixed with the mark of the file that is searched.
    marked: u128,
    hash: u128,
    /// [`Make::NOT_FIRST`] or nothing.
    make: u8,
}

/// Slots of the cache, 48 bytes each.
const SLOTS_BITS: u32 = 12;
/// Longest word that is kept, in folded bytes.
const SHORT: usize = 16;

impl Cache {
    /// The hash of a word of up to 16 bytes, given as a little-endian number, and whether a term may begin with it.
    fn word(&mut self, folded: u128, len: usize, look: &Look<'_>) -> (u128, u8) {
        let marked = folded ^ look.hashes.mark();
        let mixed = ((folded >> 64) as u64).wrapping_mul(0x9fb2_1c65_1e98_df25) ^ folded as u64;
        let slot = (mixed.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - SLOTS_BITS)) as usize;
        if let Some(seen) = self.slots.get(slot).filter(|seen| seen.marked == marked) {
            return (seen.hash, seen.make);
        }
        let (hash, make) = look.up(folded.to_le_bytes().get(..len).unwrap_or(&[]));
        self.slots.resize(1 << SLOTS_BITS, Seen::default());
        if let Some(place) = self.slots.get_mut(slot) {
            *place = Seen { marked, hash, make };
        }
        (hash, make)
    }
}

/// How words are hashed, and where terms are sought that begin with them.
#[derive(Clone, Copy)]
pub(crate) struct Look<'f> {
    pub(crate) hashes: &'f Hashes,
    /// None: no terms are sought.
    pub(crate) table: Option<Table<'f>>,
}

impl Look<'_> {
    fn up(&self, folded: &[u8]) -> (u128, u8) {
        let hash = self.hashes.word(folded);
        let absent = self.table.is_some_and(|table| !table.may_hold(FIRST, hash));
        (hash, if absent { Make::NOT_FIRST } else { 0 })
    }
}

/// The word that is being read.
struct Open<'h> {
    look: Look<'h>,
    cache: &'h mut Cache,
    open: bool,
    start: usize,
    end: usize,
    make: u8,
    len: usize,
    folded: [u8; MAX_WORD],
}

impl Open<'_> {
    fn begin(&mut self, at: usize, make: u8) {
        (self.open, self.start, self.make, self.len) = (true, at, make, 0);
    }

    fn push(&mut self, byte: u8) {
        match self.folded.get_mut(self.len) {
            Some(slot) => *slot = byte,
            None => self.make |= Make::TOO_LONG,
        }
        self.len = self.len.saturating_add(1);
    }

    fn close(&mut self, out: &mut Vec<Word>) {
        if !self.open {
            return;
        }
        self.open = false;
        let (hash, make) = match self.folded.first_chunk() {
            Some(first) if self.len <= SHORT => {
                self.cache.word(short(*first, self.len), self.len, &self.look)
            }
            _ => self.folded.get(..self.len).map_or((0, 0), |folded| self.look.up(folded)),
        };
        self.make |= make;
        let (start, end) = (self.start as u32, self.end as u32);
        out.push(Word { hash, start, end, make: Make(self.make) });
    }

    /// A character that is not ASCII, `len` bytes at `at`.
    fn foreign(&mut self, c: char, at: usize, out: &mut Vec<Word>) {
        let cell = fold::looked_up(c);
        let class = cell.map_or_else(|| fold::class(c), |cell| cell.class);
        match class {
            Class::Between => return self.close(out),
            Class::Nothing => return,
            Class::Mark if !self.open => return,
            Class::Mark => {}
            Class::Word if self.open && !Make(self.make).is_single() => {}
            Class::Word | Class::Alone | Class::Syllable => {
                self.close(out);
                let make = match class {
                    Class::Alone => Make::ALONE,
                    Class::Syllable => Make::SYLLABLE,
                    _ => 0,
                };
                self.begin(at, make);
            }
        }
        self.end = at + c.len_utf8();
        match cell {
            Some(cell) => cell.folded().iter().for_each(|byte| self.push_foreign(*byte)),
            None => fold::fold(c, |byte| self.push_foreign(byte)),
        }
    }

    fn push_foreign(&mut self, byte: u8) {
        self.make |= if byte.is_ascii_digit() { Make::DIGIT } else { Make::FOREIGN };
        self.push(byte);
    }

    /// A run of ASCII letters and digits from `at`; where it ends.
    fn ascii(&mut self, bytes: &[u8], at: usize, out: &mut Vec<Word>) -> usize {
        if !self.open || Make(self.make).is_single() {
            self.close(out);
            self.begin(at, 0);
        }
        let rest = bytes.get(at..).unwrap_or(&[]);
        let mut make = 0;
        let stop = |byte: &u8| {
            let bits = ASCII[usize::from(*byte)];
            make |= bits;
            bits == 0
        };
        let run = rest.iter().position(stop).unwrap_or(rest.len());
        self.make |= make;
        self.end = at + run;
        let alone = self.len == 0 && rest.get(run).is_none_or(u8::is_ascii);
        match rest.first_chunk() {
            Some(first) if alone && run <= SHORT => {
                // Of ASCII letters and digits only capitals lack this bit.
                let folded = short(*first, run) | short([0x20; SHORT], run);
                let (hash, make) = self.cache.word(folded, run, &self.look);
                self.make |= make;
                let (start, end) = (self.start as u32, self.end as u32);
                out.push(Word { hash, start, end, make: Make(self.make) });
                self.open = false;
            }
            _ => rest.iter().take(run).for_each(|byte| self.push(byte.to_ascii_lowercase())),
        }
        self.end
    }
}

/// The first `len` bytes as a number, little-endian.
fn short(bytes: [u8; SHORT], len: usize) -> u128 {
    let unused = 8 * (SHORT - len.clamp(1, SHORT)) as u32;
    u128::from_le_bytes(bytes) & (u128::MAX >> unused)
}

/// Reads the words of `text` into `out`, behind what is there. Positions above 4 GiB do not occur: the caller bounds the text.
pub(crate) fn read(text: &str, look: Look<'_>, cache: &mut Cache, out: &mut Vec<Word>) {
    let bytes = text.as_bytes();
    let folded = [0; MAX_WORD];
    let mut open = Open { look, cache, open: false, start: 0, end: 0, make: 0, len: 0, folded };
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        if ASCII[usize::from(byte)] != 0 {
            at = open.ascii(bytes, at, out);
        } else if byte < 0x80 {
            open.close(out);
            at += 1;
        } else {
            let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) else { break };
            open.foreign(c, at, out);
            at += c.len_utf8();
        }
    }
    open.close(out);
}

/// Most bytes that may stand between two words of one term.
const MAX_GAP: u32 = 64;
/// Most bytes that may stand between two characters of one term in a script without spaces.
const MAX_SINGLE_GAP: u32 = 8;

/// Whether `next` may go on a term that ended with `word`: any spaces and punctuation between words; between characters of a
/// script without spaces only white space, middle dots and hyphens, because a comma there ends what a space would end elsewhere.
pub(crate) fn go_on(text: &str, word: &Word, next: &Word) -> bool {
    let gap = next.start.saturating_sub(word.end);
    if gap == 0 {
        return true;
    }
    if !(word.make.is_single() && next.make.is_single()) {
        return gap <= MAX_GAP;
    }
    gap <= MAX_SINGLE_GAP
        && text.get(word.end as usize..next.start as usize).is_some_and(|between| {
            between.chars().all(|c| {
                c.is_whitespace()
                    || fold::class(c) == Class::Nothing
                    || matches!(c, '-' | '·' | '・' | '‧' | '‐')
            })
        })
}

/// Whether a term may begin at word `at`: not within a run of Hangul, where only the end of a word takes particles.
pub(crate) fn may_begin(words: &[Word], at: usize) -> bool {
    let Some(word) = words.get(at) else { return false };
    if word.make.any(Make::TOO_LONG) {
        return false;
    }
    let before = at.checked_sub(1).and_then(|before| words.get(before));
    !(word.make.any(Make::SYLLABLE)
        && before.is_some_and(|b| b.make.any(Make::SYLLABLE) && b.end == word.start))
}
