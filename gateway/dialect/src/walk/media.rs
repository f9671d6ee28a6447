//! Content that is not text: inline payloads, data URLs, and references to what lies elsewhere.
//!
//! What claims to be a payload but is not base64 is text, and a short payload is text as well: a key or a number is in the
//! alphabet of base64. The payload itself is never decoded.

use std::borrow::Cow;

use super::{Around, Value, Walk, Walked};
use crate::part::{Modality, Part, Place};

impl Walk<'_> {
    /// A part without text for a whole value.
    pub(super) fn opaque(&mut self, value: Value, modality: Modality) -> Walked {
        self.push(Part::opaque(value.role, modality, value.origin(), value.label))
    }

    pub(super) fn payload(&mut self, value: Value, modality: Modality) -> Walked {
        let Some(node) = self.node(value.index) else { return Ok(()) };
        let text = self.plain_text(node);
        let (is_payload, is_short) = (is_base64(&text), text.len() <= SHORT);
        if is_payload {
            self.opaque(value, modality)?;
        }
        if is_payload && !is_short {
            return Ok(());
        }
        self.text(value, !is_payload)
    }

    pub(super) fn source(&mut self, value: Value, around: Around) -> Walked {
        if self.sibling(around.object, "type").as_deref() != Some("base64") {
            return self.text(value, true);
        }
        let media = self.sibling(around.object, "media_type").and_then(|media| modality_of(&media));
        let modality = media.unwrap_or_else(|| self.block_modality(around, Modality::File));
        self.payload(value, modality)
    }

    pub(super) fn locator(&mut self, value: Value, modality: Modality, around: Around) -> Walked {
        let Some(node) = self.node(value.index) else { return Ok(()) };
        let text = self.plain_text(node);
        let Some(head) = data_url_head(&text) else {
            let modality = self.block_modality(around, modality);
            self.opaque(value, modality)?;
            return self.text(value, false);
        };
        let media = text.get(DATA.len()..head).and_then(modality_of).unwrap_or(modality);
        let is_short = text.len() - head <= SHORT;
        self.opaque(value, media)?;
        let whole = self.decoded(value.layer, value.index, node)?;
        let end = if is_short { whole.end } else { whole.start + head as u32 };
        let text = Place { end, ..whole };
        self.push(Part::text(value.role, value.origin(), text, value.label))
    }

    /// A string that stands beside a value, if it is among the first members of the object.
    fn sibling(&self, object: u32, name: &str) -> Option<Cow<'_, str>> {
        Some(self.plain_text(self.node(self.document.member(object, name, SIBLINGS)?)?))
    }

    /// The modality by the `type` of the block that holds the value or its source.
    fn block_modality(&self, around: Around, otherwise: Modality) -> Modality {
        let is_image = |object| self.sibling(object, "type").as_deref() == Some("image");
        if is_image(around.object) || is_image(around.outer) { Modality::Image } else { otherwise }
    }
}

/// Members of an object that are looked through for a sibling. More would let many values in one great object cost
/// the square of its size; further away, a payload counts as text and a picture as a file.
const SIBLINGS: usize = 64;

const DATA: &str = "data:";

/// Bytes of base64 up to which a payload is read as text too: longer than any credential but a chain of certificates,
/// shorter than most pictures.
const SHORT: usize = 4096;

/// The bytes before the data of a base64 data URL (RFC 2397); `None` if the string is anything else.
fn data_url_head(text: &str) -> Option<usize> {
    let is_data = text.get(..DATA.len()).is_some_and(|scheme| scheme.eq_ignore_ascii_case(DATA));
    let comma = memchr::memchr(b',', text.as_bytes()).filter(|_| is_data)?;
    let head = text.get(..comma)?;
    (head.to_ascii_lowercase().ends_with(";base64") && is_base64(text.get(comma + 1..)?))
        .then_some(comma + 1)
}

/// Whether a text is base64 (RFC 4648 §4 or §5, with or without line breaks and padding): one alphabet, a length that
/// bytes can have, padding at the end only. PERF: without branches inside a chunk, so that it is compiled to wide
/// compares; payloads are megabytes.
fn is_base64(text: &str) -> bool {
    const BREAK: u8 = 1;
    const STANDARD: u8 = 2;
    const URL: u8 = 4;
    const OTHER: u8 = 8;
    let kind = |b: u8| {
        let letter = (b.wrapping_sub(b'0') < 10) | ((b | 0x20).wrapping_sub(b'a') < 26);
        let standard = (b == b'+') | (b == b'/');
        let url = (b == b'-') | (b == b'_');
        let line = (b == b'\r') | (b == b'\n');
        let other = !(letter | standard | url | line);
        (u8::from(line) * BREAK)
            | (u8::from(standard) * STANDARD)
            | (u8::from(url) * URL)
            | (u8::from(other) * OTHER)
    };
    let text = text.trim_end_matches(['\r', '\n']);
    let letters = text.trim_end_matches('=');
    let padding = text.len() - letters.len();
    let kinds = letters
        .as_bytes()
        .chunks(64)
        .fold(0, |kinds, chunk| chunk.iter().fold(kinds, |kinds, &b| kinds | kind(b)));
    let breaks = match kinds & BREAK {
        0 => 0,
        _ => letters.bytes().filter(|b| matches!(b, b'\r' | b'\n')).count(),
    };
    let length = letters.len() - breaks;
    let is_one_alphabet = kinds & OTHER == 0 && kinds & (STANDARD | URL) != STANDARD | URL;
    let is_whole = match padding {
        0 => length % 4 != 1,
        _ => padding <= 2 && (length + padding).is_multiple_of(4),
    };
    is_one_alphabet && is_whole
}

/// The modality of a media type.
fn modality_of(media: &str) -> Option<Modality> {
    match media.split('/').next()?.to_ascii_lowercase().as_str() {
        "image" => Some(Modality::Image),
        "audio" => Some(Modality::Audio),
        "application" | "text" | "video" => Some(Modality::File),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_could_be_bytes_is_base64() {
        for text in ["", "QQ==", "QUI=", "QUJD", "QQ", "QUI", "QUJD\r\nREVG\n", "a-_b", "a+/b"] {
            assert!(is_base64(text), "{text:?}");
        }
        for text in ["Q", "QQ=", "Q===", "Q=Q=", "QUJDR", "a-/b", "an na", "a@b.", "QQ==\nQQ=="] {
            assert!(!is_base64(text), "{text:?}");
        }
    }
}
