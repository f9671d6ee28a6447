//! From the lanes that matched to the decision.

use smallvec::SmallVec;

use super::{Bits, Table, ones};
use crate::facts::{ClassSet, LEVELS};
use crate::lanes::Office;
use crate::model::{Demand, Model};
use crate::{
    Action, Alert, Ask, Candidate, Cause, Decision, InvariantId, PoolId, Reason, RuleId, Severity,
    Situation,
};

/// What the matching lanes add up to.
struct Sum {
    decision: Decision,
    licensed: ClassSet,
    redacted: ClassSet,
    allowed: bool,
    blocked: bool,
    pool: Option<PoolId>,
    pools_differ: bool,
    guards: SmallVec<[InvariantId; 8]>,
}

impl Table {
    pub(crate) fn conclude(
        &self,
        model: &Model,
        bits: &Bits,
        s: &Situation,
        c: &Candidate,
        assert: bool,
    ) -> Decision {
        let mut sum = Sum {
            decision: Decision::closed(),
            licensed: ClassSet::default(),
            redacted: ClassSet::default(),
            allowed: false,
            blocked: false,
            pool: None,
            pools_differ: false,
            guards: SmallVec::new(),
        };
        for lane in ones(bits) {
            if let Some(office) = self.offices.get(lane) {
                sum.add(model, office, s);
            }
        }
        sum.settle(s);
        if assert {
            self.assert(model, &mut sum, s, c);
        }
        sum.decision
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
        let redacted = decision
            .redact
            .iter()
            .fold(ClassSet::default(), |all, (class, _)| all | ClassSet::one(*class));
        let guards = ones(bits).filter_map(|lane| match self.offices.get(lane) {
            Some(Office::Guard { invariant }) => Some(*invariant),
            _ => None,
        });
        guards.filter(|id| self.violates(model, *id, decision, redacted, s, c)).collect()
    }

    fn assert(&self, model: &Model, sum: &mut Sum, s: &Situation, c: &Candidate) {
        let mut violated: SmallVec<[InvariantId; 8]> = SmallVec::new();
        let redacted =
            if sum.decision.redact.is_empty() { ClassSet::default() } else { sum.redacted };
        for id in &sum.guards {
            if self.violates(model, *id, &sum.decision, redacted, s, c) {
                violated.push(*id);
            }
        }
        let Some(first) = violated.first() else { return };
        let decision = &mut sum.decision;
        decision.action = Action::Block;
        decision.reason = Reason::Invariant(*first);
        decision.reroute = None;
        decision.redact.clear();
        decision.asks.clear();
        for id in violated {
            decision.violated.push(id);
            decision
                .alerts
                .push(Alert { severity: Severity::Critical, cause: Cause::Invariant(id) });
        }
    }

    fn violates(
        &self,
        model: &Model,
        id: InvariantId,
        decision: &Decision,
        redacted: ClassSet,
        s: &Situation,
        c: &Candidate,
    ) -> bool {
        let (Some(invariant), Some(guarded)) =
            (model.invariants.get(id.index()), self.guarded.get(id.index()))
        else {
            return true;
        };
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
}

impl Sum {
    fn add(&mut self, model: &Model, office: &Office, s: &Situation) {
        match office {
            Office::Licence { rule, named, redacted, allows } => {
                self.list(*rule);
                self.licensed = self.licensed | *redacted;
                self.allowed |= *allows;
                for (level, classes) in LEVELS.iter().zip(named) {
                    self.licensed = self.licensed | (*classes & s.classes.at_least(*level));
                }
            }
            Office::Obligation { rule } => {
                self.list(*rule);
                self.oblige(model, *rule, s);
            }
            Office::Monitor { rule } => {
                if self.decision.would_have.last() != Some(rule) {
                    self.decision.would_have.push(*rule);
                }
            }
            Office::Guard { invariant } => self.guards.push(*invariant),
            Office::Suspension { .. } => {}
        }
    }

    /// Both lanes of a rule stand side by side, so looking at the last one is enough.
    fn list(&mut self, rule: RuleId) {
        if self.decision.rules.last() != Some(&rule) {
            self.decision.rules.push(rule);
        }
    }

    fn oblige(&mut self, model: &Model, id: RuleId, s: &Situation) {
        let Some(rule) = model.rules.get(id.index()) else {
            self.blocked = true;
            return;
        };
        let effects = &rule.effects;
        self.blocked |= effects.block;
        if let Some(pool) = effects.reroute {
            self.pools_differ |= self.pool.is_some_and(|known| known != pool);
            self.pool = Some(pool);
        }
        if effects.justify {
            self.ask(Ask::Justification);
        }
        for role in &effects.approve {
            self.ask(Ask::Approval(*role));
        }
        if let Some(severity) = effects.alert {
            self.decision.alerts.push(Alert { severity, cause: Cause::Rule(id) });
        }
        if effects.redact.is_empty() {
            return;
        }
        let there = s.classes.at_least(rule.redact_level());
        for (class, method) in effects.redact.iter().filter(|(class, _)| there.contains(*class)) {
            self.redacted.insert(*class);
            match self.decision.redact.iter_mut().find(|(known, _)| known == class) {
                Some(known) => known.1 = known.1.max(*method),
                None => self.decision.redact.push((*class, *method)),
            }
        }
    }

    fn ask(&mut self, ask: Ask) {
        if !self.decision.asks.contains(&ask) {
            self.decision.asks.push(ask);
        }
    }

    fn settle(&mut self, s: &Situation) {
        let present = s.classes.present();
        let decision = &mut self.decision;
        decision.unlicensed.extend(present.minus(self.licensed).iter());
        decision.redact.sort_unstable();
        decision.asks.sort_unstable();
        decision.reason = Reason::Rules;
        let sendable =
            if present.is_empty() { self.allowed } else { decision.unlicensed.is_empty() };
        let mut action = Action::Allow;
        if !decision.redact.is_empty() {
            action = Action::Redact;
        }
        match decision.asks.last() {
            Some(Ask::Approval(_)) => action = Action::AskApproval,
            Some(Ask::Justification) => action = Action::AskJustification,
            None => {}
        }
        if self.blocked {
            action = Action::Block;
        } else if self.pools_differ {
            action = Action::Block;
            decision.reason = Reason::PoolsDiffer;
        } else if let Some(pool) = self.pool {
            action = action.max(Action::Reroute);
            decision.reroute = Some(pool);
        } else if !sendable {
            action = Action::Block;
            let none = decision.rules.is_empty() || decision.unlicensed.is_empty();
            decision.reason = if none { Reason::NoRule } else { Reason::Unlicensed };
        }
        decision.action = action;
        if action == Action::Block {
            decision.asks.clear();
        }
        if action == Action::Block || decision.reroute.is_some() {
            decision.redact.clear();
        }
    }
}
