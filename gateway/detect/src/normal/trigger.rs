//! Where a text may say something other than its bytes do: one pass, 64 bytes at a time.
//!
//! What is found here is only worth a second look. Ordinary prose has none of it; `decode` and `spaced` read on around what is marked.

use wide::{i8x16, u8x16};

use super::high::High;
use super::local::{self, local};
use super::run::{self, RUN_MIN, Runs};
use super::{spaced, word, wrapped};
use crate::finding::Span;

/// Bytes in a block.
const WIDTH: usize = 64;
/// Least length of a run of bytes without spaces, quotes and the like that is looked into.
const RUN: u32 = 16;

/// What makes a place worth a second look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Characters in other forms, or unseen ones.
    Form,
    /// Written in another way.
    Encoded,
    /// Something stands between the characters.
    Apart,
}

/// A place worth a second look.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mark {
    pub(crate) span: Span,
    pub(crate) kind: Kind,
}

/// What a block must know of the one before.
struct Pass<'t, 'w> {
    text: &'t str,
    bytes: &'t [u8],
    runs: &'w mut Runs,
    marks: &'w mut Vec<Mark>,
    /// Length of the run that reaches the end of the block.
    carry: usize,
    /// Up to where single characters and words of digits were looked at.
    apart: usize,
    high: High,
}

/// The bytes of a block by kind; bit `i` is byte `i`.
#[derive(Clone, Copy, Default)]
struct Masks {
    /// ASCII from `*` on: no space, quote or bracket.
    dense: u64,
    /// `% & \ =`
    coded: u64,
    /// `( [ { <`
    open: u64,
    /// Bytes of multi-byte characters.
    high: u64,
}

#[inline]
fn masks(block: &[u8; WIDTH]) -> Masks {
    let mut m = Masks::default();
    for (q, bytes) in block.as_chunks::<16>().0.iter().enumerate() {
        let v = u8x16::new(*bytes);
        let is = |b: u8| v.simd_eq(u8x16::splat(b));
        let dense = signed(bytes).simd_gt(i8x16::splat(0x29));
        let folded = (v | u8x16::splat(0x20)).simd_eq(u8x16::splat(b'{'));
        m.dense |= u64::from(dense.to_bitmask()) << (q * 16);
        m.coded |= u64::from((is(b'%') | is(b'&') | is(b'\\') | is(b'=')).to_bitmask()) << (q * 16);
        m.open |= u64::from((is(b'(') | is(b'<') | folded).to_bitmask()) << (q * 16);
        m.high |= u64::from(v.to_bitmask()) << (q * 16);
    }
    m
}

/// The same bytes as signed numbers.
#[inline]
fn signed(bytes: &[u8; 16]) -> i8x16 {
    i8x16::new(bytes.map(u8::cast_signed))
}

