//! The answer: what happens, by which rules, with what taken out.

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use crate::{ClassId, InvariantId, PoolId, RoleId, RuleId, RuleSet};

/// What happens, in order of strictness.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// It is sent as it is.
    Allow,
    /// It is sent after [`Decision::redact`] was taken out.
    Redact,
    /// It is not sent here; the members of [`Decision::reroute`] are decided on instead.
    Reroute,
    /// It waits for a stated reason; then it is sent as the rest of the decision says.
    AskJustification,
    /// It waits for the approval of a second person.
    AskApproval,
    /// It is not sent.
    Block,
}

impl Action {
    /// The name in records and tests.
    pub fn name(self) -> &'static str {
        match self {
            Action::Allow => "allow",
            Action::Redact => "redact",
            Action::Reroute => "reroute",
            Action::AskJustification => "ask-justification",
            Action::AskApproval => "ask-approval",
            Action::Block => "block",
        }
    }
}

/// How a finding is taken out. Ordered by strength, weakest first, so the strongest of several wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Method {
    /// A keyed placeholder, put back in the answer.
    Token,
    /// The name of its class in brackets, not put back.
    Mask,
    /// Nothing of it is left.
    Remove,
}

impl Method {
    /// The word in the policy.
    pub fn name(self) -> &'static str {
        match self {
            Method::Token => "token",
            Method::Mask => "mask",
            Method::Remove => "remove",
        }
    }
}

/// How urgent an alert is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// For the weekly look.
    Low,
    /// For today.
    High,
    /// For now.
    Critical,
}

impl Severity {
    /// The word in the policy.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Low => "low",
            Severity::High => "high",
            Severity::Critical => "critical",
        }
    }
}

/// Who spoke.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cause {
    /// A rule.
    Rule(RuleId),
    /// A violated invariant.
    Invariant(InvariantId),
}

/// The security operations centre is to be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Alert {
    /// How urgent.
    pub severity: Severity,
    /// By whom.
    pub cause: Cause,
}

/// What is asked for before it is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ask {
    /// A stated reason, kept with the record.
    Justification,
    /// The approval of somebody in this role.
    Approval(RoleId),
}

/// Why the action is what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// The strictest of the matching rules says so; they open [`Decision::rules`].
    Rules,
    /// No rule that matches lets anything through.
    NoRule,
    /// Rules match, but none licenses the classes in [`Decision::unlicensed`].
    Unlicensed,
    /// Rules want it rerouted to different pools.
    PoolsDiffer,
    /// The rules would have let through what this invariant forbids.
    Invariant(InvariantId),
    /// The whole policy is only watched; what it would have done is in [`Decision::observed`].
    Observed,
    /// The policy has expired, and destinations of this tier are closed ([`crate::Validity`]).
    Expired,
}

/// The decision on one situation and one candidate.
///
/// Lists are kept in place up to the given sizes, so that deciding does not allocate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// What happens.
    pub action: Action,
    /// Why.
    pub reason: Reason,
    /// All rules that match and are in force.
    pub rules: RuleSet,
    /// What is taken out before sending, by class; empty when it is blocked or rerouted.
    pub redact: SmallVec<[(ClassId, Method); 8]>,
    /// The pool whose members are to be decided on.
    pub reroute: Option<PoolId>,
    /// What is asked for, justification first, then roles by name.
    pub asks: SmallVec<[Ask; 2]>,
    /// Whom to tell, rules first.
    pub alerts: SmallVec<[Alert; 4]>,
    /// Classes that are there and that no matching rule licenses.
    pub unlicensed: SmallVec<[ClassId; 8]>,
    /// Rules in monitor mode that would have matched.
    pub would_have: RuleSet,
    /// Invariants that the rules would have violated; empty where the rules are only watched and an invariant stops it, as they would.
    pub violated: SmallVec<[InvariantId; 2]>,
    /// What would have happened, if the whole policy is only watched and no invariant keeps it from being sent.
    pub observed: Option<Box<Decision>>,
}

impl Decision {
    /// A block without any rule.
    pub(crate) fn closed() -> Decision {
        Decision {
            action: Action::Block,
            reason: Reason::NoRule,
            rules: RuleSet::default(),
            redact: SmallVec::new(),
            reroute: None,
            asks: SmallVec::new(),
            alerts: SmallVec::new(),
            unlicensed: SmallVec::new(),
            would_have: RuleSet::default(),
            violated: SmallVec::new(),
            observed: None,
        }
    }

    /// What is done in place of a decision while the policy is only watched: it is sent as it is, and alerts fire.
    pub(crate) fn watched(&self) -> Decision {
        Decision {
            action: Action::Allow,
            reason: Reason::Observed,
            rules: self.rules.clone(),
            alerts: self.alerts.clone(),
            would_have: self.would_have.clone(),
            observed: Some(Box::new(self.clone())),
            ..Decision::closed()
        }
    }

    /// Whether bytes would go to this candidate, now or after what is asked for.
    pub fn sends(&self) -> bool {
        self.action != Action::Block && self.reroute.is_none()
    }

    /// The stricter of two decisions on the same situation, with the rules, redactions, asks and alerts of both: for a clock that cannot be trusted between two days.
    pub(crate) fn stricter(self, other: Decision) -> Decision {
        let (mut kept, second) =
            if self.action >= other.action { (self, other) } else { (other, self) };
        kept.rules.join(&second.rules);
        join(&mut kept.alerts, &second.alerts);
        kept.would_have.join(&second.would_have);
        join(&mut kept.unlicensed, &second.unlicensed);
        join(&mut kept.violated, &second.violated);
        // It is only watched if it is on all of the days.
        if second.observed.is_none() && kept.observed.take().is_some() {
            kept.reason = second.reason;
        }
        if kept.action == Action::Block {
            return kept;
        }
        if kept.reroute.is_some() && second.reroute.is_some() && kept.reroute != second.reroute {
            kept.action = Action::Block;
            kept.reason = Reason::PoolsDiffer;
            kept.reroute = None;
            kept.redact.clear();
            kept.asks.clear();
            return kept;
        }
        kept.reroute = kept.reroute.or(second.reroute);
        for (class, method) in second.redact {
            match kept.redact.iter_mut().find(|(known, _)| *known == class) {
                Some(known) => known.1 = known.1.max(method),
                None => kept.redact.push((class, method)),
            }
        }
        kept.redact.sort_unstable();
        if kept.reroute.is_some() {
            kept.redact.clear();
        }
        join(&mut kept.asks, &second.asks);
        kept.asks.sort_unstable();
        kept
    }
}

/// Adds what is not there yet.
fn join<A: smallvec::Array<Item: PartialEq + Copy>>(list: &mut SmallVec<A>, more: &SmallVec<A>) {
    for item in more {
        if !list.contains(item) {
            list.push(*item);
        }
    }
}
