//! Where digits and some marks stand, and where words begin, 64 bytes at a time.
//!
//! Hyperscan reports every match through a callback of some 45 ns, which is too dear where a text is full of numbers; and one literal of a
//! single byte in its database keeps it from reading more than one byte at a step. A vector loop is what its user would write for them.

use crate::boundary::after_escape;

/// One bit a byte.
#[derive(Clone, Copy, Default)]
pub struct Masks {
    pub digits: u64,
    /// Colons and dashes.
    pub joints: u64,
    /// `@`
    pub ats: u64,
    pub backslashes: u64,
    /// ASCII letters and digits.
    alnum: u64,
    /// Those of them before which none stands.
    pub starts: u64,
    /// Whether a digit stands before the block.
    pub digit_before: u64,
}

impl Masks {
    /// Where anything but letters stands.
    pub fn marks(&self) -> u64 {
        self.digits | self.joints | self.ats | self.backslashes
    }
}

pub const WIDTH: usize = 64;

/// Calls `found` for every block, with the offset of its first byte.
pub fn blocks(text: &[u8], mut found: impl FnMut(usize, Masks)) {
    let vectors = std::arch::is_x86_feature_detected!("avx2");
    let (whole, rest) = text.as_chunks::<WIDTH>();
    let (mut alnum, mut digit) = (0, 0);
    let mut tell = |base: usize, mut masks: Masks| {
        masks.starts = masks.alnum & !(masks.alnum << 1 | alnum);
        masks.digit_before = digit;
        (alnum, digit) = (masks.alnum >> 63, masks.digits >> 63);
        found(base, masks);
    };
    for (i, block) in whole.iter().enumerate() {
        // SAFETY: the processor has these instructions.
        let masks = if vectors { unsafe { avx2(block) } } else { plain(block) };
        tell(i * WIDTH, masks);
    }
    let mut block = [b' '; WIDTH];
    block[..rest.len()].copy_from_slice(rest);
    tell(whole.len() * WIDTH, plain(&block));
}

fn plain(block: &[u8; WIDTH]) -> Masks {
    let mut masks = Masks::default();
    for (i, byte) in block.iter().enumerate() {
        masks.digits |= u64::from(byte.is_ascii_digit()) << i;
        masks.joints |= u64::from(matches!(byte, b':' | b'-')) << i;
        masks.ats |= u64::from(*byte == b'@') << i;
        masks.backslashes |= u64::from(*byte == b'\\') << i;
        masks.alnum |= u64::from(byte.is_ascii_alphanumeric()) << i;
    }
    masks
}

#[target_feature(enable = "avx2")]
fn avx2(block: &[u8; WIDTH]) -> Masks {
    use std::arch::x86_64::*;
    let half = |at: usize| {
        // SAFETY: 32 bytes from 0 or 32 of 64.
        let bytes = unsafe { _mm256_loadu_si256(block.as_ptr().add(at).cast()) };
        let bits = |v: __m256i| u64::from(_mm256_movemask_epi8(v) as u32) << at;
        let is = |byte: u8| _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(byte as i8));
        let within = |bytes: __m256i, from: u8, width: u8| {
            let moved = _mm256_sub_epi8(bytes, _mm256_set1_epi8(from as i8));
            bits(_mm256_cmpeq_epi8(_mm256_min_epu8(moved, _mm256_set1_epi8(width as i8)), moved))
        };
        let digits = within(bytes, b'0', 9);
        let folded = _mm256_or_si256(bytes, _mm256_set1_epi8(0x20));
        Masks {
            digits,
            alnum: digits | within(folded, b'a', 25),
            joints: bits(_mm256_or_si256(is(b':'), is(b'-'))),
            ats: bits(is(b'@')),
            backslashes: bits(is(b'\\')),
            ..Masks::default()
        }
    };
    let (a, b) = (half(0), half(32));
    Masks {
        digits: a.digits | b.digits,
        joints: a.joints | b.joints,
        ats: a.ats | b.ats,
        backslashes: a.backslashes | b.backslashes,
        alnum: a.alnum | b.alnum,
        ..Masks::default()
    }
}

