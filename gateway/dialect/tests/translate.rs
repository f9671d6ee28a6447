//! Golden translations: each file under `cases/` tells what is given and what is expected.
#![expect(clippy::unwrap_used, reason = "a failed test should stop here")]

use dialect::Dialect;
use dialect::stream::Reader;
use dialect::translate::{Options, Stream, answer, request};
use proptest::prelude::*;
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
            let done = answer(from, to, &given, model).unwrap();
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
    let (mut reader, mut translation, mut out) =
        (Reader::new(from), Stream::new(from, to, &options), Vec::new());
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
    let mut reader = Reader::new(to);
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

/// Bodies that are nearly right: the words of both dialects, put together anyhow.
fn nearly() -> impl Strategy<Value = Value> {
    let words = [
        "user",
        "assistant",
        "tool",
        "text",
        "image_url",
        "tool_use",
        "tool_result",
        "function",
        "auto",
        "{}",
        "x",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        proptest::sample::select(words.to_vec()).prop_map(Value::from),
    ];
    let names = [
        "role",
        "content",
        "type",
        "text",
        "messages",
        "tools",
        "tool_calls",
        "function",
        "name",
        "arguments",
        "id",
        "input",
        "choices",
        "delta",
        "message",
        "index",
        "content_block",
        "usage",
        "error",
        "system",
        "source",
    ];
    leaf.prop_recursive(5, 64, 6, move |inner| {
        let member = (proptest::sample::select(names.to_vec()), inner.clone());
        prop_oneof![
            proptest::collection::vec(inner, 0..4).prop_map(Value::from),
            proptest::collection::vec(member, 0..6).prop_map(|members| {
                Value::Object(
                    members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
                )
            }),
        ]
    })
}

proptest! {
    #[test]
    fn nothing_panics_and_what_comes_out_is_json(body in nearly(), flip in any::<bool>()) {
        let (from, to) = if flip {
            (Dialect::OpenAiChat, Dialect::AnthropicMessages)
        } else {
            (Dialect::AnthropicMessages, Dialect::OpenAiChat)
        };
        let bytes = serde_json::to_vec(&body).unwrap();
        if let Ok(done) = request(from, to, &bytes, None) {
            prop_assert!(serde_json::from_slice::<Value>(&done.body).is_ok());
        }
        if let Ok(done) = answer(from, to, &bytes, None) {
            prop_assert!(serde_json::from_slice::<Value>(&done.body).is_ok());
        }
        let (mut stream, mut out) = (Stream::new(from, to, &Options::default()), Vec::new());
        let _ = stream.feed(&[b"data: ".as_slice(), &bytes, b"\n\n"].concat(), &mut out);
        stream.finish(&mut out);
        events(to, &out);
    }
}
