//! Numbers: rows of which each says a character, and digits with something between them.

use super::{Kind, Pass};
use crate::normal::bytes::count_back;
use crate::normal::row;
use crate::normal::spaced::{self, Singles};

impl Pass<'_, '_> {
    /// Rows of numbers.
    #[inline(never)]
    pub(super) fn rows(&mut self, mut bits: u64, digits: u64, base: usize) {
        while bits != 0 {
            let at = base + bits.trailing_zeros() as usize;
            let three = row::first_three(bits, digits, base);
            bits &= bits - 1;
            if at >= self.row
                && let Some(row) = three.and_then(|three| row::begins(self.bytes, at, three))
            {
                self.row = row.end;
                if row.telling {
                    self.mark(at, row.end, Kind::Row);
                }
            }
            // `four 5 three`
            if at >= self.apart
                && self.bytes.get(at + 1) == Some(&b' ')
                && self.bytes.get(at + 2).is_some_and(u8::is_ascii_alphabetic)
            {
                self.words(at);
            }
            // `34, 35`: pairs without a comma are seen by where they stand.
            if at >= self.apart
                && self.bytes.get(at + 2..at + 4) == Some(b", ")
                && let Some((end, _)) = spaced::pairs(self.bytes, at)
            {
                self.apart = end;
                self.mark(at, end, Kind::Apart);
            }
        }
    }

    /// Where bytes stand alone or in twos: the begins of single characters and of pairs, and every byte that stands alone.
    #[inline(never)]
    pub(super) fn apart(&mut self, ones: u64, twos: u64, alone: u64, base: usize) {
        let mut bits = ones;
        while bits != 0 {
            let at = base + bits.trailing_zeros() as usize + 1;
            bits &= bits - 1;
            if at >= self.apart
                && let Some(row) = spaced::singles(self.bytes, at)
            {
                self.singles(at, row);
            }
        }
        let digit = |at: usize| self.bytes.get(at).is_some_and(u8::is_ascii_digit);
        let hex = |at: usize| self.bytes.get(at).is_some_and(u8::is_ascii_hexdigit);
        let mut found = None;
        let mut bits = twos;
        while bits != 0 {
            let at = base + bits.trailing_zeros() as usize + 1;
            bits &= bits - 1;
            if hex(at) && hex(at + 3) && at >= self.apart && (digit(at) || hex(at + 1)) {
                found = found.or(Some(at));
            }
        }
        let mut bits = alone;
        while bits != 0 {
            let at = base + bits.trailing_zeros() as usize;
            bits &= bits - 1;
            if at >= self.apart && digit(at + 2) && at > 1 && digit(at - 2) {
                let n = count_back(self.bytes, at - 1, 20, |b| b.is_ascii_digit());
                found = found.or(Some(at - 1 - n));
            }
        }
        if let Some(at) = found {
            self.digits(at);
        }
    }

    /// Digits with something between them.
    pub(super) fn digits(&mut self, at: usize) {
        if let Some(row) = spaced::singles(self.bytes, at) {
            return self.singles(at, row);
        }
        let pairs = spaced::pairs(self.bytes, at).map(|(end, _)| end);
        let end = pairs.or_else(|| spaced::grouped(self.bytes, at));
        if let Some(end) = end {
            self.apart = end;
            self.mark(at, end, Kind::Apart);
        }
    }

    /// A row of single characters.
    fn singles(&mut self, at: usize, row: Singles) {
        self.apart = row.end;
        if row.telling {
            self.mark(at, row.end, Kind::Apart);
        }
    }
}
