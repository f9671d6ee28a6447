//! Hashes of words: each is made once, and of short words that come again looked up.

use super::Make;
use crate::key::Hashes;
use crate::table::{FIRST, Table};

/// How words are hashed, and where terms are sought that begin with them.
#[derive(Clone, Copy)]
pub(crate) struct Look<'f> {
    pub(crate) hashes: &'f Hashes,
    /// None: no terms are sought.
    pub(crate) table: Option<Table<'f>>,
}

impl Look<'_> {
    pub(super) fn up(&self, folded: &[u8]) -> (u128, u8) {
        let hash = self.hashes.word(folded);
        let absent = self.table.is_some_and(|table| !table.may_hold(FIRST, hash));
        (hash, if absent { Make::NOT_FIRST } else { 0 })
    }
}

/// Slots of the cache, 48 bytes each.
const SLOTS_BITS: u32 = 12;

/// Hashes of short words that were seen before, in working memory: most words of a text are few, and looking one up takes a
/// tenth of hashing it. A slot is replaced by the next word that falls on it. Says nothing that the text did not.
#[derive(Default)]
pub(crate) struct Cache {
    slots: Vec<Seen>,
}

#[derive(Clone, Copy, Default)]
struct Seen {
    /// Folded bytes, mixed with the mark of the file that is searched.
    marked: u128,
    hash: u128,
    /// [`Make::NOT_FIRST`] or nothing.
    make: u8,
}

impl Cache {
    /// The hash of a word of up to 16 bytes, given as a little-endian number, and whether a term may begin with it.
    pub(super) fn word(&mut self, folded: u128, len: usize, look: &Look<'_>) -> (u128, u8) {
        let marked = folded ^ look.hashes.mark();
        let mixed = ((folded >> 64) as u64).wrapping_mul(0x9fb2_1c65_1e98_df25) ^ folded as u64;
        let slot = (mixed.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - SLOTS_BITS)) as usize;
        if let Some(seen) = self.slots.get(slot).filter(|seen| seen.marked == marked) {
            return (seen.hash, seen.make);
        }
        let (hash, make) = look.up(folded.to_le_bytes().get(..len).unwrap_or(&[]));
        self.slots.resize(1 << SLOTS_BITS, Seen::default());
        if let Some(place) = self.slots.get_mut(slot) {
            *place = Seen { marked, hash, make };
        }
        (hash, make)
    }
}
