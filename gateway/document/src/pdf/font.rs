//! What the codes of a font mean and how wide they are (ISO 32000-2, 9.5–9.10).
//!
//! A map to Unicode that the file brings comes first, then the encoding of the font, then the names of its glyphs.
//! Ranges are kept as ranges: a map that covers all codes costs no more than its few bytes.

use std::collections::HashMap;

use encoding_rs::{Encoding, MACINTOSH, UTF_16BE, WINDOWS_1252};

use crate::reading::Reading;

use super::file::File;
use super::lexer::{Dict, Lexer, Object};
use super::{glyph, look};

/// Entries of one character map; more than any font has glyphs.
const ENTRIES: usize = 200_000;

/// A font as far as text needs it.
pub(super) struct Font {
    /// What the file itself says the codes mean.
    map: Option<Map>,
    /// The lengths of codes by their ranges; empty: one byte, or two for composite fonts.
    spaces: Vec<(usize, u32, u32)>,
    composite: bool,
    /// For composite fonts with a named encoding that is a known character set.
    charset: Option<&'static Encoding>,
    /// For simple fonts: the text of each byte, and the bytes of the longest.
    simple: Vec<Option<String>>,
    longest: usize,
    widths: HashMap<u32, f64>,
    ranges: Vec<(u32, u32, f64)>,
    width: f64,
    /// Whether lines run down the page.
    pub(super) vertical: bool,
    /// Whether the file names an encoding beside its map, by which viewers draw.
    pub(super) twofold: bool,
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

#[derive(Default)]
struct Map {
    chars: HashMap<(usize, u32), Vec<u16>>,
    ranges: Vec<(usize, u32, u32, Vec<u16>)>,
    spaces: Vec<(usize, u32, u32)>,
}

impl Font {
    /// Reads a font.
    pub(super) fn read(reading: &mut Reading<'_>, file: &File<'_>, dict: &Dict) -> Self {
        let composite = dict.name(b"Subtype") == Some(b"Type0");
        let encoding = file.value(dict, b"Encoding");
        let mut map_of = |key: &[u8]| {
            let stream = dict.get(key).and_then(|object| file.stream(object))?;
            let decoded = file.decoded(reading, &stream, "font");
            look::map(reading, &decoded);
            Some(Map::parse(&decoded))
        };
        let map =
            map_of(b"ToUnicode").filter(|map| !map.chars.is_empty() || !map.ranges.is_empty());
        let codes = if composite { map_of(b"Encoding") } else { None };
        let name = match &encoding {
            Object::Name(name) => String::from_utf8_lossy(name).into_owned(),
            _ => String::new(),
        };
        let charset = charset(&name).filter(|_| composite);
        let spaces = match (codes, &map) {
            (Some(codes), _) => codes.spaces,
            // Where the encoding is a known set, its own bytes say how long codes are.
            (None, Some(map)) if charset.is_none() && !name.starts_with("Identity") => {
                map.spaces.clone()
            }
            _ => Vec::new(),
        };
        let mut font = Self {
            map,
            spaces: if composite { spaces } else { Vec::new() },
            composite,
            charset,
            simple: Vec::new(),
            longest: 0,
            widths: HashMap::new(),
            ranges: Vec::new(),
            width: if composite { 1000.0 } else { 0.0 },
            vertical: composite && name.ends_with("-V"),
            twofold: false,
        };
        if composite {
            font.composite_widths(file, dict);
        } else {
            font.simple = simple(file, dict, &encoding);
            font.longest = font.simple.iter().flatten().map(String::len).max().unwrap_or(0);
            font.twofold = font.map.is_some() && encoding != Object::Null;
            font.simple_widths(file, dict);
        }
        font
    }

    /// What each byte that is shown may cost to look up, in steps of the work that a file may take.
    pub(super) fn cost(&self) -> usize {
        // The name of a glyph may spell as much as the file holds, and is compared with the map.
        1 + (self.ranges.len().min(1_000) + 4 * self.spaces.len().min(256) + self.longest) / 32
    }

    fn simple_widths(&mut self, file: &File<'_>, dict: &Dict) {
        let first = file
            .value(dict, b"FirstChar")
            .integer()
            .and_then(|first| u32::try_from(first).ok())
            .unwrap_or(0);
        let widths = dict.get(b"Widths").map(|widths| file.array(widths)).unwrap_or_default();
        for (code, width) in (first..256).zip(widths) {
            self.widths.extend(file.resolve(&width).number().map(|width| (code, width)));
        }
        let descriptor = dict.get(b"FontDescriptor").and_then(|descriptor| file.dict(descriptor));
        self.width =
            descriptor.and_then(|d| file.value(&d, b"MissingWidth").number()).unwrap_or(0.0);
    }

