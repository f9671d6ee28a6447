//! Calendar dates as numbers carry them and as people write them.

use super::arithmetic::number;
use super::month::MONTHS;
use super::small::Small;

/// Whether a day exists in a month; `year` decides about 29 February, 0 means unknown.
pub(super) fn exists(year: u64, month: u64, day: u64) -> bool {
    let leap = year == 0
        || (year.is_multiple_of(4) && !year.is_multiple_of(100))
        || year.is_multiple_of(400);
    let days = match month {
        2 => 28 + u64::from(leap),
        4 | 6 | 9 | 11 => 30,
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        _ => 0,
    };
    (1..=days).contains(&day)
}

/// Whether six digits are a date in the order year, month, day with an unknown century (2000 was a leap year).
pub(super) fn yymmdd(six: &[u8]) -> bool {
    six.len() == 6 && exists(2000 + part(six, 0, 2), part(six, 2, 2), part(six, 4, 2))
}

/// Whether six digits are a date in the order day, month, year with an unknown century.
pub(super) fn ddmmyy(six: &[u8]) -> bool {
    six.len() == 6 && exists(2000 + part(six, 4, 2), part(six, 2, 2), part(six, 0, 2))
}

/// The number in `len` digits from `at`.
pub(super) fn part(value: &[u8], at: usize, len: usize) -> u64 {
    value.get(at..at + len).map_or(0, number)
}

/// A date as people write it: three numbers, two and a month's name, or eight digits that begin with the year; a year of somebody alive, or of two
/// digits.
pub(super) fn written(value: &str) -> bool {
    let mut numbers = [0u64; 3];
    let mut widths = [0usize; 3];
    let mut n = 0;
    let is_digit = |c: char| c.is_ascii_digit();
    for run in value.split(|c: char| !is_digit(c)).filter(|run| !run.is_empty()) {
        let (Some(number_place), Some(width)) = (numbers.get_mut(n), widths.get_mut(n)) else {
            return false;
        };
        *number_place = number(run.as_bytes());
        *width = run.len();
        n += 1;
    }
    // The dead have no personal data (GDPR recital 27). Also the Solar Hijri and lunar Hijri years of people alive, and the Buddhist ones.
    let calendar = |y: u64| matches!(y, 1920..=2099 | 1300..=1470 | 2460..=2642);
    let year = |y: u64, width: usize| width == 2 || (width == 4 && calendar(y));
    // The leap years of other calendars are not known here.
    let full = |y: u64, width: usize| if width == 4 && (1920..=2099).contains(&y) { y } else { 0 };
    let ([a, b, c], [wa, wb, wc]) = (numbers, widths);
    match n {
        // A month's name: the day and the year, in either order.
        2 => {
            (year(b, wb) && (1..=31).contains(&a))
                || (wa == 4 && year(a, wa) && (1..=31).contains(&b))
        }
        1 => wa == 8 && calendar(a / 10_000) && exists(a / 10_000, a / 100 % 100, a % 100),
        3 if wa == 4 => year(a, wa) && exists(full(a, wa), b, c),
        3 => year(c, wc) && wb <= 2 && (exists(full(c, wc), b, a) || exists(full(c, wc), a, b)),
        _ => false,
    }
}

/// A date whose month is a name: one word of it is a month.
pub(super) fn in_words(value: &str) -> bool {
    let month = |word: &str| {
        let small = Small::of(word);
        MONTHS.iter().any(|m| *m == &*small)
    };
    let mut words = value.split(|c: char| !(c.is_alphabetic() || is_mark(c)));
    written(value) && (words.any(month) || value.contains("tháng"))
}

/// Vowel signs, which are no letters but parts of words.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{0900}'..='\u{0DFF}' | '\u{0E31}'..='\u{0E4E}' | '\u{0300}'..='\u{036F}')
}

/// Years, months or days of a life: at most 125 years. In English the number alone, else with its unit, without "of age".
pub(super) fn age(value: &str) -> Option<usize> {
    let digits = value.bytes().take_while(u8::is_ascii_digit).count();
    let rest = value.get(digits..)?;
    let unit = rest.trim_start_matches([' ', '-']);
    let word = unit.chars().take_while(|c| c.is_alphabetic()).map(char::len_utf8).sum::<usize>();
    let english = ["year", "years", "yr", "yrs", "y", "yo"].contains(&unit.get(..word)?);
    let end = if english || word == 0 { digits } else { value.len() - unit.len() + word };
    let number = number(value.get(..digits)?.as_bytes());
    // A span of ages is a group's.
    if unit.contains(|c: char| c.is_ascii_digit()) {
        return None;
    }
    (digits <= 3 && (1..=125).contains(&number)).then_some(end)
}

/// A form field with an age: the number stands behind the label.
pub(super) fn age_field(value: &str) -> bool {
    let digits = value.split(|c: char| !c.is_ascii_digit()).find(|run| !run.is_empty());
    digits.is_some_and(|run| run.len() <= 3 && (1..=125).contains(&number(run.as_bytes())))
}
