//! Proving invariants over every situation, and seeing on the way which rules ever hold.
//!
//! A SAT solver answers for all situations at once. Where there are not too many they are also decided one by one: that gives
//! the counts, and a second opinion. A counterexample is shown only when the interpreter, which shares no code with the table,
//! decides the same.

pub(crate) mod compare;
pub(crate) mod doubts;
pub(crate) mod ground;
pub(crate) mod logic;
pub(crate) mod outcome;
pub(crate) mod paste;
mod places;
mod questions;
pub(crate) mod side;
mod solver;
mod vocabulary;

use std::ops::Range;

use crate::explain::in_words;
use crate::interpreter::{Reading, first_failed};
use crate::model::{Demand, Invariant, Model};
use crate::space::Space;
use crate::{Candidate, Day, Decision, Grade, Reason, Rulebook, Situation, interpreter};
pub use places::Within;
use questions::Answers;

/// What was found out about one invariant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It holds in every situation.
    Proved,
    /// It holds in every situation that was looked at; to look at all took too much work.
    Sampled,
    /// It guards nothing: no situation satisfies its condition, so its holding means nothing.
    Vacuous,
    /// It does not hold; the interpreter agrees.
    Violated {
        /// A situation in which the rules would send what must not be sent, in words.
        example: String,
        /// The same as a `test` block, to be pasted.
        test: String,
        /// In how many situations it happens.
        situations: u64,
    },
}

/// One invariant, what was found out, and over what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// The name.
    pub invariant: String,
    /// What was found out.
    pub verdict: Verdict,
    /// In how many of the situations the invariant had something to say.
    pub guarded: u64,
    /// How many situations were decided one by one.
    pub situations: u64,
    /// Whether those were all that the policy can tell apart.
    pub exhaustive: bool,
    /// By name, the countries whose residents its conditions speak of; empty when it speaks of no residents.
    pub countries: Vec<String>,
    /// Of each condition on where it goes: the places that count as inside.
    pub places: Vec<Within>,
}

/// What one walk over the situations shows.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    pub(crate) proofs: Vec<Proof>,
    /// Whether every situation was decided one by one.
    pub(crate) exhaustive: bool,
    pub(crate) situations: u64,
    /// By rule: ever held, monitored included.
    pub(crate) held: Vec<bool>,
    /// By exception: ever suspended something that held.
    pub(crate) suspended: Vec<bool>,
    /// By rule: ever decides, as far as its own strictness goes.
    pub(crate) decides: Vec<bool>,
    /// By destination: something is ever sent to it.
    pub(crate) reached: Vec<bool>,
    /// A situation that rules reroute to different pools.
    pub(crate) conflict: Option<String>,
    /// Situations in which table and interpreter differ; always empty unless the compiler is wrong.
    pub(crate) disagreements: Vec<String>,
}

/// More situations than this are not decided one by one.
const LIMIT: u64 = 2_000_000;
/// So many of them are, as a second opinion on table and solver.
const SAMPLE: u64 = 10_000;
/// Every so many situations the interpreter is asked too.
const REFEREE: u64 = 997;

struct Tally {
    guarded: u64,
    violations: u64,
    example: Option<(Situation, Candidate)>,
}

/// Asks about every situation of the epochs from `from` on.
pub(crate) fn prove(rulebook: &Rulebook, from: Option<Day>) -> Findings {
    let model = &rulebook.model;
    let spaces = spaces(rulebook, from);
    let total = spaces.iter().fold(0u64, |n, space| n.saturating_add(space.len()));
    let exhaustive = total <= LIMIT && !spaces.iter().any(|space| space.cut);
    let mut walker = Walker {
        rulebook,
        findings: Findings {
            exhaustive,
            held: vec![false; model.rules.len()],
            suspended: vec![false; model.exceptions.len()],
            ..Findings::default()
        },
        tallies: model
            .invariants
            .iter()
            .map(|_| Tally { guarded: 0, violations: 0, example: None })
            .collect(),
    };
    let share = SAMPLE / (spaces.len() as u64).max(1);
    for space in &spaces {
        for number in numbers(space.len(), exhaustive, share) {
            if let Some((situation, candidate)) = space.situation(number) {
                walker.visit(&situation, &candidate);
            }
        }
    }
    walker.finish(questions::ask(rulebook, from))
}

fn spaces(rulebook: &Rulebook, from: Option<Day>) -> Vec<Space<'_>> {
    let days = rulebook.model.days().into_iter();
    let least = from.map_or(0, |day| rulebook.epoch(day));
    days.filter(|day| rulebook.epoch(*day) >= least)
        .map(|day| Space::of(&rulebook.model, rulebook.table(day), &rulebook.first_days(day)))
        .collect()
}

/// All numbers, or a fixed pseudo-random choice of them: the same every time, so a check is repeatable.
fn numbers(total: u64, all: bool, share: u64) -> Box<dyn Iterator<Item = u64>> {
    if all || total <= share {
        let range: Range<u64> = 0..total;
        return Box::new(range);
    }
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    Box::new((0..share).map(move |_| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state ^ (state >> 29)) % total
    }))
}

struct Walker<'r> {
    rulebook: &'r Rulebook,
    findings: Findings,
    tallies: Vec<Tally>,
}

