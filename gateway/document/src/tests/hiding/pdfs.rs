//! Names, comments, tables and maps of PDF, which viewers use and do not show.

use super::super::build::*;
use super::super::silence::{FONT, SECRET, hides, speaks};
use super::super::{misses, open, tells, told, unread};
use crate::{Role, Why};

/// The place of what stands behind the data of a stream.
const BEHIND: &str = "bytes behind the end of a stream";

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

/// Contents that show a letter, as each filter packs them.
fn packed() -> Vec<(&'static str, Vec<u8>)> {
    let content = b"BT /F1 9 Tf (x) Tj ET";
    let hex: String = content.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut runs = vec![u8::try_from(content.len() - 1).unwrap()];
    runs.extend(content);
    runs.push(128);
    let mut lzw = weezl::encode::Encoder::with_tiff_size_switch(weezl::BitOrder::Msb, 8);
    vec![
        ("FlateDecode", zlib(content)),
        ("LZWDecode", lzw.encode(content).unwrap()),
        ("ASCIIHexDecode", format!("{hex}>").into_bytes()),
        ("ASCII85Decode", b"6<#'\\7PQ#G+B2qq.!R0`<,*OE;u~>".to_vec()),
        ("RunLengthDecode", runs),
    ]
}

fn shows(filter: &str, data: &[u8]) -> Vec<u8> {
    let mut file = page(b"", FONT, &[]);
    file.extend(b"4 0 obj\n");
    file.extend(stream(&format!("/Filter /{filter}"), data));
    file.extend(b"\nendobj\n");
    file
}

#[test]
fn bytes_behind_the_end_of_streams_are_told() {
    for (filter, data) in packed() {
        for blank in ["", "\n", "\r\n", " \r\n", "\0\0\0"] {
            let document = open("", &shows(filter, &[data.as_slice(), blank.as_bytes()].concat()));
            assert!(document.unread.is_empty(), "{filter} {blank:?}: {:?}", unread(&document));
            tells(&document, Role::Content, "page 1", "x");
        }
        let document =
            open("", &shows(filter, &[data.as_slice(), b"\n", SECRET.as_bytes()].concat()));
        let place = format!("page 1, {BEHIND}");
        misses(&document, &place, Why::Broken);
        tells(&document, Role::Content, "page 1, readable characters", SECRET);
        let short = open("", &shows(filter, &[data.as_slice(), b"12"].concat()));
        misses(&short, &place, Why::Broken);
    }
}

#[test]
fn packed_data_that_breaks_off_is_told_to_its_end() {
    let content = format!("BT /F1 9 Tf {} (last) Tj ET", "(word ) Tj ".repeat(20_000));
    let mut data = zlib(content.as_bytes());
    let end = data.len();
    let mut shown = vec![data.clone(), data[..end - 4].to_vec(), data[..end - 2].to_vec()];
    // A sum that is wrong.
    data[end - 1] ^= 1;
    shown.push(data.clone());
    for data in shown {
        let document = open("", &shows("FlateDecode", &data));
        tells(&document, Role::Content, "page 1", "last");
        assert!(document.unread.is_empty(), "{:?}", unread(&document));
    }
    data.extend(SECRET.as_bytes());
    let place = format!("page 1, {BEHIND}");
    let document = open("", &shows("FlateDecode", &data));
    misses(&document, &place, Why::Broken);
    tells(&document, Role::Content, "page 1, readable characters", SECRET);
    // A block of no kind that there is, as the last byte.
    let fault = [b"\x78\x9c\0\x05\0\xfa\xffBT ET".as_slice(), b"\x07"].concat();
    misses(&open("", &shows("FlateDecode", &fault)), &place, Why::Broken);
}

#[test]
fn data_that_is_not_packed_is_told() {
    for (filter, data) in
        [("FlateDecode", SECRET), ("ASCIIHexDecode", "6a616e65 jane.roe@example.org 6a>")]
    {
        let table = stream(&format!("/Length1 3 /Filter /{filter}"), data.as_bytes());
        let document = open("", &page(b"", FONT, &[table]));
        misses(&document, BEHIND, Why::Broken);
        let place = "readable characters";
        tells(&document, Role::Content, place, SECRET);
    }
}

#[test]
fn what_stands_behind_each_filter_is_told_once() {
    let (_, inner) = packed().swap_remove(0);
    let inner = [inner.as_slice(), b"behind the first"].concat();
    let hex: String = inner.iter().map(|byte| format!("{byte:02x}")).collect();
    let data = format!("{hex}> behind the second");
    let form = stream("/Subtype /Form /Filter [/ASCIIHexDecode /FlateDecode]", data.as_bytes());
    let document = open("", &page(b"/X1 Do /X1 Do", FONT, &[form]));
    for words in ["behind the first", "behind the second"] {
        let times = told(&document).iter().filter(|line| line.contains(words)).count();
        assert_eq!(times, 1, "{words}: {:#?}", told(&document));
    }
}
