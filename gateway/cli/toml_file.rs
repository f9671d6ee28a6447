//! Reading TOML: every problem at once, each with its place and the name of its key, and no value quoted.
//!
//! What cannot be read is left out, or has a stand-in where a text must stand, and reading goes on: so the rest of the file
//! can be looked at too. [`Places`] knows what was left out, so that nobody is told of what only follows from it.
//! A value may be a secret that was put into the wrong place, so of a wrong value only its kind is told.

mod places;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::ops::Range;
use std::path::Path;

use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue, ValueDeserializer};

pub(crate) use places::Places;

/// Most problems told of one file.
const MAX_PROBLEMS: usize = 100;

/// Most readings of one file: each leaves out or puts in one thing.
const MAX_READINGS: usize = 4 * MAX_PROBLEMS;

/// Stands for a text that is missing or wrong: every key without a default takes a text, and one of them an address.
const STAND_IN: &str = "192.0.2.1:9";

/// What the parser says of a key that stands twice. It misleads nobody about what follows, as other slips do.
const TWICE: &str = "duplicate key";

/// What could be read of a file.
pub(crate) struct Reading<T> {
    /// Without what is wrong; none if nothing could be read.
    pub(crate) value: Option<T>,
    /// Every problem, as `file:line:column: key: what`, in the order of the file.
    pub(crate) problems: Vec<String>,
    /// Where each key stands, and what was left out.
    pub(crate) places: Places,
}

/// Reads the text of a file; `help` says where to look up what it may hold.
pub(crate) fn read<T: DeserializeOwned>(path: &Path, text: &str, help: &str) -> Reading<T> {
    let (root, mistakes) = DeTable::parse_recoverable(text);
    let start = |error: &toml::de::Error| error.span().map_or(0, |span| span.start);
    let slip = mistakes.iter().filter(|error| error.message() != TWICE).min_by_key(|e| start(e));
    let mut mend = Mend::new(path, text, help, root);
    for error in mistakes.iter().filter(|error| error.message() == TWICE) {
        if slip.is_none_or(|slip| start(error) < start(slip)) {
            mend.tell(start(error), error.message());
        }
    }
    if let Some(slip) = slip {
        // What comes behind the first slip is read wrongly.
        mend.tell(start(slip), slip.message());
        return mend.end(None);
    }
    for _ in 0..MAX_READINGS {
        match T::deserialize(ValueDeserializer::from(mend.root())) {
            Ok(value) => return mend.end(Some(value)),
            Err(error) if mend.problems.len() < MAX_PROBLEMS => {
                if !mend.leave_out(&error) {
                    break;
                }
            }
            Err(_) => break,
        }
    }
    mend.end(None)
}

/// A file that is read again and again, each time without what was wrong with it the time before.
struct Mend<'t> {
    path: &'t Path,
    text: &'t str,
    help: &'t str,
    span: Range<usize>,
    /// As it is written. What is left out renumbers what stands behind it in a list, so things are named by this.
    whole: DeValue<'t>,
    root: DeValue<'t>,
    problems: Vec<(usize, String)>,
    /// Names of what was left out or is a stand-in.
    lost: Vec<String>,
    stand_ins: usize,
}

impl<'t> Mend<'t> {
    fn new(path: &'t Path, text: &'t str, help: &'t str, root: Spanned<DeTable<'t>>) -> Self {
        let span = root.span();
        let whole = DeValue::Table(root.into_inner());
        let root = whole.clone();
        let (problems, lost) = (Vec::new(), Vec::new());
        Self { path, text, help, span, whole, root, problems, lost, stand_ins: 0 }
    }

