//! Where a text may say something other than its bytes do: one pass, 64 bytes at a time.
//!
//! What is found here is only worth a second look. Ordinary prose has none of it; `decode` and `spaced` read on around what is marked.

use super::address;
use super::fold::is_control;
use super::high::High;
use super::joint;
use super::local::{self, local};
use super::run::{self, RUN_MIN, Runs};
use super::spaced::{self, Singles};
use super::{row, word, wrapped};
use crate::blocks::{self, WIDTH};
use crate::finding::Span;

/// Least length of a run of bytes without spaces, quotes and the like that is looked into.
const RUN: u32 = 12;
/// Bytes between marks that make one together.
const NEAR: usize = 64;
/// How many kinds there are: of so many marks one near is of the same kind, so that their number does not grow with the text.
const KINDS: usize = 7;
/// Longest mark that another one is joined to.
const MARK_MAX: usize = 8 * 1024;

/// What makes a place worth a second look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Characters in other forms, or unseen ones.
    Form,
    /// Unseen characters that may spell ASCII.
    Spelled,
    /// Written in another way.
    Encoded,
    /// Something stands between the characters.
    Apart,
    /// A row of numbers of which each may say a character.
    Row,
    /// A letter and its marks.
    Composed,
    /// A number that a line's end or markup parts.
    Joint,
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

/// Takes up a mark, as part of the last one of its kind if that is near.
pub(super) fn note(marks: &mut Vec<Mark>, mark: Mark) {
    let Span { start, end } = mark.span;
    let joins = |last: &&mut Mark| {
        last.kind == mark.kind
            && (last.span.start..=last.span.end + NEAR).contains(&start)
            && last.span.len() < MARK_MAX
    };
    match marks.iter_mut().rev().take(KINDS).find(joins) {
        Some(last) => last.span.end = last.span.end.max(end),
        None => marks.push(mark),
    }
}

