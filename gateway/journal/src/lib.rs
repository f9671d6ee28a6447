//! The durable, verifiable record on disk.

mod crash;
mod disk;
mod edge;
mod epoch;
mod error;
mod hash;
mod journal;
mod metrics;
mod note;
mod pending;
mod queue;
mod recovery;
mod seal;
mod sealer;
mod segment;
mod shared;
mod tail;
mod tile;
mod writer;

pub use crash::{POINTS, crash_point};
pub use error::{AppendError, OpenError};
pub use hash::Hash;
pub use journal::{Durability, Journal, Options};
pub use metrics::Metrics;
pub use note::{Checkpoint, KeyError, NoteError, PublicKey, SigningKey};
pub use pending::{Appended, Pending};
pub use recovery::Recovery;
pub use tile::MAX_ENTRY;
