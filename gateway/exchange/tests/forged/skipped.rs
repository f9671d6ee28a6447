//! A stage cannot be skipped.

use exchange::Scratch;
use exchange::{Inspected, Received};

fn skip(received: Received) -> Inspected {
    received.inspect(&mut Scratch::default()).unwrap()
}

fn main() {}
