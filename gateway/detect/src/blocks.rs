//! Sixty-four bytes at a time: which of them are letters, digits and the few marks that can begin or join a value.
//!
//! Bit `i` of a mask belongs to byte `i` of the block. The comparisons are sixteen lanes wide (SSE2, NEON or plain code, as `wide`
//! chooses for the target); a byte-by-byte version is tested to agree.

/// Bytes in a block.
pub(crate) const WIDTH: usize = 64;

/// What is needed of every block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Masks {
    /// `A-Z a-z`
    pub(crate) alpha: u64,
    /// `0-9`
    pub(crate) digit: u64,
    /// Bytes of multi-byte characters.
    pub(crate) high: u64,
    /// `@`
    pub(crate) at: u64,
    /// `:`
    pub(crate) colon: u64,
    /// `-`
    pub(crate) dash: u64,
    /// `\`
    pub(crate) backslash: u64,
}

/// What is needed only where a block holds digits or multi-byte characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Rare {
    /// `A-Z`
    pub(crate) upper: u64,
    /// One of space, `-`, `.`, `/`
    pub(crate) joint: u64,
    /// First bytes of characters of two or more bytes.
    pub(crate) lead: u64,
    /// First bytes of characters of three or more bytes.
    pub(crate) wide: u64,
}

mod lanes {
    use wide::u8x16;

    use super::{Masks, Rare, WIDTH};

    fn quarters(block: &[u8; WIDTH]) -> impl Iterator<Item = (u8x16, usize)> {
        block.as_chunks::<16>().0.iter().enumerate().map(|(q, bytes)| (u8x16::new(*bytes), q * 16))
    }

    fn bits(v: u8x16, at: usize) -> u64 {
        u64::from(v.to_bitmask()) << at
    }

    fn is(v: u8x16, byte: u8) -> u8x16 {
        v.simd_eq(u8x16::splat(byte))
    }

    /// Lanes whose value minus `from` is at most `width`, unsigned.
    fn within(v: u8x16, from: u8, width: u8) -> u8x16 {
        let moved = v - u8x16::splat(from);
        moved.min(u8x16::splat(width)).simd_eq(moved)
    }

    #[inline]
    pub(super) fn masks(block: &[u8; WIDTH]) -> Masks {
        let mut m = Masks::default();
        for (v, at) in quarters(block) {
            m.alpha |= bits(within(v | u8x16::splat(0x20), b'a', 25), at);
            m.digit |= bits(within(v, b'0', 9), at);
            m.high |= bits(v, at);
            m.at |= bits(is(v, b'@'), at);
            m.colon |= bits(is(v, b':'), at);
            m.dash |= bits(is(v, b'-'), at);
            m.backslash |= bits(is(v, b'\\'), at);
        }
        m
    }

    #[inline]
    pub(super) fn rare(block: &[u8; WIDTH]) -> Rare {
        let mut m = Rare::default();
        for (v, at) in quarters(block) {
            m.upper |= bits(within(v, b'A', 25), at);
            m.joint |= bits(within(v, b'-', 2) | is(v, b' '), at);
            m.lead |= bits(within(v, 0xC0, 0x3F), at);
            m.wide |= bits(within(v, 0xE0, 0x1F), at);
        }
        m
    }
}

#[cfg(test)]
mod plain {
    use super::{Masks, Rare, WIDTH};

    pub(super) fn masks(block: &[u8; WIDTH]) -> Masks {
        let mut m = Masks::default();
        for (i, b) in block.iter().enumerate() {
            let bit = |yes: bool| u64::from(yes) << i;
            m.alpha |= bit(b.is_ascii_alphabetic());
            m.digit |= bit(b.is_ascii_digit());
            m.high |= bit(*b >= 0x80);
            m.at |= bit(*b == b'@');
            m.colon |= bit(*b == b':');
            m.dash |= bit(*b == b'-');
            m.backslash |= bit(*b == b'\\');
        }
        m
    }

    pub(super) fn rare(block: &[u8; WIDTH]) -> Rare {
        let mut m = Rare::default();
        for (i, b) in block.iter().enumerate() {
            let bit = |yes: bool| u64::from(yes) << i;
            m.upper |= bit(b.is_ascii_uppercase());
            m.joint |= bit(matches!(b, b' ' | b'-' | b'.' | b'/'));
            m.lead |= bit(*b >= 0xC0);
            m.wide |= bit(*b >= 0xE0);
        }
        m
    }
}

/// Classifies a block.
#[inline]
pub(crate) fn masks(block: &[u8; WIDTH]) -> Masks {
    lanes::masks(block)
}

/// The second half, for blocks that need it.
#[inline]
pub(crate) fn rare(block: &[u8; WIDTH]) -> Rare {
    lanes::rare(block)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_agree_on_every_byte_at_every_place() {
        for byte in 0..=255u8 {
            let mut block = [b'x'; WIDTH];
            for (i, b) in block.iter_mut().enumerate() {
                if i % 3 == 0 {
                    *b = byte.wrapping_add(u8::try_from(i).unwrap_or(0));
                }
            }
            assert_eq!(masks(&block), plain::masks(&block));
            assert_eq!(rare(&block), plain::rare(&block));
        }
    }
}
