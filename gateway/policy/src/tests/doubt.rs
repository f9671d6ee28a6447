//! What is not known restricts: the day, the caller, what no class names. And that allowing does not allocate.

use super::meaning::{ALL, check, day, situation};
use super::world;
use crate::Reason;

#[test]
fn a_clock_that_ran_backwards_gets_the_strictest_day() {
    let book = world(
        "rule ended\n when data includes people\n then allow\n until 2026-06-30
rule masked\n when data includes people\n then redact people as mask\n and alert soc low\n from 2026-03-01 until 2026-03-31
rule asked\n when data includes people\n then ask justification\n from 2026-05-01 until 2026-05-31
rule soon\n when data includes people\n then block\n from 2027-01-01",
    );
    let (s, c) = situation(&book, &["people"], "shop");
    let at = |now: &str, latest: &str| {
        book.decide(&crate::Situation { day: day(now), latest: day(latest), ..s.clone() }, &c)
    };
    assert_eq!(at("2026-02-01", "2026-02-01").action, crate::Action::Allow);
    assert_eq!(at("2026-02-01", "2026-02-27").action, crate::Action::Allow, "the same epoch");
    let between = at("2026-02-01", "2026-04-01");
    assert_eq!(between.action, crate::Action::Redact, "a day between may be the true one");
    assert_eq!((between.redact.len(), between.alerts.len(), between.rules.len()), (1, 1, 2));
    let both = at("2026-02-01", "2026-06-01");
    assert_eq!((both.action, both.redact.len()), (crate::Action::AskJustification, 1));
    let over = at("2026-02-01", "2026-07-01");
    assert_eq!(
        (over.action, over.reason),
        (crate::Action::Block, Reason::NoRule),
        "a licence that has ended"
    );
    assert_eq!(over.alerts.len(), 1, "and yet whoever had to be told is told");
    assert_eq!(at("2026-06-30", "2027-01-01").action, crate::Action::Block);
    assert_eq!(at("2026-02-01", "2020-01-01"), at("2026-02-01", "2026-02-01"), "never looser");
    let back = crate::Situation { day: day("2026-02-01"), latest: day("2026-07-01"), ..s.clone() };
    let json = serde_json::to_string(&book.record_situation(&back)).unwrap();
    assert_eq!(book.situation(&serde_json::from_str(&json).unwrap()).unwrap(), back);
    let json = serde_json::to_string(&book.record_situation(&s)).unwrap();
    assert!(!json.contains("latest"), "{json}");
}

#[test]
fn an_exception_holds_from_the_day_it_was_granted() {
    let exception = |dates: &str| {
        format!(
            "{ALL}rule no\n when data includes people\n then block\nexception later\n to rule no\n when it goes to shop\n because \"x\"\n \
             owner me\n{dates}\n until 2031-01-01\n"
        )
    };
    let test = |on: &str, expect: &str| {
        format!("test \"{on}\"\n given data people\n and to shop\n on {on}\n expect {expect}\n")
    };
    for dates in [
        " granted 2030-01-01 by me",
        " granted 2030-01-01 by me\n from 2026-01-01",
        " from 2030-01-01\n granted 2026-01-01 by me",
    ] {
        let days = [("2029-12-31", "block by no"), ("2030-01-01", "allow by all-people")];
        let tests: String = days.iter().map(|(on, expect)| test(on, expect)).collect();
        check(&format!("{}{tests}", exception(dates)));
    }
    super::golden::check_one(&exception(" granted 2031-01-02 by me"), "P032", "later", "swap");
}

#[test]
fn who_leaves_out_its_key_does_not_escape_what_restricts_it() {
    let rules = "rule clean\n when data includes people\n and it goes to home, shop\n then allow
rule clinic-may\n when data includes people\n and it comes from department clinic\n and it goes to friend\n then allow
rule clinic-not\n when data includes people\n and it comes from department clinic\n and it goes to shop\n then block\n and alert soc low\n";
    let test = |from: &str, to: &str, expect: &str| {
        format!(
            "test \"{from} to {to}\"\n given data people\n and from {from}\n and to {to}\n on 2026-11-21\n expect {expect}\n"
        )
    };
    let known = [
        ("department clinic", "block by clinic-not"),
        ("application scribe", "block by clinic-not"),
    ];
    // What is known only as far as the agency, or not at all, may be the clinic with its key left out.
    let unknown = [("agency city", "block by clinic-not"), ("anonymous", "block by clinic-not")];
    let mut tests: String =
        known.iter().chain(&unknown).map(|(from, expect)| test(from, "shop", expect)).collect();
    tests += &test("department archive", "shop", "allow by clean");
    tests += &test("anonymous", "home", "allow by clean");
    // To be let through it must be known.
    tests += &test("department clinic", "friend", "allow by clinic-may");
    tests += &test("agency city", "friend", "block");
    tests += &test("anonymous", "friend", "block");
    check(&format!("{rules}{tests}"));
    // Who is to go free without a key is named, with an end and a reason.
    let exception = "exception guests\n to rule clinic-not\n when it comes from anonymous\n because \"x\"\n owner me
 granted 2026-01-01 by me\n until 2026-12-31\n";
    check(&format!("{rules}{exception}{}", test("anonymous", "shop", "allow by clean")));
    let book = world(rules);
    let (s, c) = situation(&book, &["people"], "shop");
    let text = book.explain(&s, &c).to_string();
    assert!(
        text.contains("clinic-not; only restricts, because this is not known: it comes from"),
        "{text}"
    );
}

#[test]
fn what_no_class_names_stops_a_request_until_a_rule_names_it() {
    let book = world(ALL);
    let unclassed = book.class("unclassed").unwrap();
    let number = |name: &str| super::DETECTORS.iter().position(|d| *d == name).unwrap() as u16;
    assert_eq!(book.class_of(number("card")), [unclassed]);
    assert_eq!(book.class_of(number("contact")), [book.class("people").unwrap()]);
    check(&format!(
        "{ALL}rule clean\n when data includes nothing\n then allow
rule cut\n when data includes unclassed\n and it goes to friend\n then redact unclassed as remove
test \"it is not nothing\"
  given data unclassed
  and to shop
  on 2026-11-21
  expect block
test \"no other licence reaches it\"
  given data people, unclassed
  and to shop
  on 2026-11-21
  expect block
test \"it can be taken out\"
  given data people, unclassed
  and to friend
  on 2026-11-21
  expect redact unclassed as remove by cut"
    ));
    let (s, c) = situation(&book, &["unclassed"], "shop");
    let text = book.explain(&s, &c).to_string();
    assert!(text.contains("data unclassed") && text.contains("block because no rule"), "{text}");
}

#[test]
fn a_code_left_to_users_counts_once_a_group_lists_it() {
    check(
        "group kosovo\n countries XK
rule near-people\n when data includes people\n and it is about residents of kosovo\n then allow
rule not-us\n when data includes key\n and it is about residents of XK\n then block
test \"listed\"
  given data people
  and about XK
  and to shop
  on 2026-11-21
  expect allow by near-people",
    );
}
