//! How deep a place lies in strings of JSON inside of strings of JSON, so that a value put there is escaped as often.
//!
//! Tool arguments are JSON source, and models put JSON into strings of it; a model that is asked for JSON answers with a
//! text that is JSON. Read as it streams, a text or string counts as JSON when it begins like an object or an array that
//! has something in it that JSON allows there; `"[see "` does not. It counts as text again when its brackets are closed
//! and something other than another object or array follows: `[1] He said`.
//! A quotation mark in the `n`th JSON from outside has `2^(n-1) - 1` backslashes before it.

/// The innermost JSON that is followed. Deeper text is escaped as if it lay here.
const INNER_MAX: u8 = 6;

/// What the text up to a place says of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Nest {
    /// So many JSON texts lie around the place; their strings are so many layers of escapes deep.
    inner: u8,
    at: At,
    backslashes: u32,
    /// Of each of those: how many brackets are open.
    open: [u16; INNER_MAX as usize + 1],
    /// The outermost JSON is all there is: nothing can end it and become text again.
    json: bool,
    complete: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    /// Between strings.
    Between,
    /// Behind the mark that opens a string, or at the beginning of the text.
    Opened,
    /// Inside a string, or in text.
    String,
    /// Behind what may be the first bracket of JSON in a string.
    Bracket(u8),
    /// Behind the last bracket of JSON in a string.
    Closed,
}

impl Nest {
    /// At the beginning of a text, which may turn out to be JSON.
    #[must_use]
    pub fn text() -> Self {
        let open = [0; INNER_MAX as usize + 1];
        Self { inner: 0, at: At::Opened, backslashes: 0, open, json: false, complete: false }
    }

    /// At the beginning of JSON source.
    #[must_use]
    pub fn json() -> Self {
        Self { inner: 1, at: At::Between, json: true, ..Self::text() }
    }

