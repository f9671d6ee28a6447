//! Sixty-four bytes at a time: which of them are letters, digits and the few marks that can begin or join a value.
//!
//! Bit `i` of a mask belongs to byte `i` of the block. The comparisons are as wide as the processor allows, which is found out when the
//! program runs (AVX-512, AVX2, SSE, NEON or plain code); a byte-by-byte version is tested to agree.

use std::sync::LazyLock;

use fearless_simd::{Level, dispatch};

/// Bytes in a block.
pub(crate) const WIDTH: usize = 64;

/// What is needed of every block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Masks {
    /// `A-Z a-z`
    pub(crate) alpha: u64,
    /// `A-Z`
    pub(crate) upper: u64,
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
    /// First bytes of signs that no letter of two bytes goes on from: `\xC2` of two bytes, and of three from `\xE2` on.
    pub(crate) sign: [u64; 2],
}

/// What is needed to find words in plain ASCII.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Words {
    /// `a-z`
    pub(crate) lower: u64,
    /// `A-Z`
    pub(crate) upper: u64,
    /// `0-9`
    pub(crate) digit: u64,
    /// Bytes of multi-byte characters, and `\`.
    pub(crate) special: u64,
}

/// What tells where a text may say something other than its bytes do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Traces {
    /// ASCII from `*` on: no space, quote or bracket.
    pub(crate) dense: u64,
    /// One of ``% & \ = ( [ { < @ * ` ``, controls that are no white space, and `|` beside them.
    pub(crate) sign: u64,
    /// `0-9`
    pub(crate) digit: u64,
    /// Bytes of multi-byte characters.
    pub(crate) high: u64,
    /// Ends of lines.
    pub(crate) line: u64,
}

/// What tells which multi-byte characters are worth a look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Leads {
    /// ASCII letters and digits.
    pub(crate) ascii: u64,
    /// First bytes of letters that may look like ASCII ones: Greek, Cyrillic, Armenian.
    pub(crate) alike: u64,
    /// First bytes of Han characters, of which most are.
    pub(crate) han: u64,
    /// First bytes of characters that may be anything: not Latin ones, Han and Hangul, nor kana but behind ASCII.
    pub(crate) other: u64,
}

mod lanes {
    use fearless_simd::prelude::*;
    use fearless_simd::u8x64;

    use super::{Leads, Masks, Rare, Traces, WIDTH, Words};

    /// The bytes of a block as they are compared.
    struct Bytes<S: Simd>(u8x64<S>);

    impl<S: Simd> Bytes<S> {
        #[inline(always)]
        fn new(simd: S, block: &[u8; WIDTH]) -> Self {
            Bytes(u8x64::simd_from(simd, *block))
        }

        #[inline(always)]
        fn is(&self, byte: u8) -> u64 {
            self.0.simd_eq(byte).to_bitmask()
        }

        /// Lanes between two bytes, both included.
        #[inline(always)]
        fn within(&self, from: u8, to: u8) -> u64 {
            (self.0 - from).simd_le(to - from).to_bitmask()
        }

        /// Lanes that hold a byte a value is hidden with.
        #[inline(always)]
        fn signs(&self) -> u64 {
            // One mask is read out of the lanes, not one for each comparison; a closure would be a call for each.
            let v = self.0;
            let brackets = ((v | 0x20) - b'{').simd_le(1u8) | v.simd_eq(b'(') | v.simd_eq(b'*');
            let written =
                (v - b'<').simd_le(1u8) | (v - b'%').simd_le(1u8) | (v | 0x20).simd_eq(b'`');
            let low = v.simd_le(8u8) | (v - 0x0B).simd_le(1u8) | (v - 0x0E).simd_le(0x11u8);
            let controls = low | v.simd_eq(0x7F);
            (brackets | written | controls).to_bitmask()
        }

        /// Letters as small ones; other bytes change too.
        #[inline(always)]
        fn folded(&self) -> Self {
            Bytes(self.0 | 0x20)
        }
    }

    #[inline(always)]
    pub(super) fn masks<S: Simd>(simd: S, block: &[u8; WIDTH]) -> Masks {
        let v = Bytes::new(simd, block);
        let upper = v.within(b'A', b'Z');
        Masks {
            alpha: v.within(b'a', b'z') | upper,
            upper,
            digit: v.within(b'0', b'9'),
            high: v.within(0x80, 0xFF),
            at: v.is(b'@'),
            colon: v.is(b':'),
            dash: v.is(b'-'),
            backslash: v.is(b'\\'),
        }
    }

    #[inline(always)]
    pub(super) fn rare<S: Simd>(simd: S, block: &[u8; WIDTH]) -> Rare {
        let v = Bytes::new(simd, block);
        Rare {
            upper: v.within(b'A', b'Z'),
            joint: v.within(b'-', b'/') | v.is(b' '),
            lead: v.within(0xC0, 0xFF),
            wide: v.within(0xE0, 0xFF),
            sign: [v.is(0xC2), v.within(0xE2, 0xEF)],
        }
    }

    #[inline(always)]
    pub(super) fn words<S: Simd>(simd: S, block: &[u8; WIDTH]) -> Words {
        let v = Bytes::new(simd, block);
        Words {
            lower: v.within(b'a', b'z'),
            upper: v.within(b'A', b'Z'),
            digit: v.within(b'0', b'9'),
            special: v.within(0x80, 0xFF) | v.is(b'\\'),
        }
    }

