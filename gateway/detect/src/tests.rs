//! The engine against its oracle, its cuts and its promises.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a failed test should stop here and say where"
)]

mod fuel;
mod hidden;
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

/// The texts of the evasion suite.
#[expect(clippy::disallowed_methods, reason = "files of the repository, read in a test")]
pub(crate) fn evasion_cases() -> impl Iterator<Item = String> {
    let cases = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/eval/evasion/cases.tsv");
    let cases = std::fs::read_to_string(cases).unwrap();
    let texts: Vec<String> =
        cases.lines().filter_map(|line| line.rsplit('\t').next()).map(unescaped).collect();
    texts.into_iter()
}

/// JSON's escapes for backslash, line ends and what is beyond ASCII; `{|}` is nothing.
fn unescaped(text: &str) -> String {
    let mut units: Vec<u16> = Vec::new();
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        let escaped = if c == '\\' { rest.next() } else { None };
        units.push(match escaped {
            Some('n') => u16::from(b'\n'),
            Some('t') => u16::from(b'\t'),
            Some('u') => {
                u16::from_str_radix(&rest.by_ref().take(4).collect::<String>(), 16).unwrap()
            }
            other => u16::try_from(u32::from(other.unwrap_or(c))).unwrap(),
        });
    }
    String::from_utf16(&units).unwrap().replace("{|}", "")
}
