//! The mistakes that authors make, one file each under `mistakes/`, with what they are told about it.
//!
//! `WRITE_GOLDEN=1` writes what is told now; read the difference as the author would, then commit it.

#![expect(clippy::disallowed_methods, reason = "files of the repository, read in a test")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::{DETECTORS, WORLD, detectors, source};
use crate::{Catalogue, Diagnostics, Gravity, check};

/// 2026-11-21, the day on which all of them are checked.
const NOW: i64 = 1_795_219_200;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/tests/mistakes")
}

/// All mistakes: the name of each and its text.
fn mistakes() -> Vec<(String, String)> {
    let entries = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    let mut paths: Vec<PathBuf> =
        entries.filter(|path| path.extension().is_some_and(|e| e == "policy")).collect();
    paths.sort();
    let named = |path: &PathBuf| path.file_stem().unwrap().to_str().unwrap().to_owned();
    paths.iter().map(|path| (named(path), fs::read_to_string(path).unwrap())).collect()
}

/// What is told of the file, beside the vocabulary of the tests.
fn told(name: &str, text: &str) -> Diagnostics {
    let detectors = detectors(&DETECTORS);
    let path = format!("{name}.policy");
    let sources = [source("world.policy", WORLD), source(&path, text)];
    let found = check(&sources, &Catalogue { detectors: &detectors }, Some(NOW)).diagnostics;
    found.of_file(&path)
}

#[test]
fn each_mistake_is_told_as_its_golden_file_says() {
    let all = mistakes();
    let mut codes = BTreeSet::new();
    for (name, text) in &all {
        let found = told(name, text);
        let written =
            found.render(false).lines().map(str::trim_end).collect::<Vec<_>>().join("\n") + "\n";
        let golden = folder().join(format!("{name}.txt"));
        if std::env::var_os("WRITE_GOLDEN").is_some() {
            fs::write(&golden, &written).unwrap();
        }
        assert_eq!(fs::read_to_string(&golden).unwrap_or_default(), written, "{name}");
        let [one] = found.iter().collect::<Vec<_>>()[..] else {
            panic!("{name}: one mistake, one message\n{written}")
        };
        assert!(!one.message.is_empty() && !one.label.is_empty(), "{name}");
        assert!(one.help.as_ref().is_some_and(|help| !help.is_empty()), "{name}: no mend");
        codes.insert(one.code);
    }
    assert!(
        all.len() >= 80 && codes.len() >= 28,
        "{} mistakes with {} codes",
        all.len(),
        codes.len()
    );
}

/// Where the mend is an edit, the edit mends it.
#[test]
fn what_is_proposed_as_an_edit_takes_the_mistake_away() {
    let mut mended = 0;
    for (name, mut text) in mistakes() {
        let found = told(&name, &text);
        let Some(one) = found.iter().next() else { continue };
        if let Some(patch) = one.patch.clone().filter(|_| one.severity == Gravity::Error) {
            text.replace_range(patch.span, &patch.with);
            let left = told(&name, &text);
            assert!(
                left.iter().all(|other| (other.code, &other.message) != (one.code, &one.message)),
                "{name}:\n{text}\n{left}"
            );
            mended += 1;
        }
    }
    assert!(mended >= 20, "{mended}");
}
