//! Server-sent events of the dialects: pure, incremental, byte-exact.
//!
//! [`Splitter`] cuts bytes into frames; [`Reader`] understands each as an [`Event`], by the tables that whole answers are
//! read by: which texts it carries ([`Delta`]), and which growing text each belongs to ([`Channel`]). An event is
//! forwarded as it came unless a text is changed; [`Event::edited`] then splices that span.
//!
//! Invariants: the same bytes give the same events however they are cut. Every string, name and unknown number of an
//! event, and every line beside its data, is a delta. What has no single reading, or is not text, is told by
//! [`Event::is_unread`] and [`Event::is_opaque`], and the caller decides. All sizes and spans are bytes.

mod channel;
mod event;
mod reader;
mod split;
mod trail;

pub use channel::{Channel, Kind};
pub use event::{Change, Delta, Event};
pub use reader::Reader;
pub use split::{Overflow, Splitter};

#[cfg(test)]
mod tests;
