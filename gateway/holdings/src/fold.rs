//! What a character is to a word, and what it is folded to.
//!
//! Folding is: compatibility decomposition (NFKD, UAX #15), lower case, no vowel points and accents, digits of all scripts as
//! 0–9, and the few letters that people write as others without Unicode saying so (ß as ss, ø as o); what counts in a whole word is
//! told in [`crate::spelling`]. Two spellings that a reader
//! takes for the same fold to the same bytes. What must not fold together (exact case, accents that count) is compared
//! afterwards, by [`written`].

use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::{decompose_compatible, is_combining_mark};

/// What a character is to the words around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// Stands between words.
    Between,
    /// A letter or digit of a script that puts spaces between words.
    Word,
    /// A letter of a script without spaces: a word of its own.
    Alone,
    /// A Hangul syllable: a word of its own, but only the first of a run begins one.
    Syllable,
    /// Goes with the letter before it, and tells it from others.
    Mark,
    /// As if it were not there: invisible characters, accents.
    Nothing,
}

/// Most bytes that are kept of one folded character in the table.
const CELL: usize = 6;

/// A character folded.
#[derive(Clone, Copy)]
pub(crate) struct Cell {
    pub(crate) class: Class,
    len: u8,
    bytes: [u8; CELL],
}

impl Cell {
    pub(crate) fn folded(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.len)).unwrap_or(&[])
    }
}

/// The characters whose folding is looked up: all alphabets; what lies above is ideographs and rare.
const FIRST: u32 = 0x80;
const LAST: u32 = 0x3400;

static TABLE: LazyLock<Vec<Option<Cell>>> =
    LazyLock::new(|| (FIRST..LAST).map(|code| char::from_u32(code).and_then(cell)).collect());

/// The cell of a character, if it has one that fits.
pub(crate) fn looked_up(c: char) -> Option<Cell> {
    let code = c as u32;
    if (0x4e00..=0x9fff).contains(&code) {
        let mut bytes = [0; CELL];
        let len = c.encode_utf8(&mut bytes).len() as u8;
        return Some(Cell { class: Class::Alone, len, bytes });
    }
    let at = code.checked_sub(FIRST)?;
    *TABLE.get(at as usize)?
}

fn cell(c: char) -> Option<Cell> {
    let mut cell = Cell { class: class(c), len: 0, bytes: [0; CELL] };
    let mut fits = true;
    fold(c, |byte| match cell.bytes.get_mut(usize::from(cell.len)) {
        Some(slot) => {
            *slot = byte;
            cell.len += 1;
        }
        None => fits = false,
    });
    fits.then_some(cell)
}

/// What a character is to the words around it.
pub(crate) fn class(c: char) -> Class {
    if is_invisible(c) || is_accent(c) {
        return Class::Nothing;
    }
    match c as u32 {
        0x1100..=0x115f | 0xa960..=0xa97c | 0xac00..=0xd7a3 => return Class::Syllable,
        0x1160..=0x11ff | 0xd7b0..=0xd7fb | 0xff9e | 0xff9f => return Class::Mark,
        _ => {}
    }
    if is_combining_mark(c) {
        Class::Mark
    } else if !c.is_alphanumeric() {
        Class::Between
    } else if digit(c).is_none() && is_unspaced(c) {
        Class::Alone
    } else {
        Class::Word
    }
}

/// The folded bytes of a character, one by one.
pub(crate) fn fold(c: char, mut emit: impl FnMut(u8)) {
    if let Some(digit) = digit(c) {
        return emit(digit);
    }
    if is_invisible(c) {
        return;
    }
    decompose_compatible(c, |part| {
        if is_accent(part) || is_invisible(part) {
            return;
        }
        for lower in part.to_lowercase().filter(|l| !is_accent(*l)) {
            match plain(lower) {
                Some(text) => text.bytes().for_each(&mut emit),
                None => lower.encode_utf8(&mut [0; 4]).bytes().for_each(&mut emit),
            }
        }
    });
}

