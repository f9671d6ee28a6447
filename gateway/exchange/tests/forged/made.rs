use exchange::{Outgoing, Permit};

fn forge(outgoing: Outgoing) -> Permit {
    Permit { outgoing }
}

fn main() {}
