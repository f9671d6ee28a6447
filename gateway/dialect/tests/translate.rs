//! Golden translations: each file under `cases/` tells what is given and what is expected.

#![expect(clippy::disallowed_methods, reason = "files of the repository, read in a test")]
#![expect(clippy::unwrap_used, reason = "a failed test should stop here")]

use dialect::stream::Reader;
use dialect::translate::{Options, Stream, answer, request};
use dialect::{Dialect, Limits};
use serde_json::{Value, json};

fn dialect(name: &Value) -> Dialect {
    let all = [Dialect::OpenAiChat, Dialect::AnthropicMessages];
    all.into_iter().find(|dialect| Some(dialect.name()) == name.as_str()).unwrap()
}

fn check(file: &str, case: &Value) {
    let about = format!("{file}: {}", case["about"]);
    let (from, to) = (dialect(&case["from"]), dialect(&case["to"]));
    let (given, model) = (serde_json::to_vec(&case["given"]).unwrap(), case["model"].as_str());
    let (body, lost) = match case["do"].as_str().unwrap() {
        "request" => {
            let done = request(from, to, &given, model).unwrap();
            assert_eq!(
                done.body,
                request(from, to, &given, model).unwrap().body,
                "{about}: not the same twice"
            );
            (serde_json::from_slice(&done.body).unwrap(), done.lost)
        }
        "round-trip" => {
            let there = request(from, to, &given, model).unwrap();
            let back = request(to, from, &there.body, None).unwrap();
            (serde_json::from_slice(&back.body).unwrap(), [there.lost, back.lost].concat())
        }
        "answer" => {
            let done = answer(from, to, &given, model, 0).unwrap();
            (serde_json::from_slice(&done.body).unwrap(), done.lost)
        }
        "untranslatable" => {
            let why = request(from, to, &given, model).unwrap_err();
            assert!(!why.why.is_empty() && !why.mend.is_empty());
            (Value::String(why.place), Vec::new())
        }
        "stream" => stream(from, to, case),
        other => unreachable!("{other}"),
    };
    assert_eq!(body, case["expect"], "{about}");
    assert_eq!(json!(lost), case.get("lost").cloned().unwrap_or(json!([])), "{about}");
}

fn stream(from: Dialect, to: Dialect, case: &Value) -> (Value, Vec<String>) {
    let include_usage = case["include_usage"] == true;
    let options =
        Options { model: case["model"].as_str().map(str::to_owned), include_usage, created: 0 };
    let (mut reader, mut translation, mut out) = (
        Reader::new(from, 4 << 20, Limits::default()),
        Stream::new(from, to, &options),
        Vec::new(),
    );
    for event in case["given"].as_array().unwrap() {
        let data = event.as_str().map_or_else(|| event.to_string(), str::to_owned);
        reader.feed(format!("data: {data}\n\n").as_bytes());
        translation.step(&reader.next().unwrap().unwrap(), &mut out).unwrap();
    }
    translation.finish(&mut out);
    (Value::Array(events(to, &out)), translation.lost().to_vec())
}

/// The data of a client's stream; an Anthropic event must be named as its type.
fn events(to: Dialect, bytes: &[u8]) -> Vec<Value> {
    let mut reader = Reader::new(to, 4 << 20, Limits::default());
    reader.feed(bytes);
    let mut out = Vec::new();
    while let Some(event) = reader.next().unwrap() {
        let data = event.data();
        if data.is_empty() {
            continue;
        }
        let value =
            serde_json::from_str(&data).unwrap_or_else(|_| Value::String(data.into_owned()));
        if to == Dialect::AnthropicMessages {
            assert_eq!(value["type"], event.name());
        }
        out.push(value);
    }
    assert!(reader.finish().is_none());
    out
}

#[test]
fn every_case_comes_out_as_written() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases");
    let mut files: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(!files.is_empty());
    for file in files {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        match serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap() {
            Value::Array(cases) => cases.iter().for_each(|case| check(&name, case)),
            case => check(&name, &case),
        }
    }
}

