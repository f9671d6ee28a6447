//! Characters beyond ASCII that stand for ASCII ones: which of them are worth a second look.
//!
//! Prose in other scripts has digits, joiners and marks of its own; what counts is what stands inside an ASCII word or number, and
//! numbers long enough to be a value.

use super::bytes::{before, byte, count_back};
use super::compose;
use super::fold::{Fold, fold, spelled};
use super::trigger::{Kind, Mark, note};
use crate::blocks;
use crate::finding::Span;

/// Least letters and digits of a value in other forms.
const VALUE_MIN: usize = 6;
/// Most characters of a value that are looked at at one time.
const VALUE_MAX: usize = 96;

/// What is remembered from block to block.
#[derive(Default)]
pub(crate) struct High {
    /// Up to where values in other forms were looked at.
    until: usize,
}

fn char_at(text: &str, at: usize) -> Option<char> {
    text.get(at..)?.chars().next()
}

/// What values are made of beside letters and digits.
fn is_sign(b: u8) -> bool {
    matches!(b, b'@' | b'.' | b'-' | b'_')
}

impl High {
    /// Looks at the characters that begin in one block; where Han characters begin in it.
    #[inline(never)]
    pub(crate) fn block(
        &mut self,
        text: &str,
        block: &[u8; 64],
        base: usize,
        marks: &mut Vec<Mark>,
    ) -> u64 {
        let m = blocks::leads(block);
        // A letter of another script counts beside ASCII only; what stands beside the edges is not known.
        let edges = 1 | 3 << 62;
        let mut bits = m.other | m.alike & (m.ascii << 1 | m.ascii >> 2 | edges);
        while bits != 0 {
            let at = base + bits.trailing_zeros() as usize;
            bits &= bits - 1;
            if promises(text.as_bytes(), at) {
                self.look(text, at, marks);
            }
        }
        m.han
    }

    #[inline(never)]
    fn look(&mut self, text: &str, at: usize, marks: &mut Vec<Mark>) {
        if at < self.until {
            return;
        }
        let Some(c) = char_at(text, at) else { return };
        let (left, end) = (before(text, at), at + c.len_utf8());
        let spells = spelled(c).is_some();
        if spells && self.spells(text, at) {
            return note(
                marks,
                Mark { span: Span { start: at, end: self.until }, kind: Kind::Spelled },
            );
        }
        let found = match fold(c) {
            Fold::Same => false,
            Fold::Gone => {
                let spaced = left == b' ' && before(text, at.saturating_sub(1)).is_ascii_digit();
                (left.is_ascii_alphanumeric() || is_sign(left) || spaced) && goes_on(text, end)
            }
            Fold::Mark if marked(text, at, end) => true,
            Fold::Mark if compose::is_on_letter(text, at) => {
                return note(marks, Mark { span: Span { start: at, end }, kind: Kind::Composed });
            }
            Fold::Mark => false,
            Fold::Common(_) => {
                left.is_ascii_digit() && byte(text, end).is_ascii_digit() && !known_separator(c)
            }
            // Small capitals, Lisu, Cherokee: whole words are written in what looks like ASCII.
            Fold::Alike(_) if c >= '\u{1000}' => return self.value(text, at, marks),
            Fold::Alike(_) => {
                left.is_ascii_alphanumeric() || byte(text, end).is_ascii_alphanumeric()
            }
            Fold::Form(_) => return self.value(text, at, marks),
        };
        if found {
            let kind = if spells { Kind::Spelled } else { Kind::Form };
            note(marks, Mark { span: Span { start: at, end }, kind });
        }
    }

    /// Whether unseen characters from here on spell a value.
    fn spells(&mut self, text: &str, at: usize) -> bool {
        let (mut end, mut values) = (at, 0);
        for c in text.get(at..).unwrap_or("").chars().take(VALUE_MAX) {
            if spelled(c).is_none() {
                break;
            }
            (end, values) = (end + c.len_utf8(), values + 1);
        }
        let found = values >= VALUE_MIN;
        if found {
            self.until = end;
        }
        found
    }

