//! Files of many kinds: the texts in them, with where each stands, and what could not be read.
//!
//! [`read`] takes the bytes of a file and gives a [`Document`]. The kind is decided by the content; name and media type are
//! hints for what content cannot tell. Containers are read into: archives, attachments, embedded files.
//!
//! What holds here:
//! - What a person sees in the file, and what a program finds that looks into it as programs do, is told; else its place is
//!   [`Unread`]. That holds for files that are made to hide: what stands between entries and objects, in unknown elements and
//!   attributes, where viewers and standards differ. Not told is what nobody is shown: programs of fonts, tables of colours,
//!   names of elements in packages, what drivers of printers keep, numbers of editing sessions.
//! - Text is told as it shows: cells of a row on one line, what is drawn side by side as one. Where that is not how it is stored, both
//!   are told.
//! - Work and memory are bounded by [`Limits`], whatever the bytes say about themselves. No panic leaves this room.
//! - Nothing is fetched, no entity of a document type is expanded, no script or formula is run, no password is tried.
//!
//! A leaf: no files, clocks, sockets or randomness, and no knowledge of detectors.

mod archive;
mod capitals;
mod glean;
mod grid;
mod html;
mod image;
mod kind;
mod limits;
mod mail;
mod odf;
mod office;
mod pdf;
mod piece;
mod reading;
mod rtf;
mod table;
mod text;
mod xml;

#[cfg(test)]
mod tests;

pub use kind::Kind;
pub use limits::Limits;
pub use piece::{Document, Hints, Piece, Role, Unread, Why};

use reading::Reading;

/// Reads a file: its texts, where each stands, and what could not be read.
///
/// The same bytes, hints and limits give the same document. Everything ends in a value: broken, encrypted or oversized
/// input is told in [`Document::unread`] beside the texts that were read before.
#[must_use]
pub fn read(bytes: &[u8], hints: &Hints<'_>, limits: &Limits) -> Document {
    let mut reading = Reading::new(limits);
    let kind = reading.file(bytes, hints);
    reading.finish(kind)
}
