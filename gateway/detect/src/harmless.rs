//! Values that the caller knows to be harmless, and which hits they take away.
//!
//! A value is taken as a whole, in its normal form, where nothing is attached to it and a detector that was named for it finds it.
//! Its hit goes before overlaps are resolved, and with it what else was read within the value: the number without its plus is no other
//! number. What reaches beyond the value stands as if it had never been known. Values split over texts are never taken.

use crate::finding::{DetectorId, Piece, Span};
use crate::fuel::{Fuel, Spent};
use crate::normal::{said, spoken};
use crate::resolve::Hit;

/// Longest value that may be known, in bytes of the text: longer than any but blocks and encoded runs.
pub const HARMLESS_MAX: usize = 1024;

/// Bytes on either side of a value that are looked at to tell whether something is attached to it.
pub const BESIDE: usize = 16;

/// Fewest letters and digits of a value that is compared without what separates them: with less, days would be mistaken for others.
const NUMBER_MIN: usize = 8;

/// What is known to be harmless. Entries are the caller's numbers.
pub trait Harmless {
    /// Whether any entry names this detector.
    fn names(&self, detector: DetectorId) -> bool;

    /// The entry that names this detector and has this value, given in its normal form ([`normal_form`]).
    fn entry(&self, detector: DetectorId, value: &str) -> Option<u32>;

    /// Whether what this detector finds within a value of the entry goes with it.
    fn covers(&self, entry: u32, detector: DetectorId) -> bool;
}

/// A value that was found and is known to be harmless.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spared {
    /// The caller's number of what says so.
    pub entry: u32,
    /// Where it stands.
    pub piece: Piece,
}

/// A value in the form in which values are compared: decoded, other forms of characters folded, small letters, single spaces. A
/// number (at least eight letters and digits, half of them digits) is compared without spaces, hyphens, slashes and brackets; in
/// anything else they may tell one value from another. `None`: it is longer than [`HARMLESS_MAX`], empty, or encoded beyond reading.
#[must_use]
pub fn normal_form(value: &str) -> Option<String> {
    if value.len() > HARMLESS_MAX {
        return None;
    }
    let lower = said(value)?.to_lowercase();
    let words: Vec<&str> = lower.split_whitespace().collect();
    let form = words.join(" ");
    let sign = |c: char| matches!(c, ' ' | '-' | '/' | '(' | ')');
    let digits = form.chars().filter(char::is_ascii_digit).count();
    let letters = form.chars().filter(char::is_ascii_alphabetic).count();
    let body = form.strip_prefix('+').unwrap_or(&form);
    let number = digits + letters >= NUMBER_MIN
        && digits >= letters
        && body.chars().all(|c| c.is_ascii_alphanumeric() || sign(c));
    let form = if number { form.replace(sign, "") } else { form };
    (!form.is_empty()).then_some(form)
}

/// Takes the hits of known values out of those of one text.
pub(crate) fn spare(
    known: &dyn Harmless,
    text: (u32, &str),
    hits: &mut Vec<Hit>,
    spared: &mut Vec<Spared>,
    fuel: &mut Fuel,
) -> Result<(), Spent> {
    let first = spared.len();
    hits.sort_unstable_by_key(|h| (h.span, h.detector));
    for hit in hits.iter().filter(|hit| known.names(DetectorId(hit.detector))) {
        fuel.burn(hit.span.len() + BESIDE)?;
        let entry = whole_value(text.1, hit.span)
            .and_then(|value| known.entry(DetectorId(hit.detector), &value));
        let piece = Piece { text: text.0, span: hit.span };
        spared.extend(entry.map(|entry| Spared { entry, piece }));
    }
    let here = spared.get(first..).unwrap_or_default();
    if !here.is_empty() {
        hits.retain(|hit| !is_within(known, here, text.1, hit));
    }
    // Several detectors of one entry find a value once.
    let mut last = None;
    let mut index = 0;
    spared.retain(|s| {
        index += 1;
        index <= first || last.replace(*s) != Some(*s)
    });
    Ok(())
}

/// Known values that are looked back at for one that contains a hit. They hardly ever overlap.
const BACK: usize = 8;

fn is_within(known: &dyn Harmless, spared: &[Spared], text: &str, hit: &Hit) -> bool {
    let span = without_rims(text, hit.span);
    let until = spared.partition_point(|s| s.piece.span.start <= span.start);
    let near = spared.get(..until).unwrap_or_default().iter().rev().take(BACK);
    near.into_iter()
        .any(|s| span.end <= s.piece.span.end && known.covers(s.entry, DetectorId(hit.detector)))
}

