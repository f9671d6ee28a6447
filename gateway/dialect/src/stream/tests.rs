//! Own cases of whole streams, and the promise that cuts do not matter over them.
#![expect(clippy::unwrap_used, reason = "a failed test should stop here")]

use super::*;
use crate::{Dialect, Limits};
use proptest::prelude::*;
use std::collections::BTreeMap;

fn read(dialect: Dialect, pieces: &[&[u8]]) -> Vec<Event> {
    let mut reader = Reader::new(dialect, 1 << 20, Limits::default());
    let mut events = Vec::new();
    for piece in pieces {
        reader.feed(piece);
        while let Some(event) = reader.next().unwrap() {
            events.push(event);
        }
    }
    events.extend(reader.finish());
    events
}

/// Every delta of a text that grows, and every tool's name, as `kind/index/tool=text`; `!` before what ends or finishes.
fn told(events: &[Event]) -> Vec<String> {
    let mut out = Vec::new();
    for event in events {
        for delta in event.deltas().filter(|delta| delta.channel.kind != Kind::Whole) {
            let Channel { kind, index, tool } = delta.channel;
            let tool = if kind == Kind::Other { 0 } else { tool };
            out.push(format!("{kind:?}/{index}/{tool}={}", delta.text));
        }
        out.extend(event.finished().iter().map(|choice| format!("!choice {choice}")));
        out.extend(event.ended_block().map(|block| format!("!block {block}")));
        if event.is_done() {
            out.push("!done".to_owned());
        }
        if event.is_unread() {
            out.push("unread".to_owned());
        }
        if event.is_opaque() {
            out.push("opaque".to_owned());
        }
    }
    out
}

/// All texts that are complete in themselves, without those that every event has.
fn whole(events: &[Event]) -> Vec<String> {
    let deltas = events.iter().flat_map(Event::deltas);
    let whole = deltas.filter(|delta| delta.channel.kind == Kind::Whole);
    whole.map(|delta| delta.text.to_owned()).collect()
}

fn check(dialect: Dialect, stream: &str, expect: &[&str]) {
    let events = read(dialect, &[stream.as_bytes()]);
    assert_eq!(told(&events), expect);
    let raw: Vec<u8> = events.iter().flat_map(|event| event.raw().to_vec()).collect();
    assert_eq!(raw, stream.as_bytes());
    let seen = |events: &[Event]| events.iter().map(everything).collect::<Vec<_>>();
    for cut in 0..=stream.len() {
        let (one, two) = stream.as_bytes().split_at(cut);
        assert_eq!(seen(&read(dialect, &[one, two])), seen(&events), "cut at {cut}");
    }
    let bytes: Vec<&[u8]> = stream.as_bytes().chunks(1).collect();
    assert_eq!(seen(&read(dialect, &bytes)), seen(&events), "byte by byte");
}

/// All that a caller can see of an event.
fn everything(event: &Event) -> impl PartialEq + std::fmt::Debug + use<> {
    let deltas =
        event.deltas().map(|delta| (delta.channel, delta.text.to_owned(), delta.label.to_owned()));
    (
        event.raw().clone(),
        event.name().to_owned(),
        deltas.collect::<Vec<_>>(),
        (event.finished().to_vec(), event.ended_block()),
        (event.is_done(), event.is_unread(), event.is_opaque()),
    )
}

const OPENAI: &str = concat!(
    ": waiting for it\n\n",
    r#"data: {"id":"c1","model":"m-1","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}],"obfuscation":"xX9"}"#,
    "\r\n\r\n",
    r#"data: {"id":"c1","model":"m-1","choices":[{"index":0,"delta":{"content":"Gr\u00fc\u00dfe 🦀","reasoning_content":"hm"}},{"delta":{"refusal":"no"},"index":1}]}"#,
    "\n\n",
    r#"data:{"id":"c1","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"t1","type":"function","function":{"name":"f","arguments":"{\"a\":"}}]}}]}"#,
    "\n\n",
    "data: {\"choices\":[{\"index\":0,\n",
    "data: \"delta\":{\"tool_calls\":[{\"index\":1,\"function\":{\"name\":\"g\",\"arguments\":\"{}\"}}]}}]}\n\n",
    r#"data: {"choices":[{"index":0,"delta":{"function_call":{"name":"old","arguments":"x"},"new_text":"y"},"finish_reason":"stop"}],"note":"a note"}"#,
    "\n\n",
    "data: [DONE]\n\n",
);

