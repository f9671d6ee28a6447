//! Whether one of several words occurs in a text, in any case of ASCII.

use std::sync::OnceLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};

/// Words that are looked for together; read once, when they are first asked for.
pub(super) struct Terms {
    words: &'static [&'static str],
    automaton: OnceLock<Option<AhoCorasick>>,
}

impl Terms {
    pub(super) const fn new(words: &'static [&'static str]) -> Terms {
        Terms { words, automaton: OnceLock::new() }
    }

    /// Whether one of them occurs.
    pub(super) fn occur_in(&self, text: &str) -> bool {
        let build = || {
            let mut builder = AhoCorasick::builder();
            // Texts are a few bytes: a prefilter costs more than it saves.
            builder.ascii_case_insensitive(true).prefilter(false).kind(Some(AhoCorasickKind::DFA));
            builder.build(self.words).ok()
        };
        let automaton = self.automaton.get_or_init(build);
        automaton.as_ref().is_some_and(|words| words.is_match(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_occur_in_any_case() {
        let terms = Terms::new(&["secret", "api"]);
        assert!(terms.occur_in("MySecret=") && terms.occur_in("x_API_key"));
        assert!(!terms.occur_in("a_pi_secre") && !terms.occur_in(""));
    }
}
