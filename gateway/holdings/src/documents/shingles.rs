//! Shingles: words that follow each other, their hashes, and which of them are chosen.

use crate::key::Hashes;
use crate::words::Word;

/// Words of a shingle; of scripts without spaces, characters.
pub(super) const SHINGLE: usize = 4;
pub(super) const SINGLE_SHINGLE: usize = 7;
/// Of so many shingles that follow each other at least one is chosen.
pub(super) const WINDOW: usize = 4;

/// The length of the shingle that ends before word `end`, if so many words are there.
pub(super) fn shingle_length(words: &[Word], end: usize) -> Option<usize> {
    let last = words.get(end.checked_sub(1)?)?;
    let len = if last.make.is_single() { SINGLE_SHINGLE } else { SHINGLE };
    (end >= len).then_some(len)
}

pub(super) fn shingle(words: &[Word], at: usize, len: usize, hashes: &Hashes) -> u128 {
    hashes.shingle(words.iter().skip(at).take(len).map(|word| word.hash))
}

/// Gives the first word and the length of each shingle that is chosen, in order.
pub(super) fn chosen<E>(
    words: &[Word],
    mut give: impl FnMut(usize, usize) -> Result<(), E>,
) -> Result<(), E> {
    let mut window = [(u64::MAX, 0, 0); WINDOW];
    let (mut seen, mut given) = (0, (usize::MAX, 0));
    for end in 1..=words.len() {
        let Some(len) = shingle_length(words, end) else { continue };
        let at = end - len;
        window[seen % WINDOW] = (rank(words, at, len), at, len);
        seen += 1;
        let [mut least, rest @ ..] = window;
        for other in rest {
            // Of equal ones the last, so that a run of the same words gives few.
            if (other.0, least.1) < (least.0, other.1) {
                least = other;
            }
        }
        if seen >= WINDOW && given != (least.1, least.2) {
            given = (least.1, least.2);
            give(least.1, least.2)?;
        }
    }
    Ok(())
}

/// A cheap number by which shingles are chosen. Made of keyed hashes and never filed.
fn rank(words: &[Word], at: usize, len: usize) -> u64 {
    let shingle = words.get(at..at + len).unwrap_or(&[]);
    let sum =
        shingle.iter().zip(FACTORS).map(|(word, factor)| (word.hash as u64).wrapping_mul(factor));
    let sum = sum.fold(0, u64::wrapping_add);
    (sum ^ (sum >> 32)).wrapping_mul(FACTORS[0])
}

/// Odd numbers without pattern, so that words in another order have another rank.
const FACTORS: [u64; SINGLE_SHINGLE] = [
    0x9e37_79b9_7f4a_7c15,
    0xbf58_476d_1ce4_e5b9,
    0x94d0_49bb_1331_11eb,
    0xd6e8_feb8_6659_fd93,
    0xa076_1d64_78bd_642f,
    0xe703_7ed1_a0b4_28db,
    0x8ebc_6af0_9c88_c6e3,
];

/// Half words: a character of a script without spaces weighs half a word.
pub(super) fn weight(words: &[Word]) -> u32 {
    words.iter().map(|word| if word.make.is_single() { 1 } else { 2 }).sum()
}
