//! Text strings (ISO 32000-2, 7.9.2.2): strings for people, not those that fonts give a meaning to.

use encoding_rs::WINDOWS_1252;

use crate::text;

/// What a text string says: UTF-16 or UTF-8 by its mark, else PDFDocEncoding, which is close to windows-1252.
pub(super) fn decode(bytes: &[u8]) -> String {
    let marks: [&[u8]; 3] = [b"\xfe\xff", b"\xff\xfe", b"\xef\xbb\xbf"];
    if marks.iter().any(|mark| bytes.starts_with(mark)) {
        return text::decode_as(bytes, "utf-8");
    }
    WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned()
}
