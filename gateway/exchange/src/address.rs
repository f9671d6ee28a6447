//! The headers that a draft leaves with, beside the client's own that may leave.

use dialect::{Dialect, Operation};
use policy::{Credential, DestinationInfo};

use crate::Case;

/// The version header that the Anthropic API requires, for requests that came in another dialect.
const ANTHROPIC_VERSION: &str = "2023-06-01";

/// Headers for a request that was translated: nothing of the client's own.
pub(crate) fn fresh_headers(to: Dialect) -> Vec<(String, String)> {
    let mut headers = vec![("content-type".to_owned(), "application/json".to_owned())];
    if to == Dialect::AnthropicMessages {
        headers.push(("anthropic-version".to_owned(), ANTHROPIC_VERSION.to_owned()));
    }
    headers
}

/// The headers that leave for a destination. The client's `own` name accounts, projects and programs, so they go to the
/// operator that was asked and to no other.
pub(crate) fn headers(
    case: &Case,
    info: &DestinationInfo,
    to: Dialect,
    own: Vec<(String, String)>,
) -> Vec<(String, String)> {
    if is_asked_operator(case, info) {
        return own;
    }
    match to {
        // What is in no known dialect keeps the one header without which it means nothing.
        Dialect::Unknown => own.into_iter().filter(|(name, _)| name == "content-type").collect(),
        _ => fresh_headers(to),
    }
}

/// The query that leaves for a destination, and whether one was left out: it is written for the operator that was asked
/// and may hold a key of it, so no other gets it.
pub(crate) fn query<'q>(
    case: &Case,
    info: &DestinationInfo,
    own: Option<&'q str>,
) -> (Option<&'q str>, bool) {
    if is_asked_operator(case, info) { (own, false) } else { (None, own.is_some()) }
}

/// The credential header for a destination: the client's own only where it was issued, else the gateway's, else none.
/// The gateway's key opens the operations that are known, and nothing else.
pub(crate) fn credential(
    case: &Case,
    info: &DestinationInfo,
    to: Dialect,
) -> Option<(String, String)> {
    if let Some(own) = &case.credential
        && !own.issued_here
        && is_asked_operator(case, info)
        && info.credential == Credential::Client
    {
        return Some((own.header.clone(), own.value.clone()));
    }
    if dialect::recognise(&case.method, &case.path).1 == Operation::Unknown {
        return None;
    }
    let key = case.book.destination_keys.get(&info.name)?.reveal();
    Some(match to {
        Dialect::AnthropicMessages => ("x-api-key".to_owned(), key.to_owned()),
        _ => ("authorization".to_owned(), format!("Bearer {key}")),
    })
}

/// Whether a destination is the one that was asked, or another of its operator.
fn is_asked_operator(case: &Case, info: &DestinationInfo) -> bool {
    let Some(asked) = case.requested.map(|requested| case.book.destination(requested)) else {
        return false;
    };
    info.name == asked.name || (info.operator.is_some() && info.operator == asked.operator)
}
