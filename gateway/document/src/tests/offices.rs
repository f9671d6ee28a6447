//! Office Open XML and OpenDocument.

use super::build::*;
use super::*;
use crate::Kind;

const TYPES: (&str, &[u8]) = ("[Content_Types].xml", b"<Types/>");

#[test]
fn documents_are_read_with_headers_comments_changes_and_labels() {
    let body = r#"<w:document xmlns:w="w"><w:body>
        <w:p><w:r><w:t>num</w:t></w:r><w:proofErr w:type="x"/><w:r><w:t xml:space="preserve">ber &amp; </w:t></w:r><w:hyperlink><w:r><w:t>link&#65;</w:t></w:r></w:hyperlink></w:p>
        <w:p><w:del w:author="Eva"><w:r><w:delText>taken out</w:delText></w:r></w:del><w:r><w:rPr><w:vanish/></w:rPr><w:t>hid</w:t></w:r><w:r><w:t>seen</w:t></w:r></w:p>
        <w:tbl><w:tr><w:tc><w:p><w:r><w:t>a</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>b</w:t></w:r></w:p></w:tc></w:tr></w:tbl>
        <w:p><w:r><w:instrText>HYPERLINK mailto:x@example.org</w:instrText></w:r><w:drawing><wp:docPr descr="a passport"/></w:drawing></w:p>
        </w:body></w:document>"#;
    let custom = r#"<Properties><property name="MSIP_Label_9_Name"><vt:lpwstr>Confidential</vt:lpwstr></property><property name="Case"><vt:lpwstr>4711</vt:lpwstr></property></Properties>"#;
    let file = zip(&[
        TYPES,
        ("word/document.xml", body.as_bytes()),
        ("word/header1.xml", b"<w:hdr><w:p><w:r><w:t>on top</w:t></w:r></w:p></w:hdr>"),
        ("word/comments.xml", b"<w:comments><w:comment w:author=\"Max\"><w:p><w:r><w:t>really?</w:t></w:r></w:p></w:comment></w:comments>"),
        ("word/_rels/document.xml.rels", b"<R><Relationship Id=\"r1\" TargetMode=\"External\" Target=\"https://example.org/x\"/></R>"),
        ("docProps/core.xml", b"<cp:coreProperties><dc:creator>Erika</dc:creator></cp:coreProperties>"),
        ("docProps/custom.xml", custom.as_bytes()),
        ("docMetadata/LabelInfo.xml", b"<clbl:labelList><clbl:label id=\"{1}\" method=\"Privileged\"/></clbl:labelList>"),
        ("word/media/image1.png", b"\x89PNG\r\n\x1a\n"),
        ("word/embeddings/in.zip", &zip(&[("x.txt", b"embedded text")])),
    ]);
    let document = open("a.zip", &file);
    assert_eq!(document.kind, Kind::Docx);
    let body = "word/document.xml";
    tells(&document, Role::Content, body, "number & linkA\n");
    tells(&document, Role::Content, body, "seen\na\tb\n");
    tells(&document, Role::Metadata, body, "taken out");
    tells(&document, Role::Metadata, body, "hid");
    tells(&document, Role::Metadata, body, "Eva");
    tells(&document, Role::Metadata, body, "x@example.org");
    tells(&document, Role::Metadata, body, "a passport");
    tells(&document, Role::Content, "word/header1.xml", "on top");
    tells(&document, Role::Metadata, "word/comments.xml", "really?");
    tells(&document, Role::Metadata, "word/comments.xml", "Max");
    tells(&document, Role::Metadata, "word/_rels/document.xml.rels", "https://example.org/x");
    tells(&document, Role::Metadata, "docProps/core.xml", "Erika");
    tells(&document, Role::Label, "docProps/custom.xml", "MSIP_Label_9_Name: Confidential");
    tells(&document, Role::Metadata, "docProps/custom.xml", "4711");
    tells(&document, Role::Label, "docMetadata/LabelInfo.xml", "Privileged");
    tells(&document, Role::Content, "word/embeddings/in.zip/x.txt", "embedded text");
    assert_eq!(unread(&document), ["unsupported word/media/image1.png, picture"]);
}

fn workbook() -> Vec<u8> {
    let book = r#"<workbook><sheets><sheet name="Staff" r:id="r1"/><sheet name="Pay" state="hidden" r:id="r2"/></sheets></workbook>"#;
    let rels = r#"<R><Relationship Id="r1" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Target="/xl/worksheets/sheet2.xml"/></R>"#;
    let styles = r#"<styleSheet><numFmts><numFmt numFmtId="164" formatCode="dd\.mm\.yyyy"/></numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="164"/></cellXfs></styleSheet>"#;
    let sheet = r#"<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c><c r="D1" t="inlineStr"><is><t>Born</t></is></c></row>
        <row r="7"><c r="A7" t="s"><v>2</v></c><c r="B7"><f>CONCAT("se","cret")</f><v>8.1121898760000001E+11</v></c><c r="D7" s="1"><v>29001</v></c></row></sheetData>
        <headerFooter><oddHeader>&amp;Lprinted</oddHeader></headerFooter></worksheet>"#;
    zip(&[
        TYPES,
        ("xl/workbook.xml", book.as_bytes()),
        ("xl/_rels/workbook.xml.rels", rels.as_bytes()),
        ("xl/styles.xml", styles.as_bytes()),
        ("xl/sharedStrings.xml", b"<sst><si><t>Name</t></si><si><r><t>Num</t></r><r><t>ber</t></r></si><si><t>Anna</t></si></sst>"),
        ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
        ("xl/worksheets/sheet2.xml", b"<worksheet><sheetData><row><c t=\"str\"><v>hidden pay</v></c></row></sheetData></worksheet>"),
        ("xl/comments1.xml", b"<comments><authors><author>Max</author></authors><comment ref=\"B7\"><text><r><t>check</t></r></text></comment></comments>"),
    ])
}

