//! The key of a file, and the hashes that are made with it.
//!
//! From the 32 bytes of the key, what the hash is for and the name of the holdings, BLAKE3 derives one SipHash-2-4 key for each
//! use. So the same value in two files has unrelated hashes, and none can be tested without the key. SipHash-2-4 with 128 bits
//! (Aumasson, Bernstein 2012; the 128-bit variant of the authors' reference) is a pseudo-random function made for short inputs:
//! about 15 ns a word, where HMAC-SHA256 takes hundreds; words are hashed at the speed of the traffic.

use std::fmt;

use siphasher::sip128::SipHasher24;
use zeroize::Zeroizing;

use crate::words::Look;

/// What separates our uses of the key from everybody else's.
const CONTEXT: &str = "seawall 2026 holdings v1";

/// The key that holdings are built and searched with. Who has key and file can test guesses; who has the file alone cannot.
#[derive(Clone)]
pub struct Key(Zeroizing<[u8; 32]>);

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(32 bytes)")
    }
}

impl Key {
    /// A key of 32 random bytes.
    #[must_use]
    pub fn new(secret: [u8; 32]) -> Key {
        Key(Zeroizing::new(blake3::derive_key(CONTEXT, &secret)))
    }

    /// Tells a file that was built with another key from one that is damaged.
    pub(crate) fn check_value(&self) -> [u8; 16] {
        self.derive("check value", "")
    }

    /// The digest over a whole file.
    pub(crate) fn digest(&self) -> blake3::Hasher {
        let mut hasher = blake3::Hasher::new_keyed(&self.0);
        hasher.update(b"digest of a file");
        hasher
    }

    /// The hashes of the holdings called `name`.
    pub(crate) fn hashes(&self, name: &str) -> Hashes {
        let hasher = |purpose| SipHasher24::new_with_key(&self.derive(purpose, name));
        Hashes {
            mark: u128::from_le_bytes(self.derive("mark", name)),
            word: hasher("word"),
            chain: hasher("chain"),
            value: hasher("value"),
            strict: hasher("strict"),
            row: hasher("row"),
            shingle: hasher("shingle"),
        }
    }

    fn derive(&self, purpose: &str, name: &str) -> [u8; 16] {
        let mut hasher = blake3::Hasher::new_keyed(&self.0);
        hasher.update(purpose.as_bytes()).update(&[0]).update(name.as_bytes());
        let mut out = [0; 16];
        hasher.finalize_xof().fill(&mut out);
        out
    }
}

/// The keyed hashes of one file.
#[derive(Clone)]
pub(crate) struct Hashes {
    mark: u128,
    word: SipHasher24,
    chain: SipHasher24,
    value: SipHasher24,
    strict: SipHasher24,
    row: SipHasher24,
    shingle: SipHasher24,
}

impl Hashes {
    /// Tells the file that is searched with these hashes from all others.
    pub(crate) fn mark(&self) -> u128 {
        self.mark
    }

    /// The same hashes, for the file with this digest.
    pub(crate) fn of_file(mut self, digest: [u8; 16]) -> Hashes {
        self.mark ^= u128::from_le_bytes(digest);
        self
    }

    /// Words are only hashed, not sought.
    pub(crate) fn only(&self) -> Look<'_> {
        Look { hashes: self, table: None }
    }

    /// One folded word.
    pub(crate) fn word(&self, folded: &[u8]) -> u128 {
        self.word.hash(folded).as_u128()
    }

    /// Several words: the hash of all before, and one more.
    pub(crate) fn chain(&self, before: u128, word: u128) -> u128 {
        let mut both = [0; 32];
        both[..16].copy_from_slice(&before.to_le_bytes());
        both[16..].copy_from_slice(&word.to_le_bytes());
        self.chain.hash(&both).as_u128()
    }

    /// A value that is not words: its kind stands first in the bytes.
    pub(crate) fn value(&self, normal: &[u8]) -> u128 {
        self.value.hash(normal).as_u128()
    }

    /// A term as its letters were written.
    pub(crate) fn strict(&self, written: &[u8]) -> u128 {
        self.strict.hash(written).as_u128()
    }

    /// That a record holds a value in a column. Never 0, which stands for "none".
    pub(crate) fn cell(&self, record: u32, column: u8, value: u128) -> u32 {
        let mut bytes = [0; 21];
        bytes[..4].copy_from_slice(&record.to_le_bytes());
        bytes[4] = column;
        bytes[5..].copy_from_slice(&value.to_le_bytes());
        let hash = self.row.hash(&bytes).as_u128();
        (hash as u32).max(1)
    }

    /// Words that follow each other.
    pub(crate) fn shingle(&self, words: impl Iterator<Item = u128>) -> u128 {
        let mut bytes = [0; 16 * SHINGLE_MAX];
        let mut len = 0;
        for (slot, word) in bytes.chunks_exact_mut(16).zip(words) {
            slot.copy_from_slice(&word.to_le_bytes());
            len += 16;
        }
        self.shingle.hash(bytes.get(..len).unwrap_or(&[])).as_u128()
    }
}

/// Most words in one shingle.
pub(crate) const SHINGLE_MAX: usize = 8;
