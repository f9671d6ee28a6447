//! What is declared of the caller: purpose, legal basis, sector, criticality; and what a destination has shown.

use super::meaning::check;
use super::world;
use crate::{Client, Day, Identity, NotDeclared, RecordedSituation, Situation, Stated};

fn case(name: &str, from: &str, expect: &str) -> String {
    format!(
        "test \"{name}\"\n  given data key\n  and from {from}\n  and to home\n  on 2026-11-21\n  expect {expect}\n"
    )
}

#[test]
fn a_licence_for_a_purpose_asks_that_all_purposes_are_licensed() {
    check(&format!(
        "rule care\n when data includes key\n and the purpose is care\n then allow\n{}{}{}{}",
        case("its only purpose", "application scribe", "allow by care"),
        case("one of two", "department clinic", "block"),
        case("none declared", "department archive", "block"),
        case("nobody knows who", "anonymous", "block"),
    ));
}

#[test]
fn what_a_sender_states_counts_alone_where_it_is_declared() {
    let stating = |from: &str, purpose: &str| format!("{from}\n  and the purpose is {purpose}");
    check(&format!(
        "rule care\n when data includes key\n and the purpose is care\n then allow\n{}{}{}{}",
        case("its choice of two", &stating("department clinic", "care"), "allow by care"),
        case("the other one", &stating("department clinic", "research"), "block"),
        case("it has no other", &stating("application scribe", "care"), "allow by care"),
        case("it does not say", "department clinic", "block"),
    ));
    check(&format!(
        "rule free\n when data includes key\n then allow\nrule no-research\n when data includes key\n and the purpose is research\n and the legal basis is duty\n then block\n{}{}{}",
        case("not for that", &stating("department clinic", "care"), "allow by free"),
        case(
            "for that",
            &stating("department clinic", "research\n  and the legal basis is duty"),
            "block by no-research"
        ),
        case("perhaps", "department clinic\n  and the legal basis is duty", "block by no-research"),
    ));
}

#[test]
fn who_states_more_than_is_declared_is_told() {
    let book = world("");
    let client =
        |key: &str| book.client(&Identity { key: Some(key.to_owned()), ..Identity::default() });
    let (clinic, archive) = (client("clinic-key"), client("archive-key"));
    assert!(book.stated(clinic, Some("research"), Some("duty")).is_ok());
    assert_eq!(book.stated(archive, None, None), Ok(Stated::default()));
    assert_eq!(book.stated(archive, Some("care"), Some("duty")), Err(NotDeclared::Purpose));
    assert_eq!(book.stated(clinic, Some("care"), Some("consent")), Err(NotDeclared::Basis));
    assert_eq!(book.stated(Client::ANONYMOUS, None, Some("duty")), Err(NotDeclared::Basis));
    let stated = book.stated(clinic, Some("care"), Some("duty")).unwrap();
    let s = Situation { client: clinic, stated, ..Situation::on(Day::UNIX) };
    let mut record = book.record_situation(&s);
    assert_eq!((record.purpose.as_deref(), record.basis.as_deref()), (Some("care"), Some("duty")));
    assert_eq!(book.situation(&record).unwrap(), s);
    record.purpose = Some("sport".to_owned());
    assert_eq!(book.situation(&record).unwrap_err().name, "sport");
}

#[test]
fn what_is_declared_above_holds_below_until_something_else_is() {
    check(&format!(
        "rule duty\n when data includes key\n and the legal basis is duty\n then allow\n{}{}{}",
        case("declared of the agency", "application scribe", "allow by duty"),
        case("declared there", "agency city", "allow by duty"),
        case("not declared", "anonymous", "block"),
    ));
    check(&format!(
        "rule both\n when data includes key\n and the purpose is care, research\n then allow\n{}{}",
        case("its own", "application scribe", "allow by both"),
        case("all that it may be", "department clinic", "allow by both"),
    ));
}

#[test]
fn a_restriction_holds_for_who_may_be_meant() {
    let free = "rule free\n when data includes key\n then allow\n";
    check(&format!(
        "{free}rule no-research\n when data includes key\n and the purpose is research\n then block\n{}{}{}{}",
        case("other purposes", "application scribe", "allow by free"),
        case("one of its purposes", "department clinic", "block by no-research"),
        case("not declared", "department archive", "block by no-research"),
        case("it may be the clinic", "agency city", "block by no-research"),
    ));
    check(&format!(
        "{free}rule high\n when data includes key\n and the criticality is high\n then block\n{}",
        case("declared", "department archive", "block by high"),
    ));
}

#[test]
fn a_destination_has_what_it_attests_on_the_day() {
    let case = |name: &str, day: &str, expect: &str| {
        format!("test \"{name}\"\n  given data key\n  and to home\n  on {day}\n  expect {expect}\n")
    };
    check(&format!(
        "rule shown\n when data includes key\n and the destination has card\n then allow\n{}{}",
        case("until then", "2026-12-31", "allow by shown"),
        case("no longer", "2027-01-01", "block"),
    ));
}

#[test]
fn who_is_on_no_list_that_is_known_may_be_on_any() {
    check(&format!(
        "rule cleared-people\n when data includes key\n and it comes from people cleared\n then allow\n{}{}{}{}",
        case("on it", "people cleared", "allow by cleared-people"),
        case("on another", "people away", "block"),
        case("not on it", "anonymous\n  and not from people cleared", "block"),
        case("nobody knows", "department clinic", "block"),
    ));
    check(&format!(
        "rule free\n when data includes key\n then allow\nrule nobody-away\n when data includes key\n and it comes from people away\n then block\n{}{}{}{}",
        case("on it", "people away", "block by nobody-away"),
        case("not on it", "application scribe\n  and not from people away", "allow by free"),
        case("on another, which says nothing of it", "people cleared", "block by nobody-away"),
        case("nobody knows", "department clinic", "block by nobody-away"),
    ));
}

#[test]
fn what_is_on_record_of_lists_is_read_again() {
    let book = world("");
    assert_eq!(book.lists(), ["away", "cleared"]);
    let lists = |names: &[(&str, bool)]| Identity {
        lists: names.iter().map(|(name, is_on)| ((*name).to_owned(), *is_on)).collect(),
        ..Identity::default()
    };
    for known in
        [&[][..], &[("away", false)], &[("cleared", true), ("away", false), ("other", true)]]
    {
        let people = book.people_of(&lists(known));
        let s = Situation { people, ..Situation::on(Day::UNIX) };
        let text = serde_json::to_string(&book.record_situation(&s)).unwrap();
        let record: RecordedSituation = serde_json::from_str(&text).unwrap();
        assert_eq!(book.situation(&record).unwrap(), s, "{text}");
        assert_eq!(text.contains("people"), !known.is_empty(), "{text}");
    }
}
