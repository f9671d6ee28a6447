//! Words of offices, pages and RTF that programs decode before they show them.

use super::super::build::*;
use super::super::silence::{SECRET, hides, speaks};
use super::super::*;

#[test]
fn words_of_offices_and_pages_are_told_as_programs_decode_them() {
    const TYPES: (&str, &[u8]) = ("[Content_Types].xml", b"<Types/>");
    let rels = b"<R><Relationship Id=\"r\" Target=\"s.xml\"/></R>".as_slice();
    let book = b"<w><sheets><sheet name=\"S\" r:id=\"r\"/></sheets></w>".as_slice();
    for (name, cell, strings) in [
        ("shared", "<c t=\"s\"><v>0</v></c>", "<si><t>jane.roe_x0040_example.org</t></si>"),
        ("inline", "<c t=\"inlineStr\"><is><t>jane.roe_x0040_example.org</t></is></c>", ""),
        ("formula", "<c t=\"str\"><v>jane.roe_x0040_example.org</v></c>", ""),
        ("shared by none", "<c><v>1</v></c>", "<si><t>jane.roe_x0040_example.org</t></si>"),
    ] {
        let sheet = format!("<w><row>{cell}</row></w>");
        let strings = format!("<sst>{strings}</sst>");
        speaks(
            name,
            &zip(&[
                TYPES,
                ("xl/workbook.xml", book),
                ("xl/_rels/workbook.xml.rels", rels),
                ("xl/s.xml", sheet.as_bytes()),
                ("xl/sharedStrings.xml", strings.as_bytes()),
            ]),
        );
    }
    let signs: String = SECRET
        .bytes()
        .map(|byte| format!("<w:r><w:sym w:font=\"Arial\" w:char=\"00{byte:02X}\"/></w:r>"))
        .collect();
    let body = format!("<w:d><w:p>{signs}</w:p></w:d>");
    speaks("signs", &zip(&[TYPES, ("word/document.xml", body.as_bytes())]));
    let wide: Vec<u8> = format!("<w:d><w:p><w:t>{SECRET}</w:t></w:p></w:d>")
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    hides("wide without a mark", &zip(&[TYPES, ("word/document.xml", &wide)]));
    let seven = b"<?xml version='1.0' encoding='utf-7'?><w:d><w:p><w:t>jane.roe+AEA-example.org</w:t></w:p></w:d>";
    hides("utf-7", &zip(&[TYPES, ("word/document.xml", seven)]));
    let entity = b"<!DOCTYPE d [<!ENTITY a \"jane.roe\"><!ENTITY b \"@example.org\">]><w:d><w:p><w:t>&a;&b;</w:t></w:p></w:d>".as_slice();
    hides("entities", &zip(&[TYPES, ("word/document.xml", entity)]));
    hides("entities of a file", entity);
    hides("entities of a drawing", &[b"<?xml version='1.0'?>", entity].concat());
    hides(
        "a page in an attribute",
        b"<html><iframe srcdoc='jane.roe&lt;b>@&lt;/b>example.org'></iframe>",
    );
    for doc in [
        "word/comments.xml",
        "word/footnotes.xml",
        "word/glossary/document.xml",
        "ppt/slideMasters/slideMaster1.xml",
        "ppt/comments/comment1.xml",
    ] {
        let body = format!("<w:d><w:p><w:t>{SECRET}</w:t></w:p></w:d>");
        speaks(doc, &zip(&[TYPES, ("word/document.xml", b"<a/>"), (doc, body.as_bytes())]));
    }
    for inside in [
        "{\\upr{x}{\\*\\ud{SECRET}}}",
        "{\\object{\\result SECRET}}",
        "{\\field{\\*\\fldinst SECRET}{\\fldrslt x}}",
        "{\\v\\deleted SECRET}",
        "{\\uc1\\u8203 j\\u8203 ane.roe@example.org}",
        "{\\*\\xmlopen SECRET}",
        "{\\*\\bkmkstart SECRET}",
        "{\\pict SECRET}",
        "{\\header SECRET}",
    ] {
        hides(inside, format!("{{\\rtf1 x{}}}", inside.replace("SECRET", SECRET)).as_bytes());
    }
    hides("behind the end of rtf", format!("{{\\rtf1 x}}{SECRET}").as_bytes());
    let cyrillic = b"{\\rtf1\\ansicpg1252{\\fonttbl{\\f0\\fcharset0 A;}{\\f1\\fcharset204 B;}}\\f1\\'cf\\'f0\\'e8 \\f0 Gr\\'f6\\'dfe}";
    let document = open("", cyrillic);
    assert!(
        document
            .texts
            .iter()
            .any(|piece| piece.text.contains("При") && piece.text.contains("Größe")),
        "{:#?}",
        told(&document)
    );
}
