//! Rows of numbers with the same thing between them, each of which says one character: digits one by one, in whatever list, table or
//! markup, and codes of characters in any notation (`[52, 49]`, `chr(52)+chr(49)`, `0x34,0x31`, `00110100 00110001`).
//!
//! What stands between is compared without white space and repeats, so that a list may go over lines. A number that counts the others
//! (`1. 4`, `2. 1`) is none of them. A row of bits alone is no number.

use super::bytes::before;
use super::view::View;
use crate::finding::Span;

/// Least digits of a value.
const DIGITS_MIN: usize = 6;
/// Least characters of a text in codes.
const CODES_MIN: usize = 8;
/// Most bytes between two numbers.
const GAP_MAX: usize = 24;
/// Most bytes of a row that is read at one time.
const ROW_MAX: usize = 16 * 1024;
/// Longest number, as it is written.
const NUMBER_MAX: usize = 10;

/// A row that was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) end: usize,
    /// Whether each digit has its number.
    counted: bool,
    /// Whether it says more than bits.
    pub(super) telling: bool,
}

/// How a number says a character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    Digit,
    Decimal,
    Octal,
    Hexadecimal,
    Binary,
}

/// The row that begins here.
pub(super) fn row(text: &[u8], at: usize) -> Option<Row> {
    row_of(text, at, [true, true])
}

/// The row that begins here, of numbers with one thing between them or of counted ones.
fn row_of(text: &[u8], at: usize, [may_be_alone, may_be_counted]: [bool; 2]) -> Option<Row> {
    let before = before(text, at);
    if before.is_ascii_digit() {
        return None;
    }
    let nothing = |_, _, _| {};
    let fresh = may_be_alone && !before.is_ascii_alphanumeric();
    let counted = || may_be_counted.then(|| counted(text, at, nothing)).flatten();
    fresh.then(|| alone(text, at, nothing)).flatten().or_else(counted)
}

/// The row that begins with the first of these three numbers, told by where they begin and how long they are.
#[inline]
pub(super) fn begins(text: &[u8], at: usize, numbers: [(usize, usize); 3]) -> Option<Row> {
    let [(_, this), (_, next), (_, third)] = numbers;
    let like = |length: usize, from: usize, to: usize| length == 0 || (from..=to).contains(&length);
    let prefixed = || this < 2 && text.get(at + 1).is_some_and(u8::is_ascii_alphabetic);
    let even = like(this, 1, 1) && like(next, 1, 1) && like(third, 1, 1)
        || like(this, 2, 3) && like(next, 2, 3) && like(third, 2, 3)
        || like(this, 7, 8) && like(next, 7, 8) && like(third, 7, 8);
    let alone = even && may_be_alike(text, numbers) || prefixed();
    let counted =
        like(this, 1, 3) && like(next, 1, 1) && like(third, this, 3) && may_count(text, numbers);
    if alone || counted { row_of(text, at, [alone, counted]) } else { None }
}

/// Whether the same may stand behind the first two of three numbers.
#[inline]
fn may_be_alike(text: &[u8], [(first, this), (second, next), _]: [(usize, usize); 3]) -> bool {
    let behind = |at: usize| text.get(at).filter(|b| !b.is_ascii_whitespace());
    let known = this > 0 && next > 0;
    let other = |(a, b): (&u8, &u8)| a != b;
    !(known && behind(first + this).zip(behind(second + next)).is_some_and(other))
}

/// Whether the third of three numbers may be the one that comes after the first.
#[inline]
fn may_count(text: &[u8], [(first, this), _, (last, third)]: [(usize, usize); 3]) -> bool {
    let value = |at: usize, length: usize| {
        let digits = text.get(at..at + length).unwrap_or_default().iter();
        digits.fold(0, |held, digit| held * 10 + u32::from(digit.wrapping_sub(b'0')))
    };
    this == 0 || third == 0 || value(first, this) + 1 == value(last, third)
}

/// Where the first three numbers of a block begin and how long they are; 0 for what may go on behind it. `None`: they are too far apart for a
/// row.
#[inline]
pub(super) fn first_three(numbers: u64, digits: u64, base: usize) -> Option<[(usize, usize); 3]> {
    let mut three = [(0, 0); 3];
    let (mut rest, mut end) = (numbers, numbers.trailing_zeros());
    let first = digits.checked_shr(end).map_or(0, u64::trailing_ones);
    // A row begins with no number as long; what goes on behind the block may be longer still.
    if matches!(first, 4..=6 | 9..) && end + first < 64 {
        return None;
    }
    for number in &mut three {
        let start = rest.trailing_zeros();
        if start > end + GAP_MAX as u32 {
            return None;
        }
        let length = digits.checked_shr(start).map_or(0, u64::trailing_ones);
        end = start + length;
        if end >= 64 {
            break;
        }
        *number = (base + start as usize, length as usize);
        rest &= rest.wrapping_sub(1);
    }
    Some(three)
}

