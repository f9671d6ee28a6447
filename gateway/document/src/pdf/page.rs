//! The text of a page: its contents are run as far as text needs it (ISO 32000-2, 9.4).
//!
//! A form that several pages show is read once, so no nesting of forms multiplies the work.

use crate::piece::{Role, Why};
use crate::reading::Reading;

use super::canvas::{Canvas, Shared};
use super::file::{File, Stream};
use super::object::Object;
use super::tree::Page;

/// Earlier versions of one stream that are read.
const VERSIONS: usize = 64;
/// Characters without a meaning that one page may have before it is told: bullets and ornaments.
const ORNAMENTS: usize = 4;

/// Lines and curves that a page without text may draw, and curves that any page may draw, before it is told: letters may be
/// drawn as outlines, and about twenty make one.
const LINES: usize = 100;
const CURVES: usize = 2000;

/// Tells the text of a page.
pub(super) fn read(reading: &mut Reading<'_>, file: &File<'_>, page: &Page, shared: &mut Shared) {
    let contents = page.dict.get(b"Contents").unwrap_or(&Object::Null);
    let content = content(reading, file, contents);
    show(reading, file, &page.resources, shared, &content, Role::Content);
    // A form that only an earlier version shows counts as shown; its text was told with that version.
    for part in [vec![contents.clone()], file.array(contents)].concat() {
        let Object::Reference(number) = part else { continue };
        for stream in file.older_streams(number).into_iter().take(VERSIONS) {
            let content = file.decoded(reading, &stream, "earlier version");
            reading.within("earlier version", |reading| {
                show(reading, file, &page.resources, shared, &content, Role::Metadata);
            });
        }
    }
}

/// Tells what a stream of operators shows that no page has shown: looks of annotations, patterns, glyphs that are drawn.
///
/// Of a glyph only its text counts; what it draws is what its code means.
pub(super) fn drawn(
    reading: &mut Reading<'_>,
    file: &File<'_>,
    stream: &Stream<'_>,
    resources: &Object,
    shared: &mut Shared,
    glyph: bool,
) {
    let content = file.decoded(reading, stream, "drawing");
    let own = stream.dict.get(b"Resources").unwrap_or(resources);
    if !glyph {
        return show(reading, file, own, shared, &content, Role::Content);
    }
    let mut canvas = Canvas::new(reading, file, shared);
    canvas.run(&content, &file.dict(own).unwrap_or_default(), 1);
    let shown = canvas.shown;
    let full = shown.full && !reading.is_full();
    reading.text(Role::Content, "", "", shown.text);
    reading.text(Role::Metadata, "replacement text", "", shown.spoken);
    if full {
        reading.unread("", Why::TooLarge);
    }
}

fn show(
    reading: &mut Reading<'_>,
    file: &File<'_>,
    resources: &Object,
    shared: &mut Shared,
    content: &[u8],
    role: Role,
) {
    let mut canvas = Canvas::new(reading, file, shared);
    canvas.run(content, &file.dict(resources).unwrap_or_default(), 0);
    let mut shown = canvas.shown;
    let outlines = if shown.text.trim().is_empty() {
        shown.lines + shown.curves >= LINES
    } else {
        shown.curves >= CURVES
    };
    let placed = shown.order.text(&shown.text);
    let drawn = if shown.differs { shown.drawn } else { String::new() };
    // What is full already was told where it became so.
    let full = shown.full && !reading.is_full();
    reading.text(role, "", "", shown.text);
    reading.text(role, "in the order of its places", "", placed);
    reading.text(Role::Metadata, "replacement text", "", shown.spoken);
    // Which of the two is seen depends on the font that is embedded.
    reading.text(role, "as its encoding says", "", drawn);
    for (there, place, why) in [
        // Of blanks nothing is told, so their bound is not told with them.
        (full, "", Why::TooLarge),
        (shown.images > 0, "picture", Why::Unsupported),
        (outlines, "drawing", Why::Unsupported),
        (shown.unknown >= ORNAMENTS, "characters without a meaning", Why::Unsupported),
        (shown.broken, "content", Why::Broken),
        (shown.order.is_full(), "order of characters", Why::TooMany),
    ] {
        if there {
            reading.unread(place, why);
        }
    }
}

fn content(reading: &mut Reading<'_>, file: &File<'_>, contents: &Object) -> Vec<u8> {
    let parts = match file.resolve(contents) {
        Object::Array(parts) => parts,
        _ => vec![contents.clone()],
    };
    let mut content = Vec::new();
    for part in parts {
        if let Some(stream) = file.stream(&part) {
            content.extend(file.decoded(reading, &stream, "content"));
            content.push(b'\n');
        } else if part != Object::Null {
            // Others may find it.
            reading.unread("content", Why::Broken);
        }
        if content.len() > reading.limits().unpacked_bytes {
            break;
        }
    }
    content
}
