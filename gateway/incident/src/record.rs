//! The canonical record, `seawall.record/1`.
//!
//! Plain data with public fields: whoever judges an exchange fills it in. Empty and absent fields are left out of the JSON.

use serde::{Deserialize, Serialize};

use crate::part_path::PartPath;
use crate::pseudonym::Pseudonym;
use crate::verbatim::Verbatim;

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

/// Who called.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Client {
    /// `None` in all three: anonymous.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agency: Option<String>,
    /// The department within the agency.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub department: Option<String>,
    /// The calling application.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub application: Option<String>,
    /// The person or key, as a pseudonym.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identity: Option<Pseudonym>,
    /// The network address, as a pseudonym.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<Pseudonym>,
}

impl Client {
    /// Whether nothing is known of the caller but perhaps an address.
    pub fn is_anonymous(&self) -> bool {
        self.agency.is_none() && self.application.is_none() && self.identity.is_none()
    }
}

/// The trace that the exchange is part of, as hexadecimal of W3C Trace Context.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trace {
    /// 32 digits.
    pub trace: String,
    /// 16 digits.
    pub span: String,
}

/// One finding, or several of the same kind in the same part. Holds no text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// The id of the detector.
    pub detector: String,
    /// The data class it stands for.
    pub class: String,
    /// `possible`, `likely` or `confirmed`.
    pub level: String,
    /// Where.
    pub path: PartPath,
    /// Whose text it is: `user`, `system`, `tool`, …
    pub role: String,
    /// How often.
    pub count: u64,
    /// Keyed hash of the value ([`crate::Domain::Value`]), to see the same value again without knowing it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// Lengths in bytes of the spans. Of the first, if there are many.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lengths: Vec<u64>,
    /// Whether a surer reading of the same bytes stands in its place, and yet its class counts: it is one more reason of the decision.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub gave_way: bool,
}

/// Findings that are counted but not listed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundGroup {
    /// The data class; `*` for all that remain.
    pub class: String,
    /// The highest level among them.
    pub level: String,
    /// How many findings.
    pub count: u64,
}

/// Findings of a body, complete: what is not listed is counted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Findings {
    /// In the order of the body, and behind them what gave way.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub listed: Vec<Found>,
    /// The rest, by class.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub counted: Vec<FoundGroup>,
}

impl Findings {
    /// All findings, listed and counted.
    pub fn total(&self) -> u64 {
        let listed: u64 = self.listed.iter().map(|found| found.count).sum();
        listed + self.counted.iter().map(|group| group.count).sum::<u64>()
    }

    /// The classes, each once, in order of appearance.
    pub fn classes(&self) -> Vec<&str> {
        let mut classes: Vec<&str> = Vec::new();
        let listed = self.listed.iter().map(|found| found.class.as_str());
        for class in listed.chain(self.counted.iter().map(|group| group.class.as_str())) {
            if !classes.contains(&class) {
                classes.push(class);
            }
        }
        classes
    }
}

/// What was not read, or not to its end: why the class of what nobody read counts. Names nothing that a client wrote.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Unread {
    /// The part that holds it.
    pub path: PartPath,
    /// What it is: `text`, `image`, `audio`, `file`, `opaque`, the kind of a file (`pdf`, `zip`, …), or `operation` for one that
    /// nobody knows, which has no path.
    pub kind: String,
    /// Why: `encrypted`, `broken`, `unsupported`, …; `encoded` for encoded text, `ambiguous` for a file that others may read otherwise.
    pub why: String,
    /// In how many places of it.
    pub count: u64,
}

/// How many values an entry of an allow-list let through. They are no findings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Allowed {
    /// The entry's name.
    pub entry: String,
    /// Its last day.
    pub until: String,
    /// How many.
    pub count: u64,
}

/// What a body was, without the body.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BodyDigest {
    /// Bytes, decoded.
    pub bytes: u64,
    /// Keyed hash ([`crate::Domain::Body`]).
    pub mac: String,
}

/// An address of a candidate and what speaks for where it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    /// The address of the provider. Not of the caller: that is a pseudonym.
    pub address: String,
    /// The country that the evidence says, ISO 3166-1 alpha-2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// Each piece of evidence in words: source and what it says.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<String>,
}

