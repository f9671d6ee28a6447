//! Turns durable entries into tiles, entry bundles and signed checkpoints.
//!
//! Tiles are not synced one by one: until the segments that hold their entries are pruned they can be made again from
//! those, and before segments are pruned everything is synced at once.
//! INVARIANT: a checkpoint covers durable entries only, and its tiles were written before it.
//! INVARIANT: the hot log keeps every entry from the last full bundle below the checkpoint on, and its last segment.

mod partials;

use std::collections::{HashSet, VecDeque};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::crash::crash_point;
use crate::disk::{self, SharedDisk};
use crate::edge::Edge;
use crate::hash::Hash;
use crate::metrics::Metrics;
use crate::note::{Checkpoint, SigningKey};
use crate::segment;
use crate::tail::Segment;
use crate::tile::{self, Kind, Tile, WIDTH, hash_bytes, push_entry};

pub(crate) use partials::remove_partials;

/// The name of the file that holds the signed checkpoint.
pub(crate) const CHECKPOINT: &str = "checkpoint";
/// The directory of the hot log, below that of the epoch.
pub(crate) const WAL: &str = "wal";

/// How sealing failed.
#[derive(Debug)]
pub(crate) enum SealError {
    /// Nothing is lost; try again later.
    Retry(io::Error),
    /// A sync failed: what is on disk is not known.
    Lost(io::Error),
}

/// The growing end of the tree of one epoch, and what of it is on disk.
pub(crate) struct Seal {
    disk: SharedDisk,
    dir: PathBuf,
    origin: String,
    key: SigningKey,
    edge: Edge,
    /// The entries of the partial bundle, in bundle form.
    bundle: Vec<u8>,
    /// Full tiles that are not written yet.
    unwritten: VecDeque<(Tile, Vec<u8>)>,
    /// Full tiles whose partial forerunners may still lie about.
    filled: Vec<Tile>,
    /// The partial tiles on disk, with their bytes.
    partials: Vec<(Tile, u64)>,
    dirs: HashSet<PathBuf>,
    signed: u64,
    segments: VecDeque<Segment>,
    metrics: Arc<Metrics>,
}

/// Where and as whom to seal.
pub(crate) struct Identity {
    pub(crate) dir: PathBuf,
    pub(crate) origin: String,
    pub(crate) key: SigningKey,
}

impl Seal {
    /// Goes on from an edge without partial bundle.
    ///
    /// INVARIANT: `edge.size()` is a multiple of 256.
    pub(crate) fn new(
        disk: SharedDisk,
        identity: Identity,
        edge: Edge,
        metrics: Arc<Metrics>,
    ) -> Self {
        Self {
            disk,
            dir: identity.dir,
            origin: identity.origin,
            key: identity.key,
            signed: 0,
            edge,
            bundle: Vec::new(),
            unwritten: VecDeque::new(),
            filled: Vec::new(),
            partials: Vec::new(),
            dirs: HashSet::new(),
            segments: VecDeque::new(),
            metrics,
        }
    }

    pub(crate) fn size(&self) -> u64 {
        self.edge.size()
    }

    pub(crate) fn root(&self) -> Hash {
        self.edge.root()
    }

    /// Entries that the last checkpoint covers.
    pub(crate) fn signed(&self) -> u64 {
        self.signed
    }

    /// The checkpoint as it would be published now.
    pub(crate) fn checkpoint(&self) -> Checkpoint {
        Checkpoint { origin: self.origin.clone(), size: self.edge.size(), root: self.edge.root() }
    }

    pub(crate) fn add_segment(&mut self, segment: Segment) {
        self.segments.push_back(segment);
    }

    /// Takes one durable entry, in order.
    pub(crate) fn push(&mut self, leaf: Hash, entry: &[u8]) {
        let number = self.edge.size() / WIDTH;
        push_entry(&mut self.bundle, entry);
        let filled = self.edge.push(leaf);
        if self.edge.size().is_multiple_of(WIDTH) {
            let bundle = std::mem::take(&mut self.bundle);
            self.unwritten.push_back((Tile::full(Kind::Entries, number), bundle));
        }
        for tile in filled {
            let place = Tile::full(Kind::Hashes(tile.level), tile.number);
            self.unwritten.push_back((place, hash_bytes(&tile.hashes)));
        }
    }

