//! What is asked of a provider, what it is sent, how much and when.

use super::meaning::check;
use super::world;
use crate::{Day, Language, Languages, RecordedSituation, Situation};

fn case(name: &str, given: &str, expect: &str) -> String {
    format!(
        "test \"{name}\"\n  given data key\n{given}  and to home\n  on 2026-11-21\n  expect {expect}\n"
    )
}

const FREE: &str = "rule free\n when data includes key\n then allow\n";

#[test]
fn an_operation_that_is_not_understood_restricts_and_never_permits() {
    check(&format!(
        "rule talk\n when data includes key\n and the operation is chat, count-tokens\n then allow\n{}{}{}",
        case("named", "  and the operation is chat\n", "allow by talk"),
        case("another one", "  and the operation is files\n", "block"),
        case("not understood", "", "block"),
    ));
    check(&format!(
        "{FREE}rule no-training\n when data includes key\n and the operation is training\n then block\n{}{}",
        case("another one", "  and the operation is chat\n", "allow by free"),
        case("it may be", "", "block by no-training"),
    ));
}

#[test]
fn a_licence_for_kinds_of_content_asks_for_all_that_is_there() {
    check(&format!(
        "rule text\n when data includes key\n and it carries text\n then allow\n{}{}{}{}",
        case("text alone", "  and it carries text\n", "allow by text"),
        case("a picture beside it", "  and it carries text, image\n", "block"),
        case("something else beside it", "  and it carries text, unknown\n", "block"),
        case("nobody knows", "", "block"),
    ));
    check(&format!(
        "{FREE}rule no-files\n when data includes key\n and it carries file, image\n then block\n{}{}{}",
        case("text alone", "  and it carries text\n", "allow by free"),
        case("one of them", "  and it carries text, file\n", "block by no-files"),
        case("it may be", "", "block by no-files"),
    ));
}

#[test]
fn a_licence_for_languages_asks_for_all_that_are_there() {
    check(&format!(
        "rule ours\n when data includes key\n and the language is de, fr\n then allow\n{}{}{}{}",
        case("both", "  and the language is fr, de\n", "allow by ours"),
        case("another beside it", "  and the language is de, en\n", "block"),
        case("something else beside it", "  and the language is de, unknown\n", "block"),
        case("nobody knows", "", "block"),
    ));
    check(&format!(
        "{FREE}rule no-english\n when data includes key\n and the language is en\n then block\n{}{}{}{}",
        case("another one", "  and the language is de\n", "allow by free"),
        case("one of them", "  and the language is de, en\n", "block by no-english"),
        case("it may be", "  and the language is de, unknown\n", "block by no-english"),
        case("nobody knows", "", "block by no-english"),
    ));
}

#[test]
fn what_is_on_record_of_languages_is_read_again() {
    let book = world("rule r\n when data includes key\n and the language is de\n then block\n");
    assert!(book.asks_for_languages() && !world("").asks_for_languages());
    let languages = |told: &[&str], unknown| Languages {
        told: told.iter().filter_map(|code| Language::parse(code)).collect(),
        unknown,
    };
    for known in [
        languages(&[], true),
        languages(&[], false),
        languages(&["de", "en"], false),
        languages(&["hu"], true),
    ] {
        let s = Situation { languages: known, ..Situation::on(Day::UNIX) };
        let text = serde_json::to_string(&book.record_situation(&s)).unwrap();
        let record: RecordedSituation = serde_json::from_str(&text).unwrap();
        assert_eq!(book.situation(&record).unwrap(), s, "{text}");
    }
    let all: Vec<_> = Language::all().map(Language::code).collect();
    assert!(all.is_sorted() && all.iter().all(|code| code.len() == 2), "{all:?}");
}

#[test]
fn volumes_are_compared_in_bytes() {
    check(&format!(
        "rule small\n when data includes key\n and it is no larger than 2 KB\n then allow\n{}{}{}",
        case("as much", "  and it has 2000 B\n", "allow by small"),
        case("more", "  and it has 2001 B\n", "block"),
        case("not known", "", "block"),
    ));
    check(&format!(
        "{FREE}rule large\n when data includes key\n and it is larger than 2 KB\n then block\n{}{}{}",
        case("as much", "  and it has 2 KB\n", "allow by free"),
        case("more", "  and it has 1 MB\n", "block by large"),
        case("not known", "", "block by large"),
    ));
}

#[test]
fn times_of_day_go_over_midnight_and_end_before_their_end() {
    check(&format!(
        "{FREE}rule night\n when data includes key\n and it is sent between 22:00 and 06:00\n then block\n{}{}{}{}",
        case("in the evening", "  and it is sent at 22:00\n", "block by night"),
        case("early", "  and it is sent at 05:59\n", "block by night"),
        case("at its end", "  and it is sent at 06:00\n", "allow by free"),
        case("not known", "", "block by night"),
    ));
}

#[test]
fn the_day_of_the_week_is_that_of_the_day() {
    // 2026-11-21 is a Saturday.
    check(&format!(
        "{FREE}rule weekend\n when data includes key\n and it is sent on Saturday, Sunday\n then block\n{}
test \"on a Monday\"
  given data key
  and to home
  on 2026-11-23
  expect allow by free",
        case("on a Saturday", "", "block by weekend"),
    ));
}
