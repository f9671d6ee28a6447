//! Recorded interactions of real clients with real providers, where they are at hand.

#![expect(clippy::disallowed_methods, reason = "files of the repository, read in a test")]

use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::*;
use crate::{exercise, recognise};

#[derive(serde::Deserialize)]
struct Recorded {
    id: String,
    endpoint: String,
    request_kind: String,
    response_kind: String,
}

fn folder() -> PathBuf {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/eval/api_bodies")).to_owned()
}

fn index() -> Vec<Recorded> {
    match std::fs::read(folder().join("index.json")) {
        Ok(index) => serde_json::from_slice(&index).unwrap(),
        Err(_) => {
            // Past the harness, which keeps what a passed test prints.
            std::io::stderr().write_all(b"skipped: no recordings beside the repository\n").unwrap();
            Vec::new()
        }
    }
}

/// The dialect of a recording; compatible providers use other prefixes before the same path.
fn dialect_of(recorded: &Recorded) -> Option<(Dialect, Operation)> {
    let endpoint = recorded.endpoint.as_str();
    if endpoint.ends_with("/chat/completions") {
        return Some(recognise("POST", "/chat/completions"));
    }
    matches!(endpoint, "/v1/messages" | "/v1/messages/count_tokens")
        .then(|| recognise("POST", endpoint))
}

fn bodies(side: &str) -> Vec<(String, (Dialect, Operation), Bytes)> {
    let mut found = Vec::new();
    for recorded in index() {
        let kind = if side == "request" { &recorded.request_kind } else { &recorded.response_kind };
        // Some answers are JSON after lines of white space and were recorded as text.
        let ending = if kind == "txt" { "txt" } else { "json" };
        let Some(of) = dialect_of(&recorded).filter(|_| kind == ending) else { continue };
        let file = folder().join(format!("{}.{side}.{ending}", recorded.id));
        if let Ok(body) = std::fs::read(file) {
            found.push((recorded.id, of, Bytes::from(body)));
        }
    }
    found
}

fn texts<'t>(parts: &'t [crate::Part], text: impl Fn(&'t crate::Part) -> &'t str) -> Vec<String> {
    parts
        .iter()
        .filter(|part| part.modality == Modality::Text)
        .map(|part| text(part).to_owned())
        .collect()
}

fn own_texts<'t>(
    parts: &'t [crate::Part],
    text: impl Fn(&'t crate::Part) -> &'t str,
) -> Vec<Edit<'t>> {
    let own = |(part, found): (usize, &'t crate::Part)| {
        let with = text(found);
        (found.modality == Modality::Text).then_some(Edit { part, span: (0, with.len()), with })
    };
    parts.iter().enumerate().filter_map(own).collect()
}

/// All strings and names that an independent reader finds, so that none is missed.
fn strings(value: &serde_json::Value, out: &mut Vec<String>) {
    match value {
        serde_json::Value::String(text) => out.push(text.clone()),
        serde_json::Value::Array(items) => items.iter().for_each(|item| strings(item, out)),
        serde_json::Value::Object(map) => map.values().for_each(|value| strings(value, out)),
        _ => {}
    }
}

#[test]
fn every_request_parses_and_splices() {
    let mut counted = [0, 0];
    for (id, of, body) in bodies("request") {
        let request = Request::parse(of.0, of.1, &BARE, body.clone(), &Limits::default())
            .unwrap_or_else(|e| panic!("{id}: {e}"));
        assert_eq!(request.splice(&[]).unwrap().body, body, "{id}");
        let edited =
            request.splice(&own_texts(request.parts(), |part| request.text(part))).unwrap().body;
        let again = Request::parse(of.0, of.1, &BARE, edited, &Limits::default())
            .unwrap_or_else(|e| panic!("{id}: {e}"));
        let before = texts(request.parts(), |part| request.text(part));
        assert_eq!(before, texts(again.parts(), |part| again.text(part)), "{id}");
        nothing_is_missed(&id, &body, &before, &request);
        let opaque = request.parts().iter().find(|part| part.modality == Modality::Opaque);
        assert_eq!(opaque.map(|part| request.path_of(part)), None, "{id} is not understood");
        assert_eq!(exercise(of.0, of.1, &body), Ok(()), "{id}");
        counted[usize::from(of.0 == Dialect::AnthropicMessages)] += 1;
    }
    told("requests", counted, [200, 70]);
}

/// Every longer string that has a space in it is a part, or is JSON and read inside.
fn nothing_is_missed(id: &str, body: &Bytes, texts: &[String], request: &Request) {
    let mut all = Vec::new();
    strings(&serde_json::from_slice(body).unwrap(), &mut all);
    for text in all.iter().filter(|text| text.contains(' ')) {
        let inside = || serde_json::from_str::<serde_json::Value>(text).is_ok();
        assert!(
            texts.contains(text) || inside(),
            "{id}: a string of {} bytes is no part of {request:?}",
            text.len()
        );
    }
}

#[test]
fn every_answer_parses_and_splices() {
    let mut counted = [0, 0];
    for (id, of, body) in bodies("response") {
        let answer = Answer::parse(of.0, of.1, body.clone(), &Limits::default())
            .unwrap_or_else(|e| panic!("{id}: {e}"));
        assert!(
            answer.parts().iter().all(|part| !answer.path_of(part).is_empty()),
            "{id} is not understood"
        );
        assert_eq!(answer.splice(&[], false).unwrap(), body, "{id}");
        let edited =
            answer.splice(&own_texts(answer.parts(), |part| answer.text(part)), false).unwrap();
        let again = Answer::parse(of.0, of.1, edited, &Limits::default())
            .unwrap_or_else(|e| panic!("{id}: {e}"));
        let before = texts(answer.parts(), |part| answer.text(part));
        assert_eq!(before, texts(again.parts(), |part| again.text(part)), "{id}");
        assert_eq!(exercise(of.0, of.1, &body), Ok(()), "{id}");
        counted[usize::from(of.0 == Dialect::AnthropicMessages)] += 1;
    }
    told("answers", counted, [160, 50]);
}

#[expect(clippy::print_stderr, reason = "the run should say what it covered")]
fn told(what: &str, counted: [usize; 2], least: [usize; 2]) {
    eprintln!("recorded {what}: {} OpenAI chat, {} Anthropic messages", counted[0], counted[1]);
    if folder().exists() {
        assert!(counted[0] >= least[0] && counted[1] >= least[1], "recordings are missing");
    } else {
        eprintln!("no recordings at hand");
    }
}

/// Every other recorded request is an unknown operation: it must be readable as such.
#[test]
fn foreign_bodies_are_opaque_and_readable() {
    for recorded in index() {
        let Ok(body) = std::fs::read(folder().join(format!("{}.request.json", recorded.id))) else {
            continue;
        };
        let request = Request::parse(
            Dialect::Unknown,
            Operation::Unknown,
            &BARE,
            Bytes::from(body),
            &Limits::default(),
        )
        .unwrap();
        assert!(
            request.parts().iter().any(|part| part.modality == Modality::Opaque),
            "{}",
            recorded.id
        );
    }
}
