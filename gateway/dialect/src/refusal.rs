//! A refusal in the client's own dialect, so that the vendor's SDK raises its usual exception and shows our words.
//!
//! OpenAI's SDKs read `error.message`, `error.type`, `error.param` and `error.code`; Anthropic's read `error.type` and
//! `error.message` beside `request_id`; both keep further members. A dialect that is not known gets problem details
//! (RFC 9457). Nothing here quotes a request: what goes out is what the caller puts into [`Refused`].

use crate::Dialect;
use crate::escape::quote_into;

/// Why a request was not let through, in words for the person who sent it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused<'r> {
    /// HTTP status, 400 to 599. SDKs pick the exception by it.
    pub status: u16,
    /// Stable code of the kind of refusal, e.g. `blocked`, `too-large`.
    pub code: &'r str,
    /// Name of the rule; empty when no rule was involved.
    pub rule: &'r str,
    /// One sentence for a person.
    pub message: &'r str,
    /// The legal reason as the rule gives it; empty when there is none.
    pub law: &'r str,
    /// What the sender can do; empty when nothing.
    pub remedy: &'r str,
    /// Id of the exchange, which its records begin with; empty when nothing was recorded.
    pub record: &'r str,
    /// What was found that keeps it from leaving, and what would be sent instead.
    pub found: Option<&'r FoundAll>,
    /// What is asked for before it can be sent.
    pub ask: Option<&'r AskedFor>,
}

/// What is asked for before a request can be sent, for the program that sends it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AskedFor {
    /// The id under which it waits.
    pub id: String,
    /// `justification`, `approval of ROLE`.
    pub asks: Vec<String>,
    /// The last moment: `2026-11-21T12:15:00Z`.
    pub until: String,
    /// Headers to send the request again with: name and value. What stands for the reason is to be replaced.
    pub send: Vec<(String, String)>,
}

/// What was found in a request that is refused, and what would help, for the person who sent it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FoundAll {
    /// What decided first.
    pub first: Vec<FoundAt>,
    /// How much more there is.
    pub more: usize,
    /// What would be sent instead, in a sentence or two; empty when nothing.
    pub instead: String,
}

/// Where something was found and what it is; never what it says.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct FoundAt {
    /// The part that it stands in: `messages[0].content`. Holds no key that may be data.
    pub path: String,
    /// The policy's class.
    pub class: String,
    /// Id of the detector; empty for what was not read.
    pub detector: String,
    /// Why it was not read; empty for what was found.
    pub unread: String,
}

/// The body of a refusal.
#[must_use]
pub fn body(dialect: Dialect, refused: &Refused<'_>) -> Vec<u8> {
    let mut out = Vec::with_capacity(512);
    match dialect {
        Dialect::OpenAiChat => {
            out.extend_from_slice(b"{\"error\":{");
            members(
                &mut out,
                &[("message", &sentence(refused)), ("type", openai_type(refused.status))],
            );
            out.extend_from_slice(b",\"param\":null,");
            members(&mut out, &[("code", refused.code)]);
            ours(&mut out, refused);
            out.extend_from_slice(b"}}");
        }
        Dialect::AnthropicMessages => {
            out.extend_from_slice(b"{\"type\":\"error\",\"error\":{");
            let kind = anthropic_type(refused.status);
            members(
                &mut out,
                &[("type", kind), ("message", &sentence(refused)), ("code", refused.code)],
            );
            ours(&mut out, refused);
            out.push(b'}');
            if !refused.record.is_empty() {
                out.push(b',');
                members(&mut out, &[("request_id", refused.record)]);
            }
            out.push(b'}');
        }
        Dialect::Unknown => {
            out.extend_from_slice(
                format!("{{\"type\":\"about:blank\",\"status\":{},", refused.status).as_bytes(),
            );
            members(
                &mut out,
                &[
                    ("title", title(refused.status)),
                    ("detail", &sentence(refused)),
                    ("code", refused.code),
                ],
            );
            ours(&mut out, refused);
            out.push(b'}');
        }
    }
    out
}

/// The content type of [`body`].
#[must_use]
pub fn content_type(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::OpenAiChat | Dialect::AnthropicMessages => "application/json",
        Dialect::Unknown => "application/problem+json",
    }
}