    /// Whether all brackets of JSON source are closed, so that only white space may follow.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.complete
    }

    /// Passes over text.
    pub fn pass(&mut self, text: &str) {
        if self.inner == 0 && self.at == At::String {
            // Text that did not begin like JSON never becomes it.
            return;
        }
        for byte in text.bytes() {
            self.take(byte);
        }
    }

    /// Passes over a token, which is text of a string and never the beginning of JSON.
    pub(crate) fn pass_token(&mut self) {
        self.backslashes = 0;
        match self.at {
            At::Opened => self.at = At::String,
            At::Bracket(_) | At::Closed => self.is_text(),
            At::Between | At::String => {}
        }
    }

    /// How often a value put here must be escaped.
    pub(crate) fn layers(self) -> u8 {
        match self.at {
            At::Opened | At::String => self.inner,
            At::Bracket(_) | At::Closed => self.inner.saturating_sub(1),
            // No value belongs here. As in a string it can at least not say more than one value does.
            At::Between => self.inner.saturating_sub(1).max(1),
        }
    }

    fn take(&mut self, byte: u8) {
        match byte {
            b'\\' => {
                self.backslashes += 1;
                return;
            }
            b'"' => self.mark(),
            b' ' | b'\t' | b'\r' | b'\n' => {}
            // An escaped space.
            b'n' | b'r' | b't'
                if self.backslashes > 0 && matches!(self.at, At::Opened | At::Closed) => {}
            _ => self.other(byte),
        }
        self.backslashes = 0;
    }

    /// The backslashes before a mark of the innermost JSON's own strings.
    fn own(&self) -> u32 {
        (1 << self.inner.saturating_sub(1)) - 1
    }

    /// A quotation mark.
    fn mark(&mut self) {
        match self.at {
            At::Bracket(_) => self.at = At::Between,
            At::Closed => self.is_text(),
            _ => {}
        }
        match self.at {
            // Text has no marks of its own.
            _ if self.inner == 0 => self.at = At::String,
            At::Opened | At::String if self.backslashes == self.own() => self.at = At::Between,
            At::Opened => self.at = At::String,
            At::Between if self.backslashes == self.own() => self.at = At::Opened,
            // The end of the string that holds this JSON: fewer backslashes than its own strings have.
            At::Between if self.inner > 1 && self.backslashes < self.own() => self.inner -= 1,
            _ => {}
        }
    }

    fn other(&mut self, byte: u8) {
        match (self.at, byte) {
            (At::Opened, b'{' | b'[') if self.inner < INNER_MAX && self.backslashes == 0 => {
                self.inner += 1;
                self.begin(byte);
            }
            (At::Opened, _) => self.at = At::String,
            (At::Closed, b'{' | b'[') if self.backslashes == 0 => self.begin(byte),
            (At::Bracket(b'{'), b'}') | (At::Bracket(b'['), b']') => self.close(),
            (At::Bracket(b'['), b'[' | b'{') => {
                self.at = At::Between;
                self.add_bracket();
            }
            (At::Bracket(b'['), b'-' | b'0'..=b'9' | b't' | b'f' | b'n') => self.at = At::Between,
            // An escaped space.
            (At::Bracket(_), b'r') if self.backslashes > 0 => {}
            (At::Bracket(b'{'), b'n' | b't') if self.backslashes > 0 => {}
            (At::Bracket(_) | At::Closed, _) => self.is_text(),
            (At::Between, b'{' | b'[') => self.add_bracket(),
            (At::Between, b'}' | b']') => self.close(),
            (At::Between | At::String, _) => {}
        }
    }

    fn begin(&mut self, bracket: u8) {
        self.at = At::Bracket(bracket);
        *self.brackets() = 1;
    }

    fn add_bracket(&mut self) {
        self.complete = false;
        let open = self.brackets();
        *open = open.saturating_add(1);
    }

    fn close(&mut self) {
        let open = self.brackets();
        *open = open.saturating_sub(1);
        let closed = *open == 0;
        let outermost = self.json && self.inner == 1;
        self.complete = closed && outermost;
        self.at = if closed && !outermost { At::Closed } else { At::Between };
    }

    fn brackets(&mut self) -> &mut u16 {
        // INVARIANT: `inner` is at most `INNER_MAX`.
        &mut self.open[usize::from(self.inner.min(INNER_MAX))]
    }

    /// What began like JSON is only text, or more than JSON.
    fn is_text(&mut self) {
        self.inner = self.inner.saturating_sub(1);
        self.at = At::String;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_from(start: Nest, source: &str, layers: u8) {
        let mut whole = start;
        whole.pass(source);
        assert_eq!(whole.layers(), layers, "{source}");
        let mut cut = start;
        source.split_inclusive(|_: char| true).for_each(|piece| cut.pass(piece));
        assert_eq!(cut, whole);
    }

    fn check(source: &str, layers: u8) {
        check_from(Nest::json(), source, layers);
        // The same as the text of a message. Only where no string is around it is text again.
        check_from(Nest::text(), source, layers);
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
        let mut token = Nest::json();
        token.pass(r#"{"to": ""#);
        token.pass_token();
        token.pass(r#" said \""#);
        assert_eq!(token.layers(), 1);
    }

    #[test]
    fn text_that_is_json_is_escaped_and_other_text_is_not() {
        let check = |source: &str, layers| check_from(Nest::text(), source, layers);
        check("Dear ", 0);
        check("He said \"", 0);
        check("", 0);
        check("{\"title\": \"", 1);
        check(" \n[{\"title\": \"", 1);
        check("[1] He said \"", 0);
        check("[]: \"", 0);
        check("{} \"", 0);
        check("[see](that) \"", 0);
        check("{\"a\": 1}\n{\"b\": \"", 1);
        check("{\"n\": ", 1);
    }

    #[test]
    fn brackets_that_are_closed_are_followed_by_text() {
        let check = |source: &str, layers| check_from(Nest::json(), source, layers);
        check(r#"{"note":"[1] He said \""#, 1);
        check(r#"{"q":"{} \""#, 1);
        check(r#"{"q":"[]: \""#, 1);
        check(r#"{"q":"[\n  \""#, 2);
        check(r#"{"q":"\n{\n \"a\": \""#, 2);
        check(r#"{"q":"{\"a\": 1}\n", "to": ""#, 1);
        check(r#"{"q":"[1]", "to": ""#, 1);
    }

    #[test]
    fn it_is_complete_when_its_brackets_are_closed() {
        let check = |source: &str, expect| {
            let mut nest = Nest::json();
            nest.pass(source);
            assert_eq!(nest.is_complete(), expect, "{source}");
        };
        check("", false);
        check(r#"{"a": "}"#, false);
        check(r#"{"a": "}\"{}"}"#, true);
        check(r#"{"a": "[1]"#, false);
        check("[[1], {}] ", true);
        check("{}{", false);
    }
}
