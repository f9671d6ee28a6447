//! From the lanes that matched to the decision.

use smallvec::SmallVec;

use super::rows::{Bits, common, meet};
use super::{Effects, Table};
use crate::facts::{ClassSet, LEVELS};
use crate::lanes::Beside;
use crate::model::{Demand, Model};
use crate::{
    Action, Alert, Ask, Candidate, Cause, Decision, InvariantId, Reason, RuleId, RuleSet, Severity,
    Situation,
};

/// The rules that matched and are in force: those that license, and those that oblige.
struct Matched {
    licences: SmallVec<[u64; 16]>,
    obligations: SmallVec<[u64; 16]>,
}

impl Table {
    /// Decides one situation for one candidate; `assert` says whether invariants are asserted.
    pub(crate) fn decide(
        &self,
        model: &Model,
        s: &Situation,
        c: &Candidate,
        assert: bool,
    ) -> Decision {
        self.conclude(model, &self.matches(s, c), s, c, assert)
    }

    pub(crate) fn conclude(
        &self,
        model: &Model,
        bits: &Bits,
        s: &Situation,
        c: &Candidate,
        assert: bool,
    ) -> Decision {
        let mut decision = Decision::closed();
        let matched = self.matched(bits, &mut decision);
        self.oblige(model, &matched, s, &mut decision);
        self.settle(&matched, s, &mut decision);
        if assert {
            self.assert(model, bits, s, c, &mut decision);
        }
        decision
    }

    /// Lists the rules that matched, and parts those that are only watched from those that count.
    fn matched(&self, bits: &Bits, decision: &mut Decision) -> Matched {
        let words = self.layout.rule_words;
        let (licences, rest) = bits.split_at(words.min(bits.len()));
        let obligations = rest.get(..words).unwrap_or_default();
        let both =
            licences.iter().zip(obligations).map(|(licence, obligation)| licence | obligation);
        if self.monitored.is_empty() {
            decision.rules = RuleSet::of_words(both);
            return Matched { licences: licences.into(), obligations: obligations.into() };
        }
        let watched = || self.monitored.iter();
        decision.rules = RuleSet::of_words(both.clone().zip(watched()).map(|(all, m)| all & !m));
        decision.would_have = RuleSet::of_words(both.zip(watched()).map(|(all, m)| all & m));
        let counting = |words: &[u64]| words.iter().zip(watched()).map(|(w, m)| w & !m).collect();
        Matched { licences: counting(licences), obligations: counting(obligations) }
    }

    /// Collects what the rules oblige to, apart from blocking.
    fn oblige(&self, model: &Model, matched: &Matched, s: &Situation, decision: &mut Decision) {
        let effects = &*self.effects;
        let which = |mask| {
            let rules = common(&matched.obligations, mask);
            rules.filter_map(|at| Some((RuleId(at as u16), &model.rules.get(at)?.effects)))
        };
        for (id, says) in which(&effects.alert) {
            let alert = |severity| Alert { severity, cause: Cause::Rule(id) };
            decision.alerts.extend(says.alert.map(alert));
        }
        for (_, says) in which(&effects.ask) {
            let roles = says.approve.iter().map(|role| Ask::Approval(*role));
            decision
                .asks
                .extend(says.justify.then_some(Ask::Justification).into_iter().chain(roles));
        }
        decision.asks.sort_unstable();
        decision.asks.dedup();
        if meet(&matched.obligations, &effects.redact) {
            decision.redact.extend(s.classes.iter().filter_map(|(class, level)| {
                let mut methods = effects.redacting(class, level);
                let found = methods.find(|(_, rules)| meet(&matched.obligations, rules));
                Some((class, found?.0))
            }));
        }
    }

