//! Values that a name makes secret: assignments, parameters, fields of a connection string.

use super::chance::{
    bits, in_order_mostly, is_placeholder, is_uuid, kinds, of_words, random, varied,
};
use super::terms::Terms;

/// What separates a name from its value.
const BETWEEN: &[char] =
    &[' ', '\t', '\r', '\n', '=', ':', '"', '\'', '`', '>', '(', ',', '?', '|', '[', ']'];

/// Words in the name of a secret.
const KEY_WORDS: &[&str] = &[
    "secret", "token", "key", "access", "private", "auth", "api", "pat", "pass", "pwd", "cred",
    "sign", "bearer", "login", "cookie", "session", "licen", "webhook",
];

static NAMES: Terms = Terms::new(KEY_WORDS);

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

/// The name with what follows it, and the value that ends the match.
fn parted(text: &str) -> (&str, &str) {
    let body = text.trim_end_matches('=');
    let at = body.rfind(BETWEEN).map_or_else(|| after_key_word(text), |at| at + 1);
    (text.get(..at).unwrap_or(""), text.get(at..).unwrap_or(""))
}

/// Where the value begins in `vendor-secret-value`.
fn after_key_word(text: &str) -> usize {
    let lower = text.to_ascii_lowercase();
    let ends = KEY_WORDS.iter().filter_map(|word| lower.find(word).map(|at| at + word.len()));
    let end = ends.max().unwrap_or(0);
    let marks =
        text.get(end..).unwrap_or("").bytes().take_while(|b| matches!(b, b'-' | b'_' | b'.'));
    end + marks.count()
}

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
    value.len() >= 16 && !of_something_else(name) && random(value)
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

pub(super) fn is_no_password(secret: &str) -> bool {
    let lower = secret.to_ascii_lowercase();
    let core = lower.trim_matches(|c: char| !c.is_ascii_alphanumeric());
    NO_PASSWORDS.iter().any(|word| core == *word || lower.contains("password") && core.len() < 24)
        || NO_PART_OF_PASSWORDS.occur_in(secret)
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

/// The password that ends a connection string or a command.
pub(in crate::check) fn connection_password(text: &str) -> bool {
    let secret = text.rsplit_once(['=', ' ', ':', '>']).map_or("", |(_, secret)| secret);
    let secret = secret.trim_matches(['"', '\'', '{', '}']);
    secret.len() >= 4
        && kinds(secret) >= 2
        && !is_placeholder(secret)
        && !is_no_password(secret)
        && !secret.starts_with(['$', '%', '<', '['])
        && !text.contains("{{")
}

/// The password of `scheme://user:password@host`; ends with the host.
pub(in crate::check) fn url_password(text: &str) -> Option<usize> {
    let (scheme, rest) = text.split_once("://")?;
    let authority = rest.split(['/', '\\', '`']).next()?;
    let (user_part, after) = authority.rsplit_once('@')?;
    let host =
        after.bytes().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'));
    let host = host.count();
    let (user, secret) = user_part.split_once(':')?;
    let known = ["password", "pass", "passwd", "pwd", "secret", "token", "foo", "bar", "pw", "p"];
    let plain =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '%' | '+' | '@' | '-');
    let holds = host > 0
        && secret.len() >= 3
        && !secret.contains(':')
        && user.chars().all(plain)
        && !is_placeholder(secret)
        && !known.iter().any(|k| secret.eq_ignore_ascii_case(k))
        && !secret.starts_with(['$', '{', '<', '%', ':', '[', '*']);
    let end = scheme.len() + 3 + user_part.len() + 1 + host;
    holds.then(|| {
        end - after.get(..host).map_or(0, |h| h.len() - h.trim_end_matches(['.', '-', '_']).len())
    })
}

