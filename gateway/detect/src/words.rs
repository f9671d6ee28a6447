//! Where context words stand in a text.
//!
//! Stretches of plain ASCII are read 64 bytes at a time: the begins of words come from masks, and most words are told to be none of ours by
//! their first bytes. Everything else is read character by character; both ways are tested to agree.

use crate::blocks::{self, WIDTH};
use crate::context::{Begin, Vocabulary, first_word};
use crate::plain::{Reading, Unit, Walk};

/// A context word, and its place in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Word {
    pub(crate) number: usize,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// Bytes of a block in which begins are looked up: behind each there must be as many as a [`first_word`] has.
pub(crate) const BLOCK: usize = WIDTH - 8;

/// Calls `found` with the words that begin in a text between `at` and `to`; returns where it stopped, which is beyond `to` if that is in a character.
pub(crate) fn words_in(
    vocabulary: &Vocabulary,
    text: &str,
    mut at: usize,
    to: usize,
    reading: &mut Reading,
    mut found: impl FnMut(Word),
) -> usize {
    while at < to {
        let end = to.min(at + BLOCK);
        if let Some(begins) = Begins::of(text.as_bytes(), at) {
            begins.each(end - at, |place, first| {
                let start = at + place;
                let begin = Begin { at: start, spaced: true, first, ascii: true };
                vocabulary.at(text, begin, |number, end| {
                    found(Word { number, start, end });
                });
            });
            (at, *reading) = (end, Reading::behind(text.as_bytes(), end));
        } else {
            at = slowly(vocabulary, text, at, end, reading, &mut found);
        }
    }
    at
}

/// The words of a whole text.
pub(crate) fn all_words(vocabulary: &Vocabulary, text: &str, found: impl FnMut(Word)) {
    words_in(vocabulary, text, 0, text.len(), &mut Reading::default(), found);
}

/// Whether a text has any word.
pub(crate) fn has_words(vocabulary: &Vocabulary, text: &str) -> bool {
    let mut any = false;
    all_words(vocabulary, text, |_| any = true);
    any
}

/// As [`words_in`], character by character.
fn slowly(
    vocabulary: &Vocabulary,
    text: &str,
    mut at: usize,
    to: usize,
    reading: &mut Reading,
    found: &mut impl FnMut(Word),
) -> usize {
    let mut open = Open::default();
    let mut look_up = |begin: Begin| {
        let start = begin.at;
        vocabulary.at(text, begin, |number, end| found(Word { number, start, end }));
    };
    while at < to {
        let start = at;
        match reading.step(text, &mut at) {
            Some(Unit::Letter(letter)) => open.add(letter, &mut look_up),
            Some(Unit::Begin(letter, spaced)) => {
                open.begin(start, spaced);
                open.add(letter, &mut look_up);
            }
            Some(Unit::Space) => open.add(' ', &mut look_up),
            _ => {}
        }
        if open.count == 0 {
            at = reading.skip(text.as_bytes(), at);
        }
    }
    for begin in open.all() {
        look_up(Begin { first: first_word(Walk::new(text, begin.at)), ..*begin });
    }
    at
}

/// Words whose first bytes are being read, the earliest first: no more begin within so many bytes.
#[derive(Default)]
struct Open {
    begins: [Begin; 4],
    count: usize,
}

impl Open {
    fn begin(&mut self, at: usize, spaced: bool) {
        if let Some(place) = self.begins.get_mut(self.count) {
            *place = Begin { at, spaced, first: 0, ascii: false };
            self.count += 1;
        }
    }

    fn all(&mut self) -> &mut [Begin] {
        self.begins.get_mut(..self.count).unwrap_or_default()
    }

    /// Adds a letter to all of them, and looks those up whose first bytes are complete.
    #[inline]
    fn add(&mut self, letter: char, look_up: &mut impl FnMut(Begin)) {
        let mut utf8 = [0; 4];
        letter.encode_utf8(&mut utf8);
        let letter_bytes = u64::from(u32::from_le_bytes(utf8));
        let mut complete = 0;
        for begin in self.all() {
            let known = (u64::BITS - begin.first.leading_zeros()).next_multiple_of(8);
            begin.first |= letter_bytes << known;
            if letter == ' ' || begin.first >> 56 != 0 {
                look_up(*begin);
                complete += 1;
            }
        }
        self.count -= complete;
        if self.count > 0 {
            self.begins.rotate_left(complete);
        }
    }
}

/// The words of a block of plain ASCII.
struct Begins {
    block: [u8; WIDTH],
    /// Where words begin.
    begins: u64,
    /// What ends a word: anything that is no letter or digit, and a begin.
    ends: u64,
}

