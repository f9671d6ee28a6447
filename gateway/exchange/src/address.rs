//! Where a draft goes: target, headers and credential for a destination.

use dialect::Dialect;
use policy::{CredentialOf, DestinationInfo};

use crate::Case;

/// The version header that the Anthropic API requires, for requests that came in another dialect.
const ANTHROPIC_VERSION: &str = "2023-06-01";

/// The request target: the path of the destination's base URL, then the operation's path.
///
/// Base URLs are written as the vendors' clients take them, so both may carry the version segment; it is kept once.
pub(crate) fn target(base: &str, path: &str, query: Option<&str>) -> String {
    let base_path = base_path(base);
    let tail = match base_path.rsplit_once('/') {
        Some((_, version)) if !version.is_empty() => {
            let doubled = path.strip_prefix('/').and_then(|p| p.strip_prefix(version));
            doubled.filter(|rest| rest.starts_with('/')).unwrap_or(path)
        }
        _ => path,
    };
    match query {
        Some(query) => format!("{base_path}{tail}?{query}"),
        None => format!("{base_path}{tail}"),
    }
}

/// The path of a URL, without a slash at its end.
fn base_path(url: &str) -> &str {
    let after_scheme = url.split_once("://").map_or(url, |(_, rest)| rest);
    after_scheme.find('/').and_then(|at| after_scheme.get(at..)).unwrap_or("").trim_end_matches('/')
}

/// Headers for a request that was translated: nothing of the client's own.
pub(crate) fn fresh_headers(to: Dialect) -> Vec<(String, String)> {
    let mut headers = vec![("content-type".to_owned(), "application/json".to_owned())];
    if to == Dialect::AnthropicMessages {
        headers.push(("anthropic-version".to_owned(), ANTHROPIC_VERSION.to_owned()));
    }
    headers
}

/// The credential header for a destination: the client's own only where it was issued, else the gateway's, else none.
pub(crate) fn credential(case: &Case, info: &DestinationInfo, to: Dialect) -> Option<(String, String)> {
    let requested = case.book.rulebook.destination_info(case.requested);
    let own = case.credential.as_ref().filter(|c| {
        !c.issued_here && info.credential == CredentialOf::Client && info.operator == requested.operator
    });
    if let Some(own) = own {
        return Some((own.header.clone(), own.value.clone()));
    }
    let key = case.book.destination_keys.get(&info.name)?;
    Some(match to {
        Dialect::AnthropicMessages => ("x-api-key".to_owned(), key.reveal().to_owned()),
        _ => ("authorization".to_owned(), format!("Bearer {}", key.reveal())),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(base: &str, path: &str, expect: &str) {
        assert_eq!(target(base, path, None), expect);
    }

    #[test]
    fn the_version_segment_is_kept_once() {
        check("https://api.example/v1", "/v1/chat/completions", "/v1/chat/completions");
        check("https://api.example/v1/", "/v1/chat/completions", "/v1/chat/completions");
        check("https://api.example/v1", "/chat/completions", "/v1/chat/completions");
        check("https://api.example", "/v1/messages", "/v1/messages");
        check("https://api.example/openai/v1", "/v1/chat/completions", "/openai/v1/chat/completions");
        check("https://api.example/v1", "/v10/x", "/v1/v10/x");
    }

    #[test]
    fn the_query_follows() {
        assert_eq!(target("https://a.example/v1", "/v1/models", Some("limit=2")), "/v1/models?limit=2");
    }
}
