//! Headers, extra fields and frames of archives, and bytes behind what unpacks.

use super::super::build::*;
use super::super::silence::{SECRET, hides};
use super::super::*;

/// A directory and headers by hand: extra fields of the header and of the directory, a name in the header, bytes behind the data.
fn by_hand(
    local_name: &str,
    local_extra: &[u8],
    extra: &[u8],
    packed: &[u8],
    method: u8,
    size: usize,
) -> Vec<u8> {
    let mut sum = flate2::Crc::new();
    sum.update(b"listed");
    let number = |size: usize| u32::try_from(size).unwrap().to_le_bytes();
    let short = |size: usize| u16::try_from(size).unwrap().to_le_bytes();
    let about = |name: usize, extra: usize| {
        [
            [20, 0, 0, 0, method, 0, 0, 0, 0, 0].as_slice(),
            &sum.sum().to_le_bytes(),
            &number(packed.len()),
            &number(size),
            &short(name),
            &short(extra),
        ]
        .concat()
    };
    let mut out = [
        b"PK\x03\x04".as_slice(),
        &about(local_name.len(), local_extra.len()),
        local_name.as_bytes(),
        local_extra,
        packed,
    ]
    .concat();
    let start = out.len();
    out.extend(
        [b"PK\x01\x02\x14\0".as_slice(), &about(5, extra.len()), &[0; 14], b"a.txt", extra]
            .concat(),
    );
    let end = out.len();
    out.extend(
        [
            b"PK\x05\x06\0\0\0\0\x01\0\x01\0".as_slice(),
            &number(end - start),
            &number(start),
            &[0, 0],
        ]
        .concat(),
    );
    out
}

#[test]
fn archives_hide_nothing_in_their_headers() {
    let field = |id: &[u8; 2], data: &[u8]| {
        [id.as_slice(), &u16::try_from(data.len()).unwrap().to_le_bytes(), data].concat()
    };
    let unicode = field(b"up", &[b"\x01\0\0\0\0".as_slice(), SECRET.as_bytes()].concat());
    let foreign = field(b"zz", SECRET.as_bytes());
    let time = field(b"UT", &[1, 0, 0, 0, 0]);
    let plain = by_hand("a.txt", &time, &time, b"listed", 0, 6);
    let document = open("", &plain);
    assert!(document.unread.is_empty(), "{:?}", unread(&document));
    tells(&document, Role::Content, "a.txt", "listed");
    for (name, bytes) in [
        ("path", by_hand("a.txt", &[], &unicode, b"listed", 0, 6)),
        ("path in a header", by_hand("a.txt", &unicode, &[], b"listed", 0, 6)),
        ("field", by_hand("a.txt", &[], &foreign, b"listed", 0, 6)),
        ("field in a header", by_hand("a.txt", &foreign, &[], b"listed", 0, 6)),
        ("time", by_hand("a.txt", &field(b"UT", SECRET.as_bytes()), &[], b"listed", 0, 6)),
        ("behind the fields", by_hand("a.txt", SECRET.as_bytes(), &[], b"listed", 0, 6)),
        ("name", by_hand(SECRET, &[], &[], b"listed", 0, 6)),
    ] {
        hides(name, &bytes);
    }
    let mut packed = Vec::new();
    let mut writer = flate2::write::DeflateEncoder::new(&mut packed, flate2::Compression::best());
    std::io::Write::write_all(&mut writer, b"listed").unwrap();
    writer.finish().unwrap();
    assert!(open("", &by_hand("a.txt", &[], &[], &packed, 8, 6)).unread.is_empty());
    hides(
        "behind packed data",
        &by_hand("a.txt", &[], &[], &[&packed, SECRET.as_bytes()].concat(), 8, 6),
    );
    hides(
        "longer than it says",
        &by_hand("a.txt", &[], &[], &[b"listed", SECRET.as_bytes()].concat(), 0, 6),
    );
    let mut other = by_hand("a.txt", &[], &[], &packed, 8, 6);
    other[8] = 0;
    assert!(!open("", &other).unread.is_empty(), "a header that says stored");
    let mut wrong = plain.clone();
    let data = memchr::memmem::find(&wrong, b"listed").unwrap();
    wrong[data] = b'L';
    assert!(!open("", &wrong).unread.is_empty(), "a sum that is wrong");
}

