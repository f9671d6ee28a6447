//! The detectors as they are shipped.

use detect::{Detector, RuleFile};

pub(crate) fn detector() -> Detector {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../rules/detectors");
    let files: Vec<(String, String)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|e| e.unwrap().path())
        .filter(|p| p.extension().is_some_and(|e| e == "toml"))
        .map(|p| (p.display().to_string(), std::fs::read_to_string(&p).unwrap()))
        .collect();
    let files: Vec<RuleFile<'_>> =
        files.iter().map(|(name, text)| RuleFile { name, text }).collect();
    Detector::compile(&files).unwrap()
}
