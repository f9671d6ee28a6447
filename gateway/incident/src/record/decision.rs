//! What was decided on one attempt, and by which facts.

use serde::{Deserialize, Serialize};

use super::{Allowed, Asked, Findings, Trace, Unread};
use crate::part_path::PartPath;
use crate::pseudonym::Pseudonym;
use crate::verbatim::Verbatim;

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
    /// What was asked for, if anything was, and what came of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asked: Option<Asked>,
    /// The rules that matched, strictest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<Rule>,
    /// Why it was decided so and what would be sent instead, in lines, as `rules explain` tells it: where nothing was let
    /// pass, or somebody is alerted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub explained: Vec<String>,
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
    /// What an answer of it said before against its place: the field, and what it said there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contradicted: Option<String>,
    /// When the address database was built, Unix seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub database: Option<u64>,
    /// The candidate in the policy's own form, for deciding again.
    #[serde(skip_serializing_if = "Verbatim::is_none")]
    pub facts: Verbatim,
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

/// What a body was, without the body.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BodyDigest {
    /// Bytes, decoded.
    pub bytes: u64,
    /// Keyed hash ([`crate::Domain::Body`]).
    pub mac: String,
}

/// Under which key and period hashes were made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Keyed {
    /// The name of the key.
    pub key: String,
    /// The period.
    pub period: String,
}
