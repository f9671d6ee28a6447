//! Whole policies through the compiler: meaning, must-hold situations, diagnostics, random policies.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a failed test should stop here, and a skipped one should say so"
)]

mod alternatives;
mod bonds;
mod careless;
mod certificate;
mod content;
mod counters;
mod doubt;
mod format;
mod generate;
mod golden;
mod lines;
mod meaning;
mod mistakes;
mod must_hold;
mod observing;
mod outline;
mod packs;
mod places;
mod random;
mod replay;
mod senders;
mod shared;
mod shipped;
mod texts;
mod tools;
mod twin;
mod validity;

use crate::model::Invariant;
use crate::{
    Action, Candidate, Catalogue, Decision, InvariantId, Reason, Rulebook, Situation, Source,
    interpreter, run_tests,
};

/// Every detector name that the tests use; id and family are the same word.
const DETECTORS: [&str; 24] = [
    "contact",
    "national-id",
    "tax-id",
    "social-security",
    "passport",
    "birth-date",
    "bank-account",
    "card",
    "health",
    "device",
    "credential",
    "marking-eu",
    "marking-nato",
    "marking-national",
    "person-name",
    "person-number",
    "age",
    "location",
    "crypto-wallet",
    "marking-label",
    "privilege",
    "business-secret",
    "special-category",
    "offence",
];

fn detectors(names: &[&str]) -> Vec<(String, String)> {
    names.iter().map(|name| ((*name).to_owned(), (*name).to_owned())).collect()
}

/// Says that a test had nothing to read. Not through `println!`, which the test harness keeps to itself when a test passes.
fn skipped(what: &str) {
    use std::io::Write as _;
    writeln!(std::io::stderr(), "skipped: {what}").unwrap();
}

fn source(path: &str, text: &str) -> Source {
    Source { path: path.to_owned(), text: text.to_owned() }
}

/// Compiles one text that must be right.
fn book(text: &str) -> Rulebook {
    let detectors = detectors(&DETECTORS);
    let catalogue = Catalogue { detectors: &detectors };
    match Rulebook::compile(&[source("test.policy", text)], &catalogue) {
        Ok(book) => book,
        Err(diagnostics) => panic!("{diagnostics}"),
    }
}

/// Decides by the interpreter: what the table must agree with.
fn slowly(book: &Rulebook, s: &Situation, c: &Candidate) -> Decision {
    let model = &book.model;
    let mut decision = interpreter::decide(model, s, c);
    if !model.observed_until.as_ref().is_some_and(|mode| mode.includes(s.day)) {
        return decision;
    }
    let watched = decision.watched();
    let broken = |invariant: &Invariant| {
        interpreter::guards(model, invariant, s, c)
            && interpreter::violates(model, invariant, &watched, s, c)
    };
    let Some(first) = model.invariants.iter().position(broken) else { return watched };
    if decision.action == Action::Block && decision.violated.is_empty() {
        decision.reason = Reason::Invariant(InvariantId(first as u16));
    }
    decision
}

/// Runs the tests of a policy; they must all pass, and there must be some.
fn all_pass(book: &Rulebook) {
    let results = run_tests(book);
    assert!(!results.is_empty());
    for result in results {
        assert!(result.passed, "{result}");
    }
}

/// A small vocabulary that the tests build on.
const WORLD: &str = r#"
policy trial
class people
  detect contact
class illness
  kind special-category of people
  detect health
class key
  detect credential
group near
  countries DE, FR
  country CH from 2020-01-01 until 2027-06-30 "a decision"
agency city
  bases duty
  clients network office
department clinic of city
  purposes care, research
  sector hospitals
  clients key clinic-key, spiffe://city.example/clinic/*
department archive of city
  criticality high
  clients key archive-key
people cleared
people away
purpose care
purpose research
basis duty
sector hospitals
criticality high
application scribe of clinic
  purposes care
  clients spiffe://city.example/clinic/scribe
role officer
destination home
  url https://home.example/v1
  operator City answers to DE
  processed in DE
  tier must-control
  attests card until 2026-12-31
destination friend
  url https://friend.example/v1
  operator Friend answers to CH
  seat in CH
  owned from DE, JP
  processed in CH
  stored in CH
  tier allied
destination shop
  url https://shop.example/v1
  operator Shop answers to US
  owned from US
  processed in IE, US
  keys held in IE
  tier market
destination cloud
  url https://cloud.example/v1
  operator Cloud answers to US
  tier market
pool ours
  members home
pool theirs
  members friend
"#;

fn world(rules: &str) -> Rulebook {
    book(&format!("{WORLD}\n{rules}"))
}

#[test]
fn actions_are_ordered_by_strictness() {
    let order = [
        Action::Allow,
        Action::Redact,
        Action::Reroute,
        Action::AskJustification,
        Action::AskApproval,
        Action::Block,
    ];
    assert!(order.is_sorted());
}
