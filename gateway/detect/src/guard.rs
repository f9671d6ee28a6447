//! What stands directly beside a value and says that it is a part of something else.
//!
//! Guards look at the few bytes around a match, never at words; words are the business of `context`.

use crate::boundary::{after_escape, escape_at};
use crate::context::AFTER;

/// How the neighbours of a match are judged. Named in rule files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Guard {
    /// Nothing beyond the word boundary.
    None,
    /// A number that is not a part of a longer number, version, path, UUID, hash or amount.
    Number,
    /// A word whose neighbours are not letters of any script.
    Word,
    /// A payment number: like a number, but an amount's sign, a date, a code or a remark may stand beside it.
    Card,
    /// A network address: like a number, but a port, a mask or a path may follow.
    Address,
    /// A mailbox: not the password and host of a web address.
    Mailbox,
}

impl Guard {
    /// How many there are.
    pub(crate) const COUNT: usize = Guard::Mailbox as usize + 1;

    /// The names an author can write.
    pub(crate) const NAMES: &'static str = "none, number, word, address, card, mailbox";

    pub(crate) fn named(name: &str) -> Option<Guard> {
        match name {
            "none" => Some(Guard::None),
            "number" => Some(Guard::Number),
            "word" => Some(Guard::Word),
            "address" => Some(Guard::Address),
            "mailbox" => Some(Guard::Mailbox),
            "card" => Some(Guard::Card),
            _ => None,
        }
    }

    /// Whether the match may stand where it stands.
    pub(crate) fn allows(self, text: &str, start: usize, end: usize) -> bool {
        match self {
            Guard::None => true,
            Guard::Number => {
                number_before(text.as_bytes(), start) && number_after(text.as_bytes(), end)
            }
            Guard::Word => word_alone(text, start, end),
            Guard::Card => {
                let text = text.as_bytes();
                card_before(text, start) && card_after(text, end) && !is_in_series(text, start, end)
            }
            Guard::Address => address_alone(text.as_bytes(), start, end),
            Guard::Mailbox => !is_password(text.as_bytes(), start),
        }
    }
}

fn back(text: &[u8], at: usize, n: usize) -> u8 {
    at.checked_sub(n).and_then(|i| text.get(i)).copied().unwrap_or(b' ')
}

fn ahead(text: &[u8], at: usize) -> u8 {
    text.get(at).copied().unwrap_or(b' ')
}

/// Whether the text goes on with a word after a mark that joins names, versions and paths. An escape is no word.
fn joined_after(text: &[u8], end: usize) -> bool {
    ahead(text, end + 1).is_ascii_alphanumeric() && escape_at(text, end) == 0
}

fn card_before(text: &[u8], start: usize) -> bool {
    match back(text, start, 1) {
        b'.' | b'-' | b'/' | b'\\' | b'+' | b'~' => number_before(text, start),
        _ => true,
    }
}

fn card_after(text: &[u8], end: usize) -> bool {
    let word = || {
        let after = text.get(end + 1..).unwrap_or_default();
        after.split(|b| !b.is_ascii_alphanumeric()).next().unwrap_or_default()
    };
    match ahead(text, end) {
        // `.0` as some writers of numbers have it.
        b'.' => word().iter().all(|b| *b == b'0'),
        // An expiry date or a security code.
        b'/' => word().len() <= 4 && word().iter().all(u8::is_ascii_digit),
        b'-' | b'\\' | b'+' | b'~' => !joined_after(text, end),
        _ => true,
    }
}

/// Whether groups of four digits are some of a series of such groups (years, accounts, times of day) and not numbers of cards in a row.
/// One group beside them may be a date or a code.
fn is_in_series(text: &[u8], start: usize, end: usize) -> bool {
    /// A group and the separator before it; groups looked at on either side: behind a value no more than a stream waits for.
    const STEP: usize = 5;
    const MOST: usize = AFTER / STEP;
    let group = |at: usize| {
        let digits = text.get(at..at + 4).is_some_and(|group| group.iter().all(u8::is_ascii_digit));
        digits && !ahead(text, at + 4).is_ascii_digit()
    };
    let separator = ahead(text, start + 4);
    if !group(start) || separator.is_ascii_digit() {
        return false;
    }
    let before = (1..=MOST).take_while(|n| {
        let at = start.checked_sub(n * STEP);
        at.is_some_and(|at| group(at) && ahead(text, at + 4) == separator)
    });
    let after = (0..MOST)
        .take_while(|n| ahead(text, end + n * STEP) == separator && group(end + n * STEP + 1));
    let (before, after) = (before.count(), after.count());
    before + after > 1 && (before % 4 != 0 || after % 4 != 0)
}

