//! The end of an attempt: its outcome record, always, whatever happened before.

use std::net::SocketAddr;
use std::sync::Arc;

use incident::{Body, Ending, Findings, FoundGroup, Outcome, Timings};

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
    /// The provider's status; 0 if there was none.
    pub status: u16,
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
        let (ending, reason) = match self.end {
            End::Complete => (Ending::Complete, None),
            End::ClientGone => (Ending::ClientAbort, None),
            End::Upstream(Code::UpstreamTimeout) => {
                (Ending::Timeout, Some(Code::UpstreamTimeout.name()))
            }
            End::Upstream(code) => (Ending::UpstreamError, Some(code.name())),
            End::Cut(Code::JudgementFailed) => (Ending::Panic, Some(Code::JudgementFailed.name())),
            End::Cut(code) => (Ending::Cut, Some(code.name())),
        };
        let outcome = Outcome {
            exchange: self.case.id.clone(),
            attempt: self.attempt,
            ending,
            reason: reason.map(str::to_owned),
            status: self.status,
            upstream_status: (self.status != 0).then_some(self.status),
            upstream: self.address.map(|address| address.to_string()),
            bytes_sent: self.sent,
            bytes_delivered: self.delivered,
            restored: self.answer.restored,
            unrestorable: self.answer.unrestorable,
            findings: self.findings(),
            action: self.answer.action.to_owned(),
            decision: self.answer.judged.clone(),
            timings: self.timings,
            trace: Some(self.case.trace()),
        };
        self.case.line(Body::Outcome(Box::new(outcome)), self.attempt)
    }

    fn findings(&self) -> Findings {
        let counted = self.answer.findings.iter().map(|(detector, level, count)| FoundGroup {
            class: detector.clone(),
            level: (*level).to_owned(),
            count: *count,
        });
        Findings { listed: Vec::new(), counted: counted.collect() }
    }
}
