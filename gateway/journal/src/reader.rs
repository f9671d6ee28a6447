//! Reading entries in order, across epochs: for sinks and for the index.
//!
//! Only entries that a checkpoint covers are given out, so what has been exported is durable and signed.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::disk::{RealDisk, SharedDisk};
use crate::epoch;
use crate::note::Checkpoint;
use crate::seal::CHECKPOINT;
use crate::tile::{self, Kind, Tile, WIDTH, entries_in};

/// The place of an entry in a journal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Position {
    /// The epoch; 0 stands before the first.
    pub epoch: u64,
    /// The index within it.
    pub index: u64,
}

/// An entry and its place. `Debug` prints its length only.
#[derive(Clone, PartialEq, Eq)]
pub struct Entry {
    /// Where it stands.
    pub position: Position,
    /// What was appended.
    pub bytes: Vec<u8>,
}

impl std::fmt::Debug for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Entry({:?}, {} bytes)", self.position, self.bytes.len())
    }
}

/// Reads a journal, also while another process writes it.
pub struct Reader {
    disk: SharedDisk,
    dir: PathBuf,
}

impl Reader {
    /// A reader of the journal in a directory.
    ///
    /// # Errors
    /// If there is no such directory.
    pub fn open(dir: &Path) -> io::Result<Self> {
        Ok(Self { disk: Arc::new(RealDisk::existing(dir)?), dir: dir.to_owned() })
    }

    #[cfg(test)]
    pub(crate) fn on(disk: SharedDisk, dir: &Path) -> Self {
        Self { disk, dir: dir.to_owned() }
    }

    /// The next entries from a position on, within one bundle, and the position behind them.
    ///
    /// No entries: there are none yet. Then too the position may move, to the next epoch.
    ///
    /// # Errors
    /// If a file that must be there cannot be read, or is damaged.
    pub fn next(&self, from: Position, max_bytes: usize) -> io::Result<(Vec<Entry>, Position)> {
        let epochs = epoch::list(&self.disk, &self.dir)?;
        let Some(current) = epochs.iter().copied().find(|epoch| *epoch >= from.epoch) else {
            return Ok((Vec::new(), from));
        };
        let from = if current == from.epoch { from } else { Position { epoch: current, index: 0 } };
        // In this order: an epoch that is closed before its size is read does not grow any more.
        let closed = self.is_closed(current)?;
        let size = self.size(current)?;
        if from.index < size {
            return self.bundle(from, size, max_bytes);
        }
        let next = epochs.into_iter().find(|epoch| *epoch > current);
        let moved = next.filter(|_| closed).map(|epoch| Position { epoch, index: 0 });
        Ok((Vec::new(), moved.unwrap_or(from)))
    }

    /// How many signed entries lie behind a position: what a sink still has to send.
    ///
    /// # Errors
    /// If the directory cannot be read.
    pub fn lag(&self, from: Position) -> io::Result<u64> {
        let mut lag = 0;
        for epoch in epoch::list(&self.disk, &self.dir)? {
            if epoch >= from.epoch {
                let sent = if epoch == from.epoch { from.index } else { 0 };
                lag += self.size(epoch)?.saturating_sub(sent);
            }
        }
        Ok(lag)
    }

    fn is_closed(&self, epoch: u64) -> io::Result<bool> {
        let items = self.disk.list(&self.dir.join(epoch::name(epoch)))?;
        Ok(items.iter().any(|item| item.name == epoch::CLOSED))
    }

    fn size(&self, epoch: u64) -> io::Result<u64> {
        match self.disk.read(&self.dir.join(epoch::name(epoch)).join(CHECKPOINT)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(0),
            note => {
                let note = String::from_utf8(note?).unwrap_or_default();
                Checkpoint::size_stated(&note).ok_or_else(|| damaged("the checkpoint is malformed"))
            }
        }
    }

    fn bundle(
        &self,
        from: Position,
        size: u64,
        max_bytes: usize,
    ) -> io::Result<(Vec<Entry>, Position)> {
        let number = from.index / WIDTH;
        let width = WIDTH.min(size - number * WIDTH);
        let dir = self.dir.join(epoch::name(from.epoch));
        let bytes = tile::read(&self.disk, &dir, &Tile { kind: Kind::Entries, number, width })?;
        let entries = entries_in(&bytes).ok_or_else(|| damaged("a bundle is malformed"))?;
        let mut taken = Vec::new();
        let (mut position, mut total) = (from, 0);
        let skip = usize::try_from(from.index % WIDTH).unwrap_or(usize::MAX);
        let width = usize::try_from(width).unwrap_or(usize::MAX);
        for entry in entries.into_iter().take(width).skip(skip) {
            total += entry.len();
            if total > max_bytes && !taken.is_empty() {
                break;
            }
            taken.push(Entry { position, bytes: entry.to_vec() });
            position.index += 1;
        }
        if taken.is_empty() { Err(damaged("a bundle is too short")) } else { Ok((taken, position)) }
    }
}

fn damaged(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what.to_owned())
}
