//! Reading TOML: every problem at once, each with its place and the name of its key, and no value quoted.
//!
//! A value may be a secret that was put into the wrong place, so of a wrong value only its kind is told.

use std::collections::BTreeSet;
use std::ops::Range;
use std::path::Path;

use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue, ValueDeserializer};

/// Most problems told of one file.
const MAX_PROBLEMS: usize = 100;

/// Reads the text of a file; `help` says where to look up what it may hold.
///
/// # Errors
/// Every problem, as `file:line:column: key: what`.
pub(crate) fn read<T: DeserializeOwned>(
    path: &Path,
    text: &str,
    help: &str,
) -> Result<T, Vec<String>> {
    let told = |span: Option<Range<usize>>, what: &str| {
        let (line, column) = place(text, span.map_or(0, |span| span.start));
        format!("{}:{line}:{column}: {what}\n  help: {help}", path.display())
    };
    let (root, mistakes) = DeTable::parse_recoverable(text);
    if !mistakes.is_empty() {
        return Err(mistakes.iter().map(|error| told(error.span(), error.message())).collect());
    }
    let span = root.span();
    let whole = DeValue::Table(root.into_inner());
    let mut root = whole.clone();
    let mut problems = Vec::new();
    let mut removed = BTreeSet::new();
    while problems.len() < MAX_PROBLEMS {
        let error =
            match T::deserialize(ValueDeserializer::from(Spanned::new(span.clone(), root.clone())))
            {
                Ok(value) if problems.is_empty() => return Ok(value),
                Ok(_) => break,
                Err(error) => error,
            };
        let found = error.span().and_then(|span| Search::of(&root, span));
        if !named(error.message(), "missing field").is_some_and(|key| removed.contains(key)) {
            // Named as in the whole file: taking items out of a list renumbers those behind them.
            let named = error.span().and_then(|span| Search::of(&whole, span));
            let start = error.span().map_or(0, |span| span.start);
            problems.push((start, told(error.span(), &message(&error, named.as_ref()))));
        }
        // Without what is wrong, the next reading tells the next problem.
        let Some(found) = found.filter(|found| remove(&mut root, &found.path)) else { break };
        if let Some(Step::Key(key)) = found.path.last() {
            removed.insert(key.clone());
        }
    }
    problems.sort_by_key(|(start, _)| *start);
    Err(problems.into_iter().map(|(_, told)| told).collect())
}

/// What the standard library says of a value, without the value.
const QUOTE_NOTHING: [&str; 2] = ["invalid socket address syntax", "invalid IP address syntax"];

/// One step from a value into it.
#[derive(Clone)]
enum Step {
    Key(String),
    At(usize),
}

/// The innermost value that holds a place.
struct Found {
    path: Vec<Step>,
    kind: &'static str,
    width: usize,
}

impl Found {
    /// The dotted name, such as `routes[0].dialect`.
    fn name(&self) -> String {
        let mut name = String::new();
        for step in &self.path {
            match step {
                Step::Key(key) if name.is_empty() => name.push_str(key),
                Step::Key(key) => name.extend([".", key]),
                Step::At(at) => name.push_str(&format!("[{at}]")),
            }
        }
        name
    }
}

struct Search {
    wanted: Range<usize>,
    path: Vec<Step>,
    best: Option<Found>,
}

impl Search {
    fn of(root: &DeValue<'_>, wanted: Range<usize>) -> Option<Found> {
        let mut search = Self { wanted, path: Vec::new(), best: None };
        search.within(root);
        search.best
    }

    fn within(&mut self, value: &DeValue<'_>) {
        match value {
            DeValue::Table(table) => {
                for (key, value) in table {
                    self.path.push(Step::Key(key.get_ref().to_string()));
                    self.consider(&key.span(), value.get_ref());
                    self.consider(&value.span(), value.get_ref());
                    self.within(value.get_ref());
                    self.path.pop();
                }
            }
            DeValue::Array(array) => {
                for (at, item) in array.iter().enumerate() {
                    self.path.push(Step::At(at));
                    self.consider(&item.span(), item.get_ref());
                    self.within(item.get_ref());
                    self.path.pop();
                }
            }
            _ => {}
        }
    }

    fn consider(&mut self, span: &Range<usize>, value: &DeValue<'_>) {
        let holds = span.start <= self.wanted.start && self.wanted.end <= span.end;
        let width = span.len();
        if holds && self.best.as_ref().is_none_or(|best| width <= best.width) {
            self.best = Some(Found { path: self.path.clone(), kind: value.type_str(), width });
        }
    }
}

