//! What would be sent in the place of what was asked: elsewhere, or without some of the data; and which data goes nowhere.
//!
//! Each answer is a decision like any other, so nothing is told that would not be decided. Of other places the evidence is not
//! known here: they count as they declare themselves. The work is bounded by decisions ([`MOST`]) and not by time, so the same
//! question has the same answer on every machine.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::{
    Action, Candidate, Cause, ClassId, ClassLevels, Decision, DestinationId, Direction, Grade,
    Level, Method, Reason, Rulebook, Situation, Subjects,
};

/// Most decisions that are taken for one answer: below 10 ms with a thousand rules.
const MOST: usize = 1_024;

/// Most rules and invariants that are named for data that goes nowhere.
const CAUSES: usize = 3;

/// Most names in what a caller is told.
const NAMES: usize = 5;

/// What would be sent instead. Holds names only.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Alternatives {
    /// Other destinations that would take the same request, those that ask for less first, then by name.
    pub elsewhere: Vec<Elsewhere>,
    /// Without what it would go where it was asked to.
    pub without: Option<Without>,
    /// Data that no destination takes, even alone. Looked for only if there is nowhere else to go.
    pub nowhere: Vec<Nowhere>,
    /// Nobody has the key to approve as these roles, which are asked.
    pub unmanned: Vec<String>,
    /// Whether everything was tried; else there are too many destinations and classes.
    pub complete: bool,
}

/// On which terms something would be sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Terms {
    /// What is taken out before, and how.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub redact: Vec<(String, Method)>,
    /// `justification` or `approval of ROLE`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub asks: Vec<String>,
}

/// A destination that would take the same request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Elsewhere {
    /// Its name.
    pub destination: String,
    /// On which terms.
    #[serde(flatten)]
    pub terms: Terms,
}

/// What would have to stay out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Without {
    /// The classes: none of them could stay beside the rest.
    pub classes: Vec<String>,
    /// On which terms the rest would go.
    #[serde(flatten)]
    pub terms: Terms,
}

/// Data that no destination takes from this caller on this day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Nowhere {
    /// The class.
    pub class: String,
    /// What stops it, at most [`CAUSES`]; none if it is only that no rule licenses it.
    pub by: Vec<Stop>,
}

/// A rule or an invariant that stops something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Stop {
    /// `rule NAME` or `invariant NAME`.
    pub cause: String,
    /// The law it rests on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub law: Option<String>,
}

impl Alternatives {
    /// What would be sent in the place of what was decided on.
    pub(crate) fn of(book: &Rulebook, decided: &Decision, s: &Situation, c: &Candidate) -> Self {
        let mut trial = Trial { book, s, c, wants_more: decided.sends(), left: MOST };
        let elsewhere = trial.elsewhere();
        let is_refused = !matches!(decided.action, Action::Allow | Action::Redact);
        let without = if is_refused { trial.without() } else { None };
        let lost = elsewhere.is_empty() && is_refused && !decided.sends();
        let nowhere = if lost { trial.nowhere() } else { Vec::new() };
        Self {
            elsewhere,
            without,
            nowhere,
            unmanned: unmanned(book, decided),
            complete: trial.left > 0,
        }
    }

