//! The journal as the ledger of exchanges.

use std::future;

use exchange::Ledger;
use exchange::ledger::{Appended, Durability as Asked, LedgerFailure};

use crate::{AppendError, Durability, Journal};

impl Ledger for Journal {
    fn append(&self, entry: Vec<u8>, durability: Asked) -> Appended<'_> {
        let how = match durability {
            Asked::Durable => Durability::Durable,
            Asked::Async => Durability::Async,
        };
        match (Journal::append(self, entry, how), durability) {
            (Err(error), _) => Box::pin(future::ready(Err(failure(error)))),
            // Queued is what was asked for; the entry is written whether or not anybody waits for it.
            (Ok(_), Asked::Async) => Box::pin(future::ready(Ok(()))),
            (Ok(pending), Asked::Durable) => {
                Box::pin(async { pending.await.map(drop).map_err(failure) })
            }
        }
    }

    fn close(&self, entry: Vec<u8>) -> Result<(), LedgerFailure> {
        self.append_closing(entry, Durability::Async).map(drop).map_err(failure)
    }
}

fn failure(error: AppendError) -> LedgerFailure {
    LedgerFailure(error.to_string())
}
