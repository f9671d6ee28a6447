//! Encodings of simple fonts (ISO 32000-2, 9.6.5): the text of each byte.

use encoding_rs::{MACINTOSH, WINDOWS_1252};

use super::super::file::File;
use super::super::object::{Dict, Object};
use super::glyph_name;

/// Stands for pictures of signs.
const SIGN: &str = "•";

/// The text of each byte; `None` where nothing says what it means.
pub(super) fn texts(file: &File<'_>, dict: &Dict, encoding: &Object) -> Vec<Option<String>> {
    // An arrow or a tick is no letter, whatever its code.
    if has_signs(&String::from_utf8_lossy(dict.name(b"BaseFont").unwrap_or_default())) {
        return vec![Some(SIGN.to_owned()); 256];
    }
    let own = encoding.dict();
    let base = encoding.name().or_else(|| own?.name(b"BaseEncoding"));
    // The codes of drawn glyphs mean what their names say.
    let is_drawn = dict.name(b"Subtype") == Some(b"Type3");
    let charset = if base == Some(b"MacRomanEncoding") { MACINTOSH } else { WINDOWS_1252 };
    let mut texts: Vec<Option<String>> = (0..=255_u8)
        .map(|byte| {
            let known = byte >= 0x20 && !(is_drawn && base.is_none());
            known.then(|| charset.decode_without_bom_handling(&[byte]).0.into_owned())
        })
        .collect();
    if let Some(differences) = own.and_then(|own| own.get(b"Differences")) {
        differ(&mut texts, file.array(differences));
    }
    texts
}

/// Whether a font has pictures of signs.
fn has_signs(name: &str) -> bool {
    name.contains("Dingbats") || name.contains("Wingdings") || name.ends_with("Symbol")
}

/// Puts the differences from the base encoding in: a number, and the names of the glyphs from this code on.
fn differ(texts: &mut [Option<String>], differences: Vec<Object>) {
    let mut code = 0;
    for item in differences {
        match item {
            Object::Number(_) => code = item.integer().unwrap_or(texts.len()),
            Object::Name(name) => {
                if let Some(text) = texts.get_mut(code) {
                    *text = glyph_name::text(&String::from_utf8_lossy(&name));
                }
                code = code.saturating_add(1);
            }
            _ => {}
        }
    }
}
