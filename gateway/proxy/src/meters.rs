//! What the data plane counts and times. One truth, read by the Prometheus page and by the OpenTelemetry exporter.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use exchange::{AnswerSummary, Code};
use policy::{Action, Decision};

/// How a request ended, for the counters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The provider's answer reached the client.
    Answered,
    /// A refusal or an error reached the client.
    Refused(Code),
    /// The client went away first.
    ClientGone,
}

/// A counter.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    fn add(&self, n: u64) {
        self.0.fetch_add(n, Ordering::Relaxed);
    }

    /// Its value now.
    #[must_use]
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Upper bounds of the buckets of a [`Times`], in microseconds.
pub const BOUNDS: [u64; 19] = [
    5,
    10,
    25,
    50,
    100,
    250,
    500,
    1_000,
    2_500,
    5_000,
    25_000,
    100_000,
    250_000,
    1_000_000,
    2_500_000,
    10_000_000,
    30_000_000,
    60_000_000,
    300_000_000,
];

/// A histogram of durations.
#[derive(Debug, Default)]
pub struct Times {
    /// One for each of [`BOUNDS`] and one for what is longer; not cumulative.
    buckets: [AtomicU64; BOUNDS.len() + 1],
    sum: AtomicU64,
}

impl Times {
    fn add(&self, time: Duration) {
        let micros = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        let at = BOUNDS.partition_point(|bound| *bound < micros);
        self.buckets[at].fetch_add(1, Ordering::Relaxed);
        self.sum.fetch_add(micros, Ordering::Relaxed);
    }

    /// Counts by bucket, and the sum in microseconds.
    #[must_use]
    pub fn read(&self) -> ([u64; BOUNDS.len() + 1], u64) {
        let mut counts = [0; BOUNDS.len() + 1];
        for (count, bucket) in counts.iter_mut().zip(&self.buckets) {
            *count = bucket.load(Ordering::Relaxed);
        }
        (counts, self.sum.load(Ordering::Relaxed))
    }
}

/// As many counters as there are kinds of what they count.
#[derive(Debug)]
pub struct Counters<const N: usize>([Counter; N]);

impl<const N: usize> Default for Counters<N> {
    fn default() -> Self {
        Self(std::array::from_fn(|_| Counter::default()))
    }
}

impl<const N: usize> std::ops::Deref for Counters<N> {
    type Target = [Counter; N];

    fn deref(&self) -> &[Counter; N] {
        &self.0
    }
}

/// All counters and times of the data plane.
#[derive(Debug, Default)]
pub struct Meters {
    /// Requests whose provider's answer reached the client.
    pub answered: Counter,
    /// Requests whose client went away.
    pub client_gone: Counter,
    /// Requests refused, by [`Code`], in the order of [`Meters::CODES`].
    pub refused: Counters<{ Meters::CODES.len() }>,
    /// Decisions, by action, in the order of [`Meters::ACTIONS`].
    pub decisions: [Counter; Meters::ACTIONS.len()],
    /// Requests that a policy which is only watched let pass, by what would have happened, in the order of [`Meters::ACTIONS`].
    pub observed: [Counter; Meters::ACTIONS.len()],
    /// Requests that went by a grant: with a stated reason or the approval of a second person.
    pub granted: Counter,
    /// Tokens that were restored in answers.
    pub restored: Counter,
    /// What looked like a token in an answer and was none of its exchange.
    pub unrestorable: Counter,
    /// Findings that were masked in answers.
    pub masked: Counter,
    /// Answers that said they were made elsewhere than their destination is.
    pub contradicted: Counter,
    /// Outcome records that could not be written.
    pub outcomes_lost: Counter,
    /// Policies loaded, and candidates that were refused while the old one stayed.
    pub reloads: Counter,
    /// Policy candidates that were refused.
    pub reloads_refused: Counter,
    /// Time from the head to the end of the answer.
    pub total: Times,
    /// Time for reading and inspecting a request.
    pub inspection: Times,
}

