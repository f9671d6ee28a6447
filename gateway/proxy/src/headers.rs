//! Which headers cross the gateway: hop-by-hop fields never, request fields only if an allow-list names them.
//!
//! Sources: RFC 9110 §7.6.1 (Connection), RFC 9112, RFC 9113 §8.2.2, W3C Trace Context.

use http::header::{self, HeaderMap, HeaderName};

/// Request headers that may leave. Data, not code: the configuration or policy says which.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AllowList {
    names: Vec<String>,
    prefixes: Vec<String>,
}

impl AllowList {
    /// A list of names; a trailing `*` makes a prefix. Upper and lower case are the same.
    pub fn new<'n>(names: impl IntoIterator<Item = &'n str>) -> AllowList {
        let mut list = AllowList::default();
        for name in names {
            let name = name.trim().to_ascii_lowercase();
            match name.strip_suffix('*') {
                Some(prefix) => list.prefixes.push(prefix.to_owned()),
                None => list.names.push(name),
            }
        }
        list.names.sort_unstable();
        list
    }

    /// Whether a lower-case name may leave.
    pub fn allows(&self, name: &str) -> bool {
        let named = self.names.binary_search_by(|probe| probe.as_str().cmp(name)).is_ok();
        named || self.prefixes.iter().any(|prefix| name.starts_with(prefix.as_str()))
    }
}

/// The headers of a request that leave, in their order, names in lower case.
///
/// Never among them, whatever the list says: hop-by-hop fields, those named in `Connection`, the framing and
/// routing fields that the engine writes itself, encodings, and tracing context. A value that is not visible
/// ASCII stays, because receivers would read it differently.
pub fn leaving(from: &HeaderMap, allow: &AllowList) -> Vec<(String, String)> {
    let mut kept = Vec::with_capacity(from.len());
    for (name, value) in from {
        let stays = is_hop_by_hop(name)
            || is_owned_by_the_engine(name)
            || is_named_in_connection(from, name);
        if stays || !allow.allows(name.as_str()) {
            continue;
        }
        if let Ok(value) = value.to_str() {
            kept.push((name.as_str().to_owned(), value.to_owned()));
        }
    }
    kept
}

/// The headers of an answer without hop-by-hop fields and those named in `Connection`.
pub fn returning(mut from: HeaderMap) -> HeaderMap {
    for name in named_in_connection(&from) {
        from.remove(name);
    }
    for name in HOP_BY_HOP {
        from.remove(name);
    }
    from
}

/// Whether a field is only for the next hop.
fn is_hop_by_hop(name: &HeaderName) -> bool {
    HOP_BY_HOP.contains(&name.as_str())
}

fn is_owned_by_the_engine(name: &HeaderName) -> bool {
    OWNED.contains(&name.as_str())
}

fn is_named_in_connection(headers: &HeaderMap, name: &HeaderName) -> bool {
    connection_tokens(headers).any(|token| token.eq_ignore_ascii_case(name.as_str()))
}

fn named_in_connection(headers: &HeaderMap) -> Vec<HeaderName> {
    connection_tokens(headers)
        .filter_map(|token| HeaderName::from_bytes(token.as_bytes()).ok())
        .collect()
}

fn connection_tokens(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    let lines = headers.get_all(header::CONNECTION).into_iter();
    lines.filter_map(|line| line.to_str().ok()).flat_map(|line| line.split(',')).map(str::trim)
}

const HOP_BY_HOP: [&str; 11] = [
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-authentication-info",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "http2-settings",
];

const OWNED: [&str; 16] = [
    "host",
    "content-length",
    "content-encoding",
    "expect",
    "accept-encoding",
    "traceparent",
    "tracestate",
    "baggage",
    "forwarded",
    "via",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-port",
    "x-forwarded-proto",
    "x-forwarded-server",
    "x-real-ip",
];

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed test should stop here")]

    use http::{HeaderMap, HeaderName, HeaderValue};

    use super::{AllowList, leaving, returning};

    fn map(lines: &[(&str, &[u8])]) -> HeaderMap {
        let pair = |(name, value): &(&str, &[u8])| {
            (
                HeaderName::from_bytes(name.as_bytes()).unwrap(),
                HeaderValue::from_bytes(value).unwrap(),
            )
        };
        let mut headers = HeaderMap::new();
        for line in lines {
            let (name, value) = pair(line);
            headers.append(name, value);
        }
        headers
    }

    fn check_leaving(lines: &[(&str, &[u8])], allow: &[&str], expect: &[&str]) {
        let kept = leaving(&map(lines), &AllowList::new(allow.iter().copied()));
        let names: Vec<&str> = kept.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, expect);
    }

    #[test]
    fn only_what_is_named_leaves() {
        let lines: &[(&str, &[u8])] = &[
            ("Authorization", b"a"),
            ("X-Stainless-OS", b"b"),
            ("Cookie", b"c"),
            ("X-Other", b"d"),
        ];
        check_leaving(
            lines,
            &["authorization", "x-stainless-*"],
            &["authorization", "x-stainless-os"],
        );
        check_leaving(lines, &[], &[]);
    }

    #[test]
    fn what_belongs_to_the_hop_or_the_engine_stays_even_if_listed() {
        let lines: &[(&str, &[u8])] = &[
            ("connection", b"X-Hop, close"),
            ("x-hop", b"1"),
            ("te", b"trailers"),
            ("host", b"a"),
            ("content-length", b"3"),
            ("traceparent", b"00-1"),
            ("accept", b"*/*"),
            ("x-odd", b"caf\xc3\xa9"),
        ];
        check_leaving(lines, &["*"], &["accept"]);
    }

    #[test]
    fn answers_lose_their_hop_by_hop_fields() {
        let kept = returning(map(&[
            ("connection", b"x-a"),
            ("connection", b"keep-alive , X-B"),
            ("x-a", b"1"),
            ("x-b", b"1"),
            ("keep-alive", b"timeout=5"),
            ("transfer-encoding", b"chunked"),
            ("content-type", b"text/plain"),
            ("set-cookie", b"1"),
            ("set-cookie", b"2"),
        ]));
        let names: Vec<&str> = kept.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["content-type", "set-cookie", "set-cookie"]);
    }
}