const ANTHROPIC: &str = concat!(
    "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"msg_1\",\"role\":\"assistant\",\"model\":\"c\",\"content\":[]}}\n\n",
    "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"\"}}\n\n",
    "event: ping\ndata: {\"type\": \"ping\"}\n\n",
    "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"thinking_delta\",\"thinking\":\"hm\"}}\n\n",
    "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"signature_delta\",\"signature\":\"Eq+/=\"}}\n\n",
    "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":0}\n\n",
    "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":1,\"content_block\":{\"type\":\"text\",\"text\":\"He\"}}\n\n",
    "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":1,\"delta\":{\"type\":\"text_delta\",\"text\":\"llo\"}}\n\n",
    "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":1,\"delta\":{\"type\":\"citations_delta\",\"citation\":{\"cited_text\":\"a b\"}}}\n\n",
    "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":1,\"delta\":{\"type\":\"later_delta\",\"more\":\"new\"}}\n\n",
    "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":1}\n\n",
    "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":2,\"content_block\":{\"type\":\"tool_use\",\"id\":\"t_1\",\"name\":\"f\",\"input\":{}}}\n\n",
    "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":2,\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":\"{\\\"a\\\"\"}}\n\n",
    "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Too busy\"}}\n\n",
    "event: message_stop\ndata: {\"type\":\"message_stop\"}",
);

#[test]
fn openai_chunks_are_understood() {
    let expect = [
        "Text/0/0=Grüße 🦀",
        "Reasoning/0/0=hm",
        "Refusal/1/0=no",
        "ToolName/0/0=f",
        "ToolArguments/0/0={\"a\":",
        "ToolName/0/1=g",
        "ToolArguments/0/1={}",
        "ToolName/0/4294967295=old",
        "ToolArguments/0/4294967295=x",
        "Other/0/0=y",
        "!choice 0",
        "!done",
    ];
    check(Dialect::OpenAiChat, OPENAI, &expect);
    let events = read(Dialect::OpenAiChat, &[OPENAI.as_bytes()]);
    let whole = whole(&events);
    for text in ["waiting for it", "c1", "m-1", "xX9", "t1", "new_text", "note", "a note"] {
        assert!(whole.iter().any(|known| known == text), "{text} of {whole:?}");
    }
}

#[test]
fn anthropic_events_are_understood() {
    let expect = [
        "Reasoning/0/0=hm",
        "!block 0",
        "Text/1/0=He",
        "Text/1/0=llo",
        "Other/1/0=new",
        "!block 1",
        "ToolName/2/0=f",
        "ToolArguments/2/0={\"a\"",
        "!done",
    ];
    check(Dialect::AnthropicMessages, ANTHROPIC, &expect);
    let whole = whole(&read(Dialect::AnthropicMessages, &[ANTHROPIC.as_bytes()]));
    for text in ["msg_1", "Eq+/=", "a b", "later_delta", "more", "t_1", "Too busy", "ping"] {
        assert!(whole.iter().any(|known| known == text), "{text} of {whole:?}");
    }
}

#[test]
fn what_has_no_single_reading_is_unread() {
    let check = |stream: &[u8]| {
        let events = read(Dialect::OpenAiChat, &[stream]);
        assert!(events[0].is_unread(), "{}", String::from_utf8_lossy(stream));
        assert_eq!(events[0].edited(&[], false).as_deref(), Some(stream));
    };
    check(b"data: {\"a\":1,\"a\":2}\n\n");
    check(b"data: Hello\ndata: you\n\n");
    check(b"data: \xff\n\n");
    check(b": \xff\ndata: {}\n\n");
    check(b"data: {\"choices\":[");
    check(b"data: <html>hello</html>\n\n");
    check(b"data: \"hello\"\n\n");
    // A whole answer under the wrong name.
    check(b"{\"choices\":[{\"message\":{\"content\":\"\\u0041\"}}]}");
}

