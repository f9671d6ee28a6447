//! Content that is not text: inline payloads, data URLs, and references to what lies elsewhere.
//!
//! What claims to be a payload but is not base64 is text. The payload itself is never decoded.

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
        if is_base64(&self.plain_text(node)) {
            return self.opaque(value, modality);
        }
        self.text(value, true)
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
        self.opaque(value, media)?;
        let whole = self.decoded(value.layer, value.index, node)?;
        let text = Place { end: whole.start + head as u32, ..whole };
        self.push(Part::text(value.role, value.origin(), text, value.label))
    }

    /// A string that stands beside a value, if it is among the first members of the object.
    fn sibling(&self, object: u32, name: &str) -> Option<Cow<'_, str>> {
        Some(self.plain_text(self.node(self.member(object, name, SIBLINGS)?)?))
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

/// The bytes before the data of a base64 data URL (RFC 2397); `None` if the string is anything else.
fn data_url_head(text: &str) -> Option<usize> {
    let is_data = text.get(..DATA.len()).is_some_and(|scheme| scheme.eq_ignore_ascii_case(DATA));
    let comma = memchr::memchr(b',', text.as_bytes()).filter(|_| is_data)?;
    let head = text.get(..comma)?;
    (head.to_ascii_lowercase().ends_with(";base64") && is_base64(text.get(comma + 1..)?))
        .then_some(comma + 1)
}

/// Whether a text is base64, in either alphabet, with or without line breaks. PERF: without branches inside a chunk,
/// so that it is compiled to wide compares; payloads are megabytes.
fn is_base64(text: &str) -> bool {
    let letter = |b: u8| (b.wrapping_sub(b'0') < 10) | ((b | 0x20).wrapping_sub(b'a') < 26);
    let mark = |b: u8| {
        (b == b'+')
            | (b == b'/')
            | (b == b'=')
            | (b == b'-')
            | (b == b'_')
            | (b == b'\r')
            | (b == b'\n')
    };
    text.as_bytes()
        .chunks(64)
        .all(|chunk| chunk.iter().fold(true, |all, &b| all & (letter(b) | mark(b))))
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
