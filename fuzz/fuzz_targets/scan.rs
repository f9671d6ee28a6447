//! Any text under the shipped detectors: findings lie in the text, on boundaries of characters, in order; the work is bounded by
//! the fuel; the same text gives the same findings again.
#![no_main]

#[path = "../shipped.rs"]
mod shipped;

use std::cell::RefCell;
use std::sync::LazyLock;

use detect::{Detector, Fuel, Scratch, Text};
use libfuzzer_sys::fuzz_target;

static DETECTOR: LazyLock<Detector> = LazyLock::new(shipped::detector);

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
