//! Files that are built here, byte by byte, and what must be read from them.

#![expect(clippy::unwrap_used, reason = "a failed test should stop here")]

mod archives;
mod build;
mod hiding;
mod hostile;
mod offices;
mod pdfs;
mod rtfs;
mod shown;
mod silence;
mod texts;

use crate::{Document, Hints, Limits, Role, Why, read};

fn open(name: &str, bytes: &[u8]) -> Document {
    read(bytes, &Hints { name, media_type: "" }, &Limits::default())
}

/// All texts as `role place [label] text`, in order.
fn told(document: &Document) -> Vec<String> {
    let line = |piece: &crate::Piece| {
        format!(
            "{} {} [{}] {}",
            piece.role.name(),
            piece.place,
            piece.label,
            piece.text.trim().replace('\n', "|")
        )
    };
    document.texts.iter().map(line).collect()
}

/// All unread places as `why place`.
fn unread(document: &Document) -> Vec<String> {
    document.unread.iter().map(|unread| format!("{} {}", unread.why.name(), unread.place)).collect()
}

/// Asserts that a text with this role, at this place and with these words was told.
fn tells(document: &Document, role: Role, place: &str, words: &str) {
    let found = document
        .texts
        .iter()
        .any(|piece| piece.role == role && piece.place == place && piece.text.contains(words));
    assert!(found, "{} at {place:?}: {words:?}, in {:#?}", role.name(), told(document));
}

fn misses(document: &Document, place: &str, why: Why) {
    let found = document.unread.iter().any(|unread| unread.place == place && unread.why == why);
    assert!(found, "{} at {place:?}, in {:#?}", why.name(), unread(document));
}
