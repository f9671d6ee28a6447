//! A country database: opened or refused, and looked up without a panic.
#![no_main]

use geo::Atlas;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(atlas) = Atlas::from_mmdb(bytes.to_vec()) {
        for address in ["1.1.1.1", "203.0.113.9", "2001:db8::1", "::ffff:8.8.8.8"] {
            drop(atlas.locate(address.parse().unwrap()));
        }
    }
});
