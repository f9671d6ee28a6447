//! Where a word begins and ends, and where what is said does.
//!
//! ASCII letters and digits make a word; an underscore belongs to it only between two of them, so that emphasis (`_value_`) hides nothing.
//! An escape of pasted source text (`\n`, `\u00e9`) is a boundary: its letters are no part of the word that follows.

use crate::finding::Span;

/// Underscores in a row that are emphasis and not a line to write on.
const EMPHASIS: usize = 3;
/// Bytes before a place in which a border of words is looked for.
const BORDER_MAX: usize = 32;

/// Bytes of the escape that begins here; 0 if there is none.
pub(crate) fn escape_at(text: &[u8], at: usize) -> usize {
    match (text.get(at), text.get(at + 1)) {
        (Some(b'\\'), Some(b'n' | b'r' | b't' | b'b' | b'f')) => 2,
        (Some(b'\\'), Some(b'u')) => {
            let hex = text.get(at + 2..at + 6);
            if hex.is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit)) { 6 } else { 0 }
        }
        _ => 0,
    }
}

/// Whether an escape ends right before this place.
#[inline]
pub(crate) fn after_escape(text: &[u8], at: usize) -> bool {
    let ends = |n: usize| {
        let from = at.wrapping_sub(n);
        text.get(from) == Some(&b'\\') && escape_at(text, from) == n
    };
    ends(2) || ends(6)
}

/// Whether this byte is the letter of an escape.
#[inline]
pub(crate) fn in_escape(text: &[u8], at: usize) -> bool {
    let from = at.wrapping_sub(1);
    text.get(from) == Some(&b'\\') && escape_at(text, from) > 0
}

/// Whether a word may begin here: nothing before it that it would continue.
#[inline]
pub(crate) fn may_begin(text: &[u8], at: usize) -> bool {
    match at.checked_sub(1).and_then(|i| text.get(i)) {
        Some(b'_') => {
            let before = text.get(..at).unwrap_or_default();
            let n = before.iter().rev().take(EMPHASIS + 1).take_while(|b| **b == b'_').count();
            n <= EMPHASIS && (n == at || may_begin(text, at - n))
        }
        Some(b) if b.is_ascii_alphanumeric() => after_escape(text, at),
        _ => true,
    }
}

/// Words before the last one of an identifier that make it the name of something public: `public_key`, `nextPageToken`.
const NAMES_OTHER: [&[u8]; 8] =
    [b"public", b"next", b"page", b"cache", b"primary", b"foreign", b"partition", b"continuation"];

/// Whether a word begins here inside an identifier, behind an underscore or as a hump of `camelCase` and `HTTPServer`, and the word before it
/// does not name something else.
#[inline]
pub(crate) fn inside_identifier(text: &[u8], at: usize) -> bool {
    let before = text.get(..at).unwrap_or_default();
    let byte = |n: usize| text.get(at + n).copied().unwrap_or(b' ');
    let begins = match before.last() {
        Some(b'_') => true,
        Some(b) if b.is_ascii_uppercase() => {
            byte(0).is_ascii_uppercase() && byte(1).is_ascii_lowercase()
        }
        Some(b) => b.is_ascii_alphanumeric() && byte(0).is_ascii_uppercase(),
        None => false,
    };
    begins && {
        let word = before.strip_suffix(b"_").unwrap_or(before);
        let ends = |name: &&[u8]| {
            word.split_at_checked(word.len().wrapping_sub(name.len()))
                .is_some_and(|(_, end)| end.eq_ignore_ascii_case(name))
        };
        !NAMES_OTHER.iter().any(ends)
    }
}

/// Whether a word of any kind begins here.
#[inline]
pub(crate) fn starts_word(text: &[u8], at: usize) -> bool {
    may_begin(text, at) || inside_identifier(text, at)
}

