//! The end of an attempt: its outcome record, always, whatever happened before.

use std::net::SocketAddr;
use std::sync::Arc;

use incident::{Body, Ending, Findings, Outcome, Timings};

use crate::{AnswerSummary, Case, Code};

/// How an attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The client has the whole answer.
    Complete,
    /// The client went away; the upstream was stopped.
    ClientGone,
    /// The provider could not be reached, broke off, or said what cannot be read.
    Upstream(Code),
    /// The policy, or a bound, cut the answer.
    Cut(Code),
    /// Nothing was sent.
    Refused(Code),
    /// The gateway was stopped while the exchange was under way.
    Stopped,
}

impl End {
    fn ending(self) -> Ending {
        match self {
            Self::Complete => Ending::Complete,
            Self::ClientGone => Ending::ClientAbort,
            Self::Upstream(Code::UpstreamTimeout) | Self::Cut(Code::ClientTimeout) => {
                Ending::Timeout
            }
            Self::Upstream(_) => Ending::UpstreamError,
            Self::Cut(Code::JudgementFailed) | Self::Refused(Code::JudgementFailed) => {
                Ending::Panic
            }
            Self::Cut(_) => Ending::Cut,
            Self::Refused(Code::Unrecorded) => Ending::Unrecorded,
            Self::Refused(_) => Ending::Refused,
            Self::Stopped => Ending::Shutdown,
        }
    }

    fn code(self) -> Option<Code> {
        match self {
            Self::Complete | Self::ClientGone | Self::Stopped => None,
            Self::Upstream(code) | Self::Cut(code) | Self::Refused(code) => Some(code),
        }
    }
}

/// Everything the outcome record says.
#[derive(Debug)]
pub struct Closed<'c> {
    /// The exchange.
    pub case: &'c Arc<Case>,
    /// The attempt.
    pub attempt: u32,
    /// How it ended.
    pub end: End,
    /// When: nanoseconds since 1970-01-01 UTC.
    pub time: u64,
    /// The status that the client was told; 0 if none.
    pub told: u16,
    /// The provider's status; 0 if there was none.
    pub upstream_status: u16,
    /// The address that was connected, if it came to that.
    pub address: Option<SocketAddr>,
    /// Bytes of body that were sent to the provider.
    pub sent: u64,
    /// Bytes of answer that were handed to the client.
    pub delivered: u64,
    /// What was seen in the answer.
    pub answer: AnswerSummary,
    /// How long it took.
    pub timings: Timings,
}

impl Closed<'_> {
    /// The record as a line of the journal.
    #[must_use]
    pub fn entry(&self) -> Vec<u8> {
        let outcome = Outcome {
            exchange: self.case.id.clone(),
            attempt: self.attempt,
            ending: self.end.ending(),
            reason: self.end.code().map(|code| code.name().to_owned()),
            status: self.told,
            upstream_status: (self.upstream_status != 0).then_some(self.upstream_status),
            upstream: self.address.map(|address| address.to_string()),
            bytes_sent: self.sent,
            bytes_delivered: self.delivered,
            restored: self.answer.restored,
            unrestorable: self.answer.unrestorable,
            findings: self.findings(),
            allowed: self.answer.allowed.clone(),
            action: self.answer.action.to_owned(),
            decision: self.answer.judged.clone(),
            explained: self.answer.explained.clone(),
            contradicted: self.answer.contradicted.clone(),
            timings: self.timings,
            trace: Some(self.case.trace()),
        };
        self.case.line(Body::Outcome(Box::new(outcome)), self.attempt, self.time)
    }

    fn findings(&self) -> Findings {
        Findings { listed: Vec::new(), counted: self.answer.findings.clone() }
    }
}
