//! What stands beside the pages: annotations, values of forms, properties, outlines, scripts, embedded files, XMP.
//!
//! Every object is looked at once, whether something leads to it or not. All strings are told, those under keys for people by
//! what they are; all streams are read, but for those that say how something looks: fonts, pictures, colours, functions.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::rc::Rc;

use encoding_rs::WINDOWS_1252;

use crate::piece::{Hints, Role, Why};
use crate::reading::Reading;
use crate::xml::Rest;
use crate::{glean, text, xml};

use super::canvas::{State, is_picture};
use super::fields::Fields;
use super::file::{File, Stream};
use super::lexer::{Dict, Object};
use super::tree::Page;
use super::{look, names, page};

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
/// Keys of fonts whose streams hold no text, or text that pages show.
const OF_FONTS: [&[u8]; 6] =
    [b"FontFile", b"FontFile2", b"FontFile3", b"CIDToGIDMap", b"CIDSet", b"ToUnicode"];
/// Levels of dictionaries in which keys for people are looked for.
const LEVELS: usize = 3;
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

/// What the objects of a file lead to, and what they say beside what is told by its name.
#[derive(Default)]
struct Found {
    rest: Rest,
    /// Names that are not those of all files.
    names: BTreeSet<String>,
    /// Streams that are known to say how something looks.
    looks: HashSet<u32>,
    embedded: HashSet<u32>,
    /// Streams of operators, the resources that they use, and whether they draw a glyph.
    drawn: Vec<(u32, Rc<Object>, bool)>,
}

/// Tells everything that is not a page.
pub(super) fn read(reading: &mut Reading<'_>, file: &File<'_>, places: &Places, state: &mut State) {
    let mut found = Found::default();
    let info = properties(reading, file, &mut found);
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
        let place = places.pages.get(&number).cloned().unwrap_or_default();
        let Some(object) = file.get(number) else { continue };
        if let Object::Dict(dict) = &object {
            fields.add(file, dict, &place);
        }
        reading.within(&place, |reading| found.object(reading, file, &object));
    }
    for string in file.strings() {
        found.string(reading, "trailer", string);
    }
    fields.tell(reading);
    let Found { rest, drawn, names, looks, .. } = found;
    rest.tell(reading);
    let names: Vec<String> = names.into_iter().collect();
    reading.text(Role::Metadata, "names", "", names.join("\n"));
    outside(reading, file);
    for (number, resources, glyph) in drawn {
        if let Some(stream) = unread_stream(file, number) {
            let place = places.pages.get(&number).map_or("drawing", String::as_str);
            reading.within(place, |reading| {
                page::drawn(reading, file, &stream, &resources, state, glyph);
            });
        }
    }
    for number in file.numbers() {
        if let Some(stream) = unread_stream(file, number) {
            if looks.contains(&number) {
                look::read(reading, file, &stream);
            } else {
                leftover(reading, file, &stream, state);
            }
        }
    }
}

fn unread_stream<'b>(file: &File<'b>, number: u32) -> Option<Stream<'b>> {
    if file.is_used(number) { None } else { file.stream(&Object::Reference(number)) }
}

/// Tells the properties of the document; gives the number of their object.
fn properties(reading: &mut Reading<'_>, file: &File<'_>, found: &mut Found) -> Option<u32> {
    let info = file.trailer().get(b"Info")?;
    if let Some(properties) = file.dict(info) {
        for (key, value) in &properties.0 {
            let label = String::from_utf8_lossy(key).into_owned();
            found.name(key, false);
            if let Object::Text(value) = file.resolve(value) {
                let role = xml::role_of(&label);
                let value = string(&value);
                let value = if role == Role::Label { format!("{label}: {value}") } else { value };
                reading.text(role, &label, "properties", value);
            } else {
                found.strings(reading, &label, value, LEVELS);
            }
        }
    }
    match info {
        Object::Reference(number) => Some(*number),
        _ => None,
    }
}

/// Tells what stands outside of objects, where it is text.
fn outside(reading: &mut Reading<'_>, file: &File<'_>) {
    match text::decode(file.outside(), &Hints::default()) {
        Some(decoded) => reading.text(Role::Metadata, "", "outside of objects", decoded.text),
        None => {
            reading.unread("outside of objects", Why::Broken);
            glean::read(reading, file.outside());
        }
    }
}

