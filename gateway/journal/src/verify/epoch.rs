//! Verifying one epoch: bundles, tiles, checkpoint, hot log.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

use super::{Demand, Demands, EpochReport, Problem, Question};
use crate::disk::{SharedDisk, TEMPORARY};
use crate::edge::Edge;
use crate::epoch::{self, CLOSED, Event, LOCK, Named};
use crate::hash::Hash;
use crate::note::{Checkpoint, NoteError};
use crate::seal::{CHECKPOINT, WAL};
use crate::segment::{self, Frame};
use crate::tile::{self, Kind, Tile, WIDTH, entries_in, hash_bytes, push_entry};

/// A journal whose key was replaced has more than one.
const STRANGE_KEY: &str = "is signed by a key that was not given; add its public key with --key";

/// What one epoch says.
pub(super) struct Answer {
    pub(super) report: EpochReport,
    pub(super) problems: Vec<Problem>,
    /// What earlier epochs must contain.
    pub(super) demands: Vec<(u64, Demand)>,
    /// Earlier epochs whose checkpoint, as named here, no given key signed. It is told of such an epoch already, if that
    /// is so of its own checkpoint.
    pub(super) strange: Vec<(u64, Problem)>,
}

struct Walk<'w> {
    disk: &'w SharedDisk,
    dir: PathBuf,
    number: u64,
    question: &'w Question<'w>,
    files: BTreeSet<String>,
    edge: Edge,
    /// The entries of the partial bundle.
    bundle: Vec<u8>,
    /// Full tiles behind the checkpoint, which need not be on disk yet, by path.
    made: BTreeMap<String, Vec<u8>>,
    demands: Demands<'w>,
    /// Leaf hashes from the first entry of the hot log on.
    recent: Vec<Hash>,
    recent_from: u64,
    answer: Answer,
}

/// Reads an epoch; every finding is in the answer.
pub(super) fn read(
    disk: &SharedDisk,
    dir: &Path,
    number: u64,
    question: &Question<'_>,
) -> io::Result<Answer> {
    let dir = dir.join(epoch::name(number));
    let live = disk.is_locked(&dir.join(LOCK))?;
    let report = EpochReport {
        epoch: number,
        live,
        checkpoint: None,
        refused: false,
        unsigned: 0,
        torn_bytes: 0,
        files: 0,
        closed: question.demands.iter().any(|demand| demand.is_final),
    };
    let mut walk = Walk {
        disk,
        dir,
        number,
        question,
        files: BTreeSet::new(),
        edge: Edge::default(),
        bundle: Vec::new(),
        made: BTreeMap::new(),
        demands: Demands::new(question.demands),
        recent: Vec::new(),
        recent_from: 0,
        answer: Answer { report, problems: Vec::new(), demands: Vec::new(), strange: Vec::new() },
    };
    // The checkpoint first: what is written later only adds to what it covers.
    walk.read_checkpoint();
    let root = walk.dir.clone();
    walk.collect(&root, "")?;
    walk.answer.report.files = walk.files.len() as u64;
    walk.read_bundles();
    walk.read_hot_log();
    walk.read_partials();
    walk.require_tiles();
    walk.end_demands();
    Ok(walk.answer)
}

