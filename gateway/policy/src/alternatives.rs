//! What would be sent in the place of what was asked: elsewhere, or without some of the data; and which data goes nowhere.
//!
//! Each answer is a decision like any other, so nothing is told that would not be decided. Of other places the evidence is not
//! known here: they count as they declare themselves. The work is bounded by decisions ([`MOST`](trial::MOST)) and not by time, so the same
//! question has the same answer on every machine.

mod trial;

use serde::Serialize;

use self::trial::Trial;
use crate::{Action, Ask, Candidate, Decision, Direction, Method, Rulebook, Situation};

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
    /// What stops it, at most three; none if it is only that no rule licenses it.
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
        let mut trial = Trial::of(book, decided, s, c);
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
            complete: !trial.is_spent(),
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
        Ask::Approval(role) => Some(*role),
        Ask::Justification => None,
    });
    let keyless = asked.filter(|role| book.people(*role).iter().all(|person| person.key.is_none()));
    keyless.filter_map(|role| book.role(role)).map(str::to_owned).collect()
}