    /// Writes the tiles that became full.
    pub(crate) fn write_tiles(&mut self) -> Result<(), SealError> {
        while let Some((tile, bytes)) = self.unwritten.pop_front() {
            crash_point("journal.tile.before");
            if let Err(error) = self.write(&tile, &bytes) {
                self.unwritten.push_front((tile, bytes));
                return Err(SealError::Retry(error));
            }
            self.filled.push(tile);
            crash_point("journal.tile.written");
        }
        Ok(())
    }

    /// After a restart: writes only those full tiles that are not there or differ, and mends the partial ones of the
    /// checkpoint over `signed` entries. Gives their number.
    pub(crate) fn mend_tiles(&mut self, signed: u64) -> io::Result<u64> {
        let mut mended = 0;
        for (tile, bytes) in std::mem::take(&mut self.unwritten) {
            if self.disk.read(&self.dir.join(tile.path())).ok().as_ref() != Some(&bytes) {
                self.write(&tile, &bytes)?;
                mended += 1;
            }
            self.filled.push(tile);
        }
        let signed = tile::partials_of(signed);
        for tile in tile::partials_of(self.edge.size()) {
            mended += self.mend_partials(&tile, &signed)?;
        }
        Ok(mended)
    }

    /// Signs and publishes the tree as it is, if it has grown; then clears away what that makes superfluous.
    pub(crate) fn publish(&mut self) -> Result<(), SealError> {
        self.write_tiles()?;
        if self.edge.size() == self.signed {
            return Ok(());
        }
        self.write_partials()?;
        crash_point("journal.partial.written");
        self.write_checkpoint()?;
        let before = std::mem::replace(&mut self.signed, self.edge.size());
        Metrics::add(&self.metrics.checkpoints, 1);
        self.metrics.signed_size.store(self.signed, Ordering::Relaxed);
        self.prune(before)
    }

    fn write_checkpoint(&mut self) -> Result<(), SealError> {
        crash_point("journal.checkpoint.before");
        let note = self.checkpoint().sign(&self.key);
        let path = self.dir.join(CHECKPOINT);
        let temporary = disk::temporary(&path);
        // A full disk is no failed sync: nothing was published, and it can be tried again.
        self.disk.write(&temporary, note.as_bytes(), true).map_err(|error| match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => SealError::Retry(error),
            _ => SealError::Lost(error),
        })?;
        crash_point("journal.checkpoint.written");
        self.disk.rename(&temporary, &path).map_err(SealError::Retry)?;
        crash_point("journal.checkpoint.renamed");
        self.disk.sync_dir(&self.dir).map_err(SealError::Lost)
    }

    /// Removes partial tiles that are full now or superseded, and segments whose entries are all in durable bundles.
    fn prune(&mut self, before: u64) -> Result<(), SealError> {
        crash_point("journal.prune.before");
        self.prune_partials(before);
        let base = self.signed - self.signed % WIDTH;
        let ready = self.segments.iter().take_while(|segment| segment.end <= base).count();
        let ready = ready.min(self.segments.len().saturating_sub(1));
        if ready > 0 {
            self.disk.sync_all().map_err(SealError::Lost)?;
            for segment in self.segments.drain(..ready) {
                let path = self.dir.join(WAL).join(segment::name(segment.first));
                self.disk.remove(&path).map_err(SealError::Lost)?;
                Metrics::take(&self.metrics.used_bytes, segment.bytes);
            }
        }
        crash_point("journal.prune.after");
        Ok(())
    }

    fn write(&mut self, tile: &Tile, bytes: &[u8]) -> io::Result<()> {
        let path = self.dir.join(tile.path());
        if let Some(parent) = path.parent() {
            make_dirs(&self.disk, &self.dir, parent, &mut self.dirs)?;
        }
        disk::replace(&*self.disk, &path, bytes, false)?;
        Metrics::add(&self.metrics.used_bytes, bytes.len() as u64);
        Ok(())
    }
}

/// Makes the directories between `root`, which exists, and `path`; `known` spares asking twice.
fn make_dirs(
    disk: &SharedDisk,
    root: &Path,
    path: &Path,
    known: &mut HashSet<PathBuf>,
) -> io::Result<()> {
    if path == root || known.contains(path) {
        return Ok(());
    }
    if let Some(parent) = path.parent() {
        make_dirs(disk, root, parent, known)?;
    }
    disk.make_dir(path)?;
    // Partial directories come and go; the others stay and are few.
    if path.extension().is_none() {
        known.insert(path.to_owned());
    }
    Ok(())
}
