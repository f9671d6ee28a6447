//! Calendar, doubts, mutation and coverage on policies of which the answer is known, and on random ones.

use super::generate::{Dice, case, policy};
use super::{DETECTORS, WORLD, book, detectors, source, world};
use crate::prove::compare::visible;
use crate::prove::doubts::{Part, doubts};
use crate::{
    Catalogue, Coverage, Day, Mutation, Report, Rulebook, Situation, calendar, check_deeply,
    coverage, interpreter, mutate,
};

fn deep(rules: &str) -> Report {
    let detectors = detectors(&DETECTORS);
    let catalogue = Catalogue { detectors: &detectors };
    check_deeply(&[source("test.policy", &format!("{WORLD}\n{rules}"))], &catalogue, None)
}

fn codes(report: &Report) -> Vec<(&str, &str)> {
    report.diagnostics.iter().map(|found| (found.code, found.message.as_str())).collect()
}

const CARD: &str = "rule where-there-is-a-card
  when data includes people
  and the destination has card
  then allow
rule friends
  when data includes people
  and it goes to destination friend
  then allow
";

#[test]
fn the_calendar_tells_what_ends_by_itself() {
    let book = world(CARD);
    let turns = calendar(&book, Some(Day::parse("2026-11-21").unwrap()), None);
    let first = turns.first().unwrap();
    assert_eq!(first.day.to_string(), "2027-01-01");
    assert_eq!(first.causes, ["attestation card of home ended on 2026-12-31"]);
    let [change] = &first.changes[..] else { panic!("{first:?}") };
    assert!(change.confirmed && change.destination == "home");
    assert!(change.was.starts_with("allow") && change.is.starts_with("block"), "{change:?}");
    // Switzerland leaves a group that no rule asks for.
    assert!(turns.iter().skip(1).all(|turn| turn.changes.is_empty()), "{turns:?}");
    assert!(calendar(&book, Some(first.day), None).iter().all(|turn| turn.day > first.day));
}

/// What the calendar says nothing of does not change, and what it says does.
#[test]
fn the_calendar_agrees_with_random_situations() {
    let mut changed = 0;
    for seed in 0..12 {
        let mut dice = Dice::new(seed);
        let book = book(&policy(&mut dice, 8));
        for turn in calendar(&book, None, None) {
            assert!(turn.changes.iter().all(|change| change.confirmed), "{turn:?}");
            changed += turn.changes.len();
            for _ in 0..300 {
                let (s, c) = case(&mut dice, &book);
                let on = |day: Day| {
                    // By a clock that tells no weekday, or the two days would differ in that.
                    let s = Situation { day, latest: day, minute: None, ..s.clone() };
                    visible(&book, &interpreter::decide(&book.model, &s, &c))
                };
                let to = &book.destinations()[c.destination.index()].name;
                let told = turn.changes.iter().any(|change| change.destination == *to);
                let asks_for_weekdays = book.sources()[0].text.contains("it is sent on");
                assert!(told || asks_for_weekdays || on(turn.day.previous()) == on(turn.day));
            }
        }
    }
    assert!(changed > 5, "{changed}");
}

#[test]
fn what_can_be_left_out_is_named() {
    let report = deep(
        "rule people-go
  when data includes people
  and it stays in near
  then allow
rule people-go-home
  when data includes people
  and it goes to destination home
  and it stays in near
  then allow
rule no-illness-far
  when data includes illness
  and it leaves near
  then block
exception for-nothing
  to rule no-illness-far
  when it goes to destination cloud
  because \"x\"
  owner me
  granted 2026-01-01 by me
  until 2027-12-31
",
    );
    let found = codes(&report);
    assert!(found.contains(&("P123", "rule `people-go-home` changes nothing")), "{found:?}");
    assert!(found.contains(&("P123", "rule `no-illness-far` changes nothing")), "{found:?}");
    assert!(!found.iter().any(|(_, message)| message.contains("`people-go` ")), "{found:?}");
    assert!(found.contains(&("P121", "nothing is ever sent to `cloud`")), "{found:?}");
    let beside = report.diagnostics.iter().find(|found| found.message.contains("people-go-home"));
    assert!(beside.unwrap().label.contains("people-go"), "{beside:?}");
}

#[test]
fn a_condition_that_never_matters_and_a_rule_that_never_decides_are_named() {
    let report = deep(
        "rule people-go
  when data includes people
  and it goes to destination home
  and it goes to tier must-control
  then allow
rule no-keys
  when data includes key
  then block
rule keys-to-ours
  when data includes key
  then reroute to ours
",
    );
    let found = codes(&report);
    assert!(found.contains(&("P120", "rule `keys-to-ours` never decides")), "{found:?}");
    let condition = ("P124", "a condition of rule `people-go` never matters");
    assert!(found.contains(&condition), "{found:?}");
    assert_eq!(report.not_answered, 0);
}

