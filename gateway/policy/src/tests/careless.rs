//! The semantics that the language had before licences: what is not known counts as not so, the strictest of the rules that match
//! decides, and what it lets through goes with all that is there. Kept only to show what is wrong with it.

use super::{Candidate, Rulebook, Situation, interpreter};
use crate::Action;
use crate::interpreter::{Reading, first_failed};
use crate::model::{Condition, Model, Rule};

/// What a careless reading decides; where no rule matches it blocks.
fn decide(model: &Model, s: &Situation, c: &Candidate) -> Action {
    let holds =
        |conditions: &[Condition]| first_failed(model, conditions, Reading::Surely, s, c).is_none();
    let suspended = |number: usize| {
        let mut to_it = model.exceptions.iter().filter(|one| one.to.index() == number);
        to_it.any(|one| {
            one.term.includes(s.day)
                && one.directions.include(s.direction)
                && holds(&one.conditions)
        })
    };
    let matches = |(number, rule): &(usize, &Rule)| {
        rule.term.includes(s.day)
            && rule.directions.include(s.direction)
            && !rule.monitored(s.day)
            && holds(&rule.conditions)
            && !suspended(*number)
    };
    let matched = model.rules.iter().enumerate().filter(matches);
    matched.map(|(_, rule)| rule.effects.strictness()).max().unwrap_or(Action::Block)
}

/// Fails unless each of these tests is a counterexample to it: blocked today, sent by it, and either an invariant of the policy
/// speaks of what is sent or nothing licenses some of it.
pub(super) fn each_is_a_counterexample(book: &Rulebook, names: &[&str]) {
    let model = &book.model;
    for name in names {
        let test = model.tests.iter().find(|test| test.name == *name);
        let Some(test) = test else { panic!("there is no test `{name}`") };
        let (s, c) = (&test.situation, &test.candidate);
        let today = book.decide(s, c);
        assert_eq!(today.action, Action::Block, "{name}: {today:?}");
        let then = decide(model, s, c);
        assert!(!matches!(then, Action::Block | Action::Reroute), "{name}: {then:?}");
        let guarded = model.invariants.iter().any(|one| interpreter::guards(model, one, s, c));
        assert!(guarded || !today.unlicensed.is_empty(), "{name} may go");
    }
}
