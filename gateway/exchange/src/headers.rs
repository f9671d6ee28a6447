//! Which headers cross the gateway, in either direction. What is not on a list ends here.

use detect::Text;
use policy::{Action, ClassLevels, Direction, Situation, Subjects};

use crate::parsed::note;
use crate::search::Scratch;
use crate::{Candidate, Case};

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

/// Headers that carry the client's credential.
const CREDENTIALS: [&str; 3] = ["authorization", "x-api-key", "api-key"];

/// Answer headers that clients act on: when to try again, what is left of a limit, and what to quote to the
/// provider's support. Cookies, redirects, challenges and what steers browsers or proxies end at the gateway.
const MAY_RETURN: [&str; 10] = [
    "apim-request-id",
    "content-type",
    "openai-model",
    "openai-processing-ms",
    "openai-version",
    "request-id",
    "retry-after",
    "retry-after-ms",
    "x-request-id",
    "x-should-retry",
];

/// Families of answer headers of which all members may come back.
const FAMILIES: [&str; 2] = ["anthropic-ratelimit-", "x-ratelimit-"];

/// Whether a request header (lower-case name) may leave the gateway.
pub(crate) fn may_leave(name: &str) -> bool {
    MAY_LEAVE.contains(&name)
}

/// The values of headers by these names, which are lower case. Those of one that comes twice stand on a line each: it has no single
/// reading, and fits nothing.
pub(crate) fn picked<'h, const N: usize>(
    headers: impl Iterator<Item = (&'h str, &'h str)>,
    names: [&str; N],
) -> [Option<String>; N] {
    let mut picked = [const { None::<String> }; N];
    for (name, value) in headers {
        let kept = names.iter().zip(&mut picked).find(|(wanted, _)| **wanted == name);
        match kept {
            Some((_, Some(first))) => {
                first.push('\n');
                first.push_str(value);
            }
            Some((_, none)) => *none = Some(value.to_owned()),
            None => {}
        }
    }
    picked
}

/// Whether a request header (lower-case name) carries a credential.
pub(crate) fn is_credential(name: &str) -> bool {
    CREDENTIALS.contains(&name)
}

/// The key in a credential header, if it is spelled exactly as the vendors' clients spell it: `Bearer` and one space
/// before a token (RFC 6750 §2.1), or the token alone in the other headers. No other spelling is read, so nothing but
/// a key can leave in such a header, and a key that is known is known in every spelling that passes.
pub(crate) fn key_in<'v>(name: &str, value: &'v str) -> Option<&'v str> {
    let key = match name {
        "authorization" => {
            let (scheme, key) = value.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then_some(key)?
        }
        _ => value,
    };
    is_token68(key).then_some(key)
}

/// RFC 9110 §11.2.
fn is_token68(text: &str) -> bool {
    let body = text.trim_end_matches('=');
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte);
    !body.is_empty() && body.bytes().all(plain)
}

/// Whether an answer header (lower-case name) may come back.
fn may_return(name: &str) -> bool {
    MAY_RETURN.contains(&name) || FAMILIES.iter().any(|family| name.starts_with(family))
}

impl Case {
    /// The headers of a provider's answer that may come back: those on the list, each name once, in whose value nothing
    /// is found that the policy would not let in unchanged. Names must be lower case.
    #[must_use]
    pub fn returning<'h>(
        &self,
        from: &Candidate,
        received: impl Iterator<Item = (&'h str, &'h str)>,
        scratch: &mut Scratch,
    ) -> Vec<(&'h str, &'h str)> {
        let mut kept: Vec<(&str, &str)> = Vec::new();
        for (name, value) in received.filter(|(name, _)| may_return(name)) {
            if kept.iter().all(|(known, _)| *known != name) {
                kept.push((name, value));
            }
        }
        let texts: Vec<Text<'_>> =
            kept.iter().map(|(label, body)| Text::alone(label, body)).collect();
        let mut fuel = self.book.fuel(kept.iter().map(|(_, value)| value.len()).sum());
        let Ok(findings) = self.book.search.scan(scratch, &texts, self.latest, &mut fuel) else {
            return Vec::new();
        };
        let mut dropped = vec![false; kept.len()];
        for piece in &findings.unread {
            dropped[piece.text as usize] = true;
        }
        for finding in findings.findings.iter().chain(&findings.overruled) {
            let mut classes = ClassLevels::none();
            let mut subjects = Subjects { unknown: finding.gave_way(), ..Subjects::default() };
            note(&self.book, finding, &mut classes, &mut subjects);
            let direction = Direction::Answer;
            let situation = Situation { direction, classes, subjects, ..self.situation() };
            if self.book.rulebook.decide(&situation, &from.facts).action != Action::Allow {
                for piece in finding.pieces() {
                    dropped[piece.text as usize] = true;
                }
            }
        }
        let mut dropped = dropped.into_iter();
        kept.retain(|_| !dropped.next().unwrap_or(true));
        kept
    }
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

    #[test]
    fn what_steers_a_client_elsewhere_does_not_return() {
        for name in [
            "location",
            "alt-svc",
            "set-cookie",
            "link",
            "refresh",
            "www-authenticate",
            "anthropic-organization-id",
            "x-anything",
        ] {
            assert!(!may_return(name), "{name}");
        }
        for name in ["retry-after", "request-id", "x-ratelimit-remaining-tokens"] {
            assert!(may_return(name), "{name}");
        }
    }

    fn check(name: &str, value: &str, expect: Option<&str>) {
        assert_eq!(key_in(name, value), expect, "{name}: {value}");
    }

    #[test]
    fn only_a_key_is_read_from_a_credential() {
        check("authorization", "Bearer sk-a_b.C/d+e~f==", Some("sk-a_b.C/d+e~f=="));
        check("authorization", "bearer k", Some("k"));
        check("x-api-key", "sk-ant-1", Some("sk-ant-1"));
        for value in [
            "",
            "k",
            "Bearer",
            "Bearer ",
            "Bearer  k",
            "Bearer\tk",
            "Bearer k,",
            "Bearer \"k\"",
            "Bearer k k",
            "Bearer Bearer k",
            "Token k",
            "Basic a2V5",
            "Bearer ==",
            "Bearer a=b",
            "Bearer a:b",
        ] {
            check("authorization", value, None);
        }
        for value in ["", "Bearer k", "a b", "\"k\"", "k,"] {
            check("x-api-key", value, None);
        }
    }
}
