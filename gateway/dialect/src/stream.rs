//! Server-sent events of the dialects: pure, incremental, byte-exact.
//!
//! [`Splitter`] cuts bytes into frames; [`Reader`] understands each as an [`Event`]: which pieces of text it carries
//! ([`Delta`]), which growing text each belongs to ([`Channel`]), and which texts end with it. An event is forwarded as
//! it came unless a text is changed; [`Event::with`] then splices that one string.
//!
//! Invariants: the same bytes give the same events however they are cut. Every string of an event is reachable as a
//! delta, except those in the dialect's table of identifiers that also look like identifiers. An event whose data has
//! no single reading carries one delta of kind [`Kind::Unreadable`], and the caller decides. All sizes and spans are bytes.
//!
//! How a caller that holds text back uses it, for each event in order:
//! 1. for each delta: feed its text to the state of its channel (a channel that does not grow is complete in itself);
//! 2. for each channel in [`Event::ends`]: finish its state; what was held goes after the channel's last text in this
//!    event if it has one, else out through [`Reader::synthesise`] *before* the event;
//! 3. send [`Event::with`] the changed texts.
//!
//! When the stream ends, [`Reader::finish`] gives the unterminated tail, and [`Reader::close`] the channels still open.

mod anthropic;
mod channel;
mod escape;
mod event;
mod fields;
mod memory;
mod openai;
mod reader;
mod split;
pub(crate) mod tree;

pub use channel::{Channel, Kind};
pub use escape::escape_json_text;
pub use event::{Delta, Event};
pub use reader::Reader;
pub use split::{DEFAULT_EVENT_LIMIT, Overflow, Splitter};

pub(crate) use escape::quote_into;

#[cfg(test)]
mod tests;