impl Meters {
    /// The order of [`Meters::decisions`].
    pub const ACTIONS: [Action; 6] = [
        Action::Allow,
        Action::Redact,
        Action::Reroute,
        Action::AskJustification,
        Action::AskApproval,
        Action::Block,
    ];
    /// The order of [`Meters::refused`]; all unreadable requests count as one.
    pub const CODES: [Code; 36] = [
        Code::Unreadable("unreadable"),
        Code::TooLarge,
        Code::UnsupportedEncoding,
        Code::Busy,
        Code::NoRoute,
        Code::Blocked,
        Code::NotLicensed,
        Code::NoPermittedDestination,
        Code::NeedsJustification,
        Code::NeedsApproval,
        Code::Residue,
        Code::Untranslatable,
        Code::TooMuchWork,
        Code::JudgementFailed,
        Code::Unrecorded,
        Code::NotResolved,
        Code::Unreachable,
        Code::UpstreamTimeout,
        Code::AnswerUnreadable,
        Code::AnswerBlocked,
        Code::ClientTimeout,
        Code::CredentialForm,
        Code::Redirected,
        Code::CredentialHoldsData,
        Code::UnknownMethod,
        Code::ChallengeUnfit,
        Code::ChallengeExpired,
        Code::ChallengeUsed,
        Code::JustificationUnfit,
        Code::ApprovalDenied,
        Code::TooManyWaiting,
        Code::PurposeNotDeclared,
        Code::BasisNotDeclared,
        Code::ModelNotTaken,
        Code::IdentityNotBelieved,
        Code::Uncounted,
    ];

    pub(crate) fn ended(&self, ending: Ending, time: Duration) {
        self.total.add(time);
        match ending {
            Ending::Answered => self.answered.add(1),
            Ending::ClientGone => self.client_gone.add(1),
            Ending::Refused(code) => {
                let same =
                    |known: &Code| std::mem::discriminant(known) == std::mem::discriminant(&code);
                if let Some(counter) =
                    Self::CODES.iter().position(same).and_then(|at| self.refused.get(at))
                {
                    counter.add(1);
                }
            }
        }
    }

    pub(crate) fn decided(&self, decision: &Decision) {
        let place = |action| Self::ACTIONS.iter().position(|known| *known == action);
        if let Some(counter) = place(decision.action).and_then(|at| self.decisions.get(at)) {
            counter.add(1);
        }
        let observed = decision.observed.as_ref().and_then(|enforced| place(enforced.action));
        if let Some(counter) = observed.and_then(|at| self.observed.get(at)) {
            counter.add(1);
        }
    }

    pub(crate) fn granted(&self) {
        self.granted.add(1);
    }

    pub(crate) fn inspected(&self, time: Duration) {
        self.inspection.add(time);
    }

    pub(crate) fn answered(&self, answer: &AnswerSummary) {
        self.restored.add(answer.restored);
        self.unrestorable.add(answer.unrestorable);
        self.masked.add(answer.masked);
        self.contradicted.add(answer.contradicted.is_some().into());
    }

    pub(crate) fn outcome_lost(&self) {
        self.outcomes_lost.add(1);
    }

    /// Counts an attempt to load a policy.
    pub fn reloaded(&self, taken: bool) {
        if taken { self.reloads.add(1) } else { self.reloads_refused.add(1) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_falls_into_the_bucket_that_bounds_it() {
        let times = Times::default();
        times.add(Duration::from_micros(5));
        times.add(Duration::from_micros(6));
        times.add(Duration::from_secs(3600));
        let (counts, sum) = times.read();
        assert_eq!((counts[0], counts[1], counts[BOUNDS.len()]), (1, 1, 1));
        assert_eq!(sum, 5 + 6 + 3_600_000_000);
    }

    #[test]
    fn every_refusal_is_counted_under_its_code() {
        let meters = Meters::default();
        for code in Meters::CODES {
            meters.ended(Ending::Refused(code), Duration::ZERO);
        }
        meters.ended(Ending::Refused(Code::Unreadable("duplicate-key")), Duration::ZERO);
        assert_eq!(meters.refused[0].get(), 2);
        assert!(meters.refused[1..].iter().all(|counter| counter.get() == 1));
    }
}
