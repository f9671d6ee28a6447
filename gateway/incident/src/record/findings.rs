//! What was found in a body, what was let through, and what was not read.

use serde::{Deserialize, Serialize};

use crate::part_path::PartPath;

/// Findings of a body, complete: what is not listed is counted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Findings {
    /// In the order of the body, and behind them what gave way.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub listed: Vec<Found>,
    /// The rest, by class.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub counted: Vec<FoundGroup>,
}

impl Findings {
    /// All findings, listed and counted.
    pub fn total(&self) -> u64 {
        let listed: u64 = self.listed.iter().map(|found| found.count).sum();
        listed + self.counted.iter().map(|group| group.count).sum::<u64>()
    }

    /// The classes, each once, in order of appearance.
    pub fn classes(&self) -> Vec<&str> {
        let mut classes: Vec<&str> = Vec::new();
        let listed = self.listed.iter().map(|found| found.class.as_str());
        for class in listed.chain(self.counted.iter().map(|group| group.class.as_str())) {
            if !classes.contains(&class) {
                classes.push(class);
            }
        }
        classes
    }
}

/// One finding, or several of the same kind in the same part. Holds no text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// The id of the detector.
    pub detector: String,
    /// The data class it stands for.
    pub class: String,
    /// `possible`, `likely` or `confirmed`.
    pub level: String,
    /// Where.
    pub path: PartPath,
    /// Whose text it is: `user`, `system`, `tool`, …
    pub role: String,
    /// How often.
    pub count: u64,
    /// Keyed hash of the value ([`crate::Domain::Value`]), to see the same value again without knowing it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// Lengths in bytes of the spans. Of the first, if there are many.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lengths: Vec<u64>,
    /// Whether a surer reading of the same bytes stands in its place, and yet its class counts: it is one more reason of the decision.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub gave_way: bool,
}

/// Findings that are counted but not listed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundGroup {
    /// The data class; `*` for all that remain.
    pub class: String,
    /// The id of the detector, where they are counted by detector too: of answers.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detector: String,
    /// The highest level among them.
    pub level: String,
    /// How many findings.
    pub count: u64,
}

/// What was not read, or not to its end: why the class of what nobody read counts. Names nothing that a client wrote.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Unread {
    /// The part that holds it.
    pub path: PartPath,
    /// What it is: `text`, `image`, `audio`, `file`, `opaque`, the kind of a file (`pdf`, `zip`, …), or `operation` for one that
    /// nobody knows, which has no path.
    pub kind: String,
    /// Why: `encrypted`, `broken`, `unsupported`, …; `encoded` for encoded text, `ambiguous` for a file that others may read otherwise.
    pub why: String,
    /// In how many places of it.
    pub count: u64,
}

/// How many values an entry of an allow-list let through. They are no findings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Allowed {
    /// The entry's name.
    pub entry: String,
    /// Its last day.
    pub until: String,
    /// How many.
    pub count: u64,
}
