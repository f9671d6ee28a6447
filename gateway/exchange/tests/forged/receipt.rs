//! A receipt cannot be made without a ledger.

use exchange::Receipt;

fn forge() -> Receipt {
    Receipt { exchange: String::new(), attempt: 1 }
}

fn main() {}