#[test]
fn what_is_no_text_is_opaque() {
    let check = |delta: &str| {
        let stream = format!("data: {{\"choices\":[{{\"index\":0,\"delta\":{delta}}}]}}\n\n");
        let events = read(Dialect::OpenAiChat, &[stream.as_bytes()]);
        assert_eq!(told(&events), ["opaque"], "{delta}");
    };
    check(r#"{"audio":{"id":"","data":"UklGRg=="}}"#);
    check(
        r#"{"images":[{"type":"image_url","image_url":{"url":"data:image/png;base64,iVBORw0KGgo="}}]}"#,
    );
}

#[test]
fn half_a_surrogate_pair_is_read_and_stays() {
    let stream = r#"data: {"choices":[{"index":0,"delta":{"content":"a\ud83d"}}]}"#;
    let events = read(Dialect::OpenAiChat, &[stream.as_bytes()]);
    assert_eq!(told(&events), ["Text/0/0=a\u{fffd}"]);
    let delta = events[0].deltas().position(|delta| delta.channel.kind == Kind::Text).unwrap();
    let change = Change { delta, span: (0, 1), with: "b\n".to_owned() };
    let edited = String::from_utf8(events[0].edited(&[change], false).unwrap()).unwrap();
    assert_eq!(edited, stream.replace(r"a\ud83d", r"b\n\ud83d"));
}

#[test]
fn a_splice_changes_that_span_only() {
    let stream = "event: x y\ndata: {\"choices\": [{\"delta\": {\"content\": \"A\\u0041 \\u0042\"}, \"b\": 1.0e0}] }\r\n\r\n";
    let events = read(Dialect::OpenAiChat, &[stream.as_bytes()]);
    assert_eq!(events[0].edited(&[], true).as_deref(), Some(stream.as_bytes()));
    let at = |text: &str| events[0].deltas().position(|delta| delta.text == text).unwrap();
    let changes = [
        Change { delta: at("AA B"), span: (1, 2), with: "\"\\\n🦀".to_owned() },
        Change { delta: at("x y"), span: (0, 3), with: "z\n".to_owned() },
    ];
    let changed = String::from_utf8(events[0].edited(&changes, false).unwrap()).unwrap();
    assert_eq!(changed, stream.replace("A\\u0041", "A\\\"\\\\\\n🦀").replace("x y", "z "));
    let out_of_it = Change { delta: at("AA B"), span: (3, 9), with: String::new() };
    assert_eq!(events[0].edited(&[out_of_it], false), None);
}

#[test]
fn data_in_several_lines_is_changed_too() {
    let stream = "data: {\"choices\":[{\"index\":0,\ndata: \"delta\":{\"content\":\"x\"}}]}\n\n";
    let events = read(Dialect::OpenAiChat, &[stream.as_bytes()]);
    let delta = events[0].deltas().position(|delta| delta.text == "x").unwrap();
    let change = Change { delta, span: (0, 1), with: "y".to_owned() };
    let edited = events[0].edited(&[change], false).unwrap();
    let back = read(Dialect::OpenAiChat, &[&edited]);
    assert_eq!((back.len(), told(&back)), (1, vec!["Text/0/0=y".to_owned()]));
}

#[test]
fn log_probabilities_are_blanked_when_asked() {
    let stream = r#"data: {"choices":[{"index":0,"delta":{"content":"a"},"logprobs":{"content":[{"token":"a","bytes":[97]}]}}]}"#;
    let events = read(Dialect::OpenAiChat, &[stream.as_bytes()]);
    let blank = String::from_utf8(events[0].edited(&[], true).unwrap()).unwrap();
    let (before, _) = stream.split_once("{\"content\":[").unwrap();
    assert_eq!(blank, format!("{before}null}}]}}"));
}

#[test]
fn a_text_seen_twice_in_a_chunk_has_two_channels() {
    let stream = r#"data: {"choices":[{"index":0,"text":"a b","delta":{"reasoning":"a b","reasoning_details":[{"type":"reasoning.text","text":"a b","index":0}]}}]}"#;
    let events = read(Dialect::OpenAiChat, &[stream.as_bytes()]);
    let mut channels: Vec<Channel> =
        events[0].deltas().filter(|delta| delta.text == "a b").map(|delta| delta.channel).collect();
    channels.sort();
    channels.dedup();
    assert_eq!(channels.len(), 3);
    assert!(channels.iter().all(|channel| channel.kind.grows()));
}

proptest! {
    #[test]
    fn foreign_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), wrap in any::<bool>()) {
        let framed = [b"data: ".as_slice(), &bytes, b"\n\n"].concat();
        for dialect in [Dialect::OpenAiChat, Dialect::AnthropicMessages, Dialect::Unknown] {
            let events = read(dialect, &[if wrap { &framed } else { &bytes }]);
            let raw: Vec<u8> = events.iter().flat_map(|event| event.edited(&[], true).unwrap()).collect();
            prop_assert_eq!(raw.len(), if wrap { framed.len() } else { bytes.len() });
        }
    }

    #[test]
    fn any_cuts_give_the_same_events(cuts in proptest::collection::btree_set(0usize..1800, 0..12)) {
        for (dialect, stream) in [(Dialect::OpenAiChat, OPENAI), (Dialect::AnthropicMessages, ANTHROPIC)] {
            let bytes = stream.as_bytes();
            let mut pieces = Vec::new();
            let mut from = 0;
            for cut in cuts.iter().filter(|cut| **cut < bytes.len()) {
                pieces.push(&bytes[from..*cut]);
                from = *cut;
            }
            pieces.push(&bytes[from..]);
            prop_assert_eq!(told(&read(dialect, &pieces)), told(&read(dialect, &[bytes])));
        }
    }

    #[test]
    fn new_text_is_what_a_reader_reads(text in any::<String>()) {
        let stream = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"x\"}}]}\n\n";
        let events = read(Dialect::OpenAiChat, &[stream.as_bytes()]);
        let delta = events[0].deltas().position(|delta| delta.text == "x").unwrap();
        let changes = [Change { delta, span: (0, 1), with: text.clone() }];
        let back = read(Dialect::OpenAiChat, &[&events[0].edited(&changes, false).unwrap()]);
        let texts: BTreeMap<Channel, String> = back.iter().flat_map(Event::deltas).filter(|d| d.channel.kind.grows()).map(|d| (d.channel, d.text.to_owned())).collect();
        prop_assert_eq!(texts.values().cloned().collect::<String>(), text);
    }
}
