//! The plain form in which words are looked for.
//!
//! Lower case; everything that is not a letter or digit becomes one space, as does the border between an ASCII digit and a letter of
//! another script; `camelCase` is split; the letters of an escape of pasted source text are none of the text's own.

use crate::boundary::escape_at;

/// Brings characters to the plain form, one after the other.
#[derive(Clone, Copy, Default)]
pub(crate) struct Plainer {
    /// A letter or digit stands last in the plain form: a space is due before what is none.
    in_word: bool,
    /// Small letters in a row.
    lowers: u8,
    last: Last,
    /// Where the escape ends that the text is in.
    escape_ends: usize,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Last {
    #[default]
    Other,
    Digit,
    Foreign,
}

impl Plainer {
    /// Takes the character `c` at `at`. Returns where in `plain` it begins, behind the space that it may be given.
    pub(crate) fn take(&mut self, text: &[u8], at: usize, c: char, plain: &mut String) -> usize {
        if c == '\\' {
            self.escape_ends = self.escape_ends.max(at + escape_at(text, at));
        }
        let is_word = if c.is_ascii() { c.is_ascii_alphanumeric() } else { c.is_alphanumeric() };
        if !is_word || at < self.escape_ends {
            let begin = plain.len();
            self.end(plain);
            return begin;
        }
        let kind = match c {
            '0'..='9' => Last::Digit,
            _ if c.is_ascii() => Last::Other,
            _ => Last::Foreign,
        };
        let apart = matches!(
            (self.last, kind),
            (Last::Digit, Last::Foreign) | (Last::Foreign, Last::Digit)
        );
        if self.in_word && (apart || c.is_ascii_uppercase() && self.lowers >= 2) {
            plain.push(' ');
        }
        self.lowers =
            if c.is_ascii_lowercase() { self.lowers.saturating_add(1) } else { self.lowers };
        if c.is_uppercase() {
            self.lowers = 0;
        }
        (self.in_word, self.last) = (true, kind);
        let begin = plain.len();
        if c.is_ascii() {
            plain.push(c.to_ascii_lowercase());
        } else {
            plain.extend(c.to_lowercase());
        }
        begin
    }

    /// Ends the word, if the text is in one.
    pub(crate) fn end(&mut self, plain: &mut String) {
        if self.in_word {
            plain.push(' ');
        }
        (self.in_word, self.lowers, self.last) = (false, 0, Last::Other);
    }
}

/// Appends the plain form of `text`, with a space at either end.
pub(crate) fn plainly(text: &str, plain: &mut String) {
    plain.push(' ');
    let mut plainer = Plainer::default();
    for (at, c) in text.char_indices() {
        plainer.take(text.as_bytes(), at, c, plain);
    }
    plainer.end(plain);
}

/// Appends the plain form of `text`, with one space between it and what is there already.
pub(crate) fn append(text: &str, plain: &mut String) {
    plain.pop();
    plainly(text, plain);
}

/// The largest character boundary not after `at`.
pub(crate) fn floor(text: &str, at: usize) -> usize {
    (0..=at).rev().find(|i| text.is_char_boundary(*i)).unwrap_or(0)
}

/// The smallest character boundary not before `at`.
pub(crate) fn ceil(text: &str, at: usize) -> usize {
    (at..text.len()).find(|i| text.is_char_boundary(*i)).unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> String {
        let mut out = String::new();
        plainly(text, &mut out);
        out
    }

    #[test]
    fn text_is_brought_to_one_form() {
        assert_eq!(plain("Steuer-ID: "), " steuer id ");
        assert_eq!(plain("userTaxId"), " user tax id ");
        assert_eq!(plain("DoB_OF"), " dob of ");
        assert_eq!(plain("ÉLÈVE  №5"), " élève 5 ");
        assert_eq!(plain("ИНН7707"), " инн 7707 ");
        assert_eq!(plain(""), " ");
        assert_eq!(plain(r"one\nssn: \u00e9t"), " one ssn t ");
    }
}