    #[inline(always)]
    pub(super) fn traces<S: Simd>(simd: S, block: &[u8; WIDTH]) -> Traces {
        let v = Bytes::new(simd, block);
        Traces {
            dense: v.within(b'*', 0x7F),
            sign: v.signs(),
            digit: v.within(b'0', b'9'),
            high: v.within(0x80, 0xFF),
            line: v.is(b'\n'),
        }
    }

    #[inline(always)]
    pub(super) fn leads<S: Simd>(simd: S, block: &[u8; WIDTH]) -> Leads {
        let v = Bytes::new(simd, block);
        let ascii = v.folded().within(b'a', b'z') | v.within(b'0', b'9');
        // Japanese has its own dashes and stops; what stands behind the byte before the block is not known.
        let japanese = v.is(0xE3) & (ascii << 1 | 1);
        // Arabic has its own mark of direction.
        let arabic = v.is(0xD8) & (ascii << 1 | 1);
        let marks = v.is(0xC2) | v.within(0xCC, 0xCD) | v.is(0xD9) | v.is(0xDB) | v.is(0xDF);
        Leads {
            ascii,
            alike: v.within(0xCE, 0xD5),
            han: v.within(0xE3, 0xE9),
            other: marks
                | japanese
                | arabic
                | v.within(0xE0, 0xE2)
                | v.is(0xEA)
                | v.within(0xEF, 0xF3),
        }
    }
}

#[cfg(test)]
mod plain {
    use super::{Leads, Masks, Rare, Traces, WIDTH, Words};

    pub(super) fn masks(block: &[u8; WIDTH]) -> Masks {
        let mut m = Masks::default();
        for (i, b) in block.iter().enumerate() {
            let bit = |yes: bool| u64::from(yes) << i;
            m.alpha |= bit(b.is_ascii_alphabetic());
            m.upper |= bit(b.is_ascii_uppercase());
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
            m.sign[0] |= bit(*b == 0xC2);
            m.sign[1] |= bit(matches!(b, 0xE2..=0xEF));
        }
        m
    }

    pub(super) fn words(block: &[u8; WIDTH]) -> Words {
        let mut m = Words::default();
        for (i, b) in block.iter().enumerate() {
            let bit = |yes: bool| u64::from(yes) << i;
            m.lower |= bit(b.is_ascii_lowercase());
            m.upper |= bit(b.is_ascii_uppercase());
            m.digit |= bit(b.is_ascii_digit());
            m.special |= bit(*b >= 0x80 || *b == b'\\');
        }
        m
    }

    pub(super) fn traces(block: &[u8; WIDTH]) -> Traces {
        let mut m = Traces::default();
        for (i, b) in block.iter().enumerate() {
            let bit = |yes: bool| u64::from(yes) << i;
            m.digit |= bit(b.is_ascii_digit());
            m.dense |= bit((b'*'..0x80).contains(b));
            let signs = b"%&(<=[\\{|@*`";
            m.line |= bit(*b == b'\n');
            m.sign |= bit(signs.contains(b) || b.is_ascii_control() && !b"\t\n\r".contains(b));
            m.high |= bit(*b >= 0x80);
        }
        m
    }

    pub(super) fn leads(block: &[u8; WIDTH]) -> Leads {
        let mut m = Leads::default();
        for (i, b) in block.iter().enumerate() {
            let bit = |yes: bool| u64::from(yes) << i;
            let latin = matches!(b, 0xC3..=0xCB);
            let asian = matches!(b, 0xE3..=0xE9 | 0xEB..=0xEE);
            let plain = matches!(b, 0xD6..=0xD8 | 0xDA | 0xDC..=0xDE);
            m.ascii |= bit(b.is_ascii_alphanumeric());
            m.alike |= bit((0xCE..=0xD5).contains(b));
            m.han |= bit((0xE3..=0xE9).contains(b));
            let alike = (0xCE..=0xD5).contains(b);
            let japanese =
                matches!(b, 0xD8 | 0xE3) && (i == 0 || block[i - 1].is_ascii_alphanumeric());
            m.other |= bit(japanese);
            m.other |= bit((0xC2..=0xF3).contains(b) && !latin && !asian && !plain && !alike);
        }
        m
    }
}

/// What this processor can do.
static LEVEL: LazyLock<Level> = LazyLock::new(Level::new);

/// Classifies a block.
#[inline]
pub(crate) fn masks(block: &[u8; WIDTH]) -> Masks {
    dispatch!(*LEVEL, simd => lanes::masks(simd, block))
}

/// The second half, for blocks that need it.
#[inline]
pub(crate) fn rare(block: &[u8; WIDTH]) -> Rare {
    dispatch!(*LEVEL, simd => lanes::rare(simd, block))
}

/// Classifies a block for its words.
#[inline]
pub(crate) fn words(block: &[u8; WIDTH]) -> Words {
    dispatch!(*LEVEL, simd => lanes::words(simd, block))
}

/// Classifies a block for other forms and encodings.
#[inline]
pub(crate) fn traces(block: &[u8; WIDTH]) -> Traces {
    dispatch!(*LEVEL, simd => lanes::traces(simd, block))
}

/// Classifies a block with multi-byte characters.
#[inline]
pub(crate) fn leads(block: &[u8; WIDTH]) -> Leads {
    dispatch!(*LEVEL, simd => lanes::leads(simd, block))
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
            assert_eq!(words(&block), plain::words(&block));
            assert_eq!(traces(&block), plain::traces(&block));
            assert_eq!(leads(&block), plain::leads(&block));
        }
    }
}
