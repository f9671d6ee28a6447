//! A permit cannot be made from what it would send.

use exchange::{Outgoing, Permit};

fn forge(outgoing: Outgoing) -> Permit {
    Permit { outgoing }
}

fn main() {}
