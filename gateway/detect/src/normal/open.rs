//! Streams: from where on a growing text may still come to say something else.
//!
//! What follows can complete what is written at the end (`%4`, `john (a`), lengthen a run or a row, or make a value of what stands before
//! it. Everything from the first such place is open. A run longer than is read is not waited for: it is unread.

use super::address;
use super::bytes::count_back;
use super::local::{REACH, local};
use super::run::{self, LINE_MIN, RUN_MAX};
use super::{row, word};

/// Bytes of one word that is held because of what stands behind it.
const WORD_MAX: usize = 128;
/// Bytes of two code points, `U+0041 U+0042`, of which one alone says nothing.
const POINTS: usize = 16;
/// Longest row of numbers that is held.
const NUMBERS_MAX: usize = 2048;
/// Longest row of characters apart, or of digits in words, that is held.
const ROW_MAX: usize = 512;
/// Most words of an address in words, `anna dot berger at mail dot example dot at`, that are held.
const SPOKEN_MAX: usize = 12;

/// The first open place at the end of a text.
pub(super) fn open(text: &[u8]) -> usize {
    let numbers = row::open(text, NUMBERS_MAX);
    let marks =
        [written(text), address(text), run(text), row(text), word::open(text), wrapped(text)];
    let marks = marks.into_iter().chain([numbers]);
    marks.min().unwrap_or(text.len())
}

fn tail(text: &[u8], reach: usize) -> (usize, &[u8]) {
    let from = text.len().saturating_sub(reach);
    (from, text.get(from..).unwrap_or_default())
}

/// A written character that is not complete.
pub(super) fn written(text: &[u8]) -> usize {
    let (from, end) = tail(text, REACH / 2);
    let signs =
        (from..).zip(end).filter(|(_, b)| matches!(b, b'%' | b'&' | b'\\' | b'=' | b'+' | 0x1B));
    for (at, sign) in signs {
        let rest = text.get(at..).unwrap_or_default();
        let goes_on = |b: &u8| b.is_ascii_alphanumeric() || b"%&\\=+#;{}?\r\n".contains(b);
        let point = *sign == b'+' && text.get(at.wrapping_sub(1)).is_some_and(|b| b | 0x20 == b'u');
        if *sign == 0x1B && rest.iter().all(|b| !b.is_ascii_alphabetic()) {
            return at;
        }
        if point && text.len() - at < POINTS {
            return at - 1;
        }
        if !point && rest.iter().all(goes_on) && local(text, at).is_none_or(|l| l.end >= text.len())
        {
            return at;
        }
    }
    text.len()
}

/// The first of the bytes before a place that pass a test.
fn back(text: &[u8], at: usize, most: usize, test: impl Fn(u8) -> bool) -> usize {
    at - count_back(text, at, most, test)
}

fn is_user(b: u8) -> bool {
    b.is_ascii_graphic() || b >= 0x80
}

/// `john (at`, `john at mail do`: the word before what may become a sign.
fn address(text: &[u8]) -> usize {
    let (from, end) = tail(text, WORD_MAX);
    let word = |at: usize| back(text, at, WORD_MAX, is_user);
    let mut open = text.len();
    if let Some(bracket) = end.iter().rposition(|b| matches!(b, b'(' | b'[' | b'{' | b'<'))
        && end.len() - bracket < 20
    {
        open = word(back(text, from + bracket, 2, |b| b == b' '));
    }
    let spaces = count_back(text, text.len(), 3, |b| b == b' ');
    if spaces > 0 {
        open = open.min(word(text.len() - spaces));
    }
    if let Some(sign) = end.iter().rposition(|b| *b == b'@') {
        open = open.min(beside_spaces(text, from + sign));
    }
    open.min(spoken(text)).min(framed(text))
}

/// `john @ mail`, `john@ mail`: the word before a sign with a space beside it, if what follows may be the begin of a host.
fn beside_spaces(text: &[u8], sign: usize) -> usize {
    let host = |b: &u8| b.is_ascii_alphanumeric() || b"-. ".contains(b);
    let after = text.get(sign + 1..).unwrap_or_default();
    let user = back(text, sign, 2, |b| b == b' ');
    let spaced = user < sign || after.first().is_none_or(|b| *b == b' ');
    let words = after.split(|b| *b == b' ').filter(|word| !word.is_empty()).count();
    // A host and its dots with spaces around.
    if spaced && words <= SPOKEN_MAX && after.iter().all(host) {
        back(text, user, WORD_MAX, is_user)
    } else {
        text.len()
    }
}

