//! Which wire format a request speaks and what it asks for, read from method and path alone.
//!
//! Invariant: a path is recognised only when it is spelled exactly; anything else, also a percent-encoded or
//! dot-segment spelling of a known path, is `Unknown`, because two servers could resolve it differently.

/// A wire format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Dialect {
    /// OpenAI chat completions (platform.openai.com/docs/api-reference/chat).
    OpenAiChat,
    /// Anthropic messages (docs.anthropic.com/en/api/messages).
    AnthropicMessages,
    /// Not a format this crate knows.
    Unknown,
}

impl Dialect {
    /// The stable name: `openai-chat`, `anthropic-messages` or `unknown`.
    pub fn name(self) -> &'static str {
        match self {
            Dialect::OpenAiChat => "openai-chat",
            Dialect::AnthropicMessages => "anthropic-messages",
            Dialect::Unknown => "unknown",
        }
    }

    /// The dialect with a stable name; `unknown` names none.
    #[must_use]
    pub fn named(name: &str) -> Option<Dialect> {
        [Dialect::OpenAiChat, Dialect::AnthropicMessages]
            .into_iter()
            .find(|dialect| dialect.name() == name)
    }
}

/// What a request asks the provider to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Operation {
    /// One turn of a conversation.
    Chat,
    /// The number of tokens a conversation would take.
    CountTokens,
    /// The models on offer, or one of them.
    ListModels,
    /// Anything else.
    Unknown,
}

impl Operation {
    /// The stable name: `chat`, `count-tokens`, `list-models` or `unknown`.
    pub fn name(self) -> &'static str {
        match self {
            Operation::Chat => "chat",
            Operation::CountTokens => "count-tokens",
            Operation::ListModels => "list-models",
            Operation::Unknown => "unknown",
        }
    }
}

/// The dialect and operation of a request, from its method and its path after the route prefix.
///
/// `GET /v1/models` is common to both dialects and is told as OpenAI's.
pub fn recognise(method: &str, path: &str) -> (Dialect, Operation) {
    match (method, path) {
        ("POST", "/v1/chat/completions" | "/chat/completions") => {
            (Dialect::OpenAiChat, Operation::Chat)
        }
        ("POST", "/v1/messages") => (Dialect::AnthropicMessages, Operation::Chat),
        ("POST", "/v1/messages/count_tokens") => {
            (Dialect::AnthropicMessages, Operation::CountTokens)
        }
        ("GET", "/v1/models") => (Dialect::OpenAiChat, Operation::ListModels),
        ("GET", path) if path.strip_prefix(MODEL_PREFIX).is_some_and(is_plain_segment) => {
            (Dialect::OpenAiChat, Operation::ListModels)
        }
        _ => (Dialect::Unknown, Operation::Unknown),
    }
}

/// How many leading path segments of an operation are fixed words, so not parts.
pub(crate) fn fixed_segments(operation: Operation, path: &str) -> usize {
    match operation {
        Operation::Unknown => 0,
        Operation::ListModels => 2,
        Operation::Chat | Operation::CountTokens => path.split('/').count(),
    }
}

/// One path segment of unreserved characters (RFC 3986 §2.3) that is no dot segment.
fn is_plain_segment(segment: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~:@".contains(&b);
    !segment.is_empty() && segment != "." && segment != ".." && segment.bytes().all(plain)
}

const MODEL_PREFIX: &str = "/v1/models/";

#[cfg(test)]
mod tests {
    use super::*;

    fn check(method: &str, path: &str, dialect: &str, operation: &str) {
        let (d, o) = recognise(method, path);
        assert_eq!((d.name(), o.name()), (dialect, operation), "{method} {path}");
    }

    #[test]
    fn only_exact_spellings_are_recognised() {
        check("POST", "/v1/chat/completions", "openai-chat", "chat");
        check("POST", "/chat/completions", "openai-chat", "chat");
        check("POST", "/v1/messages", "anthropic-messages", "chat");
        check("POST", "/v1/messages/count_tokens", "anthropic-messages", "count-tokens");
        check("GET", "/v1/models", "openai-chat", "list-models");
        check("GET", "/v1/models/gpt-4o", "openai-chat", "list-models");
        for path in [
            "/v1/chat/completions/",
            "/v1/chat%2Fcompletions",
            "/v1/./chat/completions",
            "/V1/messages",
            "/v1/models/../messages",
            "//v1/messages",
            "",
        ] {
            check("POST", path, "unknown", "unknown");
        }
        for path in
            ["/v1/models/", "/v1/models/..", "/v1/models/a/b", "/v1/models/a%20b", "/v1/messages"]
        {
            check("GET", path, "unknown", "unknown");
        }
        check("post", "/v1/messages", "unknown", "unknown");
    }
}
