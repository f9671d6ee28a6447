//! Passwords that people choose, behind a word that says so.

use super::chance::{bits, is_placeholder, kinds};
use super::terms::Terms;
use crate::check::small::Small;

/// The value of `key = "value"` or the whole, without quotes.
fn assigned(value: &str) -> &str {
    let mark = value.find(['=', ':', ',', '：', '＝']).or_else(|| value.rfind(' '));
    let after = mark.and_then(|i| value.get(i..)).unwrap_or(value);
    // Behind the mark, and behind a copula of a script without spaces.
    let after = after.trim_start_matches(|c: char| !c.is_ascii());
    let after = after.strip_prefix(['=', ':', ',', ' ']).unwrap_or(after);
    after.trim_matches(|c: char| {
        c.is_ascii_whitespace() || matches!(c, '"' | '\'' | '=' | '>' | ':' | '`' | '(')
    })
}

/// What stands where a password would and is none, in lower case.
const NO_PASSWORDS: &[&str] = &[
    "password",
    "passwd",
    "passwort",
    "passphrase",
    "pwd",
    "pass",
    "string",
    "required",
    "secret",
    "token",
    "text",
    "hidden",
    "input",
    "confirm",
    "current",
    "username",
    "optional",
    "boolean",
    "number",
    "object",
    "true",
    "false",
    "none",
    "nullable",
    "protected",
    "disabled",
    "enabled",
    "default",
    "prompt",
    "plain",
    "encrypted",
    "invalid",
    "incorrect",
    "forgot",
    "reset",
    "label",
    "field",
    "value",
    "login",
    "credentials",
];

/// Parts of the names of algorithms, and what calls itself sensitive.
static NO_PART_OF_PASSWORDS: Terms =
    Terms::new(&["scram-", "sha-1", "sha-2", "sha-5", "hmac-", "pbkdf2", "bcrypt", "sensitive"]);

/// Whether what stands where a password would is a word of forms and code, or the name of an algorithm.
pub(super) fn is_no_password(secret: &str) -> bool {
    let core = secret.trim_matches(|c: char| !c.is_ascii_alphanumeric());
    let word_of_code = core.len() < 24 && {
        let lower = Small::ascii(secret);
        let core = Small::ascii(core);
        NO_PASSWORDS.contains(&&*core) || lower.contains("password")
    };
    word_of_code || NO_PART_OF_PASSWORDS.occur_in(secret)
}

/// Whether a name without quotes stands before a comma: a variable that is handed on beside a text, not the key of a value.
fn is_argument(text: &str) -> bool {
    let name = text.find(|c: char| !(c.is_alphanumeric() || matches!(c, ' ' | '_' | '-')));
    name.is_some_and(|at| text.get(at..).is_some_and(|rest| rest.starts_with(',')))
}

/// What someone would choose as a password: not a placeholder, not an identifier, not a type. Quoted after an equals sign, a single
/// word will do, because a password variable that is given a word is given a password.
pub(in crate::check) fn password(text: &str) -> bool {
    let secret = assigned(text);
    let head = text.rfind(secret).and_then(|at| text.get(..at)).unwrap_or("");
    let quoted = head.ends_with(['"', '\'', '`']);
    let code = secret.contains(['(', ')', '[', ']', '{', '}', ';', ',', '<', '>'])
        || secret.contains("::")
        || secret.contains("->")
        || secret.contains("://")
        || secret.starts_with(['$', '&', '*', '/', '.', '%', '@', '#']) && !quoted
        || secret.starts_with(['$', '%', '/', '.']);
    let digit = secret.bytes().any(|b| b.is_ascii_digit());
    let letter = secret.bytes().any(|b| b.is_ascii_alphabetic());
    let mark =
        secret.bytes().any(|b| b.is_ascii_punctuation() && !matches!(b, b'_' | b'.' | b'-' | b'/'));
    let strong = digit && (kinds(secret) >= 3 || mark);
    let equals = head.contains(['=', '(']) && !head.contains(':')
        || [" is ", " ist ", " est ", " lautet "].iter().any(|verb| head.contains(verb));
    // A mark that neither joins words nor ends a sentence.
    let marked = secret.len() >= 8
        && secret.contains(['$', '@', '^', '&', '~'])
        && !secret.contains(['/', '_']);
    let given =
        quoted && letter && (digit || marked || equals && !secret.contains(['_', '-', '.', '/']));
    (6..=128).contains(&secret.len())
        && !code
        && !is_argument(text)
        && (strong || given)
        && bits(secret) >= 2.2
        && !is_placeholder(secret)
        && !is_no_password(secret)
}

/// A password right behind its word, without a sign between them: three kinds of characters at least, a digit and a mark that joins no
/// words; in quotes a digit and a letter will do. Behind a word of another script Latin letters are chosen ones, and need no mark.
pub(in crate::check) fn said_password(text: &str) -> bool {
    let bare = text.trim_end_matches(['"', '\'', '`']);
    let secret = bare.rsplit(' ').next().unwrap_or("");
    let quoted = secret.starts_with(['"', '\'', '`']);
    let secret = secret.trim_start_matches(['"', '\'', '`']);
    let has = |test: fn(&u8) -> bool| secret.bytes().any(|b| test(&b));
    let mark =
        has(|b| matches!(b, b'!' | b'@' | b'#' | b'$' | b'%' | b'^' | b'&' | b'*' | b'?' | b'~'));
    let strong = has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic);
    let foreign = !text.is_char_boundary(1) && !text.contains(['-', '_', '.']);
    (6..=80).contains(&secret.len())
        && strong
        && (quoted || (mark || foreign) && kinds(secret) >= 3)
        && !secret.starts_with(['$', '%'])
        && !is_placeholder(secret)
        && !is_no_password(secret)
}

/// A PIN of four to eight digits behind its word: not one that stands in manuals.
pub(in crate::check) fn pin_code(text: &str) -> bool {
    let text = text.trim_end_matches(['"', '\'', '`']);
    let digits = text.len() - text.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    let pin = text.as_bytes().get(text.len() - digits..).unwrap_or_default();
    let step = |by: i16| {
        pin.windows(2).all(|w| matches!(w, [a, b] if i16::from(*b) - i16::from(*a) == by))
    };
    (4..=8).contains(&digits) && !step(0) && !step(1) && !step(-1)
}

/// `NAME=value` of an environment file: a word is enough, a reference or the name of another variable is not.
pub(in crate::check) fn env_password(text: &str) -> bool {
    let secret = text.split_once('=').map_or("", |(_, secret)| secret);
    let refers = secret.bytes().any(|b| b"()[]{}<>\\*#%/".contains(&b))
        || secret.bytes().all(|b| b.is_ascii_uppercase() || b == b'_');
    let held = secret.trim_end_matches([';', ',', '.', '"']);
    held.len() >= 6
        && !refers
        && bits(held) >= 2.0
        && !is_placeholder(held)
        && !is_no_password(held)
}
