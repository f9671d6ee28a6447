//! Whether a string is a secret and not a word, a placeholder or a piece of code.

/// Shannon entropy of the bytes, in bits per byte.
fn bits(value: &str) -> f64 {
    let mut counts = [0u32; 256];
    for b in value.bytes() {
        if let Some(count) = counts.get_mut(usize::from(b)) {
            *count += 1;
        }
    }
    let n = value.len().max(1) as f64;
    counts.iter().filter(|c| **c > 0).map(|c| f64::from(*c) / n).map(|p| -p * p.log2()).sum()
}

/// Things that stand where a secret would, in lower case.
const PLACEHOLDERS: &[&str] = &[
    "example",
    "placeholder",
    "changeme",
    "change_me",
    "your_",
    "your-",
    "yourpassword",
    "xxxx",
    "****",
    "....",
    "dummy",
    "redacted",
    "todo",
    "secret_key_here",
    "insert",
    "replace",
    "<",
    "${",
    "{{",
    "%s",
    "process.env",
    "os.environ",
    "getenv",
    "env.",
    "null",
    "undefined",
    "function",
    "self.",
    "this.",
    "config.",
];

fn is_placeholder(value: &str) -> bool {
    let lower = |from: usize, word: &str| {
        value
            .as_bytes()
            .get(from..from + word.len())
            .is_some_and(|v| v.eq_ignore_ascii_case(word.as_bytes()))
    };
    PLACEHOLDERS.iter().any(|word| (0..value.len()).any(|from| lower(from, word)))
}

/// The value of `key = "value"` or the whole, without quotes.
fn assigned(value: &str) -> &str {
    let after = value.find(['=', ':']).and_then(|i| value.get(i + 1..)).unwrap_or(value);
    after.trim_matches(|c: char| {
        c.is_ascii_whitespace() || matches!(c, '"' | '\'' | '=' | '>' | ':' | '`')
    })
}

/// A random-looking value: at least three bits a byte and two kinds of characters.
pub(super) fn entropy(value: &str) -> bool {
    let secret = assigned(value);
    bits(secret) >= 3.0 && kinds(secret) >= 2 && !is_placeholder(secret)
}

/// A random-looking value of letters and digits, in an assignment or after the name of a scheme.
pub(super) fn secret_value(value: &str) -> bool {
    let secret = match value.split_once(' ') {
        Some((word, rest)) if word.eq_ignore_ascii_case("basic") => rest,
        _ => assigned(value),
    };
    let has = |test: fn(&u8) -> bool| secret.bytes().any(|b| test(&b));
    has(u8::is_ascii_digit)
        && has(u8::is_ascii_alphabetic)
        && bits(secret) >= 3.0
        && !is_of_words(secret, char::is_ascii_lowercase)
        && !is_placeholder(secret)
}

/// What follows the name of the scheme, which says already that it is a credential: anything but words and placeholders.
/// How varied it is says little, since a token may repeat itself.
pub(super) fn bearer_token(value: &str) -> bool {
    let secret = value.split_once(' ').map_or("", |(_, token)| token);
    let has = |test: fn(&u8) -> bool| secret.bytes().any(|b| test(&b));
    let mixed = has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase);
    let numbered = has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic);
    // One run of letters of one case and digits is what base 32 and base 36 look like; words are joined by marks.
    let may_be_words = !numbered || secret.contains(['_', '-', '.', '/']);
    let words = may_be_words
        && (is_of_words(secret, char::is_ascii_lowercase)
            || is_of_words(secret, char::is_ascii_uppercase));
    (numbered || mixed) && bits(secret) >= 2.5 && !words && !is_placeholder(secret)
}

/// Identifiers joined by dashes and underscores are long and varied, but more than half of them is words.
fn is_of_words(value: &str, letter: fn(&char) -> bool) -> bool {
    let runs = value.split(|c: char| !letter(&c)).map(str::len);
    runs.filter(|length| *length >= 4).sum::<usize>() * 2 > value.len()
}

/// How many of lower case, upper case, digits and marks occur.
fn kinds(value: &str) -> usize {
    let has = |test: fn(&u8) -> bool| usize::from(value.bytes().any(|b| test(&b)));
    has(u8::is_ascii_lowercase)
        + has(u8::is_ascii_uppercase)
        + has(u8::is_ascii_digit)
        + has(u8::is_ascii_punctuation)
}

/// What someone would choose as a password: not a placeholder, not an identifier, not a type, not a single word.
pub(super) fn password(value: &str) -> bool {
    let secret = assigned(value);
    let code = secret.contains(['(', ')', '[', ']', '{', '}', ';', ',', '<', '>'])
        || secret.contains("::")
        || secret.contains("->")
        || secret.starts_with(['$', '&', '*', '/', '.', '%', '@', '#']);
    let has_digit = secret.bytes().any(|b| b.is_ascii_digit());
    let has_mark =
        secret.bytes().any(|b| b.is_ascii_punctuation() && !matches!(b, b'_' | b'.' | b'-' | b'/'));
    (6..=128).contains(&secret.len())
        && !code
        && has_digit
        && (kinds(secret) >= 3 || has_mark)
        && bits(secret) >= 2.5
        && !is_placeholder(secret)
}

/// The password that ends a connection string.
pub(super) fn connection_password(value: &str) -> bool {
    let secret = value.rsplit_once('=').map_or("", |(_, secret)| secret);
    secret.len() >= 4 && kinds(secret) >= 2 && !is_placeholder(secret)
}

/// The password of `scheme://user:password@host`.
pub(super) fn url_password(value: &str) -> bool {
    let user_part = value
        .split_once("://")
        .and_then(|(_, rest)| rest.rsplit_once('@'))
        .map_or("", |(user, _)| user);
    let secret = user_part.split_once(':').map_or("", |(_, secret)| secret);
    let known = ["password", "pass", "passwd", "pwd", "secret", "token", "foo", "bar", "pw", "p"];
    secret.len() >= 3
        && !is_placeholder(secret)
        && !known.iter().any(|k| secret.eq_ignore_ascii_case(k))
        && !secret.starts_with(['$', '{', '<', '%', ':'])
}

/// RFC 7519: a header that decodes to a JSON object with an algorithm, and a payload that decodes to an object.
pub(super) fn jwt(value: &str) -> bool {
    let mut parts = value.split('.');
    let (Some(header), Some(payload)) = (parts.next(), parts.next()) else { return false };
    let mut head = [0u8; 256];
    let Some(n) = decode(header, &mut head) else { return false };
    let head = head.get(..n).unwrap_or_default();
    let has_algorithm = head.windows(5).any(|w| w == b"\"alg\"");
    let mut start = [0u8; 3];
    let begins = payload.get(..4).and_then(|p| decode(p, &mut start)).is_some();
    head.first() == Some(&b'{') && has_algorithm && begins && start.first() == Some(&b'{')
}

/// Decodes base64url without padding as far as `out` reaches; `None` on a foreign byte.
fn decode(text: &str, out: &mut [u8]) -> Option<usize> {
    let (mut buffer, mut held, mut n) = (0u32, 0, 0);
    for byte in text.bytes() {
        let six = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'-' | b'+' => 62,
            b'_' | b'/' => 63,
            _ => return None,
        };
        buffer = buffer << 6 | u32::from(six);
        held += 6;
        if held >= 8 {
            held -= 8;
            let Some(place) = out.get_mut(n) else { return Some(n) };
            *place = u8::try_from(buffer >> held & 0xFF).ok()?;
            n += 1;
        }
        buffer &= (1 << held) - 1;
    }
    Some(n)
}