/// Calls `says` with the place of each number of a row and what it says.
fn say(text: &[u8], at: usize, row: Row, says: impl FnMut(usize, usize, char)) {
    if row.counted {
        counted(text, at, says);
    } else {
        alone(text, at, says);
    }
}

/// Numbers with one thing between them.
fn alone(text: &[u8], at: usize, mut says: impl FnMut(usize, usize, char)) -> Option<Row> {
    let (kind, mut c, mut end) = unit(text, at)?;
    let first = gap(text, end)?;
    // Most numbers end here, before anything is said.
    unit(text, end + first.len()).filter(|(next, ..)| *next == kind)?;
    let mut count = Count::default();
    let mut from = at;
    loop {
        says(from, end, c);
        count.take(c);
        let Some(between) = gap(text, end).filter(|gap| alike(gap, first)) else { break };
        from = end + between.len();
        match unit(text, from) {
            Some((next, said, to)) if next == kind && to - at <= ROW_MAX => (c, end) = (said, to),
            _ => break,
        }
    }
    count.row(end, if kind == Unit::Digit { DIGITS_MIN } else { CODES_MIN }, false)
}

/// Digits of which each has its number: `1. 4`, `"d2": 5`.
fn counted(text: &[u8], at: usize, mut says: impl FnMut(usize, usize, char)) -> Option<Row> {
    let (mut number, mut end) = counter(text, at)?;
    let (first, mut second) = (gap(text, end)?, None);
    let mut count = Count::default();
    while let Some(inner) = gap(text, end).filter(|gap| alike(gap, first)) {
        let from = end + inner.len();
        let Some((Unit::Digit, c, to)) = unit(text, from) else { break };
        says(from, to, c);
        count.take(c);
        end = to;
        let Some(outer) = gap(text, end) else { break };
        let (next, to) = match counter(text, end + outer.len()) {
            Some(next) if to - at <= ROW_MAX => next,
            _ => break,
        };
        if next != number + 1 || !alike(outer, second.unwrap_or(outer)) {
            break;
        }
        (number, end, second) = (next, to, Some(outer));
    }
    count.row(end, DIGITS_MIN, true)
}

/// What is counted of a row.
#[derive(Default)]
struct Count {
    all: usize,
    bits: usize,
}

impl Count {
    fn take(&mut self, c: char) {
        self.all += 1;
        self.bits += usize::from(matches!(c, '0' | '1'));
    }

    fn row(&self, end: usize, least: usize, counted: bool) -> Option<Row> {
        (self.all >= least).then_some(Row { end, counted, telling: self.bits < self.all })
    }
}

/// The number that begins here: how it says a character, which, and where it ends.
fn unit(text: &[u8], at: usize) -> Option<(Unit, char, usize)> {
    let rest = text.get(at..)?.iter().take(NUMBER_MAX + 1);
    let length = rest.take_while(|b| b.is_ascii_alphanumeric()).count();
    let token = text.get(at..at + length)?;
    let (unit, base, digits) = match token {
        [digit @ b'0'..=b'9'] => return Some((Unit::Digit, char::from(*digit), at + 1)),
        [b'0', b'x' | b'X', digits @ ..] => (Unit::Hexadecimal, 16, digits),
        [b'0', b'o' | b'O', digits @ ..] => (Unit::Octal, 8, digits),
        [b'0', b'b' | b'B', digits @ ..] => (Unit::Binary, 2, digits),
        [b'0', _, _] | [b'0', _, _, _] => (Unit::Octal, 8, token),
        [_, _] | [_, _, _] => (Unit::Decimal, 10, token),
        [_, _, _, _, _, _, _] | [_, _, _, _, _, _, _, _] => (Unit::Binary, 2, token),
        _ => return None,
    };
    let value = number(digits, base).filter(|v| matches!(v, 9 | 10 | 13 | 0x20..=0xFF))?;
    Some((unit, char::from_u32(value)?, at + length))
}

fn number(digits: &[u8], base: u32) -> Option<u32> {
    let value = |held: u32, digit: &u8| Some(held * base + char::from(*digit).to_digit(base)?);
    (1..=8).contains(&digits.len()).then(|| digits.iter().try_fold(0, value)).flatten()
}

/// A number that counts, of up to three digits, and its end.
fn counter(text: &[u8], at: usize) -> Option<(u32, usize)> {
    let length = text.get(at..)?.iter().take(4).take_while(|b| b.is_ascii_digit()).count();
    let value = text.get(at..at + length).filter(|digits| digits.len() < 4)?;
    Some((number(value, 10)?, at + length))
}

/// What stands between a place and the next digit.
fn gap(text: &[u8], at: usize) -> Option<&[u8]> {
    let rest = text.get(at..text.len().min(at + GAP_MAX + 1))?;
    let length = rest.iter().position(u8::is_ascii_digit).filter(|n| *n > 0)?;
    rest.get(..length)
}

