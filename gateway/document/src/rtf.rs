//! Rich Text Format, version 1.9.1 of its specification: text, hidden and deleted text, properties of the document.
//!
//! Control words are read one after the other with a stack of groups; nothing recurses. Objects and pictures are unread. What
//! programs keep for themselves (styles, fonts, themes) is told as properties.

mod charset;
mod destination;
mod lexer;
mod texts;

use crate::piece::Why;
use crate::reading::Reading;

use charset::Charsets;
use destination::Into;
use lexer::{Lexer, Token};
use texts::Texts;

/// Groups within each other; deeper ones share the last state.
const GROUPS: usize = 256;
/// Most bytes that stand for one character of Unicode.
const SKIP: usize = 16;

/// Tells the texts of an RTF file.
pub(crate) fn read(reading: &mut Reading<'_>, bytes: &[u8]) {
    let mut rtf = Rtf::new(bytes);
    rtf.run();
    let whole = rtf.stack.is_empty() && rtf.deep == 0;
    rtf.texts.tell(reading);
    for (there, place, why) in [
        (rtf.objects, "embedded object", Why::Unsupported),
        (rtf.pictures, "picture", Why::Unsupported),
        (rtf.raw_bytes, "binary data", Why::Unsupported),
        (rtf.charsets.unknown, "character set", Why::Unsupported),
        (rtf.uneven, "replaced characters", Why::Broken),
        (!whole, "", Why::Broken),
    ] {
        if there {
            reading.unread(place, why);
        }
    }
}

#[derive(Clone, Copy)]
struct Group {
    into: Into,
    /// How many bytes stand for a `\u` character, for readers that do not know it.
    skip: usize,
    /// The font that was chosen; `None` for that of the document.
    font: Option<i64>,
}

struct Rtf<'b> {
    lexer: Lexer<'b>,
    texts: Texts,
    group: Group,
    stack: Vec<Group>,
    deep: usize,
    charsets: Charsets,
    /// The font that was named last.
    font: i64,
    /// Bytes of one character set that wait to be decoded together.
    raw: Vec<u8>,
    /// Bytes that still stand for the last character of Unicode.
    skip: usize,
    /// The first half of a character of two UTF-16 units.
    high: Option<u16>,
    /// Whether the next control word names a destination that old readers may pass over.
    optional: bool,
    objects: bool,
    pictures: bool,
    /// Bytes as they are (`\\bin`) where no picture or object is.
    raw_bytes: bool,
    /// Whether groups or control words stand where old readers look for what replaces a character: programs differ in what they
    /// pass over then.
    uneven: bool,
}

impl<'b> Rtf<'b> {
    fn new(bytes: &'b [u8]) -> Self {
        Self {
            lexer: Lexer::new(bytes),
            texts: Texts::default(),
            group: Group { into: Into::Body, skip: 1, font: None },
            stack: Vec::new(),
            deep: 0,
            charsets: Charsets::default(),
            font: 0,
            raw: Vec::new(),
            skip: 0,
            high: None,
            optional: false,
            objects: false,
            pictures: false,
            raw_bytes: false,
            uneven: false,
        }
    }

    fn run(&mut self) {
        while let Some(token) = self.lexer.next() {
            match token {
                Token::Open => self.open(),
                Token::Close => self.close(),
                Token::Word(word, number) => self.word(word, number),
                Token::Symbol(symbol) => self.symbol(symbol),
                Token::Byte(byte) | Token::Hex(Some(byte)) => self.byte(byte),
                Token::Hex(None) => {}
            }
        }
        self.flush();
    }

    fn open(&mut self) {
        self.flush();
        self.optional = false;
        self.uneven |= self.skip > 0;
        self.skip = 0;
        if self.stack.len() < GROUPS {
            self.stack.push(self.group);
        } else {
            self.deep += 1;
        }
    }

    fn close(&mut self) {
        self.flush();
        // What replaces a character ends with its group at the latest.
        self.skip = 0;
        if self.deep > 0 {
            self.deep -= 1;
        } else if let Some(group) = self.stack.pop() {
            if group.into != self.group.into {
                self.text("\n");
            }
            self.group = group;
        }
    }

