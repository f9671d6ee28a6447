//! The journal as the ledger of exchanges.

use std::future;

use exchange::Ledger;
use exchange::ledger::{Appended, Durability, LedgerFailure};

use crate::{AppendError, Journal, Pending};

impl Ledger for Journal {
    /// Waits at most [`crate::Options::append_deadline`]. Runs on a tokio runtime that keeps time.
    fn append(&self, entry: Vec<u8>, durability: Durability) -> Appended<'_> {
        let queued = match durability {
            Durability::Async => self.enqueue(entry).map(|()| None),
            Durability::Durable => Journal::append(self, entry).map(Some),
        };
        match queued {
            Err(error) => Box::pin(future::ready(Err(failure(error)))),
            Ok(None) => Box::pin(future::ready(Ok(()))),
            Ok(Some(pending)) => Box::pin(async { self.in_time(pending).await.map_err(failure) }),
        }
    }

    fn close(&self, entry: Vec<u8>) -> Result<(), LedgerFailure> {
        self.enqueue_closing(entry).map_err(failure)
    }
}

impl Journal {
    async fn in_time(&self, mut pending: Pending) -> Result<(), AppendError> {
        match tokio::time::timeout(self.append_deadline(), &mut pending).await {
            Ok(answer) => answer.map(drop),
            Err(_) => self.shared().given_up(&pending),
        }
    }
}

fn failure(error: AppendError) -> LedgerFailure {
    LedgerFailure(error.to_string())
}
