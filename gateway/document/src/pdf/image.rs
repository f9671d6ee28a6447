//! Images (ISO 32000-2, 8.9): which of them are pictures, and where those within a content end.

use super::file::File;
use super::lexer::is_space;
use super::object::{Dict, Object};

/// Bytes that lines and ornaments need at most.
const ORNAMENT: usize = 512;
/// Dots across and down of a line of small letters; images of fewer are lines and ornaments.
const WIDTH: f64 = 16.0;
const HEIGHT: f64 = 6.0;

/// Whether an image may show something to read.
pub(super) fn is_picture(file: &File<'_>, dict: &Dict, bytes: usize) -> bool {
    let side = |key: &[u8]| file.value(dict, key).number().unwrap_or(f64::MAX);
    bytes > ORNAMENT || side(b"Width") >= WIDTH && side(b"Height") >= HEIGHT
}

/// The dictionary of an inline image (8.9.7), from the operands of its `ID`.
pub(super) fn inline_dict(operands: &[Object]) -> Dict {
    let mut dict = Dict::default();
    for pair in operands.as_chunks::<2>().0 {
        if let [Object::Name(key), value] = pair {
            let key = match key.as_slice() {
                b"W" => b"Width".to_vec(),
                b"H" => b"Height".to_vec(),
                key => key.to_vec(),
            };
            dict.0.push((key, value.clone()));
        }
    }
    dict
}

/// Where the data of an inline image ends.
pub(super) struct InlineEnd {
    /// The bytes of the data with its `EI`: all that are left, if there is none.
    pub(super) length: usize,
    /// Whether every reader sees its end there. Not so if there is none, and not if an `EI` without a space before it comes
    /// first: those that count the bytes of a picture ask for no space.
    pub(super) certain: bool,
}

/// Finds the end of the data of an inline image in the content behind its `ID`.
pub(super) fn inline_end(content: &[u8]) -> InlineEnd {
    let is_space_at = |at: usize| content.get(at).is_some_and(|byte| is_space(*byte));
    let ends_word = |at: &usize| at + 2 >= content.len() || is_space_at(at + 2);
    let spaced = |at: &usize| at.checked_sub(1).is_some_and(is_space_at);
    let mut ends = memchr::memmem::find_iter(content, b"EI").filter(ends_word);
    let first = ends.next();
    let end = first.filter(spaced).or_else(|| ends.find(spaced));
    InlineEnd {
        length: end.map_or(content.len(), |end| end + 2),
        certain: end.is_some() && end == first,
    }
}
