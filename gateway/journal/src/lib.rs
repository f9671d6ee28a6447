//! The durable, verifiable record on disk.

mod crash;
mod disk;
mod edge;
mod epoch;
mod error;
mod hash;
mod journal;
mod ledger;
mod metrics;
mod note;
mod pending;
mod proof;
mod queue;
mod reader;
mod recovery;
mod seal;
mod sealer;
mod segment;
mod shared;
mod tail;
mod tile;
mod verify;
mod writer;

pub use crash::{POINTS, crash_point};
pub use error::{AppendError, OpenError};
pub use hash::Hash;
pub use journal::{Durability, Journal, Options};
pub use metrics::Metrics;
pub use note::{Checkpoint, KeyError, NoteError, PublicKey, SigningKey};
pub use pending::{Appended, Pending};
pub use proof::{ProofError, check_proof, prove};
pub use reader::{Entry, Position, Reader};
pub use recovery::Recovery;
pub use tile::MAX_ENTRY;
pub use verify::{EpochReport, Problem, Report, verify};

#[cfg(test)]
mod tests;
