//! Fields that are only for the next hop, taken off requests and answers alike.
//!
//! Sources: RFC 9110 §7.6.1 (Connection), RFC 9113 §8.2.2. Which request headers leave is decided in `exchange`.

use http::header::{self, HeaderMap, HeaderName};

/// The headers of an answer without hop-by-hop fields and those named in `Connection`.
pub(crate) fn returning(mut from: HeaderMap) -> HeaderMap {
    for name in kept_to_the_hop(&from) {
        from.remove(name);
    }
    for name in &HOP_BY_HOP {
        from.remove(name);
    }
    from
}

/// The names that `Connection` keeps to this hop. Those that say how the message is read are never among them.
pub(crate) fn kept_to_the_hop(headers: &HeaderMap) -> Vec<HeaderName> {
    let lines = headers.get_all(header::CONNECTION).into_iter();
    lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','))
        .filter_map(|token| HeaderName::from_bytes(token.trim().as_bytes()).ok())
        .filter(|name| !FRAMING.contains(name))
        .collect()
}

static HOP_BY_HOP: [HeaderName; 11] = [
    header::CONNECTION,
    HeaderName::from_static("keep-alive"),
    header::PROXY_AUTHENTICATE,
    header::PROXY_AUTHORIZATION,
    HeaderName::from_static("proxy-authentication-info"),
    HeaderName::from_static("proxy-connection"),
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
    HeaderName::from_static("http2-settings"),
];

static FRAMING: [HeaderName; 6] = [
    header::HOST,
    header::CONTENT_LENGTH,
    header::TRANSFER_ENCODING,
    header::CONTENT_ENCODING,
    header::CONTENT_TYPE,
    header::EXPECT,
];

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderName, HeaderValue};

    use super::{kept_to_the_hop, returning};

    fn map(lines: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        headers
    }

    #[test]
    fn answers_lose_their_hop_by_hop_fields() {
        let kept = returning(map(&[
            ("connection", "x-a"),
            ("connection", "keep-alive , X-B"),
            ("x-a", "1"),
            ("x-b", "1"),
            ("keep-alive", "timeout=5"),
            ("transfer-encoding", "chunked"),
            ("content-type", "text/plain"),
            ("set-cookie", "1"),
            ("set-cookie", "2"),
        ]));
        let names: Vec<&str> = kept.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["content-type", "set-cookie", "set-cookie"]);
    }

    #[test]
    fn connection_cannot_take_away_how_a_message_is_read() {
        let headers = map(&[("connection", "close, Content-Length, transfer-encoding, X-Hop")]);
        let names: Vec<HeaderName> = kept_to_the_hop(&headers);
        assert_eq!(names, ["close", "x-hop"]);
    }
}
