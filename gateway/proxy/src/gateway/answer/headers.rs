//! What the headers of an answer say about how its body is read.

use http::{HeaderMap, HeaderValue, header};

/// The content type in lower case, empty if there is none. `None`: there are several, so no single reading.
pub(super) fn content_type(headers: &HeaderMap) -> Option<String> {
    let mut lines = headers.get_all(header::CONTENT_TYPE).into_iter();
    let first = lines.next().map_or(Ok(""), HeaderValue::to_str).ok()?;
    lines.next().is_none().then(|| first.to_ascii_lowercase())
}

/// RFC 9110 §8.3.1: the type itself, without its parameters.
pub(super) fn is_event_stream(kind: &str) -> bool {
    kind.split(';').next().is_some_and(|essence| essence.trim() == "text/event-stream")
}

/// Whether any line names an encoding that changes the bytes.
pub(super) fn is_encoded(headers: &HeaderMap) -> bool {
    headers.get_all(header::CONTENT_ENCODING).into_iter().any(|line| {
        let plain = |name: &[u8]| {
            let name = name.trim_ascii();
            name.is_empty() || name.eq_ignore_ascii_case(b"identity")
        };
        !line.as_bytes().split(|byte| *byte == b',').all(plain)
    })
}

#[cfg(test)]
mod tests {
    use http::HeaderName;

    use super::*;

    fn lines(name: &'static str, values: &[&'static str]) -> HeaderMap {
        let name = HeaderName::from_static(name);
        values.iter().map(|v| (name.clone(), HeaderValue::from_static(v))).collect()
    }

    fn check_encoded(values: &[&'static str], expect: bool) {
        assert_eq!(is_encoded(&lines("content-encoding", values)), expect, "{values:?}");
    }

    #[test]
    fn every_line_of_the_encoding_counts() {
        check_encoded(&[], false);
        check_encoded(&["identity"], false);
        check_encoded(&["identity, Identity"], false);
        check_encoded(&["gzip"], true);
        check_encoded(&["identity", "gzip"], true);
        check_encoded(&["identity, br"], true);
    }

    fn check_kind(values: &[&'static str], expect: Option<bool>) {
        let kind = content_type(&lines("content-type", values));
        assert_eq!(kind.map(|kind| is_event_stream(&kind)), expect, "{values:?}");
    }

    #[test]
    fn a_type_is_read_whatever_its_case_and_once() {
        check_kind(&[], Some(false));
        check_kind(&["Text/Event-Stream"], Some(true));
        check_kind(&["text/event-stream ; charset=utf-8"], Some(true));
        check_kind(&["text/event-streams"], Some(false));
        check_kind(&["application/json", "text/event-stream"], None);
    }
}
