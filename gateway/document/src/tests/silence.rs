//! What hides from a reader: it is told, or the file is unread.

use super::build::*;
use super::*;

pub(super) const SECRET: &str = "jane.roe@example.org";
const TYPES: (&str, &[u8]) = ("[Content_Types].xml", b"<Types/>");
pub(super) const FONT: &str =
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>";

fn says(document: &Document) -> bool {
    document.texts.iter().any(|piece| piece.text.contains(SECRET))
}

pub(super) fn hides(name: &str, bytes: &[u8]) {
    let document = open("", bytes);
    assert!(
        says(&document) || !document.unread.is_empty(),
        "{name}: nothing is told, {:#?}",
        told(&document)
    );
}

pub(super) fn speaks(name: &str, bytes: &[u8]) {
    let document = open("", bytes);
    assert!(says(&document), "{name}: not told, {:#?}", told(&document));
    assert!(document.unread.is_empty(), "{name}: {:?}", unread(&document));
}

fn shown(text: &str) -> Vec<u8> {
    format!("BT /F1 12 Tf ({text}) Tj ET").into_bytes()
}

#[test]
fn html_is_told_with_all_that_stands_in_tags() {
    for (name, inside) in [
        ("unknown attribute", "<p ssn=\"jane.roe@example.org\">x</p>"),
        ("source of a picture", "<img src='https://x.example/?m=jane.roe@example.org'>x"),
        ("name of an element", "write to <jane.roe@example.org>"),
        ("name of an attribute", "<p jane.roe@example.org>x</p>"),
        ("end tag", "<p>x</p to='jane.roe@example.org'>"),
        ("an attribute twice", "<p a='b' a='jane.roe@example.org'>x</p>"),
        ("a tag that does not end", "x<p a='jane.roe@example.org'"),
        ("character references", "<p a='jane.roe&#64;example.org'>x</p>"),
    ] {
        speaks(name, format!("<html><body>{inside}").as_bytes());
    }
    for doctype in ["html PUBLIC '-//jane.roe@example.org'", "html SYSTEM 'a' jane.roe@example.org"]
    {
        speaks("doctype", format!("<!DOCTYPE {doctype}><html><body>x").as_bytes());
    }
}

