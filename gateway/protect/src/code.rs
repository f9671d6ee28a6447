//! How a token is spelled: `[CLASS-CODE]`, and what still counts as the same spelling.
//!
//! The class is letters only, because models translate, split and recase words with hyphens or digits in them. The code is
//! Crockford's base 32 (<https://www.crockford.com/base32.html>), which leaves out I, L, O and U, so that the usual
//! misreadings can be undone.
//!
//! Invariant: [`fold`] maps every tolerated spelling of a character to one byte, for classes and codes alike.

/// The digits of a code, by value.
pub(crate) const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// The lengths that a code can have, shortest first: 50, 80 or 130 bits. A longer one is used only if a shorter one
/// already stands for another value.
pub(crate) const CODE_LENGTHS: [usize; 3] = [10, 16, 26];

/// The most letters that a class shows.
pub(crate) const CLASS_MAX: usize = 20;

/// The most letters and digits in a token.
pub(crate) const KEY_MAX: usize = CLASS_MAX + 26;

/// The class as it stands in a token: the ASCII letters of its name in upper case, at most [`CLASS_MAX`], or `DATA`.
pub(crate) fn class_word(class: &str) -> String {
    let letters = class.chars().filter(char::is_ascii_alphabetic).take(CLASS_MAX);
    let word: String = letters.map(|c| c.to_ascii_uppercase()).collect();
    if word.is_empty() { "DATA".to_owned() } else { word }
}

/// One byte for every way to write a letter or digit: upper case, and Crockford's reading of O, I and L.
/// Only for ASCII letters and digits.
pub(crate) fn fold(c: char) -> u8 {
    match c.to_ascii_uppercase() {
        'O' => b'0',
        'I' | 'L' => b'1',
        // INVARIANT: the caller gives ASCII, so nothing is cut off.
        c => c as u8,
    }
}

/// Whether a character may stand where we wrote a hyphen, or where a model broke a token in two: hyphens and dashes,
/// spaces, the underscore, the colon, the backslash that Markdown puts before an underscore, and marks without width.
pub(crate) fn is_separator(c: char) -> bool {
    matches!(
        c,
        '-' | '_' | ' ' | ':' | '\\' | '\u{a0}' | '\u{ad}' | '\u{200b}' | '\u{2060}' | '\u{202f}'
    ) || matches!(
        c,
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' | '\u{ff0d}' | '\u{ff3f}'
    )
}

/// Whether a character may stand for the opening bracket.
pub(crate) fn is_opening(c: char) -> bool {
    matches!(c, '[' | '【' | '［')
}

/// Whether a character may stand for the closing bracket.
pub(crate) fn is_closing(c: char) -> bool {
    matches!(c, ']' | '】' | '］')
}

/// Cuts codes of a length out of the bits of a keyed hash.
///
/// Of all places to cut at, the first counts where the code has at least three letters and no four digits in a row.
/// So no code looks like a telephone number, a card or an identifier to those who inspect what leaves, or to a model.
pub(crate) fn cut(hash: &[u8; 32], length: usize) -> String {
    let digits = base32(hash);
    let speaks = |code: &&[u8]| {
        let letters = code.iter().filter(|b| b.is_ascii_alphabetic()).count();
        letters >= 3 && !code.windows(4).any(|run| run.iter().all(u8::is_ascii_digit))
    };
    let code =
        digits.windows(length).find(speaks).or_else(|| digits.get(..length)).unwrap_or(&digits);
    code.iter().map(|b| char::from(*b)).collect()
}

/// The first 255 bits of a hash, five to a digit.
fn base32(hash: &[u8; 32]) -> [u8; 51] {
    let bit = |at: usize| hash.get(at / 8).map_or(0, |byte| usize::from(byte >> (7 - at % 8) & 1));
    std::array::from_fn(|digit| DIGITS[(0..5).fold(0, |value, n| value << 1 | bit(digit * 5 + n))])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_class(class: &str, expect: &str) {
        assert_eq!(class_word(class), expect);
    }

    #[test]
    fn classes_become_words() {
        check_class("email", "EMAIL");
        check_class("national-id", "NATIONALID");
        check_class("icd10_code", "ICDCODE");
        check_class("", "DATA");
        check_class("個人", "DATA");
        check_class("a-very-long-name-of-a-class-of-data", "AVERYLONGNAMEOFACLAS");
    }

    #[test]
    fn bits_become_digits() {
        // 00001 00010 11111 0…
        let mut hash = [0u8; 32];
        (hash[0], hash[1]) = (0b0000_1000, 0b1011_1110);
        assert_eq!(&base32(&hash)[..4], b"12Z0");
        assert_eq!(base32(&[0xff; 32]), [b'Z'; 51]);
    }

    #[test]
    fn codes_avoid_the_look_of_numbers() {
        assert_eq!(cut(&[0; 32], 10), "0000000000", "there is no better place to cut at");
        for seed in 0..=255u8 {
            let hash: [u8; 32] =
                std::array::from_fn(|n| seed.wrapping_mul(31).wrapping_add((n * n) as u8 ^ seed));
            for length in CODE_LENGTHS {
                let code = cut(&hash, length);
                assert_eq!(code.len(), length);
                assert!(code.bytes().all(|b| DIGITS.contains(&b)));
            }
        }
    }

    #[test]
    fn folding_undoes_misreadings() {
        for (read, meant) in
            [('o', '0'), ('O', '0'), ('i', '1'), ('L', '1'), ('l', '1'), ('a', 'A'), ('7', '7')]
        {
            assert_eq!(fold(read), fold(meant));
        }
        let digits: std::collections::BTreeSet<u8> =
            DIGITS.iter().map(|d| fold(char::from(*d))).collect();
        assert_eq!(digits.len(), 32, "no two digits fold to one");
    }
}
