//! The lanes that are left of one decision: what all rows of its facts have in common, as wide as the processor allows.
//!
//! Rows are only noted while facts are asked; they are ANDed at once at the end. Every register holds a part of the lanes from the first
//! row to the last, and nothing that was just written is read in wider pieces, for which a processor would have to wait.

use std::sync::LazyLock;

use fearless_simd::{Level, dispatch};
use smallvec::SmallVec;

use super::rows::{BLOCK, Bits, Block};

/// What this processor can do.
static LEVEL: LazyLock<Level> = LazyLock::new(Level::new);

/// Rows that wait to be ANDed together, so that lanes are read and written once for all of them.
const WAITING: usize = 8;

/// Takes out of the lanes of one decision those that a row refuses: all of them by the time that it is dropped.
pub(super) struct Gate<'b, 't> {
    lanes: &'b mut [[u64; BLOCK]],
    /// Whether all lanes are still in, whatever is written there.
    fresh: bool,
    /// Lanes must be in each of these.
    rows: [&'t [Block]; WAITING],
    waiting: usize,
    /// Lanes must for each slot be in one of its ways.
    ways: SmallVec<[&'t [Block]; 16]>,
    /// Where the ways of each slot end.
    ends: SmallVec<[usize; 4]>,
}

impl<'b, 't> Gate<'b, 't> {
    /// Writes these bits, whatever they were.
    #[inline]
    pub(super) fn new(bits: &'b mut Bits) -> Gate<'b, 't> {
        let (ways, ends) = (SmallVec::new(), SmallVec::new());
        Gate { lanes: bits.blocks(), fresh: true, rows: [&[]; WAITING], waiting: 0, ways, ends }
    }

    /// Lanes must be in this row.
    #[inline]
    pub(super) fn all(&mut self, row: &'t [Block]) {
        if self.waiting == WAITING {
            self.pass();
        }
        self.rows[self.waiting] = row;
        self.waiting += 1;
    }

    /// Lanes may be in this row, of the slot that [`Gate::slot`] closes.
    #[inline]
    pub(super) fn any(&mut self, row: &'t [Block]) {
        self.ways.push(row);
    }

    /// The rows since the last slot are the ways to satisfy this one.
    #[inline]
    pub(super) fn slot(&mut self) {
        self.ends.push(self.ways.len());
    }

    /// Lets no lane pass.
    #[cold]
    pub(super) fn shut(&mut self) {
        self.lanes.fill([0; BLOCK]);
        self.fresh = false;
    }

    /// Takes out what is refused.
    fn pass(&mut self) {
        dispatch!(*LEVEL, _simd => self.pass_at_once());
    }

    #[inline(always)]
    fn pass_at_once(&mut self) {
        match self.lanes.len() {
            ..=1 => self.pass_some::<1>(0),
            2 => self.pass_some::<2>(0),
            3 => self.pass_some::<3>(0),
            4 => self.pass_some::<4>(0),
            more => (0..more).for_each(|at| self.pass_some::<1>(at)),
        }
        (self.fresh, self.waiting) = (false, 0);
    }

    /// Of so many blocks of lanes from one on. They stay in registers while they are added up, so that no more is read than the
    /// rows. A row that is missing lets nothing pass.
    #[inline(always)]
    fn pass_some<const N: usize>(&mut self, from: usize) {
        let blocks = |row| <[Block]>::get(row, from..)?.first_chunk::<N>();
        let lanes = self.lanes.get_mut(from..).and_then(|lanes| lanes.first_chunk_mut::<N>());
        let Some(lanes) = lanes else { return };
        let mut left = if self.fresh { [[u64::MAX; BLOCK]; N] } else { *lanes };
        for row in &self.rows[..self.waiting] {
            match blocks(row) {
                Some(row) => left.iter_mut().zip(row).for_each(|(left, row)| and(left, &row.0)),
                None => left = [[0; BLOCK]; N],
            }
        }
        let mut start = 0;
        for end in &self.ends {
            let mut some = [[0; BLOCK]; N];
            for way in &self.ways[start..*end] {
                match blocks(way) {
                    Some(way) => some.iter_mut().zip(way).for_each(|(some, way)| or(some, &way.0)),
                    None => left = [[0; BLOCK]; N],
                }
            }
            left.iter_mut().zip(&some).for_each(|(left, some)| and(left, some));
            start = *end;
        }
        *lanes = left;
    }
}

impl Drop for Gate<'_, '_> {
    #[inline]
    fn drop(&mut self) {
        self.pass();
    }
}

#[inline(always)]
fn and(into: &mut [u64; BLOCK], other: &[u64; BLOCK]) {
    for (word, other) in into.iter_mut().zip(other) {
        *word &= other;
    }
}

#[inline(always)]
fn or(into: &mut [u64; BLOCK], other: &[u64; BLOCK]) {
    for (word, other) in into.iter_mut().zip(other) {
        *word |= other;
    }
}