/// Whether a number may begin here that is no part of a longer one.
#[inline]
pub(crate) fn number_before(text: &[u8], start: usize) -> bool {
    let (near, far) = (back(text, start, 1), back(text, start, 2));
    match near {
        b'.' | b'-' | b'/' | b'\\' | b'+' | b'~' => {
            !far.is_ascii_alphanumeric() && far != b'.' && far != b'/' && far != b'-'
        }
        b'$' | b'@' | b'^' | b'&' | b'%' => false,
        b',' | b':' => !far.is_ascii_digit() || near == b',' && !amount_before(text, start),
        _ => true,
    }
}

/// Whether `1,234` style thousands stand before the number.
fn amount_before(text: &[u8], start: usize) -> bool {
    let digits = (2..=5).take_while(|n| back(text, start, *n).is_ascii_digit()).count();
    (1..=3).contains(&digits) && back(text, start, digits + 2) != b','
}

fn number_after(text: &[u8], end: usize) -> bool {
    let (near, far) = (ahead(text, end), ahead(text, end + 1));
    match near {
        b'.' | b':' => !far.is_ascii_digit(),
        b'-' | b'/' | b'\\' | b'+' | b'~' => !joined_after(text, end),
        b'%' | b'@' => false,
        b',' => {
            !(far.is_ascii_digit()
                && ahead(text, end + 2).is_ascii_digit()
                && ahead(text, end + 3).is_ascii_digit())
                || ahead(text, end + 4).is_ascii_digit()
        }
        b'(' => false,
        _ => true,
    }
}

fn word_alone(text: &str, start: usize, end: usize) -> bool {
    let before = text.get(..start).and_then(|t| t.chars().next_back());
    let after = text.get(end..).and_then(|t| t.chars().next());
    // Scripts that are written without spaces have no word boundaries to look for.
    let joined = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() && c < '\u{0E00}');
    (!joined(before) || after_escape(text.as_bytes(), start)) && !joined(after)
}

fn address_alone(text: &[u8], start: usize, end: usize) -> bool {
    let (near, far) = (back(text, start, 1), back(text, start, 2));
    let before = match near {
        b'.' | b'-' | b'+' => !far.is_ascii_alphanumeric() && far != near,
        b':' => far != near && (!far.is_ascii_alphanumeric() || is_label(text, start - 1)),
        // An amount of money.
        b'$' => false,
        b' ' => far != b'$',
        _ => true,
    };
    let (near, far) = (ahead(text, end), ahead(text, end + 1));
    // Six pairs are no address if another pair follows.
    let pairs = end - start == 17 && back(text, start + 3, 1) == b':';
    let after = match near {
        b'.' | b'-' => !far.is_ascii_alphanumeric(),
        b':' => far != b':' && !(pairs && far.is_ascii_hexdigit()),
        _ => true,
    };
    before && after
}

/// Whether a word ends here that is no group of an address: one of its letters is no hexadecimal digit (`inet addr:10.20.4.7`).
fn is_label(text: &[u8], end: usize) -> bool {
    /// Longest word that is looked at.
    const WORD: usize = 16;
    let before = text.get(end.saturating_sub(WORD)..end).unwrap_or_default();
    let mut word = before.iter().rev().take_while(|b| b.is_ascii_alphanumeric());
    word.any(|b| !b.is_ascii_hexdigit())
}

/// Whether `scheme://user:` stands before: then it is the password and the host of an address that `@` parts.
fn is_password(text: &[u8], start: usize) -> bool {
    /// Longest name and begin of a password.
    const USER: usize = 96;
    let before = text.get(start.saturating_sub(USER)..start).unwrap_or_default();
    let in_user = |b: &u8| {
        b.is_ascii_alphanumeric()
            || matches!(b, b'.' | b'_' | b'~' | b'%' | b'+' | b'-' | b':' | b'@')
    };
    let from = before.iter().rposition(|b| !in_user(b)).map_or(0, |at| at + 1);
    let (address, user) = before.split_at(from);
    address.ends_with(b"//") && user.contains(&b':')
}

