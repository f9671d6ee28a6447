//! Where digits, colons and dashes stand, 64 bytes at a time.
//!
//! Hyperscan reports every match through a callback of some 45 ns, which is too dear where a text is full of numbers; a vector loop is what
//! its user would write for them.

/// One bit a byte.
#[derive(Clone, Copy, Default)]
pub struct Masks {
    pub digits: u64,
    pub colons: u64,
    pub dashes: u64,
}

const WIDTH: usize = 64;

/// Calls `found` for every block that has a mark, with the offset of its first byte.
pub fn blocks(text: &[u8], mut found: impl FnMut(usize, Masks)) {
    let vectors = std::arch::is_x86_feature_detected!("avx2");
    let (whole, rest) = text.as_chunks::<WIDTH>();
    for (i, block) in whole.iter().enumerate() {
        // SAFETY: the processor has these instructions.
        let masks = if vectors { unsafe { avx2(block) } } else { plain(block) };
        if masks.digits | masks.colons | masks.dashes != 0 {
            found(i * WIDTH, masks);
        }
    }
    let mut block = [b' '; WIDTH];
    block[..rest.len()].copy_from_slice(rest);
    found(whole.len() * WIDTH, plain(&block));
}

fn plain(block: &[u8; WIDTH]) -> Masks {
    let mut masks = Masks::default();
    for (i, byte) in block.iter().enumerate() {
        masks.digits |= u64::from(byte.is_ascii_digit()) << i;
        masks.colons |= u64::from(*byte == b':') << i;
        masks.dashes |= u64::from(*byte == b'-') << i;
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
        let shifted = _mm256_sub_epi8(bytes, _mm256_set1_epi8(b'0' as i8));
        let digits = _mm256_cmpeq_epi8(_mm256_min_epu8(shifted, _mm256_set1_epi8(9)), shifted);
        Masks {
            digits: bits(digits),
            colons: bits(_mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(b':' as i8))),
            dashes: bits(_mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(b'-' as i8))),
        }
    };
    let (a, b) = (half(0), half(32));
    Masks { digits: a.digits | b.digits, colons: a.colons | b.colons, dashes: a.dashes | b.dashes }
}
