//! Inclusion proofs that can be checked without the log (C2SP tlog-proof, RFC 6962 §2.1.1).

use std::collections::HashMap;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::disk::{RealDisk, SharedDisk};
use crate::epoch;
use crate::hash::{Hash, root_of};
use crate::note::{Checkpoint, NoteError, PublicKey};
use crate::seal::CHECKPOINT;
use crate::tile::{self, Kind, Tile, WIDTH, hashes_in};

/// The first line of a proof.
const MAGIC: &str = "c2sp.org/tlog-proof@v1";

/// Why there is no proof, or why one proves nothing.
#[derive(Debug)]
pub enum ProofError {
    /// A file of the log cannot be read.
    Io(io::Error),
    /// The checkpoint is not to be believed.
    Checkpoint(NoteError),
    /// The checkpoint does not cover the entry; the size is what it covers.
    NotCovered(u64),
    /// The text is not a proof; the words say why.
    Form(&'static str),
    /// The entry and the proof do not lead to the root of the checkpoint.
    Refuted,
}

impl fmt::Display for ProofError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => write!(f, "the log cannot be read: {error}"),
            Self::Checkpoint(error) => error.fmt(f),
            Self::NotCovered(size) => write!(f, "the checkpoint covers {size} entries only"),
            Self::Form(what) => write!(f, "the proof {what}"),
            Self::Refuted => f.write_str("the entry is not the one that the checkpoint covers"),
        }
    }
}

impl std::error::Error for ProofError {}

impl From<io::Error> for ProofError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Writes the proof that an entry is in an epoch, under its current checkpoint.
///
/// # Errors
/// If the checkpoint does not verify or does not cover the entry, or a tile is missing.
pub fn prove(dir: &Path, keys: &[PublicKey], epoch: u64, index: u64) -> Result<String, ProofError> {
    let disk: SharedDisk = Arc::new(RealDisk::existing(dir)?);
    let dir = dir.join(epoch::name(epoch));
    let note = String::from_utf8(disk.read(&dir.join(CHECKPOINT))?)
        .map_err(|_| ProofError::Checkpoint(NoteError::Form("is not UTF-8")))?;
    let checkpoint = Checkpoint::open(&note, keys).map_err(ProofError::Checkpoint)?;
    if index >= checkpoint.size {
        return Err(ProofError::NotCovered(checkpoint.size));
    }
    let mut tree = Tree { disk, dir, size: checkpoint.size, tiles: HashMap::new() };
    let mut text = format!("{MAGIC}\nindex {index}\n");
    for hash in tree.path(index, 0, checkpoint.size)? {
        text.push_str(&hash.to_base64());
        text.push('\n');
    }
    Ok(format!("{text}\n{note}"))
}

/// Checks a proof for an entry, needing nothing but the keys. Gives the checkpoint and the index.
///
/// # Errors
/// If the proof is malformed, its checkpoint is not signed by one of the keys, or it does not hold.
pub fn check(
    proof: &str,
    entry: &[u8],
    keys: &[PublicKey],
) -> Result<(Checkpoint, u64), ProofError> {
    let (head, note) = proof.split_once("\n\n").ok_or(ProofError::Form("has no checkpoint"))?;
    let mut lines = head.split('\n');
    if lines.next() != Some(MAGIC) {
        return Err(ProofError::Form("does not begin as a tlog-proof of version 1"));
    }
    let mut line = lines.next();
    if line.is_some_and(|line| line.starts_with("extra ")) {
        line = lines.next();
    }
    let written = line.and_then(|line| line.strip_prefix("index "));
    let index: u64 = written
        .and_then(|text| text.parse().ok().filter(|index: &u64| index.to_string() == text))
        .ok_or(ProofError::Form("has no index"))?;
    let hashes: Vec<Hash> = lines
        .map(Hash::from_base64)
        .collect::<Option<_>>()
        .ok_or(ProofError::Form("has a line that is no hash"))?;
    let checkpoint = Checkpoint::open(note, keys).map_err(ProofError::Checkpoint)?;
    if index >= checkpoint.size {
        return Err(ProofError::NotCovered(checkpoint.size));
    }
    match climb(Hash::of_leaf(entry), index, checkpoint.size, &hashes) {
        Some(root) if root == checkpoint.root => Ok((checkpoint, index)),
        _ => Err(ProofError::Refuted),
    }
}

/// The root that a leaf and its proof come to (RFC 9162 §2.1.3.2); `None` if the proof has the wrong length.
fn climb(leaf: Hash, index: u64, size: u64, proof: &[Hash]) -> Option<Hash> {
    let (mut node, mut last, mut hash) = (index, size.checked_sub(1)?, leaf);
    for sibling in proof {
        if last == 0 {
            return None;
        }
        if node % 2 == 1 || node == last {
            hash = Hash::of_node(sibling, &hash);
            while node.is_multiple_of(2) && node != 0 {
                (node, last) = (node / 2, last / 2);
            }
        } else {
            hash = Hash::of_node(&hash, sibling);
        }
        (node, last) = (node / 2, last / 2);
    }
    (last == 0).then_some(hash)
}

