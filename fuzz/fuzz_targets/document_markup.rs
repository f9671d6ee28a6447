//! HTML and RTF.
#![no_main]

#[path = "../document.rs"]
mod document_check;

use document_check::check;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((kind, bytes)) = bytes.split_first() else { return };
    let mut file = if *kind % 2 == 0 { b"<html>".to_vec() } else { b"{\\rtf1 ".to_vec() };
    file.extend(bytes);
    check("", &file);
});