/// Whether a line holds nothing but this value and others that are written alike: a row of a list.
pub(crate) fn in_list(text: &str, start: usize, end: usize) -> bool {
    /// Bytes looked at on either side: behind a value no more than a stream waits for.
    const REACH: usize = AFTER;
    let bytes = text.as_bytes();
    let before = bytes.get(start.saturating_sub(REACH)..start).unwrap_or_default();
    let after = bytes.get(end..text.len().min(end + REACH)).unwrap_or_default();
    let from = before.iter().rposition(|b| *b == b'\n').map(|at| at + 1);
    let to = after.iter().position(|b| *b == b'\n');
    let whole = (from.is_some() || start <= REACH) && (to.is_some() || text.len() - end <= REACH);
    let before = before.get(from.unwrap_or(0)..).unwrap_or_default();
    let after = after.get(..to.unwrap_or(after.len())).unwrap_or_default();
    let value = bytes.get(start..end).unwrap_or_default();
    // Words of scripts without spaces are all of one kind; numbers are not.
    let numbered = value.iter().any(u8::is_ascii_digit);
    let parts = |b: &u8| matches!(b, b' ' | b',' | b';' | b'\t' | b'|' | b'\r' | b'"' | b'\'');
    let apart = before.last().is_none_or(parts) && after.first().is_none_or(parts);
    let words = |side: &[u8]| {
        let words = side.split(parts);
        words.filter(|word| !word.is_empty()).all(|word| word == b"and" || is_alike(word, value))
    };
    whole && numbered && apart && words(before) && words(after)
}

/// What stands shortly before and behind a value and has the same kinds of characters at the same places: others of its column or list.
pub(crate) fn alike_near(text: &str, start: usize, end: usize) -> impl Iterator<Item = &str> {
    /// Bytes looked at on either side: behind a value no more than a stream waits for.
    const REACH: usize = AFTER;
    let value = text.get(start..end).unwrap_or_default().as_bytes();
    let before =
        text.get(text.floor_char_boundary(start.saturating_sub(REACH))..start).unwrap_or_default();
    let after = text.get(end..text.floor_char_boundary(end + REACH)).unwrap_or_default();
    let parts = |c: char| c.is_whitespace() || matches!(c, ',' | ';' | '|' | '"' | '\'');
    let words = before.split(parts).chain(after.split(parts));
    words.filter(move |word| word.bytes().map(kind).eq(value.iter().copied().map(kind)))
}

fn kind(byte: u8) -> (bool, bool, bool) {
    (byte.is_ascii_digit(), byte.is_ascii_uppercase(), byte.is_ascii_lowercase())
}

/// Whether two values have the same kinds of characters at the same places, or both mix letters and digits at about the same length.
fn is_alike(one: &[u8], other: &[u8]) -> bool {
    let mixed = |value: &[u8]| {
        let digits = value.iter().filter(|b| b.is_ascii_digit()).count();
        digits >= 5 && value.iter().any(u8::is_ascii_uppercase)
    };
    one.iter().copied().map(kind).eq(other.iter().copied().map(kind))
        || one.len().abs_diff(other.len()) <= 2 && mixed(one) && mixed(other)
}

