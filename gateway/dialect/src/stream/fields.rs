//! The tables the readers run on: which members hold identifiers, and which unknown ones grow.

/// Members that hold an identifier, a setting, a signature or padding: no text as long as they also look like it.
pub(crate) const IDENTIFIERS: &[&str] = &[
    "id",
    "object",
    "model",
    "type",
    "role",
    "finish_reason",
    "native_finish_reason",
    "stop_reason",
    "system_fingerprint",
    "service_tier",
    "provider",
    "index",
    "format",
    "obfuscation",
    "p",
    "signature",
    "encrypted_content",
    "encrypted_index",
    "tool_use_id",
    "request_id",
    "inference_geo",
    "media_type",
    "severity",
    "expires_at",
    "retrieved_at",
    "code",
    "data",
];

/// Members of an OpenAI choice that grow although no table of the dialect names them.
pub(crate) const GROWING: &[&str] = &[
    "text",
    "content",
    "thinking",
    "reasoning",
    "summary",
    "arguments",
    "input",
    "refusal",
    "transcript",
    "token",
];

/// Arrays whose items continue one text, so that their items share a channel.
pub(crate) const CONTINUED: &[&str] = &["content", "thinking", "reasoning_details", "refusal"];

/// The value can only be an identifier, a number, a time or base64: no spaces, nothing beyond ASCII.
pub(crate) fn is_identifier(value: &str) -> bool {
    value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:/+=".contains(&byte))
}
