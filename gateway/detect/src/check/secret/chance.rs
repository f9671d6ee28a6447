//! Whether characters were drawn by chance, or are words, a placeholder or a pattern.
//!
//! Nothing here knows a vendor. Lengths are bytes; all functions are linear in their argument.

use super::terms::Terms;

/// Shannon entropy of the bytes, in bits per byte.
pub(super) fn bits(value: &str) -> f64 {
    let mut counts = [0u32; 256];
    for b in value.bytes() {
        if let Some(count) = counts.get_mut(usize::from(b)) {
            *count += 1;
        }
    }
    let n = value.len().max(1) as f64;
    counts.iter().filter(|c| **c > 0).map(|c| f64::from(*c) / n).map(|p| -p * p.log2()).sum()
}

/// How many of lower case, upper case, digits and marks occur.
pub(super) fn kinds(value: &str) -> usize {
    let has = |test: fn(&u8) -> bool| usize::from(value.bytes().any(|b| test(&b)));
    has(u8::is_ascii_lowercase)
        + has(u8::is_ascii_uppercase)
        + has(u8::is_ascii_digit)
        + has(u8::is_ascii_punctuation)
}

/// Things that stand where a secret would, in lower case.
static PLACEHOLDERS: Terms = Terms::new(&[
    "example",
    "placeholder",
    "changeme",
    "change_me",
    "change-me",
    "your_",
    "your-",
    "yourpassword",
    "my_secret",
    "my-secret",
    "xxxx",
    "****",
    "....",
    "####",
    "dummy",
    "redacted",
    "todo",
    "token_here",
    "secret_key_here",
    "_here",
    "-here",
    "insert",
    "replace",
    "<",
    "${",
    "$(",
    "{{",
    "%(",
    "%s",
    "process.env",
    "os.environ",
    "getenv",
    "env.",
    "var.",
    "secrets.",
    "null",
    "undefined",
    "function",
    "self.",
    "this.",
    "config.",
]);

/// Whether a word of those that stand for a secret occurs, in any case.
pub(super) fn is_placeholder(value: &str) -> bool {
    PLACEHOLDERS.occur_in(value)
}

/// Pairs of letters that are common inside words: row the first letter, bit the second. Counted over public-domain prose in
/// English, German and Spanish and over identifiers; a pair is common if it is more than 0.12 % of all. Words have nine common pairs of
/// ten, letters drawn by chance three.
const COMMON: [u32; 26] = [
    0x01e_bd6e, 0x012_4911, 0x01a_4d91, 0x016_4111, 0x0ae_b9ff, 0x00a_4131, 0x016_4911, 0x01a_4111,
    0x02e_787d, 0x000_0000, 0x000_0010, 0x11c_4919, 0x010_d111, 0x00c_655d, 0x05e_f80e, 0x01a_c911,
    0x010_0000, 0x11e_7d5d, 0x01c_c195, 0x11e_4991, 0x00e_b814, 0x000_4111, 0x000_0111, 0x000_0000,
    0x000_0000, 0x000_0010,
];

/// Whether the letters make words: six pairs at least, most of them common, and more than half of the value in runs of three letters and
/// more. A hexadecimal number is none, whatever it spells.
pub(super) fn of_words(value: &str) -> bool {
    let (mut pairs, mut common, mut written, mut run) = (0usize, 0usize, 0usize, 0usize);
    let mut last: Option<u8> = None;
    for b in value.bytes() {
        let letter = b.is_ascii_alphabetic();
        let goes_on =
            letter && last.is_some_and(|a| !(a.is_ascii_lowercase() && b.is_ascii_uppercase()));
        run = if goes_on { run + 1 } else { usize::from(letter) };
        written += match run {
            0..3 => 0,
            3 => 3,
            _ => 1,
        };
        if let (Some(a), true) = (last, letter)
            && (b.is_ascii_lowercase() || a.is_ascii_uppercase())
        {
            let (row, bit) = (a.to_ascii_lowercase() - b'a', b.to_ascii_lowercase() - b'a');
            pairs += 1;
            common +=
                COMMON.get(usize::from(row)).map_or(0, |row| usize::from(row >> bit & 1 != 0));
        }
        last = letter.then_some(b);
    }
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let hexadecimal = digits >= 2 && value.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-');
    let most = common * 100 > pairs * if pairs < 10 { 84 } else { 60 };
    pairs >= 6 && written * 2 > value.len() && most && !hexadecimal
}