#[test]
fn compressed_files_hide_nothing_beside_their_data() {
    let member = |name: &str, comment: &str, extra: &[u8]| {
        let builder = flate2::GzBuilder::new().filename(name).comment(comment).extra(extra);
        let mut writer = builder.write(Vec::new(), flate2::Compression::best());
        std::io::Write::write_all(&mut writer, b"packed").unwrap();
        writer.finish().unwrap()
    };
    let first = gzip(b"first");
    for (name, bytes) in [
        ("extra", member("a", "b", SECRET.as_bytes())),
        ("short extra", member("a", "b", b"jane")),
        ("name", member(SECRET, "b", b"")),
        ("second extra", [&first[..], &member("a", "b", SECRET.as_bytes())].concat()),
        ("second name", [&first[..], &member(SECRET, "b", b"")].concat()),
        ("second comment", [&first[..], &member("a", SECRET, b"")].concat()),
        ("second member", [&first[..], &gzip(SECRET.as_bytes())].concat()),
        ("behind the last", [&first[..], SECRET.as_bytes()].concat()),
        ("behind zeros", [&first[..], &[0; 40], SECRET.as_bytes()].concat()),
    ] {
        if name == "short extra" {
            assert!(
                open("", &bytes).texts.iter().any(|piece| piece.text.contains("jane")),
                "{name}"
            );
        } else {
            hides(name, &bytes);
        }
    }
    tells(&open("a.gz", &[&first[..], b"tail"].concat()), Role::Content, "a", "first");
    assert!(open("", &[&first[..], &[0; 512]].concat()).unread.is_empty());
    let frame = zstd::stream::encode_all("first".as_bytes(), 3).unwrap();
    let skip = [b"\x53\x2a\x4d\x18\x14\0\0\0".as_slice(), SECRET.as_bytes()].concat();
    assert_eq!(SECRET.len(), 0x14);
    for (name, bytes) in [
        ("skipped frame behind", [&frame[..], &skip].concat()),
        ("skipped frame before", [&skip[..], &frame].concat()),
        ("skipped frame between", [&frame[..], &skip, &frame].concat()),
        (
            "second frame",
            [&frame[..], &zstd::stream::encode_all(SECRET.as_bytes(), 3).unwrap()].concat(),
        ),
        ("behind", [&frame[..], SECRET.as_bytes()].concat()),
    ] {
        hides(name, &bytes);
    }
    tells(&open("a.zst", &[&frame[..], &frame].concat()), Role::Content, "a", "firstfirst");
    // "first" and the secret, as the xz tool writes them.
    let first = b"\xfd7zXZ\x00\x00\x01i\x22\xde6\x02\x00!\x01\x16\x00\x00\x00t/\xe5\xa3\x01\x00\x04first\x00\x00\x00\x00W\xeeq\x92\x00\x01\x19\x05\xbc\xe8\xec\xcb\x90B\x99\x0d\x01\x00\x00\x00\x00\x01YZ";
    let second = b"\xfd7zXZ\x00\x00\x01i\x22\xde6\x02\x00!\x01\x16\x00\x00\x00t/\xe5\xa3\x01\x00\x13jane.roe@example.org\x00+0H\x19\x00\x01(\x14\xfc\xcf\x01g\x90B\x99\x0d\x01\x00\x00\x00\x00\x01YZ";
    hides("second stream", &[&first[..], second].concat());
    hides("padding and a stream", &[&first[..], &[0; 8], second].concat());
    hides("behind a stream", &[&first[..], SECRET.as_bytes()].concat());
    hides("behind padding", &[&first[..], &[0; 8], SECRET.as_bytes()].concat());
    assert!(open("", &[&first[..], &[0; 8]].concat()).unread.is_empty());
}

#[test]
fn tar_headers_are_told_with_what_fills_them_up() {
    let header = |bytes: &mut [u8]| {
        bytes[148..156].fill(b' ');
        let sum: u32 = bytes[..512].iter().map(|byte| u32::from(*byte)).sum();
        bytes[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
    };
    let plain = tar(&[("a.txt", b"listed"), ("b.txt", b"other")]);
    assert!(open("", &plain).unread.is_empty());
    for at in [20, 157 + 20, 265 + 8, 345, 345 + 40, 512 + 100] {
        let mut bytes = plain.clone();
        bytes[at..at + SECRET.len()].copy_from_slice(SECRET.as_bytes());
        header(&mut bytes[..512]);
        hides(&format!("byte {at}"), &bytes);
    }
    let mut long = tar(&[(&"long/".repeat(40), b"")]);
    long[300..300 + SECRET.len()].copy_from_slice(SECRET.as_bytes());
    header(&mut long[..512]);
    hides("header of a long name", &long);
    let mut kind = tar(&[("a", SECRET.as_bytes())]);
    for flag in [b'g', b'5', b'2', b'1', b'V', b'M', b'N', b'X', b'Z', b'x', b'K'] {
        kind[156] = flag;
        header(&mut kind[..512]);
        hides(&format!("kind {flag}"), &kind);
    }
}
