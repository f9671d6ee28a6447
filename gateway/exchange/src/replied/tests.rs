//! Answers from outside: what a client reads, whatever the pieces are that the provider sends, and when.
#![expect(clippy::unwrap_used, clippy::string_slice, reason = "a failed test should stop here")]

use std::fs;
use std::path::{Path, PathBuf};

use detect::{Detector, RuleFile};
use policy::{Catalogue, Rulebook, Source};
use proptest::prelude::*;
use protect::{Scope, Tokeniser};
use serde_json::{Value, json};

use super::*;
use crate::{Book, Bounds, Keys, Search};

mod allowed;
mod holding;
mod own;
mod streams;
mod wholes;

/// The shipped rules, compiled once.
static BOOK: std::sync::LazyLock<Arc<Book>> =
    std::sync::LazyLock::new(|| book(|text| text, Bounds::default()));

#[expect(clippy::disallowed_methods, reason = "files of the repository, read in a test")]
fn files(folder: &str, extension: &str) -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rules").join(folder);
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|found| found == extension));
    paths.sort();
    let read = |path: PathBuf| (path.display().to_string(), fs::read_to_string(&path).unwrap());
    paths.into_iter().map(read).collect()
}

/// A book of the shipped rules, each policy file changed by `change`.
fn book(change: impl Fn(String) -> String, bounds: Bounds) -> Arc<Book> {
    let texts = files("detectors", "toml");
    let sources: Vec<_> = texts.iter().map(|(name, text)| RuleFile { name, text }).collect();
    let detector = Detector::compile(&sources).unwrap();
    let names: Vec<_> =
        detector.infos().iter().map(|info| (info.id.clone(), info.family.clone())).collect();
    let sources = files("default", "policy").into_iter();
    let sources: Vec<_> = sources.map(|(path, text)| Source { path, text: change(text) }).collect();
    let rulebook = Rulebook::compile(&sources, &Catalogue { detectors: &names }).unwrap();
    let keys = Keys { tokens: [7; 32], pseudonyms: incident::Key::new("test", [7; 32]) };
    let atlas = geo::Atlas::empty();
    Arc::new(
        Book::new(
            Search::new(detector),
            rulebook,
            atlas,
            keys,
            std::collections::BTreeMap::new(),
            bounds,
        )
        .unwrap(),
    )
}

/// An answer in OpenAI's dialect to a client that speaks it too, and the token of a value in it.
fn replied(book: &Arc<Book>, value: &str) -> (Replied, String) {
    let case = Case::sample(book, "openai");
    let mut vault = Vault::default();
    let scope = Scope { tenant: "t", destination: "d", application: "a", period: "p" };
    let token = Tokeniser::new(&[7; 32], &scope).token("personal", value, &mut vault);
    let grade = geo::Grade::Declared;
    let candidate = policy::Candidate { grade, ..policy::Candidate::to(case.requested.unwrap()) };
    let replied = Replied {
        judge: AnswerJudge::new(&case, candidate),
        case,
        from: Dialect::OpenAiChat,
        to: Dialect::OpenAiChat,
        vault,
        translation: translate::Options::default(),
        streaming: None,
        summary: AnswerSummary::default(),
    };
    (replied, token)
}

const VALUE: &str = "anna.berger@example.org";

/// A key as AWS writes them, put together here so that nobody takes this file for a leak.
fn secret() -> String {
    ["AKIA", "FWUPGZ", "ZQQHALSCZH"].concat()
}

fn event(delta: &Value, choice: u32, more: &Value) -> Vec<u8> {
    let mut body = json!({
        "id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m",
        "choices": [{ "index": choice, "delta": delta, "finish_reason": null }],
    });
    for (name, value) in more.as_object().unwrap() {
        body["choices"][0][name] = value.clone();
    }
    format!("data: {body}\n\n").into_bytes()
}

fn says(text: &str) -> Vec<u8> {
    event(&json!({ "content": text }), 0, &json!({}))
}

fn calls(call: u32, arguments: &str) -> Vec<u8> {
    let call = json!({ "index": call, "function": { "arguments": arguments } });
    event(&json!({ "tool_calls": [call] }), 0, &json!({}))
}

/// What a client has read, and how the stream ended.
struct Read {
    flow: Flow,
    bytes: String,
    /// Events that the client had before each step, and at the end.
    after: Vec<usize>,
    summary: AnswerSummary,
}

impl Read {
    fn field(&self, pointer: &str) -> String {
        self.events().iter().filter_map(|e| e.pointer(pointer)?.as_str()).collect()
    }

    fn text(&self) -> String {
        self.field("/choices/0/delta/content")
    }

    fn arguments(&self, call: u64) -> String {
        let events = self.events();
        let deltas = events.iter().filter_map(|e| e.pointer("/choices/0/delta/tool_calls/0"));
        let of_it = deltas.filter(|delta| delta["index"] == call);
        of_it.filter_map(|delta| delta["function"]["arguments"].as_str()).collect()
    }

    fn events(&self) -> Vec<Value> {
        let data = self.bytes.lines().filter_map(|line| line.strip_prefix("data: {"));
        data.map(|rest| serde_json::from_str(&format!("{{{rest}")).unwrap()).collect()
    }
}

/// Streams frames, each in a step of its own.
fn stream(mut replied: Replied, frames: &[Vec<u8>]) -> Read {
    let (mut scratch, mut out, mut after) = (Scratch::default(), Vec::new(), Vec::new());
    replied.start().unwrap();
    let count = |out: &[u8]| String::from_utf8_lossy(out).matches("data: ").count();
    let mut flow = Flow::Open;
    for frame in frames {
        flow = replied.step(frame, &mut scratch, &mut out);
        after.push(count(&out));
        if flow != Flow::Open {
            break;
        }
    }
    if flow == Flow::Open {
        flow = replied.finish(&mut scratch, &mut out);
    }
    after.push(count(&out));
    let bytes = String::from_utf8(out).unwrap();
    Read { flow, bytes, after, summary: replied.summary() }
}

fn done() -> Vec<u8> {
    b"data: [DONE]\n\n".to_vec()
}

fn finished() -> Vec<u8> {
    event(&json!({}), 0, &json!({ "finish_reason": "stop" }))
}

/// The pieces of a text between character boundaries.
fn pieces(text: &str, cuts: &[usize]) -> Vec<String> {
    let mut edges: Vec<usize> = cuts.iter().map(|cut| cut % (text.len() + 1)).collect();
    edges.retain(|at| text.is_char_boundary(*at));
    edges.extend([0, text.len()]);
    edges.sort_unstable();
    edges.dedup();
    edges.windows(2).map(|pair| text[pair[0]..pair[1]].to_owned()).collect()
}
