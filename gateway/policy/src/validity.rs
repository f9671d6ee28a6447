//! What becomes of a policy whose bundle has expired: it gets stricter by itself, and never looser.
//!
//! A bundle says until when it holds. Nobody who can hold new bundles back, or forgets to sign one, may win by that: from the last
//! second on nothing goes to the market any more, thirty days later nothing to allies. What is under the state's own control stays
//! open, by the rules as they are, so that work goes on at home. INVARIANT: a decision that was tightened is the decision without,
//! or a block that keeps all its rules and alerts; so whatever was proved of what is never sent, and of who is told, still holds.

use serde::{Deserialize, Serialize};

use crate::{Action, Decision, Reason, Tier};

/// For how long allies stay open after the policy has expired, in seconds: 30 days.
pub const ALLIES_STAY: i64 = 30 * 86_400;

/// How the policy stands to its own end, in order of strictness.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Validity {
    /// It holds, or has no end.
    #[default]
    Current,
    /// It has expired: the market is closed.
    Expired,
    /// It expired long ago: the market and allies are closed.
    LongExpired,
}

impl Validity {
    /// How a policy that expires at `expires` stands at `now`, both in seconds since 1970-01-01 UTC. `now` must be the latest time ever
    /// seen, so that a clock that is set back opens nothing again.
    pub fn at(expires: i64, now: i64) -> Self {
        match now.saturating_sub(expires) {
            ..0 => Self::Current,
            past if past < ALLIES_STAY => Self::Expired,
            _ => Self::LongExpired,
        }
    }

    /// Whether the policy holds.
    pub fn is_current(&self) -> bool {
        *self == Self::Current
    }

    /// The word in records.
    pub fn name(self) -> &'static str {
        match self {
            Self::Current => "current",
            Self::Expired => "expired",
            Self::LongExpired => "long-expired",
        }
    }

    /// Whether destinations of this tier are closed.
    pub fn closes(self, tier: Tier) -> bool {
        match self {
            Self::Current => false,
            Self::Expired => tier == Tier::Market,
            Self::LongExpired => tier != Tier::MustControl,
        }
    }

    /// Tightens a decision about a destination of this tier. A reroute stays one: the members of its pool are decided on each for
    /// itself.
    pub(crate) fn tighten(self, decision: &mut Decision, tier: Tier) {
        if !self.closes(tier) || !decision.sends() {
            return;
        }
        decision.action = Action::Block;
        decision.reason = Reason::Expired;
        decision.redact.clear();
        decision.asks.clear();
        // What is only watched expires all the same.
        decision.observed = None;
    }
}
