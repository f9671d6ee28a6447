//! Every question about a policy, put for every epoch.

use super::ground::{Countries, Ground};
use super::is_violated;
use super::logic::Logic;
use super::outcome::Outcome;
use super::side::Side;
use super::solver::{Answer, Lit, Solver};
use super::vocabulary::Vocabulary;
use crate::model::Model;
use crate::table::Table;
use crate::{Candidate, Day, Rulebook, Situation};

/// What the solver found out, over all situations of the epochs asked about.
#[derive(Debug)]
pub(super) struct Answers {
    /// By invariant.
    pub(super) invariants: Vec<Held>,
    /// By rule: there is a situation in which it holds, watched or not.
    pub(super) held: Vec<bool>,
    /// By rule: there is a situation in which it holds and nothing stricter than what it says is decided.
    pub(super) decides: Vec<bool>,
    /// By exception: there is a situation in which it suspends something.
    pub(super) suspends: Vec<bool>,
    /// By destination: there is a situation in which something is sent to it.
    pub(super) reached: Vec<bool>,
    /// A situation that rules reroute to different pools.
    pub(super) conflict: Option<(Situation, Candidate)>,
}

/// What was found out about one invariant.
#[derive(Clone, Debug, Default)]
pub(super) struct Held {
    /// It has something to say in some situation.
    pub(super) guards: bool,
    /// A situation in which the rules do what it forbids.
    pub(super) violation: Option<(Situation, Candidate)>,
    /// Some question took too much work.
    pub(super) unknown: bool,
}

/// The formulas of one epoch of one policy, with the solver that answers.
pub(super) struct Encoding<'r> {
    pub(super) solver: Solver,
    pub(super) ground: Ground<Lit>,
    pub(super) side: Side<'r, Lit>,
    pub(super) outcome: Outcome<Lit>,
    /// The first days of the epoch, at most a week.
    days: Vec<Day>,
}

impl<'r> Encoding<'r> {
    /// `days`: the first days of the epoch, at most a week; at least one.
    pub(super) fn of(model: &'r Model, table: &'r Table, days: Vec<Day>) -> Encoding<'r> {
        let mut solver = Solver::new();
        let vocabulary = Vocabulary::of(&[(model, table)]);
        let ground = Ground::new(&mut solver, vocabulary, Countries::Any);
        ground.on_days(&mut solver, &days);
        let side = Side::of(&mut solver, &ground, model, table);
        let outcome = side.outcome(&mut solver, &ground, &side.said);
        Encoding { solver, ground, side, outcome, days }
    }

    /// The situation of the last answer, as plain as it can be while it is `still` an answer.
    fn situation(
        &self,
        still: impl Fn(&Situation, &Candidate) -> bool,
    ) -> Option<(Situation, Candidate)> {
        let words = &self.ground.vocabulary;
        let situation = |seen: &_| words.situation(&self.side.names, seen, &self.days);
        let seen = self.ground.seen(|lit| self.solver.is_true(lit));
        let plain =
            words.plainest(seen, |seen| situation(seen).is_some_and(|(s, c)| still(&s, &c)));
        situation(&plain)
    }
}

/// The first days of every epoch from the one of `from` on; of all, without it.
pub(super) fn epochs(rulebook: &Rulebook, from: Option<Day>) -> Vec<Vec<Day>> {
    let least = from.map_or(0, |day| rulebook.epoch(day));
    let days = rulebook.model.days().into_iter();
    days.filter(|day| rulebook.epoch(*day) >= least).map(|day| rulebook.first_days(day)).collect()
}

/// Asks about the epoch of `from` and all later ones; about all, without it.
pub(super) fn ask(rulebook: &Rulebook, from: Option<Day>) -> Answers {
    let model = &rulebook.model;
    let mut answers = Answers {
        invariants: vec![Held::default(); model.invariants.len()],
        held: vec![false; model.rules.len()],
        decides: vec![false; model.rules.len()],
        suspends: vec![false; model.exceptions.len()],
        reached: vec![false; model.destinations.len()],
        conflict: None,
    };
    for days in epochs(rulebook, from) {
        let Some(day) = days.first() else { continue };
        let mut encoding = Encoding::of(model, rulebook.table(*day), days);
        answers.ask_invariants(model, &mut encoding);
        answers.ask_what_happens(model, &mut encoding);
        if answers.conflict.is_none() {
            let differ = encoding.side.pools_differ(&mut encoding.solver);
            if encoding.solver.ask(differ) == Answer::Yes {
                answers.conflict = encoding.situation(|_, _| false);
            }
        }
    }
    answers
}

impl Answers {
    fn ask_invariants(&mut self, model: &Model, encoding: &mut Encoding<'_>) {
        for (at, held) in self.invariants.iter_mut().enumerate() {
            if let Some(guard) = encoding.side.guards.get(at).filter(|_| !held.guards) {
                held.guards = encoding.solver.ask(*guard) == Answer::Yes;
            }
            if held.violation.is_some() {
                continue;
            }
            let Encoding { solver, side, .. } = encoding;
            let violated = side.violated(solver, &side.said, at);
            match encoding.solver.ask(violated) {
                Answer::Yes => {
                    held.violation = encoding.situation(|s, c| is_violated(model, at, s, c));
                }
                Answer::No => {}
                Answer::Unknown => held.unknown = true,
            }
        }
    }

    /// Which rules ever hold and ever decide, which exceptions ever suspend, which destinations are ever reached.
    fn ask_what_happens(&mut self, model: &Model, encoding: &mut Encoding<'_>) {
        let Encoding { solver, side, outcome, .. } = encoding;
        let held = side.held.clone();
        let decides: Vec<Lit> = (model.rules.iter().enumerate())
            .map(|(at, rule)| {
                let strictness = rule.effects.strictness();
                let holds = solver.any([side.said.licences[at], side.said.obligations[at]]);
                let decided = outcome.acts(solver, |action| action <= strictness);
                solver.all([holds, decided])
            })
            .collect();
        let sent = side.sent(solver, &side.said);
        let reached: Vec<Lit> = (0..model.destinations.len())
            .map(|at| {
                let there = side.sets.goes_to(at).unwrap_or(!solver.truth());
                solver.all([sent, there])
            })
            .collect();
        ask_each(solver, &held, &mut self.held);
        ask_each(solver, &decides, &mut self.decides);
        ask_each(solver, &side.suspends, &mut self.suspends);
        ask_each(solver, &reached, &mut self.reached);
    }
}

/// Asks which of these can be true. One situation answers for all that are true in it. What took too much work to say counts as
/// possible: it is no reason to warn.
fn ask_each(solver: &mut Solver, of: &[Lit], seen: &mut [bool]) {
    for at in 0..of.len() {
        if seen.get(at).copied().unwrap_or(true) {
            continue;
        }
        match solver.ask(of[at]) {
            Answer::No => {}
            Answer::Unknown => seen[at] = true,
            Answer::Yes => {
                for (seen, lit) in seen.iter_mut().zip(of) {
                    *seen |= solver.is_true(*lit);
                }
            }
        }
    }
}
