//! OpenAI chat completions to Anthropic messages and back: requests, whole answers, errors, streams.
//!
//! Invariants: deterministic (same input, same bytes; no clock, no random ids); what the other dialect cannot say is
//! named in `lost` by its path, for the record; what must not be lost is an [`Untranslatable`], never a silent drop.
//! Values that pass through keep the spelling of their numbers. Messages name places, never foreign text.

mod content;
mod reply;
mod stream;
mod terms;
mod to_anthropic;
mod to_openai;
mod value;

use std::fmt;

pub use stream::{Options, Stream};

use crate::Dialect;
use crate::escape::quote_into;
use value::Value;

/// `max_tokens` of a request to Anthropic, which requires it, when the client gave none.
pub const DEFAULT_MAX_TOKENS: u64 = 4096;

/// A request in the other dialect.
pub struct Translated {
    /// Path of the operation below the provider's base path.
    pub path: &'static str,
    /// The request's body.
    pub body: Vec<u8>,
    /// Paths of what the other dialect cannot say, in the client's body.
    pub lost: Vec<String>,
}

/// An answer in the client's dialect.
pub struct Answered {
    /// The answer's body.
    pub body: Vec<u8>,
    /// Paths of what the client's dialect cannot say, in the provider's body.
    pub lost: Vec<String>,
}

impl fmt::Debug for Translated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Translated({}, {} bytes, lost {:?})", self.path, self.body.len(), self.lost)
    }
}

impl fmt::Debug for Answered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Answered({} bytes, lost {:?})", self.body.len(), self.lost)
    }
}

/// Something that the other dialect cannot say and that must not be left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Untranslatable {
    /// Path in the body; empty for the whole of it.
    pub place: String,
    /// What stands in the way.
    pub why: String,
    /// What the sender can do.
    pub mend: String,
}

impl Untranslatable {
    pub(crate) fn new(
        place: impl Into<String>,
        why: impl Into<String>,
        mend: impl Into<String>,
    ) -> Self {
        Self { place: place.into(), why: why.into(), mend: mend.into() }
    }

    /// Place and reason, without the mend.
    #[must_use]
    pub fn told(&self) -> String {
        let place = if self.place.is_empty() { "the body" } else { &self.place };
        format!("{place} cannot be translated: {}", self.why)
    }
}

impl fmt::Display for Untranslatable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}", self.told(), self.mend)
    }
}

impl std::error::Error for Untranslatable {}

/// A request in the dialect `to`, asking for `target_model` if given, else for the model that the client named. Between the same dialects the
/// body stays as it is except for the model.
///
/// # Errors
/// [`Untranslatable`] when something must not be left out.
pub fn request(
    from: Dialect,
    to: Dialect,
    body: &[u8],
    target_model: Option<&str>,
) -> Result<Translated, Untranslatable> {
    let path = match to {
        Dialect::OpenAiChat => "/chat/completions",
        Dialect::AnthropicMessages => "/v1/messages",
        Dialect::Unknown => return Err(no_pair()),
    };
    let mut lost = Vec::new();
    let body = match (from, to) {
        (Dialect::OpenAiChat, Dialect::AnthropicMessages) => {
            to_anthropic::request(Value::parse_bytes(body)?, target_model, &mut lost)?.to_bytes()
        }
        (Dialect::AnthropicMessages, Dialect::OpenAiChat) => {
            to_openai::request(Value::parse_bytes(body)?, target_model, &mut lost)?.to_bytes()
        }
        _ if from == to => with_model(body, target_model)?,
        _ => return Err(no_pair()),
    };
    Ok(Translated { path, body, lost })
}

/// An answer (or an error body) of dialect `from` in the dialect `to`, naming the model that the client asked for and, where
/// the provider does not say it, when it was `created`, in seconds since 1970.
///
/// # Errors
/// [`Untranslatable`] when something must not be left out.
pub fn answer(
    from: Dialect,
    to: Dialect,
    body: &[u8],
    asked_model: Option<&str>,
    created: u64,
) -> Result<Answered, Untranslatable> {
    let mut lost = Vec::new();
    let body = match (from, to) {
        (Dialect::OpenAiChat, Dialect::AnthropicMessages) => {
            reply::to_anthropic(Value::parse_bytes(body)?, asked_model, &mut lost)?.to_bytes()
        }
        (Dialect::AnthropicMessages, Dialect::OpenAiChat) => {
            reply::to_openai(Value::parse_bytes(body)?, asked_model, created, &mut lost)?.to_bytes()
        }
        _ if from == to => with_model(body, asked_model)?,
        _ => return Err(no_pair()),
    };
    Ok(Answered { body, lost })
}

fn no_pair() -> Untranslatable {
    Untranslatable::new(
        "",
        "no translation between these dialects",
        "route to a provider that speaks the client's dialect",
    )
}

/// The body with another value of its top-level `model`, everything else byte for byte.
fn with_model(body: &[u8], model: Option<&str>) -> Result<Vec<u8>, Untranslatable> {
    let Some(model) = model else { return Ok(body.to_vec()) };
    let text = std::str::from_utf8(body)
        .map_err(|_| Untranslatable::new("", "not UTF-8", "send UTF-8"))?;
    let found = value::member_of(text, "model");
    let Some((start, end)) = found else { return Ok(body.to_vec()) };
    let mut out = body[..start].to_vec();
    quote_into(model, &mut out);
    out.extend_from_slice(&body[end..]);
    Ok(out)
}
