//! The conjunctions that a table evaluates side by side, one bit each.
//!
//! A rule has two lanes, one for its licence and one for its obligations, because the two read unknown facts differently.
//! Exceptions and invariants are lanes too. Where a lane stands depends on the policy alone, not on the day: licences in the
//! order of rules, obligations in the same order behind them, then exceptions, then invariants.

use crate::Day;
use crate::facts::ClassSet;
use crate::interpreter::Reading;
use crate::model::{Condition, Directions, Model, named};
use crate::table::ones;

/// Where the lanes of a policy stand.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Layout {
    /// Words that the licences take.
    pub(crate) rule_words: usize,
    /// Words that the obligations take. The strictest rules come first, so they end where the last is that obliges.
    pub(crate) obligation_words: usize,
    exceptions: usize,
    invariants: usize,
}

/// What a lane that is no rule's says when it matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Beside {
    /// The exception suspends the obligation of its rule, or its licence.
    Suspension { exception: usize, obligation: bool },
    /// The invariant has something to say.
    Guard { invariant: usize },
}

/// One conjunction of conditions.
#[derive(Debug)]
pub(crate) struct Lane<'m> {
    /// Its bit.
    pub(crate) number: usize,
    pub(crate) conditions: &'m [Condition],
    pub(crate) reading: Reading,
    pub(crate) directions: Directions,
}

impl Layout {
    pub(crate) fn of(model: &Model) -> Layout {
        let last = model.rules.iter().rposition(|rule| rule.effects.obliges());
        Layout {
            rule_words: model.rules.len().div_ceil(64),
            obligation_words: last.map_or(0, |last| last / 64 + 1),
            exceptions: model.exceptions.len(),
            invariants: model.invariants.len(),
        }
    }

    /// Words of all lanes.
    pub(crate) fn words(&self) -> usize {
        self.guard(self.invariants).div_ceil(64)
    }

    /// Words of the lanes of rules.
    pub(crate) fn words_of_rules(&self) -> usize {
        self.rule_words + self.obligation_words
    }

    /// The lane of what a rule obliges to; none for rules behind the last that obliges to anything.
    pub(crate) fn obligation(&self, rule: usize) -> Option<usize> {
        (rule < self.obligation_words * 64).then_some(self.rule_words * 64 + rule)
    }

    /// The first of the two lanes of an exception: the one that suspends the licence.
    pub(crate) fn suspension(&self, exception: usize) -> usize {
        self.words_of_rules() * 64 + exception * 2
    }

    /// The lane of an invariant.
    pub(crate) fn guard(&self, invariant: usize) -> usize {
        self.suspension(self.exceptions) + invariant
    }

    /// What the lanes say that matched behind those of rules.
    pub(crate) fn beside<'b>(&self, behind: &'b [u64]) -> impl Iterator<Item = Beside> + use<'b> {
        let suspensions = self.exceptions * 2;
        ones(behind.iter().copied()).map(move |number| match number.checked_sub(suspensions) {
            Some(invariant) => Beside::Guard { invariant },
            None => Beside::Suspension { exception: number / 2, obligation: number % 2 == 1 },
        })
    }
}

/// All lanes that are in force on a day.
pub(crate) fn lanes<'m>(model: &'m Model, layout: &Layout, day: Day) -> Vec<Lane<'m>> {
    let mut lanes = Vec::with_capacity(model.rules.len() * 2);
    for (number, rule) in model.rules.iter().enumerate().filter(|(_, r)| r.term.includes(day)) {
        let (conditions, directions) = (&rule.conditions[..], rule.directions);
        let lane = |number, reading| Lane { number, conditions, reading, directions };
        lanes.extend(rule.licenses_on(day).then(|| lane(number, Reading::Surely)));
        let obligation = layout.obligation(number).filter(|_| rule.effects.obliges());
        lanes.extend(obligation.map(|number| lane(number, Reading::Maybe)));
    }
    let in_force = model.exceptions.iter().enumerate().filter(|(_, e)| e.term.includes(day));
    for (at, exception) in in_force {
        let (conditions, directions) = (&exception.conditions[..], exception.directions);
        let first = layout.suspension(at);
        // What loosens is read narrowly, what tightens widely.
        let readings = [(first, Reading::Maybe), (first + 1, Reading::Surely)];
        lanes.extend(readings.map(|(number, reading)| Lane {
            number,
            conditions,
            reading,
            directions,
        }));
    }
    lanes.extend(model.invariants.iter().enumerate().map(|(at, invariant)| Lane {
        number: layout.guard(at),
        conditions: &invariant.conditions,
        reading: Reading::Maybe,
        directions: invariant.directions,
    }));
    lanes
}

/// The classes that the conditions of an invariant guard, by level.
pub(crate) fn guarded(model: &Model, conditions: &[Condition]) -> [ClassSet; 3] {
    named(conditions, |classes| model.widen(classes))
}
