//! All strings and names of objects, whatever key they stand under, but for what [`labelled`] tells.

use std::collections::BTreeSet;

use crate::glean;
use crate::piece::Role;
use crate::reading::Reading;
use crate::xml::Rest;

use super::super::object::{Dict, Object};
use super::super::{names, text_string};
use super::{LEVELS, labelled};

/// Shortest run of characters that is told of a string that is no text.
const RUN: usize = 8;
/// Of a string that is text, at most one in so many characters is none for people.
const ODD: usize = 8;

/// What was found so far.
#[derive(Default)]
pub(super) struct Strings {
    rest: Rest,
    /// Names that are not those of all files.
    names: BTreeSet<String>,
}

impl Strings {
    /// Takes a dictionary that stands so many levels within others.
    pub(super) fn dict(&mut self, reading: &mut Reading<'_>, dict: &Dict, level: usize) {
        for (key, value) in &dict.0 {
            self.name(key, false);
            if let Object::Name(name) = value {
                let of_font = matches!(key.as_slice(), b"BaseFont" | b"FontName" | b"FontFamily");
                self.name(name, of_font);
            }
            if !labelled::tells(key, value, level) {
                self.value(reading, &String::from_utf8_lossy(key), value, level + 1);
            }
        }
    }

    /// Takes an object, or those of a list, where they are no dictionaries.
    pub(super) fn outside_of_dicts(&mut self, reading: &mut Reading<'_>, object: &Object) {
        let items = match object {
            Object::Array(items) => items.as_slice(),
            object => std::slice::from_ref(object),
        };
        for item in items.iter().filter(|item| item.dict().is_none()) {
            self.value(reading, "", item, LEVELS);
        }
        for name in items.iter().filter_map(Object::name) {
            self.name(name, false);
        }
    }

    /// Takes the strings of a value, and the names of a list.
    pub(super) fn value(
        &mut self,
        reading: &mut Reading<'_>,
        key: &str,
        value: &Object,
        level: usize,
    ) {
        match value {
            Object::Text(text) => self.string(reading, key, text),
            Object::Array(items) => {
                for item in items {
                    self.value(reading, key, item, LEVELS);
                    if let Object::Name(name) = item {
                        self.name(name, key == "Differences");
                    }
                }
            }
            Object::Dict(dict) => self.dict(reading, dict, level),
            _ => {}
        }
    }

    /// Takes a name; those of fonts and their glyphs are written in a way of their own.
    pub(super) fn name(&mut self, name: &[u8], of_font: bool) {
        if !(names::is_usual(name) || of_font && names::is_font(name)) {
            self.names.insert(text_string::decode(name));
        }
    }

    /// Takes a string; of one that is no text, such as a sum or a table of colours, what can be read in it.
    pub(super) fn string(&mut self, reading: &mut Reading<'_>, key: &str, bytes: &[u8]) {
        let text = text_string::decode(bytes);
        let odd = text.chars().filter(|c| c.is_control() && !c.is_whitespace()).count();
        let is_text = odd * ODD <= text.chars().count();
        let text = if is_text { text } else { glean::runs_from(RUN, bytes) };
        self.rest.value(reading, key, text);
    }

    /// Tells what was found.
    pub(super) fn tell(self, reading: &mut Reading<'_>) {
        self.rest.tell(reading);
        let names: Vec<String> = self.names.into_iter().collect();
        reading.text(Role::Metadata, "names", "", names.join("\n"));
    }
}
