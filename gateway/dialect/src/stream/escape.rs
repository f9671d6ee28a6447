//! JSON string escapes, both ways.
//!
//! Invariants: what is written is valid inside a JSON string whatever the text holds, and never holds a character that
//! any reader of event streams takes for a line end (CR, LF, NEL, LINE SEPARATOR, PARAGRAPH SEPARATOR, VT, FF, FS–RS).

use std::borrow::Cow;

/// Escapes text so that it can stand inside a JSON string, without the quotes. Borrows when nothing needs it.
///
/// For a channel whose own text is JSON source ([`super::Kind::is_json_text`]) a value must be escaped with this once
/// before it is put into the channel's text; writing the event escapes the whole once more.
#[must_use]
pub fn escape_json_text(text: &str) -> Cow<'_, str> {
    if !text.chars().any(needs_escape) {
        return Cow::Borrowed(text);
    }
    let mut out = Vec::with_capacity(text.len() + 16);
    escape_into(text, &mut out);
    // INVARIANT: `escape_into` copies whole characters and adds ASCII, so the bytes are UTF-8.
    Cow::Owned(String::from_utf8(out).unwrap_or_default())
}

/// Appends `text` escaped for the inside of a JSON string.
pub(crate) fn escape_into(text: &str, out: &mut Vec<u8>) {
    let mut from = 0;
    for (at, character) in text.char_indices().filter(|(_, character)| needs_escape(*character)) {
        out.extend_from_slice(&text.as_bytes()[from..at]);
        from = at + character.len_utf8();
        match character {
            '"' => out.extend_from_slice(b"\\\""),
            '\\' => out.extend_from_slice(b"\\\\"),
            '\n' => out.extend_from_slice(b"\\n"),
            '\r' => out.extend_from_slice(b"\\r"),
            '\t' => out.extend_from_slice(b"\\t"),
            other => out.extend_from_slice(format!("\\u{:04x}", u32::from(other)).as_bytes()),
        }
    }
    out.extend_from_slice(&text.as_bytes()[from..]);
}

/// Appends a whole JSON string, quotes included.
pub(crate) fn quote_into(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    escape_into(text, out);
    out.push(b'"');
}

/// Appends the decoded text of the inside of a JSON string that [`super::tree`] has accepted.
pub(crate) fn unescape_into(source: &str, out: &mut String) {
    let mut rest = source;
    while let Some((plain, after)) = rest.split_once('\\') {
        out.push_str(plain);
        let (character, used) = one_escape(after);
        out.push(character);
        rest = after.get(used..).unwrap_or("");
    }
    out.push_str(rest);
}

/// The character that an escape stands for and the bytes it takes after the backslash.
fn one_escape(after: &str) -> (char, usize) {
    match after.as_bytes().first() {
        Some(b'n') => ('\n', 1),
        Some(b't') => ('\t', 1),
        Some(b'r') => ('\r', 1),
        Some(b'b') => ('\u{8}', 1),
        Some(b'f') => ('\u{c}', 1),
        Some(b'u') => unicode_escape(after),
        Some(other) => (char::from(*other), 1),
        None => (char::REPLACEMENT_CHARACTER, 0),
    }
}

fn unicode_escape(after: &str) -> (char, usize) {
    let high = hex4(after, 1);
    if !(0xd800..0xdc00).contains(&high) {
        return (char::from_u32(high).unwrap_or(char::REPLACEMENT_CHARACTER), 5);
    }
    let low = hex4(after, 7);
    let code = 0x1_0000 + ((high - 0xd800) << 10) + (low.wrapping_sub(0xdc00) & 0x3ff);
    (char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER), 11)
}

/// Four hexadecimal digits at a byte offset; zero when they are not there (the reader has refused such text before).
pub(crate) fn hex4(text: &str, at: usize) -> u32 {
    text.get(at..at + 4).and_then(|digits| u32::from_str_radix(digits, 16).ok()).unwrap_or(0)
}

fn needs_escape(character: char) -> bool {
    matches!(character, '"' | '\\' | '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_text_comes_back(text in any::<String>()) {
            let escaped = escape_json_text(&text);
            let mut back = String::new();
            unescape_into(&escaped, &mut back);
            prop_assert_eq!(&back, &text);
            let read: String = serde_json::from_str(&format!("\"{escaped}\"")).map_err(|e| TestCaseError::fail(e.to_string()))?;
            prop_assert_eq!(read, text);
        }
    }

    #[test]
    fn the_awkward_ones() {
        let check = |text: &str, expect: &str| assert_eq!(escape_json_text(text), expect);
        check("plain é 日本 🦀", "plain é 日本 🦀");
        check("\"\\\n", "\\\"\\\\\\n");
        check("\u{2028}\u{85}\0", "\\u2028\\u0085\\u0000");
        let mut out = String::new();
        unescape_into("\\ud83e\\udd80\\/\\u00e9", &mut out);
        assert_eq!(out, "🦀/é");
    }
}
