//! The key of a service that is told by the name of the service only: `someservice_api_key = "…"`.
//!
//! The pattern says where the name stands and takes what follows as far as it may go; here the value is found in it.

use super::chance::{in_order_mostly, is_placeholder, is_uuid, of_words, varied};
use super::named::{names_a_key, of_something_else};

/// Words that may stand between the name and the value (`const char *`, `secret access key`).
const WORDS: usize = 4;
/// Shortest value.
const SHORTEST: usize = 12;

fn in_value(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(byte, b'+' | b'/' | b'_' | b'.' | b'=' | b'~' | b'%' | b'-')
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
    let alone = text.get(..at)?.bytes().all(|b| b.is_ascii_alphanumeric());
    for word_number in 0..WORDS {
        let gap = run(at, |b| !b.is_ascii_alphanumeric() && !matches!(b, b'/' | b'+'));
        let between = text.get(at..at + gap)?;
        at += gap;
        let length = run(at, |b| in_value(*b));
        let word = text.get(at..at + length)?;
        let length = name_before_equals(word).unwrap_or(length);
        let word = word.get(..length)?;
        let value = trimmed(word);
        let assigned = between.contains('=') || said;
        let quoted = [":'", ":\"", ": '", ": \"", "\": \"", "\":\"", " :'", " :\""];
        let next_to = between == " " || alone && quoted.contains(&between);
        let beside = word_number == 0 && next_to && stands_out(value);
        if assigned && is_secret(value) || said && is_long_number(value) || beside {
            return Some(at + value.len());
        }
        if gap > 12 || length == 0 || word.starts_with("//") || of_something_else(word) {
            return None;
        }
        said = said || names_a_key(word);
        at += length;
    }
    None
}

/// Where the value begins in `serviceSECRET-value`, or in `service_key_…` before a number of 128 bits.
fn joined(word: &str) -> Option<usize> {
    let uuid = word.len().checked_sub(36).filter(|at| word.get(*at..).is_some_and(is_uuid));
    if let Some(at) = uuid.filter(|at| word.get(..*at).is_some_and(names_a_key)) {
        return Some(at);
    }
    let names = ["secret", "token", "key", "access", "private"];
    let is_named = |at: usize| {
        names.iter().any(|name| {
            let said = at.checked_sub(name.len()).and_then(|from| word.get(from..at));
            said.is_some_and(|said| said.eq_ignore_ascii_case(name))
        })
    };
    let mark = word.rmatch_indices(['-', '.']).map(|(at, _)| at).find(|at| is_named(*at));
    mark.map(|at| at + 1).filter(|from| word.len() >= from + SHORTEST)
}

/// How long the name is in `SECRET=value`.
fn name_before_equals(word: &str) -> Option<usize> {
    let (name, value) = word.split_once('=')?;
    let is_name = name.bytes().all(|b| b.is_ascii_alphabetic() || matches!(b, b'_' | b'-' | b'.'));
    (is_name && name.len() <= 24 && value.len() >= SHORTEST).then_some(name.len())
}

fn trimmed(word: &str) -> &str {
    word.trim_end_matches(['.', '-', '/', '%', '~'])
}

/// Right behind the name of the service: one long run, hexadecimal or of letters and digits drawn by chance.
fn stands_out(value: &str) -> bool {
    let one_run = value.bytes().all(|b| b.is_ascii_alphanumeric()) || is_uuid(value);
    value.len() >= 28 && one_run && is_secret(value)
}

/// Some services number their keys: longer than any date, time or count.
fn is_long_number(value: &str) -> bool {
    value.len() >= 16 && value.bytes().all(|b| b.is_ascii_digit()) && varied(value)
}

