//! What a stream holds back, how long, and at what cost.

use super::{Held, stream, vault};
use crate::seen::HOLD_MAX;
use crate::source::Target;
use crate::vault::Vault;

#[test]
fn nothing_is_held_that_can_be_told() {
    let vault = vault();
    let held = |text: &str| {
        let (mut held, mut out) = (Held::default(), String::new());
        held.step(&vault, text, &mut out);
        if held.counts.restored == 0 {
            assert_eq!(format!("{out}{}", held.text), text);
        }
        held.text
    };
    for told in [
        "Hello there.",
        "Hello",
        "EMAILS",
        "[EMAX",
        "7F3K9Q2MXB",
        "x7F",
        "[[[[ ",
        "[  ",
        "é",
        "\\x",
        "[EMAIL-7F3K9Q2MX.",
        "NATIONAL IDX",
    ] {
        assert_eq!(held(told), if told == "[[[[ " { "[ " } else { "" }, "{told}");
    }
    for open in [
        "[",
        "\\",
        "\\[",
        "E",
        "EMAIL",
        "[ema",
        "[EMAIL-",
        "EMAIL - ",
        "7f3",
        "[EMAIL-7F3K9Q2MXA",
        "EMAIL-7F3K9Q2MXA\\",
        "National I",
        "【",
    ] {
        assert_eq!(held(&format!("so {open}")), open);
    }
    assert_eq!(held("[EMAIL-7F3K9Q2MXA]").len() + held("7F3K9Q2MXA.").len(), 0, "restored at once");
}

#[test]
fn a_stream_ends_and_begins_anew() {
    let (vault, mut held, mut out) = (vault(), Held::default(), String::new());
    held.step(&vault, "x[EMAIL-7F3K9Q2MX", &mut out);
    held.finish(&vault, &mut out);
    held.step(&vault, "EMAIL-7F3K9Q2MXA!", &mut out);
    held.finish(&vault, &mut out);
    assert_eq!(out, "x[EMAIL-7F3K9Q2MXAnn!");
    assert_eq!((held.counts.restored, held.text.len()), (1, 0));
}

#[test]
fn the_longest_spelling_fits_what_may_be_held() {
    let mut vault = Vault::default();
    let (word, code) = ("ABCDEFGHIJKLMNOPQRST", "0123456789ABCDEFGHJKMNPQRS");
    vault.keep(word, "value", [code.to_owned()].into_iter()).unwrap();
    let escape = |text: &str| -> String {
        text.chars().map(|c| format!("\\u{:04x}", u32::from(c))).collect()
    };
    let spread = format!("\\[ A - B - CD\u{2011}\u{2011}{}{code}\\]", &word[4..]);
    for text in [escape(&spread), spread.replace('\\', "\\\\")] {
        let (mut held, mut out, mut most) = (Held::new(Target::JsonString), String::new(), 0);
        for piece in text.split_inclusive(|_: char| true) {
            held.step(&vault, piece, &mut out);
            most = most.max(held.text.len());
        }
        held.finish(&vault, &mut out);
        assert_eq!(out, "value");
        assert!(most <= HOLD_MAX && most >= text.len() - 6, "{most} of {HOLD_MAX}");
    }
}

#[test]
fn hostile_text_takes_linear_time() {
    // Each of these would take minutes if work were quadratic.
    for unit in [
        "[EMAIL-",
        "[",
        "\\[",
        "EMAIL-7F3K9Q2MX",
        "E",
        "EMAIL ",
        "[EMAIL-7F3K9Q2MXA",
        "N-A-",
        "\\u004",
    ] {
        let text = unit.repeat((1 << 19) / unit.len());
        for target in [Target::Plain, Target::JsonString] {
            let vault = vault();
            let whole = vault.restore_in(target, &text);
            let pieces =
                text.as_bytes().chunks(7).map(|chunk| str::from_utf8(chunk).unwrap()).collect();
            assert!(stream(&vault, target, pieces).0 == whole.text, "{unit}");
        }
    }
}
