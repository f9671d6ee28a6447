//! Own cases of whole streams, and the promise that cuts do not matter over them.
#![expect(clippy::unwrap_used, reason = "a failed test should stop here")]

use super::*;
use crate::Dialect;
use proptest::prelude::*;
use std::collections::BTreeMap;

fn read(dialect: Dialect, pieces: &[&[u8]]) -> (Reader, Vec<Event>) {
    let mut reader = Reader::new(dialect);
    let mut events = Vec::new();
    for piece in pieces {
        reader.feed(piece);
        while let Some(event) = reader.next().unwrap() {
            events.push(event);
        }
    }
    events.extend(reader.finish());
    (reader, events)
}

/// Every delta as `kind/index/tool=text`, `!` before the texts that end with an event.
fn told(events: &[Event]) -> Vec<String> {
    let mut out = Vec::new();
    for event in events {
        for delta in event.deltas() {
            let Channel { kind, index, tool } = delta.channel;
            let tool = if kind == Kind::Other { 0 } else { tool };
            out.push(format!("{}/{index}/{tool}={}", kind.name(), delta.text));
        }
        out.extend(event.ends().iter().map(|end| format!("!{}/{}", end.kind.name(), end.index)));
    }
    out
}

fn check(dialect: Dialect, stream: &str, expect: &[&str]) {
    let (_, events) = read(dialect, &[stream.as_bytes()]);
    assert_eq!(told(&events), expect);
    let raw: Vec<u8> = events.iter().flat_map(|event| event.raw().to_vec()).collect();
    assert_eq!(raw, stream.as_bytes());
    for cut in 0..=stream.len() {
        let (one, two) = stream.as_bytes().split_at(cut);
        let (_, cut_events) = read(dialect, &[one, two]);
        assert_eq!(told(&cut_events), expect, "cut at {cut}");
    }
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
        "whole/0/0=waiting for it",
        "text/0/0=Grüße 🦀",
        "reasoning/0/0=hm",
        "refusal/1/0=no",
        "tool-name/0/0=f",
        "tool-arguments/0/0={\"a\":",
        "tool-name/0/1=g",
        "tool-arguments/0/1={}",
        "!tool-arguments/0",
        "tool-name/0/4294967295=old",
        "tool-arguments/0/4294967295=x",
        "other/0/0=y",
        "whole/0/0=a note",
        "!text/0",
        "!reasoning/0",
        "!tool-arguments/0",
        "!tool-arguments/0",
        "!other/0",
        "!refusal/1",
    ];
    check(Dialect::OpenAiChat, OPENAI, &expect);
}

#[test]
fn anthropic_events_are_understood() {
    let expect = [
        "reasoning/0/0=hm",
        "!reasoning/0",
        "text/1/0=He",
        "text/1/0=llo",
        "whole/0/0=a b",
        "other/1/0=new",
        "!text/1",
        "!other/1",
        "tool-name/2/0=f",
        "tool-arguments/2/0={\"a\"",
        "whole/0/0=Too busy",
        "!tool-arguments/2",
    ];
    check(Dialect::AnthropicMessages, ANTHROPIC, &expect);
    let (_, events) = read(Dialect::AnthropicMessages, &[ANTHROPIC.as_bytes()]);
    assert_eq!(events[13].error(), Some("overloaded_error"));
    assert!(events[14].is_done());
}

#[test]
fn what_has_no_single_reading_is_unreadable() {
    let check = |stream: &[u8], expect: &str| {
        let (_, events) = read(Dialect::OpenAiChat, &[stream]);
        assert_eq!(told(&events), [format!("unreadable/0/0={expect}")]);
        assert_eq!(events[0].with(&[(0, "a\nb")]), b"data: a\ndata: b\n\n");
    };
    check(b"data: {\"a\":1,\"a\":2}\n\n", "{\"a\":1,\"a\":2}");
    check(b"data: Hello\ndata: you\n\n", "Hello\nyou");
    check(b"data: \xff\n\n", "data: \u{fffd}\n\n");
    check(b"data: {\"choices\":[", "{\"choices\":[");
}

#[test]
fn a_splice_changes_that_string_only() {
    let stream = "event: x y\ndata: {\"choices\": [{\"delta\": {\"content\": \"A\\u0041\"}, \"b\": 1.0e0}] }\r\n\r\n";
    let (_, events) = read(Dialect::OpenAiChat, &[stream.as_bytes()]);
    assert_eq!(events[0].with(&[]), stream.as_bytes());
    let changed = String::from_utf8(events[0].with(&[(1, "\"\\\n🦀"), (0, "z\n")])).unwrap();
    assert_eq!(changed, stream.replace("A\\u0041", "\\\"\\\\\\n🦀").replace("x y", "z "));
    assert_eq!(
        events[0].deltas().map(|delta| delta.label.to_owned()).collect::<Vec<_>>(),
        ["", "content"]
    );
}

/// Puts more text on every channel that ends, and reads it back as the same channel.
fn check_synthesis(dialect: Dialect, stream: &str) -> Vec<String> {
    let mut reader = Reader::new(dialect);
    reader.feed(stream.as_bytes());
    let mut seen = Vec::new();
    while let Some(event) = reader.next().unwrap() {
        for channel in event.ends() {
            let made = reader.synthesise(*channel, "\"é\n");
            let (_, back) = read(dialect, &[&made]);
            assert_eq!(back.len(), 1);
            let found: Vec<_> = back[0]
                .deltas()
                .filter(|delta| delta.text == "\"é\n")
                .map(|delta| delta.channel)
                .collect();
            assert_eq!(found, [*channel], "{}", String::from_utf8_lossy(&made));
            seen.push(String::from_utf8(made).unwrap());
        }
    }
    seen
}

