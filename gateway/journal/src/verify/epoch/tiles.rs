//! The tiles of an epoch but those that its entries filled: partial ones, and those that no entry accounts for.

use std::collections::BTreeMap;

use super::Walk;
use crate::tile::{self, Kind, Tile, entries_in, hash_bytes};

impl Walk<'_> {
    /// Partial tiles, also those of earlier checkpoints, and tiles that no entry accounts for.
    pub(super) fn read_partials(&mut self) {
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

    /// The tiles that a client of the checkpoint will ask for.
    pub(super) fn require_tiles(&mut self) {
        for tile in tile::partials_of(self.signed()) {
            if tile::read(self.disk, &self.dir, &tile).is_err() {
                self.problem(&tile.path(), "is missing");
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
