//! What the words mean, one idea a test. Each test is a policy with `test` blocks.

use super::{all_pass, world};
use crate::{Day, Identity, Reason};

pub(super) fn check(rules: &str) {
    all_pass(&world(rules));
}

pub(super) const ALL: &str = "rule all-people\n when data includes people\n then allow\n";

#[test]
fn a_licence_for_a_class_does_not_reach_its_special_categories() {
    check(&format!(
        "{ALL}
test \"people pass\"
  given data people
  and to shop
  on 2026-11-21
  expect allow by all-people
test \"illness among people does not\"
  given data people, illness
  and to shop
  on 2026-11-21
  expect block
test \"illness alone does not\"
  given data illness
  and to shop
  on 2026-11-21
  expect block
test \"nothing needs a rule too\"
  given data nothing
  and to shop
  on 2026-11-21
  expect block"
    ));
}

#[test]
fn a_restriction_of_a_class_reaches_its_special_categories() {
    check(
        "rule illness-may\n when data includes illness\n then allow
rule people-may-not\n when data includes people\n and it goes to tier market\n then block
test \"illness is about people\"
  given data illness
  and to shop
  on 2026-11-21
  expect block by people-may-not
test \"at home it passes\"
  given data illness
  and to home
  on 2026-11-21
  expect allow by illness-may",
    );
}

#[test]
fn an_unknown_subject_restricts_and_never_permits() {
    check(
        "rule near-people-may\n when data includes people\n and it is about residents of near\n then allow
rule far-illness-may\n when data includes illness\n then allow
rule near-illness-may-not\n when data includes illness\n and it is about residents of near\n then block
test \"unknown does not permit\"
  given data people
  and about unknown
  and to shop
  on 2026-11-21
  expect block
test \"nobody does not permit\"
  given data people
  and to shop
  on 2026-11-21
  expect block
test \"all near permits\"
  given data people
  and about DE, CH
  and to shop
  on 2026-11-21
  expect allow by near-people-may
test \"one of them far does not permit\"
  given data people
  and about DE, US
  and to shop
  on 2026-11-21
  expect block
test \"unknown beside near does not permit\"
  given data people
  and about DE, unknown
  and to shop
  on 2026-11-21
  expect block
test \"unknown restricts\"
  given data illness
  and about unknown
  and to shop
  on 2026-11-21
  expect block by near-illness-may-not
test \"any near restricts\"
  given data illness
  and about US, FR
  and to shop
  on 2026-11-21
  expect block by near-illness-may-not
test \"far does not restrict\"
  given data illness
  and about US
  and to shop
  on 2026-11-21
  expect allow by far-illness-may",
    );
}

#[test]
fn membership_ends_on_its_day() {
    let at = |day: &str, expect: &str| {
        format!(
            "test \"on {day}\"\n given data people\n and about CH\n and to shop\n on {day}\n expect {expect}\n"
        )
    };
    check(&format!(
        "rule near-people-may\n when data includes people\n and it is about residents of near\n then allow\n{}{}{}{}",
        at("2019-12-31", "block"),
        at("2020-01-01", "allow"),
        at("2027-06-30", "allow"),
        at("2027-07-01", "block")
    ));
}

#[test]
fn an_unknown_place_restricts_and_never_permits() {
    check(
        "rule stays\n when data includes people\n and it stays in near\n then allow
rule ill\n when data includes illness\n then allow
rule leaves\n when data includes illness\n and it leaves near\n then block
test \"inside\"
  given data people
  and to friend
  on 2026-11-21
  expect allow by stays
test \"the operator is outside\"
  given data people
  and to shop
  on 2026-11-21
  expect block
test \"the evidence says elsewhere\"
  given data people
  and to friend
  and evidence says US
  on 2026-11-21
  expect block
test \"the place is not known\"
  given data people
  and to friend
  and place unknown
  on 2026-11-21
  expect block
test \"outside restricts\"
  given data illness
  and to shop
  on 2026-11-21
  expect block by leaves
test \"unknown restricts\"
  given data illness
  and to home
  and place unknown
  on 2026-11-21
  expect block by leaves
test \"inside does not\"
  given data illness
  and to home
  and evidence says FR
  on 2026-11-21
  expect allow by ill",
    );
}

