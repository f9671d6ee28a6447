//! What looks exactly like a token of ours, whoever wrote it: `[`, 1 to 20 capitals, `-`, 10, 16 or 26 digits, `]`.
//!
//! Used to count tokens that could not be restored and to tell inspection that a text mentions one. Looking like a token
//! proves nothing: what is ours is what the vault holds.

use std::ops::Range;

use crate::code::{CLASS_MAX, CODE_LENGTHS, DIGITS};

/// Recognises the shape over text that comes in pieces. Holds numbers, no text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Not inside of anything.
    #[default]
    Outside,
    /// Behind the bracket and so many capitals.
    Class(usize),
    /// Behind the hyphen and so many digits; the class had so many capitals.
    Code { class: usize, code: usize },
}

impl Shape {
    /// Takes one byte; the length of the token if it ends with this byte.
    pub(crate) fn take(&mut self, byte: u8) -> Option<usize> {
        let (next, ended) = match (*self, byte) {
            (Self::Code { class, code }, b']') if CODE_LENGTHS.contains(&code) => {
                (Self::Outside, Some(class + code + 3))
            }
            (_, b'[') => (Self::Class(0), None),
            (Self::Class(n), b'A'..=b'Z') if n < CLASS_MAX => (Self::Class(n + 1), None),
            (Self::Class(class @ 1..), b'-') => (Self::Code { class, code: 0 }, None),
            (Self::Code { class, code }, _) if code < CODE_LENGTHS[2] && DIGITS.contains(&byte) => {
                (Self::Code { class, code: code + 1 }, None)
            }
            _ => (Self::Outside, None),
        };
        *self = next;
        ended
    }

    /// Takes a piece of text and counts the tokens that end in it.
    pub(crate) fn count(&mut self, text: &str) -> usize {
        let mut bytes = text.as_bytes();
        let mut count = 0;
        while let Some((first, rest)) = bytes.split_first() {
            if *self == Self::Outside && *first != b'[' {
                // PERF: most text has no bracket.
                let Some(skip) = memchr::memchr(b'[', rest) else { break };
                bytes = rest.get(skip..).unwrap_or_default();
                continue;
            }
            count += usize::from(self.take(*first).is_some());
            bytes = rest;
        }
        count
    }
}

/// Where a text has what looks exactly like a token, as byte ranges in order.
///
/// ```
/// let text = "Dear [NAME-7F3K9Q2MXA], re [see 3]";
/// assert_eq!(protect::tokens_in(text).collect::<Vec<_>>(), [5..22]);
/// ```
pub fn tokens_in(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut shape = Shape::default();
    text.bytes()
        .enumerate()
        .filter_map(move |(at, byte)| shape.take(byte).map(|length| at + 1 - length..at + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &[&str]) {
        let found: Vec<&str> = tokens_in(text).filter_map(|range| text.get(range)).collect();
        assert_eq!(found, expect);
        let mut cut = Shape::default();
        let counted: usize =
            text.split_inclusive(|_: char| true).map(|piece| cut.count(piece)).sum();
        assert_eq!(counted, expect.len(), "in pieces: {text}");
        assert_eq!(Shape::default().count(text), expect.len());
    }

    #[test]
    fn finds_exact_tokens() {
        check("[EMAIL-7F3K9Q2MXA]", &["[EMAIL-7F3K9Q2MXA]"]);
        check("[[EMAIL-7F3K9Q2MXA]]", &["[EMAIL-7F3K9Q2MXA]"]);
        check("é[A-0123456789][B-0123456789ABCDEF]", &["[A-0123456789]", "[B-0123456789ABCDEF]"]);
        check("[EMAIL-[EMAIL-7F3K9Q2MXA]", &["[EMAIL-7F3K9Q2MXA]"]);
        check("[X-0123456789ABCDEFGHJKMNPQRS]", &["[X-0123456789ABCDEFGHJKMNPQRS]"]);
    }

    #[test]
    fn passes_over_the_rest() {
        for text in [
            "",
            "[EMAIL]",
            "[email-7f3k9q2mxa]",
            "EMAIL-7F3K9Q2MXA",
            "[EMAIL-7F3K9Q2MX]",
            "[EMAIL-7F3K9Q2MXAB]",
            "[EMAIL-7F3K9Q2MXO]",
            "[-7F3K9Q2MXA]",
            "[EMAIL 7F3K9Q2MXA]",
            "[ABCDEFGHIJKLMNOPQRSTU-7F3K9Q2MXA]",
            "[X-0123456789ABCDEFGHJKMNPQRST]",
        ] {
            check(text, &[]);
        }
    }
}
