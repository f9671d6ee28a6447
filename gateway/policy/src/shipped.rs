//! The policy that the gateway enforces when it is given none: `rules/default/`, embedded.

use crate::Source;

/// The sources of the embedded default policy.
pub fn default_policy() -> Vec<Source> {
    FILES
        .iter()
        .map(|(path, text)| Source { path: (*path).to_owned(), text: (*text).to_owned() })
        .collect()
}

macro_rules! files {
    ($($name:literal),* $(,)?) => {
        &[$((
            concat!("rules/default/", $name),
            include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../rules/default/", $name)),
        )),*]
    };
}

const FILES: &[(&str, &str)] = files![
    "policy.policy",
    "data.policy",
    "destinations.policy",
    "rules.policy",
    "answers.policy",
    "invariants.policy",
    "tests.policy",
];
