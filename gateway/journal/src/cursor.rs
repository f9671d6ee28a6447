//! How far a sink has come, in a file of its own outside the log.
//!
//! The cursor moves only after the receiver has taken the entries, and durably: at least once. One process at a time
//! holds it; during an upgrade the new one waits for the old.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::disk::{bounded, temporary};
use crate::reader::Position;

/// Largest file of a cursor, which is two numbers. Bytes.
const MAX_CURSOR: u64 = 4096;

/// A held cursor.
pub(crate) struct Cursor {
    path: PathBuf,
    position: Position,
    /// Released when the cursor is dropped.
    _lock: File,
}

impl Cursor {
    /// Takes the cursor; `None` while another process has it. A cursor that does not exist stands at the beginning.
    pub(crate) fn take(path: &Path) -> io::Result<Option<Self>> {
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        let mut lock = path.as_os_str().to_owned();
        lock.push(".lock");
        let lock = OpenOptions::new().create(true).append(true).open(lock)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => return Err(error),
        }
        let position = match bounded(path, MAX_CURSOR) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Position::default(),
            bytes => serde_json::from_slice(&bytes?).map_err(io::Error::other)?,
        };
        Ok(Some(Self { path: path.to_owned(), position, _lock: lock }))
    }

    pub(crate) fn position(&self) -> Position {
        self.position
    }

    /// Moves the cursor, durably.
    pub(crate) fn store(&mut self, position: Position) -> io::Result<()> {
        let temporary = temporary(&self.path);
        let mut file = File::create(&temporary)?;
        file.write_all(&serde_json::to_vec(&position).map_err(io::Error::other)?)?;
        file.sync_all()?;
        fs::rename(&temporary, &self.path)?;
        if let Some(parent) = self.path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            File::open(parent)?.sync_all()?;
        }
        self.position = position;
        Ok(())
    }
}
