//! A caller that holds text back, as restoring and masking do: whatever it holds, every text comes out whole, in events
//! that a reader of the dialect understands.

use std::collections::BTreeMap;

use dialect::Dialect;
use dialect::stream::{Channel, Event, Reader};

use super::recordings;

/// Reads a stream and writes it again with the last `hold` characters of every growing text held back until more of it
/// comes or it ends.
fn pass(dialect: Dialect, bytes: &[u8], hold: usize) -> Vec<u8> {
    let (mut reader, mut out) = (Reader::new(dialect), Vec::new());
    let mut held: BTreeMap<Channel, String> = BTreeMap::new();
    reader.feed(bytes);
    loop {
        let event = match reader.next() {
            Ok(Some(event)) => event,
            _ => match reader.finish() {
                Some(event) => event,
                None => break,
            },
        };
        let mut texts: Vec<(usize, Channel, String)> = Vec::new();
        for (index, delta) in
            event.deltas().enumerate().filter(|(_, delta)| delta.channel.kind.grows())
        {
            let kept = held.entry(delta.channel).or_default();
            kept.push_str(delta.text);
            let from =
                kept.char_indices().rev().nth(hold.saturating_sub(1)).map_or(0, |(at, _)| at);
            let rest = kept.split_off(if hold == 0 { kept.len() } else { from });
            texts.push((index, delta.channel, std::mem::replace(kept, rest)));
        }
        for channel in event.ends() {
            let rest = held.remove(channel).unwrap_or_default();
            match texts.iter_mut().rfind(|(_, other, _)| other == channel) {
                Some((_, _, text)) => text.push_str(&rest),
                None if rest.is_empty() => {}
                None => out.extend(reader.synthesise(*channel, &rest)),
            }
        }
        let texts: Vec<(usize, &str)> =
            texts.iter().map(|(index, _, text)| (*index, text.as_str())).collect();
        out.extend(event.with(&texts));
    }
    for channel in reader.close() {
        let rest = held.remove(&channel).unwrap_or_default();
        if !rest.is_empty() {
            out.extend(reader.synthesise(channel, &rest));
        }
    }
    assert!(held.values().all(String::is_empty), "text was held of a channel that never ended");
    out
}

fn texts(dialect: Dialect, bytes: &[u8]) -> BTreeMap<Channel, String> {
    let mut reader = Reader::new(dialect);
    reader.feed(bytes);
    let mut out: BTreeMap<Channel, String> = BTreeMap::new();
    let mut add = |event: &Event| {
        for delta in event.deltas().filter(|delta| delta.channel.kind.grows()) {
            out.entry(delta.channel).or_default().push_str(delta.text);
        }
    };
    while let Ok(Some(event)) = reader.next() {
        add(&event);
    }
    reader.finish().iter().for_each(add);
    out
}

fn check(name: &str, dialect: Dialect, bytes: &[u8]) {
    assert!(pass(dialect, bytes, 0) == bytes || !texts(dialect, bytes).is_empty(), "{name}");
    for hold in [0, 1, 7, 1000] {
        let passed = pass(dialect, bytes, hold);
        assert!(
            texts(dialect, &passed) == texts(dialect, bytes),
            "{name}: texts differ when {hold} are held back"
        );
    }
}

#[test]
fn recorded_streams_come_out_whole() {
    for recording in recordings::answers("sse") {
        check(&recording.name, recording.dialect, &recording.bytes);
    }
}

#[test]
fn own_streams_come_out_whole() {
    let openai = concat!(
        "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a \\\"b\\\" 🦀\",\"reasoning\":\"x\"}},{\"index\":1,\"delta\":{\"content\":\"other\"}}]}\r\n\r\n",
        "data: {\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"t\",\"function\":{\"name\":\"f\",\"arguments\":\"{\\\"a\\\":1\"}}]}}]}\n\n",
        "data: {\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":1,\"id\":\"u\",\"function\":{\"name\":\"g\",\"arguments\":\"[\"}},{\"index\":0,\"function\":{\"arguments\":\"}\"}}]}}]}\n\n",
        "data: {\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":1,\"function\":{\"arguments\":\"]\"}}]},\"finish_reason\":\"tool_calls\"}]}\n\n",
        "data: {\"choices\":[{\"index\":1,\"delta\":{\"content\":\" and more\"}}]}",
    );
    check("openai", Dialect::OpenAiChat, openai.as_bytes());
    let anthropic = concat!(
        "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"be\"}}\n\n",
        "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"gun\"}}\n\n",
        "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":0}\n\n",
        "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":1,\"content_block\":{\"type\":\"tool_use\",\"id\":\"t\",\"name\":\"f\",\"input\":{}}}\n\n",
        "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":1,\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":\"{\\\"a\\\": \\\"b\"}}\n\n",
        "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Busy\"}}\n\n",
    );
    check("anthropic", Dialect::AnthropicMessages, anthropic.as_bytes());
}
