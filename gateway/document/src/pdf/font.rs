//! What the codes of a font mean and how wide they are (ISO 32000-2, 9.5–9.10).
//!
//! A map to Unicode that the file brings comes first, then the encoding of the font, then the names of its glyphs.

mod charset;
mod cmap;
mod encoding;
mod glyph_name;
mod width;

use encoding_rs::Encoding;

use crate::reading::Reading;

use super::file::File;
use super::look;
use super::object::{Dict, Object};

use cmap::{CMap, Code, Codespace};
use width::Widths;

/// A font as far as text needs it.
pub(super) struct Font {
    /// What the file itself says the codes mean.
    to_unicode: Option<CMap>,
    codes: Codes,
    widths: Widths,
    /// Whether lines run down the page.
    pub(super) vertical: bool,
    /// Whether the file names an encoding beside its map, by which viewers draw.
    pub(super) twofold: bool,
}

/// How strings are cut into codes, and what these mean without a map.
enum Codes {
    /// Those of a simple font: the text of each byte, and the bytes of the longest.
    Simple { texts: Vec<Option<String>>, longest: usize },
    /// Those of a composite font whose encoding is a known character set.
    Charset(&'static Encoding),
    /// Those of any other composite font.
    Composite(Codespace),
}

/// One code as it was shown.
pub(super) struct Glyph {
    /// `None` if nothing says what it means.
    pub(super) text: Option<String>,
    /// What the encoding of the font says, where the map of the file says something else.
    pub(super) drawn: Option<String>,
    /// In thousandths of the size.
    pub(super) width: f64,
    /// Whether it is the one-byte code 32, which word spacing widens.
    pub(super) space: bool,
}

impl Font {
    /// Reads a font.
    pub(super) fn read(reading: &mut Reading<'_>, file: &File<'_>, dict: &Dict) -> Self {
        let encoding = file.value(dict, b"Encoding");
        let to_unicode = cmap(reading, file, dict, b"ToUnicode").filter(|map| !map.is_empty());
        if dict.name(b"Subtype") == Some(b"Type0") {
            let own = cmap(reading, file, dict, b"Encoding");
            let name = String::from_utf8_lossy(encoding.name().unwrap_or_default());
            return Self {
                codes: Codes::of_composite(&name, own, to_unicode.as_ref()),
                to_unicode,
                widths: Widths::of_composite(file, dict),
                vertical: name.ends_with("-V"),
                twofold: false,
            };
        }
        Self {
            codes: Codes::of_simple(encoding::texts(file, dict, &encoding)),
            widths: Widths::of_simple(file, dict),
            vertical: false,
            twofold: to_unicode.is_some() && encoding != Object::Null,
            to_unicode,
        }
    }

    /// What each byte that is shown may cost to look up, in steps of the work that a file may take.
    pub(super) fn cost(&self) -> usize {
        1 + (self.widths.cost() + self.codes.cost()) / 32
    }

    /// The codes of a shown string.
    pub(super) fn glyphs(&self, bytes: &[u8]) -> impl Iterator<Item = Glyph> {
        let mut rest = bytes;
        std::iter::from_fn(move || {
            let length = self.codes.length(rest).max(1).min(rest.len());
            let (code, behind) =
                rest.split_at_checked(length).filter(|(code, _)| !code.is_empty())?;
            rest = behind;
            Some(self.glyph(code))
        })
    }

    fn glyph(&self, bytes: &[u8]) -> Glyph {
        let code = Code::of(bytes);
        let mapped = self.to_unicode.as_ref().and_then(|map| map.text(code));
        let text = mapped.or_else(|| self.codes.text(bytes, code));
        let width = self.widths.of(code.value, text.as_deref());
        let drawn = self.drawn(code, text.as_deref());
        Glyph { text, drawn, width, space: bytes == b" " }
    }

    /// The letter or digit that is drawn where the map says another. Signs are called differently by honest writers too.
    fn drawn(&self, code: Code, text: Option<&str>) -> Option<String> {
        let drawn = self.codes.simple(code).filter(|_| self.twofold)?;
        let letters = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let differs = text.is_some_and(|text| {
            (letters(drawn) || letters(text)) && !text.eq_ignore_ascii_case(drawn)
        }) && drawn.is_ascii();
        differs.then(|| drawn.to_owned())
    }
}

/// The character map of a font under a key; what else stands in its stream is told.
fn cmap(reading: &mut Reading<'_>, file: &File<'_>, dict: &Dict, key: &[u8]) -> Option<CMap> {
    let stream = file.stream(dict.get(key)?)?;
    let decoded = file.decoded(reading, &stream, "font");
    look::map(reading, &decoded);
    Some(CMap::parse(&decoded))
}

impl Codes {
    fn of_simple(texts: Vec<Option<String>>) -> Self {
        let longest = texts.iter().flatten().map(String::len).max().unwrap_or(0);
        Self::Simple { texts, longest }
    }

    /// By the name of the encoding, or by the map that it is instead.
    fn of_composite(name: &str, own: Option<CMap>, to_unicode: Option<&CMap>) -> Self {
        if let Some(charset) = charset::of_predefined(name) {
            // Its own bytes say how long codes are.
            return Self::Charset(charset);
        }
        Self::Composite(match (own, to_unicode) {
            (Some(own), _) => own.codespace,
            (None, Some(map)) if !name.starts_with("Identity") => map.codespace.clone(),
            _ => Codespace::default(),
        })
    }

    /// The bytes of the next code.
    fn length(&self, rest: &[u8]) -> usize {
        match self {
            Self::Simple { .. } => 1,
            Self::Charset(charset) => charset::code_length(charset, rest),
            Self::Composite(codespace) => codespace.length(rest),
        }
    }

    fn text(&self, bytes: &[u8], code: Code) -> Option<String> {
        if let Self::Charset(charset) = self {
            let (text, broken) = charset.decode_without_bom_handling(bytes);
            return (!broken).then(|| text.into_owned());
        }
        self.simple(code).map(str::to_owned)
    }

    /// What a byte of a simple font means.
    fn simple(&self, code: Code) -> Option<&str> {
        match self {
            Self::Simple { texts, .. } => texts.get(code.value as usize)?.as_deref(),
            _ => None,
        }
    }

    /// What it costs to look up a code. The name of a glyph may spell as much as the file holds, and is compared with the map.
    fn cost(&self) -> usize {
        match self {
            Self::Simple { longest, .. } => *longest,
            Self::Charset(_) => 0,
            Self::Composite(codespace) => codespace.cost(),
        }
    }
}
