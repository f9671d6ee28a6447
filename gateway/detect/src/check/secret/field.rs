//! Passwords and keys that a label, a column or a heading names, however that is laid out: markdown, tables, HTML, pairs of name and value.
//!
//! Here the name says little of where the value begins, so the value has to say that it is one.

use super::chance::{bits, is_placeholder, is_uuid, kinds, of_words, varied};
use super::password::is_no_password;
use crate::check::small::Small;

/// Characters that no password behind a label goes on over.
const BORDERS: &[char] = &['"', '\'', '`', '|', '>', '\u{A0}', '：', '＝', '→', '–', '—'];

/// Where the value begins that ends the text.
fn value_at(text: &str) -> usize {
    let border = |c: char| c.is_ascii_whitespace() || BORDERS.contains(&c);
    let after = |found: Option<(usize, &str)>| found.map_or(0, |(at, mark)| at + mark.len());
    let mut at = after(text.rmatch_indices(border).next());
    at = at.max(after(text.rmatch_indices("&nbsp;").next()));
    // Right behind the mark: `pw=…`, and what emphasised its label.
    let rest = text.get(at..).unwrap_or("");
    let label = |c: char| c.is_alphabetic() || matches!(c, '*' | '_' | ',');
    let mark = rest.trim_start_matches(label);
    if mark.starts_with([':', '=']) {
        at += rest.len() - mark.len() + 1;
    }
    let rest = text.get(at..).unwrap_or("");
    at + rest.len() - rest.trim_start_matches(['*', '_']).len()
}

/// Without the emphasis, the tag and the punctuation behind it.
fn trimmed(value: &str) -> &str {
    let value = value.split(['<', '"', '\'', '`', '|']).next().unwrap_or("");
    let value = value.trim_end_matches(['.', ',', ';', ':', '?', '\\']);
    let emphasis = |value: &str| value.ends_with("**") || value.ends_with("__");
    if emphasis(value) { value.trim_end_matches(['*', '_']) } else { value }
}

/// Three kinds of characters, a digit and a mark among them that neither joins words nor belongs to code: what stands beside a word for a
/// password and looks like this was chosen for one.
fn is_chosen(secret: &str) -> bool {
    let has = |test: fn(&u8) -> bool| secret.bytes().any(|b| test(&b));
    let mark = has(|b| {
        matches!(b, b'!' | b'@' | b'#' | b'$' | b'%' | b'^' | b'&' | b'*' | b'?' | b'~' | b'+')
    });
    let code = secret
        .contains(['(', ')', '[', ']', '{', '}', '<', '>', ';', ',', '=', '\\', '/', ':'])
        || secret.starts_with(['$', '%', '.', '@', '&', '#', '-'])
        || ["%d", "%s", "++", "->", ".."].iter().any(|piece| secret.contains(piece));
    let mailbox = secret.split_once('@').is_some_and(|(_, host)| {
        host.rsplit_once('.')
            .is_some_and(|(_, top)| top.len() >= 2 && top.bytes().all(|b| b.is_ascii_alphabetic()))
    });
    (6..=100).contains(&secret.len())
        && has(u8::is_ascii_digit)
        && has(u8::is_ascii_alphabetic)
        && mark
        && kinds(secret) >= 3
        && bits(secret) >= 2.5
        && !code
        && !mailbox
        && !is_placeholder(secret)
        && !is_no_password(secret)
}

/// A password behind its label; ends with it.
pub(in crate::check) fn laid_out_password(text: &str) -> Option<usize> {
    let at = value_at(text);
    let value = trimmed(text.get(at..)?);
    is_chosen(value).then_some(at + value.len())
}

/// A value that was chosen for a password; ends with it.
pub(in crate::check) fn chosen_password(text: &str) -> Option<usize> {
    let value = trimmed(text);
    is_chosen(value).then_some(value.len())
}

/// The value of a field that is named after a password: letters and digits that are no words and no date will do.
pub(in crate::check) fn field_password(text: &str) -> Option<usize> {
    let value = trimmed(text);
    let has = |test: fn(&u8) -> bool| value.bytes().any(|b| test(&b));
    let plain = value.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
    let letters = value.bytes().filter(u8::is_ascii_alphabetic).count();
    let holds = plain
        && value.len() >= 8
        && letters >= 3
        && has(u8::is_ascii_digit)
        && bits(value) >= 2.5
        && !of_words(value)
        && !is_uuid(value)
        && !is_placeholder(value)
        && !is_no_password(value);
    (holds || is_chosen(value)).then_some(value.len())
}

