//! The rules of the house that a compiler does not know, held by a test.
//!
//! Each check names the rule it holds, so that whoever breaks one learns why it is there.

#![expect(clippy::expect_used, clippy::panic, reason = "a failed check should stop here")]

use std::fs;
use std::path::{Path, PathBuf};

/// Rooms whose code must be pure: leaves and judgement.
const INNER: [&str; 7] = ["detect", "dialect", "geo", "policy", "protect", "incident", "exchange"];
/// Rooms that may touch sockets, files and clocks.
const OUTER: [&str; 3] = ["journal", "proxy", "console"];
/// What each room may depend on among the rooms: arrows point downwards only.
const ALLOWED: [(&str, &[&str]); 10] = [
    ("detect", &[]),
    ("dialect", &[]),
    ("geo", &[]),
    ("policy", &["detect", "geo"]),
    ("protect", &[]),
    ("incident", &[]),
    ("exchange", &["incident", "protect", "policy", "detect", "geo", "dialect"]),
    ("journal", &["exchange", "incident"]),
    (
        "proxy",
        &["exchange", "incident", "policy", "protect", "dialect", "detect", "geo", "journal"],
    ),
    ("console", &[]),
];
const MAX_LINES: usize = 600;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn walk(dir: &Path, out: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(dir) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            if !path.ends_with("target") && !path.ends_with(".git") {
                walk(&path, out);
            }
        } else {
            out.push(path);
        }
    }
}

fn files(under: &str, extension: &str) -> Vec<(String, String)> {
    let mut paths = Vec::new();
    walk(&root().join(under), &mut paths);
    paths.sort();
    let named = |path: &PathBuf| path.strip_prefix(root()).unwrap_or(path).display().to_string();
    let list: Vec<_> = paths
        .iter()
        .filter(|path| path.extension().is_some_and(|e| e == extension))
        .map(|path| (named(path), fs::read_to_string(path).expect("source files are UTF-8")))
        .collect();
    assert!(!list.is_empty(), "no .{extension} files under {under}: the check would prove nothing");
    list
}

fn report(rule: &str, offences: &[String]) {
    assert!(offences.is_empty(), "{rule}\n  {}\n", offences.join("\n  "));
}

/// Production code: what stands before the first `#[cfg(test)]`.
fn production(text: &str) -> &str {
    text.split("#[cfg(test)]").next().unwrap_or(text)
}

fn is_test_file(name: &str) -> bool {
    name.contains("/tests/") || name.ends_with("tests.rs") || name.contains("/benches/")
}

fn code_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .enumerate()
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
        .map(|(n, line)| (n + 1, line))
}

#[test]
fn inner_rooms_touch_no_world() {
    let banned = [
        "tokio",
        "pingora",
        "std::fs",
        "std::env",
        "std::process",
        "std::thread::spawn",
        "SystemTime::now",
        "Instant::now",
        "TcpStream",
        "TcpListener",
        "UdpSocket",
        "UnixStream",
        "rand::",
        "getrandom",
        "ureq",
        "hickory",
    ];
    let mut offences = Vec::new();
    for room in INNER {
        for (name, text) in files(&format!("gateway/{room}/src"), "rs") {
            if is_test_file(&name) {
                continue;
            }
            for (line, code) in code_lines(production(&text)) {
                for word in banned.iter().filter(|word| code.contains(**word)) {
                    offences.push(format!("{name}:{line}: {word}"));
                }
            }
        }
    }
    report("Leaves and judgement take clocks, sockets, files and randomness as values.", &offences);
}

#[test]
fn arrows_point_downwards() {
    let mut offences = Vec::new();
    for (room, allowed) in ALLOWED {
        let manifest = fs::read_to_string(root().join(format!("gateway/{room}/Cargo.toml")))
            .expect("each room has a manifest");
        let table: toml::Table = manifest.parse().expect("manifests are TOML");
        let Some(dependencies) = table.get("dependencies").and_then(|d| d.as_table()) else {
            continue;
        };
        for name in dependencies.keys() {
            let is_room = INNER.contains(&name.as_str()) || OUTER.contains(&name.as_str());
            if is_room && !allowed.contains(&name.as_str()) {
                offences.push(format!("{room} depends on {name}"));
            }
        }
    }
    report("Dependencies run downwards only; docs/ARCHITECTURE.md has the picture.", &offences);
}

