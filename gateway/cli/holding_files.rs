//! Files of an agency's own data, opened where they stand.

use std::path::Path;
use std::sync::Arc;

use exchange::{Holding, Search};
use holdings::{Holdings, Key};
use mapped::Mapped;

use super::config::Config;
use super::secrets::{self, Absent};

/// Longest file of holdings.
pub(crate) const MAX_BYTES: u64 = 1 << 36;

/// Opens a file with the key in another one.
///
/// # Errors
/// Everything that is wrong with either, each with the file and the mend.
pub(crate) fn open(file: &Path, key: &Path) -> Result<Holdings, Vec<String>> {
    let key = secrets::secret(key, Absent::Refuse).map_err(|problem| vec![problem])?;
    let name = file.display();
    let bytes = Mapped::open(file, MAX_BYTES).map_err(|error| {
        vec![format!("{name}: cannot be opened ({error}); check the path and its permissions")]
    })?;
    let told = |problem: holdings::Problem| {
        problem.lines().iter().map(|line| format!("{name}: {line}")).collect()
    };
    Holdings::open(Arc::new(bytes), &Key::new(key)).map_err(told)
}

/// All that the configuration names.
///
/// # Errors
/// Everything that is wrong with each, with its place.
pub(crate) fn open_all(config: &Config) -> Result<Vec<Holding>, Vec<String>> {
    let (mut all, mut problems) = (Vec::new(), Vec::new());
    for (at, own) in config.holdings.iter().enumerate() {
        match open(&own.file, &own.key) {
            Ok(holdings) => all.push(Holding::new(&own.name, holdings)),
            Err(found) => {
                let key = format!("holdings[{at}]");
                let found = found.into_iter();
                problems.extend(found.filter_map(|what| config.places.named(&key, what)));
            }
        }
    }
    if problems.is_empty() { Ok(all) } else { Err(problems) }
}

/// Files on a command line beside detectors: each is called by the name in it.
///
/// # Errors
/// Everything that is wrong with each.
pub(crate) fn beside(
    detector: detect::Detector,
    files: &[std::path::PathBuf],
    key: Option<&Path>,
) -> Result<Search, Vec<String>> {
    let (mut all, mut problems) = (Vec::new(), Vec::new());
    for (file, key) in files.iter().filter_map(|file| Some((file, key?))) {
        match open(file, key) {
            Ok(holdings) => {
                let name = holdings.facts().name.clone();
                all.push(Holding::new(&name, holdings));
            }
            Err(found) => problems.extend(found),
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    Search::with_holdings(detector, all).map_err(|problem| vec![problem])
}
