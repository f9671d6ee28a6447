//! The promise that no byte leaves before its decision is recorded: a [`Receipt`] exists only for what a [`Ledger`] took.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use incident::BodyDigest;

use crate::candidate::Candidate;
use crate::{Code, Draft, Located, Refusal, guarded, record};

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

/// The future of an append.
pub type Appended<'a> = Pin<Box<dyn Future<Output = Result<(), LedgerFailure>> + Send + 'a>>;

/// A log that entries can be added to; `journal` implements it.
pub trait Ledger: Send + Sync {
    /// Adds one entry and resolves when it is recorded in the sense of `durability`.
    fn append(&self, entry: Vec<u8>, durability: Durability) -> Appended<'_>;

    /// Queues the entry that tells the end of something already recorded; room is kept for it.
    ///
    /// # Errors
    /// If not even that room is left.
    fn close(&self, entry: Vec<u8>) -> Result<(), LedgerFailure>;
}

/// Proof that the decision behind one draft was recorded: for this attempt, this candidate and these bytes. Made only by
/// [`record`], not `Clone`.
#[derive(Debug)]
pub struct Receipt {
    exchange: String,
    attempt: u32,
    candidate: Arc<Candidate>,
    sent: BodyDigest,
}

impl Receipt {
    pub(crate) fn is_for(&self, draft: &Draft) -> bool {
        self.exchange == draft.case.id
            && self.attempt == draft.attempt
            && Arc::ptr_eq(&self.candidate, &draft.candidate)
            && self.sent == draft.sent
    }
}

/// Records the decision of a draft.
///
/// # Errors
/// `unrecorded` if the ledger did not take it, `judgement-failed` if it could not be written.
pub async fn record(
    ledger: &dyn Ledger,
    durability: Durability,
    located: &Located,
    draft: &Draft,
) -> Result<Receipt, Refusal> {
    let entry = guarded(|| Ok(record::sending(draft, located)))?;
    ledger.append(entry, durability).await.map_err(unrecorded)?;
    Ok(Receipt {
        exchange: draft.case.id.clone(),
        attempt: draft.attempt,
        candidate: Arc::clone(&draft.candidate),
        sent: draft.sent.clone(),
    })
}

fn unrecorded(_: LedgerFailure) -> Refusal {
    Refusal::new(Code::Unrecorded)
}
