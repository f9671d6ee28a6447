//! What is bytes and what is text.

use super::*;

/// 300 letters of base64 without a pattern.
fn letters(count: usize) -> String {
    let mut state = 7u32;
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let letter = |_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        char::from(alphabet[(state >> 26) as usize])
    };
    (0..count).map(letter).collect()
}

fn check(text: &str, expect: Option<Modality>) {
    assert_eq!(carried(text), expect, "{} bytes", text.len());
}

#[test]
fn only_what_could_be_bytes_is_base64() {
    for text in ["", "QQ==", "QUI=", "QUJD", "QQ", "QUI", "QUJD\r\nREVG\n", "a-_b", "a+/b"] {
        assert!(is_base64(text), "{text:?}");
    }
    for text in ["Q", "QQ=", "Q===", "Q=Q=", "QUJDR", "a-/b", "an na", "a@b.", "QQ==\nQQ=="] {
        assert!(!is_base64(text), "{text:?}");
    }
}

#[test]
fn a_long_run_is_no_text() {
    let run = letters(300);
    check(&run, Some(Modality::Opaque));
    check(&letters(255), None);
    check(&format!(" {}\t", run), Some(Modality::Opaque));
    check(&format!("{}!{}", &run[..100], &run[100..]), Some(Modality::Opaque));
    check(&run.replace('+', "-").replace('/', "_"), Some(Modality::Opaque));
    let lines: Vec<&str> = (0..4).map(|at| &run[at * 75..(at + 1) * 75]).collect();
    check(&lines.join("\r\n"), Some(Modality::Opaque));
    check(&format!("{}==", &run[..298]), Some(Modality::Opaque));
}

#[test]
fn text_is_no_run() {
    check(&"The quick brown fox has 3 tails. ".repeat(30), None);
    check(&"x".repeat(5000), None);
    check(&"0123456789abcdef".repeat(40), None);
    check(&"ACGTTGCA".repeat(100), None);
    check(&format!("Decode this, please, if you can: {}", letters(300)), None);
    check(&"Donaudampfschifffahrt 7 ".repeat(20), None);
    check(&format!("=?utf-8?Q?{}?=", "=54=68=65_town=2E".repeat(20)), None);
    check("data: a word, and then the rest of it is prose of some length", None);
    check("", None);
}

#[test]
fn files_tell_themselves() {
    let rest = letters(60);
    for (head, modality) in [
        ("iVBORw0KGgo", Modality::Image),
        (" \u{feff}iVBO Rw0K!Ggo", Modality::Image),
        ("_9j_4AAQSkZJRg", Modality::Image),
        ("R0lGODlh", Modality::Image),
        ("UklGRiQAAABXRUJQVlA4", Modality::Image),
        ("UklGRv////9XQVZFZm10IBAA", Modality::Audio),
        ("T2dnUwAC", Modality::Audio),
        ("SUQzBAAAAAA", Modality::Audio),
        ("JVBERi0xLjMK", Modality::File),
        ("UEsDBBQAAAAI", Modality::File),
    ] {
        check(&format!("{head}{rest}"), Some(modality));
    }
    check("iVBORw0KGgo is how a PNG begins", None);
}

#[test]
fn data_urls_tell_themselves() {
    let rest = letters(60);
    for (head, modality) in [
        ("data:image/png;base64,", Modality::Image),
        (" DATA:audio/wav; base64 ,", Modality::Audio),
        ("data:;base64,", Modality::Opaque),
        ("data:application/pdf;name=a.pdf;base64, ", Modality::File),
        ("data:image/svg+xml,%3Csvg", Modality::Image),
        ("data:weird/x;base64,", Modality::Opaque),
    ] {
        check(&format!("{head}{rest}"), Some(modality));
    }
}
