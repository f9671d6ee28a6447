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
mod tests;
