//! Numbers as cells show them: dates, long numbers, and digits in groups.

use std::collections::HashMap;
use std::rc::Rc;

use crate::xml::{Step, walk};

/// Most signs of a format that is followed.
const SIGNS: usize = 64;

/// How a cell shows a number, as far as it matters here.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Format {
    /// As it is.
    Plain,
    Date,
    /// Digits and what stands between them.
    Mask(Rc<[Sign]>),
}

/// A place of a mask.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Sign {
    /// A digit; whether a nought stands where there is none.
    Digit(bool),
    Is(char),
}

/// The formats of cells: the built-in ones of dates (ECMA-376 part 1, 18.8.30) and those written out.
pub(super) fn formats(xml: &str) -> Vec<Format> {
    let (mut own, mut all, mut within) = (HashMap::new(), Vec::new(), false);
    let _ = walk(xml, |step| match step {
        Step::Open(tag) if tag.name == "numFmt" => {
            own.insert(tag.value("numFmtId"), format(&tag.value("formatCode")));
        }
        Step::Open(tag) if tag.name == "cellXfs" => within = true,
        Step::Open(tag) if within && tag.name == "xf" => {
            let id = tag.value("numFmtId");
            let built_in = matches!(id.parse(), Ok(14..=17 | 22 | 27..=36 | 50..=58));
            let written = || own.get(&id).cloned().unwrap_or(Format::Plain);
            all.push(if built_in { Format::Date } else { written() });
        }
        Step::Close("cellXfs") => within = false,
        _ => {}
    });
    all
}

fn format(code: &str) -> Format {
    if shows_date(&code.to_ascii_lowercase()) {
        return Format::Date;
    }
    mask(code).map_or(Format::Plain, Format::Mask)
}

/// Outside quotation marks and brackets, a format of dates names years or days.
fn shows_date(code: &str) -> bool {
    let (mut quoted, mut bracket) = (false, false);
    code.chars().any(|c| {
        match c {
            '"' => quoted = !quoted,
            '[' => bracket = true,
            ']' => bracket = false,
            _ => {}
        }
        !quoted && !bracket && matches!(c, 'y' | 'd')
    })
}

/// The mask that a format is, if it does no more than to set digits apart.
fn mask(code: &str) -> Option<Rc<[Sign]>> {
    let (mut signs, mut chars) = (Vec::new(), code.chars());
    while let Some(c) = chars.next() {
        match c {
            // What follows is for numbers below nought.
            ';' => break,
            '0' => signs.push(Sign::Digit(true)),
            '#' => signs.push(Sign::Digit(false)),
            '-' | ' ' | '/' | '(' | ')' | '+' | ':' => signs.push(Sign::Is(c)),
            '\\' => signs.push(Sign::Is(chars.next()?)),
            '"' => signs.extend(chars.by_ref().take_while(|c| *c != '"').map(Sign::Is)),
            _ => return None,
        }
        if signs.len() > SIGNS {
            return None;
        }
    }
    signs.iter().any(|sign| matches!(sign, Sign::Digit(_))).then(|| signs.into())
}

/// A number without exponent, or the day that it stands for; and how a mask shows it, if that is not the same.
pub(super) fn number(written: &str, format: Option<&Format>) -> (String, Option<String>) {
    let Ok(value) = written.trim().parse::<f64>() else { return (written.to_owned(), None) };
    if format == Some(&Format::Date) && (1.0..2_958_466.0).contains(&value) {
        return (day(value), None);
    }
    let exponent = written.contains(['e', 'E']);
    let stored = if exponent && value.fract() == 0.0 && value.abs() < 1e21 {
        format!("{value:.0}")
    } else {
        written.to_owned()
    };
    let shown = match format {
        Some(Format::Mask(signs)) => masked(signs, stored.trim()).filter(|shown| *shown != stored),
        _ => None,
    };
    (stored, shown)
}

/// Digits in the places of a mask, from the right; those that are too many stand before the first.
fn masked(signs: &[Sign], digits: &str) -> Option<String> {
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let first = signs.iter().position(|sign| matches!(sign, Sign::Digit(_)))?;
    let (mut left, mut out) = (digits.chars().rev().peekable(), Vec::new());
    for (at, sign) in signs.iter().enumerate().rev() {
        match (sign, left.peek()) {
            (Sign::Is(c), _) => out.push(*c),
            (Sign::Digit(nought), None) => out.extend(nought.then_some('0')),
            (Sign::Digit(_), Some(_)) if at == first => out.extend(left.by_ref()),
            (Sign::Digit(_), Some(_)) => out.extend(left.next()),
        }
    }
    Some(out.iter().rev().collect::<String>().trim().to_owned())
}

/// The day of a serial number: day 60 is 29 February 1900 there, which never was, so earlier days are one less.
fn day(serial: f64) -> String {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "checked above to be between 1 and 2,958,465"
    )]
    let serial = serial as i64;
    // Days since 1 March of year 0, in eras of 400 years of 146,097 days.
    let days = serial + i64::from(serial < 60) + 693_899;
    let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let of_year = day - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let date = of_year - (153 * month + 2) / 5 + 1;
    let (year, month) =
        if month < 10 { (year + era * 400, month + 3) } else { (year + era * 400 + 1, month - 9) };
    format!("{year:04}-{month:02}-{date:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serial_numbers_are_days() {
        for (serial, expect) in [
            (1.0, "1900-01-01"),
            (59.0, "1900-02-28"),
            (61.0, "1900-03-01"),
            (29_001.0, "1979-05-26"),
            (45_000.5, "2023-03-15"),
        ] {
            assert_eq!(day(serial), expect);
        }
    }

    #[test]
    fn formats_of_dates_are_known() {
        for (code, expect) in [
            ("yyyy-mm-dd", true),
            ("[red]0.00", false),
            ("0 \"days\"", false),
            ("dd.mm.yy", true),
            ("#,##0", false),
        ] {
            assert_eq!(shows_date(code), expect, "{code}");
        }
    }

    #[test]
    fn long_numbers_have_no_exponent() {
        assert_eq!(number("8.1121898760000001E+11", None).0, "811218987600");
        assert_eq!(number("0.5", None).0, "0.5");
    }

    #[test]
    fn masks_are_filled_from_the_right() {
        for (code, digits, expect) in [
            ("000-00-0000", "601142087", "601-14-2087"),
            ("00-0", "12345", "1234-5"),
            ("\"0\"0", "7", "07"),
            ("##-##", "1", "-1"),
        ] {
            let shown = mask(code).and_then(|mask| masked(&mask, digits));
            assert_eq!(shown.as_deref(), Some(expect), "{code}");
        }
        for code in ["General", "@", "0%", "0.0", "#,##0", "-", "0\\"] {
            assert_eq!(mask(code), None, "{code}");
        }
    }
}
