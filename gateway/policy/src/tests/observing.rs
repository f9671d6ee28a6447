//! A whole policy that is only watched, keys of people, and drafts.

use super::golden::check_one;
use super::meaning::{ALL, day, situation};
use super::{WORLD, book, slowly};
use crate::{Action, Day, Reason, Rulebook, Situation};

fn observing(until: &str, rules: &str) -> Rulebook {
    let mode =
        format!("policy trial\n  owner me\n  because \"a look\"\n  mode observe until {until}\n");
    book(&format!("{}{rules}", WORLD.replace("policy trial", &mode)))
}

const BLOCK: &str = "rule stop\n when data includes people\n then block\n and alert soc high\n";

fn on(book: &Rulebook, when: &str) -> crate::Decision {
    let (s, c) = situation(book, &["people"], "shop");
    let s = Situation { day: day(when), latest: day(when), ..s };
    let decision = book.decide(&s, &c);
    assert_eq!(decision, slowly(book, &s, &c), "on {when}");
    decision
}

#[test]
fn what_is_watched_passes_and_is_told_and_ends_by_itself() {
    let book = observing("2026-12-31", BLOCK);
    let watched = on(&book, "2026-12-31");
    assert_eq!((watched.action, watched.reason), (Action::Allow, Reason::Observed));
    assert!(watched.redact.is_empty() && watched.alerts.len() == 1, "alerts fire");
    assert_eq!(watched.observed.as_ref().map(|enforced| enforced.action), Some(Action::Block));
    let recorded = book.record_decision(&watched);
    assert_eq!(recorded.observed.map(|enforced| enforced.action), Some(Action::Block));
    assert_eq!(on(&book, "2027-01-01").action, Action::Block);
    assert_eq!(book.observed(day("2026-12-31")), Some(day("2026-12-31")));
    assert_eq!(book.observed(day("2027-01-01")), None);
}

#[test]
fn no_more_than_ninety_days_are_watched() {
    let book = observing("2027-06-30", BLOCK);
    let first = (1..90).fold(day("2027-06-30"), |day: Day, _| day.previous());
    assert_eq!(on(&book, &first.previous().to_string()).action, Action::Block);
    assert_eq!(on(&book, &first.to_string()).action, Action::Allow);
}

#[test]
fn invariants_bind_what_is_watched() {
    let never = "invariant never\n when data includes people\n and it goes to shop\n then it must never be sent\n";
    let decision = on(&observing("2026-12-31", &format!("{BLOCK}{never}")), "2026-12-01");
    assert_eq!(decision.action, Action::Block);
    assert!(matches!(decision.reason, Reason::Invariant(_)), "its rule is only watched");
    // Where passing would break it, the policy is enforced: here, what it speaks of is taken out.
    let redact = "rule out\n when data includes people\n then redact people as mask\n";
    let decision = on(&observing("2026-12-31", &format!("{redact}{never}")), "2026-12-01");
    assert_eq!((decision.action, decision.observed.is_none()), (Action::Redact, true));
}

#[test]
fn a_clock_that_went_back_behind_the_end_enforces() {
    let book = observing("2026-12-31", BLOCK);
    let (s, c) = situation(&book, &["people"], "shop");
    let s = Situation { day: day("2026-12-31"), latest: day("2027-01-01"), ..s };
    let decision = book.decide(&s, &c);
    assert_eq!((decision.action, decision.observed.is_none()), (Action::Block, true));
    let allowing = observing("2026-12-31", ALL);
    let decision = allowing.decide(&s, &c);
    assert_eq!((decision.action, decision.reason), (Action::Allow, Reason::Rules));
}

#[test]
fn tests_of_a_policy_ask_what_is_enforced() {
    let test = "test \"stopped\"\n given data people\n and to shop\n on 2026-12-01\n expect block by stop\n";
    let results = crate::run_tests(&observing("2026-12-31", &format!("{BLOCK}{test}")));
    assert!(results.iter().all(|result| result.passed), "{results:?}");
}

const KEY: &str = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

#[test]
fn people_have_keys() {
    let roles = format!(
        "role clerk\n people Ada Lovelace key {KEY}\nrole judge\n people Ada Lovelace key {KEY},\n  \"Bo, of the second floor\"\n people bo@city.example\n{ALL}"
    );
    let book = book(&format!("{WORLD}{roles}"));
    let role = book.role_named("judge").unwrap();
    let people: Vec<_> =
        book.people(role).iter().map(|p| (p.name.as_str(), p.key.is_some())).collect();
    assert_eq!(
        people,
        [("Ada Lovelace", true), ("Bo, of the second floor", false), ("bo@city.example", false)]
    );
}

#[test]
fn mistakes_with_people_and_modes_are_told() {
    check_one(&format!("role judge\n people Ada key abc\n{ALL}"), "P035", "abc", "approvals key");
    let twice = format!("role judge\n people Ada key {KEY}, Bo key {KEY}\n{ALL}");
    check_one(&twice, "P011", "", "key of their own");
    let apart =
        format!("role judge\n people Ada key {KEY}\n\nrole clerk\n people Bo key {KEY}\n{ALL}");
    check_one(&apart, "P011", "", "key of their own");
}

#[test]
fn a_draft_compiles_and_decides_nothing() {
    let book = observing("2026-12-31", BLOCK);
    let (s, c) = situation(&book, &["people", "illness"], "shop");
    let situation = book.record_situation(&s);
    let mut draft = crate::Draft::new(&book);
    assert!(draft.sources().is_none());
    draft.note(&situation, &book.record_candidate(&c).destination);
    draft.note(&situation, "shop");
    let sources = draft.sources().unwrap();
    let text: String = sources.iter().map(|source| source.text.as_str()).collect();
    let drafted = super::book(&text);
    assert_eq!(drafted.rules().len(), 2, "{text}");
    assert!(text.contains("people was to go to shop in 2 requests"), "{text}");
    let (s, c) = super::meaning::situation(&drafted, &["people"], "shop");
    let decision = drafted.decide(&s, &c);
    assert_eq!((decision.reason, decision.would_have.len()), (Reason::Observed, 1));
}
