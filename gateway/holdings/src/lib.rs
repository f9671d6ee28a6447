//! What an agency itself says is sensitive, found in texts, without keeping it in clear.
//!
//! Three kinds of file, one format: **dictionaries** of terms, **records** (values of columns that must stand near each other and
//! belong to the same row), **documents** (passages quoted from registered texts, also lightly edited). A file holds keyed hashes
//! only; it is used in place, as bytes that the caller mapped or read. [`Holdings`] is immutable and shared between threads,
//! working memory belongs to the caller ([`Scratch`]), work is bounded by [`Fuel`], not by time.
//!
//! Reading order: `fold`, `words` (text → words and their hashes) → `key` (which hash is for what) → `file`, `table`, `postings` (the
//! format, and looking up in it) → `sort`, `build` (how a file is made in bounded memory) → `rules` (what an author writes) → `dictionary`, `records`, `documents`
//! (each: what is hashed, and how it is found again) → `holdings` (open and scan) → `settled` (streams).
//!
//! Invariants: no text, value or word of the sources is in a file, an error or a finding, except the names that the author gives to
//! dictionaries, columns, rules and documents; the same input and key give the same file, byte for byte; any bytes
//! whatsoever may be opened and scanned without a panic; positions are bytes into the texts given, end exclusive, on boundaries of characters.

mod build;
mod dictionary;
mod documents;
mod file;
mod fold;
mod holdings;
mod key;
mod postings;
mod problem;
mod records;
mod rules;
mod scratch;
mod settled;
mod sort;
mod spelling;
mod table;
#[cfg(test)]
mod tests;
mod words;

pub use build::{Progress, Refused, Report};
pub use dictionary::DictionaryBuilder;
pub use documents::DocumentsBuilder;
pub use file::Facts;
pub use holdings::{Bytes, Holdings};
pub use key::Key;
pub use problem::Problem;
pub use records::RecordsBuilder;
pub use rules::{DictionaryRules, DocumentRules, RecordRules};
pub use scratch::{Finding, Found, Fuel, Level, Piece, Scratch, Spent, Subject};
pub use settled::{CONTEXT, HELD};
pub use sort::Spill;
