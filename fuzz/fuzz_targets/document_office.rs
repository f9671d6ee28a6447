//! Parts of Office Open XML and OpenDocument packages.
#![no_main]

#[path = "../document.rs"]
mod document_check;

use document_check::{check, zip};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((kind, bytes)) = bytes.split_first() else { return };
    let sheets: &[u8] = b"<w><sheets><sheet name=\"S\" id=\"r\"/></sheets></w>";
    let rels: &[u8] = b"<R><Relationship Id=\"r\" Target=\"s.xml\"/></R>";
    let types: (&str, &[u8]) = ("[Content_Types].xml", b"<T/>");
    let package = match kind % 6 {
        0 => zip(&[types, ("word/document.xml", bytes)]),
        1 => zip(&[types, ("xl/workbook.xml", sheets), ("xl/_rels/workbook.xml.rels", rels), ("xl/s.xml", bytes)]),
        2 => zip(&[types, ("xl/styles.xml", bytes), ("xl/sharedStrings.xml", bytes), ("xl/workbook.xml", bytes)]),
        3 => zip(&[types, ("ppt/presentation.xml", bytes), ("docProps/custom.xml", bytes), ("ppt/_rels/presentation.xml.rels", rels)]),
        4 => zip(&[("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"), ("content.xml", bytes)]),
        _ => zip(&[("mimetype", b"application/vnd.oasis.opendocument.presentation"), ("content.xml", bytes), ("meta.xml", bytes)]),
    };
    check("", &package);
});
