//! What is decided in a situation, as formulas, and whether two policies decide otherwise.

use std::collections::{BTreeMap, BTreeSet};

use super::ground::Ground;
use super::logic::Logic;
use super::side::{Said, Side};
use crate::{Action, Severity};

/// The actions, least strict first: the order of [`Action`].
pub(crate) const ACTIONS: [Action; 6] = [
    Action::Allow,
    Action::Redact,
    Action::Reroute,
    Action::AskJustification,
    Action::AskApproval,
    Action::Block,
];

/// What is decided, with names where two policies may differ in numbers.
pub(crate) struct Outcome<T> {
    /// By place in [`ACTIONS`]; exactly one is true.
    pub(crate) actions: [T; 6],
    pools: BTreeMap<String, T>,
    justify: T,
    roles: BTreeMap<String, T>,
    /// By kind of class, and by method, strongest first.
    redacted: Vec<[T; 3]>,
    alerts: [T; 3],
}

const SEVERITIES: [Severity; 3] = [Severity::Low, Severity::High, Severity::Critical];

impl<T: Copy + Ord + std::ops::Not<Output = T>> Side<'_, T> {
    /// What is decided if the rules say this, invariants asserted.
    pub(crate) fn outcome<L: Logic<Lit = T>>(
        &self,
        logic: &mut L,
        ground: &Ground<T>,
        said: &Said<T>,
    ) -> Outcome<T> {
        let effects = self.table.effects();
        let no = !logic.truth();
        let violated: Vec<T> =
            (0..self.guards.len()).map(|at| self.violated(logic, said, at)).collect();
        let violated = logic.any(violated);
        let rerouted = self.obliged(logic, said, &effects.reroute);
        let sendable = self.sendable(logic, said);
        let stuck = logic.any([rerouted, sendable]);
        let ruled_out = self.obliged(logic, said, &effects.block);
        let torn = self.torn(logic, said);
        let block = logic.any([ruled_out, torn, !stuck, violated, self.sets.unknown_destination]);
        let by_pool = self.rerouted(logic, said);
        let pools = by_pool.into_iter().map(|(pool, is)| {
            let name = self.model.pools.get(pool.index()).map(|pool| pool.info.name.clone());
            (name.unwrap_or_default(), logic.all([is, !block]))
        });
        let pools = pools.collect();
        let justify = self.asked(logic, said, |effects| effects.justify);
        let justify = logic.all([justify, !block]);
        let mut roles = BTreeMap::new();
        for (number, role) in self.model.roles.iter().enumerate() {
            let is = self.asked(logic, said, |effects| {
                effects.approve.iter().any(|asked| asked.index() == number)
            });
            roles.insert(role.name.clone(), logic.all([is, !block]));
        }
        let redacted = self.redacted(logic, ground, said, [block, rerouted]);
        let any_redacted = logic.any(redacted.iter().flatten().copied());
        let approve = logic.any(roles.values().copied());
        let order = [block, approve, justify, rerouted, any_redacted];
        let mut actions = [no; 6];
        let mut stricter = no;
        for (at, is) in order.into_iter().enumerate() {
            actions[5 - at] = logic.all([is, !stricter]);
            stricter = logic.any([stricter, is]);
        }
        actions[0] = !stricter;
        let alerts = SEVERITIES.map(|severity| {
            let rules = self.asked(logic, said, |effects| effects.alert == Some(severity));
            let asserted = if severity == Severity::Critical { violated } else { no };
            let any = logic.any([rules, asserted]);
            logic.all([any, !self.sets.unknown_destination])
        });
        Outcome { actions, pools, justify, roles, redacted, alerts }
    }

    /// A rule with such effects obliges.
    fn asked<L: Logic<Lit = T>>(
        &self,
        logic: &mut L,
        said: &Said<T>,
        has: impl Fn(&crate::model::Effects) -> bool,
    ) -> T {
        let rules = self.model.rules.iter().zip(&said.obligations);
        logic.any(rules.filter(|(rule, _)| has(&rule.effects)).map(|(_, obliges)| *obliges))
    }

    /// By kind of class and by method: it is taken out that way.
    fn redacted<L: Logic<Lit = T>>(
        &self,
        logic: &mut L,
        ground: &Ground<T>,
        said: &Said<T>,
        unless: [T; 2],
    ) -> Vec<[T; 3]> {
        let effects = self.table.effects();
        let mut by_class = BTreeMap::new();
        for (class, level, found) in &self.sets.found {
            let mut weaker_than = !logic.truth();
            for (at, (_, rules)) in effects.redacting(*class, *level).enumerate() {
                let obliged = self.obliged(logic, said, rules);
                let is = logic.all([*found, obliged, !weaker_than, !unless[0], !unless[1]]);
                by_class.entry(*class).or_insert_with(|| [(); 3].map(|()| Vec::new()))[at].push(is);
                weaker_than = logic.any([weaker_than, obliged]);
            }
        }
        let kinds = self.names.classes.iter().zip(&ground.classes);
        let mut all = Vec::new();
        for (class, levels) in kinds {
            let there = logic.any(levels.iter().copied());
            let of = by_class.get(class);
            all.push([0, 1, 2].map(|at| {
                let is = logic.any(of.into_iter().flat_map(|of| of[at].iter().copied()));
                logic.all([is, there])
            }));
        }
        all
    }
}

