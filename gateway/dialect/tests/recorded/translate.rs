//! Recorded requests and answers in the other dialect: translated, or a place named; streams keep every text.

use std::collections::BTreeMap;

use dialect::stream::{Channel, Kind, Reader};
use dialect::translate::{Options, Stream, answer, request};
use dialect::{Dialect, Limits};

use super::recordings;

fn other(dialect: Dialect) -> Dialect {
    match dialect {
        Dialect::OpenAiChat => Dialect::AnthropicMessages,
        _ => Dialect::OpenAiChat,
    }
}

/// Text, reasoning and refusal together by kind, arguments call by call in order of their beginning. A call without
/// arguments says `{}`.
fn said(dialect: Dialect, bytes: &[u8]) -> BTreeMap<(Kind, usize), String> {
    let mut reader = Reader::new(dialect, 4 << 20, Limits::default());
    reader.feed(bytes);
    let mut out = BTreeMap::new();
    let mut calls: Vec<Channel> = Vec::new();
    while let Ok(Some(event)) = reader.next() {
        for delta in event.deltas() {
            let Channel { kind, index, tool } = delta.channel;
            let place = match kind {
                // The same reasoning may be said under two names; one is kept.
                Kind::Reasoning
                    if tool == 1 && out.contains_key(&(kind, 0)) && delta.label != "reasoning" =>
                {
                    continue;
                }
                Kind::Text | Kind::Reasoning => (kind, 0),
                Kind::Refusal => (Kind::Text, 0),
                Kind::ToolName => {
                    calls.push(Channel { kind: Kind::ToolArguments, index, tool });
                    continue;
                }
                Kind::ToolArguments => (
                    kind,
                    calls
                        .iter()
                        .position(|call| call.index == index && call.tool == tool)
                        .unwrap_or(usize::MAX),
                ),
                _ => continue,
            };
            out.entry(place).or_insert_with(String::new).push_str(delta.text);
        }
    }
    for (number, _) in calls.iter().enumerate() {
        out.entry((Kind::ToolArguments, number)).or_insert_with(|| "{}".to_owned());
    }
    out
}

#[test]
fn every_recorded_request_is_translated_or_says_why_not() {
    let mut refused = BTreeMap::new();
    for recording in recordings::requests() {
        let to = other(recording.dialect);
        match request(recording.dialect, to, &recording.bytes, Some("target")) {
            Ok(done) => {
                let back = request(to, recording.dialect, &done.body, None);
                assert!(
                    back.is_ok(),
                    "{} back: {}",
                    recording.name,
                    back.err().map(|why| why.to_string()).unwrap_or_default()
                );
                let again = request(recording.dialect, to, &recording.bytes, Some("target"));
                assert_eq!(
                    Some(done.body),
                    again.ok().map(|again| again.body),
                    "{}",
                    recording.name
                );
            }
            Err(why) => {
                assert!(!why.why.is_empty() && !why.mend.is_empty());
                refused.insert(recording.name, why.to_string());
            }
        }
    }
    refused.iter().for_each(|(name, why)| eprintln!("{name}: {why}"));
}

#[test]
fn every_recorded_answer_is_translated_or_says_why_not() {
    // OpenRouter sends blank lines before a slow answer, and then calls it text.
    for recording in ["json", "txt"].into_iter().flat_map(recordings::answers) {
        let to = other(recording.dialect);
        match answer(recording.dialect, to, &recording.bytes, Some("asked"), 0) {
            Ok(done) => {
                let body: serde_json::Value =
                    serde_json::from_slice(&done.body).unwrap_or_default();
                let named = body["model"] == "asked" || body["error"]["message"].is_string();
                assert!(named, "{}", recording.name);
            }
            Err(why) => eprintln!("{}: {why}", recording.name),
        }
    }
}

#[test]
fn every_recorded_stream_keeps_its_texts() {
    let (mut whole, mut refused) = (0, 0);
    for recording in recordings::answers("sse") {
        let to = other(recording.dialect);
        let mut stream = Stream::new(recording.dialect, to, &Options::default());
        let mut out = Vec::new();
        // Fed raw, in pieces that fall anywhere.
        let fed = recording.bytes.chunks(7).try_for_each(|piece| stream.feed(piece, &mut out));
        stream.finish(&mut out);
        match fed {
            Ok(()) => {
                whole += 1;
                let (mut given, told) = (said(recording.dialect, &recording.bytes), said(to, &out));
                given.retain(|_, text| !text.is_empty());
                assert_eq!(
                    told.keys().collect::<Vec<_>>(),
                    given.keys().collect::<Vec<_>>(),
                    "{}",
                    recording.name
                );
                assert!(told == given, "{}: texts differ", recording.name);
            }
            Err(why) => {
                refused += 1;
                eprintln!("{}: {why}", recording.name);
            }
        }
    }
    eprintln!("{whole} streams translated, {refused} not");
}