/// The value of the flag for a password in a command line; ends with it.
pub(in crate::check) fn command_password(text: &str) -> Option<usize> {
    let flags = [" -p ", " --password ", " --password=", " /pass:", " /p:", " -w ", " -a ", " -p"];
    let found = flags.iter().find_map(|flag| text.find(flag).map(|at| at + flag.len()))?;
    let rest = text.get(found..)?;
    let word = rest.trim_start_matches(['"', '\'']).split([' ', '"', '\'', '`', ')']).next()?;
    let quote = rest.len() - rest.trim_start_matches(['"', '\'']).len();
    let strong = word.len() >= 6 && kinds(word) >= 3 && bits(word) >= 2.5;
    let plain =
        !word.contains(['$', '{', '<', '%', '(', ':', '/', '=', ';']) && !is_placeholder(word);
    (strong && plain && !is_no_password(word)).then_some(found + quote + word.len())
}

/// The password of `net use … /user:NAME PASSWORD`, or of `net use … PASSWORD /user:NAME`; ends with the last of them.
pub(in crate::check) fn net_use(text: &str) -> Option<usize> {
    let lower = text.to_ascii_lowercase();
    let at = lower.find(" /user:").or_else(|| lower.find(" /u:"))?;
    let (before, after) = text.split_at_checked(at)?;
    let mut words = after.split([' ', '\t']).filter(|word| !word.is_empty());
    let user = words.next()?;
    let fits = |word: &&str| {
        (4..=64).contains(&word.len())
            && kinds(word) >= 2
            && !word.starts_with(['/', '%', '$', '<', '*', '\\'])
            && !word.ends_with(':')
            && !is_placeholder(word)
            && !is_no_password(word)
    };
    if let Some(word) = words.next().filter(fits) {
        return Some(
            text.find(user)? + user.len() + after.split_once(user)?.1.find(word)? + word.len(),
        );
    }
    let last = before.split([' ', '\t']).next_back().filter(fits);
    last.filter(|_| before.contains("\\\\")).map(|_| at + 1 + user.len())
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

/// `user:password` after `-u` or `--user` of a command; ends with it.
pub(in crate::check) fn user_pair(text: &str) -> Option<usize> {
    let flags = [" -u ", " -u", "-user ", "-user="];
    let from = flags.iter().find_map(|flag| text.find(flag).map(|at| at + flag.len()))?;
    let rest = text.get(from..)?;
    let bare = rest.trim_start_matches([' ', '"', '\'']);
    let pair = bare.split(['"', '\'', ' ', '\n', '\r', '\\', '`', ')']).next()?;
    let (user, secret) = pair.split_once(':')?;
    let marks = ['$', '{', '<', '%', '[', '*', '/'];
    let named = !user.is_empty() || kinds(secret) >= 3;
    let plain = !secret.starts_with(marks) && !user.starts_with(marks) && named;
    let known = ["test", "user", "username", "admin"].contains(&secret);
    let digits = secret.bytes().all(|b| b.is_ascii_digit());
    let holds = plain && !known && !digits && secret.len() >= 4 && secret != user;
    // Some services take a key for the user, and no password.
    let key = secret.is_empty() && user.len() >= 12 && kinds(user) >= 3 && !of_words(user);
    let secret = if key { user } else { secret };
    let holds = (holds || key && plain) && !is_placeholder(secret) && !is_no_password(secret);
    holds.then(|| from + rest.len() - bare.len() + pair.trim_end_matches(['.', ',', ';']).len())
}

/// `NAME=value` of an environment file: a word is enough, a reference or the name of another variable is not.
pub(in crate::check) fn env_password(text: &str) -> bool {
    let secret = text.split_once('=').map_or("", |(_, secret)| secret);
    let refers = secret.bytes().any(|b| {
        matches!(
            b,
            b'(' | b')'
                | b'['
                | b']'
                | b'{'
                | b'}'
                | b'<'
                | b'>'
                | b'\\'
                | b'*'
                | b'#'
                | b'%'
                | b'/'
        )
    }) || secret.bytes().all(|b| b.is_ascii_uppercase() || b == b'_');
    let held = secret.trim_end_matches([';', ',', '.', '"']);
    held.len() >= 6
        && !refers
        && bits(held) >= 2.0
        && !is_placeholder(held)
        && !is_no_password(held)
}
