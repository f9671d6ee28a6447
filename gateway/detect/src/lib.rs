//! Text in, findings out: what is sensitive in a text, and where.
//!
//! A [`Detector`] is compiled once from TOML rule files (`rules/detectors/`), is immutable and shared between threads.
//! Working memory belongs to the caller ([`Scratch`]), work is bounded by [`Fuel`], not by time.
//!
//! Reading order: `rule_file` (what an author writes) → `compile` (what it becomes) → `anchor`, `keys`, `mailbox`, `key_table`, `buckets`, `blocks`, `pass` (where
//! a value may begin, found in one pass) → `matcher` and `shapes` with `automaton` (where it ends; `boundary`: what a word is) → `engine` with `weigh`, `gate`,
//! `guard`, `check`, `context`, `words`, `plain`, `surroundings` and `neighbours` (whether it is one) → `harmless` (what the caller knows better) → `resolve` (which of
//! several readings stands) → `normal` (what a text says when it is decoded) → `seam` (values split over texts) → `settled` (streams).
//!
//! Invariants: spans are bytes, end exclusive, on character boundaries of the text they belong to; findings hold no text; the
//! same texts and rules give the same findings on every machine.

mod anchor;
mod automaton;
mod bits;
mod blocks;
mod boundary;
mod buckets;
mod check;
mod compile;
mod conduct;
mod context;
mod country;
mod detector;
mod engine;
mod examples;
mod explain;
mod finding;
mod fuel;
mod gate;
mod guard;
mod harmless;
mod key_table;
mod keys;
mod mailbox;
mod matcher;
mod neighbours;
mod normal;
mod pass;
mod pattern;
mod plain;
mod problem;
mod resolve;
mod rule_file;
mod seam;
mod settled;
mod shapes;
mod surroundings;
#[cfg(test)]
mod tests;
mod weigh;
mod words;

pub use boundary::is_apart;
pub use conduct::Conduct;
pub use detector::{Detector, Scratch};
pub use explain::{Outcome, Trial};
pub use finding::{DetectorId, Finding, Found, Info, Lane, Level, Piece, Span, Text};
pub use fuel::{Fuel, MAX_FINDINGS, Spent};
pub use harmless::{BESIDE, HARMLESS_MAX, Harmless, Spared, normal_form};
pub use normal::as_seen;
pub use problem::{Problem, RuleFile};
pub use settled::{LOOK_BEHIND, context_from};
