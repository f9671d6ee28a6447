//! What stands beside the pages: annotations, values of forms, properties, outlines, scripts, embedded files, XMP.
//!
//! Every object is looked at once, whether something leads to it or not.

use std::collections::{HashMap, HashSet};

use encoding_rs::WINDOWS_1252;

use crate::piece::{Hints, Role, Why};
use crate::reading::Reading;
use crate::{text, xml};

use super::file::{File, Stream};
use super::lexer::{Dict, Object};
use super::tree::Page;

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
}

/// Tells everything that is not a page.
pub(super) fn read(reading: &mut Reading<'_>, file: &File<'_>, places: &Places) {
    let info = match file.trailer().get(b"Info") {
        Some(Object::Reference(number)) => Some(*number),
        _ => None,
    };
    if let Some(properties) = file.trailer().get(b"Info").and_then(|info| file.dict(info)) {
        for (key, value) in &properties.0 {
            let label = String::from_utf8_lossy(key).into_owned();
            if let Object::Text(value) = file.resolve(value) {
                let role = xml::role_of(&label);
                let value = string(&value);
                let value = if role == Role::Label { format!("{label}: {value}") } else { value };
                reading.text(role, &label, "properties", value);
            }
        }
    }
    for object in file.older() {
        if let Object::Dict(dict) = &object {
            reading.within("earlier version", |reading| words(reading, file, dict));
        }
    }
    let mut embedded = HashSet::new();
    for number in file.numbers() {
        if reading.is_full() {
            return;
        }
        if Some(number) == info {
            continue;
        }
        let place = places.pages.get(&number).cloned().unwrap_or_default();
        let Some(object) = file.get(number) else { continue };
        reading.within(&place, |reading| {
            if let Object::Dict(dict) = &object {
                words(reading, file, dict);
                files(reading, file, dict, &mut embedded);
                let stream = file.stream(&Object::Reference(number));
                if let Some(stream) = stream.filter(is_markup) {
                    markup(reading, file, &stream);
                }
            } else if let Object::Array(items) = &object {
                for item in items {
                    if let Object::Dict(dict) = item {
                        words(reading, file, dict);
                    }
                }
            }
        });
    }
}

/// The strings of a dictionary and of the dictionaries in it.
fn words(reading: &mut Reading<'_>, file: &File<'_>, dict: &Dict) {
    let name = match file.value(dict, b"T") {
        Object::Text(name) => string(&name),
        _ => String::new(),
    };
    let field = dict.get(b"FT").is_some() || dict.get(b"V").is_some();
    let mut levels = vec![dict];
    for _ in 0..3 {
        let mut inner = Vec::new();
        for dict in levels {
            for (key, called) in WORDS {
                let Some(value) = dict.get(key) else { continue };
                let (role, label, place) = match called {
                    "value" | "default value" => {
                        (Role::Content, name.as_str(), format!("form field {name}"))
                    }
                    "note" if !field => (Role::Metadata, called, "annotation".to_owned()),
                    _ => (Role::Metadata, called, String::new()),
                };
                reading.text(role, label, place.trim(), strings(reading_free(file, value, called)));
            }
            inner.extend(dict.0.iter().filter_map(|(_, value)| match value {
                Object::Dict(dict) => Some(dict),
                _ => None,
            }));
        }
        levels = inner;
    }
}

/// The strings that a value holds: one, or a list of them. Streams of scripts and notes are read with the streams.
fn reading_free(file: &File<'_>, value: &Object, called: &str) -> Vec<String> {
    match file.resolve(value) {
        Object::Text(text) => vec![string(&text)],
        // The state of a box that is ticked is a name.
        Object::Name(name) if called == "value" => {
            vec![String::from_utf8_lossy(&name).into_owned()]
        }
        Object::Array(items) => items
            .iter()
            .take(CHOICES)
            .filter_map(|item| match item {
                Object::Text(text) => Some(string(text)),
                _ => None,
            })
            .collect(),
        _ => Vec::new(),
    }
}

