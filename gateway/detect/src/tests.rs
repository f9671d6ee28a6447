//! The engine against its oracle, its cuts and its promises.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a failed test should stop here and say where"
)]

mod oracle;
mod promises;
mod rules;

use std::path::PathBuf;
use std::sync::OnceLock;

use crate::{Detector, RuleFile};

/// The shipped rule files, by name.
#[expect(clippy::disallowed_methods, reason = "files of the repository, read in a test")]
pub(crate) fn shipped_files() -> Vec<(String, String)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../rules/detectors");
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    paths.retain(|p| p.extension().is_some_and(|e| e == "toml"));
    paths.sort();
    let name =
        |p: &PathBuf| format!("rules/detectors/{}", p.file_name().unwrap().to_string_lossy());
    paths.iter().map(|p| (name(p), std::fs::read_to_string(p).unwrap())).collect()
}

/// The shipped detectors, compiled once.
pub(crate) fn shipped() -> &'static Detector {
    static SHIPPED: OnceLock<Detector> = OnceLock::new();
    SHIPPED.get_or_init(|| {
        let files = shipped_files();
        let files: Vec<RuleFile<'_>> =
            files.iter().map(|(name, text)| RuleFile { name, text }).collect();
        match Detector::compile(&files) {
            Ok(detector) => detector,
            Err(problems) => {
                let all: Vec<String> = problems.iter().map(ToString::to_string).collect();
                panic!("{}", all.join("\n"))
            }
        }
    })
}
