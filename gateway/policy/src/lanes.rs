//! The conjunctions that a table evaluates side by side, one bit each.
//!
//! A rule gives up to two lanes, one for its licence and one for its obligations, because the two read
//! unknown facts differently. Exceptions and invariants are lanes too. Lanes of rules come first and in
//! the order in which a decision lists its rules, so the result needs no sorting.

use crate::facts::ClassSet;
use crate::interpreter::{Reading, by_strictness};
use crate::model::{Condition, Directions, Form, Model, named};
use crate::{Day, InvariantId, RuleId};

/// One conjunction of conditions.
#[derive(Debug)]
pub(crate) struct Lane<'m> {
    pub(crate) conditions: &'m [Condition],
    pub(crate) reading: Reading,
    pub(crate) directions: Directions,
    pub(crate) office: Office,
}

/// What follows when a lane matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Office {
    /// The rule licenses: classes by level, and whether it allows at all.
    Licence { rule: RuleId, named: [ClassSet; 3], redacted: ClassSet, allows: bool },
    /// The rule obliges.
    Obligation { rule: RuleId },
    /// The rule is only watched.
    Monitor { rule: RuleId },
    /// The lane of this number is suspended.
    Suspension { lane: usize, exception: usize },
    /// The invariant has something to say.
    Guard { invariant: InvariantId },
}

/// All lanes that are in force on a day.
pub(crate) fn lanes(model: &Model, day: Day) -> Vec<Lane<'_>> {
    let mut lanes: Vec<Lane<'_>> = Vec::new();
    for (id, rule) in by_strictness(model).into_iter().filter(|(_, rule)| rule.term.includes(day)) {
        let mut add = |reading, office| {
            let office = if rule.monitored(day) { Office::Monitor { rule: id } } else { office };
            lanes.push(Lane {
                conditions: &rule.conditions,
                reading,
                directions: rule.directions,
                office,
            });
        };
        if rule.effects.permits() {
            let allows = rule.effects.allow;
            let named = if allows { rule.named() } else { [ClassSet::default(); 3] };
            let redacted = rule.effects.redacted();
            add(Reading::Surely, Office::Licence { rule: id, named, redacted, allows });
        }
        if rule.effects.obliges() {
            add(Reading::Maybe, Office::Obligation { rule: id });
        }
    }
    let suspensions = suspensions(model, &lanes, day);
    lanes.extend(suspensions);
    for (number, invariant) in (0u16..).zip(&model.invariants) {
        let office = Office::Guard { invariant: InvariantId(number) };
        let (conditions, directions) = (&invariant.conditions[..], invariant.directions);
        lanes.push(Lane { conditions, reading: Reading::Maybe, directions, office });
    }
    lanes
}

fn suspensions<'m>(model: &'m Model, lanes: &[Lane<'m>], day: Day) -> Vec<Lane<'m>> {
    let mut found = Vec::new();
    for (at, exception) in
        model.exceptions.iter().enumerate().filter(|(_, known)| known.term.includes(day))
    {
        for (number, lane) in lanes.iter().enumerate() {
            let rule = match lane.office {
                Office::Licence { rule, .. }
                | Office::Obligation { rule }
                | Office::Monitor { rule } => rule,
                _ => continue,
            };
            if rule != exception.to {
                continue;
            }
            // What loosens is read narrowly, what tightens widely.
            let reading = match lane.reading {
                Reading::Surely => Reading::Maybe,
                Reading::Maybe => Reading::Surely,
            };
            let (conditions, directions) = (&exception.conditions[..], exception.directions);
            let office = Office::Suspension { lane: number, exception: at };
            found.push(Lane { conditions, reading, directions, office });
        }
    }
    found
}

impl Lane<'_> {
    /// The classes of each data condition, as this lane reads them, with the level.
    pub(crate) fn data(&self, model: &Model) -> Vec<(crate::Level, ClassSet)> {
        let read = |form: &Form| match form {
            Form::Data(level, classes) if self.reading == Reading::Maybe => {
                Some((*level, model.widen(*classes)))
            }
            Form::Data(level, classes) => Some((*level, *classes)),
            _ => None,
        };
        self.conditions.iter().filter_map(|condition| read(&condition.form)).collect()
    }

    /// The classes that an invariant guards, by level.
    pub(crate) fn guarded(&self, model: &Model) -> [ClassSet; 3] {
        named(self.conditions, |classes| model.widen(classes))
    }
}
