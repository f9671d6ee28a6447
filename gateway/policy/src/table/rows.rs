//! Rows of bits, a bit a lane, in blocks that a processor takes at once.

use smallvec::SmallVec;

/// Words of a block; every row is a whole number of blocks.
pub(super) const BLOCK: usize = 8;

/// So many words are looked at together. They lie on one line of the cache, and each half of them can be loaded while it is ANDed.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
pub(super) struct Block(pub(super) [u64; BLOCK]);

/// Bits of lanes: those that matched. In place up to 4,096 lanes, which is what 2,000 rules take.
pub(crate) type Bits = SmallVec<[u64; 64]>;

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

    /// A row; a row that does not exist is empty and accepts nothing, so that a wrong number closes.
    #[inline]
    pub(super) fn row(&self, row: usize) -> &[Block] {
        let start = row * self.width;
        self.blocks.get(start..start + self.width).unwrap_or(&[])
    }

    /// The words of a row.
    pub(super) fn words(&self, row: usize) -> impl Iterator<Item = u64> {
        self.row(row).iter().flat_map(|block| block.0)
    }
}

/// The rows of one decision: lanes must be in each of `all`, and for each slot in one of its rows.
#[derive(Default)]
pub(super) struct Gate<'t> {
    all: SmallVec<[&'t [Block]; 16]>,
    any: SmallVec<[&'t [Block]; 16]>,
    /// Where the rows of each slot end in `any`.
    ends: SmallVec<[usize; 8]>,
    /// Whether a row was missing.
    shut: bool,
}

impl<'t> Gate<'t> {
    /// Lanes must be in this row.
    #[inline]
    pub(super) fn all(&mut self, row: &'t [Block]) {
        self.shut |= row.is_empty();
        self.all.push(row);
    }

    /// Lanes may be in this row, of the slot that [`Gate::slot`] closes.
    #[inline]
    pub(super) fn any(&mut self, row: &'t [Block]) {
        self.shut |= row.is_empty();
        self.any.push(row);
    }

    /// The rows since the last slot are the ways to satisfy this one.
    #[inline]
    pub(super) fn slot(&mut self) {
        self.ends.push(self.any.len());
    }

    /// Lets no lane pass.
    #[inline]
    pub(super) fn shut(&mut self) {
        self.shut = true;
    }

    /// Writes the lanes that pass, of rows of so many words.
    #[inline]
    pub(super) fn pass(&self, words: usize, out: &mut Bits) {
        out.clear();
        let (all, any, ends) = (&self.all[..], &self.any[..], &self.ends[..]);
        for at in 0..words / BLOCK {
            let mut lanes = if self.shut { [0; BLOCK] } else { [u64::MAX; BLOCK] };
            if !self.shut {
                all.iter().for_each(|row| and(&mut lanes, &row[at].0));
                let mut start = 0;
                for end in ends {
                    let mut some = [0; BLOCK];
                    any[start..*end].iter().for_each(|row| or(&mut some, &row[at].0));
                    and(&mut lanes, &some);
                    start = *end;
                }
            }
            out.extend_from_slice(&lanes);
        }
    }
}

#[inline]
fn and(into: &mut [u64; BLOCK], other: &[u64; BLOCK]) {
    for (word, other) in into.iter_mut().zip(other) {
        *word &= other;
    }
}

#[inline]
fn or(into: &mut [u64; BLOCK], other: &[u64; BLOCK]) {
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
