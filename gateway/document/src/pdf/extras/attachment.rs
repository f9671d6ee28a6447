//! Embedded files (ISO 32000-2, 7.11.4), attached to the document or to a place on a page.

use std::collections::HashSet;

use crate::piece::{Hints, Role};
use crate::reading::Reading;

use super::super::file::{File, Stream};
use super::super::object::{Dict, Object};

/// Keys of a file specification under which its name stands, the best one first.
const NAMES: [&[u8]; 4] = [b"UF", b"F", b"Unix", b"DOS"];

/// The streams of files that were read.
#[derive(Default)]
pub(super) struct Attachments(HashSet<u32>);

impl Attachments {
    /// Tells the files of a file specification, if the dictionary is one.
    pub(super) fn tell(&mut self, reading: &mut Reading<'_>, file: &File<'_>, dict: &Dict) {
        let Some(streams) = dict.get(b"EF").and_then(|streams| file.dict(streams)) else { return };
        let name = NAMES.iter().find_map(|key| file.value(dict, key).text()).unwrap_or_default();
        reading.text(Role::Metadata, "file name", "", name.clone());
        for (_, reference) in &streams.0 {
            let Object::Reference(number) = reference else { continue };
            let Some(stream) = file.stream(reference) else { continue };
            if !self.0.insert(*number) {
                continue;
            }
            if !reading.entry() {
                return;
            }
            let place = format!("attached file {}: {name}", self.0.len());
            let bytes = file.decoded(reading, &stream, &place);
            reading.inner(&place, &bytes, &Hints { name: &name, media_type: "" });
        }
    }
}

/// Tells a file that no file specification names.
pub(super) fn tell_unnamed(reading: &mut Reading<'_>, file: &File<'_>, stream: &Stream<'_>) {
    if reading.entry() {
        let bytes = file.decoded(reading, stream, "attached file");
        reading.inner("attached file", &bytes, &Hints::default());
    }
}