/// Marks what is worth a second look, in no order.
pub(crate) fn marks(text: &str, runs: &mut Runs, marks: &mut Vec<Mark>) {
    marks.clear();
    let bytes = text.as_bytes();
    let mut pass = Pass { text, bytes, runs, marks, carry: 0, apart: 0, high: High::default() };
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
    #[inline]
    fn block(&mut self, block: &[u8; WIDTH], base: usize) {
        let m = masks(block);
        self.long_runs(m.dense, base);
        let (w, s) = (m.dense, !m.dense);
        let ones = s & w >> 1 & s >> 2 & w >> 3 & s >> 4 & w >> 5 & s >> 6;
        let twos = s & w >> 1 & w >> 2 & s >> 3 & w >> 4 & w >> 5 & s >> 6 & w >> 7 & w >> 8 & s >> 9;
        let alone = w & s << 1 & s >> 1;
        if ones | twos != 0 || alone.count_ones() > 1 {
            self.apart(ones, twos, alone, base);
        }
        for from in [0, 32] {
            let gap = from + (s >> from).trailing_zeros();
            let start = gap + w.checked_shr(gap).map_or(64, u64::trailing_zeros);
            if start < 64 && word::may_be_digit(self.bytes, base + start as usize) {
                self.words(base + start as usize);
            }
        }
        if m.coded != 0 {
            self.coded(m.coded, base);
        }
        if m.open != 0 {
            self.open(m.open, base);
        }
        if m.high != 0 {
            self.high.block(self.text, block, m.high, base, self.marks);
        }
    }

    fn mark(&mut self, start: usize, end: usize, kind: Kind) {
        match self.marks.last_mut() {
            Some(last) if last.kind == kind && last.span.start <= start && start <= last.span.end + 64 => {
                last.span.end = last.span.end.max(end);
            }
            _ => self.marks.push(Mark { span: Span { start, end }, kind }),
        }
    }

    #[inline]
    fn long_runs(&mut self, dense: u64, base: usize) {
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
        let inner = dense & u64::MAX.checked_shl(lead).unwrap_or(0) & u64::MAX.checked_shr(dense.leading_ones()).unwrap_or(0);
        let mut long = inner & inner >> 1;
        long &= long >> 2;
        long &= long >> 4;
        long &= long >> 8;
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
        let (mut at, mut until) = (from, from);
        while at < to {
            let byte = self.bytes.get(at).copied().unwrap_or(b' ');
            if at >= until && run::is_digit(byte) {
                until = run::token_end(self.bytes, at);
                if until - at >= RUN_MIN
                    && let Some(end) = run::find(self.runs, self.bytes, at, until).map(|(_, run)| run.end)
                {
                    self.mark(at, end, Kind::Encoded);
                    at = end;
                    continue;
                }
            }
            let next = self.bytes.get(at + 1).copied().unwrap_or(b' ');
            if byte.is_ascii_digit() && !next.is_ascii_alphabetic() && at >= self.apart {
                self.digits(at);
            }
            if byte == b'+' && (next == b'A' && wrapped::is_utf7(self.bytes, at) || self.code_point(at)) {
                self.mark(at, at + 2, Kind::Encoded);
            }
            at += 1;
        }
    }

    fn code_point(&self, plus: usize) -> bool {
        plus.checked_sub(1).and_then(|at| local(self.bytes, at)).is_some_and(|l| l.telling)
    }

    /// Digits with something between them.
    fn digits(&mut self, at: usize) {
        let end = spaced::singles(self.bytes, at).map(|(end, _)| end).or_else(|| spaced::grouped(self.bytes, at));
        if let Some(end) = end {
            self.apart = end;
            self.mark(at, end, Kind::Apart);
        }
    }

    #[inline(never)]
    fn apart(&mut self, ones: u64, twos: u64, alone: u64, base: usize) {
        let mut bits = ones;
        while bits != 0 {
            let at = base + bits.trailing_zeros() as usize + 1;
            bits &= bits - 1;
            if at >= self.apart
                && let Some((end, _)) = spaced::singles(self.bytes, at)
            {
                self.apart = end;
                self.mark(at, end, Kind::Apart);
            }
        }
        let digit = |at: usize| self.bytes.get(at).is_some_and(u8::is_ascii_digit);
        let mut found = None;
        let mut bits = twos;
        while bits != 0 {
            let at = base + bits.trailing_zeros() as usize + 1;
            bits &= bits - 1;
            if digit(at) && digit(at + 3) && at >= self.apart {
                found = found.or(Some(at));
            }
        }
        let mut bits = alone;
        while bits != 0 {
            let at = base + bits.trailing_zeros() as usize;
            bits &= bits - 1;
            if at >= self.apart && digit(at + 2) && at > 1 && digit(at - 2) {
                let before = self.bytes.get(..at - 1).unwrap_or_default();
                let n = before.iter().rev().take(20).take_while(|b| b.is_ascii_digit()).count();
                found = found.or(Some(at - 1 - n));
            }
        }
        if let Some(at) = found {
            self.digits(at);
        }
    }

    /// Digits in words around this word.
    #[inline(never)]
    fn words(&mut self, at: usize) {
        if at < self.apart {
            return;
        }
        let from = word::spelled_from(self.bytes, at);
        if let Some(end) = word::spelled(self.bytes, from, |_, _, _| {}) {
            self.apart = end;
            self.mark(from, end, Kind::Apart);
        }
    }

    #[inline(never)]
    fn coded(&mut self, mut bits: u64, base: usize) {
        while bits != 0 {
            let at = base + bits.trailing_zeros() as usize;
            bits &= bits - 1;
            if let Some(l) = local(self.bytes, at).filter(|l| l.telling) {
                self.mark(at, l.end, Kind::Encoded);
            } else if self.bytes.get(at) == Some(&b'=') && wrapped::is_word(self.bytes, at) {
                self.mark(at, at + local::REACH, Kind::Encoded);
            }
        }
    }

    #[inline(never)]
    fn open(&mut self, mut bits: u64, base: usize) {
        while bits != 0 {
            let at = base + bits.trailing_zeros() as usize;
            bits &= bits - 1;
            let close = |n: usize| self.bytes.get(at + n).is_some_and(|b| matches!(b, b')' | b']' | b'}' | b'>'));
            let tilde = self.bytes.get(at) == Some(&b'<') && self.bytes.get(at + 1) == Some(&b'~');
            if tilde {
                self.mark(at, at + 2, Kind::Encoded);
                continue;
            }
            // `(at)`, `[@]`; longer words are rare.
            if !(2..=14).any(close) {
                continue;
            }
            let before = self.bytes.get(..at).unwrap_or_default();
            let spaces = before.iter().rev().take(2).take_while(|b| **b == b' ').count();
            if let Some(l) = local(self.bytes, at - spaces).filter(|l| l.telling) {
                self.mark(at - spaces, l.end, Kind::Form);
            }
        }
    }

    /// `john at mail dot com`.
    fn spoken(&mut self) {
        for dot in memchr::memmem::find_iter(self.bytes, b" dot ") {
            let from = dot.saturating_sub(48);
            let before = self.bytes.get(from..dot).unwrap_or_default();
            let Some(space) = before.iter().rposition(|b| *b == b' ') else { continue };
            let Some(at) = before.get(..space).and_then(|b| b.iter().rposition(|b| *b == b' ')) else { continue };
            if let Some(l) = local(self.bytes, from + at).filter(|l| l.telling) {
                self.mark(from + at, l.end, Kind::Form);
            }
        }
    }
}
