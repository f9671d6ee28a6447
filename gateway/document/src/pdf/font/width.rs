//! Widths of glyphs (ISO 32000-2, 9.6.2 and 9.7.4.3), in thousandths of the size.

use std::collections::HashMap;

use super::super::file::File;
use super::super::object::{Dict, Object};

/// Entries of one list; more than any font has glyphs.
const ENTRIES: usize = 200_000;
/// Ranges that are looked through for one code.
const RANGES: usize = 1_000;

/// The widths of the glyphs of a font.
pub(super) struct Widths {
    codes: HashMap<u32, f64>,
    /// First code, last code, width.
    ranges: Vec<(u32, u32, f64)>,
    /// That of all others; none if it is not positive.
    default: f64,
}

impl Widths {
    /// Those of a simple font.
    pub(super) fn of_simple(file: &File<'_>, dict: &Dict) -> Self {
        let first = code(&file.value(dict, b"FirstChar")).unwrap_or(0);
        let widths = dict.get(b"Widths").map(|widths| file.array(widths)).unwrap_or_default();
        let codes = (first..256)
            .zip(widths)
            .filter_map(|(code, width)| Some((code, file.resolve(&width).number()?)))
            .collect();
        let descriptor = dict.get(b"FontDescriptor").and_then(|descriptor| file.dict(descriptor));
        let missing = descriptor.and_then(|d| file.value(&d, b"MissingWidth").number());
        Self { codes, ranges: Vec::new(), default: missing.unwrap_or(0.0) }
    }

    /// Those of a composite font, which stand with the font that it is made of.
    pub(super) fn of_composite(file: &File<'_>, dict: &Dict) -> Self {
        let mut widths = Self { codes: HashMap::new(), ranges: Vec::new(), default: 1000.0 };
        let fonts = dict.get(b"DescendantFonts").map(|fonts| file.array(fonts)).unwrap_or_default();
        let Some(font) = fonts.first().and_then(|font| file.dict(font)) else { return widths };
        if let Some(default) = file.value(&font, b"DW").number() {
            widths.default = default;
        }
        let items = font.get(b"W").map(|items| file.array(items)).unwrap_or_default();
        widths.add(file, items.into_iter().take(ENTRIES));
        widths
    }

    /// Adds a list of widths, up to where it is none: a code and the widths from it on, or the first and the last code of a range
    /// and their width.
    fn add(&mut self, file: &File<'_>, mut items: impl Iterator<Item = Object>) {
        while let (Some(first), Some(second)) = (items.next(), items.next()) {
            let Some(first) = code(&first) else { return };
            match file.resolve(&second) {
                Object::Array(widths) => {
                    let widths = (first..=0xffff).zip(widths);
                    self.codes.extend(widths.filter_map(|(code, w)| Some((code, w.number()?))));
                }
                last => {
                    let width = items.next().and_then(|width| width.number());
                    let (Some(last), Some(width)) = (code(&last), width) else { return };
                    self.ranges.push((first, last, width));
                }
            }
        }
    }

    /// The width of a code that means this text.
    pub(super) fn of(&self, code: u32, text: Option<&str>) -> f64 {
        if let Some(width) = self.codes.get(&code) {
            return *width;
        }
        let is_in = |(first, last, _): &&(u32, u32, f64)| (*first..=*last).contains(&code);
        match self.ranges.iter().take(RANGES).find(is_in) {
            Some((_, _, width)) => *width,
            None if self.default > 0.0 => self.default,
            None => usual(text),
        }
    }

    /// What it costs to look up a width.
    pub(super) fn cost(&self) -> usize {
        self.ranges.len().min(RANGES)
    }
}

fn code(object: &Object) -> Option<u32> {
    object.integer().and_then(|code| u32::try_from(code).ok())
}

/// About how wide a character is in the fonts that every viewer has, for files that leave the widths out.
fn usual(text: Option<&str>) -> f64 {
    match text.and_then(|text| text.chars().next()) {
        Some(
            ' ' | '.' | ',' | ':' | ';' | '!' | 'i' | 'j' | 'l' | 'I' | 't' | 'f' | '/' | '\'',
        ) => 278.0,
        Some('m' | 'M' | 'W' | '@' | '%') => 850.0,
        Some(c) if c.is_uppercase() => 690.0,
        _ => 545.0,
    }
}
