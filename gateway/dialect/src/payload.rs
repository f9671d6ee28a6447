//! What of a string is bytes of a picture, sound or file rather than text. Nothing is decoded here but a few first
//! letters, unless the bytes are asked for ([`spelled`]).
//!
//! Decoders are lenient: many drop white space and every other character that is not theirs. So the rules here do too.

use std::fmt;

use base64::Engine as _;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use crate::part::Modality;

/// Bytes of base64 up to which a payload is read as text too: longer than any credential but a chain of certificates,
/// shorter than most pictures.
pub(crate) const SHORT: usize = 4096;

/// The content that a whole string carries, if it is bytes: a data URL, base64 of a known kind of file, or a long run of base64.
pub(crate) fn carried(text: &str) -> Option<Modality> {
    if text.len() < FILE_MIN {
        return None;
    }
    let text = text.trim_start_matches(|c: char| {
        c.is_whitespace() || c.is_control() || matches!(c, '\u{feff}' | '\u{200b}')
    });
    data_url(text).or_else(|| file(text)).or_else(|| is_run(text).then_some(Modality::Opaque))
}

/// As [`carried`], for a string that is base64 by nature: only what names itself.
pub(crate) fn carried_openly(text: &str) -> Option<Modality> {
    data_url(text).or_else(|| file(text))
}

/// A string with fewer bytes holds no picture worth the name.
const FILE_MIN: usize = 48;

/// Letters of base64 that make a run long: 192 bytes.
const RUN: usize = 256;

/// Letters of a run for each gap or foreign character in it. Lines of base64 have 64 or 76 letters; words of prose about six.
const EVEN: usize = 48;

/// Whether a text is one long run of base64, as it is or in lines: upper case, lower case, and digits or signs.
fn is_run(text: &str) -> bool {
    let allowed = text.len() / EVEN;
    let (mut letters, mut odd, mut in_gap) = (0, 0, false);
    let (mut upper, mut lower, mut other) = (false, false, false);
    let bytes = text.trim_end().as_bytes();
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'A'..=b'Z' => upper = true,
            b'a'..=b'z' => lower = true,
            b'0'..=b'9' | b'+' | b'/' | b'-' | b'_' => other = true,
            // Padding stands at the end; anywhere else it is quoted-printable, which is text.
            b'=' if matches!(bytes.get(at + 1), None | Some(b'=' | b'\r' | b'\n')) => {}
            b' ' | b'\t' | b'\r' | b'\n' if in_gap => continue,
            _ => {
                in_gap = byte.is_ascii_whitespace();
                odd += 1;
                if odd > allowed {
                    return false;
                }
                continue;
            }
        }
        in_gap = false;
        letters += 1;
    }
    letters >= RUN && odd * EVEN <= letters && upper && lower && other
}

/// Whether a text as a whole is bytes rather than text: a data URL, base64 of a known kind of file, a long run of base64.
#[must_use]
pub fn carries_bytes(text: &str) -> bool {
    carried(text).is_some()
}

/// Whether a body may hold the base64 of a file that unpacks to more: reading it may take longer than its length says. The
/// letters may also be chance.
#[must_use]
pub fn may_hold_files(body: &[u8]) -> bool {
    let holds = |letters: &[u8]| memchr::memmem::find(body, letters).is_some();
    FILES.iter().any(|(letters, modality)| *modality == Modality::File && holds(letters))
}

/// First letters of base64 of files, by their first bytes (PNG, JPEG, GIF, TIFF; RIFF, Ogg, ID3, FLAC; PDF, ZIP, gzip, 7z, RAR,
/// xz, OLE, EBML), and what they hold. None of them could begin a word.
const FILES: &[(&[u8], Modality)] = &[
    (b"iVBORw0KGg", Modality::Image),
    (b"/9j/2", Modality::Image),
    (b"/9j/4", Modality::Image),
    (b"/9j/7", Modality::Image),
    (b"R0lGODdh", Modality::Image),
    (b"R0lGODlh", Modality::Image),
    (b"SUkqA", Modality::Image),
    (b"TU0AKg", Modality::Image),
    (b"UklGR", Modality::Image),
    (b"T2dnUw", Modality::Audio),
    (b"SUQzA", Modality::Audio),
    (b"SUQzB", Modality::Audio),
    (b"ZkxhQw", Modality::Audio),
    (b"JVBERi0", Modality::File),
    (b"UEsDB", Modality::File),
    (b"H4sIA", Modality::File),
    (b"N3q8ryc", Modality::File),
    (b"UmFyIRo", Modality::File),
    (b"/Td6WFo", Modality::File),
    (b"0M8R4KGx", Modality::File),
    (b"GkXfo", Modality::File),
];

/// RIFF holds pictures (WEBP) or sound (WAVE); the letters from byte 9 on tell, as base64 of bytes 9 to 11.
const WAVE: &[u8] = b"XQVZF";

/// Letters of base64 that are looked at.
const HEAD: usize = 20;

