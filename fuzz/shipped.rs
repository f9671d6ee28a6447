//! The detectors as they are shipped.

use std::path::Path;

use detect::{Detector, RuleFile};

pub fn detector() -> Detector {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../rules/detectors");
    let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = paths
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .map(|path| (path.display().to_string(), std::fs::read_to_string(path).unwrap()))
        .collect();
    files.sort();
    let files: Vec<_> = files.iter().map(|(name, text)| RuleFile { name, text }).collect();
    Detector::compile(&files).unwrap()
}
