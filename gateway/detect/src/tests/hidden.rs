//! What encodings, look-alikes and spacing may not do: hide, run away, point between characters.

use proptest::prelude::*;

use super::shipped;
use crate::{Detector, Finding, Fuel, Level, Piece, Scratch, Span, Text};

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

fn sixteen(text: &str) -> String {
    text.bytes().map(|b| format!("{b:02x}")).collect()
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

/// Base 64 in lines of 60 digits.
fn lines(bytes: &[u8]) -> String {
    let digits = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for (i, group) in bytes.chunks(3).enumerate() {
        if i > 0 && i % 15 == 0 {
            out.push('\n');
        }
        let held = group.iter().fold(0u32, |held, b| held << 8 | u32::from(*b));
        let held = held << (8 * (3 - group.len()));
        out.extend(
            (0..=group.len())
                .map(|i| char::from(digits[usize::try_from(held >> (18 - 6 * i) & 63).unwrap()])),
        );
    }
    out
}

fn packed(text: &str, gzip: bool) -> Vec<u8> {
    use std::io::Write;
    let level = flate2::Compression::best();
    if gzip {
        let mut to = flate2::write::GzEncoder::new(Vec::new(), level);
        to.write_all(text.as_bytes()).unwrap();
        to.finish().unwrap()
    } else {
        let mut to = flate2::write::ZlibEncoder::new(Vec::new(), level);
        to.write_all(text.as_bytes()).unwrap();
        to.finish().unwrap()
    }
}

/// Which texts of one encoded value are found, and whether something is unread.
fn told(text: &str) -> (bool, bool) {
    let (found, unread) = scan(&[Text::alone("", text)]);
    let email = shipped().find("contact.email").unwrap();
    (found.iter().any(|f| f.detector() == email), !unread.is_empty())
}

#[test]
fn a_packed_text_is_read_as_far_as_it_goes() {
    let words = "The road should be mended before winter, said the committee on Tuesday. ";
    let text = format!("{words}Write to anna.berger@sozialamt-graz.at; {words}");
    for gzip in [false, true] {
        let whole = packed(&text, gzip);
        for cut in [0, 1, 5, 9] {
            let run = lines(&whole[..whole.len() - cut]);
            assert_eq!(told(&run), (true, false), "cut by {cut}");
            assert_eq!(told(&format!("see {} there", run.replace('\n', ""))), (true, false));
        }
        let large = text.repeat(3_000);
        assert_eq!(told(&lines(&packed(&large, gzip))), (false, true));
    }
    let two = [packed(words, true), packed(&text, true)].concat();
    assert_eq!(told(&lines(&two).replace('\n', "")), (true, false));
}

#[test]
fn lines_that_say_no_text_do_not_hide_those_around_them() {
    let words = "the road should be mended before winter, said the committee";
    let text =
        lines(format!("{words}; write to anna.berger@sozialamt-graz.at; {words}").as_bytes());
    let noise = lines(&[[b'A'; 12].as_slice(), &[0x80; 33]].concat());
    assert_eq!(noise.len(), 60);
    for block in [
        format!("{noise}\n{noise}\n{text}"),
        format!("{text}\n{noise}\n{noise}"),
        format!("{text}\nthanks"),
    ] {
        assert_eq!(told(&block), (true, false), "{block}");
    }
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

#[test]
fn hostile_text_costs_linear_fuel() {
    for unit in [
        "%",
        "%41",
        "%25",
        "&",
        "&#",
        "&#65;",
        "&amp;",
        "\\",
        "\\u",
        "\\u0041",
        "=",
        "=41",
        "=\n",
        "A",
        "QUFB",
        "41",
        "41 ",
        "4 ",
        "4-",
        "a ",
        "(at) ",
        "a (at) b (dot) ",
        " at a dot b",
        "one ",
        "one two ",
        "a\u{200b}",
        "\u{200b}",
        "а",
        "aа",
        "４",
        "٤ ",
        "=?utf-8?B?QUFB?=",
        "=?",
        "<~",
        "+AEA-",
        "U+0041",
        "U+0041 ",
        "é\u{301}",
        "H4sI",
        "eJy",
        "data:;base64,",
        "QUFB\n",
        "4111 - ",
        "1|",
        "1 0 ",
        "12|",
        "4,\n",
        "1. 4\n",
        "chr(52)+",
        "0x34,",
        "四",
        "double ",
        "four 5 ",
        "\u{E0034}",
        "4\u{E0034}",
        "4\u{1}",
        "\u{1B}[0m",
        "a @ b . c ",
        "a_at_b",
    ] {
        let cost = |n: usize| {
            let body = unit.repeat(n / unit.len());
            let mut fuel = Fuel::new(u64::MAX);
            shipped().scan(&mut Scratch::default(), &[Text::alone("", &body)], &mut fuel).unwrap();
            u64::MAX - fuel.left()
        };
        let (small, large) = (cost(8_000), cost(64_000));
        assert!(large < small * 14, "{unit:?}: {small} then {large}");
        assert!(large < 64_000 * 400, "{unit:?}: {large}");
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

#[test]
fn plain_ascii_has_no_view() {
    let words = "The committee met again on Tuesday and agreed that the road should be mended before winter; it costs 1,200 EUR (about 5 %).\n";
    let mut fuel = Fuel::new(u64::MAX);
    let body = words.repeat(100);
    shipped().scan(&mut Scratch::default(), &[Text::alone("", &body)], &mut fuel).unwrap();
    let plain: &Detector = shipped();
    let mut without = Fuel::new(u64::MAX);
    plain
        .engine
        .hits(
            crate::engine::Subject::bare(&body),
            &mut crate::engine::Work::default(),
            &mut without,
        )
        .unwrap();
    assert_eq!(fuel.left(), without.left());
}
