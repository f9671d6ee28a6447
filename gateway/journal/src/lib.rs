//! The durable, verifiable record on disk.
//!
//! A journal is an append-only log in the form of C2SP tlog-tiles: an RFC 6962 Merkle tree with checkpoints signed as
//! notes, so its directory can be served read-only by any web server and audited by any C2SP client. Before an entry is
//! in a tile it is in the hot log, which one thread writes with group commit:
//!
//! ```text
//! append -> queue -> writer: batch, fdatasync, answer -> sealer: tiles, checkpoint -> reader, sink
//!
//! <dir>/<epoch>/wal/<first entry>.seg    hot log: batches of frames, chained by checks
//! <dir>/<epoch>/tile/<level>/<number>    hashes; partial tiles in <number>.p/<width>
//! <dir>/<epoch>/tile/entries/<number>    the entries, 256 to a bundle
//! <dir>/<epoch>/checkpoint               size and root, signed
//! <dir>/<epoch>/lock, closed             the writer's flock; the mark of a closed epoch
//! ```
//!
//! What holds:
//! - An entry that [`Journal::append`] answered survives a power cut, in its place, or the log refuses to open.
//! - After a failed sync nothing is written or answered any more: no second try, because it could only pretend.
//! - Who waits is answered: also if a thread panics, and the ledger of exchanges also if the disk hangs.
//! - A disk that is slow with tiles does not keep the writer waiting; beyond a bound new entries are refused.
//! - What is signed was durable before, and what is given to readers was signed before.
//! - Two processes never write one log: one that starts while another runs begins the next epoch, whose first entry
//!   names the last checkpoint of the epoch before, and closes that one when it can.
//! - Every file is covered: [`verify::verify`] finds any changed bit, and any record removed, repeated, moved or cut.
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
pub mod note;
mod pending;
pub mod proof;
mod queue;
pub mod reader;
mod recovery;
mod seal;
mod sealer;
mod segment;
mod shared;
pub mod sink;
mod tail;
mod tile;
pub mod verify;
mod writer;

pub use crash::{POINTS, arm_crash_points, crash_point};
pub use error::{AppendError, OpenError};
pub use hash::Hash;
pub use journal::{Journal, Options};
pub use metrics::Metrics;
pub use pending::{Appended, Pending};
pub use recovery::Recovery;
pub use tile::MAX_ENTRY;

#[cfg(test)]
mod tests;
