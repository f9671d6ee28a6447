//! Opening one epoch: reads the checkpoint and the hot log, cuts a torn tail, makes missing tiles again.
//!
//! What was synced is never given up: if an entry is missing that a checkpoint or a later batch calls durable, the
//! log is refused. A tail that nothing calls durable is what a crash leaves; it is counted, and whole entries in it are kept.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::disk::{SharedDisk, TEMPORARY};
use crate::edge::Edge;
use crate::error::OpenError;
use crate::hash::Hash;
use crate::metrics::Metrics;
use crate::note::{Checkpoint, PublicKey};
use crate::seal::{CHECKPOINT, Identity, Seal, WAL, remove_partials};
use crate::segment::{self, Frame, Scan};
use crate::tail::{Segment, Tail, WriteError};
use crate::tile::{Kind, Tile, WIDTH, hashes_in};

/// What opening a journal found and mended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recovery {
    /// The epoch that was opened.
    pub epoch: u64,
    /// Whether it was begun now.
    pub created: bool,
    /// Entries in it.
    pub size: u64,
    /// Entries that no checkpoint covered yet.
    pub unsigned: u64,
    /// Bytes that were no whole batch and were cut off the hot log.
    pub torn_bytes: u64,
    /// Whole entries among them, which were kept.
    pub torn_kept: u64,
    /// Tiles that were missing or torn and were made again.
    pub mended_tiles: u64,
}

/// Where an epoch lies.
#[derive(Clone)]
pub(crate) struct Site {
    pub(crate) disk: SharedDisk,
    pub(crate) dir: PathBuf,
    pub(crate) epoch: u64,
}

/// A log as it was found.
pub(crate) struct Found {
    pub(crate) checkpoint: Option<Checkpoint>,
    hot: Hot,
}

/// The hot log: its segments, the entries in them and the torn rest.
#[derive(Default)]
struct Hot {
    segments: Vec<(Segment, Vec<u8>, Vec<Frame>)>,
    /// Whole entries of the torn batch.
    kept: Vec<(Hash, Vec<u8>)>,
    /// The file to cut and the length to keep; 0 removes it.
    cut: Option<(PathBuf, usize)>,
    torn_bytes: u64,
    end: u64,
    chain: u64,
    /// Entries that something in the hot log says were durable.
    synced: u64,
}

