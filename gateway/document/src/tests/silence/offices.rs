//! Packages of offices: parts, elements and attributes that no reader knows, and sheets that are out of order.

use super::super::build::*;
use super::super::{Why, misses, open};
use super::{SECRET, TYPES, hides, speaks};
#[test]
fn parts_of_documents_are_told_beyond_their_paragraphs() {
    for (name, inside) in [
        ("watermark", "<v:textpath string=\"SECRET\"/>"),
        ("tip", "<w:hyperlink w:tooltip=\"SECRET\"/>"),
        ("list", "<w:listItem w:displayText=\"SECRET\"/>"),
        ("unknown element", "<w:foo>SECRET</w:foo>"),
        ("an attribute without quotation marks", "<w:p w:a=SECRET/>"),
    ] {
        let body = format!("<w:d><w:p><w:t>x</w:t></w:p>{inside}</w:d>").replace("SECRET", SECRET);
        hides(name, &zip(&[TYPES, ("word/document.xml", body.as_bytes())]));
    }
    let secret = format!("<a b=\"{SECRET}\"><c/></a>");
    let open = ("word/document.xml", b"<w:d><w:p><w:t>x</w:t></w:p></w:d>".as_slice());
    for part in [
        "word/_rels/document.xml.rels",
        "word/styles.xml",
        "word/charts/chart1.xml",
        "docProps/custom.xml",
        "docMetadata/LabelInfo.xml",
        "folder/",
    ] {
        speaks(part, &zip(&[TYPES, open, (part, secret.as_bytes())]));
    }
    speaks("name of a part", &zip(&[TYPES, open, (&format!("word/{SECRET}.xml"), b"<a/>")]));
    let declared = format!("<?xml version='1.0' to='{SECRET}'?><a/>");
    speaks("declaration", &zip(&[TYPES, open, ("docProps/core.xml", declared.as_bytes())]));
    let behind = format!("<a/>{SECRET}");
    hides("behind the root", &zip(&[TYPES, open, ("docProps/core.xml", behind.as_bytes())]));
    let picture = b"\x89PNG\r\n\x1a\n".as_slice();
    hides("a picture called a printer", &zip(&[TYPES, open, ("xl/printerSettings1.bin", picture)]));
}

#[test]
fn sheets_are_told_where_they_are_out_of_order() {
    let rels = b"<R><Relationship Id=\"r\" Target=\"s.xml\"/></R>".as_slice();
    let book = b"<w><sheets><sheet name=\"S\" r:id=\"r\"/></sheets></w>".as_slice();
    for sheet in [
        "<row><c t=\"s\"><v>SECRET</v></c></row>",
        "<c t=\"str\"><v>SECRET</v></c>",
        "<row><c t=\"str\"><v>SECRET</v><c><v>1</v></c></c></row>",
        "<row><c t=\"str\"><v>SECRET</v></c><row><c><v>1</v></c></row></row>",
        "<row><c><f>SECRET</f><v>1</v></c></row>",
        "<row><c r=\"SECRET\"><v>1</v></c></row>",
        "<x:sqref>SECRET</x:sqref>",
    ] {
        let xml = format!("<w>{}</w>", sheet.replace("SECRET", SECRET));
        let parts = [
            TYPES,
            ("xl/workbook.xml", book),
            ("xl/_rels/workbook.xml.rels", rels),
            ("xl/s.xml", xml.as_bytes()),
        ];
        speaks(sheet, &zip(&parts));
    }
    let mime = ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet".as_slice());
    for cells in [
        "<r:table-row><r:table-cell><p>SECRET</p></r:table-cell></r:table-row>",
        "<table><table-row><table-cell><p>SECRET</p><table-cell><p>1</p></table-cell></table-cell></table-row></table>",
        "<table><table-row><table-cell><p>SECRET</p></table-cell><table-row></table-row></table-row></table>",
        "<table><table-row><table-cell office:value=\"SECRET\"><p>1</p></table-cell></table-row></table>",
    ] {
        let xml = format!("<c>{}</c>", cells.replace("SECRET", SECRET));
        speaks(cells, &zip(&[mime, ("content.xml", xml.as_bytes())]));
    }
}

#[test]
fn all_parts_of_open_documents_are_told() {
    let mime = ("mimetype", b"application/vnd.oasis.opendocument.text".as_slice());
    let content = ("content.xml", b"<c><p>x</p></c>".as_slice());
    let secret = format!("<a b=\"{SECRET}\"/>");
    for part in ["settings.xml", "manifest.rdf", "META-INF/manifest.xml", "styles.xml"] {
        speaks(part, &zip(&[mime, content, (part, secret.as_bytes())]));
    }
    let mime = format!("application/vnd.oasis.opendocument.text {SECRET}");
    speaks("mimetype", &zip(&[("mimetype", mime.as_bytes()), content]));
}

#[test]
fn a_preview_is_a_picture_and_says_what_can_be_done() {
    let open_part = ("word/document.xml", b"<w:d><w:p><w:t>x</w:t></w:p></w:d>".as_slice());
    let preview = ("docProps/thumbnail.jpeg", b"\xff\xd8\xff\xd9".as_slice());
    let document = open("", &zip(&[TYPES, open_part, preview]));
    let place = "docProps/thumbnail.jpeg, preview picture (save the file without one), picture";
    misses(&document, place, Why::Unsupported);
    let mime = ("mimetype", b"application/vnd.oasis.opendocument.text".as_slice());
    let preview = ("Thumbnails/thumbnail.png", b"\x89PNG\r\n\x1a\n".as_slice());
    let document = open("", &zip(&[mime, ("content.xml", b"<c><p>x</p></c>"), preview]));
    let place = "Thumbnails/thumbnail.png, preview picture (save the file without one), picture";
    misses(&document, place, Why::Unsupported);
}
