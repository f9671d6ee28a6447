//! Marks within a value do not split it, in pages and in XML; and what was read once as a container is not read again.

use super::super::build::*;
use super::super::*;

fn page(body: &str) -> Vec<String> {
    told(&open("", format!("<!DOCTYPE html><html><body>{body}").as_bytes()))
}

#[test]
fn an_archive_in_a_tar_is_read_once() {
    let one = zip(&[("x.txt", b"first text")]);
    let two = zip(&[("y.txt", b"second text")]);
    let tarred = tar(&[("a.zip", &one), ("b.zip", &two)]);
    for (name, bytes) in [
        ("a.tar", tarred.clone()),
        ("a.tar.gz", gzip(&tarred)),
        ("a.tar.zst", zstd::stream::encode_all(tarred.as_slice(), 3).unwrap()),
        ("one.tar", tar(&[("b.zip", &two)])),
    ] {
        let document = open(name, &bytes);
        assert!(document.unread.is_empty(), "{name}: {:?}", unread(&document));
        let times =
            document.texts.iter().filter(|piece| piece.text.contains("second text")).count();
        assert_eq!(times, 1, "{name}: {:#?}", told(&document));
    }
    // One that stands behind the end is told, and read.
    for outer in [tarred, gzip(b"packed text")] {
        let document = open("a.tar", &[outer, zip(&[("z.txt", b"third text")])].concat());
        misses(&document, "bytes behind the end", Why::Broken);
        assert!(told(&document).concat().contains("third text"), "{:#?}", told(&document));
    }
}

#[test]
fn a_bomb_has_nothing_behind_its_end() {
    let bomb = gzip(&vec![0; 2 << 20]);
    let limits = Limits { unpacked_bytes: 1 << 20, ratio: 2000, ..Limits::default() };
    let document = read(&bomb, &Hints::default(), &limits);
    assert!(unread(&document).contains(&"too-large ".to_owned()), "{:?}", unread(&document));
    assert!(!unread(&document).concat().contains("behind"), "{:?}", unread(&document));
}
