//! PDF: text by fonts and places, and what stands beside the pages.

use super::build::*;
use super::*;
use crate::Kind;

const HELVETICA: &str =
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>";

#[test]
fn text_of_a_page_is_read_in_words_and_lines() {
    let content = b"BT /F1 12 Tf 14 TL 72 700 Td (Gr\\366\\337e) Tj ( of) Tj 0 -14 Td [(num) -20 (ber) -400 (12)] TJ T* (x) ' ET BT /F1 12 Tf 1 0 0 1 300 672 Tm <4142> Tj ET";
    let document = open("", &page(content, HELVETICA, &[]));
    assert_eq!(document.kind, Kind::Pdf);
    assert_eq!(told(&document), ["content page 1 [] Größe of|number 12|x|AB"]);
    assert!(document.unread.is_empty(), "{:?}", unread(&document));
}

#[test]
fn glyphs_set_one_by_one_make_words() {
    let mut content = b"BT /F1 10 Tf 72 700 Td ".to_vec();
    for letter in ["4", "1", "1", "1"] {
        content.extend(format!("({letter}) Tj 5.5 0 Td ").into_bytes());
    }
    content.extend(b"5 0 Td (next) Tj ET");
    tells(&open("", &page(&content, HELVETICA, &[])), Role::Content, "page 1", "4111 next");
}

#[test]
fn a_map_to_unicode_is_followed() {
    let cmap = b"/CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange <0000> <ffff> endcodespacerange\n\
        2 beginbfchar <0003> <0020> <0004> <d83dde00> endbfchar 2 beginbfrange <0010> <0013> <0041> <0020> <0021> [<0062> <00660069>] endbfrange endcmap";
    let font = "<< /Type /Font /Subtype /Type0 /Encoding /Identity-H /ToUnicode 6 0 R /DescendantFonts [<< /DW 600 /W [16 [500 500] 18 19 700] >>] >>";
    let content = b"BT /F1 12 Tf <001000110003001200200021 0004> Tj ET";
    let document = open("", &page(content, font, &[stream("", cmap)]));
    assert_eq!(told(&document), ["content page 1 [] AB Cbfi😀"]);
    assert!(document.unread.is_empty());
    // Without the map nobody knows what the codes mean.
    let document = open("", &page(content, &font.replace("/ToUnicode 6 0 R", ""), &[]));
    misses(&document, "page 1, characters without a meaning", Why::Unsupported);
}

#[test]
fn names_of_glyphs_and_asian_sets_are_read() {
    let font = "<< /Type /Font /Subtype /Type1 /BaseFont /X /Encoding << /Differences [65 /one /eacute /afii10017] >> >>";
    tells(
        &open("", &page(b"BT /F1 9 Tf (ABC) Tj ET", font, &[])),
        Role::Content,
        "page 1",
        "1e\u{301}А",
    );
    let font = "<< /Type /Font /Subtype /Type0 /Encoding /90ms-RKSJ-H /DescendantFonts [<< >>] >>";
    tells(
        &open("", &page(b"BT /F1 9 Tf <93fa967b41> Tj ET", font, &[])),
        Role::Content,
        "page 1",
        "日本A",
    );
}

#[test]
fn packed_contents_forms_and_pictures() {
    let text = zlib(b"BT /F1 12 Tf (packed) Tj ET /X1 Do");
    let form = stream(
        "/Subtype /Form /Resources << /Font << /F1 5 0 R >> >>",
        b"BT /F1 12 Tf (in form) Tj ET BI /W 90 /H 90 ID \x00(not text) EI ",
    );
    let mut file = page(b"", HELVETICA, &[form]);
    let packed = stream("/Filter /FlateDecode", &text);
    // The newer object replaces the older.
    file.extend(b"4 0 obj\n");
    file.extend(packed);
    file.extend(b"\nendobj\n");
    let document = open("", &file);
    tells(&document, Role::Content, "page 1", "packed");
    tells(&document, Role::Content, "page 1", "in form");
    assert!(!told(&document).concat().contains("not text"));
    misses(&document, "page 1, picture", Why::Unsupported);
}

#[test]
fn objects_in_streams_are_found() {
    let inner = b"7 0 8 40 << /Type /Annot /Contents (a note) >>       << /T (Tax number) /V (12-34) /FT /Tx >>";
    let first = inner.iter().position(|byte| *byte == b'<').unwrap();
    let packed = zlib(inner);
    let objects =
        stream(&format!("/Type /ObjStm /N 2 /First {first} /Filter /FlateDecode"), &packed);
    let inner_page = "/Annots [7 0 R]";
    let offset_fixed = page_with(b"", HELVETICA, inner_page, "", &[objects]);
    let document = open("", &offset_fixed);
    tells(&document, Role::Metadata, "page 1, annotation", "a note");
    tells(&document, Role::Content, "form field Tax number", "12-34");
}

#[test]
fn properties_labels_xmp_and_files_are_read() {
    let info = b"<< /Author (\xfe\xff\0E\0r\0i\0k\0a) /MSIP_Label_1_Name (Secret) >>".to_vec();
    let xmp = stream(
        "/Type /Metadata /Subtype /XML",
        b"<?xpacket begin=''?><x:xmpmeta xmlns:x='x'><rdf:li>in xmp</rdf:li></x:xmpmeta>",
    );
    let spec = b"<< /Type /Filespec /UF (list.csv) /EF << /F 9 0 R >> >>".to_vec();
    let file = stream("/Type /EmbeddedFile", b"Name,Code\nAnna,12\n");
    let document =
        open("", &page_with(b"", HELVETICA, "", "/Info 6 0 R", &[info, xmp, spec, file]));
    tells(&document, Role::Metadata, "properties", "Erika");
    tells(&document, Role::Label, "properties", "MSIP_Label_1_Name: Secret");
    tells(&document, Role::Metadata, "XMP", "in xmp");
    tells(&document, Role::Content, "attached file 1: list.csv, row 2", "Name: Anna\nCode: 12");
}

#[test]
fn an_encrypted_file_is_unread() {
    let document = open(
        "",
        &page_with(b"x", HELVETICA, "", "/Encrypt 6 0 R", &[b"<< /Filter /Standard >>".to_vec()]),
    );
    assert_eq!(unread(&document), ["encrypted "]);
    assert!(document.texts.is_empty());
}

#[test]
fn what_was_replaced_is_told_too() {
    let mut file = page(b"BT /F1 12 Tf (before) Tj ET", HELVETICA, &[]);
    file.extend(b"4 0 obj\n");
    file.extend(stream("", b"BT /F1 12 Tf (after) Tj ET"));
    file.extend(b"\nendobj\n");
    let document = open("", &file);
    tells(&document, Role::Content, "page 1", "after");
    tells(&document, Role::Metadata, "page 1, earlier version", "before");
}
