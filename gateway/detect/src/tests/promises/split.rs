//! Values that are split over texts.

use super::{ids, said, scan};
use crate::tests::shipped;
use crate::{DetectorId, Finding, Fuel, Level, Piece, Scratch, Span, Text};

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
