//! What is known of a request from its first byte on, and true at every stage.

use std::fmt;
use std::sync::Arc;

use incident::Pseudonym;
use policy::{Client, Day, DestinationId, Identity};

use crate::{Book, headers};

/// The trace identifiers of an exchange (W3C Trace Context), inside the gateway only.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trace {
    /// 32 lower-case hex digits.
    pub trace_id: String,
    /// 16 lower-case hex digits: the span of this exchange.
    pub span_id: String,
    /// The caller's span, if it sent a valid `traceparent`.
    pub parent: Option<String>,
}

/// A client's own API key. Goes to the operator that it was issued for, or nowhere.
#[derive(Clone, PartialEq, Eq)]
pub struct Credential {
    /// The lower-case name of the header that carried it.
    pub header: String,
    /// The header's whole value.
    pub value: String,
    /// Whether the gateway itself issued it; such a key never leaves.
    pub issued_here: bool,
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Credential({}, {} bytes)", self.header, self.value.len())
    }
}

/// The facts of a request that every stage and every record needs. Shared, never changed.
pub struct Case {
    /// The exchange: a ULID, 26 characters of Crockford base32.
    pub id: String,
    /// When the head was complete: nanoseconds since 1970-01-01 UTC, as read once.
    pub arrived: u64,
    /// The day in the policy's clock, from the same reading.
    pub day: Day,
    /// The latest day that this node's clock has shown; later than `day` if it ran backwards since.
    pub latest: Day,
    /// In which period the same value keeps the same token: the month of `day`.
    pub period: String,
    /// What it is judged by, from beginning to end, even if a new policy is loaded meanwhile.
    pub book: Arc<Book>,
    /// The name of the listener.
    pub listener: String,
    /// What is known of the caller.
    pub identity: Identity,
    /// Who that is in the policy's terms.
    pub client: Client,
    /// Keyed pseudonym of the caller's address.
    pub address_pseudonym: Pseudonym,
    /// Keyed pseudonym of the caller's key, if it presented one.
    pub key_pseudonym: Option<Pseudonym>,
    /// This node, and this boot of it.
    pub node: String,
    /// Tells this run of the process apart from others.
    pub boot: String,
    /// The request method.
    pub method: String,
    /// The path, without the route's prefix and without the query.
    pub path: String,
    /// The query, without `?`, as it came.
    pub query: Option<String>,
    /// The headers that would leave, lower-case names, in order.
    pub headers: Vec<(String, String)>,
    /// The caller's credential, if any.
    pub credential: Option<Credential>,
    /// Where the caller asked it to go.
    pub requested: DestinationId,
    /// Its trace.
    pub trace: Trace,
}

impl Case {
    /// Splits headers as received into those that would leave and the first credential.
    ///
    /// Names must be lower case. `issued_here` says whether a credential is one of the gateway's own keys.
    pub fn sort_headers(
        received: impl Iterator<Item = (String, String)>,
        issued_here: impl Fn(&str) -> bool,
    ) -> (Vec<(String, String)>, Option<Credential>) {
        let mut leaving = Vec::new();
        let mut credential = None;
        for (name, value) in received {
            if headers::is_credential(&name) && credential.is_none() {
                let issued_here = issued_here(secret_of(&value));
                credential = Some(Credential { header: name, value, issued_here });
            } else if headers::may_leave(&name) {
                leaving.push((name, value));
            }
        }
        (leaving, credential)
    }
}

/// The key itself, without an authentication scheme (RFC 9110 §11.4) in front.
#[must_use]
pub fn secret_of(value: &str) -> &str {
    match value.split_once(' ') {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("bearer") => rest.trim(),
        _ => value.trim(),
    }
}

impl fmt::Debug for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Case")
            .field("id", &self.id)
            .field("listener", &self.listener)
            .finish_non_exhaustive()
    }
}