/// Whether a word may end here: nothing after it that would continue it, nor within a character.
#[inline]
pub(crate) fn may_end(text: &[u8], end: usize) -> bool {
    match text.get(end) {
        Some(b'_') => {
            let after = text.get(end..).unwrap_or_default();
            let n = after.iter().take(EMPHASIS + 1).take_while(|b| **b == b'_').count();
            n <= EMPHASIS && !after.get(n).is_some_and(u8::is_ascii_alphanumeric)
        }
        // The second and later bytes of a character.
        Some(0x80..0xC0) => false,
        Some(b) => !b.is_ascii_alphanumeric(),
        None => true,
    }
}

/// Whether what stands here is no part of a longer word, in the detectors' sense.
#[must_use]
pub fn is_apart(text: &str, span: Span) -> bool {
    may_begin(text.as_bytes(), span.start) && may_end(text.as_bytes(), span.end)
}

/// A border of words before a place if there is one near, so that the first that counts is read whole.
pub(crate) fn border(text: &str, at: usize) -> usize {
    let least = text.floor_char_boundary(at.saturating_sub(BORDER_MAX));
    let bytes = text.as_bytes().get(least..at).unwrap_or_default();
    let space = bytes.iter().rposition(|b| b.is_ascii() && !b.is_ascii_alphanumeric());
    space.map_or(least, |space| least + space)
}

/// Where what is said behind a value ends: with its line or its sentence. What follows is said of something else.
pub(crate) fn end_of_speech(text: &[u8], from: usize) -> usize {
    (from..text.len()).find(|at| ends_speech(text, *at)).unwrap_or(text.len())
}

/// Whether a line or a sentence ends here.
fn ends_speech(text: &[u8], at: usize) -> bool {
    let byte = |n: usize| text.get(at + n).copied().unwrap_or(b' ');
    match byte(0) {
        b'\n' => true,
        b'\\' => escape_at(text, at) == 2 && byte(1) == b'n',
        // A full stop before a capital, or before a letter of another script.
        b'.' | b'!' | b'?' => byte(1) == b' ' && (byte(2).is_ascii_uppercase() || byte(2) >= 0x80),
        // The full stops of Chinese and Japanese, and of India.
        0xE3 => text.get(at..at + 3) == Some("。".as_bytes()),
        0xE0 => text.get(at..at + 3) == Some("।".as_bytes()),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: bool) {
        let start = text.find('«').unwrap_or(0);
        let bare = text.replace('«', "");
        let end = bare.find('»').unwrap_or(bare.len());
        let bare = bare.replace('»', "");
        assert_eq!(
            may_begin(bare.as_bytes(), start) && may_end(bare.as_bytes(), end),
            expect,
            "{text}"
        );
    }

    #[test]
    fn words_end_where_letters_and_digits_end() {
        check("«word»", true);
        check("(«word»)", true);
        check("a«word»", false);
        check("«word»7", false);
        check("人«word»人", true);
    }

    #[test]
    fn an_underscore_joins_words_and_emphasises_them() {
        check("_«word»_", true);
        check("the __«word»__.", true);
        check("snake_«word»", false);
        check("«word»_case", false);
        check("____«word»", false);
    }

    #[test]
    fn identifiers_are_made_of_words() {
        let check = |text: &str, expect: bool| {
            let at = text.find('«').unwrap_or(0);
            assert_eq!(inside_identifier(text.replace('«', "").as_bytes(), at), expect, "{text}");
        };
        check("db_«password", true);
        check("generic«Token", true);
        check("my2«Token", true);
        check("SMTP«Password", true);
        check("SMT«PPassword", false);
        check("pass«word", false);
        check("TOK«EN", false);
        check("public«Key", false);
        check("next_page_«token", false);
        check(" «Token", false);
    }

    #[test]
    fn an_escape_is_a_boundary() {
        check(r"first\n«word»\n", true);
        check(r"\u00e9«word»\u00e9", true);
        check(r"\n_«word»_", true);
        check(r"\x«word»", false);
        check(r"\u00g9«word»", false);
    }
}
