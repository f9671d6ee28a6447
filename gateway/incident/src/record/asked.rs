//! What was asked for before it could leave, and what came of it.

use serde::{Deserialize, Serialize};

/// What was asked for, and what came of it: issued, still waiting, refused, or granted and used up.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// `issued`, `waiting`, `refused` or `granted`.
    pub state: String,
    /// The id of the challenge: the exchange that it was first given to.
    pub id: String,
    /// The last second of its term: seconds since 1970-01-01 UTC.
    pub until: u64,
    /// `justification`, `approval of ROLE`.
    pub asks: Vec<String>,
    /// Digest of the matter that it is bound to, in hexadecimal.
    pub matter: String,
    /// Keyed hash of what was found.
    pub findings: String,
    /// The name of the caller's key or certificate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
    /// Why it was refused: a stable code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// The reason that the caller stated: their words, in which nothing sensitive was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub justification: Option<String>,
    /// Who approved or denied.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub verdicts: Vec<Verdict>,
}

/// What a second person said.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Verdict {
    /// `approve` or `deny`.
    pub verdict: String,
    /// Who, as the policy names them.
    pub by: String,
    /// In which role.
    pub role: String,
    /// The last second on which it counts.
    #[serde(skip_serializing_if = "is_zero")]
    pub until: u64,
    /// Ed25519 over request and verdict, in base64.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub signature: String,
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}
