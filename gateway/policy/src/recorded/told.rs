//! A decision on record in one sentence. Holds names only, never content.

use std::fmt::{Display, Formatter, Result};

use super::RecordedDecision;
use crate::Action;

impl Display for RecordedDecision {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self.action {
            Action::Allow => write!(f, "allow")?,
            Action::Redact => {
                let taken: Vec<String> = (self.redact.iter())
                    .map(|(class, method)| format!("{class} as {}", method.name()))
                    .collect();
                write!(f, "redact {}", taken.join(", "))?;
            }
            Action::Reroute => write!(f, "reroute to {}", self.reroute.as_deref().unwrap_or("?"))?,
            Action::AskJustification | Action::AskApproval => {
                let asked: Vec<String> = self.asks.iter().map(|ask| asked(ask)).collect();
                write!(f, "ask for {}", asked.join(" and "))?;
            }
            Action::Block => write!(f, "block")?,
        }
        self.why(f)
    }
}

impl RecordedDecision {
    fn why(&self, f: &mut Formatter<'_>) -> Result {
        if let Some(invariant) = self.reason.strip_prefix("invariant ") {
            return write!(f, " because it would violate invariant {invariant}");
        }
        match self.reason.as_str() {
            "rules" => {
                write!(f, " by rule {}", self.rules.first().map_or("no rule", String::as_str))
            }
            "no-rule" => write!(f, " because no rule lets it through"),
            "unlicensed" => {
                write!(f, " because no rule licenses {}", self.unlicensed.join(", "))
            }
            "observed" => write!(f, " because the whole policy is only watched"),
            "pools-differ" => write!(f, " because rules reroute it to different pools"),
            "policy-expired" => write!(f, " because the policy has expired"),
            NOT_DECLARED => write!(f, " because the destination is not declared"),
            other => write!(f, " because of {other}"),
        }
    }
}

/// The reason of a policy that does not know the destination. It is never on record: such a policy is not asked.
pub(crate) const NOT_DECLARED: &str = "not-declared";

fn asked(ask: &str) -> String {
    let article = if ask == "justification" { "a" } else { "the" };
    format!("{article} {ask}")
}
