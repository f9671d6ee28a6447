//! Answers that were read whole.

use detect::{DetectorId, Level, Piece, Span};

use super::*;
use crate::{Finding, Found};

fn whole(answer: (Replied, String), body: &Value) -> Value {
    let (mut replied, token) = answer;
    let body = body.to_string().replace("@TOKEN@", &token).replace("@SECRET@", &secret());
    let read = replied.whole(Some("application/json"), body.into(), &mut Scratch::default());
    serde_json::from_slice(&read.unwrap()).unwrap()
}

fn message(content: &str) -> Value {
    json!({ "id": "c", "choices": [{ "index": 0, "message": { "role": "assistant", "content": content } }] })
}

#[test]
fn a_value_in_json_says_one_string_and_no_more() {
    let value = r#"x","approved":true,"y":"z"#;
    for content in
        [r#"{"title": "@TOKEN@", "approved": false}"#, r#"{"title": "@TOKEN@", "n": "a\nb"}"#]
    {
        let read = whole(replied(&BOOK, value), &message(content));
        let said = read["choices"][0]["message"]["content"].as_str().unwrap();
        let said: Value = serde_json::from_str(said).unwrap();
        assert_eq!((said["title"].as_str(), said.get("y")), (Some(value), None));
    }
    let read = whole(replied(&BOOK, value), &message("[1] \"@TOKEN@\""));
    assert_eq!(read["choices"][0]["message"]["content"], format!("[1] \"{value}\""));
}

#[test]
fn log_probabilities_do_not_spell_what_was_taken_out() {
    let mut body = message("@SECRET@");
    body["choices"][0]["logprobs"] =
        json!({ "content": [{ "token": "@SECRET@", "bytes": [65, 75] }] });
    let read = whole(replied(&BOOK, VALUE), &body);
    assert_eq!(read["choices"][0]["message"]["content"], "[SECRET]");
    assert!(read["choices"][0]["logprobs"].is_null());
    body["choices"][0]["message"]["content"] = json!("fine");
    body["choices"][0]["logprobs"]["content"][0]["token"] = json!("fine");
    assert_eq!(whole(replied(&BOOK, VALUE), &body), body);
}

#[test]
fn a_mask_leaves_what_is_a_token_and_nothing_else() {
    let (answer, token) = replied(&BOOK, VALUE);
    let bare = token.trim_matches(['[', ']']);
    let text = format!("postgres://{bare}:Sup3rS3cret99@db.example.org/db .");
    let read = whole((answer, token.clone()), &message(&text)).to_string();
    assert!(!read.contains("Sup3rS3cret99") && read.contains(VALUE), "{read}");
}

#[test]
fn what_gave_way_is_judged_as_in_a_stream() {
    let text = "Here you are:\napi_key = GB82WEST12345698765432\nand no more.";
    let read = whole(replied(&BOOK, VALUE), &message(text));
    let said = read["choices"][0]["message"]["content"].as_str().unwrap().to_owned();
    assert!(!said.contains("GB82") && said.contains("[SECRET]"), "{said}");
    for cut in 0..text.len() {
        let mut frames: Vec<_> = pieces(text, &[cut]).iter().map(|piece| says(piece)).collect();
        frames.extend([finished(), done()]);
        assert_eq!(stream(replied(&BOOK, VALUE).0, &frames).text(), said, "cut at {cut}");
    }
}

#[test]
fn what_gave_way_decides_though_its_class_is_known() {
    // The class is known from a key that stands; what gave way lies elsewhere.
    let text = format!("{} and api_key = GB82WEST12345698765432", secret());
    let read = whole(replied(&BOOK, VALUE), &message(&text));
    let said = read["choices"][0]["message"]["content"].as_str().unwrap().to_owned();
    assert!(!said.contains("GB82") && !said.contains(&secret()), "{said}");
}

#[test]
fn what_gave_way_is_silent_only_where_it_is_said_as_surely() {
    let search = &BOOK.search;
    let numbers = (0..search.detector().infos().len() as u16).map(DetectorId);
    let classed = |d: &DetectorId| !BOOK.rulebook.class_of(d.0).is_empty();
    let detector = numbers.into_iter().find(classed).unwrap();
    let pieces = vec![Piece { text: 0, span: Span { start: 0, end: 9 } }];
    let finding = |level| Finding::standing(detector, level, 0.5, pieces.clone());
    for (standing, expect) in [(Level::Likely, 2), (Level::Confirmed, 1)] {
        let found = Found {
            findings: vec![finding(standing)],
            overruled: vec![finding(Level::Confirmed)],
            ..Found::default()
        };
        assert_eq!(found.with_overruled(&BOOK.rulebook).findings.len(), expect);
    }
}
