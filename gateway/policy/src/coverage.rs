//! What the tests of a policy look at: rules, conditions, effects and destinations.

use std::collections::BTreeSet;

use crate::interpreter::{self, Reading, holds};
use crate::model::{Condition, Model, Scenario};
use crate::{Action, Rulebook};

/// What the tests make of one rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// It holds in no test.
    Never,
    /// It holds in a test, and something stricter is decided there.
    Matched,
    /// It is among the strictest that hold in a test, or lets through what is sent in it.
    Decided,
}

/// One thing that a test may look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// What it is, as in `rule health-stays`.
    pub what: String,
    /// Path of its file.
    pub file: String,
    /// Its line, from 1.
    pub line: usize,
    /// Whether the tests look at it.
    pub covered: bool,
    /// What is missing, or how it was reached.
    pub remark: String,
}

/// What the tests of a policy look at.
#[derive(Clone, Debug, Default)]
pub struct Coverage {
    /// Rules, conditions, outcomes and destinations, in this order.
    pub items: Vec<Item>,
}

impl Coverage {
    /// How much is covered, in percent, rounded down; 100 if there is nothing to cover.
    #[must_use]
    pub fn percent(&self) -> usize {
        let covered = self.items.iter().filter(|item| item.covered).count();
        (covered * 100).checked_div(self.items.len()).unwrap_or(100)
    }

    /// For machines.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        let item = |item: &Item| {
            serde_json::json!({
                "what": item.what, "file": item.file, "line": item.line, "covered": item.covered, "remark": item.remark,
            })
        };
        let items: Vec<_> = self.items.iter().map(item).collect();
        serde_json::json!({ "percent": self.percent(), "items": items })
    }
}

impl std::fmt::Display for Coverage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for item in self.items.iter().filter(|item| !item.covered) {
            writeln!(f, "{}:{}: {}: {}", item.file, item.line, item.what, item.remark)?;
        }
        let covered = self.items.iter().filter(|item| item.covered).count();
        write!(f, "{covered} of {} covered by tests: {} %", self.items.len(), self.percent())
    }
}

/// Looks at what the tests of a policy look at.
pub fn coverage(rulebook: &Rulebook) -> Coverage {
    let model = &rulebook.model;
    let mut coverage = Coverage::default();
    let mut note = |what: String, at: &crate::diagnostic::At, covered: bool, remark: &str| {
        let (file, line) = rulebook.place(at);
        coverage.items.push(Item { what, file, line, covered, remark: remark.to_owned() });
    };
    for (number, rule) in model.rules.iter().enumerate() {
        let reached = model.tests.iter().map(|test| reach(model, number, test)).max();
        let (covered, remark) = match reached.unwrap_or(Reach::Never) {
            Reach::Decided => (true, "decides in a test"),
            Reach::Matched => (false, "holds in a test, where something stricter is decided"),
            Reach::Never => (false, "holds in no test"),
        };
        note(format!("rule {}", rule.info.name), &rule.at, covered, remark);
    }
    let rules =
        model.rules.iter().map(|rule| ("rule", &rule.info.name, &rule.at, &rule.conditions));
    let exceptions = model.exceptions.iter();
    let exceptions =
        exceptions.map(|known| ("exception", &known.name, &known.at, &known.conditions));
    for (kind, name, at, conditions) in rules.chain(exceptions) {
        for condition in conditions {
            let seen = seen(model, condition);
            let remark = match (seen.contains(&true), seen.contains(&false)) {
                (true, true) => "true in a test and false in another",
                (true, false) => "false in no test",
                (false, true) => "true in no test",
                (false, false) => "there is no test",
            };
            note(format!("{kind} {name}, {}", condition.words), at, seen.len() == 2, remark);
        }
    }
    let decided: BTreeSet<Action> = model.tests.iter().map(|test| decide(model, test)).collect();
    for action in can_be(model) {
        let first = model.rules.iter().find(|rule| rule.effects.strictness() == action);
        let Some(rule) = first else { continue };
        let remark = "the outcome of no test";
        note(format!("outcome {}", action.name()), &rule.at, decided.contains(&action), remark);
    }
    for (number, destination) in model.destinations.iter().enumerate() {
        let there = |test: &&Scenario| test.candidate.destination.index() == number;
        let covered = model.tests.iter().any(|test| there(&test));
        let what = format!("destination {}", destination.info.name);
        note(what, &destination.at, covered, "no test goes there");
    }
    coverage
}

/// The outcomes that rules have.
fn can_be(model: &Model) -> BTreeSet<Action> {
    model.rules.iter().map(|rule| rule.effects.strictness()).collect()
}

fn decide(model: &Model, test: &Scenario) -> Action {
    interpreter::decide(model, &test.situation, &test.candidate).action
}

/// What one test makes of a rule.
fn reach(model: &Model, number: usize, test: &Scenario) -> Reach {
    let (s, c) = (&test.situation, &test.candidate);
    let decision = interpreter::decide(model, s, c);
    let id = crate::RuleId(number as u16);
    let Some(rule) = model.rules.get(number).filter(|_| decision.rules.contains(id)) else {
        return Reach::Never;
    };
    let sides = interpreter::sides(model, id, rule, s, c);
    let obliges = sides.obliges && rule.effects.strictness() >= decision.action;
    let licenses = sides.licenses && decision.sends();
    let alerts = sides.obliges && rule.effects.alert.is_some();
    if obliges || licenses || alerts { Reach::Decided } else { Reach::Matched }
}

/// Whether a condition is true in a test, as who restricts reads it, and whether it is false in one.
fn seen(model: &Model, condition: &Condition) -> BTreeSet<bool> {
    let is = |test: &Scenario| {
        holds(model, &condition.form, Reading::Maybe, &test.situation, &test.candidate)
    };
    model.tests.iter().map(is).collect()
}

impl Rulebook {
    /// Path and line of a place.
    pub(crate) fn place(&self, at: &crate::diagnostic::At) -> (String, usize) {
        let source = self.sources().get(at.source);
        let before = source.and_then(|source| source.text.get(..at.span.start)).unwrap_or("");
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        (source.map_or(String::new(), |source| source.path.clone()), line)
    }
}