impl<T: Copy + Ord + std::ops::Not<Output = T>> Outcome<T> {
    /// The two are not the same in all that a test or a sender can see.
    pub(crate) fn differs<L: Logic<Lit = T>>(&self, logic: &mut L, other: &Outcome<T>) -> T {
        let no = !logic.truth();
        let mut pairs: Vec<(T, T)> = self.actions.into_iter().zip(other.actions).collect();
        pairs.extend(self.alerts.into_iter().zip(other.alerts));
        pairs.push((self.justify, other.justify));
        let redacted = self.redacted.iter().flatten().zip(other.redacted.iter().flatten());
        pairs.extend(redacted.map(|(one, other)| (*one, *other)));
        for (ours, theirs) in [(&self.pools, &other.pools), (&self.roles, &other.roles)] {
            let names: BTreeSet<&String> = ours.keys().chain(theirs.keys()).collect();
            let of = |of: &BTreeMap<String, T>, name| of.get(name).copied().unwrap_or(no);
            pairs.extend(names.into_iter().map(|name| (of(ours, name), of(theirs, name))));
        }
        let differ: Vec<T> =
            pairs.into_iter().map(|(one, other)| logic.differ(one, other)).collect();
        logic.any(differ)
    }

    /// In the other less is taken out, asked for or told.
    pub(crate) fn is_laxer_in<L: Logic<Lit = T>>(&self, logic: &mut L, other: &Outcome<T>) -> T {
        let no = !logic.truth();
        let mut lost: Vec<(T, T)> = vec![(self.justify, other.justify)];
        // What was taken out that thoroughly is no longer.
        for (ours, theirs) in self.redacted.iter().zip(&other.redacted) {
            let (mut strong, mut as_strong) = (no, no);
            for (one, another) in ours.iter().zip(theirs) {
                strong = logic.any([strong, *one]);
                as_strong = logic.any([as_strong, *another]);
                lost.push((strong, as_strong));
            }
        }
        let (mut told, mut as_told) = (no, no);
        for (one, another) in self.alerts.into_iter().zip(other.alerts).rev() {
            told = logic.any([told, one]);
            as_told = logic.any([as_told, another]);
            lost.push((told, as_told));
        }
        let roles = self.roles.iter();
        lost.extend(roles.map(|(name, is)| (*is, other.roles.get(name).copied().unwrap_or(no))));
        let lost: Vec<T> = lost.into_iter().map(|(was, is)| logic.all([was, !is])).collect();
        logic.any(lost)
    }

    /// Its action is one of those.
    pub(crate) fn acts<L: Logic<Lit = T>>(
        &self,
        logic: &mut L,
        wanted: impl Fn(Action) -> bool,
    ) -> T {
        let actions = ACTIONS.into_iter().zip(self.actions);
        logic.any(actions.filter(|(action, _)| wanted(*action)).map(|(_, is)| is))
    }
}
