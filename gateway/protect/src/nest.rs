//! How deep a place lies in strings of JSON inside of strings of JSON, so that a value put there is escaped as often.
//!
//! Tool arguments are JSON source, and models put JSON into strings of it. Read as it streams, a string counts as JSON
//! when it begins like an object or an array that has something in it that JSON allows there; `"[see "` does not.
//! A quotation mark of level `n` has `2^n - 1` backslashes before it.

/// The deepest level that is followed. Deeper text is escaped as if it lay here.
const LEVEL_MAX: u8 = 5;

/// What the JSON source up to a place says of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Nest {
    level: u8,
    at: At,
    backslashes: u32,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum At {
    /// Between strings.
    #[default]
    Between,
    /// Behind the mark that opens a string.
    Opened,
    /// Inside a string.
    String,
    /// Behind what may be the first bracket of JSON in a string.
    Bracket(u8),
}

impl Nest {
    /// Passes over JSON source.
    pub(crate) fn pass(&mut self, text: &str) {
        for byte in text.bytes() {
            self.take(byte);
        }
    }

    /// Passes over a token, which is text of a string and never the beginning of JSON.
    pub(crate) fn pass_token(&mut self) {
        self.backslashes = 0;
        match self.at {
            At::Opened => self.at = At::String,
            At::Bracket(_) => self.is_text(),
            At::Between | At::String => {}
        }
    }

    /// How often a value put here must be escaped.
    pub(crate) fn layers(self) -> u8 {
        match self.at {
            At::Opened | At::String => self.level + 1,
            At::Between | At::Bracket(_) => self.level.max(1),
        }
    }

    fn take(&mut self, byte: u8) {
        match byte {
            b'\\' => {
                if self.at == At::Opened {
                    self.at = At::String;
                }
                self.backslashes += 1;
                return;
            }
            b'"' => self.mark(),
            b' ' | b'\t' | b'\r' | b'\n' => {}
            _ => self.other(byte),
        }
        self.backslashes = 0;
    }

    /// A quotation mark.
    fn mark(&mut self) {
        let own = (1 << self.level) - 1;
        if let At::Bracket(_) = self.at {
            self.at = At::Between;
        }
        match self.at {
            At::Opened | At::String if self.backslashes == own => self.at = At::Between,
            At::Opened => self.at = At::String,
            At::Between if self.backslashes == own => self.at = At::Opened,
            // The end of the string that holds this JSON: fewer backslashes than its own strings have.
            At::Between if self.level > 0 && self.backslashes < own => self.level -= 1,
            At::Between | At::String | At::Bracket(_) => {}
        }
    }

    fn other(&mut self, byte: u8) {
        match (self.at, byte) {
            (At::Opened, b'{' | b'[') if self.level < LEVEL_MAX => {
                self.level += 1;
                self.at = At::Bracket(byte);
            }
            (At::Opened, _) => self.at = At::String,
            (At::Bracket(b'{'), b'}')
            | (At::Bracket(b'['), b']' | b'[' | b'{' | b'-' | b'0'..=b'9' | b't' | b'f' | b'n') => {
                self.at = At::Between;
            }
            (At::Bracket(_), _) => self.is_text(),
            (At::Between | At::String, _) => {}
        }
    }

    /// What began like JSON is only text.
    fn is_text(&mut self) {
        self.level -= 1;
        self.at = At::String;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(source: &str, layers: u8) {
        let mut whole = Nest::default();
        whole.pass(source);
        assert_eq!(whole.layers(), layers, "{source}");
        let mut cut = Nest::default();
        source.split_inclusive(|_: char| true).for_each(|piece| cut.pass(piece));
        assert_eq!(cut, whole);
    }

    #[test]
    fn a_string_is_one_layer() {
        check(r#"{"to": ""#, 1);
        check(r#"{"to": "Dear \"friend\" "#, 1);
        check(r#"{"a": "b", "c": ""#, 1);
        check(r#"{"path": "C:\\", "c": ""#, 1);
    }

    #[test]
    fn json_in_a_string_is_one_more() {
        check(r#"{"nested": "{\"about\": \""#, 2);
        check(r#"{"nested": "[\""#, 2);
        check(r#"{"nested": "{\"deeper\": \"{\\\"about\\\": \\\""#, 3);
    }

    #[test]
    fn after_it_ends_it_counts_no_more() {
        check(r#"{"nested": "{\"about\": \"x\"}", "to": ""#, 1);
        check(r#"{"nested": "{\"a\": \"{\\\"b\\\": 1}\"}", "to": ""#, 1);
        check(r#"{"empty": "", "also": "{}", "to": ""#, 1);
    }

    #[test]
    fn what_only_begins_like_json_is_text() {
        check(r#"{"note": "[see \""#, 1);
        check(r#"{"note": "{name}, \""#, 1);
        let mut token = Nest::default();
        token.pass(r#"{"to": ""#);
        token.pass_token();
        token.pass(r#" said \""#);
        assert_eq!(token.layers(), 1);
    }
}
