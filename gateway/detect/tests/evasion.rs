//! Values hidden by encoding, spacing and look-alikes are found, and clean text written in the same ways is not taken for one.
//!
//! The cases are `tests/eval/evasion/cases.tsv`, written by `generate.py` beside it.

#![expect(clippy::disallowed_methods, reason = "files of the repository, read in a test")]
#![expect(clippy::unwrap_used, reason = "a failed test should stop here")]
#![expect(clippy::print_stdout, reason = "the rate is what one wants to see")]

mod shipped;

use std::collections::BTreeMap;

use detect::{Detector, Fuel, Level, Scratch, Text};

/// Least share of hidden values that are found, in percent.
const FOUND: usize = 99;

/// The text of a case: JSON's escapes for backslash, line ends and what is beyond ASCII.
fn unescaped(text: &str) -> String {
    let mut units: Vec<u16> = Vec::new();
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        let unit = match (c, if c == '\\' { rest.next() } else { None }) {
            (_, Some('n')) => '\n' as u16,
            (_, Some('t')) => '\t' as u16,
            (_, Some('u')) => {
                let digits: String = rest.by_ref().take(4).collect();
                u16::from_str_radix(&digits, 16).unwrap()
            }
            (_, Some(other)) => other as u16,
            (c, None) => c as u16,
        };
        units.push(unit);
    }
    String::from_utf16(&units).unwrap().replace("{|}", "")
}

/// The detectors that speak, at level likely or above, found or overruled; and how many texts are unread.
fn speak(detector: &Detector, scratch: &mut Scratch, text: &str) -> (Vec<String>, usize) {
    let texts = [Text::alone("", text)];
    let found = detector.scan(scratch, &texts, &mut Fuel::new(u64::MAX)).unwrap();
    for finding in found.findings {
        let span = finding.pieces()[0].span;
        assert!(text.get(span.start..span.end).is_some_and(|t| !t.is_empty()), "{text}: {span:?}");
    }
    let all = found.findings.iter().chain(found.overruled).filter(|f| f.level() >= Level::Likely);
    let ids = all.map(|f| detector.info(f.detector()).id.clone()).collect();
    (ids, found.unread.len())
}

#[test]
fn hidden_values_are_found_and_clean_text_is_not() {
    let detector = shipped::detector();
    let mut scratch = Scratch::default();
    let cases = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/eval/evasion/cases.tsv");
    let cases = std::fs::read_to_string(cases).unwrap();
    let (mut techniques, mut alarms) = (BTreeMap::<&str, (usize, usize)>::new(), Vec::new());
    for line in cases.lines() {
        let [technique, expect, text] = line.split('\t').collect::<Vec<_>>().try_into().unwrap();
        let text = unescaped(text);
        let (ids, unread) = speak(&detector, &mut scratch, &text);
        if expect == "-" {
            if !ids.is_empty() || unread > 0 {
                alarms.push(format!("{technique}: {ids:?}, {unread} unread: {text}"));
            }
            continue;
        }
        let count = techniques.entry(technique).or_default();
        count.1 += 1;
        if ids.iter().any(|id| id.starts_with(expect)) {
            count.0 += 1;
        } else {
            println!("missed: {technique}: {expect}: {text}");
        }
    }
    let found: usize = techniques.values().map(|c| c.0).sum();
    let all: usize = techniques.values().map(|c| c.1).sum();
    println!("{found} of {all} hidden values found, {} techniques", techniques.len());
    assert!(all >= 400 && techniques.len() >= 25);
    assert!(found * 100 >= all * FOUND, "{found} of {all}");
    assert!(alarms.is_empty(), "{alarms:#?}");
}
