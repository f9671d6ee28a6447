//! Streams that objects lead to: which of them draw, and which say how something looks.

use std::collections::HashSet;
use std::rc::Rc;

use crate::reading::Reading;

use super::super::canvas::Shared;
use super::super::file::{File, Stream};
use super::super::object::{Dict, Object};
use super::super::{look, page};
use super::{LEVELS, Places, leftover};

/// Keys of fonts whose streams hold no text, or text that pages show.
const OF_FONTS: [&[u8]; 6] =
    [b"FontFile", b"FontFile2", b"FontFile3", b"CIDToGIDMap", b"CIDSet", b"ToUnicode"];

/// What was found so far.
#[derive(Default)]
pub(super) struct Streams {
    /// Those that are known to say how something looks.
    looks: HashSet<u32>,
    drawings: Vec<Drawing>,
}

/// A stream of operators.
struct Drawing {
    number: u32,
    /// What it uses if it has no resources of its own.
    resources: Rc<Object>,
    /// Whether it draws a glyph.
    glyph: bool,
}

impl Streams {
    /// Notes the streams that an object leads to, which stands so deep within others.
    pub(super) fn note(&mut self, file: &File<'_>, object: &Object, depth: usize) {
        match object {
            Object::Dict(dict) => {
                self.note_appearances(file, dict);
                self.note_glyphs(file, dict);
                let of_fonts = OF_FONTS.iter().filter_map(|key| dict.get(key)?.reference());
                self.looks.extend(of_fonts);
                for (_, value) in dict.0.iter().filter(|_| depth < LEVELS) {
                    self.note(file, value, depth + 1);
                }
            }
            Object::Array(items) => {
                // The table of the colours that an indexed colour space has.
                if let [Object::Name(name), _, _, Object::Reference(number)] = items.as_slice()
                    && name == b"Indexed"
                {
                    self.looks.insert(*number);
                }
                for item in items.iter().filter(|_| depth < LEVELS) {
                    self.note(file, item, depth + 1);
                }
            }
            _ => {}
        }
    }

    /// Notes how an annotation looks, in each of its states (ISO 32000-2, 12.5.5).
    fn note_appearances(&mut self, file: &File<'_>, dict: &Dict) {
        let Some(looks) = dict.get(b"AP").and_then(|looks| file.dict(looks)) else { return };
        let none = Rc::new(Object::Null);
        for (_, look) in &looks.0 {
            self.note_drawing(look, &none, false);
            for (_, state) in file.dict(look).iter().flat_map(|states| &states.0) {
                self.note_drawing(state, &none, false);
            }
        }
    }

    /// Notes the glyphs of a font that draws them (9.6.4).
    fn note_glyphs(&mut self, file: &File<'_>, dict: &Dict) {
        let Some(glyphs) = dict.get(b"CharProcs").and_then(|glyphs| file.dict(glyphs)) else {
            return;
        };
        let resources = Rc::new(dict.get(b"Resources").cloned().unwrap_or(Object::Null));
        for (_, glyph) in &glyphs.0 {
            self.note_drawing(glyph, &resources, true);
        }
    }

    fn note_drawing(&mut self, object: &Object, resources: &Rc<Object>, glyph: bool) {
        let resources = Rc::clone(resources);
        self.drawings.extend(object.reference().map(|number| Drawing { number, resources, glyph }));
    }

    /// Tells what stands in all streams that were not read before.
    pub(super) fn tell(
        self,
        reading: &mut Reading<'_>,
        file: &File<'_>,
        places: &Places,
        shared: &mut Shared,
    ) {
        for Drawing { number, resources, glyph } in self.drawings {
            if let Some(stream) = unread(file, number) {
                let place = places.of(number).unwrap_or("drawing");
                reading.within(place, |reading| {
                    page::drawn(reading, file, &stream, &resources, shared, glyph);
                });
            }
        }
        for number in file.numbers() {
            if let Some(stream) = unread(file, number) {
                if self.looks.contains(&number) {
                    look::read(reading, file, &stream);
                } else {
                    leftover::tell(reading, file, &stream, shared);
                }
            }
        }
    }
}

fn unread<'b>(file: &File<'b>, number: u32) -> Option<Stream<'b>> {
    if file.is_used(number) { None } else { file.stream(&Object::Reference(number)) }
}
