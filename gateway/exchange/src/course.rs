//! What the policy makes of one candidate: the course that an attempt takes.

use policy::{Action, Decision, PoolId, RuleInfo, Rulebook};

use crate::{Code, Refusal};

/// The consequence of a decision, exhaustive on purpose: a new action must be thought about here.
#[derive(Debug)]
pub enum Course {
    /// It may go to this candidate, after the redactions that the decision names.
    Send(Decision),
    /// It must go to a member of this pool instead; each is decided again.
    Reroute(Decision, PoolId),
    /// It does not go.
    Refuse(Decision, Refusal),
}

impl Course {
    /// The decision itself, as it is recorded.
    #[must_use]
    pub fn decision(&self) -> &Decision {
        match self {
            Self::Send(decision) | Self::Reroute(decision, _) | Self::Refuse(decision, _) => decision,
        }
    }

    pub(crate) fn of(rulebook: &Rulebook, decision: Decision) -> Self {
        match (decision.action, decision.reroute) {
            (Action::Allow | Action::Redact, _) => Self::Send(decision),
            (Action::Reroute, Some(pool)) => Self::Reroute(decision, pool),
            _ => {
                let refusal = refusal(rulebook, &decision);
                Self::Refuse(decision, refusal)
            }
        }
    }
}

/// Puts a decision that sends nothing into the words of its rule.
fn refusal(rulebook: &Rulebook, decision: &Decision) -> Refusal {
    let code = match decision.action {
        Action::AskJustification => Code::NeedsJustification,
        Action::AskApproval => Code::NeedsApproval,
        Action::Reroute => Code::NoPermittedDestination,
        _ if decision.unlicensed.is_empty() => Code::Blocked,
        _ => Code::NotLicensed,
    };
    let deciding = decision.rules.iter().map(|id| rulebook.rule(*id)).find(|rule| rule.action == decision.action);
    match deciding {
        Some(rule) if code != Code::NotLicensed => by_rule(code, rule),
        _ => Refusal::because(code, unlicensed(rulebook, decision)),
    }
}

fn by_rule(code: Code, rule: &RuleInfo) -> Refusal {
    Refusal {
        code,
        rule: Some(rule.name.clone()),
        message: format!("{} {}", code.message(), rule.sentence),
        law: rule.law.clone(),
        remedy: rule.remedy.clone().unwrap_or_else(|| code.remedy().to_owned()),
    }
}

fn unlicensed(rulebook: &Rulebook, decision: &Decision) -> String {
    let names: Vec<&str> = decision.unlicensed.iter().map(|class| rulebook.class(*class).name.as_str()).collect();
    if names.is_empty() {
        Code::Blocked.message().to_owned()
    } else {
        format!("{} Not licensed here: {}.", Code::NotLicensed.message(), names.join(", "))
    }
}
