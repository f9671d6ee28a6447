//! A checkpoint or a proof that somebody hands in: refused unless the key signed it, never a panic.
#![no_main]

use journal::note::{Checkpoint, SigningKey};
use journal::proof;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let keys = [SigningKey::from_seed(&[7; 32]).public()];
    assert!(Checkpoint::open(text, &keys).is_err(), "a signature was forged");
    assert!(proof::check(text, b"entry", &keys).is_err(), "a proof was forged");
});