/// Whether two gaps are the same but for white space and repeats.
fn alike(a: &[u8], b: &[u8]) -> bool {
    a == b || bare(a).eq(bare(b))
}

fn bare(gap: &[u8]) -> impl Iterator<Item = u8> {
    let shown = gap.iter().copied().filter(|b| !b.is_ascii_whitespace());
    shown.scan(b' ', |last, b| Some((std::mem::replace(last, b) != b).then_some(b))).flatten()
}

/// Writes the text with each row drawn together.
pub(super) fn draw(text: &str, span: Span, view: &mut View) {
    let bytes = text.as_bytes();
    let (mut at, mut plain) = (span.start, span.start);
    while at < span.end && !view.is_full() {
        let digits = bytes.get(at..span.end).unwrap_or_default();
        let Some(skip) = digits.iter().position(u8::is_ascii_digit) else { break };
        at += skip;
        let found = row(bytes, at);
        if let Some(row) = found.filter(|row| row.telling) {
            let mut first = true;
            say(bytes, at, row, |from, to, c| {
                if std::mem::take(&mut first) {
                    view.keep(text, plain, from);
                }
                view.put(from, to, c.encode_utf8(&mut [0; 4]));
            });
            plain = row.end;
        }
        at = found.map_or(at + 1, |row| row.end);
    }
    view.keep(text, plain, span.end);
}

/// Where a row begins that may go on behind the end of a text.
pub(super) fn open(text: &[u8], most: usize) -> usize {
    let far = text.len().saturating_sub(most);
    let digits = |end: usize| {
        let head = text.get(far..end).unwrap_or_default();
        let token = head.iter().rev().take(NUMBER_MAX).take_while(|b| b.is_ascii_alphanumeric());
        token.clone().any(u8::is_ascii_digit).then(|| end - token.count())
    };
    let number = |end: usize| {
        let head = text.get(far..end).unwrap_or_default().iter().rev().take(GAP_MAX + 1);
        let to = end - head.take_while(|b| !b.is_ascii_digit()).count();
        let rest = text.get(to..end).unwrap_or_default();
        let to = to + rest.iter().take_while(|b| b.is_ascii_alphanumeric()).count();
        digits(to.min(end)).map(|from| (from, to.min(end)))
    };
    let Some((mut start, _)) = number(text.len()) else { return text.len() };
    let (mut last, mut before_last): (Option<&[u8]>, Option<&[u8]>) = (None, None);
    while let Some((from, to)) = number(start) {
        let between = text.get(to..start).unwrap_or_default();
        let same = |gap: Option<&[u8]>| gap.is_some_and(|gap| alike(gap, between));
        if before_last.is_some() && !same(last) && !same(before_last) {
            break;
        }
        (start, before_last, last) = (from, last, Some(between));
    }
    start
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &str) {
        let from = text.find(|c: char| c.is_ascii_digit()).unwrap_or(0);
        let mut says = String::new();
        if let Some(row) = row(text.as_bytes(), from).filter(|row| row.telling) {
            say(text.as_bytes(), from, row, |_, _, c| says.push(c));
        }
        assert_eq!(says, expect, "{text}");
    }

    #[test]
    fn rows_say_what_their_numbers_say() {
        check("[4,5,3,9,1,4]", "453914");
        check("[4,\n 5,\n 3,\n 9,\n 1,\n 4]", "453914");
        check("- 4\r\n- 5\r\n- 3\r\n- 9\r\n- 1\r\n- 4", "453914");
        check("| 4 | 5 | 3 |\n| 9 | 1 | 4 |", "453914");
        check("1. 4\n2. 5\n3. 3\n4. 9\n5. 1\n6. 4", "453914");
        check("chr(52)+chr(53)+chr(51)+chr(57)+chr(49)+chr(52)+chr(65)+chr(97)", "453914Aa");
        check("0x34,0x35,0x33,0x39,0x31,0x34,0x41,0x61", "453914Aa");
        check(
            "00110100 00110101 00110011 00111001 00110001 00110100 01000001 01100001",
            "453914Aa",
        );
        check("1 0 1 0 1 1 1 0 1", "");
        check("4, 5 and 3 of 9", "");
        check("2024-03-12 10:30:07", "");
        check("4 of 5, 3 of 9, 1 of 4", "");
    }

    #[test]
    fn a_row_is_open_at_its_end() {
        for (text, row) in [
            ("say [4,5,3,", "4,5,3,"),
            ("say chr(52)+chr(53)+ch", "52)+chr(53)+ch"),
            ("| 1 | 4 |\n| 2 | 5 |\n| 3 |", "1 | 4 |\n| 2 | 5 |\n| 3 |"),
            ("4 words which are not one of a row", ""),
        ] {
            assert_eq!(open(text.as_bytes(), 512), text.len() - row.len(), "{text}");
        }
    }
}
