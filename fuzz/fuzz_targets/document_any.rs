//! Any file, by whatever it begins with: archives, pictures, text in any encoding, tables.
#![no_main]

#[path = "../document.rs"]
mod document_check;

use document_check::check;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let (name, bytes) = match bytes.split_first() {
        Some((0, rest)) => ("a.csv", rest),
        Some((1, rest)) => ("a.gz", rest),
        _ => ("", bytes),
    };
    check(name, bytes);
});