/// The kind of file whose base64 a text begins with, whatever else stands between the letters.
fn file(text: &str) -> Option<Modality> {
    let mut head = [0; HEAD];
    let letters = text.bytes().filter_map(|byte| match byte {
        b'-' => Some(b'+'),
        b'_' => Some(b'/'),
        b'+' | b'/' => Some(byte),
        _ => byte.is_ascii_alphanumeric().then_some(byte),
    });
    for (place, letter) in head.iter_mut().zip(letters) {
        *place = letter;
    }
    let (magic, modality) = FILES.iter().find(|(magic, _)| head.starts_with(magic))?;
    let is_wave = *magic == b"UklGR" && head.windows(WAVE.len()).any(|letters| letters == WAVE);
    Some(if is_wave { Modality::Audio } else { *modality })
}

/// What a data URL (RFC 2397) holds by its media type, if the text begins like one that carries bytes.
fn data_url(text: &str) -> Option<Modality> {
    let media = text.get(DATA.len()..comma(text)?)?;
    let bare: String = media.chars().filter(|c| !c.is_whitespace()).collect();
    let is_base64 = bare.to_ascii_lowercase().ends_with(";base64");
    let is_typed = bare.len() == media.len() && media.contains('/') && modality_of(media).is_some();
    (is_base64 || is_typed).then(|| modality_of(&bare).unwrap_or(Modality::Opaque))
}

/// The bytes that a string spells in base64, and the media type if it is a data URL. White space counts for nothing. `None`: it
/// is in any other form, which one decoder takes and another does not.
pub(crate) fn spelled(text: &str) -> Option<Carried> {
    let (head, letters) = match comma(text) {
        Some(comma) => (text.get(DATA.len()..comma)?, text.get(comma + 1..)?),
        None => ("", text),
    };
    let is_url = letters.len() < text.len();
    let bare: String = head.chars().filter(|c| !c.is_whitespace()).collect();
    let media = match (is_url, bare.len().checked_sub(BASE64.len())) {
        (true, Some(end)) if bare.is_char_boundary(end) => {
            let (media, coding) = bare.split_at(end);
            coding.eq_ignore_ascii_case(BASE64).then_some(media)?
        }
        (true, _) => return None,
        (false, _) => "",
    };
    let letters: Vec<u8> = letters.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let alphabet = if letters.iter().any(|byte| matches!(byte, b'-' | b'_')) {
        &base64::alphabet::URL_SAFE
    } else {
        &base64::alphabet::STANDARD
    };
    // Bits and signs behind the last byte are dropped by every decoder that takes them.
    let lenient = GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let bytes = GeneralPurpose::new(alphabet, lenient).decode(letters).ok()?;
    Some(Carried { media_type: media.to_owned(), is_data_url: is_url, bytes })
}

const BASE64: &str = ";base64";

/// The bytes that a part carries inline. `Debug` prints their number.
#[derive(Clone, PartialEq, Eq)]
pub struct Carried {
    /// What a data URL says that they are; empty otherwise.
    pub media_type: String,
    /// Whether they stand in a data URL.
    pub is_data_url: bool,
    /// The bytes.
    pub bytes: Vec<u8>,
}

impl fmt::Debug for Carried {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Carried({} bytes)", self.bytes.len())
    }
}

/// The bytes before the data of a data URL of nothing but base64; `None` if the string is anything else.
pub(crate) fn data_url_head(text: &str) -> Option<usize> {
    let comma = comma(text)?;
    let head = text.get(..comma)?;
    (head.to_ascii_lowercase().ends_with(";base64") && is_base64(text.get(comma + 1..)?))
        .then_some(comma + 1)
}

/// The media type that a data URL tells.
pub(crate) fn media_of(text: &str, head: usize) -> Option<Modality> {
    text.get(DATA.len()..head).and_then(modality_of)
}

const DATA: &str = "data:";

/// Longest head of a data URL that is looked through.
const DATA_HEAD: usize = 512;

/// Where the head of what begins like a data URL ends.
fn comma(text: &str) -> Option<usize> {
    let is_data = text.get(..DATA.len()).is_some_and(|scheme| scheme.eq_ignore_ascii_case(DATA));
    let head = text.as_bytes().get(..text.len().min(DATA_HEAD))?;
    memchr::memchr(b',', head).filter(|_| is_data)
}

/// The modality of a media type.
pub(crate) fn modality_of(media: &str) -> Option<Modality> {
    match media.split('/').next()?.to_ascii_lowercase().as_str() {
        "image" => Some(Modality::Image),
        "audio" => Some(Modality::Audio),
        "application" | "text" | "video" => Some(Modality::File),
        _ => None,
    }
}

/// Whether a text is base64 (RFC 4648 §4 or §5, with or without line breaks and padding): one alphabet, a length that
/// bytes can have, padding at the end only. PERF: without branches inside a chunk, so that it is compiled to wide
/// compares; payloads are megabytes.
pub(crate) fn is_base64(text: &str) -> bool {
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

#[cfg(test)]
#[expect(clippy::string_slice, reason = "the letters cut here are ASCII")]
mod tests;
