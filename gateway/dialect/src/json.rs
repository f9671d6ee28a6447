//! A strict, single-pass JSON reader (RFC 8259) that gives the spans of what it read, not values.
//!
//! The result is a *tape*: nodes in document order, each with its bytes and the index of the node after its subtree.
//! Invariants: spans are bytes of the text read, end exclusive; those of names and strings exclude the quotes and
//! are still escaped; a name is followed by its value. What two parsers could read differently is refused.
//! PERF: no allocation but the tape's own growth, as long as names have no escapes and objects are small.

use crate::escape::{escape, short};
use crate::unreadable::Code;

mod keys;
mod number;
mod scan;
#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::string_slice, reason = "a failed test should stop here")]
mod tests;

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Object,
    Array,
    Name,
    String,
    Number,
    /// `true`, `false` or `null`.
    Literal,
}

/// One value or one name of an object.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Node {
    pub(crate) start: u32,
    pub(crate) end: u32,
    /// Index of the node after this one's subtree; [`OPEN`] while a container is not closed.
    pub(crate) next: u32,
    pub(crate) kind: Kind,
    /// Whether the name or string holds escapes.
    pub(crate) escaped: bool,
}

impl Node {
    pub(crate) fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// `next` of a container that was never closed, because reading stopped.
pub(crate) const OPEN: u32 = u32::MAX;

/// Where reading stopped and why. The tape up to there stays, so that the path can be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) code: Code,
    pub(crate) at: usize,
    pub(crate) expected: &'static str,
}

/// How strictly to read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Strictness {
    /// Containers that may stand inside each other.
    pub(crate) depth: usize,
    /// Take a lone surrogate escape for U+FFFD (answers: models do send them) instead of refusing it.
    pub(crate) lone_surrogates: bool,
    /// Nodes that the tape may have.
    pub(crate) nodes: usize,
}

/// Reads one JSON text and appends its nodes to `nodes`.
///
/// # Errors
/// The first fault in document order; `nodes` then ends at the fault.
pub(crate) fn read(text: &str, strictness: Strictness, nodes: &mut Vec<Node>) -> Result<(), Fault> {
    if u32::try_from(text.len()).is_err() {
        return Err(Fault { code: Code::TooLarge, at: 0, expected: "fewer than 4 GiB" });
    }
    let mut reader = Reader { text, bytes: text.as_bytes(), at: 0, strictness, nodes };
    if text.starts_with('\u{feff}') {
        return Err(reader.fault(Code::ByteOrderMark, "a JSON value"));
    }
    reader.space();
    reader.value(strictness.depth)?;
    reader.space();
    match reader.peek() {
        None => Ok(()),
        Some(_) => Err(reader.fault(Code::TrailingData, "the end of the text")),
    }
}

struct Reader<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    strictness: Strictness,
    nodes: &'a mut Vec<Node>,
}

type Read = Result<(), Fault>;

