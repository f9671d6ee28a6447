//! The canonical record, `seawall.record/1`.
//!
//! Plain data with public fields: whoever judges an exchange fills it in. Empty and absent fields are left out of the JSON.

mod asked;
mod decision;
mod findings;
mod lifecycle;
mod outcome;

use serde::{Deserialize, Serialize};

pub use asked::{Asked, Verdict};
pub use decision::{Address, BodyDigest, Candidate, Client, Decision, Keyed, Rule};
pub use findings::{Allowed, Findings, Found, FoundGroup, Unread};
pub use lifecycle::Lifecycle;
pub use outcome::{Ending, Outcome, Timings};

/// The name and version of the schema, the first field of every record.
pub const SCHEMA: &str = "seawall.record/1";

/// One line in the journal. Its place there (epoch and index) is the journal's to tell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// [`SCHEMA`].
    pub schema: String,
    /// Unique for ever: sinks recognise a repeated record by it. The exchange's ULID and which of its records it is, or a
    /// ULID of its own.
    pub id: String,
    /// When it happened, in nanoseconds since 1970-01-01 UTC.
    pub time: u64,
    /// The latest time that the clock of this node had shown, in the same unit, if it ran backwards since. A node that
    /// starts goes on from it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latest: Option<u64>,
    /// The node that writes.
    pub node: String,
    /// The boot of the gateway process on that node.
    pub boot: String,
    /// What it is about.
    #[serde(flatten)]
    pub body: Body,
    /// Fields that had to be shortened to keep the record below [`crate::MAX_BYTES`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shortened: Vec<String>,
}

impl Record {
    /// A record of the current schema.
    pub fn new(
        id: impl Into<String>,
        time: u64,
        node: impl Into<String>,
        boot: impl Into<String>,
        body: Body,
    ) -> Self {
        Self {
            schema: SCHEMA.to_owned(),
            id: id.into(),
            time,
            latest: None,
            node: node.into(),
            boot: boot.into(),
            body,
            shortened: Vec::new(),
        }
    }

    /// The record of a node whose clock had shown `latest` (see [`Record::latest`]).
    #[must_use]
    pub fn after(self, latest: u64) -> Self {
        Self { latest: (latest > self.time).then_some(latest), ..self }
    }

    /// Reads a line. `None` if it is not a record of this schema.
    pub fn parse(line: &[u8]) -> Option<Self> {
        let record: Self = serde_json::from_slice(line).ok()?;
        (record.schema == SCHEMA).then_some(record)
    }
}

/// The kinds of record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Body {
    /// Before the first byte leaves.
    Decision(Box<Decision>),
    /// When an exchange closes.
    Outcome(Box<Outcome>),
    /// When the gateway itself changes.
    Lifecycle(Lifecycle),
}

/// The trace that the exchange is part of, as hexadecimal of W3C Trace Context.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trace {
    /// 32 digits.
    pub trace: String,
    /// 16 digits.
    pub span: String,
}
