//! PDF: objects behind others, contents that viewers mend, and what stands beside the pages.

use super::super::build::*;
use super::super::{Why, misses, open};
use super::{FONT, SECRET, hides, shown, speaks};
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
        "BT (x) Tj (SECRET) \" ET",
        "BT 1 (SECRET) \" ET",
        "BT [(SECRET)] Tj ET",
        "BT (SECRET) TJ ET",
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
