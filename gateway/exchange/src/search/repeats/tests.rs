//! What counts as the same value, and what of two readings stands.
#![expect(clippy::unwrap_used, clippy::string_slice, reason = "a failed test should stop here")]

use detect::{Detector, Fuel, RuleFile};
use proptest::prelude::*;

use super::*;
use crate::Scratch;

fn day() -> policy::Day {
    policy::Day::parse("2026-11-21").unwrap()
}

const DETECTORS: &str = r#"
[[detector]]
id = "file"
family = "file"
title = "Number of a file"
patterns = ['[A-Z0-9]{2,4}[-/][0-9A-Z]{2,4}(/[0-9]{1,4})?']
needs_context = true
level = { context = "likely" }
context = { en = ["file no"] }
source = "invented for this test"
examples = ['file no {{09-123/4567}}']
counter_examples = ['none']

[[detector]]
id = "word"
family = "illness"
title = "A word"
patterns = ['[Mm]alaise']
needs_context = true
level = { context = "likely" }
context = { en = ["she has"] }
source = "invented for this test"
examples = ['she has {{malaise}}']
counter_examples = ['malaise']

[[detector]]
id = "day"
family = "day"
title = "What may be a day"
patterns = ['[0-9]{2}-[0-9]{3}/[0-9]{4}']
level = { bare = "possible" }
source = "invented for this test"
examples = ['on {{09-123/4567}}']
counter_examples = ['none']

[[detector]]
id = "seal"
family = "seal"
title = "What surely is a seal"
patterns = ['QX-[0-9]{3}/[0-9]{4}']
level = { bare = "confirmed" }
source = "invented for this test"
examples = ['seal {{QX-123/4567}}']
counter_examples = ['none']
"#;

fn search() -> Search {
    Search::new(Detector::compile(&[RuleFile { name: "d.toml", text: DETECTORS }]).unwrap())
}

/// So far from its label that a number is nobody's.
const FAR: &str = "and then a good deal more is said of this and that, of the weather and the way to the sea, before anybody comes \
    back to what was spoken of at first, which by now is so far away that no label reaches it any longer, however wide one looks";

/// A text with a labelled value, and another text: what is told of the second one, with what stands and what gave way.
fn told(value: &str, other: &str) -> Vec<String> {
    let search = search();
    let first = format!("file no {value}. {FAR}");
    let other = format!("{FAR}: {other}");
    let texts = [Text::alone("", &first), Text::alone("", &other)];
    let mut fuel = Fuel::new(u64::MAX);
    let found = search.scan(&mut Scratch::default(), &texts, day(), &mut fuel).unwrap();
    let second = |f: &&Finding| f.pieces()[0].text == 1;
    let all = found.findings.iter().chain(&found.overruled).filter(second);
    let tell = |f: &Finding| {
        let span = f.pieces()[0].span;
        let mark = if f.gave_way() { "-" } else { "" };
        let repeats = if f.repeats().is_some() { "=" } else { "" };
        format!("{mark}{repeats}{} {}", search.known(f.detector()).id, &other[span.start..span.end])
    };
    all.map(tell).collect()
}

fn check(value: &str, other: &str, expect: &[&str]) {
    assert_eq!(told(value, other), expect, "{value} in {other}");
}

#[test]
fn a_number_is_found_again_however_it_is_grouped() {
    check("09-123/4567", "nothing of it", &[]);
    check("09-123/4567", "so 09-123/4567.", &["=file 09-123/4567", "-day 09-123/4567"]);
    check("09-123/4567", "so 091234567, 09 123 4567", &["=file 091234567", "=file 09 123 4567"]);
    check("09-123/4567", "09\u{a0}123\u{2011}4567", &["=file 09\u{a0}123\u{2011}4567"]);
    check("AB-123/4567", "ab1234567", &["=file ab1234567"]);
    check("09-123/4567", "109-123/4567 091234567a x091234567", &[]);
}

#[test]
fn what_is_short_is_the_same_only_as_it_was_written() {
    check(
        "AB-12C",
        "AB-12C ab-12c AB12C AB 12C.",
        &["=file AB-12C", "=file ab-12c", "=file AB 12C"],
    );
    check("AB-12", "AB-12", &[]);
}

#[test]
fn words_are_not_looked_for() {
    let search = search();
    let text = format!("she has malaise. {FAR}: malaise");
    let texts = [Text::alone("", &text)];
    let found =
        search.scan(&mut Scratch::default(), &texts, day(), &mut Fuel::new(u64::MAX)).unwrap();
    assert_eq!(found.findings.len(), 1);
    assert!(tells("malaise", RECORDS) && !tells("mala", RECORDS));
    assert!(tells("opensesame", CREDENTIALS) && !tells("sesame", CREDENTIALS));
}

#[test]
fn the_surer_reading_stands() {
    check("09-123/4567", "is 09-123/4567", &["=file 09-123/4567", "-day 09-123/4567"]);
    check(
        "QX-123/4567",
        "is QX-123/4567",
        &["seal QX-123/4567", "-=file QX-123/4567", "-=file 123/4567"],
    );
}

#[test]
fn what_repeats_says_where_it_was_found() {
    let search = search();
    let text = format!("file no 09-123/4567. {FAR}: 091234567");
    let texts = [Text::alone("", &text)];
    let found =
        search.scan(&mut Scratch::default(), &texts, day(), &mut Fuel::new(u64::MAX)).unwrap();
    assert_eq!(found.findings.len(), 2);
    let (first, second) = (&found.findings[0], &found.findings[1]);
    assert_eq!((first.repeats(), second.repeats()), (None, Some(first.pieces()[0])));
    assert_eq!((first.level(), first.score()), (second.level(), second.score()));
}

proptest! {
    #[test]
    fn the_way_back_leads_to_the_same_signs(source in "[0-9a-zA-Zé ./-]{0,40}") {
        let compact = Compact::of(&source);
        let signs = |text: &str| text.chars().filter(|c| !groups(*c)).collect::<String>();
        prop_assert_eq!(signs(&compact.text), signs(&source));
        for (at, sign) in compact.text.char_indices() {
            let span = compact.source(at, at + sign.len_utf8());
            prop_assert_eq!(source[span.start..span.end].chars().next(), Some(sign));
        }
    }
}

#[test]
fn looking_for_repeats_is_paid_for() {
    let search = search();
    let text = format!("file no 09-123/4567. {FAR}: 09-123/4567");
    let texts = [Text::alone("", &text)];
    let mut scratch = Scratch::default();
    let mut fuel = Fuel::new(u64::MAX);
    search.scan_once(&mut scratch, &texts, &[], day(), &mut fuel).unwrap();
    let once = u64::MAX - fuel.left();
    assert!(search.scan(&mut scratch, &texts, day(), &mut Fuel::new(once)).is_err());
    let more = once + 2 * text.len() as u64;
    assert!(search.scan(&mut scratch, &texts, day(), &mut Fuel::new(more)).is_ok());
}
