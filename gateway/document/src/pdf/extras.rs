//! What stands beside the pages: annotations, values of forms, properties, outlines, scripts, embedded files, XMP.
//!
//! Every object is looked at once, whether something leads to it or not. All strings are told, those under keys for people by
//! what they are; all streams are read, but for those that say how something looks: fonts, pictures, colours, functions.

mod attachment;
mod fields;
mod labelled;
mod leftover;
mod properties;
mod streams;
mod strings;

use std::collections::HashMap;

use crate::piece::{Hints, Role, Why};
use crate::reading::Reading;
use crate::{glean, text};

use super::canvas::Shared;
use super::file::File;
use super::object::{Dict, Object};
use super::tree::Page;

use attachment::Attachments;
use fields::Fields;
use streams::Streams;
use strings::Strings;

/// Levels of dictionaries that are looked into.
const LEVELS: usize = 3;

/// On which page each annotation stands.
#[derive(Default)]
pub(super) struct Places {
    pages: HashMap<u32, String>,
}

impl Places {
    /// Notes the annotations of a page, and the page itself.
    pub(super) fn add(&mut self, file: &File<'_>, page: &Page, place: &str) {
        if let Some(number) = page.number {
            self.pages.insert(number, place.to_owned());
        }
        for annotation in page.dict.get(b"Annots").map(|list| file.array(list)).unwrap_or_default()
        {
            if let Object::Reference(number) = annotation {
                self.pages.entry(number).or_insert_with(|| place.to_owned());
            }
        }
    }

    /// The place of the object of this number, if it stands on a page.
    fn of(&self, number: u32) -> Option<&str> {
        self.pages.get(&number).map(String::as_str)
    }
}

/// Tells everything that is not a page.
pub(super) fn read(
    reading: &mut Reading<'_>,
    file: &File<'_>,
    places: &Places,
    shared: &mut Shared,
) {
    let mut found = Found::default();
    let info = properties::tell(reading, file, &mut found.strings);
    let mut fields = Fields::default();
    for object in file.older() {
        reading.within("earlier version", |reading| found.object(reading, file, &object));
    }
    for number in file.numbers() {
        if reading.is_full() {
            return;
        }
        if Some(number) == info {
            continue;
        }
        let place = places.of(number).unwrap_or_default();
        let Some(object) = file.get(number) else { continue };
        if let Object::Dict(dict) = &object {
            fields.add(file, dict, place);
        }
        reading.within(place, |reading| found.object(reading, file, &object));
    }
    for string in file.strings() {
        found.strings.string(reading, "trailer", string);
    }
    fields.tell(reading);
    found.strings.tell(reading);
    tell_outside(reading, file);
    found.streams.tell(reading, file, places, shared);
}

/// Tells what stands outside of objects, where it is text.
fn tell_outside(reading: &mut Reading<'_>, file: &File<'_>) {
    match text::decode(file.outside(), &Hints::default()) {
        Some(decoded) => reading.text(Role::Metadata, "", "outside of objects", decoded.text),
        None => {
            reading.unread("outside of objects", Why::Broken);
            glean::read(reading, file.outside());
        }
    }
}

/// What the objects of a file lead to, and what they say beside what is told by its name.
#[derive(Default)]
struct Found {
    strings: Strings,
    streams: Streams,
    attachments: Attachments,
}

impl Found {
    fn object(&mut self, reading: &mut Reading<'_>, file: &File<'_>, object: &Object) {
        let dicts: Vec<&Dict> = match object {
            Object::Dict(dict) => vec![dict],
            Object::Array(items) => items.iter().filter_map(Object::dict).collect(),
            _ => Vec::new(),
        };
        for dict in dicts {
            labelled::tell(reading, file, dict);
            self.attachments.tell(reading, file, dict);
            self.strings.dict(reading, dict, 0);
        }
        self.strings.outside_of_dicts(reading, object);
        self.streams.note(file, object, 0);
    }
}
