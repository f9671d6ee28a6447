//! The embedded default policy.

#![expect(clippy::disallowed_methods, reason = "files of the repository, read in a test")]

use super::{DETECTORS, detectors};
use crate::{Catalogue, Verdict, check, default_policy};

#[test]
fn the_default_policy_is_without_doubts_proved_and_tested() {
    let detectors = detectors(&DETECTORS);
    let catalogue = Catalogue { detectors: &detectors };
    let report = check(&default_policy(), &catalogue, Some(1_795_219_200));
    let text = report.render(false);
    assert!(report.is_fine(), "{text}");
    assert!(report.diagnostics.is_empty(), "{text}");
    assert!(report.exhaustive, "{text}");
    assert!(report.tests.len() >= 20, "{text}");
    for proof in &report.proofs {
        assert_eq!(proof.verdict, Verdict::Proved, "{text}");
        assert!(proof.guarded > 0);
    }
}

#[test]
fn the_default_policy_uses_the_families_of_the_shipped_detectors() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../rules/detectors");
    let mut families = Vec::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        let lines = text.lines().filter_map(|line| line.trim().strip_prefix("family"));
        families.extend(lines.map(|rest| rest.trim_matches([' ', '=', '"', '\'']).to_owned()));
    }
    families.sort_unstable();
    families.dedup();
    assert!(!families.is_empty(), "{folder} names no family");
    let pairs: Vec<(String, String)> =
        families.into_iter().map(|family| (family.clone(), family)).collect();
    let report = check(&default_policy(), &Catalogue { detectors: &pairs }, None);
    assert!(report.is_fine() && report.diagnostics.is_empty(), "{}", report.render(false));
}
