//! From the lanes that matched to the decision.

use smallvec::SmallVec;

use super::rows::{common, meet};
use super::{Effects, Table};
use crate::facts::{ClassSet, LEVELS};
use crate::lanes::Beside;
use crate::model::{Demand, Effects as Says, Model};
use crate::{
    Action, Alert, Ask, Candidate, Cause, Decision, InvariantId, Level, Reason, RuleId, Severity,
    Situation,
};

/// The rules that matched and are in force: those that license, and those that oblige.
struct Matched<'b> {
    licences: &'b [u64],
    obligations: &'b [u64],
}

impl<'b> Matched<'b> {
    /// Those of a mask that oblige, with what they say.
    fn obliging<'m>(
        &self,
        model: &'m Model,
        mask: &'b [u64],
    ) -> impl Iterator<Item = (RuleId, &'m Says)> + use<'b, 'm> {
        let rules = common(self.obligations, mask);
        rules.filter_map(|at| Some((RuleId(at as u16), &model.rules.get(at)?.effects)))
    }

    /// The first of a mask that obliges.
    fn first(&self, mask: &[u64]) -> Option<usize> {
        common(self.obligations, mask).next()
    }
}

impl Table {
    /// Decides one situation for one candidate, into a decision that is closed.
    pub(crate) fn decide(&self, model: &Model, s: &Situation, c: &Candidate, to: &mut Decision) {
        let mut bits = self.all_lanes();
        self.raw_matches(s, c, &mut bits);
        if !self.effects.suspends.is_empty() {
            self.suspend(&mut bits);
        }
        self.conclude(model, &mut bits, s, to);
        if !model.invariants.is_empty() {
            self.assert(model, &bits, s, c, to);
        }
        if self.observed {
            self.watch(model, &bits, s, c, to);
        }
    }

    /// Where the whole policy is only watched: lets it pass, unless an invariant forbids that; then the policy is enforced.
    #[cold]
    fn watch(
        &self,
        model: &Model,
        bits: &[u64],
        s: &Situation,
        c: &Candidate,
        decision: &mut Decision,
    ) {
        let watched = decision.watched();
        match self.violated(model, bits, &watched, s, c).first() {
            None => *decision = watched,
            // The rules are only watched: it is not they who stop it.
            Some(first) if decision.action == Action::Block && decision.violated.is_empty() => {
                decision.reason = Reason::Invariant(*first);
            }
            Some(_) => {}
        }
    }

    /// The decision by the rules alone; takes those that are only watched out of `bits`.
    #[inline]
    pub(crate) fn conclude(
        &self,
        model: &Model,
        bits: &mut [u64],
        s: &Situation,
        decision: &mut Decision,
    ) {
        let (licences, rest) = bits.split_at_mut(self.layout.rule_words);
        let obligations = rest.split_at_mut(self.layout.obligation_words).0;
        if !self.monitored.is_empty() {
            let watched = || self.monitored.iter();
            decision.would_have.fill(licences, obligations);
            decision.would_have.keep(&self.monitored);
            licences.iter_mut().zip(watched()).for_each(|(word, m)| *word &= !m);
            obligations.iter_mut().zip(watched()).for_each(|(word, m)| *word &= !m);
        }
        decision.rules.fill(licences, obligations);
        let matched = Matched { licences, obligations };
        if meet(obligations, &self.effects.alert) {
            self.alert(model, &matched, decision);
        }
        self.settle(model, &matched, s, decision);
    }

    fn alert(&self, model: &Model, matched: &Matched<'_>, decision: &mut Decision) {
        for (id, says) in matched.obliging(model, &self.effects.alert) {
            let alert = |severity| Alert { severity, cause: Cause::Rule(id) };
            decision.alerts.extend(says.alert.map(alert));
        }
    }

    /// Strictest wins; what is sent must be licensed. Until all is found in order it stays the block that it is.
    fn settle(&self, model: &Model, matched: &Matched<'_>, s: &Situation, decision: &mut Decision) {
        let effects = &*self.effects;
        s.classes.each(|class, level| {
            if level > Level::Possible && !meet(matched.licences, effects.licensing(class, level)) {
                decision.unlicensed.push(class);
            }
        });
        decision.reason = Reason::Rules;
        if meet(matched.obligations, &effects.block) {
            return;
        }
        let pool = matched.first(&effects.reroute).and_then(|rule| effects.pools.get(rule));
        let pool = pool.copied().flatten();
        if pool.is_some_and(|pool| meet(matched.obligations, effects.elsewhere(pool))) {
            decision.reason = Reason::PoolsDiffer;
            return;
        }
        let sendable = match s.classes.present().is_empty() {
            true => meet(matched.licences, &effects.allow),
            false => decision.unlicensed.is_empty(),
        };
        if pool.is_none() && !sendable {
            let none = decision.rules.is_empty() || decision.unlicensed.is_empty();
            decision.reason = if none { Reason::NoRule } else { Reason::Unlicensed };
            return;
        }
        let asked = match meet(matched.obligations, &effects.ask) {
            true => self.ask(model, matched, decision),
            false => Action::Allow,
        };
        decision.reroute = pool;
        decision.action = match pool {
            Some(_) => asked.max(Action::Reroute),
            None => asked.max(self.redact(matched, s, decision)),
        };
    }

    /// Collects what is to be asked for before it is sent.
    fn ask(&self, model: &Model, matched: &Matched<'_>, decision: &mut Decision) -> Action {
        for (_, says) in matched.obliging(model, &self.effects.ask) {
            let roles = says.approve.iter().map(|role| Ask::Approval(*role));
            let justify = says.justify.then_some(Ask::Justification);
            decision.asks.extend(justify.into_iter().chain(roles));
        }
        decision.asks.sort_unstable();
        decision.asks.dedup();
        match decision.asks.last() {
            None => Action::Allow,
            Some(Ask::Justification) => Action::AskJustification,
            Some(Ask::Approval(_)) => Action::AskApproval,
        }
    }

    /// Collects what is to be taken out.
    fn redact(&self, matched: &Matched<'_>, s: &Situation, decision: &mut Decision) -> Action {
        if !meet(matched.obligations, &self.effects.redact) {
            return Action::Allow;
        }
        s.classes.each(|class, level| {
            let mut methods = self.effects.redacting(class, level);
            let method = methods.find(|(_, rules)| meet(matched.obligations, rules));
            if let Some((method, _)) = method {
                decision.redact.push((class, method));
            }
        });
        if decision.redact.is_empty() { Action::Allow } else { Action::Redact }
    }

    /// The invariants that a decision by the rules alone violates, in order.
    pub(crate) fn violated(
        &self,
        model: &Model,
        bits: &[u64],
        decision: &Decision,
        s: &Situation,
        c: &Candidate,
    ) -> SmallVec<[InvariantId; 8]> {
        self.guards(bits).filter(|id| violates(&self.effects, model, *id, decision, s, c)).collect()
    }

    /// The invariants that have something to say.
    pub(crate) fn guards(&self, bits: &[u64]) -> impl Iterator<Item = InvariantId> {
        self.layout.beside(self.behind(bits)).filter_map(|beside| match beside {
            Beside::Guard { invariant } => Some(InvariantId(invariant as u16)),
            Beside::Suspension { .. } => None,
        })
    }

    /// The words behind those of rules.
    pub(super) fn behind<'b>(&self, bits: &'b [u64]) -> &'b [u64] {
        bits.get(self.layout.words_of_rules()..).unwrap_or_default()
    }

    fn assert(
        &self,
        model: &Model,
        bits: &[u64],
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