/// `john*at*ma`: the word at the end, if a part of it is the name of a sign or may become one.
fn framed(text: &[u8]) -> usize {
    let start = back(text, text.len(), WORD_MAX, is_user);
    let word = text.get(start..).unwrap_or_default();
    let mut parts = word.split(|b| address::is_frame(*b)).skip(1).peekable();
    while let Some(part) = parts.next() {
        if address::is_sign(part, parts.peek().is_none()) {
            return start;
        }
    }
    text.len()
}

/// `john dot doe at mail d`: the first word of a row in which every second word is a sign, the last of them perhaps not complete. Which
/// of the words are the signs is not known from the end, so both are tried.
fn spoken(text: &[u8]) -> usize {
    let complete = text.last() == Some(&b' ');
    let mut open = text.len();
    for first_sign in [0, 1] {
        let mut end = text.len() - usize::from(complete);
        for nth in 0..SPOKEN_MAX {
            let start = back(text, end, WORD_MAX, is_user);
            let word = text.get(start..end).unwrap_or_default();
            let fits = match nth % 2 == first_sign {
                _ if word.is_empty() => false,
                true => address::is_sign(word, nth == 0 && !complete),
                false => true,
            };
            if !fits {
                break;
            }
            if nth > first_sign && nth % 2 != first_sign {
                open = open.min(start);
            }
            let space = start.checked_sub(1).filter(|at| text.get(*at) == Some(&b' '));
            let Some(space) = space else { break };
            end = space;
        }
    }
    open
}

/// A run of encoded text that reaches the end, over lines.
fn run(text: &[u8]) -> usize {
    let digit = |b: u8| run::is_digit(b) || b == b'=';
    let last = back(text, text.len(), RUN_MAX + 1, digit);
    if text.len() - last > RUN_MAX {
        return text.len();
    }
    let mut start = scheme(text, last);
    // Lines above it of one width.
    let mut line = last;
    while let Some(end) = line.checked_sub(1).filter(|i| text.get(*i) == Some(&b'\n')) {
        let end = if end > 0 && text.get(end - 1) == Some(&b'\r') { end - 1 } else { end };
        let from = back(text, end, RUN_MAX, digit);
        if end - from < LINE_MIN || text.len() - from > RUN_MAX {
            break;
        }
        (line, start) = (from, scheme(text, from));
    }
    start
}

/// Where a data URL begins whose data begin here.
fn scheme(text: &[u8], at: usize) -> usize {
    let (from, end) = (at.saturating_sub(REACH), at);
    let before = text.get(from..end).unwrap_or_default();
    let url = memchr::memmem::rfind(before, b"data:")
        .filter(|i| !before.get(*i..).unwrap_or_default().contains(&b' '));
    url.map_or(at, |i| from + i)
}

/// Characters, pairs or groups of digits with something between.
fn row(text: &[u8]) -> usize {
    let number = |b: u8| b.is_ascii_digit() || b" -._*|:~+,;/\n\t".contains(&b);
    let digits = back(text, text.len(), ROW_MAX, number);
    let digits = if text.get(digits..).unwrap_or_default().iter().any(u8::is_ascii_digit) {
        digits
    } else {
        text.len()
    };
    let apart = |b: u8| b" -._*|:~+,;/\n\t@".contains(&b);
    let mut at = text.len();
    while text.len() - at < ROW_MAX {
        let joint = back(text, at, 3, apart);
        let unit = back(text, joint, 3, |b| b.is_ascii_alphanumeric());
        if unit == joint || joint - unit > 2 || joint == at && at != text.len() {
            break;
        }
        at = unit;
    }
    digits.min(at)
}

/// What is wrapped in signs and has not ended.
fn wrapped(text: &[u8]) -> usize {
    let (from, end) = tail(text, super::wrapped::WORD_MAX);
    let mut open = text.len();
    let word = end.iter().rposition(|b| *b == b' ').map_or(0, |space| space + 1);
    if let Some(at) = memchr::memmem::find(end.get(word..).unwrap_or_default(), b"=?") {
        open = from + word + at;
    }
    let (from, end) = tail(text, super::wrapped::ASCII85_MAX);
    if let Some(at) = memchr::memmem::rfind(end, b"<~")
        && memchr::memmem::find(end.get(at..).unwrap_or_default(), b"~>").is_none()
    {
        open = open.min(from + at);
    }
    open
}