impl Walker<'_> {
    fn visit(&mut self, s: &Situation, c: &Candidate) {
        let model = &self.rulebook.model;
        let table = self.rulebook.table(s.day);
        self.findings.situations += 1;
        let mut bits = table.all_lanes();
        table.raw_matches(s, c, &mut bits);
        for exception in table.suspensions(&bits) {
            self.findings.suspended[exception] = true;
        }
        table.suspend(&mut bits);
        let mut decision = Decision::closed();
        table.conclude(model, &mut bits, s, &mut decision);
        for rule in decision.rules.iter().chain(decision.would_have.iter()) {
            self.findings.held[rule.index()] = true;
        }
        if decision.reason == Reason::PoolsDiffer && self.findings.conflict.is_none() {
            self.findings.conflict = Some(in_words(model, s, c));
        }
        for id in table.guards(&bits) {
            let Some(tally) = self.tallies.get_mut(id.index()) else { continue };
            tally.guarded += 1;
        }
        for id in table.violated(model, &bits, &decision, s, c) {
            let Some(tally) = self.tallies.get_mut(id.index()) else { continue };
            tally.violations += 1;
            let known = tally.example.as_ref().map(|(s, c)| weight(s, c));
            if known.is_none_or(|known| weight(s, c) < known) {
                tally.example = Some((s.clone(), c.clone()));
            }
        }
        if self.findings.situations.is_multiple_of(REFEREE)
            && interpreter::by_rules(model, s, c) != decision
        {
            self.findings.disagreements.push(in_words(model, s, c));
        }
    }

    fn finish(mut self, answers: Answers) -> Findings {
        let model = &self.rulebook.model;
        self.compare(&answers);
        self.findings.decides = answers.decides;
        self.findings.reached = answers.reached;
        for (at, (answer, tally)) in answers.invariants.into_iter().zip(self.tallies).enumerate() {
            let invariant = &model.invariants[at];
            // Of two examples the one with less to read.
            let plainest = |(s, c): &(Situation, Candidate)| weight(s, c);
            let example = answer.violation.into_iter().chain(tally.example).min_by_key(plainest);
            let verdict = match example {
                Some((s, c)) => {
                    if !is_violated(model, at, &s, &c) {
                        self.findings.disagreements.push(in_words(model, &s, &c));
                    }
                    let decision = interpreter::by_rules(model, &s, &c);
                    let words = (in_words(model, &s, &c), self.rulebook.verdict(&decision));
                    Verdict::Violated {
                        example: format!("{} → {}", words.0, words.1),
                        test: as_test(model, invariant, &decision, &s, &c),
                        situations: tally.violations.max(1),
                    }
                }
                None if answer.unknown => Verdict::Sampled,
                None if !answer.guards => Verdict::Vacuous,
                None => Verdict::Proved,
            };
            self.findings.proofs.push(Proof {
                invariant: invariant.name.clone(),
                verdict,
                guarded: tally.guarded,
                situations: self.findings.situations,
                exhaustive: self.findings.exhaustive,
                countries: places::residents(model, invariant),
                places: places::within(model, invariant),
            });
        }
        self.findings
    }

    /// What was decided one by one must be what the solver says; where everything was, also the other way round.
    fn compare(&mut self, answers: &Answers) {
        let model = &self.rulebook.model;
        let found = &mut self.findings;
        let all = found.exhaustive;
        for ((invariant, tally), answer) in
            model.invariants.iter().zip(&self.tallies).zip(&answers.invariants)
        {
            let (seen, said) = (tally.violations > 0, answer.violation.is_some());
            let differ = seen && !said || all && said && !seen;
            if differ && !answer.unknown || all && answer.guards != (tally.guarded > 0) {
                found.disagreements.push(format!("on invariant {}", invariant.name));
            }
        }
        for ((rule, seen), said) in model.rules.iter().zip(&mut found.held).zip(&answers.held) {
            if *seen && !said || all && *said && !*seen {
                found.disagreements.push(format!("on whether rule {} ever holds", rule.info.name));
            }
            *seen |= said;
        }
        for ((exception, seen), said) in
            model.exceptions.iter().zip(&mut found.suspended).zip(&answers.suspends)
        {
            if *seen && !said || all && *said && !*seen {
                let name = &exception.name;
                found.disagreements.push(format!("on whether exception {name} ever suspends"));
            }
            *seen |= said;
        }
        let conflict = answers.conflict.as_ref().map(|(s, c)| in_words(model, s, c));
        if found.conflict.is_some() && conflict.is_none()
            || all && conflict.is_some() && found.conflict.is_none()
        {
            found.disagreements.push("on whether pools differ".to_owned());
        }
        found.conflict = found.conflict.take().or(conflict);
    }
}

/// Whether the rules do what an invariant forbids, by the interpreter.
fn is_violated(model: &Model, invariant: usize, s: &Situation, c: &Candidate) -> bool {
    let Some(invariant) = model.invariants.get(invariant) else { return false };
    let speaks = invariant.directions.include(s.direction)
        && first_failed(model, &invariant.conditions, Reading::Maybe, s, c).is_none();
    let decision = interpreter::by_rules(model, s, c);
    speaks && interpreter::violates(model, invariant, &decision, s, c)
}

/// How much there is to read in an example: the fewer facts the better.
fn weight(s: &Situation, c: &Candidate) -> usize {
    let odd = [
        !s.client.is_anonymous(),
        s.subjects.unknown,
        !c.place_known,
        c.grade != Grade::Unprovable,
    ];
    let odd = odd.iter().filter(|is| **is).count();
    s.classes.iter().count() + s.subjects.countries.len() + c.found.len() + odd
}

/// A situation as a `test` block that fails until the rules do what the invariant demands; `decision` is what they do now.
fn as_test(
    model: &Model,
    invariant: &Invariant,
    decision: &Decision,
    s: &Situation,
    c: &Candidate,
) -> String {
    let expected = match invariant.demand {
        Demand::AlwaysAlert => {
            let action = decision.action.name().split('-').next().unwrap_or_default();
            format!("{action}\n  and    alert soc")
        }
        Demand::NeverSent | Demand::OnlyTo(_) => "block".to_owned(),
    };
    paste::block(model, &format!("Counterexample to {}", invariant.name), s, c, &expected)
}
