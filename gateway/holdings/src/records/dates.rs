//! Days, in the forms in which people write them.
//!
//! A text does not say whether 3/4/1980 is in March or in April, so it is read in every order that is a day; what is compared is the
//! day of a record. Two digits of a year are read in both centuries.

use crate::fold;
use crate::rules::Order;
use crate::words::{Make, Word};

/// A day that may be meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reading {
    /// Year, month, day as a decimal number: 19800301.
    pub(super) day: u32,
    /// The order in which it was read; none if no other is possible.
    pub(super) order: Option<Order>,
    /// The last of its words.
    pub(super) last: usize,
}

/// Most bytes between two parts of a date.
const MAX_GAP: u32 = 3;

/// The normal form of a day that a column holds.
pub(super) fn day(
    value: &str,
    order: Order,
    words: &[Word],
    bytes: &mut Vec<u8>,
) -> Result<(), &'static str> {
    let (mut fits, mut others) = (None, [false; 2]);
    if !short_year(value, words) {
        readings(value, words, 0, |reading| match reading.order {
            Some(Order::Dmy) if order != Order::Dmy => others[0] = true,
            Some(Order::Mdy) if order != Order::Mdy => others[1] = true,
            Some(read) if read != order => {}
            _ => fits = Some(reading.day),
        });
    }
    normal(fits.ok_or_else(|| no_day(others))?, bytes);
    Ok(())
}

/// Why a value is no day, and which order the author may have meant: `dmy`, `mdy`.
fn no_day(others: [bool; 2]) -> &'static str {
    match others {
        [true, false] => {
            "it is no day in the order of its column, but one in `dmy`: is `order = \"dmy\"` meant?"
        }
        [false, true] => {
            "it is no day in the order of its column, but one in `mdy`: is `order = \"mdy\"` meant?"
        }
        [true, true] => {
            "it is no day in the order of its column, but one in `dmy` and in `mdy`: is `order = \"dmy\"` or `order = \"mdy\"` meant?"
        }
        [false, false] => "it is no day in the order of its column, with a year of four digits",
    }
}

fn short_year(value: &str, words: &[Word]) -> bool {
    !words.iter().any(|word| number(value, word).is_some_and(|(_, digits)| digits >= 4))
}

/// The bytes that are hashed for a day.
pub(super) fn normal(day: u32, bytes: &mut Vec<u8>) {
    bytes.clear();
    bytes.push(b'd');
    bytes.extend_from_slice(&day.to_le_bytes());
}

/// Gives every day that may be meant by what begins at word `at`.
pub(super) fn readings(text: &str, words: &[Word], at: usize, mut give: impl FnMut(Reading)) {
    let Some(first) = words.get(at) else { return };
    let mut add = |year: u32, month: u32, day: u32, order, last| {
        if is_day(year, month, day) {
            give(Reading { day: year * 10_000 + month * 100 + day, order, last });
        }
    };
    let second = next(text, words, at);
    let third = second.and_then(|second| next(text, words, second));
    let part =
        |at: Option<usize>| at.and_then(|at| words.get(at)).and_then(|word| number(text, word));
    let named =
        |at: Option<usize>| at.and_then(|at| words.get(at)).and_then(|word| month(text, word));
    let last = third.unwrap_or(at);
    match (part(Some(at)), part(second), part(third)) {
        (Some((n, 8)), ..) => {
            add(n / 10_000, n / 100 % 100, n % 100, Some(Order::Ymd), at);
            add(n % 10_000, n / 10_000 % 100, n / 1_000_000, Some(Order::Dmy), at);
            add(n % 10_000, n / 1_000_000, n / 10_000 % 100, Some(Order::Mdy), at);
        }
        (Some((year, 4)), Some((month, 1 | 2)), Some((day, 1 | 2))) => {
            add(year, month, day, None, last)
        }
        (Some((a, 1 | 2)), Some((b, 1 | 2)), Some((year, 4))) => {
            add(year, b, a, Some(Order::Dmy), last);
            add(year, a, b, Some(Order::Mdy), last);
        }
        (Some((a, 1 | 2)), Some((b, 1 | 2)), Some((year, 2))) => {
            for century in [1900, 2000] {
                add(century + year, b, a, Some(Order::Dmy), last);
                add(century + year, a, b, Some(Order::Mdy), last);
            }
        }
        (Some((day, 1 | 2)), None, Some((year, 4))) => {
            if let Some(month) = named(second) {
                add(year, month, day, None, last);
            }
        }
        (None, Some((day, 1 | 2)), Some((year, 4))) => {
            if let Some(month) = month(text, first) {
                add(year, month, day, None, last);
            }
        }
        _ => {}
    }
}

