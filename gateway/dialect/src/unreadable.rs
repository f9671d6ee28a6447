//! Why a body was refused, with its place and how to mend it. Holds no text of the body: an unknown name in the
//! path is told by its position.

use std::fmt;

/// What is wrong with a body. The code is stable and part of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Code {
    NotJson,
    InvalidUtf8,
    ByteOrderMark,
    DuplicateKey,
    LoneSurrogate,
    BadEscape,
    ControlCharacter,
    BadNumber,
    TrailingData,
    TooDeep,
    TooLarge,
    TooLargeDecoded,
    TooManyParts,
    TwoReadings,
    ContentType,
}

impl Code {
    fn name(self) -> &'static str {
        match self {
            Code::NotJson => "not-json",
            Code::InvalidUtf8 => "invalid-utf8",
            Code::ByteOrderMark => "byte-order-mark",
            Code::DuplicateKey => "duplicate-key",
            Code::LoneSurrogate => "lone-surrogate",
            Code::BadEscape => "bad-escape",
            Code::ControlCharacter => "control-character",
            Code::BadNumber => "bad-number",
            Code::TrailingData => "trailing-data",
            Code::TooDeep => "too-deep",
            Code::TooLarge => "too-large",
            Code::TooLargeDecoded => "too-large-decoded",
            Code::TooManyParts => "too-many-parts",
            Code::TwoReadings => "two-readings",
            Code::ContentType => "content-type",
        }
    }

    fn help(self) -> &'static str {
        match self {
            Code::NotJson => {
                "send one JSON value as RFC 8259 defines it, without comments or trailing commas"
            }
            Code::InvalidUtf8 => "encode the body as UTF-8",
            Code::ByteOrderMark => "send the body without a byte order mark",
            Code::DuplicateKey => "send each name once; two parsers would keep different values",
            Code::LoneSurrogate => "write \\u escapes of surrogates in pairs, high before low",
            Code::BadEscape => "use only the escapes of RFC 8259 section 7",
            Code::ControlCharacter => {
                "escape control characters inside strings, for example as \\n"
            }
            Code::BadNumber => {
                "write numbers as RFC 8259 section 6: no leading zeros, no '+', digits around '.'"
            }
            Code::TrailingData => "send exactly one JSON value and nothing after it",
            Code::TooDeep => "nest fewer objects and arrays, or raise the depth limit",
            Code::TooLarge => "send a smaller body",
            Code::TooLargeDecoded => "send less escaped text, or raise the decoded-bytes limit",
            Code::TooManyParts => "send fewer fields, or raise the parts limit",
            Code::TwoReadings => {
                "send `model` once as a string and `stream` and `store` once as true or false, at the top level, in \
                 lower case, and nothing that could be taken for them; send every other field in the case that its dialect has"
            }
            Code::ContentType => {
                "send content-type: application/json, without a charset or with charset=utf-8"
            }
        }
    }
}

/// A body that is not read, because it breaks the format, a bound, or has more than one reading.
#[derive(Clone, PartialEq, Eq)]
pub struct Unreadable {
    code: Code,
    path: String,
    byte: usize,
    expected: &'static str,
}

impl Unreadable {
    pub(crate) fn new(code: Code, path: String, byte: usize, expected: &'static str) -> Unreadable {
        Unreadable { code, path, byte, expected }
    }

    pub(crate) fn is(&self, code: Code) -> bool {
        self.code == code
    }

    /// Whether a limit was hit, rather than the format broken.
    pub(crate) fn is_bound(&self) -> bool {
        matches!(self.code, Code::TooLarge | Code::TooLargeDecoded | Code::TooManyParts)
    }

    /// The stable code: `not-json`, `invalid-utf8`, `byte-order-mark`, `duplicate-key`, `lone-surrogate`, `bad-escape`,
    /// `control-character`, `bad-number`, `trailing-data`, `too-deep`, `too-large`, `too-large-decoded`, `too-many-parts`,
    /// `two-readings` or `content-type`.
    pub fn code(&self) -> &'static str {
        self.code.name()
    }

    /// Where: JSON path and byte, for example `messages[0].content, byte 41`. Names that are not words of the
    /// dialect stand as `{n}`, their position in the object.
    pub fn place(&self) -> String {
        match self.path.as_str() {
            "" => format!("byte {}", self.byte),
            path => format!("{path}, byte {}", self.byte),
        }
    }

    /// The offset in bytes from the start of the body (or, for a JSON text inside a string, of that string's
    /// place in the body).
    pub fn byte(&self) -> usize {
        self.byte
    }

    /// What was expected there.
    pub fn message(&self) -> String {
        format!("expected {}", self.expected)
    }

    /// Code, place and what was expected, without the mend.
    pub fn told(&self) -> String {
        format!("{} at {}: {}", self.code(), self.place(), self.message())
    }

    /// How the sender can mend it.
    pub fn help(&self) -> &'static str {
        self.code.help()
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n  help: {}", self.told(), self.help())
    }
}

impl fmt::Debug for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Unreadable({} at {})", self.code(), self.place())
    }
}

impl std::error::Error for Unreadable {}
