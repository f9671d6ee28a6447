//! What is nested too deep or unpacks to too much is unread.

use super::{scan, sixteen};
use crate::{Piece, Span, Text};

#[test]
fn what_is_nested_too_deep_or_unpacks_to_too_much_is_unread() {
    let mut text = "write to anna.berger@sozialamt-graz.at".to_owned();
    for depth in 1..=6 {
        text = sixteen(&text);
        let (found, unread) = scan(&[Text::alone("", &text)]);
        let span = Span { start: 0, end: text.len() };
        if depth <= 4 {
            assert_eq!(
                found.iter().map(|f| f.pieces()[0].span).collect::<Vec<_>>(),
                [span],
                "{depth}"
            );
            assert_eq!(unread, []);
        } else {
            assert_eq!(unread, [Piece { text: 0, span }], "{depth}");
        }
    }
    let long = sixteen(&"plain words without any meaning. ".repeat(2000));
    let (_, unread) = scan(&[Text::alone("", &long)]);
    assert_eq!(unread.len(), 1);
}

#[test]
fn whatever_is_hidden_too_deep_is_unread() {
    for inner in ["4111\u{200b}1111\u{200b}1111\u{200b}1111", "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1"] {
        let text = (0..4).fold(inner.to_owned(), |text, _| sixteen(&text));
        let (found, unread) = scan(&[Text::alone("", &text)]);
        assert_eq!((found.len(), unread.len()), (0, 1), "{inner}");
    }
}

#[test]
fn each_codec_is_unread_one_deeper_than_it_is_read() {
    let each = |text: &str, form: fn(u8) -> String| text.bytes().map(form).collect::<String>();
    type Write<'a> = &'a dyn Fn(&str) -> String;
    let codecs: [(&str, Write<'_>); 4] = [
        ("percent", &|text| each(text, |b| format!("%{b:02X}"))),
        ("entities", &|text| each(text, |b| format!("&#{b};"))),
        ("codes", &|text| each(text, |b| format!("{b},"))),
        ("hexadecimal", &|text| sixteen(text)),
    ];
    for (name, write) in codecs {
        let deep = |n: usize| (0..n).fold("4111111111111111".to_owned(), |text, _| write(&text));
        assert_eq!(scan(&[Text::alone("", &deep(2))]).1, [], "{name}");
        assert_ne!(scan(&[Text::alone("", &deep(5))]).1, [], "{name}");
    }
    let percent = (0..7).fold("41%2041%2041".to_owned(), |text, _| text.replace('%', "%25"));
    assert_ne!(scan(&[Text::alone("", &percent)]).1, []);
}

#[test]
fn what_is_too_deep_over_two_texts_is_unread_in_both() {
    let text = (0..5).fold("secret".to_owned(), |text, _| sixteen(&text));
    let (head, tail) = text.split_at(text.len() / 2);
    let said = |body| Text { flows: true, circle: 1, ..Text::alone("", body) };
    assert_eq!(scan(&[said(head)]).1, []);
    assert_eq!(scan(&[said(tail)]).1, []);
    let (_, unread) = scan(&[said(head), said(tail)]);
    assert_eq!(unread.iter().map(|piece| piece.text).collect::<Vec<_>>(), [0, 1]);
}
