//! The editor files under `deploy/editors`: what they colour is what the compiler takes.

use std::collections::BTreeSet;

use policy::{Catalogue, Expected, Source, block_words, expected};
use serde_json::Value;

use super::POLICY;

const GRAMMAR: &str =
    include_str!("../../../../deploy/editors/vscode/syntaxes/seawall-policy.tmLanguage.json");
const PACKAGE: &str = include_str!("../../../../deploy/editors/vscode/package.json");
const CONFIGURATION: &str =
    include_str!("../../../../deploy/editors/vscode/language-configuration.json");

/// The words in the first alternatives of a pattern: `(a|b)` gives a and b.
fn coloured(pattern: &str) -> BTreeSet<String> {
    let grammar: Value = serde_json::from_str(GRAMMAR).unwrap();
    let found = grammar["repository"][pattern]["match"].as_str().unwrap();
    let (_, rest) = found.split_once("(?:").unwrap();
    let (words, _) = rest.split_once(')').unwrap();
    words.split('|').map(str::to_owned).collect()
}

/// The words of the language that may stand at the end of a text.
fn taken(text: &str) -> BTreeSet<String> {
    // Of two `policy` blocks only the first is read.
    let before = if text.starts_with("policy") { "" } else { POLICY };
    let sources = [Source { path: "p.policy".to_owned(), text: format!("{before}{text}") }];
    let catalogue = Catalogue { detectors: &[] };
    let found = expected(&sources, &catalogue, 0, sources[0].text.len());
    let words = |what: Expected| match what {
        Expected::Words { words, rest } => format!("{words} {rest}"),
        _ => String::new(),
    };
    let is_word = |word: &&str| word.starts_with(|c: char| c.is_ascii_lowercase());
    let text: String = found.into_iter().map(|what| words(what) + " ").collect();
    let split = text.split(|c: char| !c.is_ascii_alphabetic() && c != '-');
    split.filter(is_word).map(str::to_owned).collect()
}

fn check(pattern: &str, words: BTreeSet<String>) {
    let written = words.iter().cloned().collect::<Vec<_>>().join("|");
    assert_eq!(coloured(pattern), words, "write in `{pattern}`: (?:{written})");
}

#[test]
fn the_grammar_has_the_words_of_the_compiler() {
    check("block", block_words().map(str::to_owned).collect());
    let mut lines = BTreeSet::new();
    for block in block_words() {
        let name = if block == "test" { "\"t\"" } else { "n" };
        lines.extend(taken(&format!("{block} {name}\n  ")));
    }
    // Only a test whose expectation stands already has an `and` of its own; a rule has it anyway.
    check("line", lines);
    let rule = "rule r\n  when data includes people\n  then ";
    let destination = "destination d\n  ";
    let places = [
        "rule r\n  when ".to_owned(),
        rule.to_owned(),
        format!("{rule}ask "),
        format!("{rule}redact people as "),
        format!("{rule}alert soc "),
        format!("{rule}alert "),
        format!("{rule}ask approval "),
        format!("{rule}reroute "),
        format!("{rule}block\n  mode "),
        format!("{rule}block\n  mode monitor "),
        "invariant i\n  then it must ".to_owned(),
        "invariant i\n  then it ".to_owned(),
        "invariant i\n  then it must never ".to_owned(),
        "invariant i\n  then it must never be ".to_owned(),
        "class c\n  kind ".to_owned(),
        "class c\n  kind identifier ".to_owned(),
        format!("{destination}tier "),
        format!("{destination}speaks "),
        format!("{destination}credential "),
        format!("{destination}keys "),
        "group g\n  country DE ".to_owned(),
        "exception e\n  to ".to_owned(),
        "exception e\n  granted 2026-01-01 ".to_owned(),
    ];
    check("word", places.iter().flat_map(|place| taken(place)).collect());
}

/// What the client asks for by name is there, and every file that the package names exists.
#[test]
fn the_extension_is_whole() {
    let package: Value = serde_json::from_str(PACKAGE).unwrap();
    let _: Value = serde_json::from_str(CONFIGURATION).unwrap();
    let grammar: Value = serde_json::from_str(GRAMMAR).unwrap();
    let contributes = &package["contributes"];
    assert_eq!(contributes["grammars"][0]["scopeName"], grammar["scopeName"]);
    assert_eq!(contributes["languages"][0]["extensions"][0], ".policy");
    let folder =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/editors/vscode");
    for path in [
        &package["main"],
        &contributes["grammars"][0]["path"],
        &contributes["languages"][0]["configuration"],
    ] {
        assert!(folder.join(path.as_str().unwrap()).is_file(), "{path}");
    }
    for pattern in grammar["patterns"].as_array().unwrap() {
        let name = pattern["include"].as_str().unwrap().trim_start_matches('#');
        assert!(grammar["repository"][name].is_object(), "{name}");
    }
}
