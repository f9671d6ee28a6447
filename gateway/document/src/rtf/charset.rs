//! Character sets of a document and of its fonts, by the numbers that RTF has for them.

use std::collections::HashMap;

use encoding_rs::{Encoding, WINDOWS_1252};

/// The character sets that a document has declared so far.
pub(super) struct Charsets {
    document: &'static Encoding,
    fonts: HashMap<i64, &'static Encoding>,
    /// The font of text that names none.
    pub(super) default_font: Option<i64>,
    /// Whether bytes stand for characters of a set that is not known.
    pub(super) unknown: bool,
}

impl Default for Charsets {
    fn default() -> Self {
        Self { document: WINDOWS_1252, fonts: HashMap::new(), default_font: None, unknown: false }
    }
}

impl Charsets {
    /// Sets the character set of the document. One that is not known is told, as bytes cannot be read without it.
    pub(super) fn set_document(&mut self, page: i64) {
        let set = code_page(page);
        self.unknown |= set.is_none();
        self.document = set.unwrap_or(WINDOWS_1252);
    }

    /// Sets the character set of a font, if it has one of its own.
    pub(super) fn set_font(&mut self, font: i64, number: i64) {
        self.fonts.extend(font_set(number).map(|set| (font, set)));
    }

    /// The character set of the font; that of the document, if the font has none of its own.
    pub(super) fn of(&self, font: Option<i64>) -> &'static Encoding {
        let font = font.or(self.default_font);
        font.and_then(|font| self.fonts.get(&font)).copied().unwrap_or(self.document)
    }
}

/// The set of a code page. `None` if it is not known.
fn code_page(number: i64) -> Option<&'static Encoding> {
    let label = match number {
        932 => "shift_jis".to_owned(),
        936 => "gbk".to_owned(),
        949 => "euc-kr".to_owned(),
        950 => "big5".to_owned(),
        10000 => "macintosh".to_owned(),
        65001 => "utf-8".to_owned(),
        number => format!("windows-{number}"),
    };
    Encoding::for_label(label.as_bytes())
}

/// The character set of a font. `None` for those that have the document's, or signs.
fn font_set(number: i64) -> Option<&'static Encoding> {
    let page = match number {
        0 => 1252,
        77 => 10000,
        128 => 932,
        129 => 949,
        134 => 936,
        136 => 950,
        161 => 1253,
        162 => 1254,
        163 => 1258,
        177 => 1255,
        178 => 1256,
        186 => 1257,
        204 => 1251,
        222 => 874,
        238 => 1250,
        _ => return None,
    };
    code_page(page)
}