    /// The same in lines.
    pub(crate) fn lines(&self, action: Action, direction: Direction) -> Vec<String> {
        // It goes where it was asked to, or it does not: these are beside that.
        let sent = matches!(action, Action::Allow | Action::Redact);
        let label = if sent { "could also go" } else { "could go instead" };
        let groups = self.elsewhere.chunk_by(|a, b| a.terms == b.terms);
        let mut lines: Vec<String> = groups
            .map(|group| {
                let names: Vec<&str> = group.iter().map(|way| way.destination.as_str()).collect();
                let terms = group.first().map_or(String::new(), |way| way.terms.words());
                let comma = if terms.is_empty() { "" } else { "," };
                format!("{label}{terms}{comma} to: {}", names.join(", "))
            })
            .collect();
        if let Some(Without { classes, terms }) = &self.without {
            lines.push(format!("could go here without: {}{}", classes.join(", "), terms.words()));
        }
        lines.extend(self.nowhere.iter().map(Nowhere::words));
        let nobody =
            |role: &String| format!("nobody can approve as {role}: nobody in it has a key");
        lines.extend(self.unmanned.iter().map(nobody));
        if lines.is_empty() && matches!(action, Action::Block | Action::Reroute) && self.complete {
            let never = match direction {
                Direction::Request => "no destination would take it",
                Direction::Answer => "it would not be let in",
            };
            lines.push(format!("{never}, whatever is left out"));
        }
        if !self.complete {
            lines.push("there may be more: with so many destinations not all was tried".to_owned());
        }
        lines
    }

    /// What a caller can do, in one or two sentences, naming only destinations that are `known` to it. None if there is nothing
    /// that it could.
    #[must_use]
    pub fn advice(&self, known: impl Fn(&str) -> bool) -> Option<String> {
        let mut advice = Vec::new();
        if let Some(Without { classes, terms }) = &self.without
            && classes.len() <= NAMES
        {
            advice.push(format!(
                "Without {} it would be sent{}.",
                classes.join(", "),
                terms.words()
            ));
        }
        let mut ways = self.elsewhere.iter().filter(|way| known(&way.destination)).peekable();
        if let Some(first) = ways.peek().map(|way| way.terms.clone()) {
            let alike = ways.filter(|way| way.terms == first).map(|way| way.destination.as_str());
            let names: Vec<&str> = alike.take(NAMES).collect();
            advice.push(format!("It could go to {}{}.", names.join(" or "), first.words()));
        }
        (!advice.is_empty()).then(|| advice.join(" "))
    }
}

impl Terms {
    fn of(book: &Rulebook, decision: &Decision) -> Self {
        let named = book.record_decision(decision);
        Self { redact: named.redact, asks: named.asks }
    }

    /// The terms with a comma before them; empty if there are none.
    fn words(&self) -> String {
        let taken: Vec<String> =
            self.redact.iter().map(|(class, how)| format!("{class} as {}", how.name())).collect();
        let mut words = String::new();
        if !taken.is_empty() {
            words.push_str(&format!(", with {}", taken.join(", ")));
        }
        if !self.asks.is_empty() {
            words.push_str(&format!(", after {}", self.asks.join(" and ")));
        }
        words
    }
}

impl Nowhere {
    fn words(&self) -> String {
        let cited = |stop: &Stop| match &stop.law {
            Some(law) => format!("{} [{law}]", stop.cause),
            None => stop.cause.clone(),
        };
        let by: Vec<String> = self.by.iter().map(cited).collect();
        let why = if by.is_empty() { "no rule licenses it".to_owned() } else { by.join(", ") };
        format!("can go nowhere: {} ({why})", self.class)
    }
}

/// The roles that are asked and that nobody has the key of.
fn unmanned(book: &Rulebook, decided: &Decision) -> Vec<String> {
    let asked = decided.asks.iter().filter_map(|ask| match ask {
        crate::Ask::Approval(role) => Some(*role),
        crate::Ask::Justification => None,
    });
    let keyless = asked.filter(|role| book.people(*role).iter().all(|person| person.key.is_none()));
    keyless.filter_map(|role| book.role(role)).map(str::to_owned).collect()
}

/// What is tried for one request.
struct Trial<'t> {
    book: &'t Rulebook,
    s: &'t Situation,
    c: &'t Candidate,
    /// It is sent, if only once something was asked for: an alternative must ask for nothing.
    wants_more: bool,
    /// Decisions that may still be taken.
    left: usize,
}

impl Trial<'_> {
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

    fn elsewhere(&mut self) -> Vec<Elsewhere> {
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
    fn without(&mut self) -> Option<Without> {
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

    fn nowhere(&mut self) -> Vec<Nowhere> {
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
