//! A rule file as an author writes it, with the place of every field.
//!
//! Syntax errors and the mistakes of every detector are all reported at once: each `[[detector]]` is read by itself, so one
//! bad field does not hide the next.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};

use crate::finding::Level;
use crate::problem::{Problem, RuleFile};

/// Context words: language → words. A word that begins with `@` names a `[[words]]` list, one that ends with `*` is a stem.
pub(crate) type Words = BTreeMap<String, Vec<Spanned<String>>>;

/// Which level a value has.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawLevels {
    /// Shape (and check) without context. Absent: not reported.
    pub(crate) bare: Option<Level>,
    /// Shape (and check) with context.
    pub(crate) context: Option<Level>,
    /// Context, but the check failed. Absent: not reported.
    pub(crate) unchecked: Option<Level>,
}

/// One `[[detector]]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawDetector {
    pub(crate) id: Spanned<String>,
    pub(crate) family: Spanned<String>,
    pub(crate) title: String,
    pub(crate) country: Option<Spanned<String>>,
    pub(crate) patterns: Spanned<Vec<Spanned<String>>>,
    pub(crate) check: Option<Spanned<String>>,
    #[serde(default)]
    pub(crate) guard: Option<Spanned<String>>,
    #[serde(default)]
    pub(crate) extend: Option<Spanned<String>>,
    #[serde(default)]
    pub(crate) inside_identifier: bool,
    #[serde(default)]
    pub(crate) line_is_context: bool,
    #[serde(default)]
    pub(crate) needs_context: bool,
    #[serde(default)]
    pub(crate) never_harmless: bool,
    #[serde(default)]
    pub(crate) split: Option<bool>,
    #[serde(default)]
    pub(crate) window: Option<Spanned<usize>>,
    #[serde(default)]
    pub(crate) context: Words,
    #[serde(default)]
    pub(crate) negative: Words,
    pub(crate) level: Spanned<RawLevels>,
    pub(crate) source: String,
    pub(crate) examples: Spanned<Vec<Spanned<String>>>,
    pub(crate) counter_examples: Spanned<Vec<Spanned<String>>>,
}

/// One `[[words]]`: a list of context words that detectors share.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawWords {
    pub(crate) name: Spanned<String>,
    pub(crate) words: Words,
}

/// What one file holds.
#[derive(Default)]
pub(crate) struct Parsed {
    pub(crate) detectors: Vec<RawDetector>,
    pub(crate) words: Vec<RawWords>,
    pub(crate) country: Option<String>,
}

/// Reads a file; every mistake goes into `problems`.
pub(crate) fn parse(file: &RuleFile<'_>, problems: &mut Vec<Problem>) -> Parsed {
    let (table, errors) = DeTable::parse_recoverable(file.text);
    for error in &errors {
        let at = error.span().unwrap_or(0..0);
        problems.push(file.problem(at, error.message(), "mend the TOML syntax here"));
    }
    let mut parsed = Parsed::default();
    for (key, value) in table.into_inner() {
        let at = key.span();
        match key.get_ref().as_ref() {
            "country" => parsed.country = read(file, value, problems),
            "detector" => parsed.detectors = read_each(file, value, problems),
            "words" => parsed.words = read_each(file, value, problems),
            _ => problems.push(file.problem(
                at,
                "this key is not known here",
                "a rule file has `country`, [[words]] and [[detector]]",
            )),
        }
    }
    parsed
}

fn read_each<T: DeserializeOwned>(
    file: &RuleFile<'_>,
    value: Spanned<DeValue<'_>>,
    problems: &mut Vec<Problem>,
) -> Vec<T> {
    let at = value.span();
    match value.into_inner() {
        DeValue::Array(items) => {
            items.into_iter().filter_map(|item| read(file, item, problems)).collect()
        }
        _ => {
            problems.push(file.problem(
                at,
                "expected an array of tables",
                "write [[detector]] or [[words]]",
            ));
            Vec::new()
        }
    }
}

fn read<T: DeserializeOwned>(
    file: &RuleFile<'_>,
    value: Spanned<DeValue<'_>>,
    problems: &mut Vec<Problem>,
) -> Option<T> {
    let whole = value.span();
    match T::deserialize(ValueDeserializer::from(value)) {
        Ok(read) => Some(read),
        Err(error) => {
            let at = error.span().unwrap_or(whole);
            problems.push(file.problem(
                at,
                error.message(),
                "rules/detectors/README.md lists the fields of a detector",
            ));
            None
        }
    }
}
