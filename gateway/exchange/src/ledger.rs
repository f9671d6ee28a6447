//! The promise that no byte leaves before its decision is recorded: a [`Receipt`] exists only for what a [`Ledger`] took.

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use crate::{Case, Code, Draft, Refusal, record};

/// When an entry counts as recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// When it is on disk: it survives a power cut.
    Durable,
    /// When it is queued: it survives this process being killed only if its turn came.
    Async,
}

/// Why an entry was not taken. What was not taken does not leave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerFailure(
    /// For the operator: what is wrong with the ledger. Holds nothing of the entry.
    pub String,
);

impl fmt::Display for LedgerFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The future of an append: the entry's index in the log.
pub type Appended<'a> = Pin<Box<dyn Future<Output = Result<u64, LedgerFailure>> + Send + 'a>>;

/// A log that entries can be added to; `journal` implements it.
pub trait Ledger: Send + Sync {
    /// Adds one entry and resolves when it is recorded in the sense of `durability`.
    fn append(&self, entry: Vec<u8>, durability: Durability) -> Appended<'_>;
}

/// Proof that the decision behind one draft was recorded. Made only by [`record`], not `Clone`.
#[derive(Debug)]
pub struct Receipt {
    exchange: String,
    attempt: u32,
    index: u64,
}

impl Receipt {
    /// Where the decision stands in the log.
    #[must_use]
    pub fn index(&self) -> u64 {
        self.index
    }

    pub(crate) fn is_for(&self, draft: &Draft) -> bool {
        self.exchange == draft.case.id && self.attempt == draft.attempt
    }
}

/// Records the decision of a draft.
///
/// # Errors
/// `unrecorded` if the ledger did not take it.
pub async fn record(ledger: &dyn Ledger, durability: Durability, draft: &Draft) -> Result<Receipt, Refusal> {
    let entry = record::sending(draft);
    let index = ledger.append(entry, durability).await.map_err(unrecorded)?;
    Ok(Receipt { exchange: draft.case.id.clone(), attempt: draft.attempt, index })
}

/// Records a decision by which nothing is sent.
///
/// # Errors
/// `unrecorded` if the ledger did not take it; the caller answers with that instead.
pub async fn record_refusal(
    ledger: &dyn Ledger,
    durability: Durability,
    case: &Case,
    entry: Vec<u8>,
) -> Result<u64, Refusal> {
    debug_assert!(!case.id.is_empty(), "a case is born with its id");
    ledger.append(entry, durability).await.map_err(unrecorded)
}

fn unrecorded(_: LedgerFailure) -> Refusal {
    Refusal::new(Code::Unrecorded)
}
