//! Streams that neither a page nor anything else has read, by what they say of themselves.

use crate::piece::{Hints, Role, Why};
use crate::reading::Reading;
use crate::{glean, text, xml};

use super::super::canvas::Shared;
use super::super::file::{File, Stream};
use super::super::image::is_picture;
use super::super::object::{Dict, Object};
use super::super::{filter, look, page};
use super::attachment;

/// Keys of streams that say how something looks or where objects stand: fonts, functions, patterns, shadings, halftones, profiles
/// of colours, character maps, images.
const OF_LOOKS: [&[u8]; 8] = [
    b"Length1",
    b"FunctionType",
    b"PatternType",
    b"ShadingType",
    b"HalftoneType",
    b"N",
    b"CMapName",
    b"Width",
];

/// Tells what stands in a stream.
pub(super) fn tell(
    reading: &mut Reading<'_>,
    file: &File<'_>,
    stream: &Stream<'_>,
    shared: &mut Shared,
) {
    let dict = &stream.dict;
    let (kind, subtype) = (dict.name(b"Type"), dict.name(b"Subtype"));
    let pattern = file.value(dict, b"PatternType").integer() == Some(1);
    if subtype == Some(b"Form") || pattern {
        reading.within("drawing", |reading| {
            page::drawn(reading, file, stream, &Object::Null, shared, false);
        });
    } else if subtype == Some(b"Image") {
        if is_picture(file, dict, stream.raw.len()) {
            reading.unread("picture", Why::Unsupported);
        } else {
            look::read(reading, file, stream);
        }
    } else if kind == Some(b"EmbeddedFile") {
        attachment::tell_unnamed(reading, file, stream);
    } else if is_look(dict) {
        look::read(reading, file, stream);
    } else if kind != Some(b"ObjStm") {
        tell_text(reading, file, stream);
    }
}

/// Whether a stream says of itself how something looks or where objects stand. Objects of streams are told one by one.
fn is_look(dict: &Dict) -> bool {
    let (kind, subtype) = (dict.name(b"Type"), dict.name(b"Subtype"));
    !matches!(kind, Some(b"Metadata" | b"ObjStm"))
        && (kind == Some(b"XRef")
            || matches!(subtype, Some(b"Type1C" | b"CIDFontType0C" | b"OpenType"))
            || OF_LOOKS.iter().any(|key| dict.get(key).is_some()))
}

/// Tells XMP, and the data of forms, which stand as XML in streams; scripts, and whatever else is text.
fn tell_text(reading: &mut Reading<'_>, file: &File<'_>, stream: &Stream<'_>) {
    let (bytes, ended) = filter::decode(reading, file, &stream.dict, stream.raw);
    match ended {
        // Streams that end too early are common.
        Ok(()) => {}
        Err(Why::Broken) if !bytes.is_empty() => {}
        Err(why) => return reading.unread("stream", why),
    }
    let start = bytes.trim_ascii_start();
    let begins = |marks: &[&[u8]]| marks.iter().any(|mark| start.starts_with(mark));
    if begins(&[b"<?xpacket", b"<x:xmpmeta"]) {
        xml::metadata(reading, "XMP", &text::decode_as(&bytes, "utf-8"));
    } else if begins(&[b"<?xml", b"<xdp:", b"<xfa:", b"<template"]) {
        let xml = text::decode_as(&bytes, "utf-8");
        reading.within("form", |reading| xml::plain(reading, Role::Content, &xml));
    } else if let Some(decoded) = text::decode(&bytes, &Hints::default()) {
        reading.text(Role::Metadata, "script", "", decoded.text);
    } else {
        reading.unread("stream", Why::Unsupported);
        glean::read(reading, &bytes);
    }
}