/// Takes out what stands at a path; whether there was something.
fn remove(value: &mut DeValue<'_>, path: &[Step]) -> bool {
    match (value, path) {
        (DeValue::Table(table), [Step::Key(key)]) => table.remove(key.as_str()).is_some(),
        (DeValue::Table(table), [Step::Key(key), rest @ ..]) => {
            table.get_mut(key.as_str()).is_some_and(|value| remove(value.get_mut(), rest))
        }
        (DeValue::Array(array), [Step::At(at)]) => {
            let mut others = DeArray::new();
            let kept = array.iter().enumerate().filter(|(number, _)| number != at);
            kept.for_each(|(_, item)| others.push(item.clone()));
            std::mem::replace(array, others).len() > array.len()
        }
        (DeValue::Array(array), [Step::At(at), rest @ ..]) => {
            array.get_mut(*at).is_some_and(|item| remove(item.get_mut(), rest))
        }
        _ => false,
    }
}

/// What serde found, in words that hold no value.
fn message(error: &toml::de::Error, found: Option<&Found>) -> String {
    let said = error.message();
    let name = found.map(Found::name).unwrap_or_default();
    if let Some(key) = named(said, "missing field") {
        let within = if name.is_empty() { String::new() } else { format!("{name}: ") };
        return format!("{within}the key `{key}` is missing");
    }
    // What is expected comes last and is ours; what was found comes before and is not.
    let expected = said.rsplit_once(", expected ").map(|(_, expected)| expected);
    if named(said, "unknown field").is_some() {
        return match expected {
            Some(expected) => format!("{name}: there is no such key; expected {expected}"),
            None => format!("{name}: there is no such key"),
        };
    }
    let kind = found.map_or("value", |found| found.kind);
    match expected {
        Some(expected) => format!("{name}: this {kind} cannot be used, expected {expected}"),
        None if QUOTE_NOTHING.contains(&said) => format!("{name}: {said}"),
        None => format!("{name}: this {kind} cannot be used"),
    }
}

/// The key that a message of serde names, if it is of this kind.
fn named<'m>(message: &'m str, kind: &str) -> Option<&'m str> {
    message.strip_prefix(kind)?.strip_prefix(" `")?.split('`').next()
}

/// Line and column, both from 1, of a byte.
fn place(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    (line, before.rsplit('\n').next().unwrap_or("").chars().count() + 1)
}

#[cfg(test)]
mod tests {
    use super::super::config::Config;
    use super::*;

    fn problems(text: &str) -> Vec<String> {
        read::<Config>(Path::new("x.toml"), text, "look it up").err().unwrap_or_default()
    }

    fn check(text: &str, expect: &[&str]) {
        let found = problems(text);
        let starts: Vec<&str> = found.iter().filter_map(|problem| problem.lines().next()).collect();
        assert_eq!(starts.len(), expect.len(), "{found:#?}");
        for (start, expect) in starts.iter().zip(expect) {
            assert!(start.starts_with(expect), "{start}\n is not \n{expect}");
        }
    }

    #[test]
    fn all_are_told_at_once_and_each_with_its_place() {
        check(
            "nonsense = 1\n[limits]\nbody = true\nhead_time = \"soon\"\n[[routes]]\ndialect = \"x\"\n[admin]\naddress = 5\n",
            &[
                "x.toml:1:1: nonsense: there is no such key",
                "x.toml:3:8: limits.body: this boolean cannot be used, expected a size",
                "x.toml:4:13: limits.head_time: this string cannot be used, expected a time",
                "x.toml:5:1: routes[0]: the key `destination` is missing",
                "x.toml:8:11: admin.address: this integer cannot be used",
            ],
        );
    }

    #[test]
    fn a_wrong_value_of_a_needed_key_is_told_once() {
        check(
            "[[routes]]\ndestination = 7\n[[routes]]\ndestination = \"a\"\nx = 1\n",
            &["x.toml:2:15: routes[0].destination: this integer", "x.toml:5:1: routes[1].x: there"],
        );
    }

    #[test]
    fn no_value_is_quoted() {
        let secret = "sk-live-0123456789";
        for text in [
            format!("limits = \"{secret}\""),
            format!("[limits]\nbody = \"{secret}\""),
            format!("[limits]\nheaders = \"{secret}, expected {secret}\""),
            format!("[keys]\ndestinations = \"{secret}\""),
            format!("[keys]\nsecret = [\"{secret}\"]"),
            format!("[journal]\nrecord = \"{secret}\""),
            format!("[admin]\naddress = \"{secret}\""),
            format!("[keys]\nsecret = {secret}"),
            format!("[keys]\nsecret = \"{secret}"),
        ] {
            let found = problems(&text).join("\n");
            assert!(!found.is_empty() && !found.contains(secret), "{found}");
        }
    }
}
