//! Where tiles and entry bundles lie, and what is in them (C2SP tlog-tiles).
//!
//! A tile holds up to 256 hashes; `tile/<level>/<number>` when full, with `.p/<width>` when partial.
//! Paths are relative to the directory of one log and use `/`.
//!
//! Of the partial forerunners of a tile only those of the last two checkpoints are kept. [`read`] finds the hashes of
//! an older checkpoint in what has come after them: a wider partial tile, or the full one.

use std::io;
use std::path::Path;

use crate::disk::SharedDisk;
use crate::hash::Hash;

/// Hashes in a full tile and entries in a full bundle.
pub(crate) const WIDTH: u64 = 256;

/// The largest entry that a bundle can hold: its length is written in 16 bits.
pub const MAX_ENTRY: usize = u16::MAX as usize;

/// Which of the two kinds of tile: hashes of a level, or the entries themselves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    Hashes(u8),
    Entries,
}

/// One tile by kind, number within its level and width (1 to 256).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Tile {
    pub(crate) kind: Kind,
    pub(crate) number: u64,
    pub(crate) width: u64,
}

impl Tile {
    pub(crate) fn full(kind: Kind, number: u64) -> Self {
        Self { kind, number, width: WIDTH }
    }

    pub(crate) fn is_full(&self) -> bool {
        self.width == WIDTH
    }

    /// The path of the tile; for a partial one with its `.p/<width>`.
    pub(crate) fn path(&self) -> String {
        let base = self.full_path();
        if self.is_full() { base } else { format!("{base}.p/{}", self.width) }
    }

    /// The directory of its partial forerunners.
    pub(crate) fn partials_path(&self) -> String {
        format!("{}.p", self.full_path())
    }

    /// The path the tile has, or will have, when full.
    pub(crate) fn full_path(&self) -> String {
        let mut number = format!("{:03}", self.number % 1000);
        let mut rest = self.number / 1000;
        while rest > 0 {
            number = format!("x{:03}/{number}", rest % 1000);
            rest /= 1000;
        }
        match self.kind {
            Kind::Hashes(level) => format!("tile/{level}/{number}"),
            Kind::Entries => format!("tile/entries/{number}"),
        }
    }

    /// Reads a path back; `None` for whatever [`Tile::path`] would not have written.
    pub(crate) fn from_path(path: &str) -> Option<Self> {
        let (base, width) = match path.split_once(".p/") {
            Some((base, width)) => (base, width.parse().ok()?),
            None => (path, WIDTH),
        };
        let (kind, number) = base.strip_prefix("tile/")?.split_once('/')?;
        let kind = match kind {
            "entries" => Kind::Entries,
            level => Kind::Hashes(level.parse().ok()?),
        };
        let mut index = 0_u64;
        for element in number.split('/') {
            let digits: u64 = element.strip_prefix('x').unwrap_or(element).parse().ok()?;
            index = index.checked_mul(1000)?.checked_add(digits)?;
        }
        let tile = Self { kind, number: index, width };
        // One spelling only: a second path for the same tile would be a place to hide a file in.
        (tile.path() == path && (1..=WIDTH).contains(&width)).then_some(tile)
    }
}

/// The partial tiles that a tree of this size has: of the hashes from level 0 up, then of the entries.
pub(crate) fn partials_of(size: u64) -> Vec<Tile> {
    let mut tiles = Vec::new();
    let (mut level, mut count) = (0, size);
    while count > 0 {
        tiles.push(Tile { kind: Kind::Hashes(level), number: count / WIDTH, width: count % WIDTH });
        (level, count) = (level + 1, count / WIDTH);
    }
    tiles.extend(tiles.first().map(|lowest| Tile { kind: Kind::Entries, ..*lowest }));
    tiles.retain(|tile| tile.width > 0);
    tiles
}

/// The bytes of a tile, which may hold more than the tile: those of a wider one of the same number will do.
///
/// # Errors
/// `NotFound` if there is none, and whatever else the disk says.
pub(crate) fn read(disk: &SharedDisk, dir: &Path, tile: &Tile) -> io::Result<Vec<u8>> {
    let found = |tile: &Tile| match disk.read(&dir.join(tile.path())) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        bytes => bytes.map(Some),
    };
    // A live log removes a partial tile only after a wider one is there; each round is such a step missed.
    for _ in 0..ROUNDS {
        if let Some(bytes) = found(tile)? {
            return Ok(bytes);
        }
        let wider = widest(disk, dir, tile)?;
        if let Some(bytes) = found(&wider.unwrap_or(Tile { width: WIDTH, ..*tile }))? {
            return Ok(bytes);
        }
    }
    Err(io::ErrorKind::NotFound.into())
}

/// The widest partial tile beside one, if there is a wider one.
fn widest(disk: &SharedDisk, dir: &Path, tile: &Tile) -> io::Result<Option<Tile>> {
    let items = match disk.list(&dir.join(tile.partials_path())) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        items => items?,
    };
    let wider = items.iter().filter_map(|item| item.name.parse().ok());
    let wider = wider.filter(|width| (tile.width + 1..WIDTH).contains(width)).max();
    Ok(wider.map(|width| Tile { width, ..*tile }))
}

/// How often [`read`] looks before it says that a tile is missing.
const ROUNDS: usize = 8;

/// The bytes of a hash tile.
pub(crate) fn hash_bytes(hashes: &[Hash]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| hash.0).collect()
}

/// The hashes in the bytes of a tile; `None` if the length is not a multiple of 32.
pub(crate) fn hashes_in(bytes: &[u8]) -> Option<Vec<Hash>> {
    let (chunks, rest) = bytes.as_chunks::<32>();
    rest.is_empty().then(|| chunks.iter().map(|chunk| Hash(*chunk)).collect())
}

/// Appends one entry in bundle form: big-endian 16-bit length, then the bytes.
///
/// INVARIANT: `entry` is at most [`MAX_ENTRY`] long; longer ones were refused at append.
pub(crate) fn push_entry(bundle: &mut Vec<u8>, entry: &[u8]) {
    let length = u16::try_from(entry.len()).unwrap_or(u16::MAX);
    bundle.extend_from_slice(&length.to_be_bytes());
    bundle.extend_from_slice(entry);
}

/// The entries of a bundle; `None` if the lengths do not add up to the file.
pub(crate) fn entries_in(mut bundle: &[u8]) -> Option<Vec<&[u8]>> {
    let mut entries = Vec::new();
    while !bundle.is_empty() {
        let (length, rest) = bundle.split_first_chunk::<2>()?;
        let (entry, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
        entries.push(entry);
        bundle = rest;
    }
    Some(entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_those_of_the_specification() {
        let check = |kind, number, width, path: &str| {
            let tile = Tile { kind, number, width };
            assert_eq!(tile.path(), path);
            assert_eq!(Tile::from_path(path), Some(tile));
        };
        check(Kind::Hashes(0), 1_234_067, 256, "tile/0/x001/x234/067");
        check(Kind::Hashes(1), 0, 17, "tile/1/000.p/17");
        check(Kind::Entries, 273, 112, "tile/entries/273.p/112");
        check(Kind::Entries, 1000, 256, "tile/entries/x001/000");
    }

    #[test]
    fn other_spellings_are_refused() {
        for path in [
            "tile/0/67",
            "tile/00/067",
            "tile/0/x000/067",
            "tile/0/067.p/256",
            "tile/0/067.p/0",
            "tile/0/067.p/01",
            "tile/data/067",
            "tile/0/001/067",
            "checkpoint",
        ] {
            assert_eq!(Tile::from_path(path), None, "{path}");
        }
    }
}
