//! Rows of bits, a bit a lane, in blocks that a processor takes at once.

use std::sync::Arc;

use smallvec::SmallVec;

/// So many words are looked at together; every row is a whole number of them.
pub(super) const BLOCK: usize = 4;
type Block = [u64; BLOCK];

/// Bits of lanes: those that matched. In place up to 4,096 lanes, which is what 2,000 rules take.
pub(crate) type Bits = SmallVec<[u64; 64]>;

/// Rows of equal width. Tables of different days share the rows in which they do not differ.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rows {
    words: usize,
    bits: Arc<Vec<u64>>,
}

impl Rows {
    /// Rows without any bit.
    pub(super) fn new(rows: usize, words: usize) -> Rows {
        Rows { words, bits: Arc::new(vec![0; rows * words]) }
    }

    /// Rows with every bit.
    pub(super) fn full(rows: usize, words: usize) -> Rows {
        Rows { words, bits: Arc::new(vec![u64::MAX; rows * words]) }
    }

    /// One row of these words.
    pub(super) fn one(row: Vec<u64>) -> Rows {
        Rows { words: row.len(), bits: Arc::new(row) }
    }

    pub(super) fn set(&mut self, row: usize, lane: usize) {
        if let Some(word) = Arc::make_mut(&mut self.bits).get_mut(row * self.words + lane / 64) {
            *word |= 1 << (lane % 64);
        }
    }

    pub(super) fn clear(&mut self, row: usize, lane: usize) {
        if let Some(word) = Arc::make_mut(&mut self.bits).get_mut(row * self.words + lane / 64) {
            *word &= !(1 << (lane % 64));
        }
    }

    /// Rows that all have these lanes.
    pub(super) fn of_lanes(rows: usize, words: usize, lanes: impl Iterator<Item = usize>) -> Rows {
        let mut row = vec![0u64; words];
        for lane in lanes {
            row[lane / 64] |= 1 << (lane % 64);
        }
        Rows { words, bits: Arc::new(row.repeat(rows)) }
    }

    /// Takes the lane out of the rows for which this is so.
    pub(super) fn refuse(&mut self, lane: usize, refuses: impl Fn(usize) -> bool) {
        for row in (0..self.rows()).filter(|row| refuses(*row)) {
            self.clear(row, lane);
        }
    }

    /// How many rows there are.
    pub(super) fn rows(&self) -> usize {
        self.bits.len() / self.words.max(1)
    }

    /// A row; a row that does not exist is empty and accepts nothing, so that a wrong number closes.
    pub(crate) fn row(&self, row: usize) -> &[u64] {
        self.bits.get(row * self.words..(row + 1) * self.words).unwrap_or(&[])
    }
}

/// The rows of one decision: lanes must be in each of `all`, and for each slot in one of its rows.
#[derive(Default)]
pub(super) struct Gate<'t> {
    all: SmallVec<[&'t [Block]; 24]>,
    any: SmallVec<[&'t [Block]; 32]>,
    /// Where the rows of each slot end in `any`.
    ends: SmallVec<[usize; 8]>,
    /// Whether a row was missing.
    shut: bool,
}

impl<'t> Gate<'t> {
    /// Lanes must be in this row.
    #[inline]
    pub(super) fn all(&mut self, row: &'t [u64]) {
        self.shut |= row.is_empty();
        self.all.push(row.as_chunks().0);
    }

    /// Lanes may be in this row, of the slot that [`Gate::slot`] closes.
    #[inline]
    pub(super) fn any(&mut self, row: &'t [u64]) {
        self.shut |= row.is_empty();
        self.any.push(row.as_chunks().0);
    }

    /// The rows since the last slot are the ways to satisfy this one.
    #[inline]
    pub(super) fn slot(&mut self) {
        self.ends.push(self.any.len());
    }

    /// Writes the lanes that pass.
    #[inline]
    pub(super) fn pass(&self, words: usize, out: &mut Bits) {
        out.clear();
        out.resize(words, 0);
        if self.shut {
            return;
        }
        for (at, out) in out.as_chunks_mut::<BLOCK>().0.iter_mut().enumerate() {
            let mut lanes = [u64::MAX; BLOCK];
            for row in &self.all {
                and(&mut lanes, row[at]);
            }
            if lanes == [0; BLOCK] {
                continue;
            }
            let mut start = 0;
            for end in &self.ends {
                let mut any = [0; BLOCK];
                for row in &self.any[start..*end] {
                    or(&mut any, row[at]);
                }
                and(&mut lanes, any);
                start = *end;
            }
            *out = lanes;
        }
    }
}

#[inline]
fn and(into: &mut Block, other: Block) {
    for (word, other) in into.iter_mut().zip(other) {
        *word &= other;
    }
}

#[inline]
fn or(into: &mut Block, other: Block) {
    for (word, other) in into.iter_mut().zip(other) {
        *word |= other;
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
}
