//! Text → words: where each begins and ends, what it is made of, and its keyed hash.
//!
//! A word is a run of letters and digits; in scripts without spaces each character with its marks is one. Tags of HTML that only say
//! how a word looks stand between words. Linear, one pass, no allocation once the list has grown.

use crate::fold::{self, Class};
use crate::key::Hashes;
use crate::spelling;
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
        if let Some(folded) = self.folded.get_mut(..self.len) {
            let mixed = Make(self.make).any(Make::FOREIGN)
                && Make(self.make).any(Make::LOWER | Make::UPPER);
            self.len = spelling::normal(folded, mixed);
        }
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
        if self.open && Make(self.make).is_single() {
            self.close(out);
        }
        let rest = bytes.get(at..).unwrap_or(&[]);
        if !self.open {
            if let Some(first) = rest.first_chunk() {
                let (run, make) = run_of(u128::from_le_bytes(*first));
                // Of ASCII letters and digits only capitals lack this bit.
                let folded = short(*first, run) | short([0x20; SHORT], run);
                // Behind a longer run, or before what is not ASCII, the word may go on.
                let ends = rest
                    .get(run)
                    .is_none_or(|next| next.is_ascii() && ASCII[usize::from(*next)] == 0);
                if ends && !has_pair(folded) {
                    let (hash, more) = self.cache.word(folded, run, &self.look);
                    let (start, end) = (at as u32, (at + run) as u32);
                    out.push(Word { hash, start, end, make: Make(make | more) });
                    return at + run;
                }
            }
            self.begin(at, 0);
        }
        for byte in rest {
            let make = ASCII[usize::from(*byte)];
            if make == 0 {
                break;
            }
            self.make |= make;
            self.push(byte.to_ascii_lowercase());
        }
        let run = rest.iter().position(|byte| ASCII[usize::from(*byte)] == 0).unwrap_or(rest.len());
        self.end = at + run;
        self.end
    }
}

/// One bit of each of sixteen bytes.
const EACH: u128 = u128::MAX / 0xff;

/// How many ASCII letters and digits these sixteen bytes begin with, and what they are: all bytes at once, because where words end
/// cannot be predicted.
fn run_of(bytes: u128) -> (usize, u8) {
    let high = EACH << 7;
    // Without its high bit no byte carries into the next when less than 0x80 is added.
    let plain = bytes & !high;
    let at_least = |bytes: u128, least: u8| bytes + EACH * u128::from(0x80 - least);
    let lower = plain | (EACH * 0x20);
    let letters = at_least(lower, b'a') & !at_least(lower, b'z' + 1) & !bytes & high;
    let digits = at_least(plain, b'0') & !at_least(plain, b'9' + 1) & !bytes & high;
    let stop = !(letters | digits) & high;
    let run = stop.trailing_zeros() / 8;
    let run_bits = if run < 16 { (1 << (8 * run)) - 1 } else { u128::MAX };
    // The bit by which lower case differs, moved to where the letters are marked.
    let case = bytes << 2;
    let bits = |found: u128, bit: u8| if found & run_bits == 0 { 0 } else { bit };
    let make = bits(digits, Make::DIGIT)
        | bits(letters & case, Make::LOWER)
        | bits(letters & !case, Make::UPPER);
    (run as usize, make)
}

/// Whether two letters of these may be spelled as one: see [`spelling::is_pair`].
fn has_pair(lower: u128) -> bool {
    let high = EACH << 7;
    // All bytes are ASCII: only one that is the letter adds up to less than 0x80.
    let is = |letter: u8| !((lower ^ (EACH * u128::from(letter))) + EACH * 0x7f) & high;
    let (a, e) = (is(b'a'), is(b'e'));
    ((a | is(b'o') | is(b'u')) << 8) & e | (a << 8) & a != 0
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
        } else if byte == b'<' {
            open.close(out);
            at += 1 + spelling::tag(bytes.get(at + 1..).unwrap_or(&[]));
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

#[cfg(test)]
mod tests {
    //! The fast way is the obvious way.

    use super::*;

    proptest::proptest! {
        #[test]
        fn a_run_is_what_the_table_says(bytes: [u8; 16], mask: [bool; 16]) {
            let mut bytes = bytes;
            for (byte, letter) in bytes.iter_mut().zip(mask) {
                if letter {
                    *byte = b"azAZ09mM"[usize::from(*byte) % 8];
                }
            }
            let run = bytes.iter().take_while(|byte| ASCII[usize::from(**byte)] != 0).count();
            let make = bytes[..run].iter().fold(0, |make, byte| make | ASCII[usize::from(*byte)]);
            proptest::prop_assert_eq!(run_of(u128::from_le_bytes(bytes)), (run, make));
        }

        #[test]
        fn pairs_are_seen_at_once(word in "[abeou]{1,16}") {
            let mut bytes = [0; SHORT];
            bytes[..word.len()].copy_from_slice(word.as_bytes());
            let pair = word.as_bytes().windows(2).any(|two| spelling::is_pair(two[0], two[1]));
            proptest::prop_assert_eq!(has_pair(u128::from_le_bytes(bytes)), pair);
        }

        /// Where a text is cut from behind does not change the words before: what is read at once and what byte by byte.
        #[test]
        fn padding_changes_nothing(text in "[a-zA-Z0-9 ,é京่-]{0,60}") {
            let hashes = crate::Key::new([1; 32]).hashes("x");
            let words = |text: &str| {
                let mut words = Vec::new();
                read(text, hashes.only(), &mut Cache::default(), &mut words);
                words.iter().map(|word| (word.hash, word.start, word.end, word.make)).collect::<Vec<_>>()
            };
            // A tag that was begun may be one.
            proptest::prop_assume!(!text.contains('<') || text.ends_with('>'));
            let padded = format!("{text}{}", " ".repeat(20));
            proptest::prop_assert_eq!(words(&text), words(&padded));
        }
    }
}