#[test]
fn unread_and_opaque_must_be_named() {
    check(&format!(
        "{ALL}rule opaque-home\n when data includes opaque\n and it goes to home\n then allow
test \"not implied\"
  given data people, unread
  and to home
  on 2026-11-21
  expect block
test \"named\"
  given data people, opaque
  and to home
  on 2026-11-21
  expect allow by opaque-home"
    ));
}

#[test]
fn levels_count_from_likely_unless_named() {
    check(
        "rule clean\n when data includes nothing\n then allow
rule doubtful-illness\n when data includes possible illness\n and it goes to tier market\n then block
rule sure-people\n when data includes confirmed people\n then allow
test \"possible counts as nothing\"
  given data possible people
  and to shop
  on 2026-11-21
  expect allow by clean
test \"unless a rule says possible\"
  given data possible illness
  and to shop
  on 2026-11-21
  expect block by doubtful-illness
test \"likely is not confirmed\"
  given data people
  and to shop
  on 2026-11-21
  expect block
test \"confirmed is\"
  given data confirmed people
  and to shop
  on 2026-11-21
  expect allow by sure-people",
    );
}

#[test]
fn redactions_apply_together_and_the_strongest_method_wins() {
    check(
        "rule t\n when data includes people\n then redact people, key as token
rule m\n when data includes people\n and it goes to tier market\n then redact people as remove
rule j\n when it comes from application scribe\n then ask justification
rule a\n when it comes from application scribe\n and it goes to tier market\n then ask approval of officer
test \"union and strongest\"
  given data people, key
  and from department archive
  and to shop
  on 2026-11-21
  expect redact people as remove by m
test \"asking does not replace redacting\"
  given data people, key
  and from application scribe
  and to home
  on 2026-11-21
  expect ask justification by j
test \"approval is stricter\"
  given data people
  and from application scribe
  and to shop
  on 2026-11-21
  expect ask approval of officer by a
test \"a key alone matches nothing\"
  given data key
  and from department archive
  and to shop
  on 2026-11-21
  expect block",
    );
    let book = world(
        "rule t\n when data includes people\n then redact people, key as token
rule j\n when it comes from application scribe\n then ask justification",
    );
    let (s, c) = situation(&book, &["people", "key"], "home");
    let s = crate::Situation {
        client: book.client(&by_id("spiffe://city.example/clinic/scribe")),
        ..s
    };
    let decision = book.decide(&s, &c);
    assert_eq!(decision.redact.len(), 2);
    assert_eq!(decision.asks.len(), 1);
}

#[test]
fn asking_licenses_nothing() {
    check(
        "rule j\n when data includes illness\n then ask justification
test \"a reason is no licence\"
  given data illness
  and to home
  on 2026-11-21
  expect block",
    );
}

#[test]
fn reroute_wins_over_a_missing_licence_and_loses_to_block() {
    check(
        "rule r\n when data includes illness\n and it goes to tier market\n then reroute to ours
rule k\n when data includes key\n then block\n and alert soc critical
test \"rerouted\"
  given data illness, unread
  and to shop
  on 2026-11-21
  expect reroute to ours by r
test \"blocked\"
  given data illness, key
  and to shop
  on 2026-11-21
  expect block by k
  and alert soc critical",
    );
}

#[test]
fn exceptions_end_and_need_certainty_to_loosen() {
    let exception = "exception clinic-writes
  to rule no-market
  when it comes from department clinic
  and it is about residents of near
  because \"agreed\"
  owner clinic
  granted 2026-01-01 by officer
  until 2026-12-31\n";
    check(&format!(
        "{ALL}rule no-market\n when data includes people\n and it goes to tier market\n then block\n{exception}
test \"suspended\"
  given data people
  and about DE
  and from application scribe
  and to shop
  on 2026-12-31
  expect allow by all-people
test \"over\"
  given data people
  and about DE
  and from application scribe
  and to shop
  on 2027-01-01
  expect block by no-market
test \"not known to be near\"
  given data people
  and about unknown
  and from application scribe
  and to shop
  on 2026-12-31
  expect block by no-market
test \"somebody else\"
  given data people
  and about DE
  and from agency city
  and to shop
  on 2026-12-31
  expect block by no-market"
    ));
}

