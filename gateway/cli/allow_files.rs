//! Files of values that an agency knows to be harmless.

use std::path::{Path, PathBuf};

use exchange::{AllowEntry, Ending, Search};
use policy::Day;
use serde::Deserialize;
use toml::Value;

use super::toml_file::{self, Places};
use super::{files, secrets};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default, rename = "allow")]
    entries: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: String,
    reason: String,
    owner: String,
    granted: Value,
    until: Value,
    detectors: Vec<String>,
    #[serde(default)]
    values: Vec<String>,
    #[serde(default)]
    sha256: Vec<String>,
}

const HELP: &str = "each [[allow]] has name, reason, owner, granted, until, detectors, and values or sha256; `seawall allow` prints one";

/// Puts the entries of files into a search. `named` gives the problem of a file that cannot be read, by its number, its place.
///
/// # Errors
/// Everything that is wrong with any of them, each with its place and its mend. The search is as it was, then.
pub(crate) fn add(
    search: &mut Search,
    paths: &[PathBuf],
    named: impl Fn(usize, String) -> Option<String>,
) -> Result<(), Vec<String>> {
    Lists::read(paths, named).add_to(search)
}

/// Puts the entries of texts into a search; each has a name, which stands for its file.
///
/// # Errors
/// Everything that is wrong with any of them, each with its place and its mend. The search is as it was, then.
pub(crate) fn add_texts(
    search: &mut Search,
    texts: &[(String, String)],
) -> Result<(), Vec<String>> {
    Lists::of(texts).add_to(search)
}

/// Everything that is wrong with files while there are no detectors to name in them, because those have mistakes.
pub(crate) fn problems(
    paths: &[PathBuf],
    named: impl Fn(usize, String) -> Option<String>,
) -> Vec<String> {
    let mut lists = Lists::read(paths, named);
    let mut faults = exchange::allow_faults(lists.entries(), &[]);
    faults.retain(|fault| !fault.key.starts_with("detectors["));
    lists.tell(faults);
    lists.problems
}

/// The entries that have ended, or end soon, whatever is wrong with others.
pub(crate) fn ending(paths: &[PathBuf], today: Day) -> Vec<Ending> {
    let entries = Lists::read(paths, |_, _| None).entries();
    entries.iter().filter_map(|entry| entry.ending(today)).collect()
}

/// What is read of several files.
struct Lists {
    lists: Vec<List>,
    /// Of each entry, its file and its number there.
    origins: Vec<(usize, usize)>,
    problems: Vec<String>,
}

impl Lists {
    fn read(paths: &[PathBuf], named: impl Fn(usize, String) -> Option<String>) -> Self {
        let (mut problems, mut lists) = (Vec::new(), Vec::new());
        for (at, path) in paths.iter().enumerate() {
            match files::read(path) {
                Ok(text) => lists.push(List::read(path, &text, &mut problems)),
                Err(problem) => problems.extend(named(at, problem)),
            }
        }
        Self { lists, origins: Vec::new(), problems }
    }

    fn of(texts: &[(String, String)]) -> Self {
        let mut problems = Vec::new();
        let list =
            |(name, text): &(String, String)| List::read(Path::new(name), text, &mut problems);
        let lists = texts.iter().map(list).collect();
        Self { lists, origins: Vec::new(), problems }
    }

    fn add_to(mut self, search: &mut Search) -> Result<(), Vec<String>> {
        let entries = self.entries();
        let faults = search.allow(entries, self.problems.is_empty()).err().unwrap_or_default();
        self.tell(faults);
        if self.problems.is_empty() { Ok(()) } else { Err(self.problems) }
    }

    /// Takes the entries out.
    fn entries(&mut self) -> Vec<AllowEntry> {
        let mut entries = Vec::new();
        for (nth, list) in self.lists.iter_mut().enumerate() {
            for (at, entry) in list.entries.drain(..) {
                self.origins.push((nth, at));
                entries.push(entry);
            }
        }
        entries
    }

    /// Puts what is wrong with entries beside the rest, with its place.
    fn tell(&mut self, faults: Vec<exchange::AllowFault>) {
        let told = |fault: exchange::AllowFault| {
            let (nth, at) = self.origins.get(fault.entry)?;
            let places = &self.lists.get(*nth)?.places;
            places.problem(&format!("allow[{at}].{}", fault.key), fault.what)
        };
        let told: Vec<String> = faults.into_iter().filter_map(told).collect();
        self.problems.extend(told);
    }
}

/// What a file says, with the numbers of its entries.
struct List {
    entries: Vec<(usize, AllowEntry)>,
    places: Places,
}

impl List {
    fn read(path: &Path, text: &str, problems: &mut Vec<String>) -> Self {
        let read: toml_file::Reading<File> = toml_file::read(path, text, HELP);
        problems.extend(read.problems);
        let mut list = Self { entries: Vec::new(), places: read.places };
        for (at, entry) in read.value.into_iter().flat_map(|file| file.entries).enumerate() {
            list.take(at, entry, problems);
        }
        list
    }

    fn take(&mut self, at: usize, entry: Entry, problems: &mut Vec<String>) {
        let mut wrong = |key: &str, what: &str| {
            problems.extend(self.places.problem(&format!("allow[{at}].{key}"), what));
        };
        let mut day = |key: &str, given: Value| {
            let (written, is_quoted) = match given {
                Value::Datetime(day) => (Day::parse(&day.to_string()), false),
                Value::String(text) => (Day::parse(&text), true),
                _ => (None, false),
            };
            match written {
                Some(day) if is_quoted => wrong(
                    key,
                    &format!("a day stands without quotes: `{key} = {day}`; take them away"),
                ),
                Some(_) => {}
                None => wrong(
                    key,
                    "expected a day without a time and without quotes, such as 2027-06-30",
                ),
            }
            written
        };
        let (granted, until) = (day("granted", entry.granted), day("until", entry.until));
        let mut sha256 = Vec::new();
        for (nth, digest) in entry.sha256.iter().enumerate() {
            match secrets::unhex(digest) {
                Some(digest) => sha256.push(digest),
                None => wrong(
                    &format!("sha256[{nth}]"),
                    "expected 64 hex digits, as `seawall allow` prints them",
                ),
            }
        }
        let Entry { name, reason, owner, detectors, values, .. } = entry;
        if let (Some(granted), Some(until)) = (granted, until) {
            let entry =
                AllowEntry { name, reason, owner, granted, until, detectors, values, sha256 };
            self.entries.push((at, entry));
        }
    }
}
