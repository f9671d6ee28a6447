//! Signs of what is written in another way: escapes, entities, bracketed and spaced signs of an address, controls, and what parts a number.

use super::{Kind, Pass};
use crate::normal::bytes::{byte, count_back};
use crate::normal::fold::is_control;
use crate::normal::local::{self, local};
use crate::normal::{joint, wrapped};

impl Pass<'_, '_> {
    /// What these signs begin.
    #[inline(never)]
    pub(super) fn signs(&mut self, mut bits: u64, base: usize) {
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

    /// Ends of lines.
    #[inline]
    pub(super) fn lines(&mut self, mut bits: u64, base: usize) {
        while bits != 0 {
            let at = base + bits.trailing_zeros() as usize;
            bits &= bits - 1;
            if joint::may_part_lines(self.bytes, at) {
                self.joint(at);
            }
        }
    }

    /// `%40`, `&#64;`, `\u0040`, `=40`, and encoded words of mail.
    fn coded(&mut self, at: usize) {
        let byte = |n: usize| byte(self.bytes, at + n);
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

    /// A control character that is not seen.
    fn control(&mut self, at: usize) {
        if let Some(l) = local(self.bytes, at).filter(|l| l.telling) {
            self.mark(at, l.end, Kind::Form);
        }
    }

    /// `(at)`, Ascii85 and tags.
    fn open(&mut self, at: usize) {
        let byte = |n: usize| byte(self.bytes, at + n);
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
        let spaces = count_back(self.bytes, at, 2, |b| b == b' ');
        if let Some(l) = local(self.bytes, at - spaces).filter(|l| l.telling) {
            self.mark(at - spaces, l.end, Kind::Form);
        }
    }

    /// `@` with a space beside it.
    fn at_sign(&mut self, at: usize) {
        let spaces = count_back(self.bytes, at, 2, |b| b == b' ');
        let spaced = spaces > 0 || self.bytes.get(at + 1) == Some(&b' ');
        if spaced && let Some(l) = local(self.bytes, at - spaces).filter(|l| l.telling) {
            self.mark(at - spaces, l.end, Kind::Form);
        }
    }
}
