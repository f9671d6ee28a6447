//! Runs of ASCII letters and digits, sixteen bytes at once, because where words end cannot be predicted.

use super::Make;

/// Bytes that are looked at together, and the longest word that is kept in the cache, folded.
pub(super) const SHORT: usize = 16;

/// What an ASCII byte is: bits of [`Make`], 0 for what stands between.
pub(super) const ASCII: [u8; 256] = {
    let mut table = [0; 256];
    let mut at = 0;
    while at < 128 {
        let byte = at as u8;
        table[at] = if byte.is_ascii_digit() {
            Make::DIGIT
        } else if byte.is_ascii_uppercase() {
            Make::UPPER
        } else if byte.is_ascii_lowercase() {
            Make::LOWER
        } else {
            0
        };
        at += 1;
    }
    table
};

/// One bit of each of sixteen bytes.
const EACH: u128 = u128::MAX / 0xff;

/// How many ASCII letters and digits these sixteen bytes begin with, and what they are: all bytes at once, because where words end
/// cannot be predicted.
pub(super) fn run_of(bytes: u128) -> (usize, u8) {
    let high = EACH << 7;
    // Without its high bit no byte carries into the next when less than 0x80 is added.
    let plain = bytes & !high;
    let at_least = |bytes: u128, least: u8| bytes + EACH * u128::from(0x80 - least);
    let lower = plain | (EACH * 0x20);
    let letters = at_least(lower, b'a') & !at_least(lower, b'z' + 1) & !bytes & high;
    let digits = at_least(plain, b'0') & !at_least(plain, b'9' + 1) & !bytes & high;
    let stop = !(letters | digits) & high;
    let run = stop.trailing_zeros() / 8;
    let run_bits = if run < 16 { (1 << (8 * run)) - 1 } else { u128::MAX };
    // The bit by which lower case differs, moved to where the letters are marked.
    let case = bytes << 2;
    let bits = |found: u128, bit: u8| if found & run_bits == 0 { 0 } else { bit };
    let make = bits(digits, Make::DIGIT)
        | bits(letters & case, Make::LOWER)
        | bits(letters & !case, Make::UPPER);
    (run as usize, make)
}

/// Whether two letters of these may be spelled as one: see [`spelling::is_pair`].
pub(super) fn has_pair(lower: u128) -> bool {
    let high = EACH << 7;
    // All bytes are ASCII: only one that is the letter adds up to less than 0x80.
    let is = |letter: u8| !((lower ^ (EACH * u128::from(letter))) + EACH * 0x7f) & high;
    let (a, e) = (is(b'a'), is(b'e'));
    ((a | is(b'o') | is(b'u')) << 8) & e | (a << 8) & a != 0
}

/// The first `len` bytes as a number, little-endian.
pub(super) fn short(bytes: [u8; SHORT], len: usize) -> u128 {
    let unused = 8 * (SHORT - len.clamp(1, SHORT)) as u32;
    u128::from_le_bytes(bytes) & (u128::MAX >> unused)
}

#[cfg(test)]
mod tests {
    //! The fast way is the obvious way.

    use super::*;
    use crate::spelling;

    proptest::proptest! {
        #[test]
        fn a_run_is_what_the_table_says(bytes: [u8; 16], mask: [bool; 16]) {
            let mut bytes = bytes;
            for (byte, letter) in bytes.iter_mut().zip(mask) {
                if letter {
                    *byte = b"azAZ09mM"[usize::from(*byte) % 8];
                }
            }
            let run = bytes.iter().take_while(|byte| ASCII[usize::from(**byte)] != 0).count();
            let make = bytes[..run].iter().fold(0, |make, byte| make | ASCII[usize::from(*byte)]);
            proptest::prop_assert_eq!(run_of(u128::from_le_bytes(bytes)), (run, make));
        }

        #[test]
        fn pairs_are_seen_at_once(word in "[abeou]{1,16}") {
            let mut bytes = [0; SHORT];
            bytes[..word.len()].copy_from_slice(word.as_bytes());
            let pair = word.as_bytes().windows(2).any(|two| spelling::is_pair(two[0], two[1]));
            proptest::prop_assert_eq!(has_pair(u128::from_le_bytes(bytes)), pair);
        }
    }
}
