//! The plain form in which words are looked for.
//!
//! Lower case; everything that is not a letter or digit becomes one space, as does the border between an ASCII digit and a letter of
//! another script; `camelCase` is split; the letters of an escape of pasted source text are none of the text's own. It is read off the
//! text where it is asked for and never written down.
//!
//! Arabic and Hebrew write the article, "and" and short prepositions as letters of the word that follows, so a word may begin behind them too.

use std::sync::LazyLock;

use crate::boundary::escape_at;

/// How far a reading is in a word.
#[derive(Clone, Copy, Default)]
pub(crate) struct Reading {
    in_word: bool,
    /// Small letters in a row.
    lowers: u8,
    last: Last,
    /// The last letter, if all letters of the word so far may be [prefixes](is_prefix).
    prefix: Option<char>,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Last {
    #[default]
    Latin,
    Digit,
    Foreign,
}

/// What was read in one step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    /// One more sign between words.
    Nothing,
    /// The end of a word.
    Space,
    /// A letter or digit of a word, in lower case.
    Letter(char),
    /// The same, where a word may begin: behind a space or prefixes, or (`false`) inside a run of a script that has no spaces.
    Begin(char, bool),
}

impl Reading {
    /// Reads a text on from a place, which moves on; nothing at its end. A border between two words that nothing stands for is a step of its own.
    #[inline]
    pub(crate) fn step(&mut self, text: &str, at: &mut usize) -> Option<Unit> {
        let bytes = text.as_bytes();
        let byte = *bytes.get(*at)?;
        let letter = match byte {
            b'a'..=b'z' => {
                self.letter(char::from(byte), Last::Latin, self.lowers.saturating_add(1))
            }
            b'0'..=b'9' if self.last == Last::Foreign && self.in_word => return Some(self.end()),
            b'0'..=b'9' => self.letter(char::from(byte), Last::Digit, 0),
            b'A'..=b'Z' if self.lowers >= 2 => return Some(self.end()),
            b'A'..=b'Z' => self.letter(char::from(byte.to_ascii_lowercase()), Last::Latin, 0),
            b'\\' => {
                *at += escape_at(bytes, *at).max(1);
                return Some(self.end());
            }
            0..=0x7F => {
                *at += 1;
                return Some(self.end());
            }
            _ => return self.foreign(text, at),
        };
        *at += 1;
        Some(letter)
    }

    #[inline]
    fn foreign(&mut self, text: &str, at: &mut usize) -> Option<Unit> {
        let c = text.get(*at..)?.chars().next()?;
        let Some(small) = small(c) else {
            *at += c.len_utf8();
            return Some(self.end());
        };
        if self.last == Last::Digit && self.in_word {
            return Some(self.end());
        }
        *at += c.len_utf8();
        let inside = self.in_word && !is_spaced(c);
        // The article is two letters: behind its first, no word begins.
        let behind = self.prefix.filter(|before| *before != ALEF || c == LAM);
        let begins = behind.is_some_and(|before| before != ALEF);
        let prefix = Some(c).filter(|c| is_prefix(*c) && (!self.in_word || behind.is_some()));
        let letter = self.letter(small, Last::Foreign, 0);
        self.prefix = prefix;
        Some(if inside || begins { Unit::Begin(small, begins) } else { letter })
    }

    #[inline]
    fn letter(&mut self, small: char, last: Last, lowers: u8) -> Unit {
        let begins = !self.in_word;
        *self = Reading { in_word: true, lowers, last, prefix: None };
        if begins { Unit::Begin(small, true) } else { Unit::Letter(small) }
    }

    #[inline]
    fn end(&mut self) -> Unit {
        let ends = self.in_word;
        *self = Reading::default();
        if ends { Unit::Space } else { Unit::Nothing }
    }

    /// Where a reading stands in a text that is ASCII and without escapes shortly before this place.
    pub(crate) fn behind(text: &[u8], at: usize) -> Reading {
        let before = |n: usize| text.get(at.wrapping_sub(n)).copied().unwrap_or(b' ');
        let lowers = (1..=2).take_while(|n| before(*n).is_ascii_lowercase()).count();
        let last = if before(1).is_ascii_digit() { Last::Digit } else { Last::Latin };
        let lowers = u8::try_from(lowers).unwrap_or(0);
        Reading { in_word: before(1).is_ascii_alphanumeric(), lowers, last, prefix: None }
    }

    /// Goes over small letters, which neither begin nor end a word inside one.
    #[inline]
    pub(crate) fn skip(&mut self, text: &[u8], at: usize) -> usize {
        if !self.in_word {
            return at;
        }
        let rest = text.get(at..).unwrap_or_default();
        let run = rest.iter().position(|b| !b.is_ascii_lowercase()).unwrap_or(rest.len());
        if run > 0 {
            self.lowers = self.lowers.saturating_add(u8::try_from(run).unwrap_or(u8::MAX));
            self.last = Last::Latin;
        }
        at + run
    }
}

/// The plain form from a place on at which a word begins, byte by byte. A space ends every word.
#[derive(Clone, Copy)]
pub(crate) struct Walk<'t> {
    text: &'t str,
    at: usize,
    reading: Reading,
    /// Bytes of a letter that were not given yet, the next one lowest.
    held: u32,
    /// Behind the last letter of which a byte was given.
    pub(crate) end: usize,
}

