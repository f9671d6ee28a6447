//! A destination's base URL, taken apart once.

use std::hash::{DefaultHasher, Hash, Hasher};

use dialect::Dialect;
use policy::{DestinationInfo, Speaks};

/// Where the API of a destination begins, and what it speaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// Name or address, without brackets.
    pub host: String,
    /// Port; the scheme's own if the URL names none.
    pub port: u16,
    /// Whether it is HTTPS.
    pub tls: bool,
    /// For the `Host` header: the host, with the port where it is not the scheme's own.
    pub authority: String,
    /// The URL's path without a slash at its end.
    pub base: String,
    /// `None`: whatever the client speaks.
    pub dialect: Option<Dialect>,
    /// Connections are shared only between requests with the same number. It stands for name, operator and URL, so a
    /// destination keeps it when the policy around it changes.
    pub trust: u64,
}

impl Endpoint {
    /// Reads `http(s)://host[:port][/path]`.
    ///
    /// # Errors
    /// A sentence that says what was expected; it names the destination, not the URL.
    pub fn of(info: &DestinationInfo) -> Result<Self, String> {
        let expected = || {
            format!(
                "destination `{}`: expected a url such as https://api.example.org/v1",
                info.name
            )
        };
        let (tls, rest) = match info.url.split_once("://") {
            Some(("https", rest)) => (true, rest),
            Some(("http", rest)) => (false, rest),
            _ => return Err(expected()),
        };
        let (authority, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
        let (host, port) =
            split_port(authority, if tls { 443 } else { 80 }).ok_or_else(expected)?;
        if host.is_empty() || path.contains(['?', '#']) || authority.contains('@') {
            return Err(expected());
        }
        Ok(Self {
            host: host.to_owned(),
            port,
            tls,
            authority: authority.to_owned(),
            base: path.trim_end_matches('/').to_owned(),
            dialect: info.speaks.map(|speaks| match speaks {
                Speaks::OpenaiChat => Dialect::OpenAiChat,
                Speaks::AnthropicMessages => Dialect::AnthropicMessages,
            }),
            trust: trust(info),
        })
    }

    /// The request target for an operation's path and query.
    ///
    /// Base URLs are written as the vendors' clients take them, so both may carry the version segment; it is kept once.
    #[must_use]
    pub fn target(&self, path: &str, query: Option<&str>) -> String {
        let version = self.base.rsplit('/').next().filter(|segment| !segment.is_empty());
        let doubled = version.and_then(|version| path.strip_prefix('/')?.strip_prefix(version));
        let tail = doubled.filter(|rest| rest.starts_with('/')).unwrap_or(path);
        match query {
            Some(query) => format!("{}{tail}?{query}", self.base),
            None => format!("{}{tail}", self.base),
        }
    }
}

fn trust(info: &DestinationInfo) -> u64 {
    // The same in every process run, and nothing outside depends on it.
    let mut hasher = DefaultHasher::new();
    (&info.name, &info.operator, &info.url).hash(&mut hasher);
    hasher.finish()
}

/// Host (without brackets) and port of an authority.
fn split_port(authority: &str, default: u16) -> Option<(&str, u16)> {
    if let Some(rest) = authority.strip_prefix('[') {
        let (host, rest) = rest.split_once(']')?;
        return Some((
            host,
            rest.strip_prefix(':').map_or(Some(default), |port| port.parse().ok())?,
        ));
    }
    match authority.rsplit_once(':') {
        Some((host, port)) => Some((host, port.parse().ok()?)),
        None => Some((authority, default)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoint(base: &str) -> Endpoint {
        let (host, port) = (String::new(), 443);
        Endpoint {
            host,
            port,
            tls: true,
            authority: String::new(),
            base: base.to_owned(),
            dialect: None,
            trust: 0,
        }
    }

    fn check(base: &str, path: &str, expect: &str) {
        assert_eq!(endpoint(base).target(path, None), expect);
    }

    #[test]
    fn the_version_segment_is_kept_once() {
        check("/v1", "/v1/chat/completions", "/v1/chat/completions");
        check("/v1", "/chat/completions", "/v1/chat/completions");
        check("", "/v1/messages", "/v1/messages");
        check("/openai/v1", "/v1/chat/completions", "/openai/v1/chat/completions");
        check("/v1", "/v10/x", "/v1/v10/x");
    }

    #[test]
    fn the_query_follows() {
        assert_eq!(endpoint("/v1").target("/v1/models", Some("limit=2")), "/v1/models?limit=2");
    }

    #[test]
    fn ports_and_addresses_are_told_apart() {
        assert_eq!(split_port("api.example:8443", 443), Some(("api.example", 8443)));
        assert_eq!(split_port("[2001:db8::1]:80", 443), Some(("2001:db8::1", 80)));
        assert_eq!(split_port("[2001:db8::1]", 443), Some(("2001:db8::1", 443)));
        assert_eq!(split_port("api.example:x", 443), None);
    }
}
