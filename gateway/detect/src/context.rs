//! The words that say what a value is, or that it is something else.
//!
//! Words are brought to the plain form of a text (`plain`). A word then is `" word "`, a stem `" stem"`, a word of a script without spaces
//! just itself, so that word boundaries are part of the search. Distances are bytes of the plain form.

use std::collections::BTreeMap;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use crate::plain::plainly;

/// Bytes looked at after a value; before it, the detector's own window counts.
pub(crate) const AFTER: usize = 48;
/// The largest window an author can ask for.
pub(crate) const WINDOW_MAX: usize = 200;
/// The window if none is asked for.
pub(crate) const WINDOW: usize = 64;

/// Collects words while rules are compiled.
#[derive(Default)]
pub(crate) struct WordsBuilder {
    numbers: BTreeMap<String, usize>,
}

impl WordsBuilder {
    /// The number of a word as an author wrote it, or nothing if no letter is left of it.
    pub(crate) fn number(&mut self, word: &str) -> Option<usize> {
        let (word, stem) = word.strip_suffix('*').map_or((word, false), |w| (w, true));
        let mut plain = String::new();
        plainly(word, &mut plain);
        let body = plain.trim();
        let last = body.chars().next_back()?;
        let spaced = |c: char| {
            c < '\u{0E00}'
                || ('\u{1000}'..'\u{2E80}').contains(&c)
                || ('\u{AC00}'..'\u{D7FF}').contains(&c)
        };
        // Korean words take endings, so they count as stems.
        let open_end = stem || !spaced(last) || ('\u{AC00}'..'\u{D7FF}').contains(&last);
        let key = match (body.chars().next().is_some_and(spaced), open_end) {
            (true, true) => format!(" {body}"),
            (true, false) => format!(" {body} "),
            (false, true) => body.to_owned(),
            (false, false) => format!("{body} "),
        };
        let next = self.numbers.len();
        Some(*self.numbers.entry(key).or_insert(next))
    }

    pub(crate) fn build(self) -> Result<Vocabulary, aho_corasick::BuildError> {
        let mut words = vec![String::new(); self.numbers.len()];
        for (word, number) in self.numbers {
            if let Some(place) = words.get_mut(number) {
                *place = word;
            }
        }
        let search = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .build(&words)?;
        Ok(Vocabulary { search })
    }
}

/// All context words of all detectors.
#[derive(Clone, Debug)]
pub(crate) struct Vocabulary {
    pub(crate) search: AhoCorasick,
}
