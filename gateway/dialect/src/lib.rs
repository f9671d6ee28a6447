//! AI wire formats: the parts of text in a body, edits in place, event streams, translation.

pub mod refusal;
pub mod stream;
pub mod translate;

/// The wire format that a client or a provider speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Dialect {
    /// OpenAI chat completions and what is compatible with it.
    OpenAiChat,
    /// Anthropic messages.
    AnthropicMessages,
    /// Anything else.
    Unknown,
}

impl Dialect {
    /// The stable name used in records and policies.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::OpenAiChat => "openai-chat",
            Self::AnthropicMessages => "anthropic-messages",
            Self::Unknown => "unknown",
        }
    }
}
