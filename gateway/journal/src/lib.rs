//! The durable, verifiable record on disk.
//!
//! A journal is an append-only log in the form of C2SP tlog-tiles: an RFC 6962 Merkle tree with checkpoints signed as
//! notes, so its directory can be served read-only by any web server and audited by any C2SP client. Before an entry is
//! in a tile it is in the hot log, which one thread writes with group commit:
//!
//! ```text
//! append -> queue -> writer: batch, fdatasync, answer -> sealer: tiles, checkpoint -> readers and sinks, by cursor
//!
//! <dir>/<epoch>/wal/<first entry>.seg    hot log: batches of frames, chained by checks
//! <dir>/<epoch>/tile/<level>/<number>    hashes; partial tiles in <number>.p/<width>
//! <dir>/<epoch>/tile/entries/<number>    the entries, 256 to a bundle
//! <dir>/<epoch>/checkpoint               size and root, signed
//! <dir>/<epoch>/lock, closed             the writer's flock; the mark of a closed epoch
//! ```
//!
//! What holds:
//! - An entry that was answered as [`Durability::Durable`] survives a power cut, in its place, or the log refuses to open.
//! - After a failed sync nothing is answered as durable any more: no second try, because it could only pretend.
//! - What is signed was durable before, and what is given to readers was signed before.
//! - Two processes never write one log: one that starts while another runs begins the next epoch, whose first entry
//!   names the last checkpoint of the epoch before, and closes that one when it can.
//! - Every file is covered: [`verify`] finds any changed bit, and any record removed, repeated, moved or cut.
//!
//! Units: sizes in bytes, indices in entries from 0. Test hook: see [`crash_point`].

mod clock;
mod crash;
mod cursor;
mod disk;
mod edge;
mod epoch;
mod error;
mod hash;
mod journal;
mod ledger;
mod metrics;
mod note;
mod otlp;
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
pub use otlp::{OtlpOptions, OtlpSink, SinkMetrics};
pub use pending::{Appended, Pending};
pub use proof::{ProofError, check_proof, prove};
pub use reader::{Entry, Position, Reader};
pub use recovery::Recovery;
pub use tile::MAX_ENTRY;
pub use verify::{EpochReport, Problem, Report, verify};

#[cfg(test)]
mod tests;
