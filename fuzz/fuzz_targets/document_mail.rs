//! A mail, or a mailbox.
#![no_main]

#[path = "../document.rs"]
mod document_check;

use document_check::check;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut mail = b"From: a@example.org\nDate: x\nMessage-ID: <1>\n".to_vec();
    mail.extend(bytes);
    check("a.eml", &mail);
});
