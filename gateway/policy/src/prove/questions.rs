//! Every question about a policy, put for every epoch.

use super::encoding::Encoding;
use super::solver::{Answer, Lit};
use crate::model::Model;
use crate::{Candidate, ClassLevels, Client, Content, Day, Grade, Rulebook, Situation};

/// What the solver found out, over all situations of the epochs asked about.
#[derive(Debug)]
pub(super) struct Answers {
    /// By invariant.
    pub(super) invariants: Vec<Held>,
    /// By rule: there is a situation in which it holds, watched or not.
    pub(super) held: Vec<bool>,
    /// By exception: there is a situation in which it suspends something.
    pub(super) suspends: Vec<bool>,
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

/// Asks about the epoch of `from` and all later ones; about all, without it.
pub(super) fn ask(rulebook: &Rulebook, from: Option<Day>) -> Answers {
    let model = &rulebook.model;
    let mut answers = Answers {
        invariants: vec![Held::default(); model.invariants.len()],
        held: vec![false; model.rules.len()],
        suspends: vec![false; model.exceptions.len()],
        conflict: None,
    };
    let least = from.map_or(0, |day| rulebook.epoch(day));
    for day in model.days().into_iter().filter(|day| rulebook.epoch(*day) >= least) {
        let days = rulebook.first_days(day);
        let mut encoding = Encoding::of(model, rulebook.table(day), days);
        answers.ask_invariants(model, &mut encoding);
        let (rules, exceptions) = (encoding.held.clone(), encoding.suspends.clone());
        ask_each(&mut encoding, &rules, &mut answers.held);
        ask_each(&mut encoding, &exceptions, &mut answers.suspends);
        if answers.conflict.is_none() {
            let differ = encoding.pools_differ();
            if encoding.solver.ask(differ) == Answer::Yes {
                answers.conflict = Some(encoding.situation());
            }
        }
    }
    answers
}

impl Answers {
    fn ask_invariants(&mut self, model: &Model, encoding: &mut Encoding<'_>) {
        let guards = encoding.guards.clone();
        for (at, held) in self.invariants.iter_mut().enumerate() {
            if let Some(guard) = guards.get(at).filter(|_| !held.guards) {
                held.guards = encoding.solver.ask(*guard) == Answer::Yes;
            }
            if held.violation.is_some() {
                continue;
            }
            let violated = encoding.violated(at);
            match encoding.solver.ask(violated) {
                Answer::Yes => {
                    let (s, c) = encoding.situation();
                    held.violation = Some(plainest(model, at, s, c));
                }
                Answer::No => {}
                Answer::Unknown => held.unknown = true,
            }
        }
    }
}

/// Asks which of these can be true. One situation answers for all that are true in it.
fn ask_each(encoding: &mut Encoding<'_>, of: &[Lit], seen: &mut [bool]) {
    for at in 0..of.len() {
        if seen.get(at).copied().unwrap_or(true) || encoding.solver.ask(of[at]) != Answer::Yes {
            continue;
        }
        for (seen, lit) in seen.iter_mut().zip(of) {
            *seen |= encoding.solver.is_true(*lit);
        }
    }
}

/// Leaves out of an example, one by one, the facts without which it still is one; the interpreter says so.
fn plainest(model: &Model, invariant: usize, s: Situation, c: Candidate) -> (Situation, Candidate) {
    let mut known = (s, c);
    let still = |(s, c): &(Situation, Candidate)| super::is_violated(model, invariant, s, c);
    if !still(&known) {
        return known; // The caller reports that table and interpreter differ.
    }
    for plainer in simplifications(&known) {
        let candidate = plainer(&known);
        if still(&candidate) {
            known = candidate;
        }
    }
    known
}

type Example = (Situation, Candidate);
type Simplification = Box<dyn Fn(&Example) -> Example>;

/// Ways to have one fact less.
fn simplifications(example: &Example) -> Vec<Simplification> {
    let (s, c) = example;
    let mut ways: Vec<Simplification> = vec![
        Box::new(|(s, c)| (Situation { client: Client::ANONYMOUS, ..s.clone() }, c.clone())),
        Box::new(|(s, c)| (s.clone(), Candidate { grade: Grade::Unprovable, ..c.clone() })),
        Box::new(|(s, c)| (s.clone(), Candidate { place_known: true, ..c.clone() })),
        Box::new(|(s, c)| (s.clone(), Candidate { found: Vec::new(), ..c.clone() })),
        Box::new(|(s, c)| (Situation { operation: None, ..s.clone() }, c.clone())),
        Box::new(|(s, c)| (Situation { content: Content::unknown(), ..s.clone() }, c.clone())),
        Box::new(|(s, c)| (Situation { volume: None, ..s.clone() }, c.clone())),
        Box::new(|(s, c)| (Situation { minute: None, ..s.clone() }, c.clone())),
        Box::new(|(s, c)| (Situation { latest: s.day, ..s.clone() }, c.clone())),
    ];
    for (class, _) in s.classes.iter() {
        ways.push(Box::new(move |(s, c)| {
            let mut classes = ClassLevels::none();
            let others = s.classes.iter().filter(|(other, _)| *other != class);
            others.for_each(|(other, level)| classes.set(other, level));
            (Situation { classes, ..s.clone() }, c.clone())
        }));
    }
    for country in s.subjects.countries.clone() {
        ways.push(Box::new(move |(s, c)| {
            let mut s = s.clone();
            s.subjects.countries.retain(|other| *other != country);
            (s, c.clone())
        }));
    }
    ways.push(Box::new(|(s, c)| {
        let mut s = s.clone();
        s.subjects.unknown = false;
        (s, c.clone())
    }));
    for country in c.found.clone() {
        ways.push(Box::new(move |(s, c)| {
            let mut c = c.clone();
            c.found.retain(|other| *other != country);
            (s.clone(), c)
        }));
    }
    ways
}
