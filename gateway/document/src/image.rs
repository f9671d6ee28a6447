//! Pictures: what stands in them is unread; what is written about them is metadata.

use memchr::memmem;

use crate::glean;
use crate::piece::{Role, Why};
use crate::reading::Reading;
use crate::xml;

/// Whether the bytes begin as a picture does: PNG, JPEG, GIF, TIFF, WebP, BMP, HEIF, JPEG 2000.
pub(crate) fn is_image(bytes: &[u8]) -> bool {
    let magics: [&[u8]; 7] = [
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff",
        b"GIF87a",
        b"GIF89a",
        b"II*\0",
        b"MM\0*",
        b"\0\0\0\x0cjP  ",
    ];
    let riff = bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP");
    let bmp = bytes.starts_with(b"BM") && bytes.get(6..10) == Some(&[0; 4]);
    let heif = bytes.get(4..8) == Some(b"ftyp")
        && matches!(bytes.get(8..11), Some(b"hei" | b"mif" | b"avi" | b"msf"));
    riff || bmp || heif || magics.iter().any(|magic| bytes.starts_with(magic))
}

/// Tells the texts about the picture, and that the picture itself is unread.
pub(crate) fn read(reading: &mut Reading<'_>, bytes: &[u8]) {
    if bytes.starts_with(b"\x89PNG") {
        png(reading, bytes);
    } else if bytes.starts_with(b"\xff\xd8") {
        jpeg(reading, bytes);
    } else if bytes.starts_with(b"II*\0") || bytes.starts_with(b"MM\0*") {
        exif(reading, bytes.get(..64 << 10).unwrap_or(bytes));
    }
    packets(reading, bytes);
    reading.unread("picture", Why::Unsupported);
}

/// XMP stands as XML between known marks in every format (ISO 16684-1).
fn packets(reading: &mut Reading<'_>, bytes: &[u8]) {
    let mut rest = bytes;
    while let Some(at) = memmem::find(rest, b"<x:xmpmeta") {
        let from = rest.get(at..).unwrap_or_default();
        let Some(end) = memmem::find(from, b"</x:xmpmeta>") else { return };
        let packet = from.get(..end + 12).unwrap_or_default();
        xml::metadata(reading, "XMP", &String::from_utf8_lossy(packet));
        rest = from.get(end..).unwrap_or_default();
    }
}

/// Chunks of text (ISO/IEC 15948, 11.3.3).
fn png(reading: &mut Reading<'_>, bytes: &[u8]) {
    let mut at = 8;
    while let Some(header) = bytes.get(at..at + 8) {
        let length = u32::from_be_bytes([header[0], header[1], header[2], header[3]]) as usize;
        let from = at + 8;
        let Some(data) = bytes.get(from..from.saturating_add(length)) else { return };
        match &header[4..] {
            b"tEXt" | b"iTXt" => png_text(reading, data, false),
            b"zTXt" => png_text(reading, data, true),
            b"eXIf" => exif(reading, data),
            _ => {}
        }
        at = from + length + 4;
    }
}

fn png_text(reading: &mut Reading<'_>, data: &[u8], packed: bool) {
    let Some(end) = data.iter().position(|byte| *byte == 0) else { return };
    let label = String::from_utf8_lossy(data.get(..end).unwrap_or_default()).into_owned();
    let value = data.get(end + 1..).unwrap_or_default();
    // An international chunk says behind its name whether it is packed, then come language and translated name.
    let (packed, value) = match value {
        [1, 0, rest @ ..] => (true, after_zeros(rest)),
        [0, 0, rest @ ..] if !packed => (false, after_zeros(rest)),
        [0, rest @ ..] if packed => (true, rest),
        _ => (packed, value),
    };
    let value = if packed {
        let reader = flate2::read::ZlibDecoder::new(value);
        let Some(unpacked) = reading.unpack(&label, reader, value.len()) else { return };
        unpacked
    } else {
        value.to_vec()
    };
    let text = String::from_utf8_lossy(&value).into_owned();
    reading.text(Role::Metadata, &label, "", text);
}

fn after_zeros(rest: &[u8]) -> &[u8] {
    let mut parts = rest.splitn(3, |byte| *byte == 0);
    parts.nth(2).unwrap_or_default()
}

/// Comments and application segments before the picture data (ISO/IEC 10918-1, B.2.4).
fn jpeg(reading: &mut Reading<'_>, bytes: &[u8]) {
    let mut at = 2;
    while let Some([0xff, marker, high, low]) = bytes.get(at..at + 4) {
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        if *marker == 0xda || length < 2 {
            return;
        }
        let data = bytes.get(at + 4..at + 2 + length).unwrap_or_default();
        match marker {
            0xfe => {
                let text = String::from_utf8_lossy(data).into_owned();
                reading.text(Role::Metadata, "comment", "", text);
            }
            0xe1 | 0xed if !data.starts_with(b"http://ns.adobe.com/xap") => exif(reading, data),
            _ => {}
        }
        at += 2 + length;
    }
}

/// Exif and IPTC hold their texts as 8-bit runs; the tags around them add nothing that context needs.
fn exif(reading: &mut Reading<'_>, data: &[u8]) {
    let text = glean::runs(data.iter().map(|byte| u16::from(*byte)), |c| (0x20..0x7f).contains(&c));
    reading.text(Role::Metadata, "Exif", "", text);
}
