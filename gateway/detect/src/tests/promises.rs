//! What counts as context, what gives way, and what hides no value.

mod settled;
mod split;

use super::shipped;
use crate::{Detector, Finding, Fuel, Level, Scratch, Span, Text};
pub(super) use settled::settles;

fn scan(texts: &[Text<'_>]) -> Vec<Finding> {
    let mut scratch = Scratch::default();
    shipped().scan(&mut scratch, texts, &mut Fuel::new(u64::MAX)).unwrap().to_vec()
}

fn one(body: &str) -> Vec<Finding> {
    scan(&[Text::alone("", body)])
}

fn ids(findings: &[Finding]) -> Vec<(String, Level)> {
    findings.iter().map(|f| (shipped().info(f.detector()).id.clone(), f.level())).collect()
}

#[test]
fn what_gives_way_is_told() {
    let mut scratch = Scratch::default();
    let texts = [Text::alone("", "api_key = GB82WEST12345698765432")];
    let found = shipped().scan(&mut scratch, &texts, &mut Fuel::new(u64::MAX)).unwrap();
    assert_eq!(ids(&found), [("fin.iban".to_owned(), Level::Confirmed)]);
    let key = shipped().find("cred.assignment").unwrap();
    let told = found.overruled.iter().find(|f| f.detector() == key).unwrap();
    assert_eq!((told.level(), told.pieces()[0].span.end), (Level::Likely, texts[0].body.len()));
}

/// A text of one voice, which may go on in the next one.
pub(super) fn said(voice: u8, body: &str) -> Text<'_> {
    Text { flows: true, voice, circle: 1, ..Text::alone("", body) }
}

/// The fields of a record as a gateway cuts them: names and values in order.
fn record(fields: &[&str]) -> Vec<(String, Level)> {
    let texts: Vec<Text<'_>> =
        fields.iter().map(|body| Text { circle: 1, ..Text::alone("", body) }).collect();
    ids(&scan(&texts))
}

#[test]
fn a_record_is_its_own_context() {
    let condition = [("health.condition".to_owned(), Level::Likely)];
    assert_eq!(record(&["patient", "Max Huber", "condition", "schizophrenia"]), condition);
    assert_eq!(record(&["condition", "schizophrenia", "subject", "patient 17"]), condition);
    assert_eq!(record(&["What is your diagnosis?", "schizophrenia"]), condition);
    let code = [("health.icd10".to_owned(), Level::Likely)];
    assert_eq!(record(&["type", "ICD-10 diagnosis", "code", "E11.9"]), code);
    assert_eq!(record(&["patient", "diagnosis", "Max Huber", "E11.9"]), code);
    let coding =
        ["subject", "patient 17", "system", "http://hl7.org/fhir/sid/icd-10", "code", "E11.9"];
    assert_eq!(record(&coding), code);
    assert_eq!(record(&["a book", "topic", "schizophrenia", "pages", "12"]), []);
}

#[test]
fn a_neighbour_never_makes_a_value_harmless_and_other_circles_do_not_speak() {
    assert_eq!(
        record(&["trace", "span", "4111111111111111"]).first().map(|f| f.1),
        Some(Level::Likely)
    );
    let circle = |circle, body| Text { circle, ..Text::alone("", body) };
    assert_eq!(scan(&[circle(1, "the patient"), circle(2, "schizophrenia")]), []);
    assert_eq!(scan(&[circle(0, "the patient"), circle(0, "schizophrenia")]), []);
}

#[test]
fn emphasis_and_escapes_hide_nothing() {
    let key = ["AKIA", "Q3EGRIFS2PTNKM4B"].concat();
    for value in [
        "DE89370400440532013000",
        "4111111111111111",
        "anna.berger@sozialamt.at",
        "NATO SECRET",
        &key,
    ] {
        let bare = ids(&one(value));
        assert_eq!(bare.len(), 1, "{value}");
        for (before, after) in [
            ("_", "_"),
            ("a __", "__ b"),
            (r"x\n", r"\ny"),
            (r"\u00e9", r"\u00e9"),
            (r"\t", r"\r\n"),
        ] {
            let found = one(&format!("{before}{value}{after}"));
            assert_eq!(ids(&found), bare, "{before}{value}{after}");
            let span = Span { start: before.len(), end: before.len() + value.len() };
            assert_eq!(found[0].pieces()[0].span, span, "{before}{value}{after}");
        }
    }
    assert_eq!(ids(&one(r"first\nssn: 601-14-2087")).len(), 1);
}

#[test]
fn a_long_private_key_is_one_finding() {
    let line = "aB3dE5fG7hJ9kL2mN4pQ6rS8tU1vW3xY5zA7bC9dE2fG4hJ6kL8mN1pQ3rS5tU7v\n";
    let key = |lines: usize| {
        let (begin, end) =
            (["-----BEGIN ", "PRIVATE KEY-----\n"], ["-----END ", "PRIVATE KEY-----"]);
        format!("{}{}{}", begin.concat(), line.repeat(lines), end.concat())
    };
    let text = format!("{}\nthanks", key(3000));
    let found = one(&text);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].pieces()[0].span, Span { start: 0, end: text.len() - 7 });
    let text = key(300);
    assert_eq!(shipped().settled(text.get(..18_000).unwrap()), 0);
}

#[test]
fn a_label_is_context() {
    let labelled = |label| scan(&[Text::alone(label, "601142087")]);
    assert_eq!(ids(&labelled("ssn")), [("us.ssn-digits".to_owned(), Level::Confirmed)]);
    assert_eq!(ids(&labelled("customerSSN")).len(), 1);
    assert_eq!(ids(&labelled("customer_ssn")).len(), 1);
    assert!(labelled("total").iter().all(|f| f.level() < Level::Likely));
}

#[test]
fn numbers_that_are_something_else_are_left_alone() {
    for text in [
        "commit 4b825dc642cb6eb9a060e54bf8d69288fbee4904",
        "id 550e8400-e29b-41d4-a716-446655440000",
        "at 1700000000 and 1700000000000",
        "2024-05-01T12:34:56.789Z",
        "version 10.2.33.4",
        "trace id 4111111111111111",
        "tracking 1Z999AA10123456784",
        "the 2023-2024 season, pages 123-456",
    ] {
        let sure: Vec<_> =
            ids(&one(text)).into_iter().filter(|(_, level)| *level >= Level::Likely).collect();
        assert!(sure.is_empty(), "{text}: {sure:?}");
    }
}

#[test]
fn a_column_of_other_numbers_holds_no_identifiers() {
    let pesels = ["85081510002", "44051401359", "02070803628"];
    assert_eq!(one(&pesels.join("\n")).len(), 3);
    // One in ten holds by chance.
    let others = ["85081510003", "44051401351", "85081510002", "52010112340", "61071212349"];
    for between in ["\n", " | "] {
        let found = one(&others.join(between));
        assert!(found.iter().all(|f| f.level() == Level::Possible), "{between:?}");
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
