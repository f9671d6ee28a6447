//! The epochs of a journal: `<dir>/<epoch>/`, each a log of its own.
//!
//! A log has one writer, so that during an upgrade, when two processes overlap, the new one cannot go on in the log
//! of the old. It begins the next epoch, whose first entry names the last checkpoint of the epoch before. When the old
//! process has gone, the new one recovers and seals what it left, and records an entry that names its final checkpoint:
//! from then on nothing can be added to the old epoch nor cut from it unseen. A start without overlap goes on in the
//! newest epoch; a new signing key begins a new one.
//!
//! The lock of an epoch is an exclusive `flock` on its file `lock`. An empty file `closed` marks an epoch that a later one
//! has closed; it only saves work, [`crate::verify`] goes by the entries.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::disk::{Lock, SharedDisk};
use crate::error::OpenError;
use crate::note::PublicKey;
use crate::recovery::Site;

/// The schema of the entries that tie epochs together.
pub(crate) const SCHEMA: &str = "seawall.epoch/1";
/// The file that is locked.
pub(crate) const LOCK: &str = "lock";
/// The file that marks an epoch as closed by a later one.
pub(crate) const CLOSED: &str = "closed";

/// A checkpoint of another epoch, quoted whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Named {
    pub(crate) epoch: u64,
    pub(crate) checkpoint: String,
}

/// An entry of the journal about itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub(crate) enum Event {
    /// The first entry of an epoch.
    EpochOpened { epoch: u64, origin: String, previous: Option<Named> },
    /// An earlier epoch got its last entry.
    EpochClosed(Named),
}

#[derive(Serialize, Deserialize)]
struct Line {
    schema: String,
    #[serde(flatten)]
    event: Event,
}

impl Event {
    pub(crate) fn to_entry(&self) -> Vec<u8> {
        let line = Line { schema: SCHEMA.to_owned(), event: self.clone() };
        // Strings and numbers only: this serialisation has no way to fail.
        serde_json::to_vec(&line).unwrap_or_default()
    }

    /// The event in an entry, if the entry is one.
    pub(crate) fn from_entry(entry: &[u8]) -> Option<Self> {
        let line: Line = serde_json::from_slice(entry).ok()?;
        (line.schema == SCHEMA).then_some(line.event)
    }
}

/// The directory name of an epoch.
pub(crate) fn name(epoch: u64) -> String {
    format!("{epoch:06}")
}

/// The epoch that an origin names; 0, which does not exist, if it names none.
pub(crate) fn of(origin: &str) -> u64 {
    origin.rsplit_once('/').and_then(|(_, epoch)| epoch.parse().ok()).unwrap_or(0)
}

/// The epochs in a directory, in order.
pub(crate) fn list(disk: &SharedDisk, dir: &Path) -> std::io::Result<Vec<u64>> {
    let items = disk.list(dir)?;
    let mut epochs: Vec<u64> = items
        .iter()
        .filter_map(|item| {
            let epoch = item.name.parse().ok()?;
            (item.is_dir && name(epoch) == item.name).then_some(epoch)
        })
        .collect();
    epochs.sort_unstable();
    Ok(epochs)
}

/// The epoch this process writes, locked.
pub(crate) struct Held {
    pub(crate) site: Site,
    pub(crate) lock: Box<dyn Lock>,
    /// For a new epoch the one before, and its checkpoint.
    pub(crate) previous: Option<Named>,
    /// Earlier epochs that no one has closed yet.
    pub(crate) unclosed: Vec<u64>,
}

/// Chooses the newest epoch if it is free and was signed with our key, else begins a new one.
pub(crate) fn choose(
    disk: &SharedDisk,
    dir: &Path,
    ours: PublicKey,
    keys: &[PublicKey],
) -> Result<Held, OpenError> {
    let site = |epoch| Site { disk: Arc::clone(disk), dir: dir.join(name(epoch)), epoch };
    let epochs = list(disk, dir).map_err(OpenError::io(dir))?;
    let mut newest = epochs.last().copied().unwrap_or(0);
    let mut previous = None;
    if newest > 0 {
        let site = site(newest);
        let path = site.dir.join(LOCK);
        let lock = disk.lock(&path).map_err(OpenError::io(&path))?;
        let signed = wait_for_checkpoint(&site, keys, lock.is_none())?;
        let same_key = match &signed {
            None => true,
            Some((_, note)) => crate::note::Checkpoint::open(note, &[ours]).is_ok(),
        };
        if let (Some(lock), true) = (lock, same_key) {
            let unclosed = unclosed(disk, dir, &epochs, newest);
            return Ok(Held { site, lock, previous: None, unclosed });
        }
        previous = signed.map(|(_, checkpoint)| Named { epoch: newest, checkpoint });
    }
    // Another process may be doing the same: whoever makes the directory and gets its lock has it.
    loop {
        newest += 1;
        let site = site(newest);
        let made = disk.make_dir(&site.dir).map_err(OpenError::io(&site.dir))?;
        let path = site.dir.join(LOCK);
        let lock = disk.lock(&path).map_err(OpenError::io(&path))?;
        if let (true, Some(lock)) = (made, lock) {
            disk.sync_dir(dir).map_err(OpenError::io(dir))?;
            crate::crash::crash_point("journal.epoch.created");
            let unclosed = unclosed(disk, dir, &epochs, newest);
            return Ok(Held { site, lock, previous, unclosed });
        }
    }
}

/// A process that has just begun its epoch has no checkpoint for some milliseconds.
fn wait_for_checkpoint(
    site: &Site,
    keys: &[PublicKey],
    live: bool,
) -> Result<Option<(crate::note::Checkpoint, String)>, OpenError> {
    for _ in 0..200 {
        let found = site.checkpoint(keys)?;
        if found.is_some() || !live {
            return Ok(found);
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    Err(OpenError::Damaged {
        epoch: site.epoch,
        what: "another process holds the lock but has published no checkpoint".to_owned(),
    })
}

fn unclosed(disk: &SharedDisk, dir: &Path, epochs: &[u64], own: u64) -> Vec<u64> {
    let is_closed = |epoch: u64| {
        let items = disk.list(&dir.join(name(epoch))).unwrap_or_default();
        items.iter().any(|item| item.name == CLOSED)
    };
    epochs.iter().copied().filter(|epoch| *epoch != own && !is_closed(*epoch)).collect()
}

/// The path of the marker of a closed epoch.
pub(crate) fn closed_marker(dir: &Path, epoch: u64) -> PathBuf {
    dir.join(name(epoch)).join(CLOSED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_survive_the_way_to_disk() {
        let named = Named { epoch: 1, checkpoint: "gw/000001\n5\nAAAA\n\n— x y\n".into() };
        for event in [
            Event::EpochOpened {
                epoch: 2,
                origin: "gw/000002".into(),
                previous: Some(named.clone()),
            },
            Event::EpochOpened { epoch: 1, origin: "gw/000001".into(), previous: None },
            Event::EpochClosed(named),
        ] {
            assert_eq!(Event::from_entry(&event.to_entry()), Some(event));
        }
        assert_eq!(Event::from_entry(br#"{"schema":"seawall.record/1","event":"start"}"#), None);
    }
}
