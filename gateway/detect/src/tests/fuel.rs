//! What a scan costs: fuel in proportion to the text, whatever it says.

use super::promises::said;
use super::shipped;
use crate::{Detector, Fuel, Scratch, Text};

#[test]
fn spent_fuel_is_an_error_and_not_a_clean_text() {
    let text = Text::alone("", "write to jane.doe@mail.example.org");
    assert!(shipped().scan(&mut Scratch::default(), &[text], &mut Fuel::new(10)).is_err());
    let mut fuel = Fuel::new(100_000);
    assert!(shipped().scan(&mut Scratch::default(), &[text], &mut fuel).is_ok());
    assert!(fuel.left() > 90_000);
}

/// Checks what so many repeats of a unit cost: as they become eight times longer, at most `times` as much.
fn costs_linear_fuel(unit: &str, times: u64) {
    let cost = |n: usize| {
        let body = unit.repeat(n / unit.len());
        let mut fuel = Fuel::new(u64::MAX);
        shipped().scan(&mut Scratch::default(), &[Text::alone("", &body)], &mut fuel).unwrap();
        u64::MAX - fuel.left()
    };
    let (small, large) = (cost(8_000), cost(64_000));
    assert!(large < small * times, "{unit:?}: {small} then {large}");
    assert!(large < 64_000 * 400, "{unit:?}: {large}");
}

#[test]
fn hostile_text_costs_linear_fuel() {
    for unit in [
        "1 ",
        "12-34/",
        "a.b@",
        "@",
        "eyJhbGciOiJ-",
        "::",
        "aa:",
        "+(",
        "-----BEGIN ",
        "-----BEGIN PRIVATE KEY-----\n",
        r"\n",
        r"\na.b@",
        "_",
        "AKIA",
        "password=",
        "é1",
        "4111 1111 1111 1111 ",
        "1,2,",
        "DE89 ",
    ] {
        costs_linear_fuel(unit, 12);
    }
}

#[test]
fn hostile_encodings_cost_linear_fuel() {
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
        costs_linear_fuel(unit, 14);
    }
}

#[test]
fn many_small_texts_cost_linear_fuel() {
    for unit in ["1 ", "a.b@", "x.at", "4111 1111", "E11.9", "schizophrenia", "password=", "a@b.at"]
    {
        let cost = |n: usize| {
            let labels = ["text", "other"];
            let texts: Vec<Text<'_>> =
                (0..n).map(|i| Text { label: labels[i % 2], ..said(0, unit) }).collect();
            let mut fuel = Fuel::new(u64::MAX);
            shipped().scan(&mut Scratch::default(), &texts, &mut fuel).unwrap();
            u64::MAX - fuel.left()
        };
        let (small, large) = (cost(1_000), cost(8_000));
        assert!(large < small * 12, "{unit:?}: {small} then {large}");
        assert!(large < 8_000 * 2_000, "{unit:?}: {large}");
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
