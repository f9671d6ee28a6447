//! What is made to break readers: it ends in a value, within the bounds.

use proptest::prelude::*;

use super::build::*;
use super::*;

fn small() -> Limits {
    Limits {
        text_bytes: 1 << 20,
        unpacked_bytes: 4 << 20,
        nesting: 4,
        entries: 50,
        cells: 100,
        ..Limits::default()
    }
}

fn open_small(bytes: &[u8]) -> Document {
    read(bytes, &Hints::default(), &small())
}

#[test]
fn a_bomb_is_told_by_its_ratio() {
    let bomb = gzip(&vec![0; 3 << 20]);
    misses(&open_small(&bomb), "", Why::Ratio);
    misses(&open_small(&zip(&[("zeros", &vec![0; 3 << 20])])), "zeros", Why::Ratio);
    let packed = zlib(&vec![b' '; 3 << 20]);
    let file = page(b"", "<< >>", &[stream("/Type /Metadata /Filter /FlateDecode", &packed)]);
    misses(&open_small(&file), "stream", Why::Ratio);
    // Each entry within its bound, all together not.
    let noise: Vec<u8> =
        (0..2_u32 << 20).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let many = zip(&[("a", &noise), ("b", &noise), ("c", &noise)]);
    misses(&open_small(&many), "c", Why::TooLarge);
}

#[test]
fn depth_ends() {
    let mut bytes = b"innermost".to_vec();
    for _ in 0..8 {
        bytes = zip(&[("a.zip", &bytes)]);
    }
    misses(&open_small(&bytes), "a.zip/a.zip/a.zip/a.zip", Why::TooDeep);
}

#[test]
fn counts_end() {
    let names: Vec<String> = (0..80).map(|n| format!("{n}.txt")).collect();
    let entries: Vec<(&str, &[u8])> =
        names.iter().map(|name| (name.as_str(), b"x".as_slice())).collect();
    misses(&open_small(&tar(&entries)), "", Why::TooMany);
    misses(&open_small(&zip(&entries)), "", Why::TooMany);
    let rows = "a,b,c,d\n".repeat(100);
    misses(&open_small(rows.as_bytes()), "", Why::TooMany);
}

#[test]
fn text_is_cut_where_the_bound_is() {
    let document = open_small("ü".repeat(1 << 20).as_bytes());
    misses(&document, "", Why::TooLarge);
    assert_eq!(document.texts.iter().map(|piece| piece.text.len()).sum::<usize>(), 1 << 20);
}

#[test]
fn entities_are_not_expanded() {
    let mut laughs = "<!DOCTYPE l [<!ENTITY a \"ha\">".to_owned();
    for letter in "bcdefghij".chars() {
        laughs.push_str(&format!("<!ENTITY {letter} \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\">"));
    }
    laughs.push_str("]><cp:x><dc:creator>&j;</dc:creator></cp:x>");
    let document = open_small(&zip(&[
        ("[Content_Types].xml", b"<T/>"),
        ("word/document.xml", b"<d/>"),
        ("docProps/core.xml", laughs.as_bytes()),
    ]));
    tells(&document, Role::Metadata, "docProps/core.xml", "&j;");
}

#[test]
fn cells_that_share_a_long_string_do_not_fill_the_memory() {
    let strings = format!("<sst><si><t>{}</t></si></sst>", "long ".repeat(100_000));
    let cells = "<c t=\"s\"><v>0</v></c>".repeat(90);
    let sheet = format!("<w><sheetData><row>{cells}</row></sheetData></w>");
    let document = open_small(&zip(&[
        ("[Content_Types].xml", b"<T/>"),
        ("xl/workbook.xml", b"<w><sheets><sheet name=\"S\" r:id=\"r\"/></sheets></w>"),
        ("xl/_rels/workbook.xml.rels", b"<R><Relationship Id=\"r\" Target=\"s.xml\"/></R>"),
        ("xl/sharedStrings.xml", strings.as_bytes()),
        ("xl/s.xml", sheet.as_bytes()),
    ]));
    assert!(
        document.unread.iter().any(|unread| matches!(unread.why, Why::TooLarge | Why::Ratio)),
        "{:?}",
        unread(&document)
    );
}

