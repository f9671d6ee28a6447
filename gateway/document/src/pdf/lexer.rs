//! The syntax of objects (ISO 32000-2, 7.2–7.3), which contents of pages and character maps share.

use super::names;

/// Objects within each other.
const DEPTH: usize = 48;
/// Objects that one parse may make; a larger object is given up.
const NODES: usize = 400_000;

/// One object. A stream is its dictionary; its bytes stand behind it.
#[derive(Clone, PartialEq)]
pub(super) enum Object {
    /// `null`, or what could not be read.
    Null,
    Number(f64),
    /// A string, decoded from its escapes.
    Text(Vec<u8>),
    Name(Vec<u8>),
    Array(Vec<Object>),
    Dict(Dict),
    /// The number of another object.
    Reference(u32),
    /// A keyword or operator.
    Word(Vec<u8>),
}

/// A dictionary, in the order of the file.
#[derive(Clone, Default, PartialEq)]
pub(super) struct Dict(pub(super) Vec<(Vec<u8>, Object)>);

impl Dict {
    pub(super) fn get(&self, key: &[u8]) -> Option<&Object> {
        self.0.iter().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    pub(super) fn name(&self, key: &[u8]) -> Option<&[u8]> {
        match self.get(key)? {
            Object::Name(name) => Some(name),
            _ => None,
        }
    }
}

impl Dict {
    /// All strings in it, however deep, and names and keys that are not usual.
    pub(super) fn strings(self) -> Vec<Vec<u8>> {
        let key = |key: Vec<u8>| Some(key).filter(|key| !names::is_usual(key));
        self.0
            .into_iter()
            .flat_map(|(name, value)| key(name).into_iter().chain(value.strings()))
            .collect()
    }
}

impl Object {
    pub(super) fn number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// All strings in it, however deep, and names that are not usual.
    pub(super) fn strings(self) -> Vec<Vec<u8>> {
        match self {
            Self::Text(text) => vec![text],
            Self::Name(name) if !names::is_usual(&name) => vec![name],
            Self::Array(items) => items.into_iter().flat_map(Self::strings).collect(),
            Self::Dict(dict) => dict.strings(),
            _ => Vec::new(),
        }
    }

    pub(super) fn integer(&self) -> Option<usize> {
        let number = self.number()?;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "the cast saturates, and is checked to be whole"
        )]
        (number >= 0.0 && number.fract() == 0.0).then_some(number as usize)
    }
}

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

    /// The next object of contents; each has a bound of its own. `None` at the end.
    pub(super) fn next(&mut self) -> Option<Object> {
        self.nodes = NODES;
        self.object(0)
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

    fn literal(&mut self) -> Vec<u8> {
        self.at += 1;
        let (mut text, mut open) = (Vec::new(), 1_usize);
        while let Some(byte) = self.peek() {
            self.at += 1;
            match byte {
                b'(' => open += 1,
                b')' => {
                    open -= 1;
                    if open == 0 {
                        break;
                    }
                }
                b'\\' => {
                    self.escape(&mut text);
                    continue;
                }
                _ => {}
            }
            text.push(byte);
        }
        text
    }

    fn escape(&mut self, text: &mut Vec<u8>) {
        let Some(byte) = self.peek() else { return };
        self.at += 1;
        match byte {
            b'n' => text.push(b'\n'),
            b'r' => text.push(b'\r'),
            b't' => text.push(b'\t'),
            b'b' => text.push(8),
            b'f' => text.push(12),
            b'\r' => self.at += usize::from(self.peek() == Some(b'\n')),
            b'\n' => {}
            b'0'..=b'7' => {
                let mut value = u32::from(byte - b'0');
                for _ in 0..2 {
                    if let Some(digit @ b'0'..=b'7') = self.peek() {
                        value = value * 8 + u32::from(digit - b'0');
                        self.at += 1;
                    }
                }
                text.push(u8::try_from(value & 0xff).unwrap_or(0));
            }
            other => text.push(other),
        }
    }

    fn hex(&mut self) -> Vec<u8> {
        self.at += 1;
        let (mut text, mut high) = (Vec::new(), None);
        while let Some(byte) = self.peek() {
            self.at += 1;
            if byte == b'>' {
                break;
            }
            let Some(digit) =
                char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
            else {
                continue;
            };
            match high.take() {
                None => high = Some(digit),
                Some(high) => text.push(high << 4 | digit),
            }
        }
        text.extend(high.map(|high| high << 4));
        text
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
            // An array that was never closed must not swallow the rest of the file.
            if matches!(&item, Object::Word(word) if word == b"endobj" || word == b"obj" || word == b"stream")
            {
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
                _ => match self.object(depth + 1)? {
                    Object::Word(word)
                        if word == b"endobj" || word == b"obj" || word == b"stream" =>
                    {
                        return None;
                    }
                    _ => {}
                },
            }
        }
    }

    fn number_or_reference(&mut self) -> Object {
        let first = self.number();
        if !self.references {
            return first;
        }
        let back = self.at;
        let reference = first.integer().and_then(|number| {
            self.skip_space();
            if !self.peek()?.is_ascii_digit() {
                return None;
            }
            self.number().integer()?;
            self.skip_space();
            let ends = self
                .bytes
                .get(self.at + 1)
                .is_none_or(|byte| is_space(*byte) || is_delimiter(*byte));
            (self.peek()? == b'R' && ends).then_some(number)
        });
        match reference.and_then(|number| u32::try_from(number).ok()) {
            Some(number) => {
                self.at += 1;
                Object::Reference(number)
            }
            None => {
                self.at = back;
                first
            }
        }
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

    /// Passes over the data of an inline image, behind its `ID`. `false` if it does not end, or if another reader may see its
    /// end earlier: those that count the bytes of a picture ask for no space before `EI`.
    pub(super) fn skip_image(&mut self) -> bool {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let ends_word = |at: usize| rest.get(at + 2).is_none_or(|byte| is_space(*byte));
        let mut ends = memchr::memmem::find_iter(rest, b"EI").filter(|at| ends_word(*at));
        let spaced = |at: &usize| {
            at.checked_sub(1)
                .and_then(|before| rest.get(before))
                .is_some_and(|byte| is_space(*byte))
        };
        let first = ends.next();
        let end = first.filter(spaced).or_else(|| ends.find(spaced));
        self.at = end.map_or(self.bytes.len(), |end| self.at + end + 2);
        end.is_some() && end == first
    }
}
