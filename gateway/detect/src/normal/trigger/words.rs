//! Digits in words, of any script.

use super::{Kind, Pass};
use crate::blocks::WIDTH;
use crate::normal::word;

impl Pass<'_, '_> {
    /// The first words of both halves of a block, given its bytes that belong to words and the others.
    #[inline]
    pub(super) fn first_words(
        &mut self,
        block: &[u8; WIDTH],
        [dense, sparse]: [u64; 2],
        base: usize,
    ) {
        for from in [0, 32] {
            let gap = from + (sparse >> from).trailing_zeros();
            let start = gap + dense.checked_shr(gap).map_or(64, u64::trailing_zeros);
            if start < 64 {
                let at = base + start as usize;
                let inside =
                    block.get((start as usize).wrapping_sub(1)).is_some_and(|b| *b >= 0x80);
                let at = if inside { word::begin(self.bytes, at) } else { at };
                if word::may_be_digit(self.bytes, at) {
                    self.words(at);
                }
            }
        }
    }

    /// Words in other scripts, of which two in a block are looked at, and rows of Han characters.
    #[inline]
    pub(super) fn foreign_words(&mut self, high: u64, base: usize) {
        let starts = high & !(high << 1);
        for from in [0, 32] {
            let start = from + (starts >> from).trailing_zeros() as usize;
            let at = base + start;
            if start < 64 && word::may_be_digit(self.bytes, at) {
                self.words(at);
            }
        }
    }

    /// Every fourth Han character: a number has more.
    #[inline]
    pub(super) fn han(&mut self, mut leads: u64, base: usize) {
        while leads != 0 {
            let at = base + leads.trailing_zeros() as usize;
            if word::is_han(self.bytes, at) {
                self.words(at);
            }
            for _ in 0..4 {
                leads &= leads.saturating_sub(1);
            }
        }
    }

    /// Digits in words around this word.
    #[inline(never)]
    pub(super) fn words(&mut self, at: usize) {
        if at < self.apart || !word::has_company(self.bytes, at) || !word::is_digit(self.bytes, at)
        {
            return;
        }
        let from = word::spelled_from(self.bytes, at);
        if let Some(end) = word::spelled(self.bytes, from, |_, _, _| {}) {
            self.apart = end;
            self.mark(from, end, Kind::Apart);
        }
    }
}
