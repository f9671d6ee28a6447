//! Values that a name makes secret: assignments, parameters and headers.

use super::chance::{bits, in_order_mostly, is_placeholder, is_uuid, of_words, random, varied};
use super::terms::Terms;
use crate::check::small::Small;

/// What separates a name from its value.
const BETWEEN: &[char] =
    &[' ', '\t', '\r', '\n', '=', ':', '"', '\'', '`', '>', '(', ',', '?', '|', '[', ']'];

/// Words in the name of a secret.
const KEY_WORDS: &[&str] = &[
    "secret", "token", "key", "access", "private", "auth", "api", "pat", "pass", "pwd", "cred",
    "sign", "bearer", "login", "cookie", "session", "licen", "webhook",
];

static NAMES: Terms = Terms::new(KEY_WORDS);

/// The name with what follows it, and the value that ends the match.
fn parted(text: &str) -> (&str, &str) {
    let body = text.trim_end_matches('=');
    let at = body.rfind(BETWEEN).map_or_else(|| after_key_word(text), |at| at + 1);
    (text.get(..at).unwrap_or(""), text.get(at..).unwrap_or(""))
}

/// Where the value begins in `vendor-secret-value`.
fn after_key_word(text: &str) -> usize {
    // In place: a value may be longer than what small letters are kept in.
    let first = |word: &&str| {
        let places = text.as_bytes().windows(word.len());
        places.into_iter().position(|piece| piece.eq_ignore_ascii_case(word.as_bytes()))
    };
    let ends = KEY_WORDS.iter().filter_map(|word| first(word).map(|at| at + word.len()));
    let end = ends.max().unwrap_or(0);
    let marks =
        text.get(end..).unwrap_or("").bytes().take_while(|b| matches!(b, b'-' | b'_' | b'.'));
    end + marks.count()
}

/// Whether a name has a word for a secret.
pub(super) fn names_a_key(name: &str) -> bool {
    NAMES.occur_in(name)
}

/// `heroku_api_key = "…"`: the name of a service, then a word for a key or an assignment, then a value of the service's form, which
/// only has to be no constant, no words and no placeholder.
pub(in crate::check) fn named_key(text: &str) -> bool {
    let (name, value) = parted(text);
    // Right behind the name of the service, with nothing but a space between, only what is long and drawn by chance.
    let beside =
        name.strip_suffix(' ').is_some_and(|word| word.bytes().all(|b| b.is_ascii_alphanumeric()))
            && value.len() >= 28
            && random(value);
    let said = names_a_key(name) || name.contains(['=', ':']) && !name.contains("://") || beside;
    let written = in_order_mostly(value) || varied(value) && !of_words(value);
    said && written && !is_placeholder(value) && !of_something_else(name)
}

/// `token: "…"`: nothing but a word for a secret, then a value that must be drawn by chance.
pub(in crate::check) fn secret_value(text: &str) -> bool {
    let (name, value) = parted(text);
    let value = value.trim_end_matches(['.', '-', '_']);
    value.len() >= 16 && !of_something_else(name) && random(value) && !names_itself(value)
}

/// Whether a value is the name of one: a variable that ends with the word (`hexTestPKCS1Key`), or a short text that has two such words
/// (`aws-secret-key123`).
fn names_itself(value: &str) -> bool {
    let variable = ["Key", "Token", "Secret", "Password"]
        .iter()
        .any(|word| value.len() < 40 && value.ends_with(word));
    let words = ["secret", "token", "key", "access", "api", "auth"];
    let named = |lower: &str| words.iter().filter(|word| lower.contains(**word)).count() >= 2;
    variable || value.len() < 24 && named(&Small::ascii(value))
}

/// The same, where `key` alone is no word for a secret: what it names is more often the digest of something.
pub(in crate::check) fn key_word(text: &str) -> bool {
    let (name, value) = parted(text);
    let alone = name.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
    let hexadecimal = value.bytes().all(|b| b.is_ascii_hexdigit());
    let digest = hexadecimal && matches!(value.len(), 32 | 40 | 56 | 64 | 96 | 128);
    !(digest && alone.eq_ignore_ascii_case("key")) && secret_value(text)
}

/// What stands in a header made for a secret: as [`secret_value`], or a number of 128 bits.
pub(in crate::check) fn header_secret(text: &str) -> bool {
    secret_value(text) || is_uuid(parted(text).1) && varied(parted(text).1)
}

/// What is in the names of values that look random and are no secrets.
static SOMETHING_ELSE: Terms = Terms::new(&[
    "public",
    "hash_",
    "hash=",
    "hash:",
    "hash\"",
    "sha1",
    "sha2",
    "sha5",
    "md5",
    "digest",
    "checksum",
    "integrity",
    "commit",
    "cache",
    "next_",
    "nexttoken",
    "page_",
    "pagetoken",
    "cursor",
    "revision",
    "version",
]);

/// Names of values that look random and are no secrets.
pub(super) fn of_something_else(name: &str) -> bool {
    SOMETHING_ELSE.occur_in(name)
}

/// What stands between quotes, where the text ends with one; other quotes may be a part of it.
fn quoted(text: &str) -> Option<&str> {
    let mark = text.chars().next_back().filter(|c| matches!(c, '"' | '\''))?;
    text.strip_suffix(mark)?.split_once(mark).map(|(_, value)| value)
}

/// A name for which a plain 128-bit number is enough.
pub(in crate::check) fn hex_secret(text: &str) -> bool {
    let quoted = quoted(text);
    let value = quoted.unwrap_or_else(|| parted(text).1);
    let code = quoted.is_none()
        && value.contains(['(', ')', '{', '}', '<', ';'])
        && value.contains(['.', '_', '"']);
    varied(value)
        && !is_uuid(value)
        && bits(value) >= 2.5
        && !code
        && !is_placeholder(value)
        && !of_words(value)
}
