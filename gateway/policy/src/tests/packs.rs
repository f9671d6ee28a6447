//! Packs: how they are loaded, and that those that are shipped are what they say.

#![expect(clippy::disallowed_methods, reason = "files of the repository, read in a test")]

use std::collections::BTreeMap;
use std::path::Path;

use super::source;
use crate::{Catalogue, Report, Rulebook, Source, check, packs, with_packs};

const RULES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../rules");
/// 2026-11-22, in seconds.
const NOW: i64 = 1_795_305_600;

fn read(folder: &Path, extension: &str, all: &mut Vec<Source>) {
    let mut paths: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            read(&path, extension, all);
        } else if path.extension().is_some_and(|found| found == extension) {
            let text = std::fs::read_to_string(&path).unwrap();
            all.push(source(&path.strip_prefix(RULES).unwrap().display().to_string(), &text));
        }
    }
}

fn files(folder: &str, extension: &str) -> Vec<Source> {
    let mut all = Vec::new();
    read(&Path::new(RULES).join(folder), extension, &mut all);
    assert!(!all.is_empty(), "{folder} holds no .{extension} file");
    all
}

/// Id and family of every shipped detector, by the lines of their files.
fn detectors() -> Vec<(String, String)> {
    let value = |line: &str, key: &str| {
        let rest = line.trim().strip_prefix(key)?.trim_start().strip_prefix('=')?;
        Some(rest.trim().trim_matches(['"', '\'']).to_owned())
    };
    let (mut found, mut id) = (Vec::new(), None);
    for line in files("detectors", "toml").iter().flat_map(|file| file.text.lines()) {
        id = value(line, "id").or(id);
        if let Some(family) = value(line, "family") {
            found.push((id.clone().unwrap(), family));
        }
    }
    found
}

/// The files of a folder of policies with the packs that they name.
fn policies(folder: &str) -> BTreeMap<String, Vec<Source>> {
    let mut all: BTreeMap<String, Vec<Source>> = BTreeMap::new();
    for file in files(folder, "policy") {
        let name = file.path.split('/').nth(1).unwrap().to_owned();
        all.entry(name).or_default().push(file);
    }
    all
}

fn checked(sources: Vec<Source>, detectors: &[(String, String)]) -> Report {
    let sources = with_packs(sources, &files("packs", "policy")).unwrap();
    check(&sources, &Catalogue { detectors }, Some(NOW))
}

/// Fine, without doubts, proved, and with the tests that were written.
fn demand_fine(name: &str, report: &Report) {
    let text = report.render(false);
    assert!(report.is_fine(), "{name}\n{text}");
    assert!(report.diagnostics.is_empty(), "{name}\n{text}");
}

#[test]
fn every_pack_holds_alone() {
    let detectors = detectors();
    for (name, sources) in policies("packs") {
        if ["vocabulary", "proving-ground"].contains(&name.as_str()) {
            continue;
        }
        let report = checked(sources, &detectors);
        demand_fine(&name, &report);
        assert!(report.tests.len() >= 4, "{name}: {} tests", report.tests.len());
        for proof in &report.proofs {
            assert_eq!(proof.verdict.name(), "proved", "{name}\n{}", report.render(false));
            assert!(proof.guarded > 0, "{name}: {} guards nothing", proof.invariant);
        }
    }
}
