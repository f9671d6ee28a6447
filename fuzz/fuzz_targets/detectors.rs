//! A detector file: compiled or refused with places inside it, never a panic.
#![no_main]

use detect::{Detector, RuleFile};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    match Detector::compile(&[RuleFile { name: "fuzz.toml", text }]) {
        Ok(detector) => drop(detector.check_examples()),
        Err(problems) => assert!(!problems.is_empty(), "refused without a reason"),
    }
});