/// The letters and digits of a text as they were written, without what stands between them: in its case or in lower case, with
/// its accents or without.
pub(crate) fn written(text: &str, keep_case: bool, keep_accents: bool, out: &mut Vec<u8>) {
    for c in text.nfkd() {
        let left_out = is_invisible(c) || (!keep_accents && is_accent(c));
        if left_out || !(c.is_alphanumeric() || is_combining_mark(c)) {
            continue;
        }
        if keep_case {
            out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
        } else {
            for lower in c.to_lowercase() {
                out.extend_from_slice(lower.encode_utf8(&mut [0; 4]).as_bytes());
            }
        }
    }
}

/// Letters that stand for others without a decomposition in Unicode, in lower case.
fn plain(c: char) -> Option<&'static str> {
    Some(match c {
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'ø' => "o",
        'đ' | 'ð' => "d",
        'ł' => "l",
        'ħ' => "h",
        'ŧ' => "t",
        'þ' => "th",
        'ı' => "i",
        'ς' => "σ",
        // Arabic and Persian keyboards give different letters for the same one.
        '\u{6a9}' => "\u{643}",
        '\u{6cc}' | '\u{649}' => "\u{64a}",
        _ => return None,
    })
}

/// Where the digits 0–9 of a script begin (Unicode, general category Nd).
const ZEROS: [u32; 24] = [
    0x30, 0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66,
    0xde6, 0xe50, 0xed0, 0xf20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0xff10,
];

/// A digit of any script as 0–9.
pub(crate) fn digit(c: char) -> Option<u8> {
    let code = c as u32;
    let zero = ZEROS.iter().rev().find(|zero| **zero <= code)?;
    let value = code - zero;
    (value < 10).then(|| b'0' + value as u8)
}

/// Accents, vowel points and lengthening strokes that writers leave out. Marks of other scripts tell words apart and stay.
fn is_accent(c: char) -> bool {
    matches!(c as u32,
        0x300..=0x36f | 0x483..=0x487 | 0x591..=0x5bd | 0x5bf | 0x5c1 | 0x5c2 | 0x5c4 | 0x5c5 | 0x5c7
        | 0x610..=0x61a | 0x640 | 0x64b..=0x65f | 0x670 | 0x6d6..=0x6dc | 0x6df..=0x6e4 | 0x6e7 | 0x6e8 | 0x6ea..=0x6ed
        | 0x1ab0..=0x1aff | 0x1dc0..=0x1dff | 0x20d0..=0x20ff | 0xfe20..=0xfe2f)
}

/// Default-ignorable characters (Unicode, DerivedCoreProperties) that occur in texts.
pub(crate) fn is_invisible(c: char) -> bool {
    matches!(c as u32,
        0xad | 0x34f | 0x61c | 0x115f | 0x1160 | 0x17b4 | 0x17b5 | 0x180b..=0x180f | 0x200b..=0x200f | 0x202a..=0x202e
        | 0x2060..=0x206f | 0x3164 | 0xfe00..=0xfe0f | 0xfeff | 0xffa0 | 0xe0000..=0xe0fff)
}

/// Whether a letter belongs to a script that is written without spaces between words.
fn is_unspaced(c: char) -> bool {
    matches!(c as u32,
        0xe00..=0x109f | 0x1780..=0x17ff | 0x1950..=0x19df | 0x1a20..=0x1aaf | 0x3005..=0x3007 | 0x3040..=0x312f
        | 0x31a0..=0x31bf | 0x31f0..=0x31ff | 0x3400..=0x4dbf | 0x4e00..=0x9fff | 0xa000..=0xa4cf | 0xa9e0..=0xa9ff
        | 0xaa60..=0xaa7f | 0xf900..=0xfaff | 0xff66..=0xff9d | 0x1b000..=0x1b16f | 0x20000..=0x3ffff)
}
