//! Characters beyond ASCII that stand for ASCII ones: which of them are worth a second look.
//!
//! Prose in other scripts has digits, joiners and marks of its own; what counts is what stands inside an ASCII word or number, and
//! numbers long enough to be a value.

use super::fold::{Fold, fold};
use super::trigger::{Kind, Mark};
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

/// What a first byte promises: 0 nothing, 1 a letter that looks like another, 2 anything.
static LEADS: [u8; 256] = {
    let mut table = [0; 256];
    let mut i = 0xCE;
    while i <= 0xD5 {
        table[i] = 1;
        i += 1;
    }
    // Not E3 to E9 and EB to ED, which hold Han, kana and Hangul, but for U+3000 and the like.
    let any = [0xC2, 0xCC, 0xCD, 0xD9, 0xDB, 0xDF, 0xE0, 0xE1, 0xE2, 0xEA, 0xEF, 0xF0, 0xF3];
    let mut i = 0;
    while i < any.len() {
        table[any[i]] = 2;
        i += 1;
    }
    table
};

fn char_at(text: &str, at: usize) -> Option<char> {
    text.get(at..)?.chars().next()
}

fn byte(text: &str, at: usize) -> u8 {
    text.as_bytes().get(at).copied().unwrap_or(b' ')
}

fn before(text: &str, at: usize) -> u8 {
    at.checked_sub(1).map_or(b' ', |i| byte(text, i))
}

/// What values are made of beside letters and digits.
fn is_sign(b: u8) -> bool {
    matches!(b, b'@' | b'.' | b'-' | b'_')
}

impl High {
    /// Looks at the characters of one block that begin at the bits of `high`.
    #[inline]
    pub(crate) fn block(&mut self, text: &str, block: &[u8; 64], high: u64, base: usize, marks: &mut Vec<Mark>) {
        let mut bits = high;
        while bits != 0 {
            let i = bits.trailing_zeros() as usize;
            bits &= bits - 1;
            let lead = block.get(i).copied().unwrap_or(0);
            match LEADS.get(usize::from(lead)) {
                Some(1) => {
                    if before(text, base + i).is_ascii_alphanumeric() || byte(text, base + i + 2).is_ascii_alphanumeric() {
                        self.look(text, base + i, marks);
                    }
                }
                Some(2) if promises(text.as_bytes(), base + i) => self.look(text, base + i, marks),
                _ => {}
            }
        }
    }

    #[inline(never)]
    fn look(&mut self, text: &str, at: usize, marks: &mut Vec<Mark>) {
        if at < self.until {
            return;
        }
        let Some(c) = char_at(text, at) else { return };
        let (left, end) = (before(text, at), at + c.len_utf8());
        let found = match fold(c) {
            Fold::Same => false,
            Fold::Gone => (left.is_ascii_alphanumeric() || is_sign(left)) && goes_on(text, end),
            Fold::Mark => marked(text, at, end),
            Fold::Common(_) => left.is_ascii_digit() && byte(text, end).is_ascii_digit() && !known_separator(c),
            Fold::Alike(_) => left.is_ascii_alphanumeric() || byte(text, end).is_ascii_alphanumeric(),
            Fold::Form(_) => return self.value(text, at, marks),
        };
        if found {
            marks.push(Mark { span: Span { start: at, end }, kind: Kind::Form });
        }
    }

    /// A value in other forms from here on.
    fn value(&mut self, text: &str, at: usize, marks: &mut Vec<Mark>) {
        let ascii = text.as_bytes().get(..at).unwrap_or_default();
        let mut values = ascii.iter().rev().take(8).take_while(|b| b.is_ascii_alphanumeric()).count();
        let (mut end, mut gap) = (at, 0);
        for c in text.get(at..).unwrap_or("").chars().take(VALUE_MAX) {
            let kind = if c.is_ascii() { Fold::Same } else { fold(c) };
            match kind {
                Fold::Form(_) | Fold::Alike(_) => (values, gap) = (values + 1, 0),
                Fold::Same if c.is_ascii_alphanumeric() => (values, gap) = (values + 1, 0),
                Fold::Gone | Fold::Mark => {}
                Fold::Common(_) if gap < 2 => gap += 1,
                Fold::Same if c.is_ascii() && (c == ' ' || c == '/' || c == '+' || is_sign(byte(text, end))) && gap < 2 => gap += 1,
                _ => break,
            }
            end += c.len_utf8();
        }
        self.until = end;
        if values >= VALUE_MIN {
            marks.push(Mark { span: Span { start: at, end }, kind: Kind::Form });
        }
    }
}

/// The first two bytes tell for most characters that they are of no interest.
#[inline]
fn promises(text: &[u8], at: usize) -> bool {
    let second = text.get(at + 1).copied().unwrap_or(0);
    let third = || text.get(at + 2).copied().unwrap_or(0);
    match text.get(at) {
        Some(0xC2) => matches!(second, 0xAD | 0xB7),
        Some(0xD9) => (0xA0..=0xA9).contains(&second),
        Some(0xDB) => (0xB0..=0xB9).contains(&second),
        Some(0xDF) => second <= 0x89,
        Some(0xE0) => (0xA6..=0xAF).contains(&third()) && second & 1 == 1 || (0x90..=0x99).contains(&third()) && second >= 0xB9 || second >= 0xBC,
        // Quotes, ellipsis, dashes, no-break space: what prose is full of.
        Some(0xE2) => match second {
            0x80 => !matches!(third(), 0x90..=0x9F | 0xA0 | 0xA6 | 0xAF | 0xB0..=0xBF),
            0x81..=0x82 | 0x88 | 0x8B | 0x91..=0x93 | 0x9D..=0x9E | 0xA7 => true,
            _ => false,
        },
        Some(0xEA) => !matches!(second, 0xB0..=0xBF),
        Some(0xEF) => matches!(second, 0xB8..=0xBF) && !(second == 0xBC && matches!(third(), 0x81..=0x8F | 0x9A..=0x9F) && third() != 0x8D && third() != 0x8E),
        Some(0xF0) => !matches!(second, 0xA0..=0xBF) && !(second == 0x9F && third() >= 0x8C && third() != 0xAF),
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
    left.is_ascii_alphabetic() && (is_mark(end) || byte(text, end).is_ascii_alphabetic() && is_mark(end + 1))
}
