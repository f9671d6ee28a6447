//! Values with something between their characters: `1 2 3`, `4-1-1-1`, `4111 - 1111 - 1111`, digits in words.

use super::bytes::{before, count_from};
use super::view::View;
use super::word;
use crate::finding::Span;

/// Least characters that stand apart.
const SINGLES_MIN: usize = 6;
/// Least digits that a number with odd separators has.
const DIGITS_MIN: usize = 8;
/// Most digits of it.
const DIGITS_MAX: usize = 40;
/// Least pairs of hexadecimal digits that stand apart: more than a hardware address has.
const PAIRS_MIN: usize = 8;
/// Most bytes of such a row.
const PAIRS_MAX: usize = 16 * 1024;
/// Most bytes of one value that is read so.
const VALUE_MAX: usize = 512;

fn byte(text: &[u8], at: usize) -> u8 {
    text.get(at).copied().unwrap_or(b'\n')
}

fn is_unit(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(byte, b'@' | b'.' | b'_' | b'+' | b'-' | b':' | b'/' | b'#')
}

/// A row of single characters with the same separator between.
#[derive(Clone, Copy)]
pub(crate) struct Singles {
    pub(crate) end: usize,
    /// Length of the separator.
    gap: usize,
    /// Whether it says more than bits: a row of those is no number, and none of its ends is one either.
    pub(crate) telling: bool,
}

/// The row of single characters that begins here.
pub(crate) fn singles(text: &[u8], at: usize) -> Option<Singles> {
    if !byte(text, at).is_ascii_alphanumeric() || before(text, at).is_ascii_alphanumeric() {
        return None;
    }
    let gap = gap(text, at + 1)?;
    let separator = text.get(at + 1..at + 1 + gap)?;
    let blank = separator == b" " || separator == b"\n" || separator == b"\t";
    let mut end = at + 1;
    let (mut units, mut ones) = (1, usize::from(matches!(byte(text, at), b'0' | b'1')));
    let (mut letters, mut digits) = (usize::from(byte(text, at).is_ascii_alphabetic()), end);
    while end - at < VALUE_MAX && text.get(end..end + gap) == Some(separator) {
        // Two spaces in a spaced text part its words.
        let wide = if blank {
            text.get(end + gap..)?.iter().take(2).take_while(|b| **b == b' ').count()
        } else {
            0
        };
        let next = end + gap + wide;
        let unit = byte(text, next);
        let counts = if blank {
            is_unit(unit)
        } else {
            unit.is_ascii_alphanumeric() || (unit == b'@' || unit == b'.') && separator != b"."
        };
        if !counts || byte(text, next + 1).is_ascii_alphanumeric() {
            break;
        }
        units += 1;
        if unit.is_ascii_alphabetic() {
            letters += 1;
        } else {
            digits = next + 1;
        }
        ones += usize::from(matches!(unit, b'0' | b'1'));
        end = next + 1;
    }
    // A word of one letter that follows a number is none of it.
    if letters == 1 && byte(text, end - 1).is_ascii_alphabetic() {
        (end, units) = (digits, units - 1);
    }
    (units >= SINGLES_MIN && !byte(text, end).is_ascii_alphanumeric()).then_some(Singles {
        end,
        gap,
        telling: ones < units,
    })
}

/// The length of a separator between single characters.
fn gap(text: &[u8], at: usize) -> Option<usize> {
    match (byte(text, at), byte(text, at + 1)) {
        (b',' | b';', b' ') => Some(2),
        (b' ' | b'-' | b'.' | b'_' | b'*' | b'|' | b'/' | b'~' | b'\n' | b'\t' | b':', next)
            if next != b'\n' =>
        {
            Some(1)
        }
        _ => None,
    }
}

/// The end of a row of pairs of hexadecimal digits with the same separator between, that begins here, and the separator's length.
pub(crate) fn pairs(text: &[u8], at: usize) -> Option<(usize, usize)> {
    let hex = |at: usize| byte(text, at).is_ascii_hexdigit();
    let pair = |at: usize| hex(at) && hex(at + 1) && !byte(text, at + 2).is_ascii_alphanumeric();
    if !pair(at) || before(text, at).is_ascii_alphanumeric() {
        return None;
    }
    let gap = match (byte(text, at + 2), byte(text, at + 3)) {
        (b',' | b';', b' ') => 2,
        (b' ' | b':' | b'-' | b',' | b';' | b'.' | b'_', _) => 1,
        _ => return None,
    };
    let separator = text.get(at + 2..at + 2 + gap)?;
    let (mut end, mut units) = (at + 2, 1);
    while end - at < PAIRS_MAX && text.get(end..end + gap) == Some(separator) && pair(end + gap) {
        (end, units) = (end + gap + 2, units + 1);
    }
    (units >= PAIRS_MIN).then_some((end, gap))
}

