//! Names, comments, tables and maps of PDF, which viewers use and do not show.

use super::super::build::*;
use super::super::silence::{FONT, SECRET, hides, speaks};

#[test]
fn properties_of_pdf_are_told_by_what_they_are() {
    let secret = SECRET.as_bytes();
    for entries in [
        "/Length1 3",
        "/N 3",
        "/Width 3",
        "/FunctionType 4",
        "/CMapName /X",
        "/Subtype /Type1C",
        "/ShadingType 4",
        "/Type /XRef",
        "/Type /ObjStm /First 0 /N 0",
    ] {
        hides(entries, &page(b"", FONT, &[stream(entries, secret)]));
    }
    for key in ["FontFile", "FontFile2", "FontFile3", "ToUnicode", "CIDSet", "CIDToGIDMap"] {
        hides(
            key,
            &page(b"", FONT, &[format!("<< /{key} 7 0 R >>").into_bytes(), stream("", secret)]),
        );
    }
    hides(
        "colours",
        &page(b"", FONT, &[b"[/Indexed /DeviceRGB 3 7 0 R]".to_vec(), stream("", secret)]),
    );
    let dot = stream("/Subtype /Image /Width 1 /Height 1", secret);
    hides("a dot", &page(b"", FONT, std::slice::from_ref(&dot)));
    hides("a dot that is shown", &page(b"/X1 Do", FONT, &[dot]));
    let inline = format!("BI /W 1 /H 1 ID {SECRET} EI");
    hides("a dot in a page", &page(inline.as_bytes(), FONT, &[]));
    for object in [
        "<< /Foo /SECRET >>",
        "/SECRET",
        "<< /SECRET 1 >>",
        "<< /Foo /jane#2eroe#40example.org >>",
        "<< /Foo (\\152ane.roe\\100exa\\\nmple.org) >>",
        "<< /Foo <6A 61 6e\n65 2e726f65406578616d706c652e6f7267> >>",
    ] {
        speaks(object, &page(b"", FONT, &[object.replace("SECRET", SECRET).into_bytes()]));
    }
    let mark = format!("/{SECRET} BMC BT /F1 9 Tf (x) Tj ET EMC % {SECRET}\n");
    speaks("name of a mark", &page(mark.as_bytes(), FONT, &[]));
    let comment = format!("BT /F1 9 Tf (x) Tj ET % {SECRET}\n");
    speaks("comment in contents", &page(comment.as_bytes(), FONT, &[]));
    let comment = format!("<< /A 1 % {SECRET}\n >>");
    speaks("comment in an object", &page(b"", FONT, &[comment.into_bytes()]));
    let hidden = format!("BT 3 Tr /F1 9 Tf ({SECRET}) Tj ET");
    speaks("not painted", &page(hidden.as_bytes(), FONT, &[]));
    let lie = stream("", b"/CIDInit begincmap 1 begincodespacerange <00> <ff> endcodespacerange 1 beginbfrange <20> <7e> <0041> endbfrange endcmap");
    let font = FONT.replace(">>", "/ToUnicode 6 0 R >>");
    hides(
        "a map that lies",
        &page(&format!("BT /F1 9 Tf ({SECRET}) Tj ET").into_bytes(), &font, &[lie]),
    );
}

#[test]
fn earlier_objects_are_told_where_streams_of_objects_hold_them() {
    let packed = |number: usize| {
        stream("/Type /ObjStm /First 6 /N 1", format!("{number:3} 0 ({SECRET})").as_bytes())
    };
    let other = stream("/Type /ObjStm /First 6 /N 1", b" 20 0 (x)");
    speaks("shown", &page(b"", FONT, &[packed(20)]));
    speaks("replaced by a stream", &page(b"", FONT, &[packed(20), other]));
    speaks("replaced by an object", &page(b"", FONT, &[packed(7), b"(x)".to_vec()]));
    let mut again = page(b"", FONT, &[packed(20)]);
    again.extend(b"\n6 0 obj\n(x)\nendobj\n");
    speaks("a stream that is replaced", &again);
    let between = stream("/Type /ObjStm /First 6 /N 1", format!(" 20 0 (x) {SECRET}").as_bytes());
    hides("behind the objects", &page(b"", FONT, &[between]));
    let comment =
        stream("/Type /ObjStm /First 6 /N 1", format!(" 20 0 << /A 1 % {SECRET}\n >>").as_bytes());
    hides("a comment", &page(b"", FONT, &[comment]));
}
