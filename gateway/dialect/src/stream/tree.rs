//! A strict reader of the JSON in one event: a flat tree of byte spans over the source, nothing copied.
//!
//! Invariants: one reading only. Duplicate keys, invalid UTF-8, lone surrogates, control characters in strings, trailing
//! data, nesting deeper than [`MAX_DEPTH`] and more than [`MAX_NODES`] values are refused. Spans are bytes into the source, end exclusive; a string's
//! span includes its quotes. Private on purpose: the crate's own strict reader can take its place.

use std::borrow::Cow;

use super::escape::{hex4, unescape_into};

/// Deepest nesting that is read.
pub(crate) const MAX_DEPTH: usize = 128;

/// Most values in one text, so that memory stays in proportion to what is read.
pub(crate) const MAX_NODES: usize = 1 << 20;

/// Nodes whose memory is kept between texts.
const KEPT_NODES: usize = 4096;

/// Index of a node; the root is 0.
pub(crate) type Id = usize;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Type {
    Object,
    Array,
    String,
    Number,
    True,
    False,
    Null,
}

#[derive(Clone, Copy, Debug)]
struct Node {
    kind: Type,
    start: usize,
    end: usize,
    /// Inside of the key's quotes; empty for the root and for array items.
    key: (usize, usize),
    parent: Id,
    first: Id,
    next: Id,
}

/// Memory of a tree, to be used again.
#[derive(Default)]
pub(crate) struct Nodes(Vec<Node>);

/// The tree over one source text.
pub(crate) struct Tree<'s> {
    source: &'s str,
    nodes: Vec<Node>,
}

/// Why a text has no single reading: what is wrong and at which byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) what: &'static str,
    pub(crate) byte: usize,
}

/// No node; the root is nobody's child, so its index is free for this.
const NONE: Id = 0;

impl<'s> Tree<'s> {
    /// Reads a whole JSON text.
    pub(crate) fn parse(source: &'s str) -> Result<Self, Fault> {
        Self::parse_into(Nodes::default(), source)
    }

    /// Reads a whole JSON text into memory that was used before.
    pub(crate) fn parse_into(memory: Nodes, source: &'s str) -> Result<Self, Fault> {
        let mut nodes = memory.0;
        nodes.clear();
        let mut parser = Parser { bytes: source.as_bytes(), at: 0, nodes, source };
        parser.space();
        parser.value(NONE, (0, 0), 0)?;
        parser.space();
        if parser.at < source.len() {
            return parser.fail("data after the JSON value");
        }
        Ok(Self { source, nodes: parser.nodes })
    }

    /// Gives the memory back for the next text.
    pub(crate) fn into_memory(self) -> Nodes {
        // What one large text needed is not kept for the small ones that follow.
        Nodes(if self.nodes.capacity() > KEPT_NODES { Vec::new() } else { self.nodes })
    }

    pub(crate) fn kind(&self, id: Id) -> Type {
        self.nodes[id].kind
    }

    /// Bytes of the value in the source; quotes included for strings.
    pub(crate) fn span(&self, id: Id) -> (usize, usize) {
        (self.nodes[id].start, self.nodes[id].end)
    }

    /// The value's source text.
    pub(crate) fn raw(&self, id: Id) -> &'s str {
        self.slice(self.span(id))
    }

    /// Source bytes of the member's name, without quotes.
    pub(crate) fn key_span(&self, id: Id) -> (usize, usize) {
        self.nodes[id].key
    }

    /// The member's name, decoded; empty for array items and the root.
    pub(crate) fn key(&self, id: Id) -> Cow<'s, str> {
        unescaped(self.slice(self.nodes[id].key))
    }

    pub(crate) fn parent(&self, id: Id) -> Option<Id> {
        (id != 0).then(|| self.nodes[id].parent)
    }

    /// Members of an object or items of an array, in source order.
    pub(crate) fn children(&self, id: Id) -> impl Iterator<Item = Id> {
        let start = self.nodes[id].first;
        std::iter::successors((start != NONE).then_some(start), |id| {
            let next = self.nodes[*id].next;
            (next != NONE).then_some(next)
        })
    }

    /// The member of an object with this name.
    pub(crate) fn get(&self, id: Id, name: &str) -> Option<Id> {
        if self.kind(id) != Type::Object {
            return None;
        }
        self.children(id).find(|child| {
            let raw = self.slice(self.nodes[*child].key);
            raw == name || raw.contains('\\') && unescaped(raw) == name
        })
    }

    /// Decoded text of a string value.
    pub(crate) fn text(&self, id: Id) -> Option<Cow<'s, str>> {
        let (start, end) = self.span(id);
        (self.kind(id) == Type::String).then(|| unescaped(self.slice((start + 1, end - 1))))
    }

    /// Decoded text of a named string member.
    pub(crate) fn text_of(&self, id: Id, name: &str) -> Option<Cow<'s, str>> {
        self.get(id, name).and_then(|member| self.text(member))
    }

    /// A named member that is a whole number from 0 to `u32::MAX`.
    pub(crate) fn index_of(&self, id: Id, name: &str) -> Option<u32> {
        self.get(id, name).and_then(|member| self.raw(member).parse().ok())
    }

    /// All string values, in source order.
    pub(crate) fn strings(&self) -> impl Iterator<Item = Id> {
        (0..self.nodes.len()).filter(|id| self.kind(*id) == Type::String)
    }

    /// Where a value is, e.g. `choices[0].delta.content`.
    pub(crate) fn path(&self, id: Id) -> String {
        let Some(parent) = self.parent(id) else { return String::new() };
        let before = self.path(parent);
        if self.kind(parent) == Type::Array {
            let number = self.children(parent).position(|child| child == id).unwrap_or(0);
            return format!("{before}[{number}]");
        }
        let key = self.key(id);
        if before.is_empty() { key.into_owned() } else { format!("{before}.{key}") }
    }

    fn slice(&self, (start, end): (usize, usize)) -> &'s str {
        self.source.get(start..end).unwrap_or("")
    }
}