#[test]
fn no_file_outgrows_its_reader() {
    let mut offences = Vec::new();
    for (name, text) in files("gateway", "rs") {
        let lines = text.lines().count();
        if lines > MAX_LINES {
            offences.push(format!("{name}: {lines} lines"));
        }
    }
    report("A file over 600 lines holds more than one idea: split it by meaning.", &offences);
}

#[test]
fn every_module_says_what_it_is() {
    let mut offences = Vec::new();
    for (name, text) in files("gateway", "rs") {
        if !text.trim_start().starts_with("//!") && !text.trim_start().starts_with("#!") {
            offences.push(name);
        }
    }
    report("Every module opens with `//!`: what it is, its invariants, its units.", &offences);
}

#[test]
fn every_detector_file_has_examples() {
    let mut offences = Vec::new();
    for (name, text) in files("rules/detectors", "toml") {
        let table: toml::Table = text.parse().unwrap_or_else(|e| panic!("{name}: {e}"));
        let detectors =
            table.get("detector").and_then(|d| d.as_array()).cloned().unwrap_or_default();
        // A file may also hold only word lists that detectors share.
        if detectors.is_empty() && !table.contains_key("words") {
            offences.push(format!("{name}: no [[detector]]"));
        }
        for detector in detectors {
            let id = detector.get("id").and_then(|i| i.as_str()).unwrap_or("?").to_owned();
            for key in ["examples", "counter_examples"] {
                if detector.get(key).and_then(|e| e.as_array()).is_none_or(Vec::is_empty) {
                    offences.push(format!("{name}: {id} has no {key}"));
                }
            }
        }
    }
    report("A detector without examples and counter-examples proves nothing.", &offences);
}

/// `request_filter` always answers itself; pingora's own proxy path is never taken.
#[test]
fn there_is_one_way_out() {
    let mut offences = Vec::new();
    for (name, text) in files("gateway/proxy/src", "rs") {
        for (line, code) in code_lines(production(&text)) {
            if code.contains("Ok(false)") && name.contains("shell") {
                offences.push(format!(
                    "{name}:{line}: Ok(false) would hand the request to pingora's proxy path"
                ));
            }
            if code.contains("engine.send(") && !name.ends_with("egress.rs") {
                offences.push(format!("{name}:{line}: bytes leave through egress.rs, which takes a Permit, and nowhere else"));
            }
        }
    }
    report("There is one way out of the gateway.", &offences);
}

#[test]
fn one_word_for_one_idea() {
    let glossary = fs::read_to_string(root().join("docs/GLOSSARY.md")).expect("docs/GLOSSARY.md");
    let banned: Vec<&str> = glossary
        .lines()
        .filter_map(|line| line.strip_prefix("- not: "))
        .flat_map(|line| line.split(','))
        .map(str::trim)
        .filter(|word| !word.is_empty())
        .collect();
    assert!(banned.len() > 5, "the glossary lists the words it bans as `- not: a, b`");
    let mut offences = Vec::new();
    for (name, text) in files("gateway", "rs") {
        for (n, line) in text.lines().enumerate() {
            let words = line.split(|c: char| !c.is_alphanumeric());
            for word in words.filter(|word| banned.iter().any(|b| b.eq_ignore_ascii_case(word))) {
                offences.push(format!("{name}:{}: {word}", n + 1));
            }
        }
    }
    report("docs/GLOSSARY.md has one word for each idea.", &offences);
}

#[test]
fn nothing_is_left_for_later() {
    let marks = [
        concat!("to", "do!("),
        concat!("unimple", "mented!("),
        concat!("FIX", "ME"),
        concat!("XX", "X"),
        concat!("#[ig", "nore"),
    ];
    let mut offences = Vec::new();
    for folder in ["gateway", "tests"] {
        for (name, text) in files(folder, "rs") {
            for (n, line) in text.lines().enumerate() {
                for mark in marks.iter().filter(|mark| line.contains(**mark)) {
                    offences.push(format!("{name}:{}: {mark}", n + 1));
                }
            }
        }
    }
    report("What is not done is said in the notes, not left in the code.", &offences);
}
