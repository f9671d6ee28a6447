//! What the policy makes of one candidate: the course that an attempt takes.

use policy::{Action, Decision, PoolId, Reason, RuleInfo, Rulebook};

use crate::{Code, Refusal};

/// The consequence of a decision, exhaustive on purpose: a new action must be thought about here.
#[derive(Debug)]
pub enum Course {
    /// It may go to this candidate, after the redactions that the decision names.
    Send(Decision),
    /// It must go to a member of this pool instead; each is decided again. If none may have it, that is what is said.
    Reroute(Decision, PoolId, Refusal),
    /// It waits for what the decision asks for; until then it is refused.
    Ask(Decision, Refusal),
    /// It does not go.
    Refuse(Decision, Refusal),
}

impl Course {
    /// The decision itself, as it is recorded.
    #[must_use]
    pub fn decision(&self) -> &Decision {
        match self {
            Self::Send(decision)
            | Self::Reroute(decision, ..)
            | Self::Ask(decision, _)
            | Self::Refuse(decision, _) => decision,
        }
    }

    pub(crate) fn of(rulebook: &Rulebook, decision: Decision) -> Self {
        match (decision.action, decision.reroute) {
            (Action::Allow | Action::Redact, _) => Self::Send(decision),
            (Action::Reroute, Some(pool)) => {
                let refusal = refusal(rulebook, &decision);
                Self::Reroute(decision, pool, refusal)
            }
            (Action::AskJustification | Action::AskApproval, _) => {
                let refusal = refusal(rulebook, &decision);
                Self::Ask(decision, refusal)
            }
            _ => {
                let refusal = refusal(rulebook, &decision);
                Self::Refuse(decision, refusal)
            }
        }
    }
}

/// What is said when it is not a rule that closes a destination but the end of the policy.
const EXPIRED: &str = "The policy of this gateway has expired, and this destination is closed until a new one is installed.";

/// Puts a decision that sends nothing into the words of its rule.
pub(crate) fn refusal(rulebook: &Rulebook, decision: &Decision) -> Refusal {
    let code = match (decision.action, decision.reason) {
        (Action::AskJustification, _) => Code::NeedsJustification,
        (Action::AskApproval, _) => Code::NeedsApproval,
        (Action::Reroute, _) => Code::NoPermittedDestination,
        (_, Reason::Unlicensed | Reason::NoRule) => Code::NotLicensed,
        _ => Code::Blocked,
    };
    match decision.reason {
        Reason::Invariant(id) => {
            let (name, sentence) = rulebook.invariant(id).unwrap_or_default();
            let law = rulebook.invariant_law(id).map(Box::from);
            let message = format!("{} {sentence}", code.message());
            Refusal { rule: Some(name.into()), law, ..Refusal::because(code, message) }
        }
        Reason::Rules => match decision.rules.first().and_then(|id| rulebook.rule(id)) {
            Some(rule) => by_rule(code, rule),
            None => Refusal::new(code),
        },
        Reason::Unlicensed | Reason::NoRule if !decision.unlicensed.is_empty() => {
            Refusal::because(code, unlicensed(rulebook, decision))
        }
        Reason::Unlicensed | Reason::NoRule | Reason::PoolsDiffer | Reason::Observed => {
            Refusal::new(code)
        }
        Reason::Expired => Refusal::because(code, format!("{} {EXPIRED}", code.message())),
    }
}

fn by_rule(code: Code, rule: &RuleInfo) -> Refusal {
    Refusal {
        code,
        rule: Some(rule.name.as_str().into()),
        message: format!("{} {}", code.message(), rule.sentence).into(),
        law: rule.law.as_deref().map(Box::from),
        remedy: rule.remedy.clone().map_or(code.remedy().into(), Into::into),
        found: None,
        ask: None,
    }
}

fn unlicensed(rulebook: &Rulebook, decision: &Decision) -> String {
    let name = |class: &policy::ClassId| {
        rulebook.classes().get(class.index()).map(|info| info.name.as_str())
    };
    let names: Vec<&str> = decision.unlicensed.iter().filter_map(name).collect();
    format!("{} Not licensed here: {}.", Code::NotLicensed.message(), names.join(", "))
}