/// The destination that was judged, with the facts it was judged by.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Candidate {
    /// The name in the rulebook.
    pub destination: String,
    /// How sure its place is: `proven`, `consistent`, `declared`, `unprovable`, `refuted`.
    pub grade: String,
    /// Its addresses.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub addresses: Vec<Address>,
    /// Why it has none: `no-such-name`, `no-address`, `private-address`, `dns-timeout`, `dns-failed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unresolved: Option<String>,
    /// When the address database was built, Unix seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub database: Option<u64>,
    /// The candidate in the policy's own form, for deciding again.
    #[serde(skip_serializing_if = "Verbatim::is_none")]
    pub facts: Verbatim,
}

/// A rule that had a say. Its sentence and remedy stand in the policy whose digest the record names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Rule {
    /// Its name.
    pub id: String,
    /// The law it rests on.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub law: String,
}

/// What was decided on one attempt, and everything needed to decide it again.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Decision {
    /// The exchange this is part of; its outcome carries the same.
    pub exchange: String,
    /// 1 for the first choice, more for reroutes, retries and fallbacks.
    pub attempt: u32,
    /// Who called.
    pub client: Client,
    /// The listener that took the call.
    pub listener: String,
    /// The wire format.
    pub dialect: String,
    /// What was asked for.
    pub operation: String,
    /// The model asked for. Chosen by the client, so its name stands here only if the policy knows it, else `keyed:` and a
    /// keyed hash ([`crate::Domain::Model`]).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// The destination asked for.
    pub requested: String,
    /// The destination judged here.
    pub candidate: Candidate,
    /// What was found.
    pub findings: Findings,
    /// What would have been found, had an allow-list not let it through.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub allowed: Vec<Allowed>,
    /// What was not read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unread: Vec<Unread>,
    /// The situation in the policy's own form.
    #[serde(skip_serializing_if = "Verbatim::is_none")]
    pub situation: Verbatim,
    /// `allow`, `redact`, `reroute`, `ask`, `block`, or a refusal before judgement.
    pub action: String,
    /// A stable code if it ended in a refusal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refusal: Option<String>,
    /// The decision in the policy's own form.
    #[serde(skip_serializing_if = "Verbatim::is_none")]
    pub decision: Verbatim,
    /// The rules that matched, strictest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<Rule>,
    /// Digest of the rulebook, hexadecimal.
    pub policy: String,
    /// Digest of the detectors, hexadecimal.
    pub detectors: String,
    /// The body as received.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub received: Option<BodyDigest>,
    /// The body as it is to be sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sent: Option<BodyDigest>,
    /// The name of the key of all keyed hashes in this record, and its period.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keyed: Option<Keyed>,
    /// Fields that a translation between dialects had to leave out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lost: Vec<PartPath>,
    /// The trace.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trace: Option<Trace>,
}

/// Under which key and period hashes were made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Keyed {
    /// The name of the key.
    pub key: String,
    /// The period.
    pub period: String,
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
    /// How long it took.
    pub timings: Timings,
    /// The trace.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trace: Option<Trace>,
}

/// What happened to the gateway itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Lifecycle {
    /// The gateway started.
    Start {
        /// Its version.
        version: String,
        /// Digest of the rulebook it enforces.
        policy: String,
        /// Digest of its detectors.
        detectors: String,
    },
    /// The gateway is stopping.
    Stop {
        /// Why: a signal, an upgrade.
        reason: String,
    },
    /// A new rulebook is enforced.
    PolicyReloaded {
        /// Digest of the one before.
        previous: String,
        /// Digest of the new one.
        policy: String,
        /// Digest of the detectors with it.
        detectors: String,
    },
    /// A new rulebook was refused and the old one stays.
    PolicyReloadFailed {
        /// Digest of the one that stays.
        policy: String,
        /// How many problems it had.
        problems: u64,
        /// The first of them: place and message.
        first: String,
    },
    /// Something beside the rulebook (client keys, a database, a key file, a disk) kept a reload from being done, and
    /// all stays as it was.
    ReloadFailed {
        /// Digest of the rulebook that stays.
        policy: String,
        /// How many problems there were.
        problems: u64,
        /// The first of them: place and message.
        first: String,
    },
    /// The journal was found with a torn tail, which a crash leaves.
    TornTailRepaired {
        /// The epoch of the journal.
        epoch: u64,
        /// Bytes cut off.
        bytes: u64,
        /// Whole entries among them, which were kept.
        kept: u64,
    },
}
