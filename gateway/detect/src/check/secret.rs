//! Whether a string is a secret and not a word, a placeholder or a piece of code.
//!
//! `chance` knows what random characters look like, `named` reads names and values, `password` what people choose, `login` what
//! commands and addresses carry, `service` finds a value after the name of its service, `field` finds one behind a label, `encoded` decodes,
//! `terms` looks for words.

mod chance;
mod encoded;
mod field;
mod login;
mod named;
mod password;
mod service;
mod terms;

pub(super) use encoded::{basic_pair, jwk, jwt, kubernetes_secret};
pub(super) use field::{chosen_password, field_password, laid_out_password, rsa_xml, seed_phrase};
pub(super) use login::{command_password, connection_password, net_use, url_password, user_pair};
pub(super) use named::{header_secret, hex_secret, key_word, named_key, secret_value};
pub(super) use password::{env_password, password, pin_code, said_password};
pub(super) use service::service_key;

use chance::{bits, is_placeholder, of_words, varied};
use terms::Terms;

/// Words anywhere in a token of a sample.
static SAMPLES: Terms = Terms::new(&["example", "your_", "your-", "_here", "placeholder"]);

/// A token with a vendor's mark: what follows it is varied and neither words nor a placeholder.
pub(super) fn token(value: &str) -> bool {
    let run = |c: char| !(c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '%'));
    let longest = value.split(run).max_by_key(|part| part.len()).unwrap_or("");
    let numbered = longest.bytes().any(|b| b.is_ascii_digit());
    varied(longest)
        && !is_placeholder(longest)
        && !SAMPLES.occur_in(value)
        && (numbered || !of_words(longest))
}

/// A token that ends with the CRC-32 of all that stands before it, up to and with the equals sign, in eight digits; older ones have no
/// such end.
pub(super) fn atlassian_token(value: &str) -> bool {
    let sum_holds =
        value.rsplit_once('=').filter(|(_, sum)| !sum.is_empty()).is_none_or(|(_, sum)| {
            let said = u32::from_str_radix(sum, 16);
            let mut crc = flate2::Crc::new();
            crc.update(value.get(..value.len() - sum.len()).unwrap_or_default().as_bytes());
            sum.len() == 8 && said.is_ok_and(|said| said == crc.sum())
        });
    token(value) && sum_holds
}

/// What follows the name of the scheme, which says already that it is a credential: anything but words and placeholders.
/// How varied it is says little, since a token may repeat itself.
pub(super) fn bearer_token(value: &str) -> bool {
    let value = value.trim_end_matches('=');
    let secret = value.rsplit_once([' ', ':', '=']).map_or("", |(_, token)| token);
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
