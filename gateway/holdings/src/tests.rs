//! Tests of the whole crate: what is built is found, what is not is not.
#![expect(clippy::unwrap_used, reason = "a failed test should stop here")]

mod dictionary;
mod documents;
mod format;
mod records;

use std::sync::Arc;

use crate::*;

fn key() -> Key {
    Key::new([7; 32])
}

fn open(file: Vec<u8>) -> Holdings {
    Holdings::open(Arc::new(file), &key()).unwrap()
}

/// What is found in the texts: title, and the text of each piece.
fn found(holdings: &Holdings, texts: &[&str]) -> Vec<(String, Vec<String>)> {
    let (mut scratch, mut fuel) = (Scratch::default(), Fuel::new(100_000_000));
    let found = holdings.scan(&mut scratch, texts, &mut fuel).unwrap();
    let spelled =
        |piece: &Piece| texts[piece.text as usize].get(piece.start..piece.end).unwrap().to_owned();
    found
        .findings()
        .iter()
        .map(|finding| {
            let pieces = found.pieces(finding).iter().map(spelled).collect();
            (holdings.title(finding.subject), pieces)
        })
        .collect()
}

/// The open corpora, where they are present: clean text of one folder.
fn corpus(folder: &str) -> Vec<(String, String)> {
    let path = format!("{}/../../../shared/eval/corpora/{folder}", env!("CARGO_MANIFEST_DIR"));
    let Ok(entries) = std::fs::read_dir(path) else {
        return Vec::new();
    };
    let mut texts: Vec<_> = entries
        .flatten()
        .filter_map(|entry| {
            #[expect(clippy::disallowed_methods, reason = "files of a test")]
            let text = std::fs::read_to_string(entry.path()).ok()?;
            Some((entry.file_name().to_string_lossy().into_owned(), text))
        })
        .collect();
    texts.sort();
    texts
}
