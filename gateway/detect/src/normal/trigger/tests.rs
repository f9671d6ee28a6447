//! What is marked, and that it does not matter where in a block it stands.

use super::*;

/// The marks of a text that has its value between `«` and `»`, and the value's place.
fn marked(text: &str) -> (Vec<Mark>, Span) {
    let start = text.find('«').unwrap_or(0);
    let text = text.replace('«', "");
    let end = text.find('»').unwrap_or(text.len());
    let (mut runs, mut found) = (Runs::default(), Vec::new());
    runs.allow(1 << 20);
    marks(&text.replace('»', ""), &mut runs, &mut found);
    (found, Span { start, end })
}

/// Checks that a text has a mark of this kind, and none outside of its value, wherever in a block it stands. Its value is long: what is seen
/// by how it stands in a block is not seen if less of it is in each of two.
fn check(text: &str, kind: Kind) {
    for before in 0..=WIDTH {
        let text = format!("{}{text}", " ".repeat(before));
        let (found, value) = marked(&text);
        assert!(found.iter().any(|mark| mark.kind == kind), "{text:?}: {found:?}");
        let inside = |mark: &Mark| (value.start..value.end).contains(&mark.span.start);
        assert!(found.iter().all(inside), "{text:?}: {found:?}");
    }
}

#[test]
fn runs_and_code_points_are_marked() {
    check("say «d3JpdGUgdG8gYW5uYUBzb3ppYWxhbXQuYXQgbm93» to him", Kind::Encoded);
    check("say «616e6e6140736f7a69616c616d742e6174» to him", Kind::Encoded);
    check("to anna«+AEA-»graz.at", Kind::Encoded);
    check("to «U+0041 U+0042 U+0043 U+0044 U+0045 U+0046 U+0047 U+0048» him", Kind::Encoded);
}

#[test]
fn numbers_that_stand_apart_and_rows_are_marked() {
    check("card «4 5 3 9 1 4 8 8»", Kind::Apart);
    check("card «4111 - 1111 - 1111 - 1111» it is", Kind::Apart);
    check("text «6a 6f 68 6e 2e 64 6f 65 40 6d 61 69 6c 2e 61 74» end", Kind::Apart);
    check("card «4\t\t| 5\t\t| 3\t\t| 9\t\t| 1\t\t| 4» it is", Kind::Row);
}

#[test]
fn digits_in_words_are_marked() {
    check("it is «four five three nine one four eight eight zero» here", Kind::Apart);
    check("it is «четыре пять три девять один четыре восемь» here", Kind::Apart);
    check("it is «四五三九一四» here", Kind::Apart);
}

#[test]
fn signs_are_marked() {
    check("to anna«%40»graz.at", Kind::Encoded);
    check("to anna«&#64;»graz.at", Kind::Encoded);
    check(r"to anna«\u0040»graz.at", Kind::Encoded);
    check("to «=?utf-8?B?YW5uYQ==?=» now", Kind::Encoded);
    check("to anna« (at) »graz", Kind::Form);
    check("to anna« @ »graz.at", Kind::Form);
    check("to anna« at »graz dot at", Kind::Form);
    check("card 4111«\u{1}»1111", Kind::Form);
    check("it is AT61 1904 3002«\n»3457 3201 now", Kind::Joint);
}

#[test]
fn characters_beyond_ascii_are_marked() {
    check("card 4111«\u{200b}»1111", Kind::Form);
    check("ann«а» here", Kind::Form);
    check("Fu«\u{308}»r", Kind::Composed);
    check("x«\u{E0034}\u{E0035}\u{E0033}\u{E0039}\u{E0031}\u{E0034}»", Kind::Spelled);
}

#[test]
fn prose_and_code_are_not_marked() {
    for text in [
        "The committee met on Tuesday, and 5 of 12 were there (at noon).",
        "Встреча состоится в 10:30 в комнате 7, придут 14 человек.",
        "if a == b && c[i] != d { return f(a, \"x\\n\"); } // 100 % of it",
        "call getElementsByClassName, see commit 4b825dc642cb6eb9a060e54bf8d69288fbee4904",
    ] {
        assert!(marked(text).0.is_empty(), "{text}");
    }
}

#[test]
fn marks_of_a_kind_that_are_near_are_one() {
    let (found, _) = marked("a%40b and c%40d");
    assert_eq!(found.len(), 1);
    let far = format!("a%40b {} c%40d", "and ".repeat(40));
    assert_eq!(marked(&far).0.len(), 2);
}
