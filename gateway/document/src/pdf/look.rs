//! Streams that say how something looks: fonts, profiles, character maps, functions, tables.
//!
//! They are known by keys that anyone can write. So what they hold is looked at: programs of fonts and profiles of colours by how
//! they begin, everything else is told where it can be read.

use std::collections::BTreeSet;

use crate::glean;
use crate::piece::{Hints, Role, Why};
use crate::reading::Reading;
use crate::text;

use super::file::{File, Stream};
use super::filter;

/// Words that every character map has.
const OF_MAPS: &str = " CIDInit ProcSet findresource begin dict begincmap CIDSystemInfo Registry Adobe Ordering UCS UCS2 Identity \
Supplement def CMapName Adobe-Identity-UCS CMapType begincodespacerange endcodespacerange beginbfchar endbfchar beginbfrange \
endbfrange endcmap CMapName currentdict CMap defineresource pop end begincidrange endcidrange begincidchar endcidchar dup WMode usecmap \
beginnotdefrange endnotdefrange Resource Identity-H CMapVersion XUID ";

/// Tells what can be read in a stream that says how something looks.
pub(super) fn read(reading: &mut Reading<'_>, file: &File<'_>, stream: &Stream<'_>) {
    let (bytes, ended) = filter::decode(reading, file, &stream.dict, stream.raw);
    match ended {
        Ok(()) | Err(Why::Broken) => {}
        Err(why) => return reading.unread("stream", why),
    }
    if is_program(&bytes) {
        return;
    }
    if memchr::memmem::find(&bytes, b"begincmap").is_some() {
        return map(reading, &bytes);
    }
    match text::decode(&bytes, &Hints::default()) {
        Some(decoded) => reading.text(Role::Metadata, "stream", "", decoded.text),
        None => glean::narrow(reading, Role::Metadata, &bytes),
    }
}

/// Tells the words of a character map that are not its own: names, strings and comments.
pub(super) fn map(reading: &mut Reading<'_>, bytes: &[u8]) {
    let mut words = BTreeSet::new();
    let text = text::decode_as(bytes, "utf-8");
    let mut within = false;
    let separators = |c: char| {
        within = c == '<' || within && c != '>';
        within || c.is_whitespace() || "<>[](){}/%".contains(c)
    };
    for word in text.split(separators) {
        let number = word.bytes().all(|byte| byte.is_ascii_digit() || b".-!".contains(&byte));
        if !number && word.len() > 4 && !OF_MAPS.split_ascii_whitespace().any(|own| own == word) {
            words.insert(word);
        }
    }
    let words: Vec<&str> = words.into_iter().collect();
    reading.text(Role::Metadata, "character map", "", words.join("\n"));
}

/// Whether bytes begin as the program of a font or a profile of colours does. What is in these is no text of people.
fn is_program(bytes: &[u8]) -> bool {
    let fonts: [&[u8]; 7] = [
        b"\0\x01\0\0\0",
        b"OTTO\0",
        b"true\0",
        b"ttcf\0",
        b"\x80\x01",
        b"%!PS-AdobeFont",
        b"%!FontType1",
    ];
    let compact = matches!(bytes, [1, 0, 4..=8, 1..=4, ..]);
    compact
        || fonts.iter().any(|font| bytes.starts_with(font))
        || bytes.get(36..40) == Some(b"acsp")
}
