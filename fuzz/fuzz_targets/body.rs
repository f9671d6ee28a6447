//! A request or answer body in every dialect: read, spliced without edits, and every part's text lies where it says.
#![no_main]

use bytes::Bytes;
use dialect::{Dialect, Operation, exercise};
use libfuzzer_sys::fuzz_target;

const DIALECTS: [(Dialect, Operation); 3] = [
    (Dialect::OpenAiChat, Operation::Chat),
    (Dialect::AnthropicMessages, Operation::Chat),
    (Dialect::Unknown, Operation::Unknown),
];

fuzz_target!(|body: &[u8]| {
    let body = Bytes::copy_from_slice(body);
    for (dialect, operation) in DIALECTS {
        assert_eq!(exercise(dialect, operation, &body), Ok(()));
    }
});