#[test]
fn a_value_that_comes_often_is_told_once() {
    let page = format!("<html>{}", "<p style='margin: 0'>x</p>".repeat(50));
    let document = open("", page.as_bytes());
    let styles: usize =
        document.texts.iter().map(|piece| piece.text.matches("margin").count()).sum();
    assert_eq!(styles, 1, "{:#?}", told(&document));
}

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
fn rtf_is_told_with_what_programs_keep() {
    for inside in [
        "{\\*\\generator SECRET}",
        "{\\stylesheet SECRET}",
        "{\\fonttbl SECRET}",
        "{\\*\\datastore SECRET}",
        "{\\*\\themedata SECRET}",
        "\\uc16\\u32 jane.roe@example\\uc4\\u46 .org",
    ] {
        let file = format!("{{\\rtf1 x{}}}", inside.replace("SECRET", SECRET));
        let document = open("", file.as_bytes());
        let all: String = document.texts.iter().map(|piece| piece.text.as_str()).collect();
        assert!(all.contains("jane.roe@example"), "{inside}: {:#?}", told(&document));
    }
    let theme: String = zip(&[("theme.xml", format!("<a>{SECRET}</a>").as_bytes())])
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    speaks("theme", format!("{{\\rtf1 x{{\\*\\themedata {theme}}}}}").as_bytes());
    misses(&open("", b"{\\rtf1 x\\bin4 abcd}"), "binary data", Why::Unsupported);
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

#[test]
fn pages_that_hide_behind_other_objects_are_told_or_missed() {
    let two = |swallow: &[u8]| {
        let mut file = b"%PDF-1.4\n1 0 obj << /Type /Catalog /Pages 2 0 R >> endobj\n\
            2 0 obj << /Type /Pages /Kids [3 0 R 7 0 R] /Count 2 >> endobj\n\
            3 0 obj << /Type /Page /Contents 4 0 R >> endobj\n4 0 obj << /Length 4 >> stream\nBT ET\nendstream endobj\n"
            .to_vec();
        file.extend(swallow);
        file.extend(b"7 0 obj << /Type /Page /Contents 8 0 R >> endobj\n8 0 obj\n");
        file.extend(stream("", &shown(SECRET)));
        file.extend(b"\nendobj\ntrailer << /Root 1 0 R >>\nstartxref\n0\n%%EOF\n");
        file
    };
    speaks("plain", &two(b""));
    for swallow in [
        "6 0 obj (",
        "6 0 obj <",
        "6 0 obj [ (",
        "6 0 obj << /A (",
        "6 0 obj <</Length 9>> stream\n",
    ] {
        hides(swallow, &two(swallow.as_bytes()));
    }
    hides(
        "a comment between the numbers",
        &String::from_utf8(two(b"")).unwrap().replace("7 0 obj", "7 0 % x\nobj").into_bytes(),
    );
    let missing = page(&shown("x"), FONT, &[]);
    let missing = String::from_utf8(missing).unwrap();
    misses(
        &open("", missing.replace("/Contents 4 0 R", "/Contents 44 0 R").as_bytes()),
        "page 1, content",
        Why::Broken,
    );
    misses(
        &open("", missing.replace("/Kids [3 0 R]", "/Kids [3 0 R 33 0 R]").as_bytes()),
        "pages",
        Why::Broken,
    );
    // A table leads into a stream.
    let table = format!("xref\n0 1\n{:010} 00000 n\n", missing.find("3 0 obj").unwrap());
    assert!(open("", format!("{missing}{table}").as_bytes()).unread.is_empty());
    let inside = format!("{missing}9 0 obj << >> stream\n3 0 %c\nobj << >>\nendstream endobj\n");
    assert!(open("", inside.as_bytes()).unread.is_empty());
    let table = format!("xref\n0 1\n{:010} 00000 n\n", inside.find("3 0 %c").unwrap());
    misses(&open("", format!("{inside}{table}").as_bytes()), "objects within others", Why::Broken);
}

#[test]
fn contents_are_told_as_lenient_viewers_show_them() {
    for content in [
        "/W 1 /H 1 ID BT /F1 9 Tf (SECRET) Tj ET",
        "BT (SECRET) Tj ET",
        "BT /F1 9 Tf (x) (SECRET) Tj ET",
        "BT /F1 9 Tf (SECRET) (x) Tj ET",
        "BT /F1 9 Tf (SECRET) foo ET",
        "BI /W 1 /H 1 ID xEI BT /F1 9 Tf (SECRET) Tj ET\n EI ",
        "BI /W 1 /H 1 ID BT /F1 9 Tf (SECRET) Tj ET",
    ] {
        hides(content, &page(content.replace("SECRET", SECRET).as_bytes(), FONT, &[]));
    }
    let junk = format!("BT /F1 9 Tf {}({SECRET}) Tj ET", "1 ".repeat(80));
    speaks("operands", &page(junk.as_bytes(), FONT, &[]));
    let image = b"BI /W 1 /H 1 ID \x00\x01 EI BT /F1 9 Tf (x) Tj ET";
    assert!(open("", &page(image, FONT, &[])).unread.is_empty());
}

#[test]
fn what_stands_beside_pages_is_told() {
    let secret = || format!("({SECRET})");
    for object in [
        format!("<< /Foo {} >>", secret()),
        format!("<< /A << /B << /C << /D [[{}]] >> >> >> >>", secret()),
        format!("[ 1 {} ]", secret()),
        secret(),
    ] {
        speaks(&object, &page(b"", FONT, &[object.clone().into_bytes()]));
    }
    speaks("stream", &page(b"", FONT, &[stream("", format!("text of {SECRET}").as_bytes())]));
    speaks("trailer", &page_with(b"", FONT, "", &format!("/Foo {}", secret()), &[]));
    let font = "/Resources << /Font << /F1 5 0 R >> >>";
    let look = stream(&format!("/Subtype /Form {font}"), &shown(SECRET));
    speaks(
        "look",
        &page(b"", FONT, &[b"<< /Subtype /Stamp /AP << /N 7 0 R >> >>".to_vec(), look.clone()]),
    );
    speaks("form", &page(b"", FONT, &[look]));
    let bare = stream(font, &shown(SECRET));
    speaks(
        "look without a type",
        &page(b"", FONT, &[b"<< /AP << /N << /On 7 0 R >> >> >>".to_vec(), bare]),
    );
    let pattern = stream(&format!("/PatternType 1 {font}"), &shown(SECRET));
    speaks("pattern", &page(b"", FONT, &[pattern]));
    let glyphs = format!("<< /Subtype /Type3 /CharProcs << /a 7 0 R >> {font} >>");
    let glyph = stream("/Length1 3", &shown(SECRET));
    speaks("glyph", &page(b"", FONT, &[glyphs.into_bytes(), glyph]));
    let picture = stream("/Subtype /Image /Width 600 /Height 800 /Filter /DCTDecode", b"\xff\xd8");
    hides("a picture that nothing shows", &page(b"", FONT, &[picture]));
    let mut behind = page(b"", FONT, &[]);
    behind.extend(format!("\nmail me: {SECRET}\n").into_bytes());
    speaks("behind the end", &behind);
    let comment = format!("% for {SECRET}\n5 0 obj");
    let between = String::from_utf8(page(b"", FONT, &[])).unwrap().replace("5 0 obj", &comment);
    speaks("between objects", between.as_bytes());
    let mut before = format!("GIF89a {SECRET} ").into_bytes();
    before.extend(page(b"", FONT, &[]));
    hides("before the beginning", &before);
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
