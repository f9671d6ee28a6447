//! A policy that is to decide what was found long ago.

use std::path::Path;

use policy::{Catalogue, Rulebook, Source};

use super::nameable::{self, Nameable};
use super::{Failure, books};

/// A policy, with the names of all that is looked for. Records tell what was found by detectors and classes, so holdings that no
/// configuration names are none of its mistakes.
pub(super) struct Judging {
    pub(super) rulebook: Rulebook,
    names: Vec<(String, String)>,
}

impl Judging {
    /// Compiles a policy with the detectors of a folder, beside the embedded ones where they are wanted.
    ///
    /// # Errors
    /// Every problem of its files and of those of detectors.
    pub(super) fn compile(
        sources: Result<Vec<Source>, Vec<String>>,
        detectors: Option<&Path>,
        embedded: bool,
    ) -> Result<Self, Failure> {
        let (texts, unread) = books::detector_texts(detectors, embedded);
        let detector = books::compile_detector(&texts, unread);
        let mut problems = detector.as_ref().err().cloned().unwrap_or_default();
        let found = sources.and_then(|sources| {
            let names = Nameable::of(detector.as_ref().ok(), &texts).for_judging(&sources);
            nameable::compile(&sources, &names).map(|rulebook| Self { rulebook, names })
        });
        match found {
            Ok(judging) if problems.is_empty() => return Ok(judging),
            Ok(_) => {}
            Err(found) => problems.extend(found),
        }
        Err(Failure::Usage(problems))
    }

    /// What it was compiled with.
    pub(super) fn catalogue(&self) -> Catalogue<'_> {
        Catalogue { detectors: &self.names }
    }
}
