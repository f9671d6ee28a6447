//! How deep a place lies in strings of JSON inside of strings of JSON, so that a value put there is escaped as often.
//!
//! Tool arguments are JSON source, and models put JSON into strings of it; a model that is asked for JSON answers with a
//! text that is JSON, or puts it behind a sentence or into a fence. A place is in JSON by these rules, read byte by byte, so
//! that they hold wherever a stream is cut:
//!
//! 1. Tool arguments are JSON from their first byte to their last, whatever they hold.
//! 2. A text, or a string of JSON, that *begins* like an object or an array is JSON: a bracket, then something that JSON allows
//!    there. `"[see "` does not.
//! 3. *Within* a text or string JSON begins at `{` and a quotation mark, or at `[` and a quotation mark, with white space, more
//!    opening brackets and (in an array) numbers between them. `{name}`, `[1]`, `[link](…)` and quotation marks alone do not.
//! 4. It is text again when its brackets are closed and no other bracket follows; when behind one of its strings or
//!    brackets stands something other than `,` `:` `}` `]`, so that `{"so" he said` was no JSON after all; and at an empty line in one of its
//!    strings, for a quotation mark that was never closed.
//!
//! In doubt it is JSON: there a value escaped for nothing shows a backslash before its own quotation marks, backslashes and
//! line breaks and is the same otherwise; a value that is not escaped could say more than one value may. So prose is touched
//! only between an opening bracket with a quotation mark and the first sign that it was none, and only in such values.
//!
//! A quotation mark belongs to the `n`th JSON from outside if the count of backslashes before it ends, in binary, in `n - 1` ones.

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
    /// Only white space stands between the last line break and the place.
    line_begins: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    /// Between strings.
    Between,
    /// Behind a string, or behind brackets that are closed while others are open.
    Behind,
    /// Behind the mark that opens a string, or at the beginning of the text.
    Opened,
    /// Inside a string, or in text.
    String,
    /// Behind what may be the first bracket of JSON that a string or the text begins with.
    Bracket(u8),
    /// Behind what may be the first brackets of JSON within a string or text; which one is the last.
    Maybe(u8),
    /// Behind the last bracket of JSON in a string.
    Closed,
}

