//! The policy of a whole agency, if it stands beside the repository; otherwise skipped. `must_hold` has its three situations
//! on a policy of our own.

#![expect(clippy::disallowed_methods, reason = "files of the repository, read in a test")]

use std::path::{Path, PathBuf};

use super::careless::each_is_a_counterexample;
use super::format::{formatted, sense};
use super::twin::there_and_back;
use super::{all_pass, skipped, source};
use crate::{Catalogue, Rulebook, Source, Verdict, check, run_tests};

/// Beside the repository, or beside a folder that holds several working copies of it.
fn place() -> Option<PathBuf> {
    let above = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().skip(3);
    above.map(|folder| folder.join("shared/prototypes/policy")).find(|place| place.is_dir())
}

fn read(folder: &Path, sources: &mut Vec<Source>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            read(&path, sources);
        } else if path.extension().is_some_and(|extension| extension == "policy") {
            let text = std::fs::read_to_string(&path).unwrap();
            sources.push(source(&path.display().to_string(), &text));
        }
    }
}

/// The example names detectors that are not ours; they are taken from its own `detect` lines.
fn named_detectors(sources: &[Source]) -> Vec<(String, String)> {
    let lines = sources.iter().flat_map(|source| source.text.lines());
    let names = lines
        .filter_map(|line| line.trim().strip_prefix("detect "))
        .flat_map(|names| names.split(','));
    names.map(|name| (name.trim().to_owned(), name.trim().to_owned())).collect()
}

#[test]
fn the_worked_example_holds_and_must_hold_holds() {
    let Some(place) = place() else {
        skipped("no worked example of a policy beside the repository");
        return;
    };
    let mut sources = Vec::new();
    read(&place.join("example"), &mut sources);
    let must_hold = std::fs::read_to_string(place.join("must-hold.policy")).unwrap();
    sources.push(source("must-hold.policy", &must_hold));
    let detectors = named_detectors(&sources);
    let catalogue = Catalogue { detectors: &detectors };
    let book =
        Rulebook::compile(&sources, &catalogue).unwrap_or_else(|problems| panic!("{problems}"));
    all_pass(&book);
    let named =
        must_hold.lines().filter_map(|line| line.strip_prefix("test \"")?.strip_suffix('"'));
    let named: Vec<&str> = named.collect();
    assert_eq!(named.len(), 3);
    each_is_a_counterexample(&book, &named);
    same_in_other_forms(&sources, &catalogue);
    let report = check(&sources, &catalogue, None);
    let text = report.render(false);
    println!("{text}");
    assert!(report.is_fine(), "{text}");
    for proof in &report.proofs {
        assert!(matches!(proof.verdict, Verdict::Proved | Verdict::Sampled), "{text}");
    }
    broken(sources, &catalogue);
}

/// Canonical form and JSON twin say the same of it.
fn same_in_other_forms(sources: &[Source], catalogue: &Catalogue<'_>) {
    let compiled = |sources: &[Source]| {
        let book = Rulebook::compile(sources, catalogue);
        sense(&book.unwrap_or_else(|problems| panic!("{problems}")))
    };
    let canonical = sources.iter().map(|s| source(&s.path, &formatted(&s.text)));
    assert_eq!(compiled(&canonical.collect::<Vec<_>>()), compiled(sources));
    assert_eq!(compiled(&there_and_back(sources)), compiled(sources));
}

/// One well-meant exception too many must be refused with a counterexample.
fn broken(mut sources: Vec<Source>, catalogue: &Catalogue<'_>) {
    let text = "exception pilot
  to rule health-stays-where-the-law-protects-it
  when it comes from application case-assistant
  because \"a pilot\"
  owner benefits
  granted 2026-09-01 by dpo
  until 2026-12-31
rule health-for-the-pilot
  when data includes health
  and it comes from application case-assistant
  then allow
";
    sources.push(source("pilot.policy", text));
    let report = check(&sources, catalogue, None);
    let violated =
        report.proofs.iter().find(|proof| matches!(proof.verdict, Verdict::Violated { .. }));
    let Some(Verdict::Violated { test, .. }) = violated.map(|proof| &proof.verdict) else {
        panic!("{}", report.render(false));
    };
    sources.push(source("counterexample.policy", test));
    let book =
        Rulebook::compile(&sources, catalogue).unwrap_or_else(|problems| panic!("{problems}"));
    // The runtime assertion blocks what the rules would have sent; the test fails until the rules do.
    let results = run_tests(&book);
    let found = results.iter().find(|result| result.name.starts_with("Counterexample")).unwrap();
    assert!(!found.passed && found.decided.starts_with("block"), "{found:?}");
}