impl Walk<'_> {
    fn problem(&mut self, file: &str, what: impl Into<String>) {
        let file = format!("{}/{file}", epoch::name(self.number));
        self.answer.problems.push(Problem { file, what: what.into() });
    }

    /// A problem of the epoch as a whole.
    fn place(&self, what: String) -> Problem {
        Problem { file: format!("{}/", epoch::name(self.number)), what }
    }

    fn signed(&self) -> u64 {
        self.answer.report.checkpoint.as_ref().map_or(0, |checkpoint| checkpoint.size)
    }

    fn read(&self, file: &str) -> Option<Vec<u8>> {
        self.disk.read(&self.dir.join(file)).ok()
    }

    fn read_checkpoint(&mut self) {
        let Some(bytes) = self.read(CHECKPOINT) else { return };
        let Ok(note) = String::from_utf8(bytes) else {
            return self.refuse_checkpoint("the checkpoint is not UTF-8".to_owned());
        };
        match Checkpoint::open(&note, self.question.keys) {
            Ok(checkpoint) => {
                if epoch::of(&checkpoint.origin) != self.number {
                    self.problem(CHECKPOINT, "the checkpoint is that of another epoch");
                }
                self.answer.report.checkpoint = Some(checkpoint);
            }
            Err(NoteError::Unsigned) => self.refuse_checkpoint(STRANGE_KEY.to_owned()),
            Err(error) => self.refuse_checkpoint(error.to_string()),
        }
    }

    /// There is a checkpoint, and it says nothing that can be believed.
    fn refuse_checkpoint(&mut self, what: String) {
        self.answer.report.refused = true;
        self.problem(CHECKPOINT, what);
    }

    /// Lists every file and finds those that have no place in a log.
    fn collect(&mut self, dir: &Path, prefix: &str) -> io::Result<()> {
        let items = match self.disk.list(dir) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            items => items?,
        };
        for item in items {
            let name = format!("{prefix}{}", item.name);
            if item.is_dir {
                self.collect(&dir.join(&item.name), &format!("{name}/"))?;
                continue;
            }
            let segment =
                name.strip_prefix("wal/").is_some_and(|name| segment::first_in(name).is_some());
            let known = segment || name == CHECKPOINT || Tile::from_path(&name).is_some();
            let marker = name == LOCK || name == CLOSED;
            if marker && item.bytes > 0 {
                self.problem(&name, "must be empty");
            } else if !known && !marker && !name.ends_with(TEMPORARY) {
                self.problem(&name, "does not belong here");
            }
            self.files.insert(name);
        }
        Ok(())
    }

    /// Every entry in order, through the tree, and the full tiles as they come out of it.
    fn read_bundles(&mut self) {
        let hot = self.files.iter().filter_map(|file| file.strip_prefix("wal/"));
        self.recent_from = hot.filter_map(segment::first_in).min().unwrap_or(0);
        for number in 0.. {
            let full = Tile::full(Kind::Entries, number);
            let left = self.signed().saturating_sub(number * WIDTH);
            let tile = if self.files.contains(&full.path()) || left >= WIDTH {
                full
            } else if left > 0 {
                Tile { width: left, ..full }
            } else {
                break;
            };
            if !self.read_bundle(&tile) {
                break;
            }
        }
        let signed = self.answer.report.checkpoint.clone();
        match signed {
            Some(checkpoint) if self.edge.size() < checkpoint.size => {
                let what = format!(
                    "{} entries are signed, only {} could be read",
                    checkpoint.size,
                    self.edge.size()
                );
                self.problem(CHECKPOINT, what);
            }
            Some(_) => {}
            None if self.answer.report.refused => {}
            None if self.files.iter().any(|file| file.starts_with("tile/")) => {
                self.problem(CHECKPOINT, "is missing");
            }
            None => {}
        }
    }

    fn read_bundle(&mut self, tile: &Tile) -> bool {
        let path = tile.path();
        let Ok(bytes) = tile::read(self.disk, &self.dir, tile) else {
            self.problem(&path, "is missing");
            return false;
        };
        let Some(entries) = entries_in(&bytes).filter(|entries| entries.len() as u64 >= tile.width)
        else {
            self.problem(&path, format!("is not a bundle of {} entries", tile.width));
            return false;
        };
        let width = usize::try_from(tile.width).unwrap_or(usize::MAX);
        if tile.is_full() && entries.len() > width {
            self.problem(&path, "has more than 256 entries");
        }
        for entry in entries.into_iter().take(width) {
            self.push(entry);
        }
        true
    }

    fn push(&mut self, entry: &[u8]) {
        let leaf = Hash::of_leaf(entry);
        let index = self.edge.size();
        if index >= self.recent_from {
            self.recent.push(leaf);
        }
        self.read_event(index, entry);
        push_entry(&mut self.bundle, entry);
        let unsigned = index >= self.signed();
        if (index + 1).is_multiple_of(WIDTH) {
            let bundle = std::mem::take(&mut self.bundle);
            if unsigned {
                self.made.insert(Tile::full(Kind::Entries, index / WIDTH).path(), bundle);
            }
        }
        for filled in self.edge.push(leaf) {
            let path = Tile::full(Kind::Hashes(filled.level), filled.number).path();
            let expected = hash_bytes(&filled.hashes);
            match self.read(&path) {
                Some(bytes) if bytes == expected => {}
                Some(_) => self.problem(&path, "does not hold the hashes of its entries"),
                // Behind the checkpoint a crash may have come between bundle and tile.
                None if unsigned => {}
                None => self.problem(&path, "is missing"),
            }
            if unsigned {
                self.made.insert(path, expected);
            }
        }
        let size = self.edge.size();
        if size == self.signed() || self.demands.wants(size) {
            self.compare(size);
        }
    }

    fn compare(&mut self, size: u64) {
        let root = self.edge.root();
        let wrong = self
            .answer
            .report
            .checkpoint
            .as_ref()
            .is_some_and(|c| c.size == size && c.root != root);
        if wrong {
            self.problem(
                CHECKPOINT,
                format!("the first {size} entries do not have the signed root"),
            );
        }
        for demand in self.demands.meet(size, root) {
            let what =
                format!("its first {size} entries are not those that {} names", demand.said_by);
            self.problem("", what);
        }
    }

    /// Entries that speak of epochs.
    fn read_event(&mut self, index: u64, entry: &[u8]) {
        let event =
            entry.starts_with(br#"{"schema":"seawall.epoch/"#).then(|| Event::from_entry(entry));
        match event.flatten() {
            Some(Event::EpochOpened { epoch, origin, previous }) if index == 0 => {
                let signed = self.answer.report.checkpoint.as_ref().map(|c| c.origin.clone());
                if epoch != self.number || signed.is_some_and(|signed| signed != origin) {
                    self.problem("", "its first entry opens another epoch");
                }
                match (previous, self.question.previous) {
                    (Some(named), _) => self.demand(named, false),
                    (None, Some(before)) if epoch != 1 || before != 0 => {
                        self.problem("", format!("its first entry does not name epoch {before}"));
                    }
                    _ => {}
                }
            }
            Some(Event::EpochClosed(named)) if index > 0 => self.demand(named, true),
            _ if index == 0 => self.problem("", "its first entry does not open the epoch"),
            _ => {}
        }
    }

    fn demand(&mut self, named: Named, is_final: bool) {
        match Checkpoint::open(&named.checkpoint, self.question.keys) {
            Ok(checkpoint) if epoch::of(&checkpoint.origin) == named.epoch => {
                let said_by = format!("epoch {}", self.number);
                self.answer.demands.push((named.epoch, Demand { checkpoint, said_by, is_final }));
            }
            Ok(_) => self.problem("", "names a checkpoint under the wrong epoch"),
            Err(error) => {
                let what = format!("the checkpoint it names of epoch {}: {error}", named.epoch);
                match error {
                    NoteError::Unsigned => {
                        self.answer.strange.push((named.epoch, self.place(what)))
                    }
                    _ => self.problem("", what),
                }
            }
        }
    }

    /// Partial tiles, also those of earlier checkpoints, and tiles that no entry accounts for.
    fn read_partials(&mut self) {
        let tiles: Vec<Tile> = self.files.iter().filter_map(|file| Tile::from_path(file)).collect();
        let mut rows: BTreeMap<String, Option<Vec<u8>>> = BTreeMap::new();
        for tile in tiles {
            let path = tile.path();
            if tile.is_full() {
                if !self.has_full(&tile) {
                    self.problem(&path, "is beyond the entries of the log");
                }
                continue;
            }
            let whole = rows.entry(tile.full_path()).or_insert_with(|| self.row(&tile)).clone();
            let expected = whole.as_deref().and_then(|whole| prefix(&tile, whole));
            match (self.read(&path), expected) {
                (Some(bytes), Some(expected)) if bytes == expected => {}
                // A live log prunes partial tiles that have become full.
                (None, _) if self.answer.report.live => {}
                (Some(_), Some(_)) => self.problem(&path, "does not hold what its entries come to"),
                _ => self.problem(&path, "is beyond the entries of the log"),
            }
        }
    }

    fn has_full(&self, tile: &Tile) -> bool {
        let level = match tile.kind {
            Kind::Hashes(level) => u32::from(level),
            Kind::Entries => 0,
        };
        let tiles = self.edge.size().checked_shr(8 * (level + 1)).unwrap_or(0);
        tile.number < tiles
    }

    /// The content of the full tile, or of the widest partial one, that a partial tile is a beginning of.
    fn row(&self, tile: &Tile) -> Option<Vec<u8>> {
        if self.has_full(tile) {
            let path = tile.full_path();
            return self.made.get(&path).cloned().or_else(|| self.read(&path));
        }
        match tile.kind {
            Kind::Hashes(level) => {
                let level = usize::from(level);
                let current = self.edge.number(level) == tile.number;
                current.then(|| hash_bytes(self.edge.partial(level)))
            }
            Kind::Entries => (self.edge.number(0) == tile.number).then(|| self.bundle.clone()),
        }
    }

    /// The tiles that a client of the checkpoint will ask for.
    fn require_tiles(&mut self) {
        for tile in tile::partials_of(self.signed()) {
            if tile::read(self.disk, &self.dir, &tile).is_err() {
                self.problem(&tile.path(), "is missing");
            }
        }
    }

    /// The hot log must hold what the bundles do not, and agree with them where both hold an entry.
    fn read_hot_log(&mut self) {
        let names: Vec<String> =
            self.files.iter().filter(|file| file.starts_with("wal/")).cloned().collect();
        let (mut end, mut chain, mut synced) = (None, 0, 0);
        for (position, name) in names.iter().enumerate() {
            let Some(first) = name.strip_prefix("wal/").and_then(segment::first_in) else {
                continue;
            };
            let Some(bytes) = self.read(name) else { continue };
            let last = position + 1 == names.len();
            let Some(scan) = segment::scan(&bytes) else {
                synced = synced.max(segment::synced_within(&bytes));
                self.torn(name, last, bytes.len());
                continue;
            };
            if scan.first != first || end.is_some_and(|end| end != first) {
                self.problem(name, "does not continue the segment before");
            } else if end.is_some() && scan.before != chain {
                self.problem(name, "is not chained to the segment before");
            }
            for (index, frame) in (first..).zip(&scan.frames) {
                self.compare_frame(name, index, frame, &bytes);
            }
            end = Some(first + scan.frames.len() as u64);
            (chain, synced) = (scan.chain, synced.max(scan.synced));
            if let Some(torn) = scan.torn {
                self.torn(name, last, torn.bytes);
            }
        }
        self.end_hot_log(end.unwrap_or(0), synced);
    }

    /// An entry of the hot log: the same as in its bundle, or the next one of the tree.
    fn compare_frame(&mut self, name: &str, index: u64, frame: &Frame, bytes: &[u8]) {
        if index == self.edge.size() {
            self.push(bytes.get(frame.start..frame.end).unwrap_or_default());
            return;
        }
        let known = index.checked_sub(self.recent_from).and_then(|i| usize::try_from(i).ok());
        let leaf = known.and_then(|i| self.recent.get(i));
        if leaf.is_none_or(|leaf| *leaf != frame.leaf) {
            self.problem(name, format!("entry {index} is not the one in the bundle"));
        }
    }

    fn end_hot_log(&mut self, end: u64, synced: u64) {
        let signed = self.signed();
        let base = signed - signed % WIDTH;
        if end < signed.max(synced) {
            let what = format!("{} entries were durable, it ends after {end}", signed.max(synced));
            self.problem(WAL, what);
        } else if signed > 0 && self.recent_from > base {
            self.problem(
                WAL,
                format!("begins at entry {}, but must hold {base}", self.recent_from),
            );
        } else if self.answer.report.refused {
            // What it covers is not known, so nothing is called unsigned.
            return;
        } else if self.answer.report.checkpoint.is_none() && (end > 1 || !self.answer.report.live) {
            // A process that died as it began the epoch leaves none either; the next start signs one.
            self.problem(CHECKPOINT, "is missing, so nothing here is signed");
        }
        self.answer.report.unsigned = end.saturating_sub(signed);
    }

    fn torn(&mut self, name: &str, last: bool, bytes: usize) {
        if last {
            self.answer.report.torn_bytes = bytes as u64;
        } else {
            self.problem(name, "is damaged");
        }
    }

    fn end_demands(&mut self) {
        let open: Vec<&Demand> = self.demands.open.drain(..).collect();
        for demand in open {
            let what = format!(
                "has {} entries, but {} names a checkpoint of {}",
                self.edge.size(),
                demand.said_by,
                demand.checkpoint.size
            );
            self.problem("", what);
        }
        let final_size =
            self.question.demands.iter().find(|d| d.is_final).map(|d| d.checkpoint.size);
        if let Some(size) = final_size {
            let end = self.edge.size().max(self.signed() + self.answer.report.unsigned);
            if end > size {
                self.problem("", format!("was closed with {size} entries and has {end}"));
            }
        }
    }
}

/// The beginning of a full tile that a partial one of this width holds.
fn prefix(tile: &Tile, whole: &[u8]) -> Option<Vec<u8>> {
    let width = usize::try_from(tile.width).ok()?;
    match tile.kind {
        Kind::Hashes(_) => whole.get(..32 * width).map(<[u8]>::to_vec),
        Kind::Entries => {
            let entries = entries_in(whole)?;
            let bytes: usize = entries.get(..width)?.iter().map(|entry| 2 + entry.len()).sum();
            whole.get(..bytes).map(<[u8]>::to_vec)
        }
    }
}
