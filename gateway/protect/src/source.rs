//! Text as characters, whether it is plain or the inside of JSON source, and whether or not more of it will come.

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::url::Url;

/// What a restored text is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Target {
    /// The text itself. If it is JSON, values are escaped as they are put into its strings.
    #[default]
    Plain,
    /// JSON source, as in the arguments of a tool call: escapes are read through, and values are escaped as they are put
    /// into its strings, once more for JSON inside of a string.
    JsonString,
}

/// Appends a value, escaped as often as the place asks that it is put at.
pub(crate) fn put(value: &str, layers: u8, out: &mut String) {
    let mut inner = Cow::Borrowed(value);
    for _ in 0..layers {
        let mut escaped = String::new();
        escape(&inner, &mut escaped);
        inner = Cow::Owned(escaped);
    }
    out.push_str(&inner);
}

/// Appends the inside of a JSON string (RFC 8259 §7).
fn escape(value: &str, out: &mut String) {
    for c in value.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            // Writing to a string does not fail.
            c if c < ' ' => _ = write!(out, "\\u{:04x}", u32::from(c)),
            c => out.push(c),
        }
    }
}

/// What comes next cannot be told, because the text ends here and more of it will come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cut;

/// A text to be read character by character from any of its places.
#[derive(Clone, Copy)]
pub(crate) struct Source<'t> {
    pub(crate) text: &'t str,
    pub(crate) target: Target,
    /// Whether this is the end of the text, or more will come.
    pub(crate) last: bool,
}

/// Stands for escapes that no character is meant by.
const NO_CHARACTER: char = char::REPLACEMENT_CHARACTER;

impl<'t> Source<'t> {
    /// The character at a place and the place behind it; `None` at the end of the text.
    pub(crate) fn next(&self, at: usize) -> Result<Option<(char, usize)>, Cut> {
        match self.text.as_bytes().get(at) {
            None if self.last => Ok(None),
            None => Err(Cut),
            Some(b'\\') if self.target == Target::JsonString => self.escape(at).map(Some),
            Some(byte) if byte.is_ascii() => Ok(Some((char::from(*byte), at + 1))),
            Some(_) => {
                Ok(self.slice(at, self.text.len()).chars().next().map(|c| (c, at + c.len_utf8())))
            }
        }
    }

    /// The text between two places that were given out.
    pub(crate) fn slice(&self, from: usize, to: usize) -> &'t str {
        // INVARIANT: places are character boundaries in order, so the fallback is never taken.
        self.text.get(from..to).unwrap_or_default()
    }

    /// Looks for addresses between two places that were given out.
    pub(crate) fn look(&self, mut at: usize, to: usize, url: &mut Url) {
        while at < to {
            let Ok(Some((c, next))) = self.next(at) else { return };
            url.take(c);
            at = next;
        }
    }

    /// Reads the JSON escape at a place (RFC 8259, 7). A backslash that begins none is a character by itself.
    fn escape(&self, at: usize) -> Result<(char, usize), Cut> {
        let c = match self.text.as_bytes().get(at + 1) {
            None if self.last => return Ok((NO_CHARACTER, at + 1)),
            None => return Err(Cut),
            Some(b'u') => return self.unicode_escape(at),
            Some(b @ (b'"' | b'\\' | b'/')) => char::from(*b),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(_) => return Ok((NO_CHARACTER, at + 1)),
        };
        Ok((c, at + 2))
    }

    fn unicode_escape(&self, at: usize) -> Result<(char, usize), Cut> {
        let rest = self.text.as_bytes().get(at + 2..).unwrap_or_default();
        let digits = rest.iter().take(4).take_while(|b| b.is_ascii_hexdigit()).count();
        if digits < 4 {
            let cut = digits == rest.len() && !self.last;
            return if cut { Err(Cut) } else { Ok((NO_CHARACTER, at + 2)) };
        }
        let code = u32::from_str_radix(self.slice(at + 2, at + 6), 16).ok();
        Ok((code.and_then(char::from_u32).unwrap_or(NO_CHARACTER), at + 6))
    }
}

#[cfg(test)]
mod tests;
