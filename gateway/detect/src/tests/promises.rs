//! Streams, split values, fuel, order.

use super::shipped;
use crate::{
    Detector, DetectorId, Finding, Fuel, LOOK_BEHIND, Level, Piece, Scratch, Span, Text,
    context_from,
};

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
    for text in super::evasion_cases().filter(|t| t.len() < 300).step_by(5) {
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

fn said(voice: u8, body: &str) -> Text<'_> {
    Text { flows: true, voice, circle: 1, ..Text::alone("", body) }
}

fn split(parts: &[&str]) -> Vec<Finding> {
    let texts: Vec<Text<'_>> = parts.iter().map(|body| said(0, body)).collect();
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
    assert!(scan(&[Text::alone("", &head), Text::alone("", &tail)]).is_empty());
}

/// A value cut at every place is still found by its detector.
#[test]
fn whatever_stops_a_request_stops_it_in_two_parts() {
    let families = ["credential", "marking-eu", "marking-nato", "marking-national"];
    let filler = "plain words without any meaning. ".repeat(20);
    for (rule, text, value) in crate::examples::positive(&shipped().examples) {
        let info = shipped().info(DetectorId(rule));
        if !families.contains(&info.family.as_str()) {
            continue;
        }
        for cut in (value.start + 1..value.end).filter(|i| text.is_char_boundary(*i)) {
            let (head, tail) = text.split_at(cut);
            let found = |head: &str, tail: &str| {
                let mut scratch = Scratch::default();
                let texts = [said(0, head), said(0, tail)];
                let found = shipped().scan(&mut scratch, &texts, &mut Fuel::new(u64::MAX)).unwrap();
                let family = |id: DetectorId| shipped().info(id).family == info.family;
                found.iter().any(|f| f.level() >= Level::Likely && family(f.detector()))
                    || found
                        .overruled
                        .iter()
                        .any(|f| f.level() >= Level::Likely && family(f.detector()))
            };
            assert!(found(head, tail), "{} cut at {cut}", info.id);
            let (head, tail) = (format!("{filler}\n{head}"), format!("{tail}\n{filler}"));
            assert!(found(&head, &tail), "{} in long texts, cut at {cut}", info.id);
        }
    }
}

#[test]
fn a_long_chain_of_texts_keeps_the_end_of_its_last() {
    let filler = "lorem ipsum ".repeat(20);
    let mut parts = vec![filler.get(..152).unwrap().to_owned(); 26];
    parts.push(format!("{} anna.berger@so", filler.get(..137).unwrap()));
    parts.push("zialamt-graz.at thanks".to_owned());
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let found = split(&parts);
    assert_eq!(ids(&found), [("contact.email".to_owned(), Level::Likely)]);
    assert_eq!(found[0].pieces().len(), 2);
}

#[test]
fn a_value_is_split_only_within_one_voice_whatever_stands_between() {
    let apart = [said(1, "who? I think it was john"), said(2, "@mastodon.social is the host")];
    assert_eq!(scan(&apart), []);
    let around =
        [said(1, "my mail is anna.berger@so"), said(2, "go on"), said(1, "zialamt-graz.at")];
    assert_eq!(ids(&scan(&around)), [("contact.email".to_owned(), Level::Likely)]);
    let labelled = |label, body| Text { label, ..said(1, body) };
    let decoy = [
        labelled("text", "anna.berger@so"),
        labelled("refusal", "no"),
        labelled("text", "zialamt.at"),
    ];
    assert_eq!(ids(&scan(&decoy)), [("contact.email".to_owned(), Level::Likely)]);
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
fn spent_fuel_is_an_error_and_not_a_clean_text() {
    let text = Text::alone("", "write to jane.doe@mail.example.org");
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
        let cost = |n: usize| {
            let body = unit.repeat(n / unit.len());
            let mut fuel = Fuel::new(u64::MAX);
            let text = Text::alone("", &body);
            shipped().scan(&mut Scratch::default(), &[text], &mut fuel).unwrap();
            u64::MAX - fuel.left()
        };
        let (small, large) = (cost(8_000), cost(64_000));
        assert!(large < small * 12, "{unit:?}: {small} then {large}");
        assert!(large < 64_000 * 400, "{unit:?}: {large}");
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