    /// Strictest wins; what is sent must be licensed.
    fn settle(&self, matched: &Matched, s: &Situation, decision: &mut Decision) {
        let effects = &*self.effects;
        let present = s.classes.present();
        let licensed = |(class, level)| meet(&matched.licences, effects.licensing(class, level));
        let there = s.classes.iter().filter(|(class, _)| present.contains(*class));
        decision.unlicensed.extend(there.filter(|found| !licensed(*found)).map(|(class, _)| class));
        let sendable = match present.is_empty() {
            true => meet(&matched.licences, &effects.allow),
            false => decision.unlicensed.is_empty(),
        };
        let mut pools = common(&matched.obligations, &effects.reroute)
            .filter_map(|rule| self.effects.pools.get(rule).copied().flatten());
        let pool = pools.next();
        let asked = match decision.asks.last() {
            None => Action::Allow,
            Some(Ask::Justification) => Action::AskJustification,
            Some(Ask::Approval(_)) => Action::AskApproval,
        };
        decision.reason = Reason::Rules;
        decision.action = if meet(&matched.obligations, &effects.block) {
            Action::Block
        } else if pool.is_some() && pools.any(|other| Some(other) != pool) {
            decision.reason = Reason::PoolsDiffer;
            Action::Block
        } else if pool.is_some() {
            decision.reroute = pool;
            asked.max(Action::Reroute)
        } else if sendable {
            asked.max(if decision.redact.is_empty() { Action::Allow } else { Action::Redact })
        } else {
            let none = decision.rules.is_empty() || decision.unlicensed.is_empty();
            decision.reason = if none { Reason::NoRule } else { Reason::Unlicensed };
            Action::Block
        };
        if decision.action == Action::Block {
            decision.asks.clear();
        }
        if decision.action == Action::Block || decision.reroute.is_some() {
            decision.redact.clear();
        }
    }

    /// The invariants that a decision by the rules alone violates, in order.
    pub(crate) fn violated(
        &self,
        model: &Model,
        bits: &Bits,
        decision: &Decision,
        s: &Situation,
        c: &Candidate,
    ) -> SmallVec<[InvariantId; 8]> {
        self.guards(bits).filter(|id| violates(&self.effects, model, *id, decision, s, c)).collect()
    }

    /// The invariants that have something to say.
    pub(crate) fn guards(&self, bits: &Bits) -> impl Iterator<Item = InvariantId> {
        self.layout.beside(bits).filter_map(|beside| match beside {
            Beside::Guard { invariant } => Some(InvariantId(invariant as u16)),
            Beside::Suspension { .. } => None,
        })
    }

    fn assert(
        &self,
        model: &Model,
        bits: &Bits,
        s: &Situation,
        c: &Candidate,
        decision: &mut Decision,
    ) {
        let violated = self.violated(model, bits, decision, s, c);
        let Some(first) = violated.first() else { return };
        decision.action = Action::Block;
        decision.reason = Reason::Invariant(*first);
        decision.reroute = None;
        decision.redact.clear();
        decision.asks.clear();
        let severity = Severity::Critical;
        let alerts = violated.iter().map(|id| Alert { severity, cause: Cause::Invariant(*id) });
        decision.alerts.extend(alerts);
        decision.violated.extend(violated.iter().copied());
    }
}

/// Whether a decision does what an invariant forbids. Redacting all the data it speaks of is not sending.
fn violates(
    effects: &Effects,
    model: &Model,
    id: InvariantId,
    decision: &Decision,
    s: &Situation,
    c: &Candidate,
) -> bool {
    let (Some(invariant), Some(guarded)) =
        (model.invariants.get(id.index()), effects.guarded.get(id.index()))
    else {
        return true;
    };
    let redacted = decision.redact.iter().map(|(class, _)| ClassSet::one(*class));
    let redacted = redacted.fold(ClassSet::default(), |all, class| all | class);
    let mut there = ClassSet::default();
    let mut speaks_of_data = false;
    for (level, classes) in LEVELS.iter().zip(guarded) {
        speaks_of_data |= !classes.is_empty();
        there = there | (*classes & s.classes.at_least(*level));
    }
    let sent = decision.sends() && !(speaks_of_data && there.minus(redacted).is_empty());
    match &invariant.demand {
        Demand::NeverSent => sent,
        Demand::AlwaysAlert => decision.alerts.is_empty(),
        Demand::OnlyTo(pool) => {
            let members = model.pools.get(pool.index()).map(|pool| &pool.info.members);
            sent && !members.is_some_and(|members| members.contains(&c.destination))
        }
    }
}
