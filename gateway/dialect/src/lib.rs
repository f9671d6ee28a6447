//! AI wire formats: the parts of text in a body, edits in place, event streams, translation.
//!
//! A body is read once by a strict JSON reader ([`Request::parse`], [`Answer::parse`]); what could be read in two ways is
//! refused. Every piece of text that leaves becomes a [`Part`], by tables from which [`coverage`] is generated as well.
//! Edits of decoded text are spliced into the received bytes; nothing else changes.
//!
//! ```
//! use dialect::{Edit, Head, Limits, Request, recognise};
//!
//! let head = Head { method: "POST", path: "/v1/chat/completions", query: None, headers: &[] };
//! let (dialect, operation) = recognise(head.method, head.path);
//! let body = r#"{"model":"m","messages":[{"role":"user","content":"I am \u0041nn."}]}"#.into();
//! let request = Request::parse(dialect, operation, &head, body, &Limits::default())?;
//! let said = &request.parts()[1];
//! assert_eq!((request.path_of(said).as_str(), request.text(said)), ("messages[0].content", "I am Ann."));
//! let spliced = request.splice(&[Edit { part: 1, span: (5, 8), with: "[NAME]" }])?;
//! assert_eq!(spliced.body, r#"{"model":"m","messages":[{"role":"user","content":"I am [NAME]."}]}"#);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Pure: no sockets, files, clocks or randomness; every bound is in [`Limits`].

mod answer;
mod coverage;
mod document;
mod escape;
mod exercise;
mod head;
mod json;
mod limits;
mod operation;
mod part;
mod payload;
mod percent;
mod pin;
mod reading;
pub mod refusal;
mod request;
mod reread;
mod splice;
pub mod stream;
mod table;
pub mod translate;
mod unreadable;
mod walk;

pub use answer::Answer;
pub use coverage::{CoverageLine, Covered, coverage};
pub use exercise::exercise;
pub use head::{Head, is_utf8_type};
pub use limits::Limits;
pub use operation::{Dialect, Operation, recognise};
pub use part::{Modality, Part, RawSpan, Role};
pub use payload::{Carried, carries_bytes, may_hold_files};
pub use pin::with_field;
pub use request::{Paths, Request, Spliced};
pub use splice::{Edit, EditProblem};
pub use table::Side;
pub use unreadable::Unreadable;

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::panic, reason = "a failed test should stop here")]
mod tests;