/// Whether the value is not a constant, a sequence or a short pattern repeated.
pub(super) fn varied(value: &str) -> bool {
    let bytes = value.as_bytes();
    let mut run = 1;
    let mut longest = 1;
    for pair in bytes.windows(2) {
        run = if pair.first() == pair.last() { run + 1 } else { 1 };
        longest = longest.max(run);
    }
    let mut seen = [false; 256];
    for b in bytes {
        if let Some(place) = seen.get_mut(usize::from(*b)) {
            *place = true;
        }
    }
    let distinct = seen.iter().filter(|s| **s).count();
    let enough = if bytes.len() >= 16 { 7 } else { 5 };
    distinct >= enough && (longest < 8 || longest * 4 < bytes.len()) && !periodic(bytes)
}

/// Whether a piece of up to six bytes is repeated over the whole.
fn periodic(bytes: &[u8]) -> bool {
    let repeats = |n: usize| bytes.iter().zip(bytes.iter().skip(n)).all(|(a, b)| a == b);
    (1..=6).any(|n| bytes.len() >= n * 4 && repeats(n))
}

/// Whether a run of twenty characters, or most of them, follow each other in the order of the alphabet or of the digits.
fn in_order(value: &str) -> bool {
    let (mut run, mut longest, mut all) = (0usize, 0usize, 0usize);
    for pair in value.as_bytes().windows(2) {
        let up = matches!(pair, [a, b] if a.checked_add(1) == Some(*b));
        run = if up { run + 1 } else { 0 };
        longest = longest.max(run);
        all += usize::from(up);
    }
    longest >= 20 || all * 100 > value.len() * 88
}

/// Whether a long value goes on in the order of the alphabet or of the digits at three of five steps (`abc123abc123…`).
pub(super) fn in_order_mostly(value: &str) -> bool {
    let pairs = value.as_bytes().windows(2);
    let up = pairs.filter(|p| matches!(p, [a, b] if a.checked_add(1) == Some(*b))).count();
    value.len() >= 20 && up * 5 > value.len() * 3
}

/// The form of RFC 9562: it names things and is no secret by itself.
pub(super) fn is_uuid(value: &str) -> bool {
    let lengths = [8, 4, 4, 4, 12];
    let mut parts = value.split('-');
    lengths.iter().all(|n| {
        parts.next().is_some_and(|p| p.len() == *n && p.bytes().all(|b| b.is_ascii_hexdigit()))
    }) && parts.next().is_none()
}

/// A value drawn by chance, when nothing but its name says so: letters and digits or both cases, varied, neither words nor a
/// name, a sequence or a version.
pub(super) fn random(value: &str) -> bool {
    let has = |test: fn(&u8) -> bool| value.bytes().any(|b| test(&b));
    let numbered = has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic);
    let switches = value
        .as_bytes()
        .windows(2)
        .filter(|p| matches!(p, [a, b] if a.is_ascii_lowercase() && b.is_ascii_uppercase()))
        .count();
    (numbered || switches * 8 > value.len())
        && bits(value) >= 3.0
        && varied(value)
        && !in_order(value)
        && !of_words(value)
        && !is_uuid(value)
        && !is_placeholder(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(value: &str, expect: bool) {
        assert_eq!(random(value), expect, "{value}");
    }

    #[test]
    fn chance_is_told_from_words_and_order() {
        check("aB3dE5fG7hJ9kL2mN4pQ", true);
        check("3f9a1c7be24d8056af31c9d27be84065", true);
        check("qWxZpLmKqWtRpLsKvXzN", true);
        check("next_token_from_stream_2", false);
        check("PdfEncryptionKeySize128", false);
        check("abcdefghijklmnopqrstuvwxyz0123456789", false);
        check("0736f5ef-7e88-499a-80cc-99a99a9a9999", false);
        check("a1b2a1b2a1b2a1b2a1b2", false);
        check("aaaaaaaaaaaaaaaaaaaa1", false);
        check("your-api-key-goes-here-1", false);
    }

    #[test]
    fn words_are_told_by_their_letters() {
        assert!(of_words("administrator_login_password"));
        assert!(of_words("HTTPAuthenticationHandler"));
        assert!(!of_words("vzihlaquknriqlhtzx"));
        // Pairs that words have, but no word.
        assert!(!of_words("9LB2FEO4IH7GE3TA5ST8EO1ITA6EO4RE0LO3FE"));
    }
}
