//! Strings under keys that say what they are to people, in annotations, fields, outlines, actions and signatures.

use crate::piece::Role;
use crate::reading::Reading;

use super::super::file::File;
use super::super::object::{Dict, Object};
use super::LEVELS;

/// Keys whose strings are words for people, with what they are called.
const WORDS: [(&[u8], &str); 17] = [
    (b"Contents", "note"),
    (b"RC", "note"),
    (b"T", "name"),
    (b"TU", "hint"),
    (b"TM", "name"),
    (b"V", "value"),
    (b"DV", "default value"),
    (b"Opt", "choice"),
    (b"CA", "caption"),
    (b"Subj", "subject"),
    (b"Title", "title"),
    (b"Alt", "description"),
    (b"ActualText", "replacement text"),
    (b"JS", "script"),
    (b"URI", "link"),
    (b"Desc", "description"),
    (b"Reason", "reason"),
];
/// Lists of choices within one field.
const CHOICES: usize = 10_000;

/// Tells the strings of a dictionary and of the dictionaries in it.
pub(super) fn tell(reading: &mut Reading<'_>, file: &File<'_>, dict: &Dict) {
    let name = file.value(dict, b"T").text().unwrap_or_default();
    let field = dict.get(b"FT").is_some() || dict.get(b"V").is_some();
    let mut level = vec![dict];
    for _ in 0..LEVELS {
        for dict in &level {
            for (key, called) in WORDS {
                let Some(value) = dict.get(key) else { continue };
                let (role, label, place) = match called {
                    "value" | "default value" => {
                        (Role::Content, name.as_str(), format!("form field {name}"))
                    }
                    "note" if !field => (Role::Metadata, called, "annotation".to_owned()),
                    _ => (Role::Metadata, called, String::new()),
                };
                let strings = strings(file, value, called);
                reading.text(role, label, place.trim(), strings.join("\n"));
            }
        }
        let inner = level.iter().flat_map(|dict| &dict.0);
        level = inner.filter_map(|(_, value)| value.dict()).collect();
    }
}

/// The strings that a value holds: one, or a list of them. Streams of scripts and notes are read with the streams.
fn strings(file: &File<'_>, value: &Object, called: &str) -> Vec<String> {
    match file.resolve(value) {
        // The state of a box that is ticked is a name.
        Object::Name(name) if called == "value" => {
            vec![String::from_utf8_lossy(&name).into_owned()]
        }
        Object::Array(items) => items.iter().take(CHOICES).filter_map(Object::text).collect(),
        value => value.text().into_iter().collect(),
    }
}

/// Whether [`tell`] tells all of a value that stands under this key so many levels within the dictionary that it was given.
pub(super) fn tells(key: &[u8], value: &Object, level: usize) -> bool {
    let is_plain = |item: &Object| !matches!(item, Object::Array(_) | Object::Dict(_));
    level < LEVELS
        && WORDS.iter().any(|(word, _)| *word == key)
        && match value {
            Object::Text(_) => true,
            Object::Array(items) => items.len() <= CHOICES && items.iter().all(is_plain),
            _ => false,
        }
}
