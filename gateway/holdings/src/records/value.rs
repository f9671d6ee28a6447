//! One form for each value, however it is written: as a column has it and as a text has it.

use crate::fold;
use crate::key::Hashes;
use crate::records::LONGEST;
use crate::words::{self, Cache, Make, Word};

/// Shortest and longest number.
const NUMBER: std::ops::RangeInclusive<usize> = 4..=48;
const MAX_EMAIL: usize = 254;

/// Reads a value as words; they are left in `words`.
pub(super) fn words(
    value: &str,
    least: usize,
    hashes: &Hashes,
    cache: &mut Cache,
    words: &mut Vec<Word>,
) -> Result<(), &'static str> {
    words.clear();
    words::read(value, hashes.only(), cache, words);
    // A character without spaces around it says as much as two letters.
    let letters: usize = words
        .iter()
        .map(|word| if word.make.is_single() { 2 } else { (word.end - word.start) as usize })
        .sum();
    if letters < least || words.is_empty() {
        Err("it is too short: it would be found everywhere")
    } else if words.len() > LONGEST {
        Err("it has more words, or characters without spaces, than 16")
    } else if words.iter().any(|word| word.make.any(Make::TOO_LONG)) {
        Err("a word in it is longer than 96 bytes")
    } else {
        Ok(())
    }
}

/// The hash of a value of words.
pub(super) fn chained(words: &[Word], hashes: &Hashes) -> u128 {
    let mut rest = words.iter();
    let first = rest.next().map_or(0, |word| word.hash);
    rest.fold(first, |hash, word| hashes.chain(hash, word.hash))
}

/// The normal form of a number: its letters and digits, in capitals.
pub(super) fn number(value: &str, bytes: &mut Vec<u8>) -> Result<(), &'static str> {
    bytes.clear();
    bytes.push(b'n');
    for c in value.chars() {
        if fold::class(c) == fold::Class::Word {
            fold::fold(c, |byte| bytes.push(byte.to_ascii_uppercase()));
        }
    }
    let normal = bytes.get(1..).unwrap_or(&[]);
    if !NUMBER.contains(&normal.len()) {
        Err("a number has 4 to 48 letters and digits")
    } else if !normal.iter().any(u8::is_ascii_digit) {
        Err("no digit is in it")
    } else {
        Ok(())
    }
}

/// Adds a group of a number to its normal form.
pub(super) fn add_group(group: &str, bytes: &mut Vec<u8>) {
    if group.is_ascii() {
        bytes.extend(group.bytes().map(|byte| byte.to_ascii_uppercase()));
    } else {
        group.chars().for_each(|c| fold::fold(c, |byte| bytes.push(byte.to_ascii_uppercase())));
    }
}

/// The bit of a number's length; 0 if no number is so long.
pub(super) fn length_bit(normal: &[u8]) -> u64 {
    let length = normal.len().saturating_sub(1);
    if NUMBER.contains(&length) { 1 << length } else { 0 }
}

/// The normal form of an e-mail address: lower case.
pub(super) fn email(value: &str, bytes: &mut Vec<u8>) -> Result<(), &'static str> {
    bytes.clear();
    bytes.push(b'@');
    let (local, domain) = value.rsplit_once('@').ok_or("no @ is in it")?;
    if local.is_empty()
        || domain.is_empty()
        || value.len() > MAX_EMAIL
        || value.chars().any(char::is_whitespace)
    {
        return Err("it has not the form of an e-mail address");
    }
    lower(value, bytes);
    Ok(())
}

fn lower(text: &str, bytes: &mut Vec<u8>) {
    for c in text.chars().flat_map(char::to_lowercase) {
        bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
    }
}

/// The span of the e-mail address around the `@` at `at`, if there is one.
pub(super) fn email_around(text: &str, at: usize) -> Option<(usize, usize)> {
    let part = |c: &char| {
        c.is_alphanumeric() || matches!(c, '.' | '_' | '%' | '+' | '-' | '\'' | '=' | '/')
    };
    let local: usize =
        text.get(..at)?.chars().rev().take(64).take_while(part).map(char::len_utf8).sum();
    let domain = |c: &char| c.is_alphanumeric() || matches!(c, '.' | '-');
    let behind = text.get(at + 1..)?;
    let len: usize = behind.chars().take(MAX_EMAIL).take_while(domain).map(char::len_utf8).sum();
    let before = text.get(at - local..at)?.trim_start_matches(['.', '-', '\'', '=', '/', '%']);
    let after = behind.get(..len)?.trim_end_matches(['.', '-']);
    (!before.is_empty() && !after.is_empty()).then(|| (at - before.len(), at + 1 + after.len()))
}