    fn byte(&mut self, byte: u8) {
        if self.skip > 0 {
            self.skip -= 1;
            self.texts.add_replacement(byte);
        } else {
            self.raw.push(byte);
        }
    }

    fn flush(&mut self) {
        if !self.raw.is_empty() {
            let charset = self.charsets.of(self.group.font);
            let text = charset.decode_without_bom_handling(&self.raw).0;
            self.texts.add(self.group.into, &text);
            self.raw.clear();
        }
    }

    fn text(&mut self, text: &str) {
        self.texts.add(self.group.into, text);
    }

    fn symbol(&mut self, symbol: u8) {
        match symbol {
            b'*' => {
                self.skip_word();
                self.optional = true;
            }
            b'~' => self.byte(b' '),
            b'_' => self.byte(b'-'),
            b'\\' | b'{' | b'}' => self.byte(symbol),
            b'\r' | b'\n' => self.byte(b'\n'),
            _ => self.skip_word(),
        }
    }

    fn word(&mut self, word: &str, number: Option<i64>) {
        self.flush();
        self.skip_word();
        let on = number != Some(0);
        match word {
            "par" | "line" | "row" | "sect" | "page" => self.text("\n"),
            "tab" | "cell" => self.text("\t"),
            "emdash" => self.text("—"),
            "endash" => self.text("–"),
            "lquote" | "rquote" => self.text("'"),
            "ldblquote" | "rdblquote" => self.text("\""),
            "u" => return self.unicode(number.unwrap_or(0)),
            "uc" => self.group.skip = usize::try_from(number.unwrap_or(1)).unwrap_or(1).min(SKIP),
            "bin" => self.binary(usize::try_from(number.unwrap_or(0)).unwrap_or(0)),
            "ansicpg" => self.charsets.set_document(number.unwrap_or(1252)),
            "mac" => self.charsets.set_document(10000),
            "pc" => self.charsets.set_document(437),
            "pca" => self.charsets.set_document(850),
            "f" => {
                self.font = number.unwrap_or(0);
                self.group.font = Some(self.font);
            }
            "deff" => self.charsets.default_font = number,
            "fcharset" => self.charsets.set_font(self.font, number.unwrap_or(1)),
            "v" => self.switch(on, Into::Hidden),
            "deleted" => self.switch(on, Into::Deleted),
            "plain" => {
                self.group.font = None;
                self.switch(false, Into::Hidden);
                self.switch(false, Into::Deleted);
            }
            _ => self.destination(word),
        }
        self.optional = false;
    }

    /// A control word stands for one of the characters that are passed over, whatever it does (1.9.1, "Unicode RTF").
    fn skip_word(&mut self) {
        self.uneven |= self.skip > 0;
        self.skip = self.skip.saturating_sub(1);
    }

    fn binary(&mut self, length: usize) {
        self.raw_bytes |= length > 0 && !matches!(self.group.into, Into::Object | Into::Picture);
        self.lexer.skip(length);
    }

    fn switch(&mut self, on: bool, into: Into) {
        if on && self.group.into == Into::Body {
            self.group.into = into;
        } else if !on && self.group.into == into {
            self.group.into = Into::Body;
        }
    }

    fn destination(&mut self, word: &str) {
        let Some(into) = destination::of(word, self.optional) else { return };
        self.objects |= into == Into::Object;
        self.pictures |= into == Into::Picture;
        if !self.group.into.is_closed() {
            self.group.into = into;
        }
    }

    /// A UTF-16 unit as a signed number; the bytes that follow stand for it in old readers.
    fn unicode(&mut self, number: i64) {
        self.skip = self.group.skip;
        let unit = u16::try_from(number & 0xffff).unwrap_or(0);
        let units = match (self.high.take(), unit) {
            (_, 0xd800..=0xdbff) => {
                self.high = Some(unit);
                return;
            }
            (Some(high), low) => vec![high, low],
            (None, unit) => vec![unit],
        };
        let text = String::from_utf16_lossy(&units);
        self.texts.add_unicode(self.group.into, &text);
    }
}
