//! Merkle tree hashing of RFC 6962 §2.1 with SHA-256.
//!
//! INVARIANT: a leaf and an inner node never hash the same bytes (prefix 0x00 and 0x01).

use std::fmt;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use ring::digest::{Context, SHA256};

/// SHA-256 (FIPS 180-4) of parts, one behind the other.
pub(crate) fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    let mut state = Context::new(&SHA256);
    parts.iter().for_each(|part| state.update(part));
    // It is 32 bytes: the algorithm says so, and its type does not.
    state.finish().as_ref().first_chunk().copied().unwrap_or_default()
}

/// A SHA-256 hash of the tree: of a leaf, an inner node or a root.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Hash(pub [u8; 32]);

impl Hash {
    /// The root of the tree without leaves: SHA-256 of nothing (RFC 6962 §2.1).
    pub fn of_empty_tree() -> Self {
        Self(sha256(&[]))
    }

    /// The hash of one leaf: `SHA-256(0x00 || entry)`.
    pub fn of_leaf(entry: &[u8]) -> Self {
        Self(sha256(&[&[0], entry]))
    }

    /// The hash of an inner node: `SHA-256(0x01 || left || right)`.
    pub fn of_node(left: &Self, right: &Self) -> Self {
        Self(sha256(&[&[1], &left.0, &right.0]))
    }

    /// Standard base64 with padding, as checkpoints and proofs spell hashes.
    pub fn to_base64(&self) -> String {
        BASE64_STANDARD.encode(self.0)
    }

    /// Reads what [`Hash::to_base64`] writes; `None` for anything else.
    pub fn from_base64(text: &str) -> Option<Self> {
        BASE64_STANDARD.decode(text).ok()?.try_into().ok().map(Self)
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hash({self})")
    }
}

/// The root over the hashes of neighbouring subtrees of equal, full height.
pub(crate) fn root_of(hashes: &[Hash]) -> Hash {
    fold_peaks(peaks_of(hashes)).unwrap_or_else(Hash::of_empty_tree)
}

/// Splits `hashes` into its full binary subtrees, largest first, and gives the root of each.
pub(crate) fn peaks_of(hashes: &[Hash]) -> Vec<Hash> {
    let mut peaks = Vec::new();
    let mut rest = hashes;
    while !rest.is_empty() {
        let width = 1_usize << rest.len().ilog2();
        let (head, tail) = rest.split_at(width);
        peaks.push(full_root(head));
        rest = tail;
    }
    peaks
}

/// Joins peaks from the right, which is what RFC 6962's split at the largest power of two comes to.
pub(crate) fn fold_peaks(peaks: Vec<Hash>) -> Option<Hash> {
    peaks.into_iter().rev().reduce(|right, left| Hash::of_node(&left, &right))
}

/// INVARIANT: `hashes.len()` is a power of two.
fn full_root(hashes: &[Hash]) -> Hash {
    let mut row = hashes.to_vec();
    while row.len() > 1 {
        row = row.chunks(2).map(|pair| Hash::of_node(&pair[0], &pair[1])).collect();
    }
    row[0]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(text: &str) -> Vec<u8> {
        (0..text.len() / 2)
            .map(|i| u8::from_str_radix(text.get(2 * i..2 * i + 2).unwrap_or("0"), 16).unwrap_or(0))
            .collect()
    }

    /// The eight leaves and the roots of sizes 1 to 8 that the certificate-transparency
    /// implementations share as test vectors for RFC 6962.
    #[test]
    fn roots_of_the_shared_vectors() {
        let leaves = [
            "",
            "00",
            "10",
            "2021",
            "3031",
            "40414243",
            "5051525354555657",
            "606162636465666768696a6b6c6d6e6f",
        ];
        let roots = [
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
        ];
        let hashes: Vec<Hash> = leaves.iter().map(|leaf| Hash::of_leaf(&hex(leaf))).collect();
        for (size, root) in (1..).zip(roots) {
            assert_eq!(root_of(&hashes[..size]).to_string(), root, "size {size}");
        }
        assert_eq!(
            Hash::of_empty_tree().to_string(),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
    }
}