#[test]
fn cycles_in_a_pdf_end() {
    let forms = |n: u32| {
        stream(
            &format!("/Subtype /Form /Resources << /XObject << /X1 {n} 0 R >> >>"),
            b"/X1 Do /X1 Do",
        )
    };
    let mut objects = vec![
        b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(),
        b"<< /Type /Pages /Kids [2 0 R 3 0 R 3 0 R] /Parent 2 0 R >>".to_vec(),
        b"<< /Type /Page /Contents 4 0 R /Resources << /XObject << /X1 5 0 R >> >> >>".to_vec(),
        stream("", b"/X1 Do /X1 Do"),
    ];
    objects.extend([6, 7, 8, 5].map(forms));
    objects.push(b"9 0 R".to_vec());
    let document = open_small(&pdf(&objects, "/Info 9 0 R"));
    assert!(document.unread.is_empty(), "{:?}", unread(&document));
    let wide = format!("<< /Length 9 0 R /W [{}] >>", "[".repeat(100_000));
    let _ = open_small(&pdf(&[wide.into_bytes()], ""));
}

#[test]
fn objects_and_operators_do_not_multiply() {
    let tree = || {
        vec![
            b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(),
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_vec(),
        ]
    };
    // A dictionary of many fonts, and operators that each ask for another one.
    let fonts: String = (0..20_000).map(|at| format!("/G{at} 5 0 R ")).collect();
    let content: String = (0..80_000).map(|at| format!("/F{at} 1 Tf ")).collect();
    let page = format!("<< /Type /Page /Resources << /Font << {fonts} >> >> /Contents 4 0 R >>");
    let mut objects = tree();
    objects.extend([page.into_bytes(), stream("/Filter /FlateDecode", &zlib(content.as_bytes()))]);
    misses(&open("", &pdf(&objects, "")), "objects", Why::TooMany);
    // One large stream that is asked for many times.
    let mut objects = tree();
    objects.extend([
        format!("<< /Type /Page /Contents [{}] >>", "4 0 R ".repeat(20_000)).into_bytes(),
        stream("/Filter /ASCIIHexDecode", &[b">".as_slice(), &vec![b'x'; 4_000_000]].concat()),
    ]);
    misses(&open("", &pdf(&objects, "")), "objects", Why::TooMany);
    // Many pages that inherit large resources: each with a copy would fill the memory.
    let kids: String = (0..6_000).map(|at| format!("{} 0 R ", at + 3)).collect();
    let pages = format!("<< /Kids [{kids}] /Resources << /Font << {fonts} >> >> >>");
    let mut objects = vec![b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(), pages.into_bytes()];
    objects.extend((0..6_000).map(|_| b"<< /Type /Page >>".to_vec()));
    assert!(open("", &pdf(&objects, "")).unread.is_empty());
}

#[test]
fn glyphs_that_say_much_end() {
    let font = |rest: &str| format!("<< /Type /Font /Subtype /Type1 /BaseFont /X {rest} >>");
    let map = |to: &str| {
        let map = format!(
            "1 begincodespacerange <00> <ff> endcodespacerange 1 beginbfchar <41> <{to}> endbfchar"
        );
        stream("", map.as_bytes())
    };
    // Blanks are not told, but what was left out behind them is.
    let blanks = format!("BT /F1 9 Tf ({}) Tj (behind) Tj ET", "A".repeat(100_000));
    let file = page(blanks.as_bytes(), &font("/ToUnicode 6 0 R"), &[map(&"2003".repeat(16))]);
    misses(&open_small(&file), "page 1", Why::TooLarge);
    // A name that spells a book is compared with what the map says for each glyph.
    let name = "0041".repeat(100_000);
    let encoding = format!("/Encoding << /Differences [65 /uni{name}002E] >> /ToUnicode 6 0 R");
    let text = format!("BT /F1 9 Tf ({}) Tj ET", "A".repeat(100_000));
    let file = page(text.as_bytes(), &font(&encoding), &[map("002E")]);
    misses(&open("", &file), "objects", Why::TooMany);
}

