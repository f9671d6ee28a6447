//! Rich Text Format, version 1.9.1 of its specification: text, hidden and deleted text, properties of the document.
//!
//! Control words are read one after the other with a stack of groups; nothing recurses. Objects and pictures are unread. What
//! programs keep for themselves (styles, fonts, themes) is told as properties.

mod charset;
mod destination;

use std::collections::HashMap;

use encoding_rs::{Encoding, WINDOWS_1252};

use crate::glean;
use crate::piece::{Hints, Role, Why};
use crate::reading::Reading;

use charset::{code_page, font_set};
use destination::Into;

/// Where in [`Rtf::out`] stands the text as old readers show it, with what replaces characters of Unicode.
const REPLACED: usize = 6;
/// Groups within each other; deeper ones share the last state.
const GROUPS: usize = 256;

#[derive(Clone, Copy)]
struct Group {
    into: Into,
    /// How many bytes stand for a `\u` character, for readers that do not know it.
    skip: usize,
    /// The font that was chosen; `None` for that of the document.
    font: Option<i64>,
}

struct Rtf<'b> {
    bytes: &'b [u8],
    at: usize,
    group: Group,
    stack: Vec<Group>,
    deep: usize,
    /// The character set of the document, and those of its fonts.
    encoding: &'static Encoding,
    fonts: HashMap<i64, &'static Encoding>,
    /// The font that was named last, and the one of text that names none.
    font: i64,
    default_font: Option<i64>,
    /// Whether bytes stand for characters of a set that is not known.
    unknown: bool,
    /// Whether old readers show words where others show characters of Unicode.
    replaced: bool,
    /// Bytes of the document's character set that wait to be decoded together.
    raw: Vec<u8>,
    skip: usize,
    high: Option<u16>,
    /// Whether the next control word names a destination that old readers may pass over.
    optional: bool,
    out: [String; 9],
    objects: bool,
    pictures: bool,
    /// Bytes as they are (`\\bin`) where no picture or object is.
    raw_bytes: bool,
    /// Whether groups or control words stand where old readers look for what replaces a character: programs differ in what they
    /// pass over then.
    uneven: bool,
}

/// Tells the texts of an RTF file.
pub(crate) fn read(reading: &mut Reading<'_>, bytes: &[u8]) {
    let mut rtf = Rtf {
        bytes,
        at: 0,
        group: Group { into: Into::Body, skip: 1, font: None },
        stack: Vec::new(),
        deep: 0,
        encoding: WINDOWS_1252,
        fonts: HashMap::new(),
        font: 0,
        default_font: None,
        unknown: false,
        replaced: false,
        raw: Vec::new(),
        skip: 0,
        high: None,
        optional: false,
        out: Default::default(),
        objects: false,
        pictures: false,
        raw_bytes: false,
        uneven: false,
    };
    rtf.run();
    if !rtf.replaced {
        rtf.out[REPLACED].clear();
    }
    let whole = rtf.stack.is_empty() && rtf.deep == 0;
    let labels =
        ["", "hidden text", "deleted text", "comment", "property", "field", "replaced text"];
    let [texts @ .., themes, stores] = std::mem::take(&mut rtf.out);
    for theme in themes.lines() {
        if is_hex(reading, theme) {
            reading.inner("theme", &bytes_of(theme), &Hints::default());
        }
    }
    for store in stores.lines() {
        if is_hex(reading, store) {
            glean::read(reading, &bytes_of(store));
        }
    }
    let texts: [String; 7] = texts;
    for (label, text) in labels.into_iter().zip(texts) {
        let role = if label.is_empty() { Role::Content } else { Role::Metadata };
        reading.text(role, label, "", text);
    }
    for (there, place, why) in [
        (rtf.objects, "embedded object", Why::Unsupported),
        (rtf.pictures, "picture", Why::Unsupported),
        (rtf.raw_bytes, "binary data", Why::Unsupported),
        (rtf.unknown, "character set", Why::Unsupported),
        (rtf.uneven, "replaced characters", Why::Broken),
        (!whole, "", Why::Broken),
    ] {
        if there {
            reading.unread(place, why);
        }
    }
}

