//! What the files of a bundle are: policies, detectors or allow-lists, by their names.

use bundle::{Bundle, File};
use policy::Source;

use super::super::books::Texts;

/// The files of a policy, read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Content {
    pub(crate) sources: Vec<Source>,
    /// Detectors, beside the embedded ones: TOML files in a folder `detectors`.
    pub(crate) detectors: Texts,
    /// Allow-lists: TOML files in a folder `allowed`.
    pub(crate) allowed: Texts,
}

impl Content {
    /// Of a bundle that was verified.
    ///
    /// # Errors
    /// Files that are no text, or of which it cannot be told what they are.
    pub(crate) fn of(bundle: &Bundle) -> Result<Self, Vec<String>> {
        Self::of_files(bundle.sources())
    }

    /// Of files that are to become a bundle. Its proof is not among them.
    ///
    /// # Errors
    /// Files that are no text, or of which it cannot be told what they are.
    pub(crate) fn of_files<'f>(files: impl Iterator<Item = &'f File>) -> Result<Self, Vec<String>> {
        let (mut content, mut problems) = (Self::default(), Vec::new());
        for file in files {
            let path = file.name.clone();
            let Ok(text) = String::from_utf8(file.bytes.clone()) else {
                problems.push(format!("{path}: is not UTF-8; save the file as UTF-8"));
                continue;
            };
            let folder = |name| path.split('/').rev().skip(1).any(|part| part == name);
            if path.ends_with(".policy") {
                content.sources.push(Source { path, text });
            } else if folder("detectors") {
                content.detectors.push((path, text));
            } else if folder("allowed") {
                content.allowed.push((path, text));
            } else {
                let mend =
                    "detectors lie in a folder `detectors`, allow-lists in a folder `allowed`";
                problems.push(format!("{path}: cannot be told what it is; {mend}"));
            }
        }
        if problems.is_empty() { Ok(content) } else { Err(problems) }
    }
}
