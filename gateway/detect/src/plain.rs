//! The plain form in which words are looked for.
//!
//! Lower case; everything that is not a letter or digit becomes one space, as does the border between an ASCII digit and a letter of
//! another script; `camelCase` is split; the letters of an escape of pasted source text are none of the text's own.

use std::sync::LazyLock;

use crate::bits::Bits;
use crate::boundary::escape_at;

/// A place in a plain form at which a word may begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Begin {
    pub(crate) plain: usize,
    /// The same place in the text.
    pub(crate) text: usize,
    /// Behind a space; the others are inside a run of a script that has none.
    pub(crate) spaced: bool,
}

/// A text, or several, in plain form. A space ends every word.
#[derive(Default)]
pub(crate) struct Plain {
    pub(crate) bytes: Vec<u8>,
    pub(crate) begins: Vec<Begin>,
    in_word: bool,
    /// Small letters in a row.
    lowers: u8,
    last: Last,
    /// Bytes of the texts that were pushed, and one between them.
    pub(crate) length: usize,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Last {
    #[default]
    Latin,
    Digit,
    Foreign,
}

impl Plain {
    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
        self.begins.clear();
        (self.in_word, self.lowers, self.last, self.length) = (false, 0, Last::Latin, 0);
    }

    /// Adds a whole text behind those that are there.
    pub(crate) fn push(&mut self, text: &str) {
        self.read(text, 0, text.len(), self.length);
        self.end();
        self.length += text.len() + 1;
    }

    /// Reads a text on from `at` to `to`, both on character boundaries; the text itself begins at `base`. Returns where it stopped, which is beyond `to` if that is
    /// in an escape.
    pub(crate) fn read(&mut self, text: &str, mut at: usize, to: usize, base: usize) -> usize {
        let bytes = text.as_bytes();
        while let Some(byte) = bytes.get(at).filter(|_| at < to) {
            match byte {
                b'a'..=b'z' => {
                    let run = bytes.get(at..to).unwrap_or_default();
                    let run = run.iter().position(|b| !b.is_ascii_lowercase()).unwrap_or(run.len());
                    self.step(Last::Latin, base + at, true);
                    self.bytes.extend_from_slice(bytes.get(at..at + run).unwrap_or_default());
                    self.lowers = self.lowers.saturating_add(u8::try_from(run).unwrap_or(u8::MAX));
                    at += run;
                    continue;
                }
                b'A'..=b'Z' => {
                    if self.lowers >= 2 {
                        self.end();
                    }
                    self.step(Last::Latin, base + at, true);
                    self.lowers = 0;
                    self.bytes.push(byte.to_ascii_lowercase());
                }
                b'0'..=b'9' => {
                    if self.last == Last::Foreign {
                        self.end();
                    }
                    self.step(Last::Digit, base + at, true);
                    self.lowers = 0;
                    self.bytes.push(*byte);
                }
                b'\\' => {
                    self.end();
                    at += escape_at(bytes, at).max(1);
                    continue;
                }
                0..=0x7F => self.end(),
                _ => {
                    let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) else {
                        return to;
                    };
                    self.foreign(c, base + at);
                    at += c.len_utf8();
                    continue;
                }
            }
            at += 1;
        }
        at
    }

    fn foreign(&mut self, c: char, place: usize) {
        if !is_letter(c) {
            return self.end();
        }
        if self.last == Last::Digit {
            self.end();
        }
        self.step(Last::Foreign, place, is_spaced(c));
        self.lowers = 0;
        let mut buffer = [0; 4];
        match lower(c) {
            Some(c) => self.bytes.extend_from_slice(c.encode_utf8(&mut buffer).as_bytes()),
            None => c.to_lowercase().for_each(|c| {
                self.bytes.extend_from_slice(c.encode_utf8(&mut buffer).as_bytes());
            }),
        }
    }

    /// Goes on to a letter or digit; a word begins there unless it goes on.
    #[inline]
    fn step(&mut self, last: Last, place: usize, goes_on: bool) {
        if !(self.in_word && goes_on) {
            self.begins.push(Begin { plain: self.bytes.len(), text: place, spaced: !self.in_word });
        }
        (self.in_word, self.last) = (true, last);
    }

    /// Ends the word, if the text is in one.
    pub(crate) fn end(&mut self) {
        if self.in_word {
            self.bytes.push(b' ');
        }
        (self.in_word, self.lowers, self.last) = (false, 0, Last::Latin);
    }
}