/// A span without the spaces and brackets at its ends, which are no part of a value.
pub(crate) fn without_rims(text: &str, span: Span) -> Span {
    let Some(value) = text.get(span.start..span.end) else { return span };
    let rim = |c: char| matches!(c, '(' | ')') || c.is_whitespace();
    let start = span.start + (value.len() - value.trim_start_matches(rim).len());
    Span { start, end: span.end - (value.len() - value.trim_end_matches(rim).len()) }
}

/// The normal form of a value that stands alone.
fn whole_value(text: &str, span: Span) -> Option<String> {
    let value = normal_form(text.get(span.start..span.end)?)?;
    let before =
        text.get(text.floor_char_boundary(span.start.saturating_sub(BESIDE))..span.start)?;
    let after = text.get(span.end..text.ceil_char_boundary(span.end + BESIDE))?;
    let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    let alone = is_apart(before.chars().rev(), digit(value.chars().next()), true)
        && is_apart(after.chars(), digit(value.chars().next_back()), false);
    alone.then_some(value)
}

/// Whether what stands on one side of a value, seen from it, is no part of it. A digit makes one with a digit even over a space.
fn is_apart(beside: impl Iterator<Item = char>, digit: bool, before: bool) -> bool {
    let mut beside = beside.filter_map(spoken);
    let Some(next) = beside.next() else { return true };
    let then = beside.next();
    let ends_line = |c: char| matches!(c, '\n' | '\r' | '\t');
    if ends_line(next) {
        return true;
    }
    let joins = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    match next {
        ' ' | ',' | ';' => {
            let space = |c: &char| matches!(c, ' ' | ',' | ';');
            let far =
                if then.as_ref().is_some_and(space) { beside.find(|c| !space(c)) } else { then };
            !(digit && far.is_some_and(|c| c.is_ascii_digit()))
        }
        '.' if before => false,
        '.' | ':' | '!' | '?' => before || !joins(then),
        // Written line ends and quotes, in a text that was not unescaped.
        '\\' if !before => matches!(then, Some('n' | 'r' | 't' | '"')),
        'n' | 'r' | 't' => before && then == Some('\\'),
        '"' | '\'' | '`' | '«' | '»' | '‹' | '›' | '“' | '”' | '„' | '‘' | '’' | '|' | '*'
        | '<' | '>' => true,
        '(' | '[' | '{' | '=' => before,
        ')' | ']' | '}' => !before,
        c => c.is_whitespace(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_have_one_form() {
        for (value, expect) in [
            ("+43 1 711 00-0", Some("+431711000")),
            ("+43 (1) 711/000", Some("+431711000")),
            ("＋４３ 1 711\u{200B}000", Some("+431711000")),
            ("at61 1904 3002 3457 3201", Some("at611904300234573201")),
            ("Info@Agency.example", Some("info@agency.example")),
            ("info%40agency.example", Some("info@agency.example")),
            ("my-info@agency.example", Some("my-info@agency.example")),
            ("1.11.1.1", Some("1.11.1.1")),
            ("192.168.11.11", Some("192.168.11.11")),
            ("1-11-2026", Some("1-11-2026")),
            ("11/11/2026", Some("11112026")),
            ("Anna \n Berg", Some("anna berg")),
            (" ", None),
        ] {
            assert_eq!(normal_form(value).as_deref(), expect, "{value}");
        }
        assert_eq!(normal_form(&"x".repeat(HARMLESS_MAX + 1)), None);
    }

    #[test]
    fn what_is_attached_to_a_value_makes_it_another() {
        let check = |text: &str, alone: bool| {
            let start = text.find('4').unwrap_or_default();
            let span = Span { start, end: start + "4000 123".len() };
            assert_eq!(whole_value(text, span).is_some(), alone, "{text}");
        };
        for text in [
            "4000 123",
            "call 4000 123.",
            "Tel:4000 123, or",
            "(4000 123)",
            "x\n4000 123\n5020 Wien",
            "\"4000 123\"",
            "a=4000 123 b",
            "<b>4000 123</b>",
            r"x\n4000 123\ny",
            r#"\"4000 123\""#,
            "»4000 123«?",
        ] {
            check(text, true);
        }
        for text in [
            "4000 1234",
            "4000 123-5",
            "4000 123/5",
            "4000 123.5",
            "4000 123 5",
            "4000 123, 5",
            "4000 123,5",
            "4000 123\u{200B}-5",
            "4000 123%2d5",
            "4000 123x5",
            "4000 123+5",
            "4000 123&#45;5",
            "x-4000 123",
            "x4000 123",
            "7 4000 123",
            "7, 4000 123",
            "7\u{200B}4000 123",
            ".4000 123",
            r"4000 123\5",
        ] {
            let at = text.find("4000").unwrap_or_default();
            let span = Span { start: at, end: at + "4000 123".len() };
            assert_eq!(whole_value(text, span), None, "{text}");
        }
    }
}
