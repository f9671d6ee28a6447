//! Where the things come from that a build of holdings numbers: terms, rows, documents.

use std::path::{Path, PathBuf};

/// Where what a report numbers comes from: each input, with the number before its first.
#[derive(Default)]
pub(super) struct Origins {
    inputs: Vec<(u64, PathBuf)>,
    /// Each input is one thing by itself, a document.
    whole: bool,
}

impl Origins {
    /// Of documents, each an input.
    pub(super) fn of_documents() -> Self {
        Self { whole: true, ..Self::default() }
    }

    /// An input whose first thing has the number after `before`.
    pub(super) fn begin(&mut self, before: u64, path: &Path) {
        self.inputs.push((before, path.to_owned()));
    }

    /// The file, and the line in it; of a document, which is a file of its own, no line.
    pub(super) fn place(&self, number: u64) -> String {
        let nth = self.inputs.partition_point(|(before, _)| *before < number);
        let Some((before, path)) = nth.checked_sub(1).and_then(|nth| self.inputs.get(nth)) else {
            return format!("number {number}");
        };
        let line = if self.whole { String::new() } else { format!(":{}", number - before) };
        match path.to_str() {
            Some("-") => format!("<stdin>{line}"),
            _ => format!("{}{line}", path.display()),
        }
    }
}
