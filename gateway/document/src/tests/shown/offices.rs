//! Headers of sheets, formats of numbers, capitals, and identifiers that no one is shown.

use super::super::build::*;
use super::super::*;

const TYPES: (&str, &[u8]) = ("[Content_Types].xml", b"<Types/>");

/// A workbook of one sheet.
fn sheet(sheet: &str, styles: &str) -> Document {
    open(
        "",
        &zip(&[
            TYPES,
            ("xl/workbook.xml", b"<w><sheets><sheet name=\"S\" r:id=\"r\"/></sheets></w>"),
            ("xl/_rels/workbook.xml.rels", b"<R><Relationship Id=\"r\" Target=\"s.xml\"/></R>"),
            ("xl/styles.xml", styles.as_bytes()),
            ("xl/s.xml", format!("<w>{sheet}</w>").as_bytes()),
        ]),
    )
}

/// A document of this body.
fn word(body: &str) -> Document {
    let body = format!("<w:d><w:body>{body}</w:body></w:d>");
    open("", &zip(&[TYPES, ("word/document.xml", body.as_bytes())]))
}

#[test]
fn identifiers_of_revisions_are_not_told() {
    let body = "<w:d><w:p w:rsidR=\"0006063C\" w14:paraId=\"1A2B3C4D\" w:rsidRDefault=\"jane.roe\"><w:r><w:t>x</w:t></w:r></w:p></w:d>";
    let settings = "<w:settings><w:rsids><w:rsidRoot w:val=\"00B47730\"/><w:rsid w:val=\"0006063D\"/></w:rsids><w:defaultTabStop w:val=\"708\"/></w:settings>";
    let document = open(
        "",
        &zip(&[
            TYPES,
            ("word/document.xml", body.as_bytes()),
            ("word/settings.xml", settings.as_bytes()),
            ("word/styles.xml", b"<w:styles><w:style w:rsid=\"0006063E\"/></w:styles>"),
            ("word/numbering.xml", b"<w:n><w:nsid w:val=\"0006063F\"/></w:n>"),
        ]),
    );
    let all = told(&document).concat();
    for gone in ["0006063C", "1A2B3C4D", "00B47730", "0006063D", "0006063E", "0006063F"] {
        assert!(!all.contains(gone), "{gone} in {all}");
    }
    // What is no number of a revision is told wherever it stands.
    assert!(all.contains("jane.roe") && all.contains("708"), "{all}");
}