/// The refusal as the final event of a stream that has already begun (`text/event-stream`).
#[must_use]
pub fn event(dialect: Dialect, refused: &Refused<'_>) -> Vec<u8> {
    let start: &[u8] =
        if dialect == Dialect::OpenAiChat { b"data: " } else { b"event: error\ndata: " };
    [start, &body(dialect, refused), b"\n\n"].concat()
}

/// The final event of a stream that is cut on our side: the status it would have been, a code and one sentence.
pub(crate) fn cut(dialect: Dialect, status: u16, code: &str, message: &str) -> Vec<u8> {
    let refused = Refused {
        status,
        code,
        rule: "",
        message,
        law: "",
        remedy: "",
        record: "",
        found: None,
        ask: None,
    };
    event(dialect, &refused)
}

/// Anthropic's error type for a status (its API reference, "Errors").
pub(crate) fn anthropic_type(status: u16) -> &'static str {
    match status {
        401 => "authentication_error",
        402 => "billing_error",
        403 => "permission_error",
        404 => "not_found_error",
        413 => "request_too_large",
        429 => "rate_limit_error",
        504 => "timeout_error",
        503 | 529 => "overloaded_error",
        500..=599 => "api_error",
        _ => "invalid_request_error",
    }
}

/// OpenAI's error type for a status.
pub(crate) fn openai_type(status: u16) -> &'static str {
    match status {
        401 => "authentication_error",
        403 => "permission_error",
        404 => "not_found_error",
        429 => "rate_limit_error",
        500..=599 => "server_error",
        _ => "invalid_request_error",
    }
}

fn title(status: u16) -> &'static str {
    match status {
        403 => "Not permitted by the data policy",
        413 => "Too large to be inspected",
        429 | 503 => "Not able to take the request now",
        400..=499 => "Request not accepted",
        _ => "Request not completed",
    }
}

/// SDKs show the message and often nothing else, so it carries rule, law, remedy and what would be sent instead as well.
fn sentence(refused: &Refused<'_>) -> String {
    let mut sentence = refused.message.to_owned();
    match (refused.rule, refused.law) {
        ("", _) => {}
        (rule, "") => sentence.push_str(&format!(" (rule {rule})")),
        (rule, law) => sentence.push_str(&format!(" (rule {rule}; {law})")),
    }
    for more in [refused.remedy, instead(refused)].into_iter().filter(|more| !more.is_empty()) {
        sentence.push(' ');
        sentence.push_str(more);
    }
    sentence
}

fn instead<'r>(refused: &Refused<'r>) -> &'r str {
    refused.found.map_or("", |found| &found.instead)
}

fn members(out: &mut Vec<u8>, pairs: &[(&str, &str)]) {
    for (number, (name, value)) in pairs.iter().enumerate() {
        if number > 0 {
            out.push(b',');
        }
        quote_into(name, out);
        out.push(b':');
        quote_into(value, out);
    }
}

fn ours(out: &mut Vec<u8>, refused: &Refused<'_>) {
    let all = [
        ("rule", refused.rule),
        ("law", refused.law),
        ("remedy", refused.remedy),
        ("instead", instead(refused)),
        ("record", refused.record),
    ];
    let given: Vec<(&str, &str)> = all.into_iter().filter(|(_, value)| !value.is_empty()).collect();
    if !given.is_empty() {
        out.extend_from_slice(b",\"seawall\":{");
        members(out, &given);
        if let Some(found) = refused.found.filter(|found| !found.first.is_empty()) {
            found_at(out, found);
        }
        if let Some(asked) = refused.ask {
            asked_for(out, asked);
        }
        out.push(b'}');
    }
}

fn asked_for(out: &mut Vec<u8>, asked: &AskedFor) {
    out.extend_from_slice(b",\"ask\":{\"for\":[");
    for (number, what) in asked.asks.iter().enumerate() {
        if number > 0 {
            out.push(b',');
        }
        quote_into(what, out);
    }
    out.extend_from_slice(b"],");
    members(out, &[("id", &asked.id), ("until", &asked.until)]);
    out.extend_from_slice(b",\"send\":{");
    let send: Vec<(&str, &str)> =
        asked.send.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    members(out, &send);
    out.extend_from_slice(b"}}");
}

