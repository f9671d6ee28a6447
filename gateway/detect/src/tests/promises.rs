//! Streams, split values, fuel, order.

use super::shipped;
use crate::{Detector, DetectorId, Finding, Fuel, LOOK_BEHIND, Level, Piece, Scratch, Span, Text};

fn scan(texts: &[Text<'_>]) -> Vec<Finding> {
    shipped().scan(&mut Scratch::default(), texts, &mut Fuel::new(u64::MAX)).unwrap().to_vec()
}

fn one(body: &str) -> Vec<Finding> {
    scan(&[Text { label: "", body, flows: false }])
}

fn ids(findings: &[Finding]) -> Vec<(String, Level)> {
    findings.iter().map(|f| (shipped().info(f.detector()).id.clone(), f.level())).collect()
}

/// Cuts the text at every character; what is settled must be as in the whole.
pub(super) fn settles(text: &str) {
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
        assert_eq!(until(&one(head), mark), until(&whole, mark), "cut at {cut}, settled {mark}");
        assert!(
            !whole
                .iter()
                .any(|f| f.pieces().iter().any(|p| p.span.start < mark && mark < p.span.end)),
            "cut at {cut}, mark {mark} inside a finding"
        );
    }
}

#[test]
fn every_example_settles_at_every_cut() {
    for text in crate::examples::texts(&shipped().examples).filter(|t| t.len() < 400) {
        settles(text);
        settles(&format!(
            "{text} and then some more words follow, so that the window closes behind it. {text}"
        ));
    }
}

#[test]
fn ordinary_prose_is_settled_but_for_its_last_word() {
    let text = "Thank you for asking. The weather in spring is often mild and pleas";
    assert_eq!(shipped().settled(text), text.rfind(' ').unwrap() + 1);
}

fn split(parts: &[&str]) -> Vec<Finding> {
    let texts: Vec<Text<'_>> =
        parts.iter().map(|body| Text { label: "", body, flows: true }).collect();
    scan(&texts)
}

#[test]
fn a_value_split_over_texts_is_found_with_all_its_pieces() {
    let found = split(&["my card is 4111 1111", "1111 1111 thanks"]);
    assert_eq!(ids(&found), [("fin.card".to_owned(), Level::Confirmed)]);
    let piece = |text, start, end| Piece { text, span: Span { start, end } };
    assert_eq!(found[0].pieces(), [piece(0, 11, 20), piece(1, 0, 9)]);
    let found = split(&["IBAN DE89 3704", " 0044 0532", " 0130 00"]);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].pieces().len(), 3);
    let letters: Vec<String> = "DE89370400440532013000".chars().map(String::from).collect();
    let letters: Vec<&str> = letters.iter().map(String::as_str).collect();
    assert_eq!(split(&letters).first().map(|f| f.pieces().len()), Some(22));
}

#[test]
fn long_texts_join_only_at_their_ends_and_still_texts_do_not_join() {
    let filler = "plain words without any meaning. ".repeat(20);
    let (head, tail) = (format!("{filler} write to jane@exam"), format!("ple.com {filler}"));
    assert_eq!(ids(&split(&[&head, &tail])), [("contact.email".to_owned(), Level::Likely)]);
    let still = |body| Text { label: "", body, flows: false };
    assert!(scan(&[still(&head), still(&tail)]).is_empty());
}

#[test]
fn a_label_is_context() {
    let labelled = |label| scan(&[Text { label, body: "601142087", flows: false }]);
    assert_eq!(ids(&labelled("ssn")), [("us.ssn-digits".to_owned(), Level::Confirmed)]);
    assert_eq!(ids(&labelled("customerSSN")).len(), 1);
    assert_eq!(ids(&labelled("customer_ssn")).len(), 1);
    assert!(labelled("total").iter().all(|f| f.level() < Level::Likely));
}

#[test]
fn spent_fuel_is_an_error_and_not_a_clean_text() {
    let text = Text { label: "", body: "write to jane.doe@mail.example.org", flows: false };
    assert!(shipped().scan(&mut Scratch::default(), &[text], &mut Fuel::new(10)).is_err());
    let mut fuel = Fuel::new(100_000);
    assert!(shipped().scan(&mut Scratch::default(), &[text], &mut fuel).is_ok());
    assert!(fuel.left() > 90_000);
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
        "AKIA",
        "password=",
        "é1",
        "4111 1111 1111 1111 ",
        "1,2,",
        "DE89 ",
    ] {
        let cost = |n: usize| {
            let body = unit.repeat(n / unit.len());
            let mut fuel = Fuel::new(u64::MAX);
            let text = Text { label: "", body: &body, flows: false };
            shipped().scan(&mut Scratch::default(), &[text], &mut fuel).unwrap();
            u64::MAX - fuel.left()
        };
        let (small, large) = (cost(8_000), cost(64_000));
        assert!(large < small * 12, "{unit:?}: {small} then {large}");
        assert!(large < 64_000 * 400, "{unit:?}: {large}");
    }
}

#[test]
fn numbers_that_are_something_else_are_left_alone() {
    for text in [
        "commit 4b825dc642cb6eb9a060e54bf8d69288fbee4904",
        "id 550e8400-e29b-41d4-a716-446655440000",
        "at 1700000000 and 1700000000000",
        "2024-05-01T12:34:56.789Z",
        "version 10.2.33.4",
        "order no 4111111111111111",
        "tracking 1Z999AA10123456784",
        "the 2023-2024 season, pages 123-456",
    ] {
        let sure: Vec<_> =
            ids(&one(text)).into_iter().filter(|(_, level)| *level >= Level::Likely).collect();
        assert!(sure.is_empty(), "{text}: {sure:?}");
    }
}

#[test]
fn plain_separators_do_not_hide_a_number() {
    for text in [
        "4111 1111 1111 1111",
        "4111-1111-1111-1111",
        "4111.1111.1111.1111",
        "4111/1111/1111/1111",
        "4111\u{a0}1111\u{a0}1111\u{a0}1111",
        "4111\u{2011}1111\u{2011}1111\u{2011}1111",
    ] {
        assert_eq!(ids(&one(text)).first().map(|f| f.0.as_str()), Some("fin.card"), "{text}");
    }
    assert_eq!(
        ids(&one("身份证号码是4111111111111111吗")).first().map(|f| f.0.as_str()),
        Some("fin.card")
    );
}

#[test]
fn the_detector_is_shared() {
    fn shared<T: Send + Sync>() {}
    shared::<Detector>();
}