impl<'t> Walk<'t> {
    pub(crate) fn new(text: &'t str, at: usize) -> Walk<'t> {
        Walk { text, at, reading: Reading::default(), held: 0, end: at }
    }

    /// From a place in a word of ASCII on.
    #[inline]
    pub(crate) fn inside(text: &'t str, at: usize) -> Walk<'t> {
        Walk { reading: Reading::behind(text.as_bytes(), at), ..Walk::new(text, at) }
    }
}

impl Iterator for Walk<'_> {
    type Item = u8;

    #[inline]
    fn next(&mut self) -> Option<u8> {
        if self.held != 0 {
            let [byte, ..] = self.held.to_le_bytes();
            self.held >>= 8;
            return Some(byte);
        }
        loop {
            let letter = match self.reading.step(self.text, &mut self.at) {
                Some(Unit::Letter(letter) | Unit::Begin(letter, _)) => letter,
                Some(Unit::Space) => return Some(b' '),
                Some(Unit::Nothing) => continue,
                None => return (self.reading.end() == Unit::Space).then_some(b' '),
            };
            self.end = self.at;
            let mut utf8 = [0; 4];
            letter.encode_utf8(&mut utf8);
            let [first, rest @ ..] = utf8;
            let [a, b, c] = rest;
            self.held = u32::from_le_bytes([a, b, c, 0]);
            return Some(first);
        }
    }
}

/// Whether words of the script of this letter stand between spaces.
pub(crate) fn is_spaced(c: char) -> bool {
    c < '\u{0E00}' || ('\u{1000}'..'\u{2E80}').contains(&c) || ('\u{AC00}'..'\u{D7FF}').contains(&c)
}

const ALEF: char = 'ا';
const LAM: char = 'ل';

/// Whether a letter may stand before a word and be none of it: in Arabic "and", "so", "in", "for", "like" and the article, in Hebrew "and",
/// "the", "in", "to", "like", "from" and "that".
#[inline]
fn is_prefix(c: char) -> bool {
    matches!(c, 'و' | 'ف' | 'ب' | 'ك' | LAM | ALEF | 'ו' | 'ה' | 'ב' | 'ל' | 'כ' | 'מ' | 'ש')
}

/// A letter or digit in lower case; nothing if it is neither.
#[inline]
fn small(c: char) -> Option<char> {
    // Zero for what is neither.
    static SMALL: LazyLock<Vec<u16>> = LazyLock::new(|| {
        let small = |code| char::from_u32(code).and_then(small_by_tables).map_or(0, u32::from);
        (0..0x1_0000).map(|code| u16::try_from(small(code)).unwrap_or(0)).collect()
    });
    match SMALL.get(c as usize) {
        Some(0) => None,
        Some(small) => char::from_u32(u32::from(*small)),
        None => small_by_tables(c),
    }
}

/// Only one letter has a small form of two characters, and its second is a mark.
fn small_by_tables(c: char) -> Option<char> {
    c.to_lowercase().next().filter(|_| c.is_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> String {
        String::from_utf8_lossy(&Walk::new(text, 0).collect::<Vec<u8>>()).into_owned()
    }

    #[test]
    fn text_is_brought_to_one_form() {
        for (text, expect) in [
            ("Steuer-ID: ", "steuer id "),
            ("userTaxId", "user tax id "),
            ("DoB_OF", "dob of "),
            ("ÉLÈVE  №5", "élève 5 "),
            ("ИНН7707", "инн 7707 "),
            ("İ ß ẞ", "i ß ß "),
            ("", ""),
            (r"one\nssn: \u00e9t", "one ssn t "),
        ] {
            assert_eq!(plain(text), expect);
            assert_eq!(plain(expect), expect, "a plain form is its own");
        }
    }

    fn begins(text: &str) -> Vec<(usize, bool)> {
        let (mut reading, mut at, mut begins) = (Reading::default(), 0, Vec::new());
        loop {
            let place = at;
            match reading.step(text, &mut at) {
                Some(Unit::Begin(_, spaced)) => begins.push((place, spaced)),
                Some(_) => {}
                None => return begins,
            }
        }
    }

    #[test]
    fn words_begin_behind_spaces_and_at_letters_of_scripts_without() {
        assert_eq!(begins("a1 我的b"), [(0, true), (3, true), (6, false)]);
    }

    #[test]
    fn words_begin_behind_the_prefixes_of_arabic_and_hebrew() {
        let places = |text: &str| begins(text).iter().map(|(at, _)| at / 2).collect::<Vec<_>>();
        assert_eq!(places("وجوال"), [0, 1]);
        assert_eq!(places("الجوال"), [0, 2], "not inside the article");
        assert_eq!(places("وبالجوال"), [0, 1, 2, 4]);
        assert_eq!(places("اسم"), [0], "no article");
        assert_eq!(places("ודרכון"), [0, 1]);
        assert_eq!(places("דרכון"), [0]);
        assert_eq!(begins("aוד"), [(0, true)], "only where the word begins");
    }

    #[test]
    fn the_short_way_agrees_with_the_tables() {
        for c in ('\u{80}'..=char::MAX).filter(|c| !c.is_ascii()) {
            assert_eq!(small(c), small_by_tables(c), "{c:?}");
            let small: Vec<char> = c.to_lowercase().filter(|c| c.is_alphanumeric()).collect();
            assert!(small.len() <= 1 || c == 'İ', "{c:?}");
        }
    }
}
