//! From the lanes that matched to the decision.

use smallvec::SmallVec;

use super::rows::{Bits, common, meet};
use super::{Effects, Table};
use crate::facts::{ClassSet, LEVELS};
use crate::lanes::Beside;
use crate::model::{Demand, Model};
use crate::{
    Action, Alert, Ask, Candidate, Cause, Decision, InvariantId, Level, Reason, RuleId, Severity,
    Situation,
};

/// The rules that matched and are in force: those that license, and those that oblige.
struct Matched<'b> {
    licences: &'b [u64],
    obligations: &'b [u64],
}

impl Table {
    /// Decides one situation for one candidate.
    #[inline]
    pub(crate) fn decide(&self, model: &Model, s: &Situation, c: &Candidate) -> Decision {
        let mut bits = Bits::new();
        self.raw_matches(s, c, &mut bits);
        self.suspend(&mut bits);
        let mut decision = Decision::closed();
        self.conclude(model, &mut bits, s, &mut decision);
        self.assert(model, &bits, s, c, &mut decision);
        if self.observed {
            let watched = decision.watched();
            // Where an invariant forbids to let it pass, the policy is enforced.
            let violated = self.violated(model, &bits, &watched, s, c);
            let Some(first) = violated.first() else { return watched };
            // The rules are only watched: it is not they who stop it.
            if decision.action == Action::Block && decision.violated.is_empty() {
                decision.reason = Reason::Invariant(*first);
            }
        }
        decision
    }

    /// The decision by the rules alone; takes those that are only watched out of `bits`.
    #[inline]
    pub(crate) fn conclude(
        &self,
        model: &Model,
        bits: &mut Bits,
        s: &Situation,
        decision: &mut Decision,
    ) {
        let words = self.layout.rule_words;
        let (licences, rest) = bits.split_at_mut(words);
        let obligations = rest.split_at_mut(words).0;
        if !self.monitored.is_empty() {
            let watched = || self.monitored.iter();
            let both = licences.iter().zip(&*obligations).map(|(one, other)| one | other);
            decision.would_have.set_words(both.zip(watched()).map(|(all, m)| all & m));
            licences.iter_mut().zip(watched()).for_each(|(word, m)| *word &= !m);
            obligations.iter_mut().zip(watched()).for_each(|(word, m)| *word &= !m);
        }
        let both = licences.iter().zip(&*obligations).map(|(one, other)| one | other);
        decision.rules.set_words(both);
        let matched = Matched { licences, obligations };
        self.oblige(model, &matched, s, decision);
        self.settle(&matched, s, decision);
    }

    /// Collects what the rules oblige to, apart from blocking.
    fn oblige(&self, model: &Model, matched: &Matched<'_>, s: &Situation, decision: &mut Decision) {
        let effects = &*self.effects;
        let which = |mask| {
            let rules = common(matched.obligations, mask);
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
        if meet(matched.obligations, &effects.redact) {
            s.classes.each(|class, level| {
                let mut methods = effects.redacting(class, level);
                let method = methods.find(|(_, rules)| meet(matched.obligations, rules));
                if let Some((method, _)) = method {
                    decision.redact.push((class, method));
                }
            });
        }
    }

    /// Strictest wins; what is sent must be licensed.
    fn settle(&self, matched: &Matched<'_>, s: &Situation, decision: &mut Decision) {
        let effects = &*self.effects;
        let present = s.classes.present();
        s.classes.each(|class, level| {
            if level > Level::Possible && !meet(matched.licences, effects.licensing(class, level)) {
                decision.unlicensed.push(class);
            }
        });
        let sendable = match present.is_empty() {
            true => meet(matched.licences, &effects.allow),
            false => decision.unlicensed.is_empty(),
        };
        let mut pools = common(matched.obligations, &effects.reroute)
            .filter_map(|rule| self.effects.pools.get(rule).copied().flatten());
        let pool = pools.next();
        let asked = match decision.asks.last() {
            None => Action::Allow,
            Some(Ask::Justification) => Action::AskJustification,
            Some(Ask::Approval(_)) => Action::AskApproval,
        };
        decision.reason = Reason::Rules;
        decision.action = if meet(matched.obligations, &effects.block) {
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
        self.layout.beside(self.behind(bits)).filter_map(|beside| match beside {
            Beside::Guard { invariant } => Some(InvariantId(invariant as u16)),
            Beside::Suspension { .. } => None,
        })
    }

    /// The words behind those of rules.
    pub(super) fn behind<'b>(&self, bits: &'b Bits) -> &'b [u64] {
        bits.get(self.layout.rule_words * 2..).unwrap_or_default()
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
    let redacted = redacted.fold(ClassSet::default(), |all, class| all | class).minus(effects.kept);
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
