//! A rule file as an author writes it, with the place of every field.
//!
//! Syntax errors and the mistakes of every detector are all reported at once: each `[[detector]]` is read by itself, and again
//! without what was wrong with it, so one bad field hides neither the next nor the next detector.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

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
    pub(crate) title: Spanned<String>,
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
    pub(crate) source: Spanned<String>,
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
    pub(crate) country: Option<Spanned<String>>,
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

/// What stands for a key that is missing or cannot be used, so that the rest of its table can be looked at too.
const STAND_INS: &str = "
id = 'stand-in'
family = 'stand-in'
title = 'stand-in'
patterns = ['stand-in']
level = { bare = 'possible' }
source = 'stand-in'
examples = ['{{stand-in}}']
counter_examples = ['stand-in']
name = 'stand-in'
words = {}
";

/// Most mistakes told of one table.
const MAX_MISTAKES: usize = 64;

/// Reads a value; of a table with mistakes each is told, and what stands for them lies beyond the end of the file.
fn read<T: DeserializeOwned>(
    file: &RuleFile<'_>,
    value: Spanned<DeValue<'_>>,
    problems: &mut Vec<Problem>,
) -> Option<T> {
    let mut error = match T::deserialize(ValueDeserializer::from(value.clone())) {
        Ok(read) => return Some(read),
        Err(error) => error,
    };
    let beyond = format!("{}{STAND_INS}", " ".repeat(file.text.len()));
    let stand_ins = DeTable::parse(&beyond).ok()?.into_inner();
    let (whole, mut value) = (value.span(), value.into_inner());
    let mut lost = BTreeSet::new();
    for _ in 0..MAX_MISTAKES {
        let at = error.span().unwrap_or_else(|| whole.clone());
        let missing = missing_key(error.message());
        if missing.is_none_or(|key| !lost.contains(key)) {
            let message = missing.map_or_else(
                || error.message().to_owned(),
                |key| format!("the key `{key}` is missing"),
            );
            problems.push(file.problem(at.clone(), message, HELP));
        }
        let DeValue::Table(table) = &mut value else { return None };
        match missing {
            Some(key) => {
                let (key, stand_in) = stand_ins.get_key_value(key)?;
                table.insert(key.clone(), stand_in.clone());
            }
            None => {
                let key = key_at(table, &at)?;
                table.remove(key.as_str());
                lost.insert(key);
            }
        }
        let again = Spanned::new(whole.clone(), value.clone());
        match T::deserialize(ValueDeserializer::from(again)) {
            Ok(read) => return Some(read),
            Err(next) => error = next,
        }
    }
    None
}

const HELP: &str =
    "rules/detectors/README.md lists the keys of a detector, and which of them it must have";

/// The key that a message of serde says is missing.
fn missing_key(message: &str) -> Option<&str> {
    message.strip_prefix("missing field `")?.strip_suffix('`')
}

/// The key of a table that stands at a place, or whose value does.
fn key_at(table: &DeTable<'_>, at: &Range<usize>) -> Option<String> {
    let holds = |span: Range<usize>| span.start <= at.start && at.end <= span.end;
    let found = table.iter().find(|(key, value)| holds(key.span()) || holds(value.span()));
    found.map(|(key, _)| key.get_ref().to_string())
}
