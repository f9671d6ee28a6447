//! Any text under the shipped detectors: findings lie in the text, on boundaries of characters, in order; the work is bounded by
//! the fuel; the same text gives the same findings again.
#![no_main]

use std::cell::RefCell;
use std::path::Path;
use std::sync::LazyLock;

use detect::{Detector, Fuel, RuleFile, Scratch, Text};
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

fuzz_target!(|text: &str| {
    let find = || {
        SCRATCH.with_borrow_mut(|scratch| {
            let texts = [Text::alone("", text)];
            let mut fuel = Fuel::new(1_000_000 + 4096 * text.len() as u64);
            let found = DETECTOR.scan(scratch, &texts, &mut fuel).expect("ran out of fuel");
            let pieces = found.iter().flat_map(|finding| finding.pieces().iter().map(|piece| piece.span));
            pieces.map(|span| (span.start, span.end)).collect::<Vec<_>>()
        })
    };
    let found = find();
    assert!(found.iter().all(|(start, end)| start < end && text.get(*start..*end).is_some()));
    assert!(found.is_sorted_by_key(|(start, _)| *start));
    assert_eq!(found, find());
});