    fn composite_widths(&mut self, file: &File<'_>, dict: &Dict) {
        let descendants =
            dict.get(b"DescendantFonts").map(|fonts| file.array(fonts)).unwrap_or_default();
        let Some(font) = descendants.first().and_then(|font| file.dict(font)) else { return };
        self.width = file.value(&font, b"DW").number().unwrap_or(1000.0);
        let mut items = font
            .get(b"W")
            .map(|widths| file.array(widths))
            .unwrap_or_default()
            .into_iter()
            .take(ENTRIES);
        let code = |object: &Object| object.integer().and_then(|code| u32::try_from(code).ok());
        while let (Some(first), Some(second)) = (items.next(), items.next()) {
            let Some(first) = code(&first) else { return };
            match file.resolve(&second) {
                Object::Array(widths) => {
                    for (code, width) in (first..=0xffff).zip(widths) {
                        self.widths.extend(width.number().map(|width| (code, width)));
                    }
                }
                last => {
                    let (Some(last), Some(width)) =
                        (code(&last), items.next().and_then(|width| width.number()))
                    else {
                        return;
                    };
                    self.ranges.push((first, last, width));
                }
            }
        }
    }

    fn width(&self, code: u32, text: Option<&str>) -> f64 {
        if let Some(width) = self.widths.get(&code) {
            return *width;
        }
        let range = self
            .ranges
            .iter()
            .take(1_000)
            .find(|(first, last, _)| (*first..=*last).contains(&code));
        match range {
            Some((_, _, width)) => *width,
            None if self.width > 0.0 => self.width,
            None => usual_width(text),
        }
    }

    /// The codes of a shown string.
    pub(super) fn glyphs(&self, bytes: &[u8]) -> impl Iterator<Item = Glyph> {
        let mut rest = bytes;
        std::iter::from_fn(move || {
            let length = self.length(rest).max(1).min(rest.len());
            let (code, behind) =
                rest.split_at_checked(length).filter(|(code, _)| !code.is_empty())?;
            rest = behind;
            Some(self.glyph(code))
        })
    }

    fn glyph(&self, bytes: &[u8]) -> Glyph {
        let code = bytes.iter().fold(0_u32, |code, byte| code << 8 | u32::from(*byte));
        let text = self.text(bytes, code);
        let width = self.width(code, text.as_deref());
        let drawn = self.drawn(code, text.as_deref());
        Glyph { text, drawn, width, space: bytes == b" " }
    }

    /// The letter or digit that is drawn where the map says another. Signs are called differently by honest writers too.
    fn drawn(&self, code: u32, text: Option<&str>) -> Option<String> {
        let drawn = self.simple.get(code as usize).filter(|_| self.twofold)?.as_deref()?;
        let letters = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let differs = text.is_some_and(|text| {
            (letters(drawn) || letters(text)) && !text.eq_ignore_ascii_case(drawn)
        }) && drawn.is_ascii();
        differs.then(|| drawn.to_owned())
    }

    fn length(&self, rest: &[u8]) -> usize {
        if !self.composite {
            return 1;
        }
        if let Some(charset) = self.charset {
            return code_length(charset, rest);
        }
        for length in 1..=rest.len().min(4) {
            let code =
                rest.iter().take(length).fold(0_u32, |code, byte| code << 8 | u32::from(*byte));
            if self
                .spaces
                .iter()
                .take(256)
                .any(|(n, low, high)| *n == length && (*low..=*high).contains(&code))
            {
                return length;
            }
        }
        2
    }

    fn text(&self, bytes: &[u8], code: u32) -> Option<String> {
        if let Some(text) = self.map.as_ref().and_then(|map| map.text(bytes.len(), code)) {
            return Some(text);
        }
        if let Some(charset) = self.charset {
            let (text, broken) = charset.decode_without_bom_handling(bytes);
            return (!broken).then(|| text.into_owned());
        }
        self.simple.get(code as usize).cloned().flatten()
    }
}

impl Map {
    /// Reads a character map (ISO 32000-2, 9.10.3; Adobe Technical Note 5014).
    fn parse(bytes: &[u8]) -> Self {
        let mut map = Self::default();
        let mut lexer = Lexer::of_content(bytes);
        let mut operands: Vec<Object> = Vec::new();
        while let Some(object) = lexer.next() {
            let Object::Word(word) = object else {
                if operands.len() < ENTRIES {
                    operands.push(object);
                }
                continue;
            };
            match word.as_slice() {
                b"endcodespacerange" => {
                    map.spaces.extend(pairs(&operands).map(|(low, high)| (low.0, low.1, high.1)))
                }
                b"endbfchar" => {
                    for pair in operands.as_chunks::<2>().0 {
                        if let [Object::Text(code), Object::Text(text)] = pair {
                            map.chars.insert(code_of(code), units(text));
                        }
                    }
                }
                b"endbfrange" => map.add_ranges(&operands),
                _ => {}
            }
            operands.clear();
            if map.chars.len() + map.ranges.len() > ENTRIES {
                break;
            }
        }
        map.ranges.sort_by_key(|(length, low, _, _)| (*length, *low));
        map
    }

    fn add_ranges(&mut self, operands: &[Object]) {
        for three in operands.as_chunks::<3>().0 {
            let [Object::Text(low), Object::Text(high), target] = three else { continue };
            let ((length, low), (_, high)) = (code_of(low), code_of(high));
            match target {
                Object::Text(text) => self.ranges.push((length, low, high, units(text))),
                Object::Array(texts) => {
                    for (code, text) in (low..=high).zip(texts) {
                        if let Object::Text(text) = text {
                            self.chars.insert((length, code), units(text));
                        }
                    }
                }
                _ => {}
            }
        }
    }

