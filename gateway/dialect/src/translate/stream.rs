//! Streamed answers in the other dialect: one event in, none or several out, in order, nothing held but what must be.
//!
//! Invariants: the client's stream is complete (its last event says so) only if the provider's was; a provider's stream that just stops
//! becomes an error event, so that half an answer never looks whole. Held back are only pieces of tool calls that come
//! interleaved, at most `MOST_HELD` bytes.

mod to_anthropic;
mod to_openai;

use super::Untranslatable;
use super::value::Value;
use crate::Dialect;
use crate::stream::{Event, Splitter};

use to_anthropic::ToAnthropic;
use to_openai::ToOpenAi;

/// Most bytes of interleaved tool calls held back.
pub(crate) const MOST_HELD: usize = 4 << 20;

/// Most paths named as lost, and most blocks open at one time.
const MOST_NAMED: usize = 1024;

/// What the client's request says about the stream it wants.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// The model that the client asked for, shown to it instead of the provider's.
    pub model: Option<String>,
    /// An OpenAI client wants usage as the last chunk (`stream_options.include_usage`).
    pub include_usage: bool,
    /// `created` of OpenAI chunks, seconds since 1970: a value, since translation has no clock.
    pub created: u64,
}

impl Options {
    /// What a client's request body says; what cannot be read counts as not said.
    /// `created` is the time of the answer, seconds since 1970.
    #[must_use]
    pub fn of(body: &[u8], created: u64) -> Self {
        let body = Value::parse_bytes(body).unwrap_or(Value::Null);
        let wanted = body.get("stream_options").and_then(|options| options.get("include_usage"));
        let model = body.get("model").and_then(Value::as_str).map(str::to_owned);
        Self { model, include_usage: wanted == Some(&Value::Bool(true)), created }
    }
}

/// A streamed answer being translated.
pub struct Stream {
    splitter: Splitter,
    side: Side,
}

enum Side {
    ToAnthropic(ToAnthropic),
    ToOpenAi(ToOpenAi),
    /// The same dialect on both sides.
    Same,
    Unknown,
}

impl Stream {
    /// A translation of a provider's stream in `from` to the client's dialect `to`.
    #[must_use]
    pub fn new(from: Dialect, to: Dialect, options: &Options) -> Self {
        let side = match (from, to) {
            (Dialect::OpenAiChat, Dialect::AnthropicMessages) => {
                Side::ToAnthropic(ToAnthropic::new(options.clone()))
            }
            (Dialect::AnthropicMessages, Dialect::OpenAiChat) => {
                Side::ToOpenAi(ToOpenAi::new(options.clone()))
            }
            _ if from == to => Side::Same,
            _ => Side::Unknown,
        };
        Self { splitter: Splitter::new(usize::MAX), side }
    }

    /// Translates one event of the provider and appends the client's events.
    ///
    /// # Errors
    /// [`Untranslatable`] when the event must not be left out; the caller cuts the stream with an error event.
    pub fn step(&mut self, event: &Event, out: &mut Vec<u8>) -> Result<(), Untranslatable> {
        let data = event.data();
        match &mut self.side {
            Side::ToAnthropic(side) => side.step(&data, out),
            Side::ToOpenAi(side) => side.step(&data, out),
            Side::Same => {
                out.extend_from_slice(event.raw());
                Ok(())
            }
            Side::Unknown => Err(super::no_pair()),
        }
    }

    /// Translates bytes of the provider's stream: whole events that were changed or made on the way, or raw pieces.
    ///
    /// # Errors
    /// As [`Stream::step`]; the size of events is for the caller to bound.
    pub fn feed(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<(), Untranslatable> {
        self.splitter.feed(bytes);
        loop {
            match self.splitter.next() {
                Ok(Some(frame)) => self.step(&Event::of_lines(frame), out)?,
                Ok(None) => return Ok(()),
                Err(overflow) => {
                    return Err(Untranslatable::new("", overflow.to_string(), "cut the stream"));
                }
            }
        }
    }

    /// Ends the client's stream when the provider's has ended: completes it if the provider's was complete, else appends
    /// an error event.
    pub fn finish(&mut self, out: &mut Vec<u8>) {
        let tail = self.splitter.finish();
        if tail.is_some_and(|frame| self.step(&Event::of_lines(frame), out).is_err()) {
            // What cannot be said must not be left out, so the answer is not complete.
            match &mut self.side {
                Side::ToAnthropic(side) => side.cut(out),
                Side::ToOpenAi(side) => side.cut(out),
                Side::Same | Side::Unknown => {}
            }
        }
        match &mut self.side {
            Side::ToAnthropic(side) => side.finish(out),
            Side::ToOpenAi(side) => side.finish(out),
            Side::Same | Side::Unknown => {}
        }
    }

    /// Paths of what the client's dialect could not say so far, each once, without indices of events.
    #[must_use]
    pub fn lost(&self) -> &[String] {
        match &self.side {
            Side::ToAnthropic(side) => side.lost(),
            Side::ToOpenAi(side) => side.lost(),
            Side::Same | Side::Unknown => &[],
        }
    }
}

/// Notes a path once; a stream that has lost a thousand kinds of things need not name the next.
fn note(lost: &mut Vec<String>, more: Vec<String>) {
    for path in more {
        if !lost.contains(&path) && lost.len() < MOST_NAMED {
            lost.push(path);
        }
    }
}

/// Appends an event with a name.
fn emit(out: &mut Vec<u8>, name: &str, data: &Value) {
    out.extend_from_slice(format!("event: {name}\ndata: ").as_bytes());
    data.write(out);
    out.extend_from_slice(b"\n\n");
}

/// Appends an event without a name.
fn emit_data(out: &mut Vec<u8>, data: &Value) {
    out.extend_from_slice(b"data: ");
    data.write(out);
    out.extend_from_slice(b"\n\n");
}

const STOPPED: &str = "The provider's answer stopped before it was complete.";
