//! Streams: what is settled stays, wherever a text is cut.

use super::one;
use crate::tests::{evasion_cases, shipped};
use crate::{DetectorId, Finding, LOOK_BEHIND, Level, Span, context_from};

/// Cuts the text at every character; what is settled must be as in the whole.
pub(in crate::tests) fn settles(text: &str) {
    let whole = one(text);
    let until = |found: &[Finding], mark: usize| -> Vec<(DetectorId, Level, Span)> {
        let piece =
            |f: &Finding| f.pieces().first().copied().map(|p| (f.detector(), f.level(), p.span));
        found.iter().filter_map(piece).filter(|(_, _, s)| s.end <= mark).collect()
    };
    for cut in (0..=text.len()).filter(|i| text.is_char_boundary(*i)) {
        let head = text.get(..cut).unwrap();
        let mark = shipped().settled(head);
        assert!(mark <= cut && cut - mark <= LOOK_BEHIND && text.is_char_boundary(mark));
        assert_eq!(
            until(&one(head), mark),
            until(&whole, mark),
            "cut at {cut}, settled {mark}: {text:?}"
        );
        assert!(
            !whole
                .iter()
                .any(|f| f.pieces().iter().any(|p| p.span.start < mark && mark < p.span.end)),
            "cut at {cut}, mark {mark} inside a finding: {text:?}"
        );
    }
}

#[test]
fn every_example_settles_at_every_cut() {
    for text in crate::examples::texts(&shipped().examples).filter(|t| t.len() < 400) {
        settles(text);
        settles(&format!("\"{text}\" ").repeat(3));
        settles(&format!(
            "{text} and then some more words follow, so that the window closes behind it. {text}"
        ));
    }
}

#[test]
fn hidden_values_settle_at_every_cut() {
    for text in evasion_cases().filter(|t| t.len() < 300).step_by(5) {
        settles(&text);
    }
}

#[test]
fn addresses_in_words_settle_at_every_cut() {
    for address in [
        "anna at sozialamt-graz dot at",
        "anna.berger at sozialamt-graz dot at",
        "anna at mail dot sozialamt-graz dot at",
        "anna dot berger at sozialamt-graz dot at",
        "anna dot maria dot berger at mail dot sozialamt-graz dot at",
        "anna (dot) berger (at) sozialamt-graz (dot) at",
    ] {
        let text = format!("Please write to {address} before noon.");
        assert!(!one(&text).is_empty(), "{text}");
        settles(&text);
    }
}

#[test]
fn what_is_kept_is_context_enough() {
    let said = "My voter registration number, as I told you before, is 123456789 here.";
    let ways: [fn(u32) -> String; 5] = [
        |c| char::from_u32(c).unwrap().to_string(),
        |c| format!("\\u{c:04x}"),
        |c| format!("\\U{c:08x}"),
        |c| format!("&#x{c:x};"),
        |c| format!("%{c:02X}"),
    ];
    for way in ways {
        let text: String = said.chars().map(|c| way(c.into())).collect();
        let whole = one(&text);
        assert!(!whole.is_empty(), "{text}");
        for cut in 0..text.len() {
            let mark = shipped().settled(text.get(..cut).unwrap());
            let from = context_from(&text, mark);
            let rest = |found: &[Finding], from: usize| -> Vec<(DetectorId, Level, usize)> {
                let place = |f: &Finding| f.pieces().first().map_or(0, |p| p.span.start + from);
                let all = found.iter().map(|f| (f.detector(), f.level(), place(f)));
                all.filter(|(.., start)| *start >= mark).collect()
            };
            assert_eq!(
                rest(&one(text.get(from..).unwrap()), from),
                rest(&whole, 0),
                "cut at {cut}, kept from {from}: {text}"
            );
        }
    }
}

#[test]
fn prose_with_these_words_is_held_no_longer() {
    for (text, open) in [
        ("We met at the", "met at the"),
        ("We met at the inn", "inn"),
        ("We met at the inn at ", "inn at "),
        ("We saw a dot in the", "the"),
    ] {
        assert_eq!(shipped().settled(text), text.len() - open.len(), "{text}");
    }
}

#[test]
fn ordinary_prose_is_settled_but_for_its_last_word() {
    let text = "Thank you for asking. The weather in spring is often mild and pleas";
    assert_eq!(shipped().settled(text), text.rfind(' ').unwrap() + 1);
}