#[test]
fn sheets_are_read_row_by_row() {
    let document = open("", &workbook());
    assert_eq!(document.kind, Kind::Xlsx);
    tells(
        &document,
        Role::Content,
        "sheet Staff, row 7",
        "Name: Anna\nNumber: 811218987600\nBorn: 1979-05-26\n",
    );
    let row = document.texts.iter().find(|piece| piece.place == "sheet Staff, row 7").unwrap();
    assert_eq!(row.place_at(row.text.find("8112").unwrap()), "sheet Staff, B7");
    assert_eq!(row.place_at(row.text.find("1979").unwrap() + 3), "sheet Staff, D7");
    tells(&document, Role::Metadata, "sheet Pay (hidden), row 1", "hidden pay");
    tells(&document, Role::Metadata, "sheet Staff", "cret");
    tells(&document, Role::Content, "sheet Staff", "printed");
    tells(&document, Role::Metadata, "xl/comments1.xml", "check");
    assert!(document.unread.is_empty(), "{:?}", unread(&document));
}

#[test]
fn slides_are_read_in_their_order_with_notes() {
    let main = r#"<p:presentation><p:sldIdLst><p:sldId id="256" r:id="r2"/><p:sldId id="257" r:id="r1"/></p:sldIdLst></p:presentation>"#;
    let rels = r#"<R><Relationship Id="r1" Target="slides/slide1.xml"/><Relationship Id="r2" Target="slides/slide2.xml"/></R>"#;
    let document = open(
        "",
        &zip(&[
            TYPES,
            ("ppt/presentation.xml", main.as_bytes()),
            ("ppt/_rels/presentation.xml.rels", rels.as_bytes()),
            (
                "ppt/slides/slide1.xml",
                b"<p:sld show=\"0\"><a:p><a:r><a:t>last and hidden</a:t></a:r></a:p></p:sld>",
            ),
            (
                "ppt/slides/slide2.xml",
                b"<p:sld><a:p><a:r><a:t>fir</a:t></a:r><a:r><a:t>st</a:t></a:r></a:p></p:sld>",
            ),
            (
                "ppt/slides/_rels/slide2.xml.rels",
                b"<R><Relationship Id=\"r1\" Target=\"../notesSlides/notesSlide1.xml\"/></R>",
            ),
            (
                "ppt/notesSlides/notesSlide1.xml",
                b"<p:notes><a:p><a:r><a:t>say this</a:t></a:r></a:p></p:notes>",
            ),
        ]),
    );
    assert_eq!(document.kind, Kind::Pptx);
    tells(&document, Role::Content, "slide 1", "first");
    tells(&document, Role::Content, "notes of slide 1", "say this");
    tells(&document, Role::Metadata, "slide 2 (hidden)", "last and hidden");
    assert!(document.unread.is_empty());
}

#[test]
fn open_documents_are_read() {
    let text = r#"<office:document-content><office:text><text:tracked-changes><text:p>taken out</text:p></text:tracked-changes>
        <text:h>Title</text:h><text:p>two<text:s text:c="2"/>words<office:annotation><dc:creator>Max</dc:creator><text:p>why?</text:p></office:annotation></text:p></office:text></office:document-content>"#;
    let meta = b"<office:meta><meta:initial-creator>Erika</meta:initial-creator><meta:user-defined meta:name=\"x\">val</meta:user-defined></office:meta>";
    let mime: (&str, &[u8]) = ("mimetype", b"application/vnd.oasis.opendocument.text");
    let document = open("", &zip(&[mime, ("content.xml", text.as_bytes()), ("meta.xml", meta)]));
    assert_eq!(document.kind, Kind::Odt);
    tells(&document, Role::Content, "", "Title\n");
    tells(&document, Role::Content, "", "two  words");
    tells(&document, Role::Metadata, "", "why?");
    tells(&document, Role::Metadata, "", "taken out");
    tells(&document, Role::Metadata, "meta.xml", "Erika");
    let locked =
        ("META-INF/manifest.xml", b"<m><file-entry><encryption-data/></file-entry></m>".as_slice());
    misses(&open("", &zip(&[mime, locked, ("content.xml", b"\x01\x02")])), "", Why::Encrypted);
}

#[test]
fn open_sheets_are_read_row_by_row() {
    let sheet = r#"<c><table:table table:name="Staff"><table:table-row><table:table-cell><text:p>Name</text:p></table:table-cell><table:table-cell><text:p>Code</text:p></table:table-cell></table:table-row>
        <table:table-row table:number-rows-repeated="1048570"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>
        <table:table-row><table:table-cell><text:p>Anna</text:p></table:table-cell><table:table-cell office:value="12"/></table:table-row></table:table></c>"#;
    let mime: (&str, &[u8]) = ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet");
    let document = open("", &zip(&[mime, ("content.xml", sheet.as_bytes())]));
    assert_eq!(document.kind, Kind::Ods);
    tells(&document, Role::Content, "sheet Staff, row 1048572", "Name: Anna\nCode: 12");
    let row = document.texts.iter().find(|piece| piece.place.ends_with("row 1048572")).unwrap();
    assert_eq!(row.place_at(row.text.find("12").unwrap()), "sheet Staff, B1048572");
}
