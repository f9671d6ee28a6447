//! Archives, in each other and broken.

use super::build::*;
use super::*;
use crate::Kind;

#[test]
fn archives_are_read_into() {
    let inner = zip(&[("c.txt", b"deep text here")]);
    let packed = gzip(b"packed text");
    let tarred = tar(&[("dir/d.txt", b"tarred text")]);
    let document =
        open("a.zip", &zip(&[("b/in.zip", &inner), ("e.txt.gz", &packed), ("f.tar", &tarred)]));
    assert_eq!(document.kind, Kind::Zip);
    tells(&document, Role::Content, "b/in.zip/c.txt", "deep text here");
    tells(&document, Role::Content, "e.txt.gz/e.txt", "packed text");
    tells(&document, Role::Content, "f.tar/dir/d.txt", "tarred text");
    tells(&document, Role::Metadata, "f.tar/dir/d.txt", "dir/d.txt");
    assert!(document.unread.is_empty());
}

#[test]
fn zstandard_and_xz_are_read() {
    let packed = zstd::stream::encode_all("said in zstd".as_bytes(), 3).unwrap();
    tells(&open("a.txt.zst", &packed), Role::Content, "a.txt", "said in zstd");
    // "said in xz\n", as the xz tool writes it.
    let xz = b"\xfd7zXZ\x00\x00\x04\xe6\xd6\xb4F\x02\x00!\x01\x16\x00\x00\x00t/\xe5\xa3";
    misses(&open("a.xz", xz), "", Why::Broken);
}

#[test]
fn encrypted_entries_are_unread_and_the_others_are_not() {
    let mut bytes = zip(&[("secret.txt", b"cannot"), ("open.txt", b"can be read")]);
    // The flag of encryption, in the local header and in the directory.
    let directory = memchr::memmem::find(&bytes, b"PK\x01\x02").unwrap();
    bytes[6] |= 1;
    bytes[directory + 8] |= 1;
    let document = open("a.zip", &bytes);
    misses(&document, "secret.txt", Why::Encrypted);
    tells(&document, Role::Content, "open.txt", "can be read");
}

#[test]
fn an_archive_behind_a_picture_is_read() {
    let mut bytes = b"GIF89a\x01\0\x01\0\0\0\0;".to_vec();
    bytes.extend(zip(&[("hidden.txt", b"carried along")]));
    let document = open("a.gif", &bytes);
    assert_eq!(document.kind, Kind::Image);
    tells(&document, Role::Content, "archive at its end/hidden.txt", "carried along");
}

#[test]
fn entries_without_a_directory_are_read_and_told() {
    let whole = zip(&[("a.txt", b"first entry"), ("b.txt", b"second entry")]);
    let cut = memchr::memmem::find(&whole, b"PK\x01\x02").unwrap();
    let document = open("a.zip", &whole[..cut]);
    misses(&document, "", Why::Broken);
    tells(&document, Role::Content, "a.txt", "first entry");
    tells(&document, Role::Content, "b.txt", "second entry");
    // And in front of an archive that does not list them.
    let mut both = whole[..cut].to_vec();
    both.extend(zip(&[("c.txt", b"listed entry")]));
    let document = open("a.zip", &both);
    misses(&document, "entries that the directory does not list", Why::Broken);
    tells(&document, Role::Content, "a.txt", "first entry");
    tells(&document, Role::Content, "c.txt", "listed entry");
}

#[test]
fn an_encrypted_office_file_is_told_as_such() {
    let mut bytes = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec();
    bytes.extend([0; 512]);
    bytes.extend("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes));
    misses(&open("a.docx", &bytes), "", Why::Encrypted);
    let mut old = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec();
    old.extend([0; 512]);
    old.extend("Erika Mustermann wrote this".encode_utf16().flat_map(u16::to_le_bytes));
    let document = open("a.doc", &old);
    misses(&document, "", Why::Unsupported);
    tells(&document, Role::Content, "readable wide characters", "Erika Mustermann wrote this");
}
