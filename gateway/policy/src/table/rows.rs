//! Rows of bits, a bit a lane, in blocks.

use std::ops::{Deref, DerefMut};

/// Words of a block; every row is a whole number of blocks.
pub(super) const BLOCK: usize = 8;

/// So many words are looked at together. They lie on one line of the cache, where instructions can take them from without loading them.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
pub(super) struct Block(pub(super) [u64; BLOCK]);

/// Blocks of lanes that are kept in place: 2,560 lanes, which is what a thousand rules take, with exceptions and invariants.
const FEW: usize = 5;

/// Bits of lanes: those that matched.
#[derive(Debug)]
pub(crate) struct Bits {
    width: usize,
    few: [[u64; BLOCK]; FEW],
    /// All of them where they are more than a few.
    more: Vec<[u64; BLOCK]>,
}

impl Bits {
    /// All lanes of rows of so many words.
    #[inline]
    pub(super) fn all(words: usize) -> Bits {
        let (width, full) = (words / BLOCK, [u64::MAX; BLOCK]);
        let more = if width > FEW { vec![full; width] } else { Vec::new() };
        Bits { width, few: [full; FEW], more }
    }

    #[inline]
    pub(super) fn blocks(&mut self) -> &mut [[u64; BLOCK]] {
        self.few.get_mut(..self.width).unwrap_or(&mut self.more)
    }
}

impl Deref for Bits {
    type Target = [u64];
    #[inline]
    fn deref(&self) -> &[u64] {
        self.few.get(..self.width).unwrap_or(&self.more).as_flattened()
    }
}

impl DerefMut for Bits {
    #[inline]
    fn deref_mut(&mut self) -> &mut [u64] {
        self.blocks().as_flattened_mut()
    }
}

/// Rows of equal width.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rows {
    /// Blocks of a row.
    width: usize,
    blocks: Vec<Block>,
}

impl Rows {
    /// Rows of so many words with every bit.
    pub(super) fn full(rows: usize, words: usize) -> Rows {
        Rows::alike(rows, words, u64::MAX)
    }

    fn alike(rows: usize, words: usize, word: u64) -> Rows {
        let width = words.div_ceil(BLOCK);
        Rows { width, blocks: vec![Block([word; BLOCK]); rows * width] }
    }

    /// Rows that all have these lanes.
    pub(super) fn of_lanes(rows: usize, words: usize, lanes: impl Iterator<Item = usize>) -> Rows {
        let mut one = Rows::alike(1, words, 0);
        lanes.for_each(|lane| one.change(0, lane, |word, bit| word | bit));
        Rows { width: one.width, blocks: one.blocks.repeat(rows) }
    }

    /// Adds a row of these words, which are whole blocks.
    pub(super) fn push(&mut self, words: &[u64]) {
        let blocks = words.as_chunks().0;
        self.width = blocks.len();
        self.blocks.extend(blocks.iter().map(|block| Block(*block)));
    }

    pub(super) fn clear(&mut self, row: usize, lane: usize) {
        self.change(row, lane, |word, bit| word & !bit);
    }

    fn change(&mut self, row: usize, lane: usize, to: fn(u64, u64) -> u64) {
        let at = lane / 64;
        let block = self.blocks.get_mut(row * self.width + at / BLOCK);
        if let Some(word) = block.and_then(|block| block.0.get_mut(at % BLOCK)) {
            *word = to(*word, 1 << (lane % 64));
        }
    }

    /// Takes the lane out of the rows for which this is so; whether there is one.
    pub(super) fn refuse(&mut self, lane: usize, refuses: impl Fn(usize) -> bool) -> bool {
        let refusing = (0..self.rows()).filter(|row| refuses(*row));
        refusing.map(|row| self.clear(row, lane)).count() != 0
    }

    /// How many rows there are.
    pub(super) fn rows(&self) -> usize {
        self.blocks.len() / self.width.max(1)
    }

    /// Whether there is none.
    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.blocks.is_empty()
    }

    /// A row, and what is behind it, which nobody looks at. A row that does not exist has no block and accepts nothing, so that a
    /// wrong number closes.
    #[inline]
    pub(super) fn row(&self, row: usize) -> &[Block] {
        self.blocks.get(row * self.width..).unwrap_or(&[])
    }

    /// The words of a row.
    pub(super) fn words(&self, row: usize) -> impl Iterator<Item = u64> {
        self.row(row).iter().take(self.width).flat_map(|block| block.0)
    }
}

/// Whether the two have a bit in common.
#[inline]
pub(super) fn meet(lanes: &[u64], mask: &[u64]) -> bool {
    lanes.iter().zip(mask).fold(0, |all, (lanes, mask)| all | lanes & mask) != 0
}

/// The numbers of the bits that both have.
pub(super) fn common<'a>(lanes: &'a [u64], mask: &'a [u64]) -> impl Iterator<Item = usize> + 'a {
    ones(lanes.iter().zip(mask).map(|(lanes, mask)| lanes & mask))
}

/// The numbers of the bits that are set.
#[inline]
pub(crate) fn ones(
    words: impl Iterator<Item = u64> + Clone,
) -> impl Iterator<Item = usize> + Clone {
    Ones { words: words.enumerate(), base: 0, left: 0 }
}

/// See [`ones`].
#[derive(Clone)]
struct Ones<I> {
    words: std::iter::Enumerate<I>,
    base: usize,
    left: u64,
}

impl<I: Iterator<Item = u64>> Iterator for Ones<I> {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        while self.left == 0 {
            let (word, bits) = self.words.next()?;
            (self.base, self.left) = (word * 64, bits);
        }
        let bit = self.left.trailing_zeros() as usize;
        self.left &= self.left - 1;
        Some(self.base + bit)
    }

    // A loop a word, where `next` asks before each bit whether the word is at its end.
    #[inline]
    fn fold<B, F: FnMut(B, usize) -> B>(self, start: B, mut then: F) -> B {
        let mut all = start;
        let behind = self.words.map(|(word, bits)| (word * 64, bits));
        for (base, mut left) in std::iter::once((self.base, self.left)).chain(behind) {
            while left != 0 {
                all = then(all, base + left.trailing_zeros() as usize);
                left &= left - 1;
            }
        }
        all
    }
}