/// Whether words of the script of this letter stand between spaces.
pub(crate) fn is_spaced(c: char) -> bool {
    c < '\u{0E00}' || ('\u{1000}'..'\u{2E80}').contains(&c) || ('\u{AC00}'..'\u{D7FF}').contains(&c)
}

/// [`char::is_alphanumeric`], from a table for the characters of three bytes and less.
#[inline]
fn is_letter(c: char) -> bool {
    static LETTERS: LazyLock<Bits> = LazyLock::new(|| {
        let mut letters = Bits::default();
        let low = (0..0x1_0000).filter(|n| char::from_u32(*n).is_some_and(char::is_alphanumeric));
        low.for_each(|n| letters.insert(n as usize));
        letters
    });
    if c < '\u{1_0000}' { LETTERS.has(c as usize) } else { c.is_alphanumeric() }
}

/// [`char::to_lowercase`] of the usual letters.
#[inline]
fn lower(c: char) -> Option<char> {
    match c {
        '\u{DF}'..='\u{F6}' | '\u{3AC}'..='\u{3CE}' | '\u{430}'..='\u{45F}' => Some(c),
        '\u{590}'..='\u{109F}' | '\u{2E80}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7A3}' => Some(c),
        '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{DE}' | '\u{410}'..='\u{42F}' => {
            char::from_u32(u32::from(c) + 0x20)
        }
        '\u{100}'..='\u{12F}' | '\u{14A}'..='\u{177}' => char::from_u32(u32::from(c) | 1),
        _ => None,
    }
}

/// The largest character boundary not after `at`.
pub(crate) fn floor(text: &str, at: usize) -> usize {
    (0..=at).rev().find(|i| text.is_char_boundary(*i)).unwrap_or(0)
}

/// The smallest character boundary not before `at`.
pub(crate) fn ceil(text: &str, at: usize) -> usize {
    (at..text.len()).find(|i| text.is_char_boundary(*i)).unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> String {
        let mut out = Plain::default();
        out.push(text);
        String::from_utf8_lossy(&out.bytes).into_owned()
    }

    #[test]
    fn text_is_brought_to_one_form() {
        assert_eq!(plain("Steuer-ID: "), "steuer id ");
        assert_eq!(plain("userTaxId"), "user tax id ");
        assert_eq!(plain("DoB_OF"), "dob of ");
        assert_eq!(plain("ÉLÈVE  №5"), "élève 5 ");
        assert_eq!(plain("ИНН7707"), "инн 7707 ");
        assert_eq!(plain("İ ß ẞ"), "i\u{307} ß ß ");
        assert_eq!(plain(""), "");
        assert_eq!(plain(r"one\nssn: \u00e9t"), "one ssn t ");
    }

    #[test]
    fn words_begin_behind_spaces_and_at_letters_of_scripts_without() {
        let mut out = Plain::default();
        out.push("a1 我的b");
        let begins: Vec<_> = out.begins.iter().map(|b| (b.plain, b.text, b.spaced)).collect();
        assert_eq!(begins, [(0, 0, true), (3, 3, true), (6, 6, false)]);
    }

    #[test]
    fn the_short_ways_agree_with_the_tables() {
        for c in ('\u{80}'..=char::MAX).filter(|c| !c.is_ascii()) {
            assert_eq!(is_letter(c), c.is_alphanumeric(), "{c:?}");
            if let Some(short) = lower(c) {
                assert_eq!(c.to_lowercase().collect::<Vec<_>>(), [short], "{c:?}");
            }
        }
    }
}