/// The next part of a date: the next word, or the one after it if that only says what stood before (`年`, `de`).
fn next(text: &str, words: &[Word], at: usize) -> Option<usize> {
    let near = |before: usize| {
        let (word, next) = (words.get(before)?, words.get(before + 1)?);
        (next.start - word.end <= MAX_GAP).then_some(before + 1)
    };
    let after = near(at)?;
    let word = words.get(after)?;
    let spelled = text.get(word.start as usize..word.end as usize)?;
    let filler = matches!(spelled, "年" | "月" | "년" | "월" | "de" | "of" | "del" | "DE" | "OF");
    if filler { near(after) } else { Some(after) }
}

/// The number that a word is, and of how many digits: also `1st`, and the day of `1980-03-01T10:00`.
fn number(text: &str, word: &Word) -> Option<(u32, usize)> {
    if !word.make.any(Make::DIGIT) || word.end - word.start > 32 {
        return None;
    }
    let spelled = text.get(word.start as usize..word.end as usize)?;
    let (mut value, mut digits, mut rest) = (0u32, 0, spelled);
    for c in spelled.chars() {
        let Some(digit) = fold::digit(c) else { break };
        value = value.checked_mul(10)?.checked_add(u32::from(digit - b'0'))?;
        digits += 1;
        rest = rest.get(c.len_utf8()..)?;
    }
    let ordinal = ["", "st", "nd", "rd", "th"].iter().any(|end| rest.eq_ignore_ascii_case(end));
    let time = digits == 2 && rest.starts_with('T');
    (digits <= 8 && (ordinal || time)).then_some((value, digits))
}

fn is_day(year: u32, month: u32, day: u32) -> bool {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return false,
    };
    (1850..=2099).contains(&year) && (1..=days).contains(&day)
}

/// Names of months, folded, in the usual languages of Latin and Cyrillic script (Unicode CLDR, wide and abbreviated forms).
const MONTHS: [&[&str]; 12] = [
    &[
        "january",
        "jan",
        "januar",
        "janner",
        "janvier",
        "enero",
        "gennaio",
        "janeiro",
        "januari",
        "stycznia",
        "ocak",
        "января",
    ],
    &[
        "february",
        "feb",
        "februar",
        "fevrier",
        "febrero",
        "febbraio",
        "fevereiro",
        "februari",
        "lutego",
        "subat",
        "февраля",
    ],
    &["march", "mar", "marz", "mars", "marzo", "marco", "maart", "marca", "mart", "марта"],
    &["april", "apr", "avril", "abril", "aprile", "kwietnia", "nisan", "апреля"],
    &["may", "mai", "mayo", "maggio", "maio", "mei", "maj", "maja", "mayis", "мая"],
    &["june", "jun", "juni", "juin", "junio", "giugno", "junho", "czerwca", "haziran", "июня"],
    &["july", "jul", "juli", "juillet", "julio", "luglio", "julho", "lipca", "temmuz", "июля"],
    &["august", "aug", "aout", "agosto", "augustus", "augusti", "sierpnia", "agustos", "августа"],
    &[
        "september",
        "sep",
        "sept",
        "septembre",
        "septiembre",
        "settembre",
        "setembro",
        "wrzesnia",
        "eylul",
        "сентября",
    ],
    &[
        "october",
        "oct",
        "oktober",
        "okt",
        "octobre",
        "octubre",
        "ottobre",
        "outubro",
        "pazdziernika",
        "ekim",
        "октября",
    ],
    &["november", "nov", "novembre", "noviembre", "novembro", "listopada", "kasim", "ноября"],
    &[
        "december",
        "dec",
        "dezember",
        "dez",
        "decembre",
        "diciembre",
        "dicembre",
        "dezembro",
        "grudnia",
        "aralik",
        "декабря",
    ],
];

/// The month that a word names.
fn month(text: &str, word: &Word) -> Option<u32> {
    if word.make.any(Make::DIGIT) || word.end - word.start > 32 {
        return None;
    }
    let spelled = text.get(word.start as usize..word.end as usize)?;
    let (mut folded, mut len) = ([0; 32], 0);
    for c in spelled.chars() {
        fold::fold(c, |byte| {
            if let Some(slot) = folded.get_mut(len) {
                *slot = byte;
            }
            len += 1;
        });
    }
    let folded = folded.get(..len)?;
    let found =
        MONTHS.iter().position(|names| names.iter().any(|name| name.as_bytes() == folded))?;
    Some(found as u32 + 1)
}