#[test]
fn held_text_goes_out_as_an_event_of_its_channel() {
    let made = check_synthesis(Dialect::OpenAiChat, OPENAI);
    assert_eq!(made.len(), 7);
    assert_eq!(
        made[0],
        "data: {\"id\":\"c1\",\"model\":\"m-1\",\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"\\\"é\\n\"}}]},\"finish_reason\":null}]}\n\n"
    );
    let made = check_synthesis(Dialect::AnthropicMessages, ANTHROPIC);
    assert_eq!(made.len(), 4);
    assert!(made[0].starts_with(
        "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,"
    ));
    let mistral = r#"data: {"choices":[{"index":0,"delta":{"content":[{"type":"thinking","thinking":[{"type":"text","text":"a b"}]},{"type":"text","text":"c d"}]},"finish_reason":"stop"}]}"#;
    let made = check_synthesis(Dialect::OpenAiChat, &format!("{mistral}\n\n"));
    assert!(
        made[0].contains(
            r#""content":[{"type":"thinking","thinking":[{"type":"text","text":"\"é\n"}]}]"#
        ),
        "{}",
        made[0]
    );
}

#[test]
fn a_text_seen_twice_in_a_chunk_has_two_channels() {
    let stream = r#"data: {"choices":[{"index":0,"text":"a b","delta":{"reasoning":"a b","reasoning_details":[{"type":"reasoning.text","text":"a b","index":0}]}}]}"#;
    let (mut reader, events) = read(Dialect::OpenAiChat, &[stream.as_bytes()]);
    let mut channels: Vec<Channel> = events[0].deltas().map(|delta| delta.channel).collect();
    assert_eq!(reader.close().len(), 3);
    channels.sort();
    channels.dedup();
    assert_eq!(channels.len(), 3);
}

/// Puts a value in place of a token inside tool arguments, as restoring does, and reads the arguments as JSON.
fn check_value_in_arguments(dialect: Dialect, stream: &str, value: &str) {
    let (_, events) = read(dialect, &[stream.as_bytes()]);
    let put = |event: &Event| {
        let texts: Vec<String> = event
            .deltas()
            .map(|delta| match delta.channel.kind.is_json_text() {
                true => delta.text.replace("TOKEN", &escape_json_text(value)),
                false => delta.text.replace("TOKEN", value),
            })
            .collect();
        event.with(
            &texts
                .iter()
                .enumerate()
                .map(|(index, text)| (index, text.as_str()))
                .collect::<Vec<_>>(),
        )
    };
    let changed: Vec<u8> = events.iter().flat_map(put).collect();
    let (_, back) = read(dialect, &[&changed]);
    let mut calls: BTreeMap<Channel, String> = BTreeMap::new();
    for delta in back
        .iter()
        .flat_map(Event::deltas)
        .filter(|delta| delta.channel.kind == Kind::ToolArguments)
    {
        calls.entry(delta.channel).or_default().push_str(delta.text);
    }
    assert_eq!(calls.len(), 2);
    for arguments in calls.values() {
        let arguments: serde_json::Value = serde_json::from_str(arguments).unwrap();
        assert_eq!(arguments["v"], value);
    }
}

#[test]
fn a_value_put_into_arguments_is_escaped_twice() {
    for value in ["plain", "\"quoted\"", "back\\slash", "a\nb\u{1}", "🦀 é \u{2028}", "\\u0041", ""]
    {
        check_value_in_arguments(
            Dialect::OpenAiChat,
            concat!(
                r#"data: {"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\"v\": \"TOKEN\""}},{"index":1,"function":{"arguments":"{\"v\":\"TOKEN\"}"}}]}}]}"#,
                "\n\n",
                r#"data: {"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"}"}}]}}]}"#,
            ),
            value,
        );
        check_value_in_arguments(
            Dialect::AnthropicMessages,
            concat!(
                r#"data: {"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"{\"v\": \"TOKEN\"}"}}"#,
                "\n\n",
                r#"data: {"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"{\"v\":\"TOKEN\"}"}}"#,
            ),
            value,
        );
    }
}

proptest! {
    #[test]
    fn foreign_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), wrap in any::<bool>()) {
        let framed = [b"data: ".as_slice(), &bytes, b"\n\n"].concat();
        for dialect in [Dialect::OpenAiChat, Dialect::AnthropicMessages, Dialect::Unknown] {
            let (_, events) = read(dialect, &[if wrap { &framed } else { &bytes }]);
            let raw: Vec<u8> = events.iter().flat_map(|event| event.with(&[])).collect();
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
            prop_assert_eq!(told(&read(dialect, &pieces).1), told(&read(dialect, &[bytes]).1));
        }
    }

    #[test]
    fn new_text_is_what_a_reader_reads(text in any::<String>()) {
        let stream = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"x\"}}]}\n\n";
        let (_, events) = read(Dialect::OpenAiChat, &[stream.as_bytes()]);
        let (_, back) = read(Dialect::OpenAiChat, &[&events[0].with(&[(0, &text)])]);
        let texts: BTreeMap<Channel, String> = back.iter().flat_map(Event::deltas).map(|d| (d.channel, d.text.to_owned())).collect();
        prop_assert_eq!(texts.values().cloned().collect::<String>(), text);
    }
}
