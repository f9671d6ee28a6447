//! Character maps (ISO 32000-2, 9.7.5 and 9.10.3; Adobe Technical Note 5014): how long codes are, and their text.
//!
//! Ranges are kept as ranges: a map that covers all codes costs no more than its few bytes.

use std::collections::HashMap;

use super::super::lexer::Lexer;
use super::super::object::Object;

/// Entries of one map; more than any font has glyphs.
const ENTRIES: usize = 200_000;
/// Ranges of codes that are looked through for their length.
const SPACES: usize = 256;
/// Bytes of the longest code.
const LONGEST: usize = 4;
/// UTF-16 units that one code may mean.
const UNITS: usize = 16;

/// A code, which is not the same with another length.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Code {
    length: usize,
    pub(super) value: u32,
}

impl Code {
    pub(super) fn of(bytes: &[u8]) -> Self {
        let value = bytes.iter().take(LONGEST).fold(0, |code, byte| code << 8 | u32::from(*byte));
        Self { length: bytes.len().min(LONGEST), value }
    }
}

/// The ranges of codes by which strings are cut into codes.
#[derive(Clone, Default)]
pub(super) struct Codespace(Vec<Space>);

/// The first code of a range, and the value of the last.
#[derive(Clone)]
struct Space {
    low: Code,
    high: u32,
}

impl Codespace {
    /// The bytes of the code that comes next; two, where no range has it.
    pub(super) fn length(&self, rest: &[u8]) -> usize {
        let is_code = |length: &usize| {
            let code = Code::of(rest.get(..*length).unwrap_or_default());
            self.0.iter().take(SPACES).any(|space| {
                space.low.length == code.length
                    && (space.low.value..=space.high).contains(&code.value)
            })
        };
        (1..=rest.len().min(LONGEST)).find(is_code).unwrap_or(2)
    }

    /// What it costs to find out how long a code is.
    pub(super) fn cost(&self) -> usize {
        LONGEST * self.0.len().min(SPACES)
    }
}

/// Codes one after the other, and the text of the first in UTF-16.
struct Range {
    low: Code,
    high: u32,
    text: Vec<u16>,
}

/// A character map.
#[derive(Default)]
pub(super) struct CMap {
    pub(super) codespace: Codespace,
    chars: HashMap<Code, Vec<u16>>,
    /// In the order of their first codes.
    ranges: Vec<Range>,
}

impl CMap {
    /// Reads a map.
    pub(super) fn parse(bytes: &[u8]) -> Self {
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
                b"endcodespacerange" => map.add_spaces(&operands),
                b"endbfchar" => map.add_chars(&operands),
                b"endbfrange" => map.add_ranges(&operands),
                _ => {}
            }
            operands.clear();
            if map.chars.len() + map.ranges.len() > ENTRIES {
                break;
            }
        }
        map.ranges.sort_by_key(|range| range.low);
        map
    }

    fn add_spaces(&mut self, operands: &[Object]) {
        for pair in operands.as_chunks::<2>().0 {
            if let [Object::Text(low), Object::Text(high)] = pair {
                let (low, high) = (Code::of(low), Code::of(high).value);
                self.codespace.0.push(Space { low, high });
            }
        }
    }

    fn add_chars(&mut self, operands: &[Object]) {
        for pair in operands.as_chunks::<2>().0 {
            if let [Object::Text(code), Object::Text(text)] = pair {
                self.chars.insert(Code::of(code), units(text));
            }
        }
    }

    fn add_ranges(&mut self, operands: &[Object]) {
        for three in operands.as_chunks::<3>().0 {
            let [Object::Text(low), Object::Text(high), target] = three else { continue };
            let (low, high) = (Code::of(low), Code::of(high).value);
            match target {
                Object::Text(text) => self.ranges.push(Range { low, high, text: units(text) }),
                Object::Array(texts) => {
                    for (value, text) in (low.value..=high).zip(texts) {
                        if let Object::Text(text) = text {
                            self.chars.insert(Code { value, ..low }, units(text));
                        }
                    }
                }
                _ => {}
            }
        }
    }

    /// Whether it gives no code a text.
    pub(super) fn is_empty(&self) -> bool {
        self.chars.is_empty() && self.ranges.is_empty()
    }

    /// The text of a code. Within a range its last unit counts up.
    pub(super) fn text(&self, code: Code) -> Option<String> {
        if let Some(text) = self.chars.get(&code) {
            return Some(String::from_utf16_lossy(text));
        }
        let before = self.ranges.partition_point(|range| range.low <= code);
        let Range { low, high, text } = self.ranges.get(before.checked_sub(1)?)?;
        if low.length != code.length || code.value > *high {
            return None;
        }
        let mut text = text.clone();
        let last = text.last_mut()?;
        *last = last.wrapping_add(u16::try_from((code.value - low.value) & 0xffff).unwrap_or(0));
        Some(String::from_utf16_lossy(&text))
    }
}

/// The UTF-16 units of a text. Some writers leave out the first byte of a single one.
fn units(bytes: &[u8]) -> Vec<u16> {
    if let [one] = bytes {
        return vec![u16::from(*one)];
    }
    bytes.as_chunks::<2>().0.iter().take(UNITS).map(|two| u16::from_be_bytes(*two)).collect()
}