/// What tells where words begin.
#[derive(Clone, Copy, Default)]
struct Letters {
    alnum: u64,
    lower: u64,
    upper: u64,
    /// First bytes of characters of two bytes, of more, and all bytes beyond ASCII.
    lead: u64,
    wide: u64,
    high: u64,
    backslash: u64,
}

/// Where a word may begin in the 64 bytes from here, and where one of ASCII letters may have ended. Wrong only towards yes.
pub fn words(text: &[u8], base: usize) -> (u64, u64) {
    let rest = &text[base..];
    let mut copy = [b' '; WIDTH];
    let block = match rest.first_chunk::<WIDTH>() {
        Some(block) => block,
        None => {
            copy[..rest.len()].copy_from_slice(rest);
            &copy
        }
    };
    // SAFETY: the processor has these instructions.
    let vectors = std::arch::is_x86_feature_detected!("avx2");
    let m = if vectors { unsafe { letters_avx2(block) } } else { letters(block) };
    let before = base.checked_sub(1).map_or(b' ', |i| text[i]);
    let bit = |yes: bool| u64::from(yes);
    let after_alnum = m.alnum << 1 | bit(before.is_ascii_alphanumeric());
    // `userId` is two words, `DoD` is one.
    let low = |n: usize| bit(base.checked_sub(n).is_some_and(|i| text[i].is_ascii_lowercase()));
    let camel = m.upper & (m.lower << 1 | low(1)) & (m.lower << 2 | low(1) << 1 | low(2));
    let mut begins = m.alnum & !after_alnum | camel;
    if m.high != 0 {
        let after_high = m.high << 1 | bit(before >= 0x80);
        begins |= m.wide | m.lead & !after_high;
        // Behind a sign of two or three bytes.
        let mut behind = m.lead & after_high;
        while behind != 0 {
            let at = base + behind.trailing_zeros() as usize;
            let back = |n: usize| at.checked_sub(n).map_or(0, |i| text[i]);
            if back(2) == 0xC2 || back(3) >= 0xE0 {
                begins |= behind & behind.wrapping_neg();
            }
            behind &= behind - 1;
        }
    }
    if m.backslash != 0 || base >= 6 && text[base - 6..base].contains(&b'\\') {
        for offset in 0..WIDTH.min(rest.len()) {
            if after_escape(text, base + offset) {
                begins |= 1 << offset;
            }
        }
    }
    (begins, !m.alnum | camel)
}

fn letters(block: &[u8; WIDTH]) -> Letters {
    let mut m = Letters::default();
    for (i, byte) in block.iter().enumerate() {
        let bit = |yes: bool| u64::from(yes) << i;
        m.alnum |= bit(byte.is_ascii_alphanumeric());
        m.lower |= bit(byte.is_ascii_lowercase());
        m.upper |= bit(byte.is_ascii_uppercase());
        m.lead |= bit((0xC3..0xE0).contains(byte));
        m.wide |= bit(*byte >= 0xE0);
        m.high |= bit(*byte >= 0x80);
        m.backslash |= bit(*byte == b'\\');
    }
    m
}

#[target_feature(enable = "avx2")]
fn letters_avx2(block: &[u8; WIDTH]) -> Letters {
    use std::arch::x86_64::*;
    let mut m = Letters::default();
    for at in [0, 32] {
        // SAFETY: 32 bytes from 0 or 32 of 64.
        let bytes = unsafe { _mm256_loadu_si256(block.as_ptr().add(at).cast()) };
        let bits = |v: __m256i| u64::from(_mm256_movemask_epi8(v) as u32) << at;
        let within = |from: u8, width: u8| {
            let moved = _mm256_sub_epi8(bytes, _mm256_set1_epi8(from as i8));
            bits(_mm256_cmpeq_epi8(_mm256_min_epu8(moved, _mm256_set1_epi8(width as i8)), moved))
        };
        let (lower, upper) = (within(b'a', 25), within(b'A', 25));
        m.lower |= lower;
        m.upper |= upper;
        m.alnum |= lower | upper | within(b'0', 9);
        m.high |= bits(bytes);
        m.backslash |= bits(_mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(b'\\' as i8)));
        if bits(bytes) != 0 {
            m.lead |= within(0xC3, 0x1C);
            m.wide |= within(0xE0, 0x1F);
        }
    }
    m
}