/// The end of a number whose groups have odd separators, that begins here: `4111 - 1111`, `4111_1111`, `4111*1111`.
pub(crate) fn grouped(text: &[u8], at: usize) -> Option<usize> {
    if !byte(text, at).is_ascii_digit() || before(text, at).is_ascii_alphanumeric() {
        return None;
    }
    let digits = |at: usize| count_from(text, at, 20, |b| b.is_ascii_digit());
    let mut end = at + digits(at);
    let (mut total, mut groups) = (end - at, 1);
    let separator = odd(text, end)?;
    let mark = text.get(end..end + separator)?;
    while text.get(end..end + separator) == Some(mark) && end - at < VALUE_MAX {
        let n = digits(end + separator);
        if n == 0 {
            break;
        }
        (total, groups, end) = (total + n, groups + 1, end + separator + n);
        if total > DIGITS_MAX {
            return None;
        }
    }
    let whole = !byte(text, end).is_ascii_alphanumeric();
    (total >= DIGITS_MIN && groups >= 3 && whole).then_some(end)
}

/// The length of a separator that a number does not have of itself.
fn odd(text: &[u8], at: usize) -> Option<usize> {
    let dash = |b: u8| matches!(b, b'-' | b'.' | b'/' | b'_' | b'*' | b'|' | b':' | b'~' | b'+');
    let (a, b, c) = (byte(text, at), byte(text, at + 1), byte(text, at + 2));
    if a == b' ' && dash(b) && c == b' ' {
        return Some(3);
    }
    if (dash(a) && b == a || a == b',' && b == b' ') && c.is_ascii_digit() {
        return Some(2);
    }
    (matches!(a, b'_' | b'*' | b'|' | b':' | b'~' | b'+') && b.is_ascii_digit()).then_some(1)
}

/// Writes the text with what stands apart drawn together.
pub(crate) fn squeeze(text: &str, span: Span, view: &mut View) {
    let bytes = text.as_bytes();
    let (mut at, mut plain) = (span.start, span.start);
    while at < span.end {
        let c = byte(bytes, at);
        let fresh = !before(bytes, at).is_ascii_alphanumeric();
        if !fresh || !(c.is_ascii_alphanumeric() || c >= 0xC0) {
            at += 1;
            continue;
        }
        let end = if let Some(row) = singles(bytes, at) {
            if row.telling {
                view.keep(text, plain, at);
                draw(text, at, row.end, row.gap, view);
            } else {
                view.keep(text, plain, row.end);
            }
            row.end
        } else if let Some((end, gap)) = pairs(bytes, at) {
            view.keep(text, plain, at);
            for from in (at..end).step_by(2 + gap) {
                view.put(from, from + 2, text.get(from..from + 2).unwrap_or(""));
            }
            end
        } else if let Some(end) = grouped(bytes, at) {
            view.keep(text, plain, at);
            group(text, at, end, view);
            end
        } else if word::may_be_digit(bytes, at) || c >= 0xC0 {
            let Some(end) = word::spelled(bytes, at, |_, _, _| {}) else {
                at += 1;
                continue;
            };
            view.keep(text, plain, at);
            let mut utf8 = [0; 4];
            word::spelled(bytes, at, |from, to, digit| {
                view.put(from, to, digit.encode_utf8(&mut utf8))
            });
            end
        } else {
            at += 1;
            continue;
        };
        at = end.max(at + 1);
        plain = at;
    }
    view.keep(text, plain, span.end);
}

/// Single characters without what stands between them; wide gaps become a space.
fn draw(text: &str, from: usize, to: usize, gap: usize, view: &mut View) {
    let mut at = from;
    while at < to {
        view.put(at, at + 1, text.get(at..at + 1).unwrap_or(""));
        let next = at + 1 + gap;
        let wide = count_from(text.as_bytes(), next, 2, |b| b == b' ');
        if wide > 0 && next + wide < to {
            view.put(next, next + wide, " ");
        }
        at = next + wide;
    }
}

/// Groups of digits with a space between.
fn group(text: &str, from: usize, to: usize, view: &mut View) {
    let bytes = text.as_bytes();
    let mut at = from;
    while at < to {
        let n = count_from(bytes, at, to - at, |b| b.is_ascii_digit());
        view.keep(text, at, at + n);
        let end = at + n;
        let gap = count_from(bytes, end, to - end, |b| !b.is_ascii_digit());
        if gap > 0 && end + gap < to {
            view.put(end, end + gap, " ");
        }
        at = end + gap.max(1);
    }
}
