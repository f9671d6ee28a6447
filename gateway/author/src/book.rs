//! The book of a policy: what counsel reads and signs, with what the prover and the tests said of it.
//!
//! The same policy on the same day gives the same book, byte for byte. The sentences are the policy's own; what stands around
//! them says no more than the compiler found.

mod chapters;
mod glossary;
mod page;

use policy::{Day, Outline, Report, Rulebook, Source};

use crate::desk::Detector;
use page::Page;
pub(crate) use page::mark;

/// In what a book is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Medium {
    /// One file without scripts or anything from elsewhere; prints well.
    Html,
    /// Markdown with tables.
    Markdown,
}

/// A book, ready to be written.
#[derive(Debug)]
pub struct Book {
    page: Page,
}

/// What the chapters are written from.
struct Matter<'a> {
    sources: &'a [Source],
    outline: Outline,
    rulebook: &'a Rulebook,
    report: &'a Report,
    detectors: &'a [Detector],
    today: Day,
}

impl Book {
    /// The book of a policy as it stands on a day; `None` if it does not compile, for then it decides nothing.
    #[must_use]
    pub fn of(
        sources: &[Source],
        detectors: &[Detector],
        report: &Report,
        today: Day,
    ) -> Option<Book> {
        let names: Vec<_> =
            detectors.iter().map(|one| (one.id.clone(), one.family.clone())).collect();
        let outline = Outline::of(sources, &policy::Catalogue { detectors: &names });
        let rulebook = report.rulebook.as_ref()?;
        let matter = Matter { sources, outline, rulebook, report, detectors, today };
        Some(Book { page: chapters::all(&matter) })
    }

    /// The whole text.
    #[must_use]
    pub fn write(&self, medium: Medium) -> String {
        match medium {
            Medium::Html => self.page.html(),
            Medium::Markdown => self.page.markdown(),
        }
    }
}
