//! Files of values that an agency knows to be harmless.

use std::path::{Path, PathBuf};

use exchange::{AllowEntry, Search};
use policy::Day;
use serde::Deserialize;
use toml::value::Datetime;

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
    granted: Datetime,
    until: Datetime,
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
    let (mut problems, mut lists) = (Vec::new(), Vec::new());
    for (at, path) in paths.iter().enumerate() {
        match files::read(path) {
            Ok(text) => lists.push(List::read(path, &text, &mut problems)),
            Err(problem) => problems.extend(named(at, problem)),
        }
    }
    let mut entries = Vec::new();
    let mut origins = Vec::new();
    for (nth, list) in lists.iter_mut().enumerate() {
        for (at, entry) in list.entries.drain(..) {
            origins.push((nth, at));
            entries.push(entry);
        }
    }
    let told = |fault: exchange::AllowFault| {
        let (nth, at) = origins.get(fault.entry)?;
        lists.get(*nth)?.places.problem(&format!("allow[{at}].{}", fault.key), fault.what)
    };
    match search.allow(entries, problems.is_empty()) {
        Ok(()) if problems.is_empty() => Ok(()),
        Ok(()) => Err(problems),
        Err(faults) => {
            problems.extend(faults.into_iter().filter_map(told));
            Err(problems)
        }
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
        let mut day = |key: &str, given: Datetime| {
            let day = Day::parse(&given.to_string());
            if day.is_none() {
                wrong(key, "expected a day without a time, such as 2027-06-30");
            }
            day
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
