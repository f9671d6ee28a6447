//! Where a text may say something other than its bytes do: one pass, 64 bytes at a time.
//!
//! What is found here is only worth a second look. Ordinary prose has none of it; `decode` and `spaced` read on around what is marked.
//!
//! `mark` says what a mark is; `runs`, `numbers`, `words` and `signs` are what a block is looked at for, `high` beside them.

mod mark;
mod numbers;
mod runs;
mod signs;
#[cfg(test)]
mod tests;
mod words;

use super::address;
use super::high::High;
use super::run::Runs;
use crate::blocks::{self, WIDTH};
use crate::finding::Span;
pub(crate) use mark::{Kind, Mark, note};

/// What a block must know of the one before.
struct Pass<'t, 'w> {
    text: &'t str,
    bytes: &'t [u8],
    runs: &'w mut Runs,
    marks: &'w mut Vec<Mark>,
    /// Length of the run that reaches the end of the block.
    carry: usize,
    /// Up to where runs were read.
    read: usize,
    /// Up to where single characters and words of digits were looked at.
    apart: usize,
    /// Up to where rows of numbers were looked at.
    row: usize,
    high: High,
}

/// Marks what is worth a second look, in no order.
pub(crate) fn marks(text: &str, runs: &mut Runs, marks: &mut Vec<Mark>) {
    marks.clear();
    let bytes = text.as_bytes();
    let mut pass = Pass {
        text,
        bytes,
        runs,
        marks,
        carry: 0,
        read: 0,
        apart: 0,
        row: 0,
        high: High::default(),
    };
    let (blocks, rest) = bytes.as_chunks::<WIDTH>();
    for (i, block) in blocks.iter().enumerate() {
        pass.block(block, i * WIDTH);
    }
    let mut block = [b' '; WIDTH];
    for (place, byte) in block.iter_mut().zip(rest) {
        *place = *byte;
    }
    pass.block(&block, blocks.len() * WIDTH);
    pass.spoken();
}

impl Pass<'_, '_> {
    /// Looks at a block.
    #[inline]
    fn block(&mut self, block: &[u8; WIDTH], base: usize) {
        let m = blocks::traces(block);
        self.long_runs(m.dense, base);
        let (w, s) = (m.dense, !m.dense);
        let ones = s & w >> 1 & s >> 2 & w >> 3 & s >> 4 & w >> 5 & s >> 6;
        let twos =
            s & w >> 1 & w >> 2 & s >> 3 & w >> 4 & w >> 5 & s >> 6 & w >> 7 & w >> 8 & s >> 9;
        let alone = w & s << 1 & s >> 1;
        let sixes = s & s >> 7 & s >> 14 & s >> 21;
        if ones | twos | sixes | (alone & alone.saturating_sub(1)) != 0 {
            self.apart(ones, twos, alone, base);
            self.points(sixes, base);
        }
        self.first_words(block, [w, s], base);
        let numbers = m.digit & !(m.digit << 1);
        if numbers != 0 {
            self.rows(numbers, m.digit, base);
        }
        if m.sign != 0 {
            self.signs(m.sign, base);
        }
        if m.line != 0 {
            self.lines(m.line, base);
        }
        if m.high != 0 {
            self.foreign_words(m.high, base);
            let han = self.high.block(self.text, block, base, self.marks);
            self.han(han, base);
        }
    }

    /// Takes up a mark.
    fn mark(&mut self, start: usize, end: usize, kind: Kind) {
        note(self.marks, Mark { span: Span { start, end }, kind });
    }

    /// `john at mail dot com`.
    fn spoken(&mut self) {
        let marks = &mut *self.marks;
        address::places(self.bytes, |start, end| {
            note(marks, Mark { span: Span { start, end }, kind: Kind::Form })
        });
    }
}