impl Rtf<'_> {
    fn run(&mut self) {
        while let Some(byte) = self.next() {
            match byte {
                b'{' => self.open(),
                b'}' => self.close(),
                b'\\' => self.control(),
                b'\r' | b'\n' => {}
                byte => self.byte(byte),
            }
        }
        self.flush();
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.bytes.get(self.at).copied();
        self.at += usize::from(byte.is_some());
        byte
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
            self.out[REPLACED].push(char::from(byte));
            // A mark, or a letter beyond ASCII, stands for what cannot be shown; what is written out may say something else.
            self.replaced |= byte.is_ascii_graphic() && byte != b'?';
        } else {
            self.raw.push(byte);
        }
    }

    fn flush(&mut self) {
        if !self.raw.is_empty() {
            let raw = std::mem::take(&mut self.raw);
            let text = self.encoding().decode_without_bom_handling(&raw).0;
            self.text(&text);
        }
    }

    /// The character set of the font; that of the document, if the font has none of its own.
    fn encoding(&self) -> &'static Encoding {
        let font = self.group.font.or(self.default_font);
        font.and_then(|font| self.fonts.get(&font)).copied().unwrap_or(self.encoding)
    }

    fn text(&mut self, text: &str) {
        let at = match self.group.into {
            Into::Body => 0,
            Into::Hidden => 1,
            Into::Deleted => 2,
            Into::Comment => 3,
            Into::Property => 4,
            Into::Field => 5,
            Into::Theme => 7,
            Into::Store => 8,
            Into::Object | Into::Picture => return,
        };
        if let Some(out) = self.out.get_mut(at) {
            out.push_str(text);
        }
        if at == 0 {
            self.out[REPLACED].push_str(text);
        }
    }

    fn control(&mut self) {
        let Some(first) = self.next() else { return };
        if !first.is_ascii_alphabetic() {
            return self.symbol(first);
        }
        let from = self.at - 1;
        while self.bytes.get(self.at).is_some_and(u8::is_ascii_alphabetic) {
            self.at += 1;
        }
        let word = self.bytes.get(from..self.at).unwrap_or_default();
        let number = self.number();
        if self.bytes.get(self.at) == Some(&b' ') {
            self.at += 1;
        }
        let word = std::str::from_utf8(word).unwrap_or_default().to_owned();
        self.word(&word, number);
    }

    fn number(&mut self) -> Option<i64> {
        let from = self.at;
        self.at += usize::from(self.bytes.get(self.at) == Some(&b'-'));
        while self.bytes.get(self.at).is_some_and(u8::is_ascii_digit) {
            self.at += 1;
        }
        std::str::from_utf8(self.bytes.get(from..self.at)?).ok()?.parse().ok()
    }

    fn symbol(&mut self, symbol: u8) {
        match symbol {
            b'\'' => {
                let digits = self.bytes.get(self.at..self.at + 2).unwrap_or_default();
                let byte =
                    std::str::from_utf8(digits).ok().and_then(|d| u8::from_str_radix(d, 16).ok());
                self.at += digits.len();
                if let Some(byte) = byte {
                    self.byte(byte);
                }
            }
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
            "uc" => self.group.skip = usize::try_from(number.unwrap_or(1)).unwrap_or(1).min(16),
            "bin" => {
                let length = usize::try_from(number.unwrap_or(0)).unwrap_or(0);
                self.raw_bytes |=
                    length > 0 && !matches!(self.group.into, Into::Object | Into::Picture);
                self.at = self.at.saturating_add(length);
            }
            "ansicpg" => self.document_set(number.unwrap_or(1252)),
            "mac" => self.document_set(10000),
            "pc" => self.document_set(437),
            "pca" => self.document_set(850),
            "f" => {
                self.font = number.unwrap_or(0);
                self.group.font = Some(self.font);
            }
            "deff" => self.default_font = number,
            "fcharset" => {
                if let Some(set) = font_set(number.unwrap_or(1)) {
                    self.fonts.insert(self.font, set);
                }
            }
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

    /// Sets the character set of the document. One that is not known is told, as bytes cannot be read without it.
    fn document_set(&mut self, page: i64) {
        let set = code_page(page);
        self.unknown |= set.is_none();
        self.encoding = set.unwrap_or(WINDOWS_1252);
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
        if !matches!(self.group.into, Into::Object | Into::Picture | Into::Theme | Into::Store) {
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
        let old = self.out[REPLACED].len();
        self.text(&text);
        self.out[REPLACED].truncate(old);
    }
}

/// Whether a line is nothing but hexadecimal digits; if not, it is told as it stands.
fn is_hex(reading: &mut Reading<'_>, line: &str) -> bool {
    let hex = line.bytes().all(|byte| byte.is_ascii_hexdigit() || byte.is_ascii_whitespace());
    if !hex {
        reading.text(Role::Metadata, "property", "", line.to_owned());
    }
    hex
}

/// The bytes that hexadecimal digits stand for.
fn bytes_of(digits: &str) -> Vec<u8> {
    let digits: Vec<u8> = digits
        .chars()
        .filter_map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
        .collect();
    digits.as_chunks::<2>().0.iter().map(|[high, low]| high << 4 | low).collect()
}
