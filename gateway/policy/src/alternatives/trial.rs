//! Trying what else would be sent, decision by decision.

use std::collections::BTreeSet;

use super::{Elsewhere, Nowhere, Stop, Terms, Without};
use crate::{
    Action, Candidate, Cause, ClassId, ClassLevels, Decision, DestinationId, Direction, Grade,
    Level, Reason, Rulebook, Situation, Subjects,
};

/// Most decisions that are taken for one answer.
pub(super) const MOST: usize = 1_024;

/// Most rules and invariants that are named for data that goes nowhere.
const CAUSES: usize = 3;

/// What is tried for one request.
pub(super) struct Trial<'t> {
    book: &'t Rulebook,
    s: &'t Situation,
    c: &'t Candidate,
    /// It is sent, if only once something was asked for: an alternative must ask for nothing.
    wants_more: bool,
    /// Decisions that may still be taken.
    left: usize,
}

impl<'t> Trial<'t> {
    pub(super) fn of(
        book: &'t Rulebook,
        decided: &Decision,
        s: &'t Situation,
        c: &'t Candidate,
    ) -> Self {
        Self { book, s, c, wants_more: decided.sends(), left: MOST }
    }

    /// Whether not everything was tried.
    pub(super) fn is_spent(&self) -> bool {
        self.left == 0
    }

    /// None when too much was tried.
    fn decide(&mut self, s: &Situation, c: &Candidate) -> Option<Decision> {
        self.left = self.left.saturating_sub(1);
        (self.left > 0).then(|| self.book.enforce(s, c))
    }

    fn is_good(&self, decision: &Decision) -> bool {
        decision.sends() && (!self.wants_more || decision.asks.is_empty())
    }

    fn class(&self, class: ClassId) -> String {
        self.book.classes().get(class.index()).map_or(String::new(), |info| info.name.clone())
    }

    /// The candidate itself, or another destination as it declares itself; a grade that was found here is no worse there.
    fn at(&self, destination: DestinationId) -> Candidate {
        if destination == self.c.destination {
            return self.c.clone();
        }
        let grade = self.c.grade.max(Grade::Unprovable);
        Candidate { grade, ..Candidate::to(destination) }
    }

    fn destinations(&self) -> impl Iterator<Item = DestinationId> + use<> {
        (0..self.book.destinations().len()).map(|number| DestinationId(number as u16))
    }

    /// Other destinations that would take the same request.
    pub(super) fn elsewhere(&mut self) -> Vec<Elsewhere> {
        // An answer comes from where it was asked for.
        if self.s.direction == Direction::Answer {
            return Vec::new();
        }
        let mut found = Vec::new();
        for other in self.destinations().filter(|other| *other != self.c.destination) {
            let Some(decision) = self.decide(self.s, &self.at(other)) else { break };
            if self.is_good(&decision) {
                found.push((decision, other));
            }
        }
        found.sort_by(|(one, a), (other, b)| {
            (one.action, &one.asks, &one.redact, a).cmp(&(
                other.action,
                &other.asks,
                &other.redact,
                b,
            ))
        });
        let named = |(decision, other): (Decision, DestinationId)| {
            let destination = self.book.destination_info(other)?.name.clone();
            Some(Elsewhere { destination, terms: Terms::of(self.book, &decision) })
        };
        found.into_iter().filter_map(named).collect()
    }

    /// The same request with these classes only. Where nothing is left it is about nobody.
    fn with(&self, classes: ClassLevels) -> Situation {
        let is_bare = classes == ClassLevels::none();
        let subjects = if is_bare { Subjects::default() } else { self.s.subjects.clone() };
        Situation { classes, subjects, ..self.s.clone() }
    }

    /// One class, if that suffices; else all but those that can stay, beginning with what can be sent.
    pub(super) fn without(&mut self) -> Option<Without> {
        let found: Vec<(ClassId, Level)> = self.s.classes.iter().collect();
        for (class, _) in &found {
            let rest = self.with(all(found.iter().filter(|(other, _)| other != class)));
            let decision = self.decide(&rest, self.c)?;
            if self.is_good(&decision) {
                return Some(self.left_out(&[*class], &decision));
            }
        }
        let seeds: Vec<_> = std::iter::once(None).chain(found.iter().map(Some)).collect();
        for seed in seeds {
            let mut kept = all(seed);
            let mut decision = self.decide(&self.with(kept), self.c)?;
            if !self.is_good(&decision) {
                continue;
            }
            let mut left_out = Vec::new();
            for one in found.iter().filter(|one| Some(*one) != seed) {
                let mut more = kept;
                more.set(one.0, one.1);
                let again = self.decide(&self.with(more), self.c)?;
                if self.is_good(&again) {
                    (kept, decision) = (more, again);
                } else {
                    left_out.push(one.0);
                }
            }
            return (!left_out.is_empty()).then(|| self.left_out(&left_out, &decision));
        }
        None
    }

    fn left_out(&self, classes: &[ClassId], rest: &Decision) -> Without {
        let classes = classes.iter().map(|class| self.class(*class)).collect();
        Without { classes, terms: Terms::of(self.book, rest) }
    }

    /// Classes that no destination takes, even alone.
    pub(super) fn nowhere(&mut self) -> Vec<Nowhere> {
        if self.s.direction == Direction::Answer {
            return Vec::new();
        }
        let mut nowhere = Vec::new();
        for class in self.s.classes.present().iter() {
            let level = self.s.classes.get(class).unwrap_or(Level::Likely);
            let Some(causes) = self.stops(&self.with(all([&(class, level)]))) else { continue };
            let by = causes.into_iter().take(CAUSES).map(|cause| self.stop(cause)).collect();
            nowhere.push(Nowhere { class: self.class(class), by });
        }
        nowhere
    }

    /// What stops a situation at one destination or another; none if one of them takes it, or too much was tried.
    fn stops(&mut self, s: &Situation) -> Option<BTreeSet<Cause>> {
        let mut causes = BTreeSet::new();
        for destination in self.destinations() {
            let decision = self.decide(s, &self.at(destination))?;
            if decision.sends() {
                return None;
            }
            match (decision.action, decision.reason) {
                (_, Reason::Invariant(id)) => drop(causes.insert(Cause::Invariant(id))),
                (Action::Block, Reason::Rules) => {
                    causes.extend(decision.rules.first().map(Cause::Rule));
                }
                _ => {}
            }
        }
        Some(causes)
    }

    fn stop(&self, cause: Cause) -> Stop {
        match cause {
            Cause::Rule(id) => {
                let rule = self.book.rule(id);
                let name = rule.map_or("?", |rule| rule.name.as_str());
                Stop { cause: format!("rule {name}"), law: rule.and_then(|rule| rule.law.clone()) }
            }
            Cause::Invariant(id) => {
                let (name, _) = self.book.invariant(id).unwrap_or_default();
                let law = self.book.invariant_law(id).map(str::to_owned);
                Stop { cause: format!("invariant {name}"), law }
            }
        }
    }
}

fn all<'c>(classes: impl IntoIterator<Item = &'c (ClassId, Level)>) -> ClassLevels {
    let mut all = ClassLevels::none();
    classes.into_iter().for_each(|(class, level)| all.set(*class, *level));
    all
}