    fn root(&self) -> Spanned<DeValue<'t>> {
        Spanned::new(self.span.clone(), self.root.clone())
    }

    fn tell(&mut self, at: usize, what: &str) {
        let (line, column) = place(self.text, at);
        let (file, help) = (self.path.display(), self.help);
        self.problems.push((at, format!("{file}:{line}:{column}: {what}\n  help: {help}")));
    }

    /// Tells what serde found and takes it out, so that the next reading tells the next problem; whether there was
    /// something to take.
    fn leave_out(&mut self, error: &toml::de::Error) -> bool {
        let Some(span) = error.span() else {
            self.tell(0, &message(error, None));
            return false;
        };
        let found = Search::of(&self.root, span.clone());
        let named = Search::of(&self.whole, span.clone());
        let name = named.as_ref().map(Found::name).unwrap_or_default();
        if let Some(key) = named_in(error.message(), "missing field") {
            let missing = if name.is_empty() { key.to_owned() } else { format!("{name}.{key}") };
            if !self.lost.contains(&missing) {
                self.tell(span.start, &message(error, named.as_ref()));
                self.lost.push(missing);
            }
            let path = found.map(|found| found.path).unwrap_or_default();
            return self.stand_in(&path, key);
        }
        let Some(found) = found else {
            self.tell(span.start, &message(error, None));
            return false;
        };
        if span.start < self.text.len() {
            self.tell(span.start, &message(error, named.as_ref()));
            self.lost.push(name);
            return remove(&mut self.root, &found.path);
        }
        // No text will do in the place of what is missing.
        let above = found.path.split_last().map_or(&[][..], |(_, above)| above);
        remove(&mut self.root, above)
    }

    /// Puts a text where a key is missing; whether there is a table to put it into.
    fn stand_in(&mut self, path: &[Step], key: &str) -> bool {
        self.stand_ins += 1;
        // Behind the text, where nothing that was written stands.
        let at = self.text.len() + 2 * self.stand_ins;
        let (key, value) = (Cow::Owned(key.to_owned()), Cow::Borrowed(STAND_IN));
        let put = Spanned::new(at..at + 1, DeValue::String(value));
        match table_at(&mut self.root, path) {
            Some(table) => table.insert(Spanned::new(at..at + 1, key), put).is_none(),
            None => false,
        }
    }

    fn end<T>(self, value: Option<T>) -> Reading<T> {
        let mut places = Places::new(self.path, self.lost);
        Search::each(&self.root, &mut |path, span| {
            if span.start >= self.text.len() {
                return;
            }
            let written = Search::of(&self.whole, span.clone()).map(|found| found.name());
            let (line, column) = place(self.text, span.start);
            places.add(name(path), written.unwrap_or_default(), line, column);
        });
        let mut problems = self.problems;
        problems.sort_by_key(|(start, _)| *start);
        Reading { value, problems: problems.into_iter().map(|(_, told)| told).collect(), places }
    }
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
    fn name(&self) -> String {
        name(&self.path)
    }
}

/// The dotted name, such as `routes[0].dialect`.
fn name(path: &[Step]) -> String {
    let mut name = String::new();
    for step in path {
        match step {
            Step::Key(key) if name.is_empty() => name.push_str(key),
            Step::Key(key) => name.extend([".", key]),
            Step::At(at) => name.push_str(&format!("[{at}]")),
        }
    }
    name
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

    /// Hands every key and item to `told`, with the place of its key or, in a list, of itself.
    fn each(root: &DeValue<'_>, told: &mut impl FnMut(&[Step], &Range<usize>)) {
        fn within(
            value: &DeValue<'_>,
            path: &mut Vec<Step>,
            told: &mut impl FnMut(&[Step], &Range<usize>),
        ) {
            let mut step = |step, span: Range<usize>, value: &DeValue<'_>| {
                path.push(step);
                told(path, &span);
                within(value, path, told);
                path.pop();
            };
            match value {
                DeValue::Table(table) => {
                    for (key, value) in table {
                        step(Step::Key(key.get_ref().to_string()), key.span(), value.get_ref());
                    }
                }
                DeValue::Array(array) => {
                    for (at, item) in array.iter().enumerate() {
                        step(Step::At(at), item.span(), item.get_ref());
                    }
                }
                _ => {}
            }
        }
        within(root, &mut Vec::new(), told);
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

/// The table at a path.
fn table_at<'v, 't>(value: &'v mut DeValue<'t>, path: &[Step]) -> Option<&'v mut DeTable<'t>> {
    match (value, path) {
        (DeValue::Table(table), []) => Some(table),
        (DeValue::Table(table), [Step::Key(key), rest @ ..]) => {
            table_at(table.get_mut(key.as_str())?.get_mut(), rest)
        }
        (DeValue::Array(array), [Step::At(at), rest @ ..]) => {
            table_at(array.get_mut(*at)?.get_mut(), rest)
        }
        _ => None,
    }
}

/// What serde found, in words that hold no value.
fn message(error: &toml::de::Error, found: Option<&Found>) -> String {
    let said = error.message();
    let name = found.map(Found::name).unwrap_or_default();
    if let Some(key) = named_in(said, "missing field") {
        let within = if name.is_empty() { String::new() } else { format!("{name}: ") };
        return format!("{within}the key `{key}` is missing");
    }
    // What is expected comes last and is ours; what was found comes before and is not.
    let expected = said.rsplit_once(", expected ").map(|(_, expected)| expected);
    if named_in(said, "unknown field").is_some() {
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
fn named_in<'m>(message: &'m str, kind: &str) -> Option<&'m str> {
    message.strip_prefix(kind)?.strip_prefix(" `")?.split('`').next()
}

/// Line and column, both from 1, of a byte.
fn place(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    (line, before.rsplit('\n').next().unwrap_or("").chars().count() + 1)
}