impl Found {
    fn object(&mut self, reading: &mut Reading<'_>, file: &File<'_>, object: &Object) {
        let dicts: Vec<&Dict> = match object {
            Object::Dict(dict) => vec![dict],
            Object::Array(items) => items.iter().filter_map(as_dict).collect(),
            _ => Vec::new(),
        };
        for dict in dicts {
            words(reading, file, dict);
            files(reading, file, dict, &mut self.embedded);
            self.strings_of(reading, dict, 0);
        }
        if let Object::Array(items) = object {
            for item in items.iter().filter(|item| as_dict(item).is_none()) {
                self.strings(reading, "", item, LEVELS);
            }
            for name in items.iter().filter_map(as_name) {
                self.name(name, false);
            }
        } else if let Object::Text(text) = object {
            self.string(reading, "", text);
        } else if let Object::Name(name) = object {
            self.name(name, false);
        }
        self.streams(file, object, 0);
    }

    fn strings_of(&mut self, reading: &mut Reading<'_>, dict: &Dict, level: usize) {
        for (key, value) in &dict.0 {
            self.name(key, false);
            let of_font = matches!(key.as_slice(), b"BaseFont" | b"FontName" | b"FontFamily");
            if let Object::Name(name) = value {
                self.name(name, of_font);
            }
            let told = level < LEVELS && WORDS.iter().any(|(word, _)| word == key);
            match value {
                Object::Text(_) if told => {}
                Object::Array(items)
                    if told && items.len() <= CHOICES && items.iter().all(is_plain) => {}
                value => self.strings(reading, &String::from_utf8_lossy(key), value, level + 1),
            }
        }
    }

    fn strings(&mut self, reading: &mut Reading<'_>, key: &str, value: &Object, level: usize) {
        match value {
            Object::Text(text) => self.string(reading, key, text),
            Object::Array(items) => {
                for item in items {
                    self.strings(reading, key, item, LEVELS);
                    if let Object::Name(name) = item {
                        self.name(name, key == "Differences");
                    }
                }
            }
            Object::Dict(dict) => self.strings_of(reading, dict, level),
            _ => {}
        }
    }

    /// A name; those of fonts and their glyphs are written in a way of their own.
    fn name(&mut self, name: &[u8], of_font: bool) {
        if !(names::is_usual(name) || of_font && names::is_font(name)) {
            self.names.insert(string(name));
        }
    }

    /// A string; of one that is no text, such as a sum or a table of colours, what can be read in it.
    fn string(&mut self, reading: &mut Reading<'_>, key: &str, bytes: &[u8]) {
        let text = string(bytes);
        let odd = text.chars().filter(|c| c.is_control() && !c.is_whitespace()).count();
        let text = if odd * 8 > text.chars().count() {
            let readable = |c: u16| (0x20..0x7f).contains(&c);
            glean::runs(bytes.iter().map(|byte| u16::from(*byte)), readable)
        } else {
            text
        };
        self.rest.value(reading, key, text);
    }

    /// Notes which streams draw, and which need no look.
    fn streams(&mut self, file: &File<'_>, object: &Object, depth: usize) {
        match object {
            Object::Dict(dict) => {
                let mut drawn = |object: &Object, resources: &Rc<Object>, glyph| {
                    if let Object::Reference(number) = object {
                        self.drawn.push((*number, Rc::clone(resources), glyph));
                    }
                };
                let none = Rc::new(Object::Null);
                if let Some(looks) = dict.get(b"AP").and_then(|looks| file.dict(looks)) {
                    for (_, look) in &looks.0 {
                        drawn(look, &none, false);
                        for (_, state) in file.dict(look).iter().flat_map(|states| &states.0) {
                            drawn(state, &none, false);
                        }
                    }
                }
                if let Some(glyphs) = dict.get(b"CharProcs").and_then(|glyphs| file.dict(glyphs)) {
                    let shared = dict.get(b"Resources").map_or(none, |own| Rc::new(own.clone()));
                    for (_, glyph) in &glyphs.0 {
                        drawn(glyph, &shared, true);
                    }
                }
                for key in OF_FONTS {
                    if let Some(Object::Reference(number)) = dict.get(key) {
                        self.looks.insert(*number);
                    }
                }
                for (_, value) in dict.0.iter().filter(|_| depth < LEVELS) {
                    self.streams(file, value, depth + 1);
                }
            }
            Object::Array(items) => {
                if let [Object::Name(name), _, _, Object::Reference(number)] = items.as_slice()
                    && name == b"Indexed"
                {
                    self.looks.insert(*number);
                }
                for item in items.iter().filter(|_| depth < LEVELS) {
                    self.streams(file, item, depth + 1);
                }
            }
            _ => {}
        }
    }
}