#[test]
fn entries_that_share_their_bytes_are_refused() {
    let mut bytes = zip(&[("a", b"same bytes, same bytes, same bytes")]);
    let directory = memchr::memmem::find(&bytes, b"PK\x01\x02").unwrap();
    let end = memchr::memmem::find(&bytes, b"PK\x05\x06").unwrap();
    let entry = bytes[directory..end].to_vec();
    let tail = bytes.split_off(end);
    for n in 0..20_u8 {
        let mut copy = entry.clone();
        *copy.last_mut().unwrap() = b'b' + n;
        bytes.extend(copy);
    }
    let size = u32::try_from(bytes.len() - directory).unwrap();
    let mut tail = tail;
    tail[8..10].copy_from_slice(&21_u16.to_le_bytes());
    tail[10..12].copy_from_slice(&21_u16.to_le_bytes());
    tail[12..16].copy_from_slice(&size.to_le_bytes());
    bytes.extend(tail);
    let document = open_small(&bytes);
    assert!(!document.unread.is_empty(), "{:#?}", told(&document));
}

#[test]
fn trailers_within_trailers_and_crowds_of_headers_end() {
    for piece in ["trailer<</A [", "trailer(", "1 0 obj <</A (", "1 0 obj [[["] {
        let _ = open_small(format!("%PDF-1.4\n{}", piece.repeat(200_000)).as_bytes());
    }
    let mail = format!("From: a\nDate: x\n{}\nbody", "X-A: b\n".repeat(200_000));
    misses(&open_small(mail.as_bytes()), "", Why::TooMany);
    let parts = format!(
        "From: a\nDate: x\nContent-Type: multipart/mixed; boundary=b\n\n{}",
        "--b\n\n".repeat(1000)
    );
    misses(&open_small(parts.as_bytes()), "", Why::TooMany);
}

#[test]
fn nothing_of_a_file_is_printed() {
    let document = open("secret.txt", b"secret words");
    let printed = format!("{document:?}{:?}", document.texts);
    assert!(!printed.contains("secret"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Any file with some of its bytes changed or cut off is read to a value, the same one each time.
    #[test]
    fn changed_files_end_in_a_value(kind in 0..5_usize, cut in 0..2000_usize, changes in prop::collection::vec((0..2000_usize, any::<u8>()), 0..8)) {
        let mut bytes = match kind {
            0 => zip(&[("[Content_Types].xml", b"<T/>"), ("word/document.xml", b"<w:p><w:t>text</w:t></w:p>")]),
            1 => page(b"BT /F1 12 Tf (some text) Tj ET", "<< /Type /Font /Subtype /Type1 >>", &[b"<< /T (a) /V (b) >>".to_vec()]),
            2 => tar(&[("a.txt", b"text"), ("b.zip", &zip(&[("c", b"d")]))]),
            3 => gzip(b"{\\rtf1 some {\\b text} \\u1055? }"),
            _ => b"From: a@example.org\nDate: x\nTo: b\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n--b--\n".to_vec(),
        };
        for (at, byte) in changes {
            let length = bytes.len().max(1);
            if let Some(old) = bytes.get_mut(at % length) {
                *old = byte;
            }
        }
        bytes.truncate(cut.max(8));
        let once = open_small(&bytes);
        let twice = open_small(&bytes);
        prop_assert_eq!(told(&once), told(&twice));
        prop_assert_eq!(once.unread, twice.unread);
    }
}