impl Reader<'_> {
    fn fault(&self, code: Code, expected: &'static str) -> Fault {
        Fault { code, at: self.at, expected }
    }

    #[inline]
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    #[inline]
    fn space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.peek() {
            self.at += 1;
        }
    }

    /// Appends a node; lengths were checked to fit 32 bits.
    #[inline]
    fn push(&mut self, kind: Kind, start: usize, end: usize, escaped: bool) {
        let next = if matches!(kind, Kind::Object | Kind::Array) {
            OPEN
        } else {
            self.nodes.len() as u32 + 1
        };
        self.nodes.push(Node { start: start as u32, end: end as u32, next, kind, escaped });
    }

    fn value(&mut self, depth: usize) -> Read {
        if self.nodes.len() >= self.strictness.nodes {
            return Err(self.fault(Code::TooManyParts, "fewer values"));
        }
        match self.peek() {
            Some(b'"') => self.string(Kind::String),
            Some(b'{') => self.object(depth),
            Some(b'[') => self.array(depth),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.literal(b"true"),
            Some(b'f') => self.literal(b"false"),
            Some(b'n') => self.literal(b"null"),
            _ => Err(self.fault(Code::NotJson, "a JSON value")),
        }
    }

    fn literal(&mut self, word: &'static [u8]) -> Read {
        if !self.bytes.get(self.at..).is_some_and(|rest| rest.starts_with(word)) {
            return Err(self.fault(Code::NotJson, "true, false or null"));
        }
        self.push(Kind::Literal, self.at, self.at + word.len(), false);
        self.at += word.len();
        Ok(())
    }

    fn number(&mut self) -> Read {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        match number::length(rest) {
            Ok(length) => {
                self.push(Kind::Number, self.at, self.at + length, false);
                self.at += length;
                Ok(())
            }
            Err(offset) => {
                self.at += offset;
                Err(self.fault(Code::BadNumber, "a digit, or the end of the number"))
            }
        }
    }

    fn string(&mut self, kind: Kind) -> Read {
        self.at += 1;
        let start = self.at;
        let mut escaped = false;
        loop {
            self.at += scan::plain(self.bytes.get(self.at..).unwrap_or_default());
            match self.peek() {
                Some(b'"') => {
                    self.push(kind, start, self.at, escaped);
                    self.at += 1;
                    return Ok(());
                }
                Some(b'\\') => {
                    escaped = true;
                    self.escape()?;
                }
                Some(_) => {
                    return Err(self.fault(Code::ControlCharacter, "a character above U+001F"));
                }
                None => return Err(self.fault(Code::NotJson, "the closing quote of a string")),
            }
        }
    }

    #[inline]
    fn escape(&mut self) -> Read {
        if self.bytes.get(self.at + 1).is_some_and(|&byte| short(byte).is_some()) {
            self.at += 2;
            return Ok(());
        }
        match escape(self.bytes.get(self.at..).unwrap_or_default()) {
            Some(found) if found.lone && !self.strictness.lone_surrogates => {
                Err(self.fault(Code::LoneSurrogate, "the other half of a surrogate pair"))
            }
            Some(found) => {
                self.at += found.length;
                Ok(())
            }
            None => Err(self.fault(
                Code::BadEscape,
                "one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t or \\u with four hex digits",
            )),
        }
    }

    fn open(&mut self, kind: Kind, depth: usize) -> Result<(usize, usize), Fault> {
        let Some(deeper) = depth.checked_sub(1) else {
            return Err(self.fault(Code::TooDeep, "fewer objects and arrays inside each other"));
        };
        let index = self.nodes.len();
        self.push(kind, self.at, self.at, false);
        self.at += 1;
        self.space();
        Ok((index, deeper))
    }

    fn close(&mut self, index: usize) {
        self.at += 1;
        let next = self.nodes.len() as u32;
        if let Some(node) = self.nodes.get_mut(index) {
            node.end = self.at as u32;
            node.next = next;
        }
    }

    fn array(&mut self, depth: usize) -> Read {
        let (index, deeper) = self.open(Kind::Array, depth)?;
        if self.peek() == Some(b']') {
            self.close(index);
            return Ok(());
        }
        loop {
            self.value(deeper)?;
            self.space();
            match self.peek() {
                Some(b',') => {
                    self.at += 1;
                    self.space();
                }
                Some(b']') => {
                    self.close(index);
                    return Ok(());
                }
                _ => return Err(self.fault(Code::NotJson, "',' or ']'")),
            }
        }
    }

    fn object(&mut self, depth: usize) -> Read {
        let (index, deeper) = self.open(Kind::Object, depth)?;
        if self.peek() == Some(b'}') {
            self.close(index);
            return Ok(());
        }
        let mut names = 0;
        loop {
            self.member(deeper)?;
            names += 1;
            match self.peek() {
                Some(b',') => {
                    self.at += 1;
                    self.space();
                }
                Some(b'}') => {
                    self.unique(index, names)?;
                    self.close(index);
                    return Ok(());
                }
                _ => return Err(self.fault(Code::NotJson, "',' or '}'")),
            }
        }
    }

    /// A name, a colon, a value, and the space after it.
    fn member(&mut self, depth: usize) -> Read {
        if self.peek() != Some(b'"') {
            return Err(self.fault(Code::NotJson, "a name in double quotes"));
        }
        self.string(Kind::Name)?;
        self.space();
        if self.peek() != Some(b':') {
            return Err(self.fault(Code::NotJson, "':'"));
        }
        self.at += 1;
        self.space();
        self.value(depth)?;
        self.space();
        Ok(())
    }

    /// Refuses an object that has a name twice, compared after unescaping.
    #[inline]
    fn unique(&mut self, object: usize, names: usize) -> Read {
        if names < 2 {
            return Ok(());
        }
        match keys::first_duplicate(self.text, self.nodes, object, names) {
            None => Ok(()),
            Some(index) => {
                self.nodes.truncate(index + 1);
                self.at = self.nodes.get(index).map_or(self.at, |node| node.start as usize);
                Err(self.fault(Code::DuplicateKey, "a name that this object does not have yet"))
            }
        }
    }
}
