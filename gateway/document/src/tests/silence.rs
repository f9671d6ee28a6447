//! What hides from a reader: it is told, or the file is unread.

mod markup;
mod offices;
mod pdfs;

use super::build::*;
use super::*;

/// What is hidden.
pub(super) const SECRET: &str = "jane.roe@example.org";
/// The part that each package has.
const TYPES: (&str, &[u8]) = ("[Content_Types].xml", b"<Types/>");
/// The font of each page.
pub(super) const FONT: &str =
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>";

/// Whether what is hidden is told.
fn says(document: &Document) -> bool {
    document.texts.iter().any(|piece| piece.text.contains(SECRET))
}

/// Asserts that what is hidden is told, or the file is unread.
pub(super) fn hides(name: &str, bytes: &[u8]) {
    let document = open("", bytes);
    assert!(
        says(&document) || !document.unread.is_empty(),
        "{name}: nothing is told, {:#?}",
        told(&document)
    );
}

/// Asserts that what is hidden is told, and the file is read to its end.
pub(super) fn speaks(name: &str, bytes: &[u8]) {
    let document = open("", bytes);
    assert!(says(&document), "{name}: not told, {:#?}", told(&document));
    assert!(document.unread.is_empty(), "{name}: {:?}", unread(&document));
}

/// A content that shows a text.
fn shown(text: &str) -> Vec<u8> {
    format!("BT /F1 12 Tf ({text}) Tj ET").into_bytes()
}

#[test]
fn archives_hold_nothing_between_and_behind_their_entries() {
    let mut bytes = tar(&[("a.txt", b"listed")]);
    assert!(open("", &bytes).unread.is_empty());
    bytes.extend(SECRET.as_bytes());
    misses(&open("", &bytes), "bytes behind the end", Why::Broken);
    assert!(says(&open("", &bytes)));

    let whole = zip(&[("a.txt", b"first"), ("b.txt", b"second"), ("c.txt", b"third")]);
    assert!(open("", &whole).unread.is_empty());
    let mut behind = whole.clone();
    behind.extend(SECRET.as_bytes());
    hides("behind a directory", &behind);
    // The second of three entries is taken out of the directory.
    let entries: Vec<usize> = memchr::memmem::find_iter(&whole, b"PK\x01\x02").collect();
    let end = memchr::memmem::find(&whole, b"PK\x05\x06").unwrap();
    let mut unlisted = whole.clone();
    unlisted.drain(entries[1]..entries[2]);
    let end = end - (entries[2] - entries[1]);
    let size = u32::try_from(end - entries[0]).unwrap();
    unlisted[end + 8..end + 12].copy_from_slice(&[2, 0, 2, 0]);
    unlisted[end + 12..end + 16].copy_from_slice(&size.to_le_bytes());
    let document = open("", &unlisted);
    misses(&document, "entries that the directory does not list", Why::Broken);
    tells(&document, Role::Content, "b.txt", "second");
}

#[test]
fn usual_files_are_read_to_their_end() {
    let mut file = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n".to_vec();
    let body = page(&shown("x"), FONT, &[b"<< /Sum <00010203040506ff> >>".to_vec()]);
    file.extend(&body[9..]);
    let document = open("", &file);
    assert_eq!(told(&document), ["content page 1 [] x"], "{:?}", unread(&document));
    assert!(document.unread.is_empty());
    let mut printer = vec![0; 220];
    printer[64..66].copy_from_slice(&0x0401_u16.to_le_bytes());
    printer[68] = 220;
    let parts = [
        TYPES,
        ("xl/workbook.xml", b"<w/>".as_slice()),
        ("xl/printerSettings/printerSettings1.bin", &printer),
    ];
    assert!(open("", &zip(&parts)).unread.is_empty());
}
