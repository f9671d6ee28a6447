//! What will be decided otherwise by itself, because a date of the policy has come.

use crate::diagnostic::At;
use crate::model::{Model, Term};
use crate::prove::compare::{Compared, Difference, Found, Moment};
use crate::{Day, Rulebook};

/// A day from which on the policy may decide otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    /// The first day of the new time.
    pub day: Day,
    /// What begins or has just ended, in words.
    pub causes: Vec<String>,
    /// One example for each destination at which anything is decided otherwise.
    pub changes: Vec<Difference>,
    /// Destinations of which it took too much work to say.
    pub open: Vec<String>,
    /// The block of the first cause.
    pub(crate) at: Option<At>,
}

impl Turn {
    /// For machines.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        let changes: Vec<_> = self.changes.iter().map(Difference::to_json).collect();
        serde_json::json!({
            "day": self.day, "causes": self.causes, "changes": changes, "not_answered": self.open,
        })
    }
}

impl std::fmt::Display for Turn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}  {}", self.day, self.causes.join("; "))?;
        if self.changes.is_empty() && self.open.is_empty() {
            write!(f, "\n            nothing is decided otherwise")?;
        }
        for change in &self.changes {
            write!(f, "\n            {}", change.situation)?;
            write!(f, "\n              until then: {}", change.was)?;
            write!(f, "\n              from then:  {}", change.is)?;
        }
        for destination in &self.open {
            write!(f, "\n            {destination}: not answered, it takes too much work")?;
        }
        Ok(())
    }
}

/// For each change of day from `from` on, and no later than `until`: what is decided otherwise. Without `from`, all of them.
pub fn calendar(rulebook: &Rulebook, from: Option<Day>, until: Option<Day>) -> Vec<Turn> {
    let days = rulebook.cuts().iter().copied();
    // What changed today has changed already.
    let days = days.filter(|day| from.is_none_or(|from| from < *day));
    days.filter(|day| until.is_none_or(|until| *day <= until))
        .map(|day| turn(rulebook, day))
        .collect()
}

fn turn(rulebook: &Rulebook, day: Day) -> Turn {
    let (causes, places): (Vec<String>, Vec<&At>) =
        causes(&rulebook.model, day).into_iter().unzip();
    let at = places.first().map(|at| (*at).clone());
    let mut turn = Turn { day, causes, changes: Vec::new(), open: Vec::new(), at };
    let (old, new) = (Moment::until(rulebook, day), Moment::of(rulebook, day));
    let mut compared = Compared::of(old, new);
    if matches!(compared.anything(), Found::Nothing) {
        return turn;
    }
    for destination in rulebook.destinations() {
        match compared.at_destination(&destination.name) {
            Found::Nothing => {}
            Found::Unknown => turn.open.push(destination.name.clone()),
            Found::Something(change) => turn.changes.push(*change),
        }
    }
    turn
}

/// What begins on a day, or ended on the day before.
fn causes(model: &Model, day: Day) -> Vec<(String, &At)> {
    let mut causes = Vec::new();
    let mut note = |what: String, at, term: Term| {
        if term.from == Some(day) {
            causes.push((format!("{what} begins"), at));
        }
        if let Some(until) = term.until.filter(|until| until.next() == day) {
            causes.push((format!("{what} ended on {until}"), at));
        }
    };
    for group in &model.groups {
        let dated = group.members.iter().filter(|member| member.term != Term::default());
        for member in dated {
            let what = format!("{} in group {}", model.area_name(member.area), group.name);
            note(what, &group.at, member.term);
        }
    }
    for rule in &model.rules {
        note(format!("rule {}", rule.info.name), &rule.at, rule.term);
        let watched = Term { from: None, until: rule.info.monitor_until };
        note(format!("the watching of rule {}", rule.info.name), &rule.at, watched);
    }
    for exception in &model.exceptions {
        note(format!("exception {}", exception.name), &exception.at, exception.term);
    }
    for confirmation in &model.confirmations {
        note(format!("confirmation {}", confirmation.name), &confirmation.at, confirmation.term);
    }
    for destination in &model.destinations {
        for (name, from, until) in &destination.info.attests {
            let what = format!("attestation {name} of {}", destination.info.name);
            note(what, &destination.at, Term { from: *from, until: *until });
        }
    }
    causes
}
