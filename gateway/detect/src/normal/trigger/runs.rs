//! Runs of bytes without spaces: what may be base 64 and the like, UTF-7, and code points.

use super::{Kind, Pass};
use crate::blocks::WIDTH;
use crate::normal::local::local;
use crate::normal::run::{self, RUN_MIN};
use crate::normal::wrapped;

/// Least length of a run of bytes without spaces, quotes and the like that is looked into.
const RUN: u32 = 12;

impl Pass<'_, '_> {
    /// The runs that end in a block, of those that are long enough.
    #[inline]
    pub(super) fn long_runs(&mut self, dense: u64, base: usize) {
        if dense == u64::MAX && base + WIDTH < self.bytes.len() {
            self.carry += WIDTH;
            return;
        }
        let lead = dense.trailing_ones();
        if self.carry + lead as usize >= RUN as usize {
            self.run(base - self.carry, base + lead as usize);
        }
        self.carry = dense.leading_ones() as usize;
        if lead == 64 {
            self.carry = 0;
            return;
        }
        let inner = dense
            & u64::MAX.checked_shl(lead).unwrap_or(0)
            & u64::MAX.checked_shr(dense.leading_ones()).unwrap_or(0);
        let mut long = inner & inner >> 1;
        long &= long >> 2;
        long &= long >> 4;
        long &= long >> 4;
        while long != 0 {
            let start = long.trailing_zeros();
            let length = (inner >> start).trailing_ones();
            self.run(base + start as usize, base + (start + length) as usize);
            long &= u64::MAX.checked_shl(start + length).unwrap_or(0);
        }
    }

    /// Looks into a run of bytes without spaces.
    #[inline(never)]
    fn run(&mut self, from: usize, to: usize) {
        let to = to.min(self.bytes.len());
        let mut at = from.max(self.read);
        while at < to {
            let Some(token) = self.bytes.get(at..to) else { return };
            let Some(skip) = token.iter().position(|b| run::is_digit(*b)) else { return };
            at += skip;
            let token = token.get(skip..).unwrap_or_default();
            let length = token.iter().position(|b| !run::is_digit(*b)).unwrap_or(token.len());
            let token = token.get(..length).unwrap_or_default();
            let end = at + length;
            if length >= RUN_MIN
                && let Some((_, run)) = run::find(self.runs, self.bytes, at, end)
            {
                self.mark(at, run.end, Kind::Encoded);
                at = run.end.max(end);
                self.read = at;
                continue;
            }
            if (token.first().is_some_and(u8::is_ascii_digit) || length == 2) && at >= self.apart {
                self.digits(at);
            }
            let mut from = 0;
            while let Some(plus) = token.get(from..).and_then(|rest| memchr::memchr(b'+', rest)) {
                from += plus + 1;
                self.plus(at + from - 1);
            }
            at = end;
        }
    }

    /// UTF-7 and `U+0041`.
    fn plus(&mut self, at: usize) {
        let point =
            || at.checked_sub(1).and_then(|at| local(self.bytes, at)).is_some_and(|l| l.telling);
        if wrapped::is_utf7(self.bytes, at) || point() {
            self.mark(at, at + 2, Kind::Encoded);
        }
    }

    /// `U+0041 U+0042`.
    pub(super) fn points(&mut self, mut bits: u64, base: usize) {
        while bits != 0 {
            let at = base + bits.trailing_zeros() as usize + 2;
            bits &= bits - 1;
            if self.bytes.get(at) == Some(&b'+') {
                self.plus(at);
            }
        }
    }
}
