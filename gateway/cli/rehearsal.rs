//! The tests of a policy, run with their texts: through detectors, decision, edits and the second look, as a request goes.

use std::collections::BTreeMap;
use std::sync::Arc;

use exchange::{Book, Bounds, Keys, Rehearsed, Scratch, Search, guarded, rehearse};
use geo::Atlas;
use policy::{Rulebook, TestResult, TestText, TextFacts, TextFinding};

/// A book that nothing can be sent by: no addresses, no keys worth keeping.
///
/// # Errors
/// Each destination whose URL cannot be used.
pub(crate) fn book(search: Search, rulebook: Rulebook) -> Result<Arc<Book>, Vec<String>> {
    let secret = [0; 32];
    let keys = Keys { tokens: secret, pseudonyms: incident::Key::new("none", secret) };
    let (atlas, bounds) = (Atlas::empty(), Bounds::default());
    Book::new(search, rulebook, atlas, keys, BTreeMap::new(), bounds).map(Arc::new)
}

/// Runs all tests.
pub(crate) fn run(book: &Arc<Book>) -> Vec<TestResult> {
    let mut scratch = Scratch::default();
    policy::run_tests_with(&book.rulebook, &mut |text| read(book, text, &mut scratch))
}

fn read(book: &Arc<Book>, text: &TestText<'_>, scratch: &mut Scratch) -> Result<TextFacts, String> {
    let TestText { text, situation, candidate } = text;
    let rehearsed = guarded(|| rehearse(book, text, situation, candidate, scratch));
    let Rehearsed { situation, decision, heard, refusal } =
        rehearsed.map_err(|refusal| refusal.to_string())?;
    let found = heard
        .into_iter()
        .map(|one| TextFinding { classes: one.classes, detector: one.detector, at: one.at })
        .collect();
    let refusal = refusal.map(|refusal| refusal.to_string());
    Ok(TextFacts { situation, decision, found, refusal })
}
