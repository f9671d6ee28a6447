//! How fast requests are read and spliced: chat bodies of 1, 4 and 32 KB in four kinds, each with its expected
//! number of parts, beside a reader that only checks the grammar. Run: `cargo bench -p dialect [-- KIND]`.

#![expect(clippy::disallowed_methods, reason = "measures time")]
#![expect(clippy::print_stdout, reason = "a bench tells its numbers")]

use std::hint::black_box;
use std::time::Instant;

use bytes::Bytes;
use dialect::{Edit, Head, Limits, Request, recognise};
use serde_json::{Value, json};

/// Sentences as they stand in chats; lengths of runs between escapes are what matters.
const PROSE: &str = "The applicant asked in her letter of 3 May whether the permit could be extended, and the office \
    answered that it depends on the opinion of the district. ";
const LINES: &str = "Dear colleague,\nplease \"check\" the file.\n\tRegards\n";
const GREEK: &str =
    "Η αίτηση υποβλήθηκε εμπρόθεσμα και συνοδεύεται από τα απαραίτητα δικαιολογητικά. ";

fn main() {
    println!(
        "{:<14}{:>8}{:>8}{:>12}{:>10}{:>14}{:>12}",
        "body", "bytes", "parts", "read µs", "MB/s", "grammar MB/s", "splice µs"
    );
    for (kind, text) in [("prose", PROSE), ("escapes", LINES), ("greek", GREEK)] {
        for (size, messages) in [(1_000, 2), (4_000, 6), (32_000, 16)] {
            run(kind, &chat(text, size, messages), 1 + messages);
        }
    }
    for (size, calls, parts) in [(1_000, 4, 49), (4_000, 18, 217), (32_000, 146, 1753)] {
        run("tools", &tools(size, calls), parts);
    }
}

/// A conversation of about `size` bytes.
fn chat(text: &str, size: usize, messages: usize) -> Bytes {
    let content: String =
        text.chars().cycle().take(size / messages * text.chars().count() / text.len()).collect();
    let message = |n: usize| json!({ "role": if n.is_multiple_of(2) { "user" } else { "assistant" }, "content": content });
    let messages: Vec<Value> = (0..messages).map(message).collect();
    json!({ "model": "gpt-4o", "temperature": 0.7, "stream": true, "messages": messages })
        .to_string()
        .into()
}

/// A conversation of tool calls with nested arguments.
fn tools(size: usize, calls: usize) -> Bytes {
    let arguments = json!({ "name": "Ann \"Mo\" Lee", "age": 41, "tags": ["a", "b"] }).to_string();
    let call = |n: usize| {
        let call = json!({ "id": format!("call_{n}"), "type": "function", "function": { "name": "find", "arguments": arguments } });
        json!({ "role": "assistant", "tool_calls": [call], "name": "x", "tool_call_id": "y", "content": "Looking it up." })
    };
    let body = json!({ "model": "gpt-4o", "messages": (0..calls).map(call).collect::<Vec<_>>() })
        .to_string();
    assert!(body.len() > size / 2 && body.len() < size * 2, "{} bytes", body.len());
    body.into()
}

fn run(kind: &str, body: &Bytes, expected: usize) {
    if std::env::args().nth(1).is_some_and(|only| !only.starts_with('-') && only != kind) {
        return;
    }
    let headers = [("content-type".to_owned(), "application/json".to_owned())];
    let head =
        Head { method: "POST", path: "/v1/chat/completions", query: None, headers: &headers };
    let (dialect, operation) = recognise(head.method, head.path);
    let limits = Limits::default();
    let parse = || Request::parse(dialect, operation, &head, body.clone(), &limits).ok();
    let Some(request) = parse() else { return println!("{kind}: not readable") };
    assert_eq!(
        request.parts().len(),
        expected + headers.len(),
        "{kind}: the work is not what it should be"
    );
    let read = micros(|| drop(black_box(parse())));
    let grammar = micros(|| drop(black_box(serde_json::from_slice::<serde::de::IgnoredAny>(body))));
    let last = request.parts().len() - 1 - headers.len();
    let first_char = |part: usize| {
        (0, request.text(&request.parts()[part]).chars().next().map_or(0, char::len_utf8))
    };
    let edit = |part, with| Edit { part, span: first_char(part), with };
    let edits = [edit(last, "[EMAIL-7F3K9Q2MXA]"), edit(1, "x")];
    assert!(request.splice(&edits).is_ok(), "{kind}: the edits do not fit");
    let splice = micros(|| drop(black_box(request.splice(&edits))));
    let rate = |micros: f64| body.len() as f64 / micros;
    println!(
        "{kind:<14}{:>8}{:>8}{read:>12.2}{:>10.0}{:>14.0}{splice:>12.2}",
        body.len(),
        expected,
        rate(read),
        rate(grammar)
    );
}

/// The least time of a call in microseconds over many short samples: a sample shorter than a time slice shows what
/// the work costs also on a busy machine.
fn micros(mut work: impl FnMut()) -> f64 {
    let start = Instant::now();
    work();
    let calls = (SAMPLE_SECONDS / start.elapsed().as_secs_f64().max(1e-9)).clamp(1.0, 1e4) as u32;
    let mut best = f64::MAX;
    for _ in 0..SAMPLES {
        let start = Instant::now();
        for _ in 0..calls {
            work();
        }
        best = best.min(start.elapsed().as_secs_f64() * 1e6 / f64::from(calls));
    }
    best
}

const SAMPLE_SECONDS: f64 = 2e-4;
const SAMPLES: u32 = 1500;
