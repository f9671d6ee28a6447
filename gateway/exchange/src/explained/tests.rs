//! What an explanation says stands is what a scan finds, whoever tells it.
#![expect(clippy::unwrap_used, reason = "a failed test should stop here")]

use detect::{Detector, RuleFile};

use super::*;
use crate::allowed::tests::desk;

const RULES: &str = r#"
[[detector]]
id = "mobile"
family = "contact"
title = "A number to call"
patterns = ['\d{4} \d{6}']
level = { bare = "possible", context = "likely" }
context = { en = ["mobile"] }
source = "own"
examples = ['mobile {{4000 123456}}']
counter_examples = ['4']

[[detector]]
id = "card"
family = "health"
title = "A number of a card"
patterns = ['\d{4} \d{6}']
level = { bare = "possible", context = "likely" }
context = { en = ["card"] }
source = "own"
examples = ['card {{4000 123456}}']
counter_examples = ['4']
"#;

fn search() -> Search {
    Search::new(Detector::compile(&[RuleFile { name: "r", text: RULES }]).unwrap())
}

fn day() -> Day {
    Day::parse("2026-11-21").unwrap()
}

/// `detector@start outcome by`, of what stands or gives way.
fn check(search: &Search, texts: &[Text<'_>], expect: &[&str]) {
    let mut scratch = Scratch::default();
    let mut fuel = Fuel::new(u64::MAX);
    let readings = search.explain(&mut scratch, texts, day(), &mut fuel).unwrap();
    let name = |detector| search.known(detector).id;
    let tell = |reading: &Reading| {
        let Reading { text, trial, by } = reading;
        let what = match trial.outcome {
            Outcome::Stands(level) => format!("{} {by:?}", level.name()),
            Outcome::GivesWay(_, to) => format!("to {}", name(to)),
            Outcome::Harmless(entry) => format!("allowed {entry}"),
            _ => return None,
        };
        Some(format!("{text}: {}@{} {what}", name(trial.detector), trial.span.start))
    };
    assert_eq!(readings.iter().filter_map(tell).collect::<Vec<_>>(), expect);
    let found = search.scan(&mut scratch, texts, day(), &mut fuel).unwrap();
    let stands = |r: &&Reading| matches!(r.trial.outcome, Outcome::Stands(_));
    let standing: Vec<Claim> = readings
        .iter()
        .filter(stands)
        .map(|r| (Piece { text: r.text, span: r.trial.span }, r.trial.detector))
        .collect();
    assert_eq!(standing, places(&found.findings).collect::<Vec<_>>());
}

#[test]
fn a_reading_under_a_heading_stands_and_the_other_gives_way() {
    let row = "somebody of a department whose name is so long that it hides all headings";
    let table = format!("name | mobile\n{row} | 4000 123456\n{row} | 4000 123457\n");
    let expect = [
        "0: mobile@90 likely Heading",
        "0: card@90 to mobile",
        "0: mobile@178 likely Heading",
        "0: card@178 to mobile",
    ];
    check(&search(), &[Text::alone("", &table)], &expect);
}

#[test]
fn a_repeat_is_told_with_what_it_repeats() {
    let far =
        "and so on, of this and that, until no word that was said is near any more ".repeat(4);
    let text = format!("card 4000 123456 {far} 4000123456");
    let expect = [
        "0: mobile@5 to card",
        "0: card@5 likely Text",
        "0: card@314 likely Repeat(Piece { text: 0, span: Span { start: 5, end: 16 } })",
    ];
    check(&search(), &[Text::alone("", &text)], &expect);
}

#[test]
fn other_texts_of_a_file_have_their_say() {
    let cell = |label, body| Text { label, body, flows: false, voice: 0, circle: 1 };
    let texts = [cell("", "the card"), cell("", "4000 123456")];
    check(&search(), &texts, &["1: mobile@0 to card", "1: card@0 likely Neighbours"]);
}

#[test]
fn what_was_let_through_is_told_by_its_entry() {
    let text = "Call +43 1 711 00.";
    check(&desk(), &[Text::alone("", text)], &["0: phone@5 allowed 0", "0: tail@11 allowed 0"]);
}
