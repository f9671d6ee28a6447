//! What could be left out of a policy without anything being decided otherwise: rules, conditions, exceptions.
//!
//! One question for each of them and each epoch, until an answer shows that it matters. The formulas of an epoch are written
//! once; leaving something out changes only those in which it stands.

use super::questions::{Encoding, epochs};
use super::side::Said;
use super::solver::{Answer, Lit};
use crate::model::{Form, Model, Rule};
use crate::table::{Effects, Table};
use crate::{Day, Rulebook};
use std::sync::Arc;

/// Clauses that are learnt at most in one question.
const LEARNT_MAX: u64 = 5_000;

/// What may be left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Rule(usize),
    /// A condition of a rule, by its place.
    Condition(usize, usize),
    Exception(usize),
}

/// What was found out.
#[derive(Debug, Default)]
pub(crate) struct Doubts {
    /// Parts without which everything is decided alike, and for rules those that say the same where they hold.
    pub(crate) idle: Vec<(Part, Vec<String>)>,
    /// Parts of which it took too much work to say.
    pub(crate) open: usize,
}

/// Asks of every part that `wanted` picks whether anything would be decided otherwise without it, from the epoch of `from` on.
pub(crate) fn doubts(
    rulebook: &Rulebook,
    from: Option<Day>,
    wanted: impl Fn(Part) -> bool,
) -> Doubts {
    let model = &rulebook.model;
    let mut left: Vec<Part> = parts(model).into_iter().filter(|part| wanted(*part)).collect();
    let mut doubts = Doubts::default();
    let mut beside = vec![Vec::new(); model.rules.len()];
    for days in epochs(rulebook, from) {
        let Some(day) = days.first().copied() else { continue };
        let mut encoding = Encoding::of(model, rulebook.table(day), days);
        encoding.solver.limit(LEARNT_MAX);
        left.retain(|part| {
            if let Part::Rule(rule) = part
                && beside[*rule].is_empty()
            {
                beside[*rule] = encoding.beside(*rule);
            }
            match encoding.matters(*part, day) {
                Answer::Yes => false,
                Answer::No => true,
                Answer::Unknown => {
                    doubts.open += 1;
                    false
                }
            }
        });
    }
    let names = |part: &Part| match part {
        Part::Rule(rule) => std::mem::take(&mut beside[*rule]),
        _ => Vec::new(),
    };
    doubts.idle = left.iter().copied().zip(left.iter().map(names).collect::<Vec<_>>()).collect();
    doubts
}

fn parts(model: &Model) -> Vec<Part> {
    let mut parts = Vec::new();
    for (number, rule) in model.rules.iter().enumerate() {
        parts.push(Part::Rule(number));
        let conditions = (0..rule.conditions.len()).filter(|at| can_be_left_out(rule, *at));
        parts.extend(conditions.map(|at| Part::Condition(number, at)));
    }
    parts.extend((0..model.exceptions.len()).map(Part::Exception));
    parts
}

/// What a rule that lets something through says of data is its licence: without it, it would be another rule. A rule without
/// any condition is none.
fn can_be_left_out(rule: &Rule, condition: usize) -> bool {
    let is_data = matches!(rule.conditions[condition].form, Form::Data(..) | Form::Nothing);
    rule.conditions.len() > 1 && !(is_data && rule.effects.permits())
}

impl Encoding<'_> {
    /// Whether anything is decided otherwise without it.
    fn matters(&mut self, part: Part, day: Day) -> Answer {
        let Some(said) = self.without(part, day) else { return Answer::No };
        let Encoding { solver, ground, side, outcome, .. } = self;
        let other = side.outcome(solver, ground, &said);
        let differs = outcome.differs(solver, &other);
        solver.ask(differs)
    }

    fn without(&mut self, part: Part, day: Day) -> Option<Said<Lit>> {
        let Encoding { solver, ground, side, .. } = self;
        match part {
            Part::Rule(rule) => Some(side.without_rule(solver, rule)),
            Part::Exception(exception) => side.without_exception(solver, exception),
            Part::Condition(rule, at) => {
                if side.table.watches(rule) {
                    return None;
                }
                // A table of this rule alone, so that its lanes are the first.
                let mut alone = side.model.with_rules(vec![side.model.rules.get(rule)?.clone()]);
                alone.rules[0].conditions.remove(at);
                let layout = crate::lanes::Layout::of(&alone);
                let effects = Arc::new(Effects::of(&alone, &layout));
                let table = Table::build(&alone, &effects, day);
                let sets = ground.sets(solver, &side.names, &table);
                // A lane that does not exist never holds.
                let obligation = layout.obligation(0).unwrap_or(usize::MAX);
                let lanes = [table.terms(0), table.terms(obligation)];
                Some(side.with_lanes(solver, rule, &sets, &lanes))
            }
        }
    }

    /// In one situation in which a rule holds: the other rules that hold and say something of the same kind, by name.
    fn beside(&mut self, rule: usize) -> Vec<String> {
        let Some(held) = self.side.held.get(rule).copied() else { return Vec::new() };
        if self.solver.ask(held) != Answer::Yes {
            return Vec::new();
        }
        let rules = &self.side.model.rules;
        let strictness = rules[rule].effects.strictness();
        let there = (0..rules.len()).filter(|other| {
            let said = &self.side.said;
            let holds = self.solver.is_true(said.licences[*other])
                || self.solver.is_true(said.obligations[*other]);
            *other != rule && holds && rules[*other].effects.strictness() >= strictness
        });
        there.take(3).map(|other| rules[other].info.name.clone()).collect()
    }
}
