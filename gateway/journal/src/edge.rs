//! The right edge of the tree: per level the hashes that do not fill a tile yet.
//!
//! This is all that is needed to append and to compute the root: at most 255 hashes a level.
//! INVARIANT: `levels[l].len() == floor(size / 256^l) mod 256`.

use crate::hash::{Hash, fold_peaks, peaks_of, root_of};
use crate::tile::WIDTH;

/// The part of the tree that still grows.
#[derive(Clone, Default)]
pub(crate) struct Edge {
    size: u64,
    levels: Vec<Vec<Hash>>,
}

/// A tile that became full: level, number and its 256 hashes.
pub(crate) struct Filled {
    pub(crate) level: u8,
    pub(crate) number: u64,
    pub(crate) hashes: Vec<Hash>,
}

impl Edge {
    /// The edge of a tree of `size` leaves; `width(level, count)` must give the last `count` hashes of a level.
    pub(crate) fn load<E>(
        size: u64,
        mut hashes: impl FnMut(u8, u64, u64) -> Result<Vec<Hash>, E>,
    ) -> Result<Self, E> {
        let mut levels = Vec::new();
        let mut count = size;
        while count > 0 {
            let width = count % WIDTH;
            let level = u8::try_from(levels.len()).unwrap_or(u8::MAX);
            levels.push(if width == 0 { Vec::new() } else { hashes(level, count - width, width)? });
            count /= WIDTH;
        }
        Ok(Self { size, levels })
    }

    /// Leaves in the tree.
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// Adds a leaf and gives the tiles it filled, lowest level first.
    pub(crate) fn push(&mut self, leaf: Hash) -> Vec<Filled> {
        let mut filled = Vec::new();
        let mut carry = Some(leaf);
        let mut number = self.size;
        self.size += 1;
        for level in 0.. {
            let Some(hash) = carry.take() else { break };
            if level == self.levels.len() {
                self.levels.push(Vec::new());
            }
            let row = &mut self.levels[level];
            row.push(hash);
            number /= WIDTH;
            if row.len() as u64 == WIDTH {
                let hashes = std::mem::take(row);
                carry = Some(root_of(&hashes));
                filled.push(Filled {
                    level: u8::try_from(level).unwrap_or(u8::MAX),
                    number,
                    hashes,
                });
            }
        }
        filled
    }

    /// The hashes of the partial tile of a level; empty if there is none.
    pub(crate) fn partial(&self, level: usize) -> &[Hash] {
        self.levels.get(level).map_or(&[], Vec::as_slice)
    }

    /// The number that the partial tile of a level has.
    pub(crate) fn number(&self, level: usize) -> u64 {
        let shift = u32::try_from(level).unwrap_or(u32::MAX).saturating_add(1).saturating_mul(8);
        self.size.checked_shr(shift).unwrap_or(0)
    }

    /// The root of the whole tree.
    pub(crate) fn root(&self) -> Hash {
        let peaks = self.levels.iter().rev().flat_map(|row| peaks_of(row)).collect();
        fold_peaks(peaks).unwrap_or_else(Hash::of_empty_tree)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The definition of RFC 6962 §2.1, word by word.
    fn by_definition(leaves: &[Hash]) -> Hash {
        match leaves {
            [] => Hash::of_empty_tree(),
            [leaf] => *leaf,
            _ => {
                let k = (leaves.len() - 1).ilog2();
                let (left, right) = leaves.split_at(1 << k);
                Hash::of_node(&by_definition(left), &by_definition(right))
            }
        }
    }

    #[test]
    fn root_is_that_of_the_definition() {
        let leaves: Vec<Hash> = (0..70_000_u32).map(|i| Hash::of_leaf(&i.to_be_bytes())).collect();
        let mut edge = Edge::default();
        let mut tiles = 0;
        for (index, leaf) in leaves.iter().enumerate() {
            tiles += edge.push(*leaf).len();
            let size = index + 1;
            if size < 300 || [65_535, 65_536, 65_537, 70_000].contains(&size) {
                assert_eq!(edge.root(), by_definition(&leaves[..size]), "size {size}");
            }
        }
        // The example of the tlog-tiles specification: 273 full tiles at level 0, one at level 1.
        assert_eq!(tiles, 274);
        assert_eq!(
            (edge.partial(0).len(), edge.partial(1).len(), edge.partial(2).len()),
            (112, 17, 1)
        );
        assert_eq!((edge.number(0), edge.number(1), edge.number(2)), (273, 1, 0));
    }
}
