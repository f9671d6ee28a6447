//! A permit is used up.

use exchange::{Outgoing, Permit};

fn twice(permit: Permit) -> (Outgoing, Outgoing) {
    (permit.open(), permit.open())
}

fn main() {}