/// Letters and digits in one run, or letters that make no words.
fn is_secret(value: &str) -> bool {
    let in_run = |run: &str, test: fn(&u8) -> bool| run.bytes().any(|b| test(&b));
    let mixed = is_uuid(value)
        || is_grouped(value)
        || value.split(|c: char| !c.is_ascii_alphanumeric()).any(|run| {
            let letters = in_run(run, u8::is_ascii_alphabetic);
            letters && (run.len() >= 6 && in_run(run, u8::is_ascii_digit) || run.len() >= 20)
        });
    // Written down in order it may be a sample, but it has the form of a key, and the name and the word for it say so.
    let written = in_order_mostly(value) || varied(value) && !of_words(value);
    value.len() >= SHORTEST
        && mixed
        && written
        && !is_placeholder(value)
        && !value.contains("//")
        && !value.contains("..")
}

/// A hexadecimal number of 96 bits and more in groups, as a UUID has them, with letters and digits anywhere.
fn is_grouped(value: &str) -> bool {
    let has = |test: fn(&u8) -> bool| value.bytes().any(|b| test(&b));
    let group = |g: &str| g.len() >= 4 && g.bytes().all(|b| b.is_ascii_hexdigit());
    value.len() >= 24
        && value.matches('-').count() >= 3
        && value.split('-').all(group)
        && has(u8::is_ascii_alphabetic)
        && has(u8::is_ascii_digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: Option<&str>) {
        let found = service_key(text).and_then(|end| text.get(..end));
        assert_eq!(found, expect, "{text}");
    }

    #[test]
    fn the_value_is_found_after_the_name() {
        check("acme_api_key = \"k3x9q2m7v5t8z1w4\" # x", Some("acme_api_key = \"k3x9q2m7v5t8z1w4"));
        check("acmeTOKEN k3x9q2m7v5t8z1w4, then", Some("acmeTOKEN k3x9q2m7v5t8z1w4"));
        check("acme SECRET=k3x9q2m7v5t8z1w4", Some("acme SECRET=k3x9q2m7v5t8z1w4"));
        check("acmeSECRET-k3x9q2m7v5t8z1w4", Some("acmeSECRET-k3x9q2m7v5t8z1w4"));
        check(
            "acme_key_0736f5ef-7e88-499a-80cc-31d9a2c84be6 x",
            Some("acme_key_0736f5ef-7e88-499a-80cc-31d9a2c84be6"),
        );
    }

    #[test]
    fn names_dates_and_addresses_are_no_values() {
        check("acme key: see the manual of 2024", None);
        check("acme_token = request_token_of_session", None);
        check("acme_version = 'vertex-2023-10-16'", None);
        check("acme_key = xxxxxxxxxxxxxxxxxxxxxxx1", None);
        check("acme k3x9q2m7v5t8z1w4", None);
        check(
            "acme 3f9a1c7be24d8056af31c9d27be84065, then",
            Some("acme 3f9a1c7be24d8056af31c9d27be84065"),
        );
        check("acme: 3f9a1c7be24d8056af31c9d27be84065", None);
        check(
            "acme: '3f9a1c7be24d8056af31c9d27be84065'",
            Some("acme: '3f9a1c7be24d8056af31c9d27be84065"),
        );
        check("acme_commit\": \"3f9a1c7be24d8056af31c9d27be84065", None);
        check("acme_key.abc123abc123abc123abc123", Some("acme_key.abc123abc123abc123abc123"));
        check("acme_key = abcdefabcdefabcdefabcdef", Some("acme_key = abcdefabcdefabcdefabcdef"));
        check(
            "acme=3f9a-1c7b-240801-560319-c9278841",
            Some("acme=3f9a-1c7b-240801-560319-c9278841"),
        );
        check("acme=2024-1102-240801-560319-92788411", None);
        check("acme_token = 1209384756102938", Some("acme_token = 1209384756102938"));
        check("acme_count = 1209384756102938", None);
        check("acme\"\nchecksum = \"3f9a1c7be24d8056af31c9d27be84065", None);
        check("acme_url = https://acme.com/list?list=k3x9q2m7v5t8z1w4", None);
    }
}
