//! The rules of the house that a compiler does not know, held by a test.
//!
//! Each check names the rule it holds, so that whoever breaks one learns why it is there.

#![expect(clippy::disallowed_methods, reason = "files of the repository, read in a test")]
#![expect(clippy::expect_used, clippy::panic, reason = "a failed check should stop here")]

use std::fs;
use std::path::{Path, PathBuf};

/// Rooms whose code must be pure: leaves and judgement.
const INNER: [&str; 13] = [
    "ask", "author", "bundle", "detect", "dialect", "document", "geo", "holdings", "policy",
    "prove", "protect", "incident", "exchange",
];
/// Rooms that may touch sockets, files and clocks.
const OUTER: [&str; 6] = ["census", "delivery", "journal", "mapped", "proxy", "console"];
/// What each room may depend on among the rooms: arrows point downwards only.
const ALLOWED: [(&str, &[&str]); 19] = [
    ("ask", &[]),
    ("bundle", &[]),
    ("census", &[]),
    ("detect", &[]),
    ("dialect", &[]),
    ("document", &[]),
    ("geo", &[]),
    ("holdings", &[]),
    ("policy", &["detect", "geo"]),
    ("author", &["policy"]),
    ("prove", &["policy"]),
    ("protect", &[]),
    ("incident", &[]),
    (
        "exchange",
        &[
            "ask", "incident", "protect", "policy", "detect", "geo", "dialect", "document",
            "holdings",
        ],
    ),
    ("delivery", &["bundle"]),
    ("journal", &["exchange", "incident"]),
    (
        "proxy",
        &[
            "ask", "census", "exchange", "incident", "policy", "protect", "dialect", "geo",
            "journal",
        ],
    ),
    ("console", &[]),
    ("mapped", &[]),
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

/// Deciding one request takes a table. Proving, counting and comparing is work for tools, of a size that a request must not cause.
#[test]
fn no_request_waits_for_a_proof() {
    let mut offences = Vec::new();
    for (name, text) in files("gateway", "toml") {
        if text.contains("oxidd") && name != "gateway/prove/Cargo.toml" {
            offences.push(format!("{name}: decision diagrams belong to gateway/prove"));
        }
    }
    let asking = ["check", "check_deeply", "calendar", "diff", "matrix", "mutate", "coverage"];
    for room in ["exchange", "proxy"] {
        for (name, text) in files(&format!("gateway/{room}/src"), "rs") {
            for (line, code) in code_lines(production(&text)) {
                let asks = |what: &&str| code.contains(&format!("policy::{what}("));
                if asking.iter().any(asks) {
                    offences.push(format!("{name}:{line}: {}", code.trim()));
                }
            }
        }
    }
    report("No request waits for a proof: only the command line asks for one.", &offences);
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
            if code.contains("Ok(false)") {
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

/// What a table promises to hold must be there.
#[test]
fn what_the_guarantees_name_is_there() {
    let text = fs::read_to_string(root().join("docs/guarantees.md")).expect("docs/guarantees.md");
    let (mut offences, mut named) = (Vec::new(), 0);
    for (n, line) in text.lines().enumerate().filter(|(_, line)| line.starts_with("| ")) {
        let mut room = None;
        let tests = line.trim_end_matches([' ', '|']).rsplit('|').next().unwrap_or("");
        for name in quoted(tests) {
            named += 1;
            if name == "cli" || INNER.contains(&name) || OUTER.contains(&name) {
                room = Some(name);
            } else if !is_test(room, name) {
                offences.push(format!("docs/guarantees.md:{}: {name}", n + 1));
            }
        }
    }
    assert!(named > 50, "the last column names tests in backticks");
    report("A guarantee names a test that exists.", &offences);
}

/// Whether a room (or the end-to-end tests) has this file, folder or module, or a module with such tests in it.
fn is_test(room: Option<&str>, name: &str) -> bool {
    if name.ends_with(".py") {
        return root().join("tests/e2e").join(name).exists();
    }
    let Some(room) = room else { return false };
    let path = name.replace("::", "/");
    let inline = path.strip_suffix("/tests").unwrap_or(&path);
    ["src", "src/tests", ""].iter().any(|folder| {
        let base = root().join("gateway").join(room).join(folder);
        let file = fs::read_to_string(base.join(format!("{inline}.rs"))).unwrap_or_default();
        base.join(&path).exists()
            || base.join(format!("{path}.rs")).exists()
            || file.contains("mod tests")
    })
}

fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// A checklist that leads to a file that moved is worse than none.
#[test]
fn what_the_documents_point_at_is_there() {
    let mut offences = Vec::new();
    let mut all = Vec::new();
    for folder in ["gateway", "rules", "tests", "docs"] {
        walk(&root().join(folder), &mut all);
    }
    let text = fs::read_to_string(root().join("CONTRIBUTING.md")).expect("CONTRIBUTING.md");
    for name in quoted(&text).filter(|name| !name.contains(' ') && !name.starts_with('/')) {
        let there = if name.contains('/') {
            root().join(name).exists()
        } else {
            !name.ends_with(".rs") || all.iter().any(|path| path.ends_with(name))
        };
        if !there {
            offences.push(format!("CONTRIBUTING.md: {name}"));
        }
    }
    let mut documents = vec![root().join("README.md"), root().join("CONTRIBUTING.md")];
    walk(&root().join("deploy"), &mut documents);
    documents.extend(all);
    for file in documents.iter().filter(|path| path.extension().is_some_and(|e| e == "md")) {
        let text = fs::read_to_string(file).expect("documents are UTF-8");
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let path = link.split('#').next().unwrap_or("");
            if !link.contains(':') && !file.with_file_name(path).exists() {
                offences.push(format!("{}: {link}", file.display()));
            }
        }
    }
    report("Documents point at what exists.", &offences);
}

#[test]
fn decisions_are_numbered_one_after_the_other() {
    let mut names = Vec::new();
    for (name, text) in files("docs/decisions", "md") {
        let number = name.rsplit('/').next().and_then(|file| file.split('-').next());
        let number: usize = number.and_then(|digits| digits.parse().ok()).unwrap_or(0);
        assert!(
            text.starts_with(&format!("# {number}. ")),
            "{name}: its heading has another number"
        );
        names.push((number, name));
    }
    let offences: Vec<String> = names
        .iter()
        .enumerate()
        .filter(|(at, (number, _))| at + 1 != *number)
        .map(|(_, (_, name))| name.clone())
        .collect();
    report("Decisions are numbered from 1, each number once and none left out.", &offences);
}

/// A backslash that was lost at the end of a line, or stands behind two blanks, shows in the middle of what people read.
#[test]
fn no_message_has_a_run_of_blanks() {
    const RUN: usize = 8;
    let mut offences = Vec::new();
    for (name, text) in files("gateway", "rs") {
        if is_test_file(&name) {
            continue;
        }
        for (number, line) in code_lines(production(&text)) {
            let quoted = line.trim_start();
            // What begins a line may stand further in.
            let run = quoted.find(&" ".repeat(RUN)).filter(|_| quoted.contains('"'));
            let run = run.is_some_and(|at| !quoted.get(..at).is_some_and(|q| q.ends_with("\\n")));
            if run || quoted.ends_with("  \\") {
                offences.push(format!("{name}:{number}"));
            }
        }
    }
    report("a message has single blanks between its words", &offences);
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
