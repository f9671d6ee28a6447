//! What holds for every file: it is read to a value within the bounds, and the same one again.

use document::{Hints, Limits, read};

pub fn check(name: &str, bytes: &[u8]) {
    let limits = Limits {
        text_bytes: 1 << 20,
        unpacked_bytes: 8 << 20,
        entries: 64,
        cells: 10_000,
        pieces: 5_000,
        unread: 100,
        nesting: 4,
        ..Limits::default()
    };
    let hints = Hints { name, media_type: "" };
    let document = read(bytes, &hints, &limits);
    assert!(document.texts.iter().map(|piece| piece.text.len()).sum::<usize>() <= limits.text_bytes);
    assert!(document.texts.len() <= limits.pieces && document.unread.len() <= limits.unread);
    for piece in document.texts.iter().take(64) {
        for at in [0, piece.text.len() / 2, piece.text.len()] {
            let place = piece.place_at(at);
            assert!(!place.contains(char::is_control));
        }
    }
    let again = read(bytes, &hints, &limits);
    assert!(document.texts == again.texts && document.unread == again.unread);
}

/// A ZIP archive of entries that are not packed.
#[allow(dead_code, reason = "not every target packs")]
pub fn zip(entries: &[(&str, &[u8])]) -> Vec<u8> {
    use std::io::Write;
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, bytes) in entries {
        writer.start_file(*name, options).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}
