//! What an author may get wrong in the fields of one detector, and what is read from them.

use toml::Spanned;

use crate::bits::Bits;
use crate::compile::Compiler;
use crate::context::{WINDOW, WINDOW_MAX};
use crate::country::is_country;
use crate::problem::RuleFile;
use crate::rule_file::{RawDetector, Words};

impl Compiler {
    pub(super) fn names(&mut self, file: &RuleFile<'_>, raw: &RawDetector) {
        let plain =
            |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '.');
        for name in [&raw.id, &raw.family] {
            if name.get_ref().is_empty() || !name.get_ref().chars().all(plain) {
                self.problem(
                    file,
                    name.span(),
                    "a name has other characters than a-z, 0-9, '-' and '.'",
                    "write it like `de.tax-id`",
                );
            }
        }
        if !self.ids.insert(raw.id.get_ref().clone()) {
            self.problem(
                file,
                raw.id.span(),
                "this id is taken by another detector",
                "ids are unique over all files and never reused",
            );
        }
        self.country(file, raw.country.as_ref());
        for (text, what) in [(&raw.title, "title"), (&raw.source, "source")] {
            if text.get_ref().trim().is_empty() {
                self.problem(
                    file,
                    text.span(),
                    format!("`{what}` is empty"),
                    "say in a line what it is, or which law, standard or page it is from",
                );
            }
        }
        for (list, what) in
            [(&raw.examples, "examples"), (&raw.counter_examples, "counter_examples")]
        {
            if list.get_ref().is_empty() {
                self.problem(
                    file,
                    list.span(),
                    format!("`{what}` is empty"),
                    "give at least one; it is run by `rules check`",
                );
            }
        }
    }

    pub(super) fn country(&mut self, file: &RuleFile<'_>, country: Option<&Spanned<String>>) {
        if let Some(country) = country.filter(|country| !is_country(country.get_ref())) {
            self.problem(
                file,
                country.span(),
                "there is no such country",
                "use its code of two capitals (ISO 3166-1) such as AT, or EU, NATO",
            );
        }
    }

    pub(super) fn levels(&mut self, file: &RuleFile<'_>, raw: &RawDetector) {
        let level = raw.level.get_ref();
        let at = raw.level.span();
        let has_words = !raw.context.is_empty() || raw.line_is_context;
        if raw.needs_context == level.bare.is_some() {
            self.problem(
                file,
                at.clone(),
                "`needs_context` and `level.bare` contradict each other",
                "a detector either needs context or has a level without it",
            );
        }
        if level.bare.is_none() && level.context.is_none() {
            self.problem(file, at.clone(), "no level is given", "give `bare`, `context` or both");
        }
        if level.context.is_some() && !has_words {
            self.problem(
                file,
                at.clone(),
                "`level.context` is given but there are no context words",
                "add [detector.context] or drop it",
            );
        }
        if level.unchecked.is_some() && (raw.check.is_none() || !has_words) {
            self.problem(
                file,
                at,
                "`level.unchecked` needs a check and context words",
                "it is the level of a value with context whose check fails",
            );
        }
    }

    pub(super) fn window(&mut self, file: &RuleFile<'_>, raw: &RawDetector) -> usize {
        let window = raw.window.as_ref().map_or(WINDOW, |w| *w.get_ref());
        if let (true, Some(at)) = (window > WINDOW_MAX, &raw.window) {
            self.problem(
                file,
                at.span(),
                "the window is too wide",
                format!("at most {WINDOW_MAX} bytes"),
            );
        }
        window
    }

    pub(super) fn word_set(&mut self, file: &RuleFile<'_>, words: &Words) -> Bits {
        let mut set = Bits::default();
        for word in words.values().flatten() {
            let listed = match word.get_ref().strip_prefix('@') {
                None => vec![word.get_ref().clone()],
                Some(name) => match self.lists.get(name) {
                    Some(list) => list.clone(),
                    None => {
                        self.problem(
                            file,
                            word.span(),
                            "no such word list",
                            "a [[words]] with this name must be in one of the files",
                        );
                        continue;
                    }
                },
            };
            for listed in listed {
                match self.words.number(&listed) {
                    Some(number) => set.insert(number),
                    None => self.problem(
                        file,
                        word.span(),
                        "a context word has no letter, or is a stem of one",
                        "write a word",
                    ),
                }
            }
        }
        set
    }
}
