//! The syntax of objects (ISO 32000-2, 7.2–7.3), which contents of pages and character maps share.

mod string;

use super::object::{Dict, Object};

/// Objects within each other.
const DEPTH: usize = 48;
/// Objects that one parse may make; a larger object is given up.
const NODES: usize = 400_000;

/// Reads objects one after the other.
pub(super) struct Lexer<'b> {
    bytes: &'b [u8],
    pub(super) at: usize,
    /// Whether `1 0 R` is a reference; in contents it is three operands.
    references: bool,
    nodes: usize,
    /// The comments that were passed over, a line each.
    pub(super) comments: Vec<u8>,
}

pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | 0x0c | 0)
}

fn is_delimiter(byte: u8) -> bool {
    matches!(byte, b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%')
}

impl<'b> Lexer<'b> {
    /// A lexer for objects of a file.
    pub(super) fn of_file(bytes: &'b [u8], at: usize) -> Self {
        Self { bytes, at, references: true, nodes: NODES, comments: Vec::new() }
    }

    /// A lexer for contents and character maps.
    pub(super) fn of_content(bytes: &'b [u8]) -> Self {
        Self { bytes, at: 0, references: false, nodes: NODES, comments: Vec::new() }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    pub(super) fn skip_space(&mut self) {
        while let Some(byte) = self.peek() {
            if byte == b'%' {
                let from = self.at;
                while self.peek().is_some_and(|byte| byte != b'\n' && byte != b'\r') {
                    self.at += 1;
                }
                self.comments.extend(self.bytes.get(from..self.at).unwrap_or_default());
                self.comments.push(b'\n');
            } else if is_space(byte) {
                self.at += 1;
            } else {
                return;
            }
        }
    }

    /// The next object; each has a bound of its own. `None` at the end, and at an object that is too deep or too large.
    pub(super) fn next(&mut self) -> Option<Object> {
        self.nodes = NODES;
        self.object(0)
    }

    /// The next object that can be read; `None` at the end alone.
    pub(super) fn next_readable(&mut self) -> Option<Object> {
        loop {
            let object = self.next();
            if object.is_some() || self.at >= self.bytes.len() {
                return object;
            }
            self.at += 1;
        }
    }

    fn object(&mut self, depth: usize) -> Option<Object> {
        self.skip_space();
        if depth > DEPTH || self.nodes == 0 {
            return None;
        }
        self.nodes -= 1;
        match self.peek()? {
            b'/' => {
                self.at += 1;
                Some(Object::Name(self.name()))
            }
            b'(' => Some(Object::Text(self.literal())),
            b'<' if self.bytes.get(self.at + 1) == Some(&b'<') => self.dict(depth),
            b'<' => Some(Object::Text(self.hex())),
            b'[' => self.array(depth),
            b'+' | b'-' | b'.' | b'0'..=b'9' => Some(self.number_or_reference()),
            byte if is_delimiter(byte) => {
                self.at += 1;
                Some(Object::Word(vec![byte]))
            }
            _ => Some(Object::Word(self.regular().to_vec())),
        }
    }

    fn regular(&mut self) -> &'b [u8] {
        let from = self.at;
        while self.peek().is_some_and(|byte| !is_space(byte) && !is_delimiter(byte)) {
            self.at += 1;
        }
        self.bytes.get(from..self.at).unwrap_or_default()
    }

    fn name(&mut self) -> Vec<u8> {
        let written = self.regular();
        let mut name = Vec::with_capacity(written.len());
        let mut at = 0;
        while let Some(byte) = written.get(at) {
            let escape = written.get(at + 1..at + 3).filter(|_| *byte == b'#');
            let escaped = escape
                .and_then(|two| std::str::from_utf8(two).ok())
                .and_then(|two| u8::from_str_radix(two, 16).ok());
            name.push(escaped.unwrap_or(*byte));
            at += if escaped.is_some() { 3 } else { 1 };
        }
        name
    }

    fn array(&mut self, depth: usize) -> Option<Object> {
        self.at += 1;
        let mut items = Vec::new();
        loop {
            self.skip_space();
            if self.peek()? == b']' {
                self.at += 1;
                return Some(Object::Array(items));
            }
            let item = self.object(depth + 1)?;
            if is_outside(&item) {
                return None;
            }
            items.push(item);
        }
    }

    fn dict(&mut self, depth: usize) -> Option<Object> {
        self.at += 2;
        let mut entries = Vec::new();
        loop {
            self.skip_space();
            match self.peek()? {
                b'>' => {
                    self.at += 1 + usize::from(self.bytes.get(self.at + 1) == Some(&b'>'));
                    return Some(Object::Dict(Dict(entries)));
                }
                b'/' => {
                    self.at += 1;
                    let key = self.name();
                    self.skip_space();
                    // A key without a value, before the end.
                    if self.peek() == Some(b'>') {
                        continue;
                    }
                    let value = self.object(depth + 1)?;
                    entries.push((key, value));
                }
                _ => {
                    if is_outside(&self.object(depth + 1)?) {
                        return None;
                    }
                }
            }
        }
    }

    fn number_or_reference(&mut self) -> Object {
        let number = self.number();
        if !self.references {
            return number;
        }
        let behind = self.at;
        if let Some(reference) = self.reference(&number) {
            return reference;
        }
        self.at = behind;
        number
    }

    /// The reference that a number begins, if a generation and `R` follow it.
    fn reference(&mut self, number: &Object) -> Option<Object> {
        let number = number.integer()?;
        self.skip_space();
        if !self.peek()?.is_ascii_digit() {
            return None;
        }
        self.number().integer()?;
        self.skip_space();
        let behind = self.bytes.get(self.at + 1);
        let ends = behind.is_none_or(|byte| is_space(*byte) || is_delimiter(*byte));
        if self.peek()? != b'R' || !ends {
            return None;
        }
        let number = u32::try_from(number).ok()?;
        self.at += 1;
        Some(Object::Reference(number))
    }

    fn number(&mut self) -> Object {
        let from = self.at;
        while self.peek().is_some_and(|byte| matches!(byte, b'+' | b'-' | b'.' | b'0'..=b'9')) {
            self.at += 1;
        }
        let written =
            std::str::from_utf8(self.bytes.get(from..self.at).unwrap_or_default()).unwrap_or("");
        // Writers make `--5` and `1.2-3`; what stands before the fault counts.
        let sane = written.trim_start_matches(['+', '-']);
        let sane = sane.split(['+', '-']).next().unwrap_or("");
        let value: f64 = sane.parse().unwrap_or(0.0);
        Object::Number(if written.starts_with('-') { -value } else { value })
    }
}

/// Whether a word stands outside of objects: an array or dictionary that was never closed must not swallow the rest of the file.
fn is_outside(object: &Object) -> bool {
    matches!(object, Object::Word(word) if matches!(word.as_slice(), b"endobj" | b"obj" | b"stream"))
}
