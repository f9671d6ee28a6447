//! What encodings, look-alikes and spacing may not do: hide, run away, point between characters.

mod depth;
mod packed;

use proptest::prelude::*;

use super::shipped;
use crate::{Finding, Fuel, Level, Piece, Scratch, Text};

fn scan(texts: &[Text<'_>]) -> (Vec<Finding>, Vec<Piece>) {
    let mut scratch = Scratch::default();
    let found = shipped().scan(&mut scratch, texts, &mut Fuel::new(u64::MAX)).unwrap();
    (found.findings.to_vec(), found.unread.to_vec())
}

fn check(text: &str, expect: &[(&str, &str)]) {
    let (found, unread) = scan(&[Text::alone("", text)]);
    let told: Vec<(&str, &str)> = found
        .iter()
        .filter(|f| f.level() >= Level::Likely)
        .map(|f| {
            let span = f.pieces()[0].span;
            (shipped().info(f.detector()).id.as_str(), text.get(span.start..span.end).unwrap())
        })
        .collect();
    assert_eq!(told, expect, "{text}");
    assert_eq!(unread, [], "{text}");
}

#[test]
fn what_is_written_byte_by_byte_is_found_where_it_stands_and_a_run_as_a_whole() {
    check("to anna%40sozialamt-graz.at now", &[("contact.email", "anna%40sozialamt-graz.at")]);
    check("to anna&#64;sozialamt-graz.at now", &[("contact.email", "anna&#64;sozialamt-graz.at")]);
    check(
        r"to anna\u0040sozialamt-graz.at now",
        &[("contact.email", r"anna\u0040sozialamt-graz.at")],
    );
    check(
        "to anna (at) sozialamt-graz (dot) at now",
        &[("contact.email", "anna (at) sozialamt-graz (dot) at")],
    );
    check(
        "card 4111\u{200b}1111\u{200b}1111\u{200b}1111.",
        &[("fin.card", "4111\u{200b}1111\u{200b}1111\u{200b}1111")],
    );
    check(
        "say d3JpdGUgdG8gYW5uYUBzb3ppYWxhbXQuYXQgbm93 to him",
        &[("contact.email", "d3JpdGUgdG8gYW5uYUBzb3ppYWxhbXQuYXQgbm93")],
    );
}

#[test]
fn prose_of_other_scripts_is_left_alone() {
    for text in [
        "Встреча состоится в 10:30 в комнате 7, придут 14 человек.",
        "会議は２０２４年３月１２日に行われます。",
        "الاجتماع يوم ١٢ مارس ٢٠٢٤ في الغرفة ٧.",
        "می‌خواهم کتاب‌ها را بخوانم.",
        "Sıcak bir günde ışık ve ısı.",
        "x² + y² = z², ½ of it, 5 µm, №5, 👩‍👩‍👧 and 1️⃣.",
    ] {
        check(text, &[]);
    }
}

#[test]
fn runs_of_any_script_and_in_any_company_are_read() {
    for run in [
        // `Jörg Müller, IBAN …`, `{"имя":…, "почта": …}`, `张三 …`
        "SsO2cmcgTcO8bGxlciwgYW5uYUBzb3ppYWxhbXQuYXQ=",
        "eyLQuNC80Y8iOiLQmNCy0LDQvSIsIm1haWwiOiJhbm5hQHNvemlhbGFtdC5hdCJ9",
        "5byg5LiJIGFubmFAc296aWFsYW10LmF0",
        "616e6e6140736f7a69616c616d742e6174",
    ] {
        let plain = run.trim_end_matches('=');
        for text in [
            run.to_owned(),
            format!("{plain}/v2/orders/recent"),
            format!("{plain}-1"),
            format!("{plain}_x"),
        ] {
            let (found, unread) = scan(&[Text::alone("", &format!("get {text} now"))]);
            let mail = |f: &&Finding| shipped().info(f.detector()).id == "contact.email";
            let span = found.iter().find(mail).map(|f| f.pieces()[0].span);
            assert!(
                span.is_some_and(|span| span.start == 4 && span.len() >= plain.len()),
                "{text}"
            );
            assert_eq!(unread, [], "{text}");
        }
    }
    let number = "616e6e6140736f7a69616c616d742e6174";
    for mark in ["0x", "0X", "x"] {
        let run = format!("{mark}{number}");
        check(&format!("set {run} now"), &[("contact.email", &run)]);
    }
    check(&format!(r"set '\x{number}' now"), &[("contact.email", &format!(r"\x{number}"))]);
}

#[test]
fn every_short_text_is_read() {
    let signs = [
        "一",
        "三",
        "月",
        "四",
        "5",
        "a",
        "Z",
        " ",
        "\n",
        "é",
        "u",
        "\u{308}",
        "\u{301}",
        "①",
        "x",
        "０",
        "А",
        "か",
        "ก",
        "안",
        "ا",
        "%",
        "&#",
        "\\",
        "=",
        "+",
        "(",
        "<",
        "@",
        ".",
        "-",
        "*",
        "`",
        "\u{200b}",
        "\u{E0041}",
        "\u{FE0F}",
        "👩",
        "\u{1}",
        "null",
        "0x",
    ];
    let mut scratch = Scratch::default();
    for one in signs {
        for two in signs {
            for three in signs {
                let text = format!("{one}{two}{three}");
                let texts = [Text::alone("", &text)];
                assert!(shipped().scan(&mut scratch, &texts, &mut Fuel::new(u64::MAX)).is_ok());
            }
            assert!(shipped().settled(&format!("{one}{two}")) <= one.len() + two.len());
        }
    }
}

fn sixteen(text: &str) -> String {
    text.bytes().map(|b| format!("{b:02x}")).collect()
}

#[test]
fn a_large_text_is_read_in_stretches_that_lose_nothing_between_them() {
    let unit = "the road 4\u{200b}2 and a%20b ";
    let value = "anna.berger%40sozialamt-graz.at ";
    let text = (0..200).fold(String::new(), |text, _| text + &unit.repeat(90) + value);
    assert!(text.len() > 3 * 128 * 1024);
    let (found, unread) = scan(&[Text::alone("", &text)]);
    let email = shipped().find("contact.email").unwrap();
    assert_eq!(found.iter().filter(|f| f.detector() == email).count(), 200);
    assert_eq!(unread, []);
}

#[test]
fn a_hidden_value_split_over_texts_is_found() {
    let said = |body| Text { flows: true, circle: 1, ..Text::alone("", body) };
    for parts in [
        ["my card is 4111%201111%20", "1111%201111 thanks"],
        ["write to anna.berger (at) sozia", "lamt-graz (dot) at please"],
        ["write to YW5uYS5iZXJnZXJAc29", "6aWFsYW10LWdyYXouYXQ= please"],
    ] {
        let (found, _) = scan(&parts.map(said));
        assert!(found.iter().any(|f| f.pieces().len() == 2), "{parts:?}: {found:?}");
    }
}

/// Text of what the normal form looks for.
fn pieces() -> impl Strategy<Value = String> {
    let some = prop::sample::select(vec![
        "%", "4", "1", "%34", "&#", "&#52;", ";", "\\", "\\u0034", "=", "=34", "é", "ａ", "а",
        "\u{200b}", "\u{301}", "@", ".", " ", " at ", " dot ", "(at)", "a", "QUJD", "6a6f", "=?",
        "?=", "utf-8?B?", "+AEA-", "U+0041", "<~", "~>", "one ", "two ", "\n", "東", "😀", "-",
        "data:", ";base64,", "ghp_",
    ]);
    prop::collection::vec(some, 0..60).prop_map(|all| all.concat())
}

proptest! {
    #[test]
    fn findings_lie_between_characters_and_come_again(text in pieces()) {
        let (found, unread) = scan(&[Text::alone("", &text)]);
        for piece in found.iter().flat_map(Finding::pieces).chain(&unread) {
            prop_assert!(text.get(piece.span.start..piece.span.end).is_some_and(|t| !t.is_empty()));
        }
        prop_assert_eq!(scan(&[Text::alone("", &text)]), (found, unread));
        let mark = shipped().settled(&text);
        prop_assert!(text.is_char_boundary(mark));
    }
}