#[test]
fn between_the_same_dialects_only_the_model_changes() {
    let body = br#"{ "model" : "a" , "x": 1.0e0 }"#;
    let done = request(Dialect::OpenAiChat, Dialect::OpenAiChat, body, Some("b\"")).unwrap();
    assert_eq!(done.body, br#"{ "model" : "b\"" , "x": 1.0e0 }"#);
    assert!(request(Dialect::OpenAiChat, Dialect::Unknown, body, None).is_err());
}

#[test]
fn numbers_keep_their_spelling() {
    let body = br#"{"model":"m","max_tokens":1,"messages":[{"role":"assistant","content":[{"type":"tool_use","id":"t","name":"f","input":{"a":1.10,"b":123456789012345678901234567890}}]}]}"#;
    let done = request(Dialect::AnthropicMessages, Dialect::OpenAiChat, body, None).unwrap();
    let back = request(Dialect::OpenAiChat, Dialect::AnthropicMessages, &done.body, None).unwrap();
    assert!(
        String::from_utf8(back.body)
            .unwrap()
            .contains(r#"{"a":1.10,"b":123456789012345678901234567890}"#)
    );
}

#[test]
fn a_tail_that_cannot_be_read_makes_the_answer_incomplete() {
    let check = |tail: &str, expect: &str| {
        let mut stream =
            Stream::new(Dialect::OpenAiChat, Dialect::AnthropicMessages, &Options::default());
        let mut out = Vec::new();
        let first = r#"data: {"id":"c","choices":[{"index":0,"delta":{"content":"a"},"finish_reason":"stop"}]}"#;
        stream.feed(format!("{first}\n\n{tail}").as_bytes(), &mut out).unwrap();
        stream.finish(&mut out);
        let last = events(Dialect::AnthropicMessages, &out).pop().unwrap();
        assert_eq!(last["type"], expect, "{tail}");
    };
    check("", "message_stop");
    check("data: [DONE]", "message_stop");
    check("data: {\"choices\":[", "error");
}

/// All places in a value, as JSON pointers (RFC 6901).
fn places(value: &Value, at: &str, out: &mut Vec<String>) {
    out.push(at.to_owned());
    match value {
        Value::Array(items) => {
            items
                .iter()
                .enumerate()
                .for_each(|(number, item)| places(item, &format!("{at}/{number}"), out));
        }
        Value::Object(members) => {
            members.iter().for_each(|(name, item)| places(item, &format!("{at}/{name}"), out))
        }
        _ => {}
    }
}

/// Whatever stands in the wrong place, translation answers with JSON or with a reason, and a stream ends as one.
#[test]
fn a_spoiled_place_is_answered_not_obeyed() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases");
    let mut refused = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        let all =
            match serde_json::from_slice(&std::fs::read(file.unwrap().path()).unwrap()).unwrap() {
                Value::Array(cases) => cases,
                case => vec![case],
            };
        for case in all {
            let mut found = Vec::new();
            places(&case["given"], "", &mut found);
            for place in found {
                for wrong in [
                    Value::Null,
                    json!("x"),
                    json!(-5),
                    json!([1]),
                    json!({"type": "y"}),
                    json!(true),
                ] {
                    let mut given = case["given"].clone();
                    *given.pointer_mut(&place).unwrap() = wrong;
                    refused += usize::from(spoiled(&case, &given));
                }
            }
        }
    }
    assert!(refused > 100, "only {refused} spoiled bodies were refused");
}

/// Runs a spoiled body through its translation; true when it was refused.
fn spoiled(case: &Value, given: &Value) -> bool {
    let (from, to) = (dialect(&case["from"]), dialect(&case["to"]));
    let bytes = serde_json::to_vec(given).unwrap();
    let done = match case["do"].as_str().unwrap() {
        "stream" => {
            let (mut stream, mut out) = (Stream::new(from, to, &Options::default()), Vec::new());
            let fed = given.as_array().into_iter().flatten().try_for_each(|event| {
                let data = event.as_str().map_or_else(|| event.to_string(), str::to_owned);
                stream.feed(format!("data: {data}\n\n").as_bytes(), &mut out)
            });
            stream.finish(&mut out);
            assert!(!events(to, &out).is_empty());
            return fed.is_err();
        }
        "answer" => answer(from, to, &bytes, None, 0).map(|done| done.body),
        _ => request(from, to, &bytes, None).map(|done| done.body),
    };
    match &done {
        Ok(body) => assert!(serde_json::from_slice::<Value>(body).is_ok()),
        Err(why) => assert!(!why.why.is_empty() && !why.mend.is_empty()),
    }
    done.is_err()
}