/// Words of English prose that are in no list of BIP 39.
const PROSE: &[&str] = &[
    "the", "and", "for", "with", "are", "your", "was", "were", "from", "not", "has", "but", "his",
    "her", "its", "our", "which", "their", "been", "must", "should", "these", "those", "write",
    "down", "keep", "words", "twelve", "paper",
];

/// BIP 39: the phrase that restores a wallet has 12, 15, 18, 21 or 24 words; ends with the last of them.
pub(in crate::check) fn seed_phrase(text: &str) -> Option<usize> {
    const LENGTHS: [usize; 5] = [24, 21, 18, 15, 12];
    let label = |c: char| c.is_alphabetic() || matches!(c, ' ' | '_' | '-');
    let behind = text.trim_start_matches(label);
    // Behind a copula instead of a mark.
    let said = [" is ", " are ", " ist ", " lautet ", " est ", " es ", "は", "是"];
    let copula = said.iter().filter_map(|verb| text.find(verb).map(|at| at + verb.len())).min();
    let marked = behind.starts_with([':', '=', '：', '*', '`', '"', '\'']);
    let from = if marked { text.len() - behind.len() } else { copula? };
    let mut ends = Vec::new();
    let mut at = from;
    for word in text.get(from..)?.split_inclusive(|c: char| !c.is_ascii_alphabetic()) {
        let letters = word.trim_end_matches(|c: char| !c.is_ascii_alphabetic());
        if letters.len() >= 3 {
            let lower = Small::ascii(letters);
            if letters.len() > 8 || PROSE.contains(&&*lower) {
                break;
            }
            ends.push(at + letters.len());
        }
        at += word.len();
    }
    let count = LENGTHS.into_iter().find(|count| ends.len() >= *count)?;
    ends.get(count - 1).copied()
}

/// The private numbers of a key as .NET writes it: what is not yet there after the public ones makes it a private key.
pub(in crate::check) fn rsa_xml(text: &str) -> bool {
    ["<P>", "<D>", "<Q>", "<DP>"].iter().any(|tag| {
        text.split_once(tag).is_some_and(|(_, number)| {
            let number = number.split('<').next().unwrap_or("");
            number.len() >= 4 && varied(number.trim()) && !is_placeholder(number)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Option<&str> {
        let end = laid_out_password(text)?;
        text.get(value_at(text)..end)
    }

    #[test]
    fn a_password_is_found_in_every_layout() {
        for text in [
            "Password:** Xy7#kQ9z",
            "Password: **Xy7#kQ9z**",
            "Password</td><td>Xy7#kQ9z",
            "Password:&nbsp;Xy7#kQ9z",
            "Password:\n  `Xy7#kQ9z",
            "Password (temporary): Xy7#kQ9z",
            "mot de passe → Xy7#kQ9z.",
            "password 0 Xy7#kQ9z",
            "PASSWORD Xy7#kQ9z",
            "pw=Xy7#kQ9z",
            "密码**：Xy7#kQ9z",
            "PASSWORD\",\"value\":\"Xy7#kQ9z",
        ] {
            assert_eq!(value(text), Some("Xy7#kQ9z"), "{text}");
        }
        for text in [
            "Password:** must",
            "Password: jane7@host.org",
            "Password: f(x1)!a",
            "Password: Section2",
        ] {
            assert_eq!(value(text), None, "{text}");
        }
    }

    #[test]
    fn a_seed_phrase_has_twelve_words() {
        let twelve = "legal winner thank year wave sausage worth useful legal winner thank yellow";
        let found = |text: &str| seed_phrase(text).is_some();
        assert!(found(&format!("seed phrase: {twelve}")));
        assert!(found(&format!("my seed phrase is {twelve}")));
        assert!(!found("seed phrase: legal winner thank year wave sausage worth useful legal"));
        assert!(!found(
            "seed phrase: a list of words that you write down for the day when the phone breaks"
        ));
    }

    #[test]
    fn fields_hold_passwords() {
        let found = |text: &str| field_password(text).is_some();
        assert!(found("hunter22x") && found("Xy7#kQ9z!pL2"));
        assert!(
            !found("2024-11-03")
                && !found("administration1")
                && !found("0736f5ef-7e88-499a-80cc-99a99a9a9999")
        );
    }
}
