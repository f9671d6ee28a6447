//! The record of an exchange: what was decided and why, and how it ended, without the data itself.
//!
//! One [`Record`] is one line of JSON in the schema [`SCHEMA`], always shorter than [`MAX_BYTES`]. A [`Decision`] is
//! written before the first byte leaves, an [`Outcome`] when the exchange closes, a [`Lifecycle`] when the gateway itself
//! changes. Whatever else is exported (OTLP, later OCSF and others) is a projection of it and can be made again.
//!
//! Invariants:
//! - No type here takes matched text. A value appears as a keyed hash, an identity as a [`Pseudonym`], a place in a
//!   body as a [`PartPath`] that has dropped whatever could be data.
//! - Times are nanoseconds since 1970-01-01 UTC, sizes bytes, spans bytes of decoded text. Nothing reads a clock.
//! - What is too much for one line is counted in the record, never dropped silently.
//! - Readers ignore fields they do not know; a field never changes its meaning within a schema version.

mod bound;
mod otlp;
mod part_path;
mod pseudonym;
mod record;
mod summary;
mod verbatim;

pub use bound::MAX_BYTES;
pub use otlp::{OtlpContext, log_record};
pub use part_path::PartPath;
pub use pseudonym::{Domain, Key, Pseudonym, body_hash, keyed_hash, pseudonym};
pub use record::{
    Address, Allowed, Asked, Body, BodyDigest, Candidate, Client, Decision, Ending, Findings,
    Found, FoundGroup, Keyed, Lifecycle, Outcome, Record, Rule, SCHEMA, Timings, Trace, Unread,
    Verdict,
};
pub use verbatim::Verbatim;
