//! Text → words: where each begins and ends, what it is made of, and its keyed hash.
//!
//! A word is a run of letters and digits; in scripts without spaces each character with its marks is one. Tags of HTML that only say
//! how a word looks stand between words. Linear, one pass, no allocation once the list has grown.

mod cache;
mod open;
mod run;

use crate::fold::{self, Class};
use crate::spelling;
use open::Open;
use run::ASCII;

pub(crate) use cache::{Cache, Look};

/// Most bytes that may stand between two words of one term.
const MAX_GAP: u32 = 64;
/// Most bytes that may stand between two characters of one term in a script without spaces.
const MAX_SINGLE_GAP: u32 = 8;

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

/// Reads the words of `text` into `out`, behind what is there. Positions above 4 GiB do not occur: the caller bounds the text.
pub(crate) fn read(text: &str, look: Look<'_>, cache: &mut Cache, out: &mut Vec<Word>) {
    let bytes = text.as_bytes();
    let mut open = Open::new(look, cache);
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
    use super::*;

    proptest::proptest! {
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