fn strings(all: Vec<String>) -> String {
    all.join("\n")
}

/// Files that are attached to the document or to a place on a page.
fn files(reading: &mut Reading<'_>, file: &File<'_>, dict: &Dict, embedded: &mut HashSet<u32>) {
    let Some(streams) = dict.get(b"EF").and_then(|streams| file.dict(streams)) else { return };
    let name = [b"UF".as_slice(), b"F", b"Unix", b"DOS"].iter().find_map(|key| {
        match file.value(dict, key) {
            Object::Text(name) => Some(string(&name)),
            _ => None,
        }
    });
    let name = name.unwrap_or_default();
    reading.text(Role::Metadata, "file name", "", name.clone());
    for (_, reference) in &streams.0 {
        let Object::Reference(number) = reference else { continue };
        let Some(stream) = file.stream(reference) else { continue };
        if !embedded.insert(*number) {
            continue;
        }
        if !reading.entry() {
            return;
        }
        let place = format!("attached file {}: {name}", embedded.len());
        let bytes = file.decoded(reading, &stream, &place);
        reading.inner(&place, &bytes, &Hints { name: &name, media_type: "" });
    }
}

fn is_markup(stream: &Stream<'_>) -> bool {
    let kind = stream.dict.name(b"Type");
    let subtype = stream.dict.name(b"Subtype");
    // What is drawn, shown or embedded is read elsewhere, or unread there; the rest may be forms, scripts or notes.
    kind == Some(b"Metadata")
        || !(matches!(kind, Some(b"ObjStm" | b"XRef" | b"EmbeddedFile" | b"XObject"))
            || matches!(
                subtype,
                Some(b"Image" | b"Form" | b"Type1C" | b"CIDFontType0C" | b"OpenType")
            )
            || [
                b"Length1".as_slice(),
                b"FunctionType",
                b"PatternType",
                b"ShadingType",
                b"N",
                b"CMapName",
                b"Width",
            ]
            .iter()
            .any(|key| stream.dict.get(key).is_some()))
}

/// XMP, and the data of forms, which stand as XML in streams; and scripts.
fn markup(reading: &mut Reading<'_>, file: &File<'_>, stream: &Stream<'_>) {
    let (bytes, ended) = super::filter::decode(reading, file, &stream.dict, stream.raw);
    if let Err(why @ (Why::TooLarge | Why::Ratio)) = ended {
        return reading.unread("stream", why);
    }
    let start = bytes.trim_ascii_start();
    if start.starts_with(b"<?xpacket") || start.starts_with(b"<x:xmpmeta") {
        xml::metadata(reading, "XMP", &text::decode_as(&bytes, "utf-8"));
    } else if start.starts_with(b"<?xml")
        || start.starts_with(b"<xdp:")
        || start.starts_with(b"<xfa:")
        || start.starts_with(b"<template")
    {
        xml::plain(reading, Role::Content, "form", &text::decode_as(&bytes, "utf-8"));
    } else if start.starts_with(b"<body") || stream.dict.0.len() <= 3 && is_script(start) {
        reading.text(Role::Metadata, "script", "", text::decode_as(&bytes, "utf-8"));
    }
}

/// Contents of pages and maps of characters are text too, but of operators.
fn is_script(bytes: &[u8]) -> bool {
    let has = |word: &[u8]| memchr::memmem::find(bytes, word).is_some();
    bytes.is_ascii()
        && (has(b"function") || has(b"var ") || has(b"app.") || has(b"this."))
        && !has(b"begincmap")
}

/// A string for people: UTF-16 or UTF-8 by its mark, else PDFDocEncoding, which is close to windows-1252.
pub(super) fn string(bytes: &[u8]) -> String {
    if bytes.starts_with(b"\xfe\xff")
        || bytes.starts_with(b"\xff\xfe")
        || bytes.starts_with(b"\xef\xbb\xbf")
    {
        return text::decode_as(bytes, "utf-8");
    }
    WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned()
}
