//! The syntax of RTF: groups, control words, control symbols, and bytes of text.

/// What stands next.
pub(super) enum Token<'b> {
    /// The beginning of a group, and its end.
    Open,
    Close,
    /// A control word, and its number.
    Word(&'b str, Option<i64>),
    /// A byte in hexadecimal digits (`\'hh`); `None` if they are none.
    Hex(Option<u8>),
    /// Any other control symbol.
    Symbol(u8),
    /// A byte of text.
    Byte(u8),
}

/// Reads tokens one after the other.
pub(super) struct Lexer<'b> {
    bytes: &'b [u8],
    at: usize,
}

impl<'b> Lexer<'b> {
    pub(super) fn new(bytes: &'b [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// The next token; `None` at the end. Line breaks of the file are none.
    pub(super) fn next(&mut self) -> Option<Token<'b>> {
        loop {
            return Some(match self.byte()? {
                b'{' => Token::Open,
                b'}' => Token::Close,
                b'\\' => self.control()?,
                b'\r' | b'\n' => continue,
                byte => Token::Byte(byte),
            });
        }
    }

    /// Passes over bytes that are no RTF.
    pub(super) fn skip(&mut self, length: usize) {
        self.at = self.at.saturating_add(length);
    }

    fn byte(&mut self) -> Option<u8> {
        let byte = self.bytes.get(self.at).copied()?;
        self.at += 1;
        Some(byte)
    }

    fn control(&mut self) -> Option<Token<'b>> {
        let from = self.at;
        match self.byte()? {
            b'\'' => Some(Token::Hex(self.hex())),
            first if first.is_ascii_alphabetic() => Some(self.word(from)),
            symbol => Some(Token::Symbol(symbol)),
        }
    }

    /// A control word from where its letters begin. One space behind it belongs to it.
    fn word(&mut self, from: usize) -> Token<'b> {
        while self.bytes.get(self.at).is_some_and(u8::is_ascii_alphabetic) {
            self.at += 1;
        }
        let word = self.bytes.get(from..self.at).unwrap_or_default();
        let number = self.number();
        if self.bytes.get(self.at) == Some(&b' ') {
            self.at += 1;
        }
        Token::Word(std::str::from_utf8(word).unwrap_or_default(), number)
    }

    fn number(&mut self) -> Option<i64> {
        let from = self.at;
        self.at += usize::from(self.bytes.get(self.at) == Some(&b'-'));
        while self.bytes.get(self.at).is_some_and(u8::is_ascii_digit) {
            self.at += 1;
        }
        std::str::from_utf8(self.bytes.get(from..self.at)?).ok()?.parse().ok()
    }

    fn hex(&mut self) -> Option<u8> {
        let digits = self.bytes.get(self.at..self.at + 2)?;
        self.at += digits.len();
        u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
    }
}
