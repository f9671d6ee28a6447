//! The key of a service that is told by the name of the service only: `someservice_api_key = "…"`.
//!
//! The pattern says where the name stands and takes what follows as far as it may go; here the value is found in it.

use super::chance::{is_placeholder, of_words, varied};
use super::named::names_a_key;

/// Words that may stand between the name and the value (`const char *`, `secret access key`).
const WORDS: usize = 4;
/// Shortest value.
const SHORTEST: usize = 12;

fn in_value(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'_' | b'.' | b'=' | b'~' | b'%' | b'-')
}

/// How many bytes of the text are the name, what separates, and the value; nothing if there is no value.
pub(in crate::check) fn service_key(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let run = |from: usize, test: fn(&u8) -> bool| {
        bytes.get(from..).unwrap_or_default().iter().take_while(|b| test(b)).count()
    };
    let mut at = run(0, |b| in_value(*b) && !matches!(b, b'=' | b'/' | b'+'));
    if let Some(from) = joined(text.get(..at)?) {
        return is_secret(text.get(from..at)?).then_some(at);
    }
    let mut said = names_a_key(text.get(..at)?);
    for _ in 0..WORDS {
        let gap = run(at, |b| !b.is_ascii_alphanumeric() && !matches!(b, b'/' | b'+'));
        let between = text.get(at..at + gap)?;
        at += gap;
        let length = run(at, |b| in_value(*b));
        let word = text.get(at..at + length)?;
        let value = trimmed(word);
        let assigned = between.contains('=') || said && !between.contains("://");
        if assigned && is_secret(value) {
            return Some(at + value.len());
        }
        if gap > 12 || length == 0 {
            return None;
        }
        said = said || names_a_key(word);
        at += length;
    }
    None
}

/// Where the value begins in `serviceSECRET-value`.
fn joined(word: &str) -> Option<usize> {
    let lower = word.to_ascii_lowercase();
    let ends = ["secret-", "token-", "key-", "access-", "private-"]
        .iter()
        .filter_map(|mark| lower.rfind(mark).map(|at| at + mark.len()));
    ends.max().filter(|from| word.len() >= from + SHORTEST)
}

fn trimmed(word: &str) -> &str {
    word.trim_end_matches(['.', '-', '/', '%', '~'])
}

/// Letters and digits, or letters that make no words.
fn is_secret(value: &str) -> bool {
    let count = |test: fn(&u8) -> bool| value.bytes().filter(|b| test(b)).count();
    let (digits, letters) = (count(u8::is_ascii_digit), count(u8::is_ascii_alphabetic));
    let mixed = digits >= 2 && letters >= 3 || letters >= 20;
    value.len() >= SHORTEST
        && mixed
        && varied(value)
        && !of_words(value)
        && !is_placeholder(value)
        && !value.contains("//")
        && !value.contains("..")
}