/// The tree of one checkpoint, read from tiles.
struct Tree {
    disk: SharedDisk,
    dir: PathBuf,
    size: u64,
    tiles: HashMap<(u8, u64), Vec<Hash>>,
}

impl Tree {
    /// The hashes beside the way from a leaf to the root of `[from, to)`, from the leaf up.
    fn path(&mut self, index: u64, from: u64, to: u64) -> Result<Vec<Hash>, ProofError> {
        if to - from == 1 {
            return Ok(Vec::new());
        }
        let middle = from + split(to - from);
        let (mut path, sibling) = if index < middle {
            (self.path(index, from, middle)?, self.root(middle, to)?)
        } else {
            (self.path(index, middle, to)?, self.root(from, middle)?)
        };
        path.push(sibling);
        Ok(path)
    }

    fn root(&mut self, from: u64, to: u64) -> Result<Hash, ProofError> {
        let width = to - from;
        if width.is_power_of_two() && from.is_multiple_of(width) {
            return self.full(from, width.trailing_zeros());
        }
        let middle = from + split(width);
        Ok(Hash::of_node(&self.root(from, middle)?, &self.root(middle, to)?))
    }

    /// The root of the full subtree of 2^height leaves that begins at a leaf.
    fn full(&mut self, from: u64, height: u32) -> Result<Hash, ProofError> {
        let level = u8::try_from(height / 8).unwrap_or(u8::MAX);
        let first = from >> (8 * u32::from(level));
        let tile = self.tile(level, first / WIDTH)?;
        let start = usize::try_from(first % WIDTH).unwrap_or(usize::MAX);
        let end = start.saturating_add(1 << (height % 8));
        let hashes =
            tile.get(start..end).ok_or(ProofError::Form("needs a tile that is too short"))?;
        Ok(root_of(hashes))
    }

    fn tile(&mut self, level: u8, number: u64) -> Result<&[Hash], ProofError> {
        if !self.tiles.contains_key(&(level, number)) {
            let hashes_there = self.size >> (8 * u32::from(level));
            let width = WIDTH.min(hashes_there - number * WIDTH);
            let tile = Tile { kind: Kind::Hashes(level), number, width };
            let bytes = tile::read(&self.disk, &self.dir, &tile)?;
            let hashes =
                hashes_in(&bytes).ok_or(ProofError::Form("needs a tile that is damaged"))?;
            self.tiles.insert((level, number), hashes);
        }
        Ok(self.tiles.get(&(level, number)).map_or(&[], Vec::as_slice))
    }
}

/// The largest power of two below a size of at least 2.
fn split(size: u64) -> u64 {
    1 << (size - 1).ilog2()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed test should stop here")]
    use super::*;
    use crate::edge::Edge;

    struct Stored(Vec<tlog_tiles::Hash>);
    impl tlog_tiles::HashReader for Stored {
        fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<tlog_tiles::Hash>, tlog_tiles::Error> {
            Ok(indexes.iter().map(|i| self.0[usize::try_from(*i).unwrap_or(0)]).collect())
        }
    }

    /// Roots and inclusion proofs of the port of Go's tlog, against ours, for every size to 300 and one above 65536.
    #[test]
    fn the_reference_implementation_agrees() {
        let mut stored = Stored(Vec::new());
        let mut edge = Edge::default();
        for size in 1..=66_000_u64 {
            let entry = size.to_be_bytes();
            let hashes = tlog_tiles::stored_hashes(size - 1, &entry, &stored).unwrap();
            stored.0.extend(hashes);
            edge.push(Hash::of_leaf(&entry));
            if size > 300 && size != 66_000 {
                continue;
            }
            let root = tlog_tiles::tree_hash(size, &stored).unwrap();
            assert_eq!(edge.root().0, root.0, "size {size}");
            for index in (0..size).step_by(if size > 300 { 997 } else { 1 }) {
                let proof = tlog_tiles::prove_record(size, index, &stored).unwrap();
                let proof: Vec<Hash> = proof.iter().map(|hash| Hash(hash.0)).collect();
                let leaf = Hash::of_leaf(&(index + 1).to_be_bytes());
                assert_eq!(
                    climb(leaf, index, size, &proof),
                    Some(edge.root()),
                    "{index} in {size}"
                );
                if index + 1 < size {
                    assert_ne!(climb(leaf, index + 1, size, &proof), Some(edge.root()));
                }
                if let Some((_, shorter)) = proof.split_last() {
                    assert_eq!(climb(leaf, index, size, shorter), None);
                }
            }
        }
    }
}
