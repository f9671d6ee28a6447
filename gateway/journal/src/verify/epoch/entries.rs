//! Every entry in order through the tree, which gives the tiles and the roots that must be found.

use super::Walk;
use crate::hash::Hash;
use crate::seal::CHECKPOINT;
use crate::segment;
use crate::tile::{self, Kind, Tile, WIDTH, entries_in, hash_bytes, push_entry};

impl Walk<'_> {
    /// Every entry in order, through the tree, and the full tiles as they come out of it.
    pub(super) fn read_bundles(&mut self) {
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
        self.end_bundles();
    }

    /// Whether the bundles hold all that is signed.
    fn end_bundles(&mut self) {
        let signed = self.answer.report.checkpoint.as_ref().map(|checkpoint| checkpoint.size);
        let size = self.edge.size();
        match signed {
            Some(signed) if size < signed => {
                let what = format!("{signed} entries are signed, only {size} could be read");
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

    pub(super) fn push(&mut self, entry: &[u8]) {
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
}
