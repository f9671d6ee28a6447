//! Character sets that are not known or change within a text, and files in the letters of a text.

use super::super::silence::{SECRET, hides};
use super::super::*;
use super::TOP;

#[test]
fn files_in_the_letters_of_a_body_are_unread() {
    for body in [
        "begin 644 a.txt\r\n4:F%N92YR;V5 97AA;7!L92YO<F<\r\n`\r\nend\r\n",
        "=ybegin line=128 size=4 name=a.txt\r\nabcd\r\n=yend size=4\r\n",
        "-----BEGIN PGP MESSAGE-----\r\n\r\nhQEM\r\n-----END PGP MESSAGE-----\r\n",
        "(This file must be converted with BinHex 4.0)\r\n:abc:\r\n",
    ] {
        for file in [format!("{TOP}\r\nhello\r\n{body}"), format!("hello\r\n{body}")] {
            assert!(!open("", file.as_bytes()).unread.is_empty(), "{file}");
        }
    }
    assert!(open("", b"we begin 644 days later\nend").unread.is_empty());
}

#[test]
fn a_character_set_that_is_not_known_is_told() {
    let hints = |media_type| Hints { name: "a.txt", media_type };
    for (media_type, bytes) in [
        ("text/plain; charset=x-foo", b"caf\xe9 jane".as_slice()),
        ("text/plain; charset=utf-7", b"+AGoAYQBuAGU-"),
        ("text/plain; charset=iso-2022-kr", b"caf\xe9 jane"),
        ("text/plain; charset=utf-8", b"first \xc3\xa9 then \xe9 jane"),
        ("text/plain; charset=utf-16le", b"plain jane.roe@example.org!"),
        ("text/plain; charset=IBM037", b"\x91\x81\x95\x85 \x91\x81\x95\x85\x91\x81\x95\x85"),
    ] {
        let document = read(bytes, &hints(media_type), &Limits::default());
        assert!(!document.unread.is_empty(), "{media_type}: {:?}", told(&document));
    }
    let mail = format!("{TOP}Content-Type: text/plain; charset=x-foo\r\n\r\ncaf\u{e9}");
    assert!(!open("", mail.as_bytes()).unread.is_empty());
    let mail = [TOP.as_bytes(), b"Content-Type: text/plain; charset=utf-8\r\n\r\ncaf\xe9"].concat();
    assert!(!open("", &mail).unread.is_empty());
    let japanese = b"\x1b$B4A;z\x1b(B jane".as_slice();
    let document = read(japanese, &hints("text/plain; charset=iso-2022-jp"), &Limits::default());
    assert_eq!(told(&document), ["content  [] 漢字 jane"]);
    let document = read(japanese, &hints(""), &Limits::default());
    assert_eq!(told(&document), ["content  [] 漢字 jane"]);
    let declared = b"<html><meta charset=windows-1251><body>\xcf\xf0\xe8";
    assert!(open("", declared).texts.iter().any(|piece| piece.text.contains("При")));
    let declared = b"<?xml version='1.0' encoding='windows-1251'?><a>\xcf\xf0\xe8</a>";
    assert!(open("", declared).texts.iter().any(|piece| piece.text.contains("При")));
}

#[test]
fn texts_are_told_where_their_second_half_is_written_otherwise() {
    let words = "Größe über alles ".repeat(6000);
    let latin =
        |text: &str| text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect::<Vec<u8>>();
    let tail = "\nJörg Müller in Köln schön für";
    let document = open("a.txt", &[words.as_bytes(), &latin(tail)].concat());
    assert!(document.texts.iter().any(|piece| piece.text.contains("Jörg Müller")), "later bytes");
    let document = open("a.txt", &[&latin(&words), tail.as_bytes()].concat());
    assert!(document.texts.iter().any(|piece| piece.text.contains("Jörg Müller")), "earlier bytes");
    let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let plain = "plain words and more of them ".repeat(4000);
    hides("narrow, then wide", &[plain.as_bytes(), &wide(SECRET)].concat());
    hides("wide, then narrow", &[&wide(&plain), SECRET.as_bytes()].concat());
    hides(
        "marked wide, then narrow",
        &[b"\xff\xfe", wide("x").as_slice(), SECRET.as_bytes()].concat(),
    );
    hides(
        "zeros between",
        &[
            b"plain ".as_slice(),
            &SECRET.bytes().flat_map(|byte| [byte, 0]).collect::<Vec<u8>>(),
            plain.as_bytes(),
        ]
        .concat(),
    );
    hides("binary later", &[plain.as_bytes(), &[1; 5000], SECRET.as_bytes()].concat());
}
