//! Where the keys of a file stand, for what is found wrong after it was read.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::path::Path;

/// Where each key of a file stands, and what could not be read. By default nothing is known: there is no file.
#[derive(Clone, Debug, Default)]
pub(crate) struct Places {
    file: String,
    keys: BTreeMap<String, Place>,
    /// Names of what is wrong and told already, by the file as written.
    lost: Vec<String>,
}

#[derive(Clone, Debug)]
struct Place {
    /// The name by the file as written: taking items out of a list renumbers those behind them.
    written: String,
    line: usize,
    column: usize,
}

impl Places {
    pub(super) fn new(file: &Path, lost: Vec<String>) -> Self {
        Self { file: file.display().to_string(), keys: BTreeMap::new(), lost }
    }

    pub(super) fn add(&mut self, name: String, written: String, line: usize, column: usize) {
        self.keys.insert(name, Place { written, line, column });
    }

    /// What is wrong with a key, as `file:line:column: key: what`, as far as its place is known. None for what could
    /// not be read, or stands in it or around it: that is told already.
    pub(crate) fn problem(&self, key: &str, what: impl Display) -> Option<String> {
        let mut known = key;
        let place = loop {
            match (self.keys.get(known), known.rfind(['.', '['])) {
                (Some(place), _) => break Some(place),
                (None, Some(end)) => known = known.get(..end)?,
                (None, None) => break None,
            }
        };
        let name = match place {
            Some(place) => format!("{}{}", place.written, key.get(known.len()..)?),
            None => key.to_owned(),
        };
        if self.lost.iter().any(|lost| holds(lost, &name) || holds(&name, lost)) {
            return None;
        }
        Some(match place {
            Some(Place { line, column, .. }) => {
                format!("{}:{line}:{column}: {name}: {what}", self.file)
            }
            None if self.file.is_empty() => format!("{name}: {what}"),
            None => format!("{}: {name}: {what}", self.file),
        })
    }

    /// What is wrong with the file that a key names: with the place of the key, if it is written there.
    pub(crate) fn named(&self, key: &str, what: impl Display) -> Option<String> {
        if self.keys.contains_key(key) || self.is_lost(key) {
            self.problem(key, what)
        } else {
            Some(what.to_string())
        }
    }

    /// Whether a key, or what it stands in, could not be read.
    pub(crate) fn is_lost(&self, key: &str) -> bool {
        self.lost.iter().any(|lost| holds(lost, key))
    }

    /// Whether an item of a list, or the list, could not be read at all.
    pub(crate) fn lacks_items(&self, list: &str) -> bool {
        let item = |lost: &String| {
            let number = lost.strip_prefix(list).and_then(|rest| rest.strip_prefix('['));
            number.is_some_and(|rest| rest.find(']') == Some(rest.len() - 1))
        };
        self.is_lost(list) || self.lost.iter().any(item)
    }

    /// Whether a key of some item of a list could not be read, or an item, or the list.
    pub(crate) fn lacks(&self, list: &str, key: &str) -> bool {
        let of_item = |lost: &String| {
            let rest = lost.strip_prefix(list).and_then(|rest| rest.strip_prefix('['));
            rest.and_then(|rest| rest.split_once("].")).is_some_and(|(_, found)| found == key)
        };
        self.lacks_items(list) || self.lost.iter().any(of_item)
    }

    /// Forgets where a key stands, because something else is used in its place.
    pub(crate) fn forget(&mut self, key: &str) {
        self.keys.remove(key);
        self.lost.retain(|lost| !holds(lost, key));
    }
}

/// Whether what is called `inner` is `outer` or stands in it.
fn holds(outer: &str, inner: &str) -> bool {
    inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}