impl Begins {
    /// The block at a place, unless it or what stands before it has characters beyond ASCII or escapes.
    #[inline]
    fn of(text: &[u8], at: usize) -> Option<Begins> {
        if !is_simple_before(text, at) {
            return None;
        }
        let rest = text.get(at..)?;
        let block = match rest.first_chunk::<WIDTH>() {
            Some(block) => *block,
            None => {
                let mut block = [0; WIDTH];
                block.iter_mut().zip(rest).for_each(|(place, byte)| *place = *byte);
                block
            }
        };
        let m = blocks::words(&block);
        if m.special != 0 {
            return None;
        }
        let before = |n: usize, kind: fn(&u8) -> bool| {
            u64::from(text.get(at.wrapping_sub(n)).is_some_and(kind))
        };
        let small = |n: usize| before(n, u8::is_ascii_lowercase);
        let lower1 = m.lower << 1 | small(1);
        let lower2 = m.lower << 2 | small(1) << 1 | small(2);
        let humps = m.upper & lower1 & lower2;
        let word = m.lower | m.upper | m.digit;
        let begins = word & !(word << 1 | before(1, u8::is_ascii_alphanumeric)) | humps;
        Some(Begins { block, begins, ends: !word | begins })
    }

    /// Calls `tell` with each begin before `limit` and its [`first_word`].
    #[inline]
    fn each(&self, limit: usize, mut tell: impl FnMut(usize, u64)) {
        const SPACES: u64 = 0x2020_2020_2020_2020;
        let mut begins = self.begins & u64::MAX >> (WIDTH - limit);
        while begins != 0 {
            let at = begins.trailing_zeros() as usize;
            begins &= begins - 1;
            let Some(eight) = self.block.get(at..).and_then(|b| b.first_chunk::<8>()) else {
                return;
            };
            let length = (self.ends >> at >> 1).trailing_zeros() + 1;
            // A space behind the word, and nothing behind that; all letters small.
            let kept = u64::MAX.checked_shl(8 * length).map_or(u64::MAX, |beyond| !beyond);
            let with_space = kept << 8 | 0xFF;
            tell(at, (u64::from_le_bytes(*eight) & kept | SPACES) & with_space);
        }
    }
}

/// Whether what stands shortly before a place is ASCII without backslashes, so that no escape goes on there.
#[inline]
fn is_simple_before(text: &[u8], at: usize) -> bool {
    const LONGEST_ESCAPE: usize = 6;
    let before = text.get(at.saturating_sub(LONGEST_ESCAPE)..at).unwrap_or_default();
    before.iter().all(|b| b.is_ascii() && *b != b'\\')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::context::WordsBuilder;

    fn vocabulary() -> Vocabulary {
        let mut builder = WordsBuilder::default();
        for word in [
            "id",
            "id no",
            "tax",
            "taxi*",
            "a b",
            "user tax",
            "numbers",
            "numeros de",
            "адрес*",
            "身份",
            "no*",
            "é",
            "جوال",
        ] {
            builder.number(word);
        }
        builder.build()
    }

    fn all(text: &str, from: usize) -> Vec<Word> {
        let mut words = Vec::new();
        words_in(&vocabulary(), text, from, text.len(), &mut Reading::default(), |w| words.push(w));
        words
    }

    proptest! {
        #[test]
        fn both_ways_agree(text in r"([a-zA-Z0-9 _.-]{0,90}|id|ID|no|No 5|tax|Tax|userTaxId|numbers|NUMEROS  DE |адресу|وبالجوال |身份证|\\n|\\u00e9|é){0,12}") {
            let mut slow = Vec::new();
            slowly(&vocabulary(), &text, 0, text.len(), &mut Reading::default(), &mut |w| slow.push(w));
            prop_assert_eq!(all(&text, 0), slow);
        }
    }

    #[test]
    fn a_word_is_found_behind_prefixes() {
        for text in ["جوال 5", "وجوال 5", "الجوال 5", "وبالجوال 5", "x وجوال"]
        {
            assert_eq!(all(text, 0).len(), 1, "{text}");
        }
        assert!(all("مجوال", 0).is_empty());
    }

    #[test]
    fn words_are_found_at_every_place_of_a_block() {
        for n in 0..140 {
            for (word, number) in [("ID", 0), ("id-no", 1), ("userTax", 2), ("Numbers", 6)] {
                let text = format!("{} {word}", ".".repeat(n));
                assert!(
                    all(&text, 0).iter().any(|w| w.number == number && w.end == text.len()),
                    "{text}"
                );
            }
        }
    }
}