/// What is said to change nothing does not change any of many random situations.
#[test]
fn doubts_hold_in_random_situations() {
    let mut spare = 0;
    for seed in 0..10 {
        let mut dice = Dice::new(seed);
        let text = policy(&mut dice, 12);
        let book = book(&text);
        let found = doubts(&book, None, |part| matches!(part, Part::Rule(_)));
        for (part, _) in found.idle {
            let Part::Rule(rule) = part else { panic!("{part:?}") };
            let none = crate::model::Directions { request: false, answer: false };
            let without = book.altered(|model| model.rules[rule].directions = none);
            spare += 1;
            for _ in 0..500 {
                let (s, c) = case(&mut dice, &book);
                let of = |by: &Rulebook| visible(by, &interpreter::decide(&by.model, &s, &c));
                assert_eq!(of(&book), of(&without), "{part:?}\n{text}");
            }
        }
    }
    assert!(spare > 3, "{spare}");
}

const GUARDED: &str = "rule people-go
  when data includes people
  and it stays in near
  then allow
rule no-illness-far
  when data includes illness
  and it leaves near
  then block
  and alert soc high
rule illness-near
  when data includes illness
  and it stays in near
  then allow
";

const TESTED: &str = "test \"illness far away\"
  given data illness
  and to shop
  on 2026-11-21
  expect block
  and alert soc high
";

fn survivor<'m>(mutation: &'m Mutation, mistake: &str) -> Option<&'m crate::Survivor> {
    mutation.survivors.iter().find(|survivor| survivor.mistake.contains(mistake))
}

/// The first planted bug: a rule turned from block to allow. Without a test nobody notices, with the one that is proposed everybody.
#[test]
fn a_block_turned_into_allow_is_caught_by_the_test_that_is_proposed() {
    let mistake = "rule `no-illness-far`: block turned into allow";
    let untested = mutate(&world(GUARDED), None);
    let found = survivor(&untested, mistake).unwrap();
    let test = found.test.clone().unwrap();
    assert!(found.file == "test.policy" && found.line > 1);
    let tested = mutate(&world(&format!("{GUARDED}{test}\n")), None);
    assert!(survivor(&tested, mistake).is_none(), "{tested}");
    assert!(tested.caught > untested.caught);
    assert!(survivor(&mutate(&world(&format!("{GUARDED}{TESTED}")), None), mistake).is_none());
}

/// The second: a group that silently means fewer countries. What it then means is another decision about residents of nowhere else.
#[test]
fn a_country_that_is_dropped_from_a_group_is_shown() {
    let found = mutate(&world(GUARDED), None);
    let dropped = survivor(&found, "group `near` left out: DE").unwrap();
    assert!(dropped.test.is_some(), "{found}");
}

#[test]
fn what_changes_nothing_is_no_mistake() {
    let found = mutate(
        &world(&format!(
            "{GUARDED}rule again\n  when data includes people\n  and it stays in near\n  then allow\n"
        )),
        None,
    );
    assert!(survivor(&found, "rule `again` left out").is_none(), "{found}");
    assert!(found.equivalent > 0);
}

fn missing(coverage: &Coverage) -> Vec<String> {
    let open = coverage.items.iter().filter(|item| !item.covered);
    open.map(|item| format!("{}: {}", item.what, item.remark)).collect()
}

#[test]
fn coverage_tells_what_no_test_looks_at() {
    let found = coverage(&world(&format!("{GUARDED}{TESTED}")));
    let open = missing(&found);
    assert!(open.contains(&"rule people-go: holds in no test".to_owned()), "{open:?}");
    assert!(!open.iter().any(|what| what.starts_with("rule no-illness-far:")), "{open:?}");
    assert!(
        open.contains(&"rule no-illness-far, it leaves near: false in no test".to_owned()),
        "{open:?}"
    );
    assert!(open.contains(&"outcome allow: the outcome of no test".to_owned()), "{open:?}");
    assert!(open.contains(&"destination home: no test goes there".to_owned()), "{open:?}");
    assert!(found.percent() > 0 && found.percent() < 100);
    assert_eq!(coverage(&world("")).percent(), 0);
}

#[test]
fn a_test_may_expect_that_nobody_is_told() {
    let told = |then: &str| {
        let test = "test \"quiet\"\n given data people\n and to home\n on 2026-01-01\n expect allow\n and no alert\n";
        let rule = format!("rule all\n when data includes people\n then allow\n{then}{test}");
        crate::run_tests(&world(&rule)).remove(0).passed
    };
    assert!(told(""));
    assert!(!told(" and alert soc low\n"));
}