impl Site {
    fn path(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    fn damaged(&self, what: impl Into<String>) -> OpenError {
        OpenError::Damaged { epoch: self.epoch, what: what.into() }
    }

    /// The checkpoint, if there is one, verified.
    pub(crate) fn checkpoint(
        &self,
        keys: &[PublicKey],
    ) -> Result<Option<(Checkpoint, String)>, OpenError> {
        let path = self.path(CHECKPOINT);
        let bytes = match self.disk.read(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            bytes => bytes.map_err(OpenError::io(path))?,
        };
        let wrong = |error| OpenError::Checkpoint { epoch: self.epoch, error };
        let note = String::from_utf8(bytes)
            .map_err(|_| wrong(crate::note::NoteError::Form("is not UTF-8")))?;
        let checkpoint = Checkpoint::open(&note, keys).map_err(wrong)?;
        Ok(Some((checkpoint, note)))
    }

    /// Reads everything and changes nothing. Refuses what cannot be the trace of a crash.
    pub(crate) fn find(&self, keys: &[PublicKey]) -> Result<Found, OpenError> {
        let checkpoint = self.checkpoint(keys)?.map(|(checkpoint, _)| checkpoint);
        let hot = self.read_hot()?;
        let own = |checkpoint: &Checkpoint| crate::epoch::of(&checkpoint.origin) == self.epoch;
        if !checkpoint.as_ref().is_none_or(own) {
            return Err(self.damaged("the checkpoint is that of another epoch"));
        }
        let signed = checkpoint.as_ref().map_or(0, |checkpoint| checkpoint.size);
        let durable = signed.max(hot.synced);
        let found = hot.end + hot.kept.len() as u64;
        if found < durable || (signed > 0 && hot.segments.is_empty()) {
            return Err(OpenError::Short { epoch: self.epoch, expected: durable, found });
        }
        // A log publishes its first checkpoint with its first entry, before it takes others.
        let base = hot.segments.first().map_or(0, |(segment, ..)| segment.first);
        if hot.end < base.next_multiple_of(WIDTH) {
            return Err(self.damaged("the hot log does not reach the bundles"));
        }
        if checkpoint.is_none() && found > 1 {
            return Err(self.damaged("the checkpoint is missing"));
        }
        Ok(Found { checkpoint, hot })
    }

    fn read_hot(&self) -> Result<Hot, OpenError> {
        let dir = self.path(WAL);
        let names: Vec<u64> = match self.disk.list(&dir) {
            Ok(items) => items.iter().filter_map(|item| segment::first_in(&item.name)).collect(),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(OpenError::Io { path: dir, error }),
        };
        let mut hot = Hot::default();
        for (position, first) in names.iter().enumerate() {
            let path = dir.join(segment::name(*first));
            let bytes = self.disk.read(&path).map_err(OpenError::io(&path))?;
            let last = position + 1 == names.len();
            match segment::scan(&bytes) {
                Some(scan) => self.add(&mut hot, scan, (bytes, path), (*first, last))?,
                None if last => {
                    hot.synced = hot.synced.max(segment::synced_within(&bytes));
                    hot.torn_bytes = bytes.len() as u64;
                    hot.cut = Some((path, 0));
                }
                None => {
                    return Err(
                        self.damaged(format!("the header of {} is damaged", path.display()))
                    );
                }
            }
        }
        Ok(hot)
    }

    fn add(
        &self,
        hot: &mut Hot,
        scan: Scan,
        (bytes, path): (Vec<u8>, PathBuf),
        (first, last): (u64, bool),
    ) -> Result<(), OpenError> {
        let joined = hot.segments.is_empty() || (scan.first, scan.before) == (hot.end, hot.chain);
        if scan.first != first || !joined {
            return Err(
                self.damaged(format!("{} does not continue the one before", path.display()))
            );
        }
        hot.end = first + scan.frames.len() as u64;
        hot.synced = hot.synced.max(scan.synced);
        // A segment without entries is removed, so the chain goes on from the one before it.
        hot.chain = if scan.frames.is_empty() { scan.before } else { scan.chain };
        if let Some(torn) = scan.torn {
            if !last {
                return Err(self.damaged(format!(
                    "{} is damaged at byte {}",
                    path.display(),
                    scan.end
                )));
            }
            hot.torn_bytes = torn.bytes as u64;
            hot.kept = torn.whole.iter().map(|f| (f.leaf, entry(&bytes, f).to_vec())).collect();
        }
        if hot.torn_bytes > 0 || scan.frames.is_empty() {
            hot.cut = Some((path, if scan.frames.is_empty() { 0 } else { scan.end }));
        }
        if !scan.frames.is_empty() {
            let segment = Segment { first, end: hot.end, bytes: scan.end as u64 };
            hot.segments.push((segment, bytes, scan.frames));
        }
        Ok(())
    }
}

impl Found {
    /// Whether the checkpoint covers every entry and there is nothing to mend in the hot log.
    pub(crate) fn is_sealed(&self) -> bool {
        let signed = self.checkpoint.as_ref().map(|checkpoint| checkpoint.size);
        signed == Some(self.hot.end) && self.hot.kept.is_empty() && self.hot.cut.is_none()
    }

    /// Mends the log on disk and gives what goes on from it.
    pub(crate) fn open(
        self,
        site: &Site,
        identity: Identity,
        segment_bytes: u64,
        metrics: &Arc<Metrics>,
    ) -> Result<(Tail, Seal, Recovery), OpenError> {
        let Self { checkpoint, hot } = self;
        let io = |error| OpenError::Io { path: site.dir.clone(), error };
        site.disk.make_dir(&site.path(WAL)).map_err(io)?;
        site.clear_temporaries(&site.dir).map_err(io)?;
        if let Some((path, length)) = &hot.cut {
            site.cut(path, *length).map_err(OpenError::io(path))?;
        }
        // After a kill the page cache holds more than the disk: from here on all that was read is durable.
        site.disk.sync_all().map_err(io)?;
        crate::crash::crash_point("journal.open.repaired");
        let signed = checkpoint.as_ref().map_or(0, |checkpoint| checkpoint.size);
        let mut recovery = Recovery {
            epoch: site.epoch,
            torn_bytes: hot.torn_bytes,
            torn_kept: hot.kept.len() as u64,
            ..Recovery::default()
        };
        let mut tail =
            Tail::new(Arc::clone(&site.disk), site.path(WAL), segment_bytes, hot.end, hot.chain);
        let mut seal = site.replay(&hot, checkpoint.as_ref(), identity, metrics)?;
        if !hot.kept.is_empty() {
            let lost = |error| match error {
                WriteError::Undone(error) | WriteError::Lost(error) => {
                    OpenError::Io { path: site.path(WAL), error }
                }
            };
            tail.write(hot.kept.iter().map(|(leaf, entry)| (leaf, entry.as_slice())))
                .map_err(lost)?;
            tail.sync().map_err(io)?;
            hot.kept.iter().for_each(|(leaf, entry)| seal.push(*leaf, entry));
        }
        recovery.mended_tiles = seal.mend_tiles(signed).map_err(io)?;
        recovery.size = seal.size();
        recovery.unsigned = seal.size().saturating_sub(signed);
        Ok((tail, seal, recovery))
    }
}

impl Site {
    fn cut(&self, path: &Path, length: usize) -> std::io::Result<()> {
        if length == 0 {
            return self.disk.remove(path);
        }
        let mut stream = self.disk.open(path)?;
        stream.cut(length as u64)?;
        stream.sync()
    }

