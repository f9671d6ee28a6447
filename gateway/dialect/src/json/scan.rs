//! The inner loop over string bytes: eight at a time, without a table and without `unsafe`.

/// The length of the run of bytes that stand for themselves inside a JSON string: up to the first quote,
/// backslash or control character (below U+0020), or all of `bytes`.
#[inline]
pub(super) fn plain(bytes: &[u8]) -> usize {
    let (words, tail) = bytes.as_chunks::<8>();
    let mut at = 0;
    for word in words {
        let hit = special(u64::from_le_bytes(*word));
        if hit != 0 {
            return at + hit.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    at + tail.iter().position(|&b| b == b'"' || b == b'\\' || b < 0x20).unwrap_or(tail.len())
}

/// Sets the high bit of bytes that are special. A byte above a special one may be set wrongly (borrow), the lowest never is.
#[inline]
fn special(word: u64) -> u64 {
    let zero = |x: u64| x.wrapping_sub(ONES) & !x;
    let quote = zero(word ^ (ONES * b'"' as u64));
    let backslash = zero(word ^ (ONES * b'\\' as u64));
    let control = word.wrapping_sub(ONES * 0x20) & !word;
    (quote | backslash | control) & HIGHS
}

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = 0x8080_8080_8080_8080;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_a_plain_loop_for_every_byte_at_every_place() {
        for length in 0..40 {
            for place in 0..length {
                for byte in 0..=255u8 {
                    let mut bytes = vec![b'x'; length];
                    bytes[place] = byte;
                    let wanted = bytes.iter().position(|&b| b == b'"' || b == b'\\' || b < 0x20);
                    assert_eq!(
                        plain(&bytes),
                        wanted.unwrap_or(length),
                        "{byte} at {place} of {length}"
                    );
                }
            }
        }
    }
}
