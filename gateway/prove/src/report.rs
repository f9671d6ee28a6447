//! A difference for people and machines.

use std::fmt::Write as _;

use policy::{Cell, Diff};

use crate::counts::Counts;

/// A difference with its counts, if there are any.
pub struct Report<'d> {
    /// What is decided otherwise.
    pub diff: &'d Diff,
    /// How often; none if that took too much memory.
    pub counts: Option<&'d Counts>,
}

impl Report<'_> {
    /// For a terminal.
    #[must_use]
    pub fn pretty(&self) -> String {
        let mut text = String::new();
        for (at, cell) in self.diff.cells.iter().enumerate() {
            let _ =
                writeln!(text, "{}: {}, from {} on", self.title(cell), self.count(at), cell.day);
            let example = &cell.example;
            let _ = writeln!(text, "  for example {}", example.situation);
            let _ = writeln!(text, "    old: {}\n    new: {}", example.was, example.is);
            let _ = writeln!(text, "  because: {}\n", because(cell));
        }
        text + &self.summary().join("\n")
    }

    /// For a pull request.
    #[must_use]
    pub fn markdown(&self) -> String {
        let mut text = String::from("## What this changes\n\n");
        if !self.diff.cells.is_empty() {
            text.push_str("| outcome | situations | for example | because |\n|---|---|---|---|\n");
        }
        for (at, cell) in self.diff.cells.iter().enumerate() {
            let example = format!(
                "{}: {}, was: {}",
                cell.example.situation, cell.example.is, cell.example.was
            );
            let (title, count) = (self.title(cell), self.count(at));
            let _ = writeln!(
                text,
                "| {title} | {count} | {} | {} |",
                plain(&example),
                plain(&because(cell))
            );
        }
        text.push('\n');
        text + &self.summary().iter().map(|line| format!("- {line}\n")).collect::<String>()
    }

    /// For machines.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        let cells = self.diff.cells.iter().enumerate().map(|(at, cell)| {
            serde_json::json!({
                "old": cell.old, "new": cell.new, "looser": cell.looser, "day": cell.day, "edits": cell.edits,
                "situations": self.counts.and_then(|counts| counts.cells.get(at)), "example": cell.example.to_json(),
            })
        });
        serde_json::json!({
            "cells": cells.collect::<Vec<_>>(), "edits": self.diff.edits, "days": self.diff.days,
            "situations": self.counts.map(|counts| counts.total), "matrix": self.counts.map(|counts| counts.matrix),
            "not_answered": self.diff.open,
        })
    }

    fn title(&self, cell: &Cell) -> String {
        let kind = match (cell.looser, cell.old == cell.new) {
            (true, _) => "LOOSER",
            (false, true) => "otherwise",
            (false, false) => "stricter",
        };
        format!("{kind} {} → {}", cell.old.name(), cell.new.name())
    }

    fn count(&self, at: usize) -> String {
        let Some(counts) = self.counts else { return "not counted".to_owned() };
        match counts.cells.get(at) {
            Some(cell) if *cell > 0.0 => {
                let share = cell / counts.total * 100.0;
                format!("{} of {} situations ({share:.2} %)", number(*cell), number(counts.total))
            }
            _ => "only with data subjects or evidence of several countries, which is not counted"
                .to_owned(),
        }
    }

    fn summary(&self) -> Vec<String> {
        let diff = self.diff;
        let looser = diff.cells.iter().filter(|cell| cell.looser).count();
        let (all, stretches) = (diff.cells.len(), diff.days.len());
        let mut lines = Vec::new();
        if all == 0 && diff.open.is_empty() {
            lines.push(format!("nothing is decided otherwise, in {stretches} stretches of time"));
        } else {
            lines.push(format!(
                "{all} kinds of change, {looser} of them looser, in {stretches} stretches of time"
            ));
        }
        for (old, new) in &diff.open {
            lines.push(format!(
                "not answered, it takes too much work: {} → {}",
                old.name(),
                new.name()
            ));
        }
        if self.counts.is_none() {
            lines.push("not counted: that would take too much memory".to_owned());
        }
        let unconfirmed = diff.cells.iter().filter(|cell| !cell.example.confirmed).count();
        if unconfirmed > 0 {
            lines.push(format!("{unconfirmed} examples are not confirmed: a defect of the gateway; report it with both policies"));
        }
        if !diff.edits.is_empty() {
            lines.push(format!("edited: {}", diff.edits.join(", ")));
        }
        lines
    }
}

fn because(cell: &Cell) -> String {
    match &cell.edits[..] {
        [] => "several edits together".to_owned(),
        edits => edits.join(", "),
    }
}

/// Text in a cell of a table.
fn plain(text: &str) -> String {
    text.replace('|', "\\|")
}

/// A number that a person can read.
fn number(count: f64) -> String {
    if count < 1e6 { format!("{count:.0}") } else { format!("{count:.2e}") }
}