    /// Builds the edge below the hot log from full tiles, pushes the hot entries, and compares with the checkpoint.
    fn replay(
        &self,
        hot: &Hot,
        checkpoint: Option<&Checkpoint>,
        identity: Identity,
        metrics: &Arc<Metrics>,
    ) -> Result<Seal, OpenError> {
        let first = hot.segments.first().map_or(0, |(segment, ..)| segment.first);
        let base = first.next_multiple_of(WIDTH);
        let edge = Edge::load(base, |level, from, width| self.row(level, from, width))?;
        let origin = identity.origin.clone();
        let mut seal = Seal::new(Arc::clone(&self.disk), identity, edge, Arc::clone(metrics));
        let mut agreed = checkpoint.is_none();
        let mut compare = |seal: &Seal| match checkpoint {
            Some(signed) if signed.size == seal.size() => {
                agreed = signed.root == seal.root() && signed.origin == origin;
            }
            _ => {}
        };
        compare(&seal);
        for (segment, bytes, frames) in &hot.segments {
            for (index, frame) in (segment.first..).zip(frames) {
                if index >= base {
                    seal.push(frame.leaf, entry(bytes, frame));
                    compare(&seal);
                }
            }
            seal.add_segment(*segment);
        }
        if agreed {
            Ok(seal)
        } else {
            Err(self.damaged("the entries do not lead to the origin and root of the checkpoint"))
        }
    }

    /// Hashes of a level from the roots of the full tiles below it; partial tiles are not trusted to be whole.
    fn row(&self, level: u8, from: u64, width: u64) -> Result<Vec<Hash>, OpenError> {
        let Some(below) = level.checked_sub(1) else {
            return Err(self.damaged("the hot log does not begin at a bundle"));
        };
        let mut row = VecDeque::new();
        for number in from..from + width {
            let tile = Tile::full(Kind::Hashes(below), number);
            let path = self.path(&tile.path());
            let bytes = self.disk.read(&path).map_err(OpenError::io(&path))?;
            let hashes = hashes_in(&bytes).filter(|hashes| hashes.len() as u64 == WIDTH);
            let hashes = hashes
                .ok_or_else(|| self.damaged(format!("{} has the wrong length", tile.path())))?;
            row.push_back(crate::hash::root_of(&hashes));
        }
        Ok(row.into())
    }

    /// Removes unfinished files, and partial tiles beside full ones.
    fn clear_temporaries(&self, dir: &Path) -> std::io::Result<()> {
        let items = self.disk.list(dir)?;
        for item in &items {
            let path = dir.join(&item.name);
            if !item.is_dir {
                if item.name.ends_with(TEMPORARY) {
                    self.disk.remove(&path)?;
                }
                continue;
            }
            let full = item.name.strip_suffix(".p");
            if full.is_some_and(|full| items.iter().any(|item| !item.is_dir && item.name == full)) {
                remove_partials(&self.disk, &path, &Metrics::default())?;
            } else {
                self.clear_temporaries(&path)?;
            }
        }
        Ok(())
    }
}

fn entry<'b>(bytes: &'b [u8], frame: &Frame) -> &'b [u8] {
    bytes.get(frame.start..frame.end).unwrap_or_default()
}

/// Bytes that everything below a directory takes.
pub(crate) fn size_of(disk: &SharedDisk, dir: &Path) -> std::io::Result<u64> {
    let mut total = 0;
    for item in disk.list(dir)? {
        total += if item.is_dir { size_of(disk, &dir.join(&item.name))? } else { item.bytes };
    }
    Ok(total)
}
