//! Any text, and any text written in one of the ways that the normal form reads: findings lie on boundaries of characters, in order; the
//! work is bounded by the fuel; what is settled stays within its bound.
#![no_main]

use std::cell::RefCell;
use std::path::Path;
use std::sync::LazyLock;

use detect::{Detector, Fuel, LOOK_BEHIND, RuleFile, Scratch, Text};
use libfuzzer_sys::fuzz_target;

static DETECTOR: LazyLock<Detector> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../rules/detectors");
    let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = paths
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .map(|path| (path.display().to_string(), std::fs::read_to_string(path).unwrap()))
        .collect();
    files.sort();
    let files: Vec<_> = files.iter().map(|(name, text)| RuleFile { name, text }).collect();
    Detector::compile(&files).unwrap()
});

thread_local!(static SCRATCH: RefCell<Scratch> = RefCell::default());

/// The text written in a way that a number chooses.
fn written(way: u8, text: &str) -> String {
    let each = |f: fn(char) -> String| text.chars().map(f).collect();
    match way % 8 {
        0 => each(|c| format!("&#{};", u32::from(c))),
        1 => each(|c| format!("\\u{{{:x}}}", u32::from(c))),
        2 => text.bytes().map(|b| format!("%{b:02X}")).collect(),
        3 => text.bytes().map(|b| format!("{b:02x}")).collect(),
        4 => text.bytes().map(|b| format!("{b:02x} ")).collect(),
        5 => each(|c| format!("{c} ")),
        6 => each(|c| format!("{c}\u{200b}")),
        _ => text.to_owned(),
    }
}

fuzz_target!(|input: (u8, &str)| {
    let text = written(input.0, input.1);
    SCRATCH.with_borrow_mut(|scratch| {
        let texts = [Text::alone("", &text)];
        let mut fuel = Fuel::new(1_000_000 + 4096 * text.len() as u64);
        let found = DETECTOR.scan(scratch, &texts, &mut fuel).expect("ran out of fuel");
        let pieces: Vec<_> = found.iter().flat_map(|finding| finding.pieces()).collect();
        let inside = |start: usize, end: usize| start < end && text.get(start..end).is_some();
        assert!(pieces.iter().all(|piece| inside(piece.span.start, piece.span.end)));
        assert!(pieces.is_sorted_by_key(|piece| piece.span.start));
        assert!(found.unread.iter().all(|piece| inside(piece.span.start, piece.span.end)));
    });
    let mark = DETECTOR.settled(&text);
    assert!(text.is_char_boundary(mark) && text.len() - mark <= LOOK_BEHIND);
});
