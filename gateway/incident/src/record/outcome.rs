//! How an exchange closed.

use serde::{Deserialize, Serialize};

use super::{Allowed, Findings, Trace};
use crate::verbatim::Verbatim;

/// How an exchange closed. Always written, whatever happened before.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Outcome {
    /// The exchange.
    pub exchange: String,
    /// The attempt that it ended with; 0 if there was none.
    pub attempt: u32,
    /// How.
    pub ending: Ending,
    /// A stable code where `ending` does not say enough.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Status told to the client; 0 if none was.
    pub status: u16,
    /// Status from upstream.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub upstream_status: Option<u16>,
    /// The address that was actually connected to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub upstream: Option<String>,
    /// Bytes of body sent upstream.
    pub bytes_sent: u64,
    /// Bytes of body delivered to the client.
    pub bytes_delivered: u64,
    /// Tokens put back into the answer.
    pub restored: u64,
    /// Things like tokens that were not ours to put back.
    pub unrestorable: u64,
    /// What was found in the answer.
    pub findings: Findings,
    /// What would have been found in it, had an allow-list not let it through.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub allowed: Vec<Allowed>,
    /// What was decided on the answer: `allow`, `mask`, `cut`, or empty if it was not judged.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub action: String,
    /// That decision in the policy's own form.
    #[serde(skip_serializing_if = "Verbatim::is_none")]
    pub decision: Verbatim,
    /// Why it was decided so, in lines, where it was not let in or somebody is alerted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub explained: Vec<String>,
    /// The field by which the answer said that it was made elsewhere than its destination is, and what it said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contradicted: Option<String>,
    /// How long it took.
    pub timings: Timings,
    /// The trace.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trace: Option<Trace>,
}

/// How an exchange ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ending {
    /// The whole answer was delivered.
    #[default]
    Complete,
    /// The client went away.
    ClientAbort,
    /// The upstream failed, or could not be reached.
    UpstreamError,
    /// A rule cut the answer.
    Cut,
    /// Nothing was sent: a rule or a check refused.
    Refused,
    /// Judgement panicked; nothing was sent.
    Panic,
    /// A deadline passed.
    Timeout,
    /// The record could not be written; nothing was sent.
    Unrecorded,
    /// The gateway was stopped.
    Shutdown,
}

/// How long things took, in microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Timings {
    /// From the first byte of the request to its last.
    pub receive: u64,
    /// Parsing, inspecting, deciding.
    pub judge: u64,
    /// Waiting for the decision record to be durable.
    pub record: u64,
    /// From sending upstream to its first byte.
    pub first_byte: u64,
    /// From the first byte of the request to the end.
    pub total: u64,
}
