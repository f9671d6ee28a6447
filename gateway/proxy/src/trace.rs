//! The trace of an exchange: continued inside the gateway, never passed on (W3C Trace Context, 2021).

use exchange::Trace;

use crate::clock;

/// Continues a caller's trace, or begins one. `tracestate` and `baggage` are not read at all: they end here.
#[must_use]
pub fn continued(traceparent: Option<&str>) -> Trace {
    let span_id = format!("{:016x}", clock::random() | 1);
    match traceparent.and_then(parse) {
        Some((trace_id, parent)) => Trace { trace_id, span_id, parent: Some(parent) },
        None => Trace {
            trace_id: format!("{:016x}{:016x}", clock::random() | 1, clock::random()),
            span_id,
            parent: None,
        },
    }
}

/// A `traceparent` that shares nothing with the caller's.
#[must_use]
pub fn fresh() -> String {
    let trace = continued(None);
    format!("00-{}-{}-00", trace.trace_id, trace.span_id)
}

/// Trace and span id of a valid version 00 header.
fn parse(header: &str) -> Option<(String, String)> {
    let mut fields = header.trim().split('-');
    let (version, trace, span, flags) =
        (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
    let hex = |text: &str, len: usize| {
        text.len() == len && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    };
    let zero = |text: &str| text.bytes().all(|b| b == b'0');
    let valid = version == "00"
        && fields.next().is_none()
        && hex(trace, 32)
        && hex(span, 16)
        && hex(flags, 2);
    (valid && !zero(trace) && !zero(span)).then(|| (trace.to_owned(), span.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_valid_trace_is_continued_with_a_new_span() {
        let trace = continued(Some("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"));
        assert_eq!(trace.trace_id, "0af7651916cd43dd8448eb211c80319c");
        assert_eq!(trace.parent.as_deref(), Some("b7ad6b7169203331"));
        assert_ne!(trace.span_id, "b7ad6b7169203331");
    }

    #[test]
    fn an_invalid_one_is_not() {
        for header in [
            "",
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
        ] {
            assert_eq!(continued(Some(header)).parent, None, "{header}");
        }
    }

    #[test]
    fn what_leaves_shares_nothing() {
        assert_ne!(fresh(), fresh());
    }
}
