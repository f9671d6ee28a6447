//! How one decision stands to another on the same request.

use serde::Serialize;

use crate::{RecordedDecision, Severity};

/// How the second of two decisions stands to the first, looser first. As in a comparison of two policies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Shift {
    /// A laxer action, or the same with less taken out, asked for or told.
    Looser,
    /// The same action, with something else or more taken out, asked for or told, or to another pool.
    Otherwise,
    /// A stricter action.
    Stricter,
    /// The same in all that a sender, a test or whoever is alerted can see, whatever rules say so.
    Same,
}

impl Shift {
    /// From the first decision to the second.
    #[must_use]
    pub fn between(old: &RecordedDecision, new: &RecordedDecision) -> Shift {
        match new.action.cmp(&old.action) {
            std::cmp::Ordering::Less => Shift::Looser,
            std::cmp::Ordering::Greater => Shift::Stricter,
            std::cmp::Ordering::Equal if is_laxer(old, new) => Shift::Looser,
            std::cmp::Ordering::Equal if Seen::of(old) != Seen::of(new) => Shift::Otherwise,
            // Both only watch: what they would do is what their author asks for.
            std::cmp::Ordering::Equal => match (&old.observed, &new.observed) {
                (Some(old), Some(new)) => Shift::between(old, new),
                _ => Shift::Same,
            },
        }
    }

    /// The word for reports: looser in capitals.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Shift::Looser => "LOOSER",
            Shift::Otherwise => "otherwise",
            Shift::Stricter => "stricter",
            Shift::Same => "same",
        }
    }
}

/// What can be seen of a decision beside its action.
#[derive(PartialEq)]
struct Seen<'d> {
    redact: &'d [(String, crate::Method)],
    reroute: Option<&'d str>,
    asks: &'d [String],
    /// Of which severities, each once.
    alerts: Vec<Severity>,
}

impl<'d> Seen<'d> {
    fn of(decision: &'d RecordedDecision) -> Self {
        let mut alerts: Vec<Severity> =
            decision.alerts.iter().map(|(severity, _)| *severity).collect();
        alerts.sort_unstable();
        alerts.dedup();
        Self {
            redact: &decision.redact,
            reroute: decision.reroute.as_deref(),
            asks: &decision.asks,
            alerts,
        }
    }
}

/// Whether less is taken out, asked for or told.
fn is_laxer(old: &RecordedDecision, new: &RecordedDecision) -> bool {
    let is_taken = |(class, method): &(String, crate::Method)| {
        new.redact.iter().any(|(other, as_strong)| other == class && as_strong >= method)
    };
    let loudest = |decision: &RecordedDecision| decision.alerts.iter().map(|alert| alert.0).max();
    !old.redact.iter().all(is_taken)
        || !old.asks.iter().all(|ask| new.asks.contains(ask))
        || loudest(new) < loudest(old)
}