#[test]
fn monitor_mode_watches_until_its_day() {
    let rules = format!(
        "{ALL}rule soon\n when data includes people\n then block\n mode monitor until 2026-12-31\n"
    );
    let book = world(&rules);
    let (s, c) = situation(&book, &["people"], "shop");
    let watched = book.decide(&s, &c);
    assert_eq!((watched.action, watched.would_have.len()), (crate::Action::Allow, 1));
    let later = crate::Situation { day: day("2027-01-01"), ..s };
    assert_eq!(book.decide(&later, &c).action, crate::Action::Block);
}

pub(super) fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

#[test]
fn directions_do_not_mix() {
    check(&format!(
        "{ALL}rule both\n when it is a request, an answer\n and data includes key\n then redact key as mask
rule back\n when it is an answer\n and data includes people\n then allow
test \"out\"
  given data people
  and to shop
  on 2026-11-21
  expect allow by all-people
test \"back\"
  given data people, key
  and it is an answer
  and to shop
  on 2026-11-21
  expect redact key as mask by both
test \"a rule about requests says nothing of answers\"
  given data illness
  and it is an answer
  and to shop
  on 2026-11-21
  expect block"
    ));
}

#[test]
fn attestations_and_grades_and_clients() {
    check(&format!(
        "{ALL}rule paper\n when the destination lacks card\n then block
rule place\n when the place is refuted, unprovable\n then block
rule nobody\n when it comes from anonymous\n and it goes to friend\n then block
test \"attested\"
  given data people
  and to home
  and place consistent
  on 2026-12-31
  expect allow
test \"expired\"
  given data people
  and to home
  and place consistent
  on 2027-01-01
  expect block by paper
test \"unprovable\"
  given data people
  and to home
  on 2026-12-31
  expect block by place
test \"anonymous\"
  given data people
  and to friend
  and place consistent
  on 2026-12-31
  expect block by nobody"
    ));
}

#[test]
fn invariants_are_asserted_on_every_decision() {
    let rules = format!(
        "{ALL}rule clean\n when data includes nothing\n then allow
rule ill\n when data includes illness\n then allow
invariant illness-stays\n when data includes illness\n and it goes to tier market\n then it must never be sent
invariant people-at-home\n when data includes people\n and it is about residents of CH\n then it must only go to pool ours
invariant keys-are-seen\n when data includes key\n then it must always alert soc\n"
    );
    let book = world(&rules);
    let (s, c) = situation(&book, &["illness"], "shop");
    let decision = book.decide(&s, &c);
    assert!(matches!(decision.reason, Reason::Invariant(_)), "{decision:?}");
    assert_eq!(decision.alerts.len(), 1);
    assert_eq!(decision, super::slowly(&book, &s, &c));
    let (s, c) = situation(&book, &["key"], "shop");
    let decision = book.decide(&s, &c);
    assert_eq!(
        (decision.violated.len(), decision.alerts.len()),
        (1, 1),
        "blocked, and yet nobody was told"
    );
    let (s, c) = situation(&book, &["people"], "friend");
    let about = crate::Subjects { countries: vec![], unknown: true };
    let decision = book.decide(&crate::Situation { subjects: about, ..s.clone() }, &c);
    assert!(matches!(decision.reason, Reason::Invariant(_)), "unknown may be Swiss");
    assert_eq!(book.decide(&s, &c).action, crate::Action::Allow);
}

fn by_id(id: &str) -> Identity {
    Identity { spiffe: Some(id.to_owned()), ..Identity::default() }
}

pub(super) fn situation(
    book: &crate::Rulebook,
    classes: &[&str],
    to: &str,
) -> (crate::Situation, crate::Candidate) {
    let mut levels = crate::ClassLevels::none();
    for class in classes {
        levels.set(book.class(class).unwrap(), crate::Level::Likely);
    }
    let situation = crate::Situation { classes: levels, ..crate::Situation::on(day("2026-11-21")) };
    (situation, crate::Candidate::to(book.destination(to).unwrap()))
}

