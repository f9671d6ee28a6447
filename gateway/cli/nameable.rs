//! What a policy may name: all that is looked for. Where some of that could not be read, what its texts say stands in for it, so
//! that mistakes of the policy are told beside those of the rest, and none that only follows from them.

use detect::Detector;
use exchange::Holding;
use policy::{Catalogue, Gravity, Rulebook, Source};

use super::books;

/// What P010 says of a name that is neither a detector's nor a family's, up to the name.
const NO_DETECTOR: &str = "there is no detector or family `";

/// Ids and families of detectors and holdings.
pub(crate) struct Nameable {
    names: Vec<(String, String)>,
    /// Whether that is all, so that any other name is a mistake.
    whole: bool,
}

impl Nameable {
    /// Detectors as they were compiled, or else as the texts of their files name them.
    pub(crate) fn of(detector: Option<&Detector>, texts: &books::Texts) -> Self {
        match detector {
            Some(detector) => Self { names: books::catalogue(detector), whole: true },
            None => Self {
                names: texts.iter().flat_map(|(_, text)| named(text)).collect(),
                whole: false,
            },
        }
    }

    /// Holdings beside them.
    pub(crate) fn add(&mut self, names: impl IntoIterator<Item = (String, String)>) {
        self.names.extend(names);
    }

    /// Says that there is more, whose names nobody knows.
    pub(crate) fn is_not_all(&mut self) {
        self.whole = false;
    }

    /// The names by which a policy is to be compiled that is to judge what was found long ago: whatever it calls holdings may be some.
    pub(crate) fn for_judging(mut self, sources: &[Source]) -> Vec<(String, String)> {
        let unknown = self.unknown(sources).into_iter();
        let own = unknown.filter(|name| !self.whole || is_of_holdings(name));
        let own: Vec<_> = own.map(|name| (name.clone(), name)).collect();
        self.names.extend(own);
        self.names
    }

    /// What a policy names as detector or family and nothing here is called.
    fn unknown(&self, sources: &[Source]) -> Vec<String> {
        let Err(found) = Rulebook::compile(sources, &Catalogue { detectors: &self.names }) else {
            return Vec::new();
        };
        let name = |told: &str| Some(told.strip_prefix(NO_DETECTOR)?.strip_suffix('`')?.to_owned());
        found.iter().filter_map(|d| name(&d.message)).collect()
    }

    /// The names by which a policy is to be compiled. If some are not known, those that it has beside them may be right.
    pub(crate) fn for_policy(mut self, sources: &[Source]) -> Vec<(String, String)> {
        if !self.whole {
            let unknown = self.unknown(sources);
            self.names.extend(unknown.into_iter().map(|name| (name.clone(), name)));
        }
        self.names
    }
}

/// A policy, compiled by names.
///
/// # Errors
/// Each mistake is one problem, whose first line quotes nothing of the file but names.
pub(crate) fn compile(
    sources: &[Source],
    names: &[(String, String)],
) -> Result<Rulebook, Vec<String>> {
    Rulebook::compile(sources, &Catalogue { detectors: names }).map_err(|diagnostics| {
        let errors = diagnostics.iter().filter(|found| found.severity == Gravity::Error);
        errors.map(ToString::to_string).collect()
    })
}

/// Whether something is called as holdings are, or a family of them.
fn is_of_holdings(name: &str) -> bool {
    let kinds = ["dictionary", "records", "documents"];
    let is_family = |kind| Holding::entry("any", kind).is_some_and(|(_, family)| family == name);
    name.starts_with("holdings.") || kinds.into_iter().any(is_family)
}

/// Ids and families of detectors in the text of a file, as far as it is TOML.
fn named(text: &str) -> Vec<(String, String)> {
    let table: toml::Table = toml::from_str(text).unwrap_or_default();
    let detectors = table.get("detector").and_then(toml::Value::as_array);
    let name = |entry: &toml::Value, key| Some(entry.get(key)?.as_str()?.to_owned());
    detectors
        .into_iter()
        .flatten()
        .filter_map(|entry| Some((name(entry, "id")?, name(entry, "family")?)))
        .collect()
}
