//! The texts: slices of the corpora beside the repository, or texts made here where there are none.

use std::path::{Path, PathBuf};

use crate::generate;
use crate::rules::File;

/// Bytes of a piece: what a scan gets at once.
pub const PIECE: usize = 64 << 10;
/// Bytes of a message.
pub const MESSAGE: usize = 2 << 10;

/// A named text in pieces.
pub struct Corpus {
    pub name: &'static str,
    pub text: String,
    pub piece: usize,
}

impl Corpus {
    /// The pieces, cut at the ends of lines or at least of characters.
    pub fn pieces(&self) -> Vec<&str> {
        let (mut pieces, mut rest) = (Vec::new(), self.text.as_str());
        while rest.len() > self.piece {
            let at = (0..=self.piece).rev().find(|i| rest.is_char_boundary(*i)).unwrap_or(0);
            let line = memchr::memrchr(b'\n', &rest.as_bytes()[..at]).map(|i| i + 1);
            let at = line.filter(|line| *line > at - at / 4).unwrap_or(at);
            let (head, tail) = rest.split_at(at);
            pieces.push(head);
            rest = tail;
        }
        pieces.push(rest);
        pieces
    }
}

/// All corpora of one run, `bytes` each.
pub fn all(root: &Path, files: &[File], bytes: usize) -> Vec<Corpus> {
    let eval = root.join("../shared/eval");
    let eval = if eval.exists() { eval } else { root.join("../../shared/eval") };
    let read = |folder: &str, keep: fn(&str) -> bool| {
        slice(&eval.join("corpora").join(folder), keep, bytes)
    };
    let own = |extension: &str| repository(root, extension, bytes);
    let prose = read("prose", |n| n.starts_with("en_")).unwrap_or_else(|| own("md"));
    let mixed = read("prose", |n| !n.starts_with("en_")).unwrap_or_else(|| scripts(files, bytes));
    let code = read("code", |_| true).unwrap_or_else(|| own("rs"));
    let logs = read("logs", |_| true).unwrap_or_else(|| generate::logs(bytes));
    let chat = chat(&eval, bytes).unwrap_or_else(|| own("md"));
    let corpus = |name, text, piece| Corpus { name, text, piece };
    vec![
        corpus("prose", prose, PIECE),
        corpus("mixed scripts", mixed, PIECE),
        corpus("code", code, PIECE),
        corpus("chat (JSON strings)", chat.clone(), PIECE),
        corpus("logs", logs, PIECE),
        corpus("digit CSV", generate::csv(bytes), PIECE),
        corpus("dense PII", generate::dense(files, bytes), PIECE),
        corpus("2 KB messages", chat, MESSAGE),
    ]
}

fn under(folder: &Path, paths: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.filter_map(|e| e.ok().map(|e| e.path())) {
        if path.is_dir() {
            under(&path, paths);
        } else {
            paths.push(path);
        }
    }
    paths.sort();
}

fn text_of(path: &Path) -> String {
    std::fs::read(path).map(|b| String::from_utf8_lossy(&b).into_owned()).unwrap_or_default()
}

/// An equal share of every file of a folder.
fn slice(folder: &Path, keep: fn(&str) -> bool, bytes: usize) -> Option<String> {
    let mut paths = Vec::new();
    under(folder, &mut paths);
    paths.retain(|p| p.file_name().is_some_and(|n| keep(&n.to_string_lossy())));
    if paths.is_empty() {
        return None;
    }
    Some(shares(&paths.iter().map(|p| text_of(p)).collect::<Vec<_>>(), bytes))
}

fn shares(texts: &[String], bytes: usize) -> String {
    let mut order: Vec<&String> = texts.iter().collect();
    order.sort_by_key(|t| t.len());
    let mut out = String::new();
    for (i, text) in order.iter().enumerate() {
        let share = bytes.saturating_sub(out.len()) / (order.len() - i);
        let at = (0..=share.min(text.len())).rev().find(|i| text.is_char_boundary(*i));
        out.push_str(&text[..at.unwrap_or(0)]);
        out.push('\n');
    }
    out
}

/// The decoded strings of chat bodies and recorded exchanges.
fn chat(eval: &Path, bytes: usize) -> Option<String> {
    let mut paths = Vec::new();
    under(&eval.join("corpora/chat"), &mut paths);
    under(&eval.join("corpora/json"), &mut paths);
    paths.retain(|p| p.extension().is_some_and(|e| e == "json" || e == "jsonl"));
    let decoded = |path: &PathBuf| {
        let text = text_of(path);
        let mut out = String::new();
        for value in serde_json::Deserializer::from_str(&text).into_iter::<serde_json::Value>() {
            let Ok(value) = value else { break };
            strings(&value, &mut out);
        }
        out
    };
    let texts: Vec<String> = paths.iter().map(decoded).filter(|t| !t.is_empty()).collect();
    (!texts.is_empty()).then(|| shares(&texts, bytes))
}

fn strings(value: &serde_json::Value, out: &mut String) {
    match value {
        serde_json::Value::String(text) => {
            out.push_str(text);
            out.push('\n');
        }
        serde_json::Value::Array(items) => items.iter().for_each(|v| strings(v, out)),
        serde_json::Value::Object(fields) => fields.values().for_each(|v| strings(v, out)),
        _ => {}
    }
}

/// The repository's own files of one kind, repeated.
fn repository(root: &Path, extension: &str, bytes: usize) -> String {
    let mut paths = Vec::new();
    ["docs", "gateway", "rules"].iter().for_each(|f| under(&root.join(f), &mut paths));
    paths.retain(|p| p.extension().is_some_and(|e| e == extension));
    let all: String = paths.iter().map(|p| text_of(p) + "\n").collect();
    shares(&[all.repeat(bytes / all.len() + 1)], bytes)
}

/// Words of the languages that the rules know.
fn scripts(files: &[File], bytes: usize) -> String {
    let word = |t: &str| !t.is_ascii();
    let words: Vec<&str> = files
        .iter()
        .flat_map(|(_, t)| t.split(['\'', '"', '\n', ' ']))
        .filter(|t| word(t))
        .collect();
    let mut random = generate::Random::new(15);
    let mut out = String::new();
    while out.len() < bytes {
        out.push_str(words[random.below(words.len())]);
        out.push(if random.below(12) == 0 { '\n' } else { ' ' });
    }
    out
}