/// Whether the match stands in marking position: alone on its line but for brackets, rules and numbering; or as a line's
/// heading in capitals.
pub(crate) fn alone_on_line(text: &str, start: usize, end: usize) -> bool {
    /// Bytes looked at on either side.
    const REACH: usize = 32;
    let ornament = |b: &u8| {
        matches!(
            b,
            b' ' | b'\t'
                | b'-'
                | b'='
                | b'*'
                | b'_'
                | b'#'
                | b'/'
                | b'|'
                | b'['
                | b']'
                | b'('
                | b')'
                | b'<'
                | b'>'
                | b'!'
                | b'\r'
                | b'.'
        )
    };
    let bytes = text.as_bytes();
    let before = bytes.get(start.saturating_sub(REACH)..start).unwrap_or_default();
    let after = bytes.get(end..text.len().min(end + REACH)).unwrap_or_default();
    // The line may end with the escape of pasted source text.
    let escape = |at: usize| escape_at(bytes, at) == 2;
    let line_before = (start - before.len()..start).rev().zip(before.iter().rev());
    let line_before = line_before
        .take_while(|(at, b)| **b != b'\n' && !(*at > 0 && escape(*at - 1)))
        .map(|(_, b)| b);
    let line_after = (end..).zip(after);
    let line_after = line_after.take_while(|(at, b)| **b != b'\n' && !escape(*at)).map(|(_, b)| b);
    let clean = line_before.clone().all(ornament) && line_after.clone().all(ornament);
    let reached = (line_before.count() < before.len() || start <= REACH)
        && (line_after.count() < after.len() || text.len() - end <= REACH);
    clean && reached
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(guard: Guard, text: &str, expect: bool) {
        let start = text.find('«').unwrap_or(0);
        let bare = text.replace('«', "");
        let end = bare.find('»').unwrap_or(bare.len());
        assert_eq!(guard.allows(&bare.replace('»', ""), start, end), expect, "{text}");
    }

    #[test]
    fn numbers_stand_alone() {
        check(Guard::Number, "ssn «123456789», ok", true);
        check(Guard::Number, "a=«123456789».", true);
        check(Guard::Number, "id:«123456789»", true);
        check(Guard::Number, "1,«123456789»,2", false);
        check(Guard::Number, "x,«123456789»,y", true);
        check(Guard::Number, "v1.«123456789»", false);
        check(Guard::Number, "«123456789».5", false);
        check(Guard::Number, "550e8400-«123456789»", false);
        check(Guard::Number, "$«123456789»", false);
        check(Guard::Number, "/path/«123456789»", false);
        check(Guard::Number, "«123456789»/path", false);
    }

    #[test]
    fn a_card_number_stands_beside_what_people_write_beside_it() {
        for text in
            ["$«1»", "&«1»", "«1»%", "«1»/12/27", "«1»(Visa)", "«1».0", "«1»:12:27", "«1»,123"]
        {
            check(Guard::Card, text, true);
        }
        check(Guard::Card, "550e8400-«1»", false);
        check(Guard::Card, "«1».5", false);
        check(Guard::Card, "«1»/path", false);
        check(Guard::Card, r"«1»\path", false);
        check(Guard::Card, r"«1»\n", true);
        check(Guard::Card, "4100 4110 «4120 4130 4140 4150» 4160", false);
        check(Guard::Card, "«4120 4130 4140 4150» 4160 4170 4180", false);
        check(Guard::Card, "«4111 1111 1111 1111» 1228 123", true);
        check(Guard::Card, "«4111 1111 1111 1111» 4111 1111 1111 1111", true);
    }

    #[test]
    fn a_password_before_a_host_is_no_mailbox() {
        check(Guard::Mailbox, "http://jane:«pass@host.example»", false);
        check(Guard::Mailbox, "ftp://jane:p@«ss@host.example»/x", false);
        check(Guard::Mailbox, "mailto:«jane@host.example»", true);
        check(Guard::Mailbox, "https://«jane@host.example»", true);
        check(Guard::Mailbox, "http://host:80/?to=«jane@host.example»", true);
        check(Guard::Mailbox, "//host:80,«jane@host.example»", true);
    }

    #[test]
    fn amounts_and_longer_addresses_are_no_addresses() {
        check(Guard::Address, "R$ «10.200.300.400»", false);
        check(Guard::Address, "«a4:5e:60:c2:11:9f»:00:01", false);
        check(Guard::Address, "«a4:5e:60:c2:11:9f»: up", true);
        check(Guard::Address, "«84.17.44.21»:443", true);
        check(Guard::Address, "inet addr:«84.17.44.21»", true);
        check(Guard::Address, "::ffff:«84.17.44.21»", false);
        check(Guard::Address, "std::«84.17.44.21»", false);
    }

    #[test]
    fn an_escape_is_no_neighbour() {
        check(Guard::Number, r"\n«123456789»\n", true);
        check(Guard::Word, r"\n«secret»\n", true);
        assert!(alone_on_line(r"a\nSECRET\nb", 3, 9));
        assert!(!alone_on_line(r"a\nSECRET ab", 3, 9));
    }

    #[test]
    fn words_are_not_parts_of_words() {
        check(Guard::Word, "dé«secret»", false);
        check(Guard::Word, "«secret»é", false);
        check(Guard::Word, "«secret» é", true);
        check(Guard::Word, "「«绝密»」", true);
    }

    #[test]
    fn values_that_are_written_alike_make_a_list() {
        assert!(in_list("AB1234567 CD7654321", 0, 9));
        assert!(in_list("x\n78375880347 and 12345678903\ny", 2, 13));
        assert!(!in_list("123456789 12345678", 0, 9));
        assert!(in_list("'AB1234567', 'AB12345678'", 1, 10));
        assert!(!in_list("see AB1234567", 4, 13));
        assert!(!in_list("商业机密保护", 6, 12));
    }

    #[test]
    fn markings_stand_alone_on_their_line() {
        assert!(alone_on_line("SECRET", 0, 6));
        assert!(alone_on_line("a\n  -- SECRET --\nb", 7, 13));
        assert!(!alone_on_line("a\nthe SECRET\nb", 6, 12));
        assert!(!alone_on_line("SECRET of the house", 0, 6));
    }
}