fn found_at(out: &mut Vec<u8>, found: &FoundAll) {
    out.extend_from_slice(b",\"found\":[");
    for (number, FoundAt { path, class, detector, unread }) in found.first.iter().enumerate() {
        out.extend_from_slice(if number > 0 { b",{" } else { b"{" });
        let all = [("path", path), ("class", class), ("detector", detector), ("unread", unread)];
        let given = all.into_iter().filter(|(_, value)| !value.is_empty());
        members(out, &given.map(|(name, value)| (name, value.as_str())).collect::<Vec<_>>());
        out.push(b'}');
    }
    out.push(b']');
    if found.more > 0 {
        out.extend_from_slice(format!(",\"found_more\":{}", found.more).as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(dialect: Dialect, expect: &str) {
        let refused = Refused {
            status: 403,
            code: "blocked",
            rule: "no-secrets",
            message: "A \"credential\" must not leave.",
            law: "",
            remedy: "Take it out.",
            record: "01J",
            found: None,
            ask: None,
        };
        let body = body(dialect, &refused);
        assert_eq!(String::from_utf8_lossy(&body), expect);
        assert!(serde_json::from_slice::<serde_json::Value>(&body).is_ok());
    }

    #[test]
    fn each_dialect_has_its_own_form() {
        check(
            Dialect::OpenAiChat,
            r#"{"error":{"message":"A \"credential\" must not leave. (rule no-secrets) Take it out.","type":"permission_error","param":null,"code":"blocked","seawall":{"rule":"no-secrets","remedy":"Take it out.","record":"01J"}}}"#,
        );
        check(
            Dialect::AnthropicMessages,
            r#"{"type":"error","error":{"type":"permission_error","message":"A \"credential\" must not leave. (rule no-secrets) Take it out.","code":"blocked","seawall":{"rule":"no-secrets","remedy":"Take it out.","record":"01J"}},"request_id":"01J"}"#,
        );
        check(
            Dialect::Unknown,
            r#"{"type":"about:blank","status":403,"title":"Not permitted by the data policy","detail":"A \"credential\" must not leave. (rule no-secrets) Take it out.","code":"blocked","seawall":{"rule":"no-secrets","remedy":"Take it out.","record":"01J"}}"#,
        );
    }

    #[test]
    fn places_stand_beside_the_rule() {
        let at = |path: &str, detector: &str, unread: &str| FoundAt {
            path: path.to_owned(),
            class: "secret".to_owned(),
            detector: detector.to_owned(),
            unread: unread.to_owned(),
        };
        let first =
            vec![at("messages[0].content", "aws.key", ""), at("messages[1]", "", "encrypted")];
        let instead = "Without secret it would be sent.".to_owned();
        let found = FoundAll { first, more: 3, instead };
        let ask = AskedFor {
            id: "01J".to_owned(),
            asks: vec!["justification".to_owned(), "approval of dpo".to_owned()],
            until: "2026-11-21T12:15:00Z".to_owned(),
            send: vec![("seawall-challenge".to_owned(), "sw1.x".to_owned())],
        };
        let refused = Refused {
            status: 403,
            code: "blocked",
            rule: "no-secrets",
            message: "It stays.",
            law: "",
            remedy: "",
            record: "",
            found: Some(&found),
            ask: Some(&ask),
        };
        let told = r#""seawall":{"rule":"no-secrets","instead":"Without secret it would be sent.","found":[{"path":"messages[0].content","class":"secret","detector":"aws.key"},{"path":"messages[1]","class":"secret","unread":"encrypted"}],"found_more":3,"ask":{"for":["justification","approval of dpo"],"id":"01J","until":"2026-11-21T12:15:00Z","send":{"seawall-challenge":"sw1.x"}}}"#;
        for dialect in [Dialect::OpenAiChat, Dialect::AnthropicMessages, Dialect::Unknown] {
            let body = String::from_utf8_lossy(&body(dialect, &refused)).into_owned();
            assert!(body.contains(told), "{body}");
            assert!(serde_json::from_str::<serde_json::Value>(&body).is_ok());
        }
    }

    #[test]
    fn in_a_stream_it_is_one_event() {
        let text =
            String::from_utf8_lossy(&cut(Dialect::AnthropicMessages, 403, "cut", "line\nend"))
                .into_owned();
        assert_eq!(
            text,
            "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"permission_error\",\"message\":\"line\\nend\",\"code\":\"cut\"}}\n\n"
        );
        assert!(
            cut(Dialect::OpenAiChat, 403, "cut", "x")
                .starts_with(b"data: {\"error\":{\"message\":\"x\"")
        );
    }
}
