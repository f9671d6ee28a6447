//! Which request headers may leave. What is not on the list stays here.

/// Request headers that providers need to understand a request. All other headers (cookies, forwarding and
/// tracing headers, `tracestate`, `baggage`, client telemetry) end at the gateway.
const MAY_LEAVE: [&str; 9] = [
    "accept",
    "anthropic-beta",
    "anthropic-version",
    "content-type",
    "idempotency-key",
    "openai-beta",
    "openai-organization",
    "openai-project",
    "user-agent",
];

/// Headers that carry the client's credential, with the scheme that precedes it.
const CREDENTIALS: [&str; 3] = ["authorization", "x-api-key", "api-key"];

/// Whether a request header (lower-case name) may leave the gateway.
pub(crate) fn may_leave(name: &str) -> bool {
    MAY_LEAVE.contains(&name)
}

/// Whether a request header (lower-case name) carries a credential.
pub(crate) fn is_credential(name: &str) -> bool {
    CREDENTIALS.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tracing_and_cookies_stay() {
        for name in [
            "cookie",
            "traceparent",
            "tracestate",
            "baggage",
            "x-forwarded-for",
            "x-stainless-os",
            "referer",
        ] {
            assert!(!may_leave(name), "{name}");
        }
        assert!(may_leave("content-type"));
        assert!(is_credential("x-api-key") && !may_leave("x-api-key"));
    }
}