    /// A value in other forms from here on.
    fn value(&mut self, text: &str, at: usize, marks: &mut Vec<Mark>) {
        let mut values = count_back(text.as_bytes(), at, 8, |b| b.is_ascii_alphanumeric());
        let (mut end, mut gap) = (at, 0);
        for c in text.get(at..).unwrap_or("").chars().take(VALUE_MAX) {
            let kind = if c.is_ascii() { Fold::Same } else { fold(c) };
            match kind {
                Fold::Form(_) | Fold::Alike(_) => (values, gap) = (values + 1, 0),
                Fold::Same if c.is_ascii_alphanumeric() => (values, gap) = (values + 1, 0),
                Fold::Gone | Fold::Mark => {}
                Fold::Common(_) if gap < 2 => gap += 1,
                Fold::Same
                    if c.is_ascii()
                        && (c == ' ' || c == '/' || c == '+' || is_sign(byte(text, end)))
                        && gap < 2 =>
                {
                    gap += 1
                }
                _ => break,
            }
            end += c.len_utf8();
        }
        self.until = end;
        if values >= VALUE_MIN {
            note(marks, Mark { span: Span { start: at, end }, kind: Kind::Form });
        }
    }
}

/// The first two bytes tell for most characters that they are of no interest.
#[inline]
fn promises(text: &[u8], at: usize) -> bool {
    let second = text.get(at + 1).copied().unwrap_or(0);
    let third = || text.get(at + 2).copied().unwrap_or(0);
    match text.get(at) {
        Some(0xCE..=0xD5) => {
            let ascii = |i: usize| text.get(i).is_some_and(u8::is_ascii_alphanumeric);
            at > 0 && ascii(at - 1) || ascii(at + 2)
        }
        Some(0xC2) => matches!(second, 0x80..=0x9F | 0xAD | 0xB7),
        Some(0xD8) => second == 0x9C,
        Some(0xD9) => (0xA0..=0xA9).contains(&second),
        Some(0xDB) => (0xB0..=0xB9).contains(&second),
        Some(0xDF) => second <= 0x89,
        Some(0xE0) => {
            (0xA6..=0xAF).contains(&third()) && second & 1 == 1
                || (0x90..=0x99).contains(&third()) && second >= 0xB9
                || second >= 0xBC
        }
        Some(0xE3) => at > 0 && text.get(at - 1).is_some_and(u8::is_ascii_alphanumeric),
        // Quotes, ellipsis, dashes, no-break space: what prose is full of.
        Some(0xE2) => match second {
            0x80 => !matches!(third(), 0x90..=0x9F | 0xA0 | 0xA6 | 0xAF | 0xB0..=0xBF),
            0xA0 => third() == 0x80,
            0x81..=0x82 | 0x88 | 0xB1..=0xB3 | 0x8B | 0x91..=0x93 | 0x9D..=0x9E | 0xA7 => true,
            _ => false,
        },
        Some(0xEA) => !matches!(second, 0xB0..=0xBF),
        Some(0xEF) => {
            matches!(second, 0xB8..=0xBF)
                && !(second == 0xBC
                    && matches!(third(), 0x81..=0x8F | 0x9A..=0x9F)
                    && third() != 0x8D
                    && third() != 0x8E)
        }
        Some(0xF0) => {
            !(matches!(second, 0xA0..=0xBF) || second == 0x9F && third() >= 0x8C && third() != 0xAF)
        }
        _ => true,
    }
}

/// Separators inside numbers that patterns know of themselves.
fn known_separator(c: char) -> bool {
    matches!(c, '\u{A0}' | '\u{2007}' | '\u{2009}' | '\u{202F}' | '\u{2010}'..='\u{2015}')
}

/// Whether a value goes on behind what is not seen.
fn goes_on(text: &str, at: usize) -> bool {
    for (skipped, c) in text.get(at..).unwrap_or("").chars().enumerate().take(VALUE_MAX) {
        if c.is_ascii() {
            let value = c.is_ascii_alphanumeric() || matches!(c, '@' | '.' | '-' | '_');
            return value || skipped > 0 && c == ' ';
        }
        match fold(c) {
            Fold::Gone | Fold::Mark => {}
            Fold::Form(_) | Fold::Alike(_) => return true,
            Fold::Same | Fold::Common(_) => return false,
        }
    }
    false
}

/// Marks on digits and signs, several on one character, or on one after the other: not how any language writes.
fn marked(text: &str, at: usize, end: usize) -> bool {
    let left = before(text, at);
    if left.is_ascii_digit() || is_sign(left) {
        return true;
    }
    let is_mark = |at: usize| char_at(text, at).is_some_and(|c| fold(c) == Fold::Mark);
    left.is_ascii_alphabetic()
        && (is_mark(end) || byte(text, end).is_ascii_alphabetic() && is_mark(end + 1))
}