impl Nest {
    /// At the beginning of a text, which may turn out to be JSON.
    #[must_use]
    pub fn text() -> Self {
        Self {
            inner: 0,
            at: At::Opened,
            backslashes: 0,
            open: [0; INNER_MAX as usize + 1],
            json: false,
            complete: false,
            line_begins: false,
        }
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
        let bytes = text.as_bytes();
        let mut at = 0;
        while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
            // PERF: in text only a bracket means something.
            let plain = if self.inner == 0 && self.at == At::String {
                memchr::memchr2(b'{', b'[', rest).unwrap_or(rest.len())
            } else {
                0
            };
            if let Some(byte) = rest.get(plain) {
                self.take(*byte);
            }
            at += plain + 1;
        }
    }

    /// Passes over a token, which is text of a string and never the beginning of JSON.
    pub(crate) fn pass_token(&mut self) {
        (self.backslashes, self.line_begins) = (0, false);
        match self.at {
            At::Opened => self.at = At::String,
            At::Bracket(_) | At::Maybe(_) | At::Closed => self.is_text(),
            At::Behind => self.is_no_json(),
            At::Between | At::String => {}
        }
    }

    /// How often a value put here must be escaped.
    pub(crate) fn layers(self) -> u8 {
        match self.at {
            At::Opened | At::String => self.inner,
            At::Bracket(_) | At::Maybe(_) | At::Closed => self.inner.saturating_sub(1),
            At::Behind if !self.is_promised() => self.inner.saturating_sub(1),
            // No value belongs here. As in a string it can at least not say more than one value does.
            At::Between | At::Behind => self.inner.saturating_sub(1).max(1),
        }
    }

    /// Whether the innermost JSON is JSON by definition.
    fn is_promised(&self) -> bool {
        self.json && self.inner == 1
    }

    fn take(&mut self, byte: u8) {
        match byte {
            b'\\' => {
                self.backslashes = self.backslashes.saturating_add(1);
                self.line_begins = false;
                return;
            }
            b'"' => self.mark(),
            b' ' | b'\t' | b'\r' => {}
            b'\n' => self.line(),
            // An escaped space.
            b'n' | b'r' | b't' if self.backslashes > 0 && self.is_space(byte) => {}
            _ => self.other(byte),
        }
        self.line_begins &= byte.is_ascii_whitespace();
        self.backslashes = 0;
    }

    /// Whether an escape is white space between the marks of JSON. Behind the first bracket, `[\n` may be `[null`.
    fn is_space(&self, escape: u8) -> bool {
        match self.at {
            At::Bracket(b'[') => escape == b'r',
            At::Opened | At::Behind | At::Bracket(_) | At::Maybe(_) | At::Closed => true,
            At::Between | At::String => false,
        }
    }

    /// A line break. JSON has none in its strings, but some readers let one pass.
    fn line(&mut self) {
        if !matches!(self.at, At::Opened | At::String) || self.inner == 0 || self.json {
            return;
        }
        if self.line_begins {
            (self.inner, self.at) = (0, At::String);
        }
        self.line_begins = true;
    }

    /// A quotation mark.
    fn mark(&mut self) {
        if self.inner == 0 {
            // Text has no marks of its own.
            self.at = At::String;
            return;
        }
        let level = 1 + self.backslashes.trailing_ones().min(u32::from(INNER_MAX));
        let own = level == u32::from(self.inner);
        match self.at {
            At::Bracket(_) => self.at = At::Between,
            At::Maybe(_) if own => self.at = At::Between,
            At::Behind if own => self.is_no_json(),
            At::Closed | At::Maybe(_) => self.is_text(),
            _ => {}
        }
        if level < u32::from(self.inner) {
            // The end of the string that holds this JSON.
            (self.inner, self.at) = (level as u8, At::Behind);
            return;
        }
        let own = level == u32::from(self.inner);
        self.at = match self.at {
            At::Opened | At::String if own => At::Behind,
            At::Opened => At::String,
            At::Between if own => At::Opened,
            at => at,
        };
    }

    fn other(&mut self, byte: u8) {
        match (self.at, byte) {
            (At::Opened, b'{' | b'[') if self.may_begin() => {
                self.inner += 1;
                self.begin(At::Bracket(byte));
            }
            (At::Opened, _) => self.at = At::String,
            (At::String, b'{' | b'[') if self.may_begin() => {
                self.inner += 1;
                self.begin(At::Maybe(byte));
            }
            (At::Closed, b'{' | b'[') if self.backslashes == 0 => self.begin(At::Maybe(byte)),
            (At::Bracket(b'{'), b'}') | (At::Bracket(b'['), b']') => self.close(),
            (At::Bracket(b'['), b'[' | b'{') => {
                self.at = At::Between;
                self.add_bracket();
            }
            (At::Bracket(b'['), b'-' | b'0'..=b'9' | b't' | b'f' | b'n') => self.at = At::Between,
            (At::Maybe(b'['), b'[' | b'{') => {
                self.at = At::Maybe(byte);
                self.add_bracket();
            }
            (At::Maybe(b'['), b'0'..=b'9' | b'-' | b'+' | b'.' | b',') => {}
            (At::Bracket(_) | At::Maybe(_) | At::Closed, _) => {
                self.is_text();
                self.other(byte);
            }
            (At::Behind, b',' | b':') => self.at = At::Between,
            (At::Between, b'{' | b'[') => self.add_bracket(),
            (At::Between | At::Behind, b'}' | b']') => self.close(),
            (At::Behind, _) => {
                self.is_no_json();
                self.other(byte);
            }
            (At::Between | At::String, _) => {}
        }
    }

    /// Whether JSON may begin here: there is room, and the bracket is not escaped in a string.
    fn may_begin(&self) -> bool {
        self.inner < INNER_MAX && (self.inner == 0 || self.backslashes == 0)
    }

    fn begin(&mut self, at: At) {
        self.at = at;
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
        self.complete = closed && self.is_promised();
        self.at = if closed && !self.is_promised() { At::Closed } else { At::Behind };
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

    /// Behind a string or bracket stands what JSON has not there.
    fn is_no_json(&mut self) {
        if self.is_promised() { self.at = At::Between } else { self.is_text() }
    }
}

#[cfg(test)]
mod tests;
