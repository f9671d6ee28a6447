//! What became of decisions on record, for people and machines.

use std::fmt::{Display, Formatter, Result};

use serde_json::{Value, json};

use super::tally::{Cell, Example, Names};
use super::{Again, OnRecord, Origin, Shift, Tally};
use crate::Action;

/// Names of one kind that people are shown.
const SHOWN: usize = 5;

impl Display for Tally {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        for (key, cell) in &self.cells {
            self.cell(f, *key, cell)?;
        }
        if self.unlike > 0 {
            let (unlike, all) = (self.unlike, self.reproduced);
            writeln!(
                f,
                "NOT REPRODUCED: {unlike} of {all} decisions come out otherwise by the very policy that is on record for them: records, \
                 or the policy kept, were changed, or it is a defect of the gateway; `seawall judge --record` tells of each"
            )?;
            self.unlike_examples.iter().try_for_each(|example| example.write(f, "again"))?;
            writeln!(f)?;
        }
        write!(f, "{}", self.summary().join("\n"))
    }
}

impl Tally {
    /// For machines.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let cells = self.cells.iter().map(|((shift, old, new), cell)| {
            json!({
                "shift": shift, "old": old, "new": new, "decisions": cell.times, "senders": cell.senders.to_json(),
                "destinations": cell.destinations.to_json(), "rules_before": cell.rules_before.to_json(),
                "rules_now": cell.rules_now.to_json(), "examples": examples(&cell.examples),
            })
        });
        json!({
            "judged": self.judged, "changed": self.changed(), "looser": self.looser(), "cells": cells.collect::<Vec<_>>(),
            "first_day": self.days.map(|days| days.0), "last_day": self.days.map(|days| days.1),
            "by_policy_on_record": self.reproduced, "not_reproduced": self.unlike,
            "not_reproduced_examples": examples(&self.unlike_examples), "violated": self.violated.to_json(),
            "stand_ins": self.stand_ins.to_json(), "refused_before_decision": self.refused,
            "answers_not_judged": self.answers, "not_judgeable": self.unjudged.to_json(),
        })
    }

    /// One decision that comes out otherwise, for machines; `not-reproduced` instead of how it shifts, if the policy on record made it.
    #[must_use]
    pub fn line(
        origin: Origin<'_>,
        shift: Option<Shift>,
        on_record: &OnRecord,
        again: &Again,
    ) -> Value {
        let shift = shift.map_or(json!("not-reproduced"), |shift| json!(shift));
        json!({
            "record": origin.id, "place": origin.place, "time": time(origin.time), "shift": shift,
            "situation": on_record.situation, "candidate": on_record.candidate, "old": on_record.decision,
            "new": again.decision, "stand_ins": again.stand_ins,
        })
    }

    fn cell(
        &self,
        f: &mut Formatter<'_>,
        (shift, old, new): (Shift, Action, Action),
        cell: &Cell,
    ) -> Result {
        let (title, times, all) = (shift.name(), cell.times, self.judged);
        writeln!(f, "{title} {} → {}: {times} of {all} decisions", old.name(), new.name())?;
        let told = [
            ("by", &cell.senders),
            ("to", &cell.destinations),
            ("rules on record only", &cell.rules_before),
            ("rules of the candidate only", &cell.rules_now),
        ];
        for (what, names) in told.iter().filter(|(_, names)| names.times() > 0) {
            writeln!(f, "  {what}: {names}")?;
        }
        cell.examples.iter().try_for_each(|example| example.write(f, "candidate"))?;
        writeln!(f)
    }

    fn summary(&self) -> Vec<String> {
        let mut lines = Vec::new();
        let all = self.judged;
        lines.push(match self.changed() {
            0 if all == self.reproduced => format!("{all} decisions made again"),
            0 => format!("none of {all} decisions is decided otherwise"),
            changed => {
                format!("{changed} of {all} decisions change, {} of them looser", self.looser())
            }
        });
        if let Some((first, last)) = self.days {
            lines.push(format!("on record from {first} to {last}"));
        }
        let same = self.reproduced - self.unlike;
        if same > 0 {
            lines.push(format!(
                "{same} by the very policy that is on record for them, the same in every respect"
            ));
        }
        for (invariant, times) in &self.violated.known {
            lines.push(format!("{times} would be sent against invariant {invariant}, but for its assertion: see `rules check`"));
        }
        let told = self.stand_ins.lines();
        lines.extend(told.map(|(stand_in, times)| format!("{times} decisions: {stand_in}")));
        let told = self.unjudged.lines();
        lines.extend(told.map(|(reason, times)| format!("{times} not decided again: {reason}")));
        if self.refused > 0 {
            lines.push(format!(
                "{} requests were refused before any decision, by no rule",
                self.refused
            ));
        }
        if self.answers > 0 {
            lines.push(format!(
                "{} decisions about answers cannot be made again: their facts are not on record",
                self.answers
            ));
        }
        lines
    }
}

impl Example {
    fn write(&self, f: &mut Formatter<'_>, new: &str) -> Result {
        let Example { place, id, situation, was, is, .. } = self;
        writeln!(f, "  for example {place}, {id}, {}: {situation}", time(self.time))?;
        writeln!(f, "    on record: {was}\n    {:11}{is}", format!("{new}:"))
    }
}

fn examples(examples: &[Example]) -> Vec<Value> {
    let told = examples.iter().map(|example| {
        json!({
            "record": example.id, "place": example.place, "time": time(example.time), "situation": example.situation,
            "was": example.was, "is": example.is,
        })
    });
    told.collect()
}

impl Names {
    fn to_json(&self) -> Value {
        let mut names = json!(self.known);
        if self.others > 0 {
            names["*"] = json!(self.others);
        }
        names
    }
}

impl Names {
    /// The most frequent ones, and how many others there were.
    fn first(&self) -> (Vec<(&str, u64)>, u64) {
        let mut names: Vec<(&str, u64)> =
            self.known.iter().map(|(name, times)| (name.as_str(), *times)).collect();
        names.sort_by_key(|(name, times)| (std::cmp::Reverse(*times), *name));
        let rest = names.split_off(names.len().min(SHOWN));
        (names, rest.iter().map(|(_, times)| times).sum::<u64>() + self.others)
    }

    /// The same for sentences that stand in lines of their own.
    fn lines(&self) -> impl Iterator<Item = (&str, u64)> {
        let (names, rest) = self.first();
        let rest = (rest > 0).then_some(("others of this kind; --format json tells of more", rest));
        names.into_iter().chain(rest)
    }
}

/// The most frequent first.
impl Display for Names {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let (names, rest) = self.first();
        let shown: Vec<String> =
            names.iter().map(|(name, times)| format!("{name} {times}")).collect();
        write!(f, "{}", shown.join(", "))?;
        if rest > 0 { write!(f, ", others {rest}") } else { Ok(()) }
    }
}

/// A time as people and machines read it.
fn time(nanos: u64) -> String {
    let seconds = i64::try_from(nanos / 1_000_000_000).unwrap_or(i64::MAX);
    jiff::Timestamp::from_second(seconds).map_or_else(|_| "?".to_owned(), |time| time.to_string())
}