impl Pass<'_, '_> {
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
        for from in [0, 32] {
            let gap = from + (s >> from).trailing_zeros();
            let start = gap + w.checked_shr(gap).map_or(64, u64::trailing_zeros);
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

    /// Rows of numbers.
    #[inline(never)]
    fn rows(&mut self, mut bits: u64, digits: u64, base: usize) {
        while bits != 0 {
            let at = base + bits.trailing_zeros() as usize;
            let lengths = row::lengths(bits, digits);
            bits &= bits - 1;
            if at >= self.row
                && let Some(row) = lengths.and_then(|lengths| row::begins(self.bytes, at, lengths))
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

    fn mark(&mut self, start: usize, end: usize, kind: Kind) {
        note(self.marks, Mark { span: Span { start, end }, kind });
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

    /// Digits with something between them.
    fn digits(&mut self, at: usize) {
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

    fn singles(&mut self, at: usize, row: Singles) {
        self.apart = row.end;
        if row.telling {
            self.mark(at, row.end, Kind::Apart);
        }
    }

    #[inline(never)]
    fn apart(&mut self, ones: u64, twos: u64, alone: u64, base: usize) {
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
                let before = self.bytes.get(..at - 1).unwrap_or_default();
                let n = before.iter().rev().take(20).take_while(|b| b.is_ascii_digit()).count();
                found = found.or(Some(at - 1 - n));
            }
        }
        if let Some(at) = found {
            self.digits(at);
        }
    }

    /// Words in other scripts, of which two in a block are looked at, and rows of Han characters.
    #[inline]
    fn foreign_words(&mut self, high: u64, base: usize) {
        let starts = high & !(high << 1);
        for from in [0, 32] {
            let start = from + (starts >> from).trailing_zeros() as usize;
            let at = base + start;
            if start < 64 && word::may_be_digit(self.bytes, at) {
                self.words(at);
            }
        }
    }

    /// `U+0041 U+0042`.
    fn points(&mut self, mut bits: u64, base: usize) {
        while bits != 0 {
            let at = base + bits.trailing_zeros() as usize + 2;
            bits &= bits - 1;
            if self.bytes.get(at) == Some(&b'+') {
                self.plus(at);
            }
        }
    }

    /// Digits in words around this word.
    #[inline(never)]
    fn words(&mut self, at: usize) {
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

    /// Every fourth Han character: a number has more.
    #[inline]
    fn han(&mut self, mut leads: u64, base: usize) {
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

    #[inline(never)]
    fn signs(&mut self, mut bits: u64, base: usize) {
        while bits != 0 {
            let at = base + bits.trailing_zeros() as usize;
            bits &= bits - 1;
            match self.bytes.get(at) {
                Some(b'%' | b'&' | b'\\' | b'=') => self.coded(at),
                Some(b'(' | b'[' | b'{' | b'<') => self.open(at),
                Some(b'@') => self.at_sign(at),
                Some(b'*' | b'`') => self.joint(at),
                Some(byte) if is_control(*byte) => self.control(at),
                _ => {}
            }
        }
    }

    /// A byte that may be of a joint.
    fn joint(&mut self, at: usize) {
        let joint = joint::joint(self.bytes, at);
        if let Some(joint) = joint.filter(|joint| joint.to < self.bytes.len()) {
            self.mark(joint.from, joint.to, Kind::Joint);
        }
    }

    #[inline]
    fn lines(&mut self, mut bits: u64, base: usize) {
        while bits != 0 {
            self.joint(base + bits.trailing_zeros() as usize);
            bits &= bits - 1;
        }
    }

    fn coded(&mut self, at: usize) {
        let byte = |n: usize| self.bytes.get(at + n).copied().unwrap_or(b' ');
        // What code is full of: assignments, conjunctions, line ends in strings.
        let plain = match byte(0) {
            b'=' => !matches!(byte(1), b'0'..=b'9' | b'A'..=b'F' | b'?' | b'\n' | b'\r'),
            b'&' => !(byte(1) == b'#' || byte(1).is_ascii_alphabetic()),
            b'%' => !(byte(1).is_ascii_hexdigit() || byte(1) == b'u'),
            _ => matches!(byte(1), b'n' | b't' | b'r' | b'"' | b'\''),
        };
        if plain {
            return;
        }
        if let Some(l) = local(self.bytes, at).filter(|l| l.telling) {
            self.mark(at, l.end, Kind::Encoded);
        } else if byte(0) == b'=' && wrapped::is_word(self.bytes, at) {
            self.mark(at, at + local::REACH, Kind::Encoded);
        }
    }

    fn control(&mut self, at: usize) {
        if let Some(l) = local(self.bytes, at).filter(|l| l.telling) {
            self.mark(at, l.end, Kind::Form);
        }
    }

    fn open(&mut self, at: usize) {
        let byte = |n: usize| self.bytes.get(at + n).copied().unwrap_or(b' ');
        if byte(0) == b'<' {
            self.joint(at);
        }
        if byte(0) == b'<' && byte(1) == b'~' {
            return self.mark(at, at + 2, Kind::Encoded);
        }
        let inner = if byte(1) == b' ' { 2 } else { 1 };
        let (first, second) = (byte(inner) | 0x20, byte(inner + 1) | 0x20);
        let close = |b: u8| matches!(b, b')' | b']' | b'}' | b'>');
        // `(at)`, `[@]`, `{dot}`; most brackets hold something else.
        let word = matches!(first, b'a' | b'd' | b'p')
            && matches!(second, b't' | b'o' | b'0' | b'u' | b'r' | b'e' | b'p')
            || matches!(byte(inner), b'@' | b'.' | 0xC3)
            || matches!(first, b'c' | b'k' | b'm' | b'u' | b'h');
        if !word || !(inner + 1..15).any(|n| close(byte(n))) {
            return;
        }
        let before = self.bytes.get(..at).unwrap_or_default();
        let spaces = before.iter().rev().take(2).take_while(|b| **b == b' ').count();
        if let Some(l) = local(self.bytes, at - spaces).filter(|l| l.telling) {
            self.mark(at - spaces, l.end, Kind::Form);
        }
    }

    /// `@` with a space beside it.
    fn at_sign(&mut self, at: usize) {
        let before = self.bytes.get(..at).unwrap_or_default();
        let spaces = before.iter().rev().take(2).take_while(|b| **b == b' ').count();
        let spaced = spaces > 0 || self.bytes.get(at + 1) == Some(&b' ');
        if spaced && let Some(l) = local(self.bytes, at - spaces).filter(|l| l.telling) {
            self.mark(at - spaces, l.end, Kind::Form);
        }
    }

    /// `john at mail dot com`.
    fn spoken(&mut self) {
        let marks = &mut *self.marks;
        address::places(self.bytes, |start, end| {
            note(marks, Mark { span: Span { start, end }, kind: Kind::Form })
        });
    }
}