fn as_dict(object: &Object) -> Option<&Dict> {
    match object {
        Object::Dict(dict) => Some(dict),
        _ => None,
    }
}

fn as_name(object: &Object) -> Option<&[u8]> {
    match object {
        Object::Name(name) => Some(name),
        _ => None,
    }
}

fn is_plain(object: &Object) -> bool {
    !matches!(object, Object::Array(_) | Object::Dict(_))
}

/// The strings of a dictionary and of the dictionaries in it.
fn words(reading: &mut Reading<'_>, file: &File<'_>, dict: &Dict) {
    let name = match file.value(dict, b"T") {
        Object::Text(name) => string(&name),
        _ => String::new(),
    };
    let field = dict.get(b"FT").is_some() || dict.get(b"V").is_some();
    let mut levels = vec![dict];
    for _ in 0..LEVELS {
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

/// A stream that neither a page nor anything else has read.
fn leftover(reading: &mut Reading<'_>, file: &File<'_>, stream: &Stream<'_>, state: &mut State) {
    let dict = &stream.dict;
    let (kind, subtype) = (dict.name(b"Type"), dict.name(b"Subtype"));
    let pattern = file.value(dict, b"PatternType").integer() == Some(1);
    if subtype == Some(b"Form") || pattern {
        return reading.within("drawing", |reading| {
            page::drawn(reading, file, stream, &Object::Null, state, false);
        });
    }
    if subtype == Some(b"Image") {
        if is_picture(file, dict, stream.raw.len()) {
            reading.unread("picture", Why::Unsupported);
        } else {
            look::read(reading, file, stream);
        }
    } else if kind == Some(b"EmbeddedFile") {
        if reading.entry() {
            let bytes = file.decoded(reading, stream, "attached file");
            reading.inner("attached file", &bytes, &Hints::default());
        }
    } else if is_look(dict) {
        look::read(reading, file, stream);
    } else if kind != Some(b"ObjStm") {
        markup(reading, file, stream);
    }
}

/// Whether a stream says of itself how something looks or where objects stand. Objects of streams are told one by one.
fn is_look(dict: &Dict) -> bool {
    let (kind, subtype) = (dict.name(b"Type"), dict.name(b"Subtype"));
    let keys: [&[u8]; 8] = [
        b"Length1",
        b"FunctionType",
        b"PatternType",
        b"ShadingType",
        b"HalftoneType",
        b"N",
        b"CMapName",
        b"Width",
    ];
    !matches!(kind, Some(b"Metadata" | b"ObjStm"))
        && (kind == Some(b"XRef")
            || matches!(subtype, Some(b"Type1C" | b"CIDFontType0C" | b"OpenType"))
            || keys.iter().any(|key| dict.get(key).is_some()))
}

/// XMP, and the data of forms, which stand as XML in streams; scripts, and whatever else is text.
fn markup(reading: &mut Reading<'_>, file: &File<'_>, stream: &Stream<'_>) {
    let (bytes, ended) = super::filter::decode(reading, file, &stream.dict, stream.raw);
    match ended {
        // Streams that end too early are common.
        Ok(()) => {}
        Err(Why::Broken) if !bytes.is_empty() => {}
        Err(why) => return reading.unread("stream", why),
    }
    let start = bytes.trim_ascii_start();
    if start.starts_with(b"<?xpacket") || start.starts_with(b"<x:xmpmeta") {
        xml::metadata(reading, "XMP", &text::decode_as(&bytes, "utf-8"));
    } else if start.starts_with(b"<?xml")
        || start.starts_with(b"<xdp:")
        || start.starts_with(b"<xfa:")
        || start.starts_with(b"<template")
    {
        let xml = text::decode_as(&bytes, "utf-8");
        reading.within("form", |reading| xml::plain(reading, Role::Content, &xml));
    } else if let Some(decoded) = text::decode(&bytes, &Hints::default()) {
        reading.text(Role::Metadata, "script", "", decoded.text);
    } else {
        reading.unread("stream", Why::Unsupported);
        glean::read(reading, &bytes);
    }
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
