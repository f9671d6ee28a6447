//! The partial tiles: written with each checkpoint, mended after a restart, removed when they are superseded.
//!
//! Only those of the last two checkpoints stay, or a full tile would have cost the square of its size.

use std::io;
use std::path::Path;

use super::{Seal, SealError};
use crate::disk::{self, SharedDisk};
use crate::metrics::Metrics;
use crate::tile::{self, Kind, Tile, WIDTH, hash_bytes};

impl Seal {
    /// Writes the partial tiles of the tree as it is: those that a checkpoint of it names.
    pub(crate) fn write_partials(&mut self) -> Result<(), SealError> {
        for tile in tile::partials_of(self.edge.size()) {
            if !self.partials.iter().any(|(known, _)| *known == tile) {
                let bytes = self.partial_bytes(&tile, tile.width);
                self.write(&tile, &bytes).map_err(SealError::Retry)?;
                self.partials.push((tile, bytes.len() as u64));
            }
        }
        Ok(())
    }

    /// Removes the partial tiles that are full now, and then those that neither the last checkpoint names nor the one
    /// before it.
    pub(super) fn prune_partials(&mut self, before: u64) {
        for tile in std::mem::take(&mut self.filled) {
            self.partials.retain(|(partial, _)| Tile { width: WIDTH, ..*partial } != tile);
            let partials = self.dir.join(tile.partials_path());
            if let Err(error) = remove_partials(&self.disk, &partials, &self.metrics) {
                log::warn!("{}: {error}; it is removed at the next start", partials.display());
            }
        }
        let mut kept = tile::partials_of(self.signed);
        kept.extend(tile::partials_of(before));
        let (partials, gone): (Vec<_>, Vec<_>) = std::mem::take(&mut self.partials)
            .into_iter()
            .partition(|(tile, _)| kept.contains(tile));
        self.partials = partials;
        for (tile, bytes) in gone {
            self.remove_partial(&tile, bytes);
        }
    }

    /// A partial tile that stays or has gone already harms nobody: the next start removes it.
    fn remove_partial(&self, tile: &Tile, bytes: u64) {
        let path = self.dir.join(tile.path());
        match self.disk.remove(&path) {
            Ok(()) => Metrics::take(&self.metrics.used_bytes, bytes),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => log::warn!("{}: {error}", path.display()),
        }
    }

    /// Makes the partial forerunners of a tile what they were, as a power cut may have torn them; removes those that
    /// are not among the signed ones.
    pub(super) fn mend_partials(&mut self, tile: &Tile, signed: &[Tile]) -> io::Result<u64> {
        let dir = self.dir.join(tile.partials_path());
        let items = self.disk.list(&dir).unwrap_or_default();
        let mut mended = 0;
        for item in items {
            let path = dir.join(&item.name);
            let found = item.name.parse().ok().map(|width| Tile { width, ..*tile });
            let Some(found) = found.filter(|found| signed.contains(found)) else {
                self.disk.remove(&path)?;
                continue;
            };
            let expected = self.partial_bytes(tile, found.width);
            self.partials.push((found, expected.len() as u64));
            if self.disk.read(&path)? != expected {
                disk::replace(&*self.disk, &path, &expected, false)?;
                mended += 1;
            }
        }
        Ok(mended)
    }

    /// What the partial tile held when it was `width` wide.
    fn partial_bytes(&self, tile: &Tile, width: u64) -> Vec<u8> {
        let width = usize::try_from(width).unwrap_or(usize::MAX);
        match tile.kind {
            Kind::Hashes(level) => {
                let row = self.edge.partial(usize::from(level));
                hash_bytes(row.get(..width).unwrap_or(row))
            }
            Kind::Entries => {
                let mut end = 0;
                for _ in 0..width {
                    let length = self.bundle.get(end..).and_then(<[u8]>::first_chunk::<2>);
                    end += 2 + length.map_or(0, |length| usize::from(u16::from_be_bytes(*length)));
                }
                self.bundle.get(..end).unwrap_or(&self.bundle).to_vec()
            }
        }
    }
}

/// Removes a `.p` directory and what is in it; it need not exist.
pub(crate) fn remove_partials(disk: &SharedDisk, dir: &Path, metrics: &Metrics) -> io::Result<()> {
    let items = match disk.list(dir) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        items => items?,
    };
    for item in items {
        disk.remove(&dir.join(&item.name))?;
        Metrics::take(&metrics.used_bytes, item.bytes);
    }
    disk.remove_dir(dir)
}
