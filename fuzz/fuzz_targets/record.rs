//! A line of a journal: what reads as a record is written again within the bound and reads the same.
#![no_main]

use incident::{MAX_BYTES, Record};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|line: &[u8]| {
    if let Some(record) = Record::parse(line) {
        let written = record.to_line();
        assert!(written.len() <= MAX_BYTES);
        if line.len() <= MAX_BYTES && record.shortened.is_empty() {
            assert!(Record::parse(&written).is_some());
        }
    }
});
