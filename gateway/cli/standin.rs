//! Stand-in providers for the demo: small HTTP servers on loopback that speak both dialects and keep what they received.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use serde_json::{Value, json};

/// Largest request that a stand-in reads. Bytes.
const MAX_BODY: u64 = 1 << 20;

/// A stand-in provider.
pub(super) struct Standin {
    pub(super) address: SocketAddr,
    received: Arc<Mutex<Vec<String>>>,
}

impl Standin {
    /// Starts one on a free port of loopback. It serves until the process ends.
    pub(super) fn start() -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let address = listener.local_addr()?;
        let received = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&received);
        thread::Builder::new().name("standin".to_owned()).spawn(move || {
            for stream in listener.incoming().flatten() {
                let kept = Arc::clone(&kept);
                // A connection that breaks concerns nobody else.
                thread::spawn(move || drop(converse(stream, &kept)));
            }
        })?;
        Ok(Self { address, received })
    }

    /// The bodies received since the last call.
    pub(super) fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.received.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Serves the requests of one connection.
fn converse(stream: TcpStream, received: &Mutex<Vec<String>>) -> io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut writer = stream;
    while let Some((path, body)) = request(&mut reader)? {
        received
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(String::from_utf8_lossy(&body).into_owned());
        let body: Value = serde_json::from_slice(&body).unwrap_or_default();
        let anthropic = path.ends_with("/messages");
        let said = reply(&body);
        if body["stream"] == json!(true) {
            let events = if anthropic { anthropic_events(&said) } else { openai_events(&said) };
            write!(
                writer,
                "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
            )?;
            for event in events {
                write!(writer, "{:x}\r\n{event}\r\n", event.len())?;
            }
            write!(writer, "0\r\n\r\n")?;
        } else {
            let answer =
                if anthropic { anthropic_answer(&said) } else { openai_answer(&said) }.to_string();
            write!(
                writer,
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{answer}",
                answer.len()
            )?;
        }
        writer.flush()?;
    }
    Ok(())
}

/// The path and body of the next request; `None` at the end of the connection.
fn request(reader: &mut BufReader<TcpStream>) -> io::Result<Option<(String, Vec<u8>)>> {
    let mut path = String::new();
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.take(64 << 10).read_line(&mut line)? == 0 {
            return Ok(None);
        }
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        match line.split_once(':') {
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                length = value.trim().parse().unwrap_or(0)
            }
            _ if path.is_empty() => path = line.split(' ').nth(1).unwrap_or("/").to_owned(),
            _ => {}
        }
    }
    let mut body = vec![0; usize::try_from(length.min(MAX_BODY)).unwrap_or(0)];
    reader.read_exact(&mut body)?;
    Ok(Some((path, body)))
}

/// What a helpful model would say: it repeats the end of what it was told, so that tokens come back in the answer.
fn reply(body: &Value) -> String {
    let last = body["messages"]
        .as_array()
        .and_then(|messages| messages.last())
        .map(|message| &message["content"]);
    let text = match last {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(blocks)) => {
            blocks.iter().filter_map(|block| block["text"].as_str()).collect()
        }
        _ => String::new(),
    };
    format!("Understood. You wrote: {text}")
}

fn openai_answer(said: &str) -> Value {
    json!({
        "id": "chatcmpl-demo", "object": "chat.completion", "created": 1_767_225_600, "model": "stand-in",
        "choices": [{ "index": 0, "message": { "role": "assistant", "content": said }, "finish_reason": "stop" }],
        "usage": { "prompt_tokens": 9, "completion_tokens": 12, "total_tokens": 21 },
    })
}

fn anthropic_answer(said: &str) -> Value {
    json!({
        "id": "msg_demo", "type": "message", "role": "assistant", "model": "stand-in",
        "content": [{ "type": "text", "text": said }], "stop_reason": "end_turn", "stop_sequence": null,
        "usage": { "input_tokens": 9, "output_tokens": 12 },
    })
}

/// Pieces so small that a token is split over several events.
fn pieces(said: &str) -> Vec<String> {
    let chars: Vec<char> = said.chars().collect();
    chars.chunks(7).map(|chunk| chunk.iter().collect()).collect()
}

fn openai_events(said: &str) -> Vec<String> {
    let chunk = |delta: Value, finish: Value| {
        let body = json!({
            "id": "chatcmpl-demo", "object": "chat.completion.chunk", "created": 1_767_225_600, "model": "stand-in",
            "choices": [{ "index": 0, "delta": delta, "finish_reason": finish }],
        });
        format!("data: {body}\n\n")
    };
    let mut events = vec![chunk(json!({ "role": "assistant", "content": "" }), Value::Null)];
    events.extend(pieces(said).iter().map(|piece| chunk(json!({ "content": piece }), Value::Null)));
    events.push(chunk(json!({}), json!("stop")));
    events.push("data: [DONE]\n\n".to_owned());
    events
}

fn anthropic_events(said: &str) -> Vec<String> {
    let event =
        |body: Value| format!("event: {}\ndata: {body}\n\n", body["type"].as_str().unwrap_or(""));
    let mut message = anthropic_answer("");
    message["content"] = json!([]);
    message["stop_reason"] = Value::Null;
    let mut events = vec![
        event(json!({ "type": "message_start", "message": message })),
        event(
            json!({ "type": "content_block_start", "index": 0, "content_block": { "type": "text", "text": "" } }),
        ),
    ];
    events.extend(pieces(said).iter().map(|piece| {
        event(json!({ "type": "content_block_delta", "index": 0, "delta": { "type": "text_delta", "text": piece } }))
    }));
    events.push(event(json!({ "type": "content_block_stop", "index": 0 })));
    events.push(event(json!({ "type": "message_delta", "delta": { "stop_reason": "end_turn", "stop_sequence": null }, "usage": { "output_tokens": 12 } })));
    events.push(event(json!({ "type": "message_stop" })));
    events
}