#[test]
fn callers_are_recognised_by_the_most_specific_pattern() {
    let book = world(ALL);
    let name = |identity: &Identity| {
        let info = book.client_info(book.client(identity));
        info.application.or(info.department).or(info.agency)
    };
    let networks = vec!["office".to_owned()];
    assert_eq!(name(&Identity::default()), None);
    assert_eq!(
        name(&Identity { networks: networks.clone(), ..Identity::default() }).as_deref(),
        Some("city")
    );
    let key = Some("clinic-key".to_owned());
    assert_eq!(name(&Identity { key, networks, ..Identity::default() }).as_deref(), Some("clinic"));
    assert_eq!(name(&by_id("spiffe://city.example/clinic/scribe")).as_deref(), Some("scribe"));
    assert_eq!(name(&by_id("spiffe://city.example/clinic/other")).as_deref(), Some("clinic"));
    assert_eq!(name(&by_id("spiffe://city.example/clinical")), None);
    assert!(book.client(&by_id("spiffe://elsewhere.example/clinic/scribe")).is_anonymous());
}

#[test]
fn records_can_be_decided_again() {
    let book = world(ALL);
    let (s, c) = situation(&book, &["people", "illness"], "shop");
    let subjects =
        crate::Subjects { countries: vec![crate::Country::parse("DE").unwrap()], unknown: true };
    let s = crate::Situation {
        subjects,
        client: book.client(&by_id("spiffe://city.example/clinic/scribe")),
        ..s
    };
    let json =
        serde_json::to_string(&(book.record_situation(&s), book.record_candidate(&c))).unwrap();
    let (rs, rc) = serde_json::from_str(&json).unwrap();
    assert_eq!(
        (book.situation(&rs).unwrap(), book.candidate(&rc).unwrap()),
        (s.clone(), c.clone())
    );
    let decision = book.record_decision(&book.decide(&s, &c));
    let json = serde_json::to_value(&decision).unwrap();
    assert_eq!(json["action"], "block");
    assert_eq!(json["unlicensed"], serde_json::json!(["illness"]));
    assert_eq!(serde_json::from_value::<crate::RecordedDecision>(json).unwrap(), decision);
    let missing = crate::RecordedSituation { application: Some("gone".to_owned()), ..rs };
    assert_eq!(book.situation(&missing).unwrap_err().name, "gone");
}

#[test]
fn explain_names_the_first_condition_that_fails() {
    let book = world(&format!(
        "{ALL}rule far\n when data includes people\n and it leaves near\n then block\n"
    ));
    let (s, c) = situation(&book, &["people"], "home");
    let text = book.explain(&s, &c).to_string();
    assert!(text.contains("not so: it leaves near"), "{text}");
    assert!(text.contains("could also go to: friend"), "{text}");
    assert!(text.contains("allow by rule all-people"), "{text}");
}

#[test]
fn explain_tells_other_destinations_from_where_it_goes() {
    let book =
        world(&format!("{ALL}rule far\n when data includes people\n then redact people as mask\n"));
    let (s, c) = situation(&book, &["people"], "home");
    let text = book.explain(&s, &c).to_string();
    assert!(
        text.contains("→ redact") && text.contains("\n  could also go, with people as mask, to: "),
        "{text}"
    );
    let book = world(&format!(
        "{ALL}rule far\n when data includes people\n and it goes to home\n then block\n"
    ));
    let (s, c) = situation(&book, &["people"], "home");
    let text = book.explain(&s, &c).to_string();
    assert!(text.contains("→ block") && text.contains("\n  could go instead to: "), "{text}");
}

#[test]
fn destinations_are_known_by_name_also_of_a_policy_with_mistakes() {
    let text = "destination a\n \"one\"\n  nonsense\n\nrule r\n then alow\ndestination b \"two\"\n";
    assert_eq!(crate::destination_names(&[super::source("x.policy", text)]), ["a", "b"]);
}

#[test]
fn the_order_of_blocks_never_matters() {
    let rules = format!("{ALL}rule b\n when data includes key\n then redact key as mask\n");
    let text = format!("{}\n{rules}", super::WORLD);
    let mut blocks: Vec<String> = Vec::new();
    for line in text.lines() {
        match blocks.last_mut() {
            Some(block) if line.starts_with(' ') => *block = format!("{block}\n{line}"),
            _ => blocks.push(line.to_owned()),
        }
    }
    blocks.reverse();
    let (one, other) = (super::book(&text), super::book(&blocks.join("\n")));
    let (s, c) = situation(&one, &["people", "key"], "shop");
    assert_eq!(one.decide(&s, &c), other.decide(&s, &c));
    assert_eq!(one.rules().len(), other.rules().len());
}
