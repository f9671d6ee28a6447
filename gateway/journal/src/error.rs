//! What can go wrong. Messages name files and indices, never the content of an entry.

use std::fmt;
use std::io;
use std::path::PathBuf;

use crate::note::NoteError;

/// Why an entry was not recorded. Whoever gets one must treat the entry as not recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AppendError {
    /// The entry is empty.
    Empty,
    /// The entry is longer than [`crate::MAX_ENTRY`] bytes.
    TooLarge,
    /// More is waiting than the queue may hold; the disk is too slow for the load.
    QueueFull,
    /// The journal has reached its configured size, less what is kept for closing records.
    OverQuota,
    /// The file system is full.
    DiskFull,
    /// The hot log can be written but the tiles cannot, so nothing new is taken until they can.
    Stalled,
    /// The disk did not answer within [`crate::Options::append_deadline`]; nothing new is taken until it does. An entry
    /// whose append ended so may still be written.
    Late,
    /// More is durable and not yet in tiles than may be: the disk is too slow for the tiles.
    Backlog,
    /// Writing failed for another reason and was undone; the next append tries anew.
    Unwritable,
    /// A sync failed: what is on disk is not known any more. Final; restart to recover.
    Poisoned,
    /// The journal was closed.
    Closed,
}

impl AppendError {
    /// A stable word for metrics and records.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::TooLarge => "too-large",
            Self::QueueFull => "queue-full",
            Self::OverQuota => "over-quota",
            Self::DiskFull => "disk-full",
            Self::Stalled => "stalled",
            Self::Late => "late",
            Self::Backlog => "backlog",
            Self::Unwritable => "unwritable",
            Self::Poisoned => "poisoned",
            Self::Closed => "closed",
        }
    }
}

impl fmt::Display for AppendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "the entry is empty",
            Self::TooLarge => "the entry is longer than 65535 bytes",
            Self::QueueFull => "too many entries wait for the disk",
            Self::OverQuota => "the journal has reached its configured size",
            Self::DiskFull => "the file system of the journal is full",
            Self::Stalled => "the tiles of the journal cannot be written",
            Self::Late => "the disk of the journal does not answer",
            Self::Backlog => "the tiles of the journal are written too slowly",
            Self::Unwritable => "the journal cannot be written",
            Self::Poisoned => "a sync of the journal failed and its state on disk is unknown",
            Self::Closed => "the journal is closed",
        })
    }
}

impl std::error::Error for AppendError {}

/// Why a journal was not opened.
#[derive(Debug)]
pub enum OpenError {
    /// An option cannot be used; the words say which and why.
    Option(&'static str),
    /// A file operation failed.
    Io {
        /// The file or directory.
        path: PathBuf,
        /// What the operating system said.
        error: io::Error,
    },
    /// The checkpoint of an epoch cannot be believed.
    Checkpoint {
        /// The epoch.
        epoch: u64,
        /// What is wrong with it.
        error: NoteError,
    },
    /// The log has fewer entries than its checkpoint says, or than it says were synced.
    Short {
        /// The epoch.
        epoch: u64,
        /// Entries that must be there.
        expected: u64,
        /// Entries that can be read.
        found: u64,
    },
    /// What can be read does not lead to the root of the checkpoint, or contradicts itself.
    Damaged {
        /// The epoch.
        epoch: u64,
        /// What was found, naming files and indices.
        what: String,
    },
}

impl OpenError {
    pub(crate) fn io(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |error| Self::Io { path, error }
    }
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Option(what) => f.write_str(what),
            Self::Io { path, error } => write!(f, "{}: {error}", path.display()),
            Self::Checkpoint { epoch, error } => write!(f, "epoch {epoch}: {error}"),
            Self::Short { epoch, expected, found } => write!(
                f,
                "epoch {epoch}: {expected} entries were durable, only {found} can be read; \
                 keep the directory for the auditor and start with an empty one"
            ),
            Self::Damaged { epoch, what } => write!(
                f,
                "epoch {epoch}: {what}; keep the directory for the auditor and start with an empty one"
            ),
        }
    }
}

impl std::error::Error for OpenError {}