fn unescaped(source: &str) -> Cow<'_, str> {
    if !source.contains('\\') {
        return Cow::Borrowed(source);
    }
    let mut out = String::with_capacity(source.len());
    unescape_into(source, &mut out);
    Cow::Owned(out)
}

struct Parser<'s> {
    source: &'s str,
    bytes: &'s [u8],
    at: usize,
    nodes: Vec<Node>,
}

impl Parser<'_> {
    fn value(&mut self, parent: Id, key: (usize, usize), depth: usize) -> Result<Id, Fault> {
        if depth > MAX_DEPTH {
            return self.fail("nesting too deep");
        }
        let id = self.nodes.len();
        if id >= MAX_NODES {
            return self.fail("too many values");
        }
        let start = self.at;
        let kind = match self.peek() {
            Some(b'{') => Type::Object,
            Some(b'[') => Type::Array,
            Some(b'"') => Type::String,
            Some(b't') => Type::True,
            Some(b'f') => Type::False,
            Some(b'n') => Type::Null,
            Some(b'-' | b'0'..=b'9') => Type::Number,
            _ => return self.fail("no JSON value"),
        };
        self.nodes.push(Node { kind, start, end: start, key, parent, first: NONE, next: NONE });
        match kind {
            Type::Object => self.object(id, depth)?,
            Type::Array => self.array(id, depth)?,
            Type::String => {
                self.string()?;
            }
            Type::Number => self.number()?,
            Type::True => self.word(b"true")?,
            Type::False => self.word(b"false")?,
            Type::Null => self.word(b"null")?,
        }
        self.nodes[id].end = self.at;
        Ok(id)
    }

    fn object(&mut self, id: Id, depth: usize) -> Result<(), Fault> {
        self.at += 1;
        self.space();
        if self.eat(b'}') {
            return Ok(());
        }
        let mut last = NONE;
        loop {
            let key = self.string()?;
            self.space();
            if !self.eat(b':') {
                return self.fail("no `:` after a member's name");
            }
            self.space();
            let child = self.value(id, key, depth + 1)?;
            self.link(id, last, child);
            last = child;
            self.space();
            if self.eat(b'}') {
                return self.no_twins(id);
            }
            if !self.eat(b',') {
                return self.fail("no `,` or `}` after a member");
            }
            self.space();
        }
    }

    fn array(&mut self, id: Id, depth: usize) -> Result<(), Fault> {
        self.at += 1;
        self.space();
        if self.eat(b']') {
            return Ok(());
        }
        let mut last = NONE;
        loop {
            let child = self.value(id, (0, 0), depth + 1)?;
            self.link(id, last, child);
            last = child;
            self.space();
            if self.eat(b']') {
                return Ok(());
            }
            if !self.eat(b',') {
                return self.fail("no `,` or `]` after an item");
            }
            self.space();
        }
    }

    fn link(&mut self, parent: Id, last: Id, child: Id) {
        if last == NONE {
            self.nodes[parent].first = child;
        } else {
            self.nodes[last].next = child;
        }
    }

    /// Two members with one name would be read differently by two parsers.
    fn no_twins(&self, id: Id) -> Result<(), Fault> {
        let members = || {
            let first = self.nodes[id].first;
            std::iter::successors((first != NONE).then_some(first), |child| {
                let next = self.nodes[*child].next;
                (next != NONE).then_some(next)
            })
            .map(|child| self.nodes[child].key)
        };
        let name = |(start, end)| self.source.get(start..end).unwrap_or("");
        let twins = |byte| Err(Fault { what: "two members with the same name", byte });
        // PERF: objects of events are small and their names plain, so pairs are compared in place.
        if members().count() <= 16 && !members().any(|key| name(key).contains('\\')) {
            for (number, key) in members().enumerate() {
                if members().take(number).any(|other| name(other) == name(key)) {
                    return twins(key.0);
                }
            }
            return Ok(());
        }
        let mut names: Vec<_> = members().map(|key| (unescaped(name(key)), key.0)).collect();
        names.sort_unstable();
        names.windows(2).find(|pair| pair[0].0 == pair[1].0).map_or(Ok(()), |pair| twins(pair[1].1))
    }

    /// Reads a string and answers the span between its quotes.
    fn string(&mut self) -> Result<(usize, usize), Fault> {
        if !self.eat(b'"') {
            return self.fail("no string");
        }
        let start = self.at;
        loop {
            let rest = &self.bytes[self.at..];
            let stop = rest
                .iter()
                .position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f))
                .unwrap_or(rest.len());
            self.at += stop;
            match rest.get(stop) {
                Some(b'"') => {
                    self.at += 1;
                    return Ok((start, self.at - 1));
                }
                Some(b'\\') => self.escape()?,
                Some(_) => return self.fail("control character in a string"),
                None => return self.fail("string without end"),
            }
        }
    }

    fn escape(&mut self) -> Result<(), Fault> {
        match self.bytes.get(self.at + 1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => {
                self.at += 2;
                Ok(())
            }
            Some(b'u') => {
                let code = self.code_unit()?;
                if (0xdc00..0xe000).contains(&code) {
                    return self.fail("lone surrogate");
                }
                if (0xd800..0xdc00).contains(&code) {
                    let pair = self.bytes.get(self.at..self.at + 2) == Some(b"\\u");
                    if !pair || !(0xdc00..0xe000).contains(&self.code_unit()?) {
                        return self.fail("lone surrogate");
                    }
                }
                Ok(())
            }
            _ => self.fail("unknown escape"),
        }
    }

    fn code_unit(&mut self) -> Result<u32, Fault> {
        let digits = self.bytes.get(self.at + 2..self.at + 6);
        if !digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)) {
            return self.fail("unknown escape");
        }
        let code = hex4(self.source, self.at + 2);
        self.at += 6;
        Ok(code)
    }

    fn number(&mut self) -> Result<(), Fault> {
        self.eat(b'-');
        if !self.eat(b'0') && self.digits() == 0 {
            return self.fail("number without digits");
        }
        if self.eat(b'.') && self.digits() == 0 {
            return self.fail("number without digits after the point");
        }
        if self.eat(b'e') || self.eat(b'E') {
            if !self.eat(b'+') {
                self.eat(b'-');
            }
            if self.digits() == 0 {
                return self.fail("number without digits in the exponent");
            }
        }
        Ok(())
    }

    fn digits(&mut self) -> usize {
        let from = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        self.at - from
    }

    fn word(&mut self, word: &[u8]) -> Result<(), Fault> {
        if !self.bytes[self.at..].starts_with(word) {
            return self.fail("no JSON value");
        }
        self.at += word.len();
        Ok(())
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn fail<T>(&self, what: &'static str) -> Result<T, Fault> {
        Err(Fault { what, byte: self.at })
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed test should stop here")]
mod tests {
    use super::*;

    #[test]
    fn one_reading_only() {
        let check = |source: &str, expect: Option<&str>| {
            assert_eq!(Tree::parse(source).err().map(|fault| fault.what), expect, "{source}");
        };
        check(r#" {"a":[1,-0.5e+3,"x",{}],"b":null,"c":true} "#, None);
        check(r#"{"a":1,"\u0061":2}"#, Some("two members with the same name"));
        check(r#""\ud800""#, Some("lone surrogate"));
        check(r#""\ud800\u0041""#, Some("lone surrogate"));
        check(r#""\udc00""#, Some("lone surrogate"));
        check(r#""\ud83e\udd80""#, None);
        check("{} x", Some("data after the JSON value"));
        check("01", Some("data after the JSON value"));
        check("\"a\tb\"", Some("control character in a string"));
        check(&"[".repeat(500), Some("nesting too deep"));
        check(&format!("[{}1]", "1,".repeat(MAX_NODES)), Some("too many values"));
        check("", Some("no JSON value"));
        check("tru", Some("no JSON value"));
        check("\"\\u00é\"", Some("unknown escape"));
    }

    #[test]
    fn spans_are_exact() {
        let source = r#"{"a":{"b\n":"x\"y"}}"#;
        let tree = Tree::parse(source).unwrap();
        let b = tree.get(0, "a").and_then(|a| tree.get(a, "b\n"));
        assert_eq!(b.map(|b| tree.raw(b)), Some(r#""x\"y""#));
        assert_eq!(b.and_then(|b| tree.text(b)).as_deref(), Some("x\"y"));
    }
}
