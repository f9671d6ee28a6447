//! The headers that a draft leaves with, beside the client's own that may leave.

use dialect::Dialect;
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

/// The credential header for a destination: the client's own only where it was issued, else the gateway's, else none.
pub(crate) fn credential(
    case: &Case,
    info: &DestinationInfo,
    to: Dialect,
) -> Option<(String, String)> {
    let asked_of = case.book.destination(case.requested);
    let same_operator = info.name == asked_of.name
        || (info.operator.is_some() && info.operator == asked_of.operator);
    if let Some(own) = &case.credential
        && !own.issued_here
        && same_operator
        && info.credential == Credential::Client
    {
        return Some((own.header.clone(), own.value.clone()));
    }
    let key = case.book.destination_keys.get(&info.name)?.reveal();
    Some(match to {
        Dialect::AnthropicMessages => ("x-api-key".to_owned(), key.to_owned()),
        _ => ("authorization".to_owned(), format!("Bearer {key}")),
    })
}