    fn text(&self, length: usize, code: u32) -> Option<String> {
        if let Some(units) = self.chars.get(&(length, code)) {
            return Some(String::from_utf16_lossy(units));
        }
        let before = self.ranges.partition_point(|(n, low, _, _)| (*n, *low) <= (length, code));
        let (n, low, high, units) = self.ranges.get(before.checked_sub(1)?)?;
        if *n != length || code > *high {
            return None;
        }
        let mut units = units.clone();
        let last = units.last_mut()?;
        *last = last.wrapping_add(u16::try_from((code - low) & 0xffff).unwrap_or(0));
        Some(String::from_utf16_lossy(&units))
    }
}

fn pairs(operands: &[Object]) -> impl Iterator<Item = ((usize, u32), (usize, u32))> + '_ {
    operands.as_chunks::<2>().0.iter().filter_map(|pair| match pair {
        [Object::Text(low), Object::Text(high)] => Some((code_of(low), code_of(high))),
        _ => None,
    })
}

fn code_of(bytes: &[u8]) -> (usize, u32) {
    (bytes.len().min(4), bytes.iter().take(4).fold(0, |code, byte| code << 8 | u32::from(*byte)))
}

fn units(bytes: &[u8]) -> Vec<u16> {
    if let [one] = bytes {
        return vec![u16::from(*one)];
    }
    bytes.as_chunks::<2>().0.iter().take(16).map(|two| u16::from_be_bytes(*two)).collect()
}

/// The predefined character maps that are ways of writing a known set (ISO 32000-2, table 116).
fn charset(name: &str) -> Option<&'static Encoding> {
    let label = match name {
        _ if name.contains("UCS2") || name.contains("UTF16") => return Some(UTF_16BE),
        _ if name.contains("RKSJ") => "shift_jis",
        "EUC-H" | "EUC-V" => "euc-jp",
        _ if name.starts_with("GBK2K") => "gb18030",
        _ if name.starts_with("GB") => "gbk",
        _ if name.starts_with("ETen") || name.starts_with("B5") || name.starts_with("HKscs") => {
            "big5"
        }
        _ if name.starts_with("KSC") => "euc-kr",
        _ => return None,
    };
    Encoding::for_label(label.as_bytes())
}

fn code_length(charset: &'static Encoding, rest: &[u8]) -> usize {
    let first = rest.first().copied().unwrap_or(0);
    if charset == UTF_16BE {
        return if (0xd8..=0xdb).contains(&first) { 4 } else { 2 };
    }
    let single = first < 0x80 || (charset.name() == "Shift_JIS" && matches!(first, 0xa0..=0xdf));
    if single { 1 } else { 2 }
}

/// The text of each byte of a simple font.
fn simple(file: &File<'_>, dict: &Dict, encoding: &Object) -> Vec<Option<String>> {
    let base_font =
        String::from_utf8_lossy(dict.name(b"BaseFont").unwrap_or_default()).into_owned();
    let own = match encoding {
        Object::Dict(own) => Some(own),
        _ => None,
    };
    let name = match encoding {
        Object::Name(name) => Some(name.as_slice()),
        _ => own.and_then(|own| own.name(b"BaseEncoding")),
    };
    // Pictures of signs: an arrow or a tick is no letter, whatever its code.
    if base_font.contains("Dingbats")
        || base_font.contains("Wingdings")
        || base_font.ends_with("Symbol")
    {
        return vec![Some("•".to_owned()); 256];
    }
    let type_3 = dict.name(b"Subtype") == Some(b"Type3");
    let charset = if name == Some(b"MacRomanEncoding") { MACINTOSH } else { WINDOWS_1252 };
    let mut texts: Vec<Option<String>> = (0..=255_u8)
        .map(|byte| {
            let known = byte >= 0x20 && !(type_3 && name.is_none());
            known.then(|| charset.decode_without_bom_handling(&[byte]).0.into_owned())
        })
        .collect();
    let mut code = 0;
    for item in own
        .and_then(|own| own.get(b"Differences"))
        .map(|items| file.array(items))
        .unwrap_or_default()
    {
        match item {
            Object::Number(_) => code = item.integer().unwrap_or(256),
            Object::Name(name) => {
                if let Some(text) = texts.get_mut(code) {
                    *text = glyph::text(&String::from_utf8_lossy(&name));
                }
                code = code.saturating_add(1);
            }
            _ => {}
        }
    }
    texts
}

/// About how wide a character is in the fonts that every viewer has, for files that leave the widths out.
fn usual_width(text: Option<&str>) -> f64 {
    match text.and_then(|text| text.chars().next()) {
        Some(
            ' ' | '.' | ',' | ':' | ';' | '!' | 'i' | 'j' | 'l' | 'I' | 't' | 'f' | '/' | '\'',
        ) => 278.0,
        Some('m' | 'M' | 'W' | '@' | '%') => 850.0,
        Some(c) if c.is_uppercase() => 690.0,
        _ => 545.0,
    }
}
