//! From configuration to a [`Book`]: policy, detectors, atlas and keys, with every problem at once.

use std::collections::BTreeMap;
use std::path::Path;

use detect::{Detector, RuleFile};
use exchange::{Book, Bounds, Keys};
use geo::Atlas;
use policy::{Catalogue, Rulebook, Source};

use super::config::Config;
use super::secrets::{self, Absent};
use super::{RuleSource, files, shipped};

/// The name of the node's secret in records.
const KEY_NAME: &str = "node";

/// Reads everything a request is judged by; `absent` says what to do if the node has no secret yet.
///
/// # Errors
/// Every problem of every file, each with its place and its mend.
pub(crate) fn open(config: &Config, absent: Absent) -> Result<Book, Vec<String>> {
    let mut problems = Vec::new();
    let detector = keep(
        detector(config.policy.detectors.as_deref(), config.policy.embedded_detectors),
        &mut problems,
    );
    let rulebook = detector.as_ref().and_then(|detector| {
        keep(rulebook(config.policy.folder.as_deref(), detector), &mut problems)
    });
    let atlas = keep(atlas(config.geo.country_database.as_deref()), &mut problems);
    let secret =
        keep(secrets::secret(&config.keys.secret, absent).map_err(|p| vec![p]), &mut problems);
    let destination_keys = keep(destination_keys(config), &mut problems);
    match (detector, rulebook, atlas, secret, destination_keys) {
        (Some(detector), Some(rulebook), Some(atlas), Some(secret), Some(destination_keys)) => {
            assemble(config, detector, rulebook, atlas, secret, destination_keys)
        }
        _ => Err(problems),
    }
}

/// The book of a command line without a node: no atlas, no keys worth keeping.
///
/// # Errors
/// Every problem of every file, each with its place and its mend.
pub(crate) fn offline(source: &RuleSource) -> Result<Book, Vec<String>> {
    let mut config = match &source.config {
        Some(path) => Config::load(path)?,
        None => Config::default(),
    };
    if source.policy.is_some() {
        config.policy.folder.clone_from(&source.policy);
    }
    if source.detectors.is_some() {
        config.policy.detectors.clone_from(&source.detectors);
    }
    if source.config.is_some() {
        return open(&config, Absent::Pass);
    }
    let detector = detector(config.policy.detectors.as_deref(), config.policy.embedded_detectors)?;
    let rulebook = rulebook(config.policy.folder.as_deref(), &detector)?;
    assemble(&config, detector, rulebook, Atlas::empty(), [0; 32], BTreeMap::new())
}

fn assemble(
    config: &Config,
    detector: Detector,
    rulebook: Rulebook,
    atlas: Atlas,
    secret: [u8; 32],
    destination_keys: BTreeMap<String, exchange::Secret>,
) -> Result<Book, Vec<String>> {
    let bounds = Bounds {
        fuel_base: config.judgement.fuel_base,
        fuel_per_byte: config.judgement.fuel_per_byte,
        answer: usize::try_from(config.judgement.answer).unwrap_or(usize::MAX),
    };
    // Tokens and pseudonyms derive from one secret with separate domains: `protect` uses HKDF, `incident` its own labels.
    let keys = Keys { tokens: secret, pseudonyms: incident::Key::new(KEY_NAME, secret) };
    Book::new(detector, rulebook, atlas, keys, destination_keys, bounds)
}

/// The embedded detectors, if wanted, and those of a folder, which replace embedded files of the same name.
///
/// # Errors
/// Every problem of every file.
pub(crate) fn detector(folder: Option<&Path>, embedded: bool) -> Result<Detector, Vec<String>> {
    let mut texts = if embedded { shipped::detectors() } else { Vec::new() };
    if let Some(folder) = folder {
        for (path, text) in self::texts(folder, "toml")? {
            // A file by the name of an embedded one stands in its place, so that it can be edited and checked.
            let name = |path: &str| path.rsplit('/').next().unwrap_or("").to_owned();
            texts.retain(|(embedded, _)| name(embedded) != name(&path));
            texts.push((path, text));
        }
    }
    let sources: Vec<RuleFile<'_>> =
        texts.iter().map(|(name, text)| RuleFile { name, text }).collect();
    Detector::compile(&sources)
        .map_err(|problems| problems.iter().map(ToString::to_string).collect())
}

/// The policy sources of a folder, or the embedded ones.
///
/// # Errors
/// What cannot be read, and why.
pub(crate) fn sources(folder: Option<&Path>) -> Result<Vec<Source>, Vec<String>> {
    match folder {
        Some(folder) => Ok(texts(folder, "policy")?
            .into_iter()
            .map(|(path, text)| Source { path, text })
            .collect()),
        None => Ok(shipped::policy()),
    }
}

/// The names that a policy's classes may refer to.
pub(crate) fn catalogue(detector: &Detector) -> Vec<(String, String)> {
    detector.infos().iter().map(|info| (info.id.clone(), info.family.clone())).collect()
}

fn rulebook(folder: Option<&Path>, detector: &Detector) -> Result<Rulebook, Vec<String>> {
    let names = catalogue(detector);
    Rulebook::compile(&sources(folder)?, &Catalogue { detectors: &names }).map_err(|diagnostics| {
        vec![format!("the policy has mistakes\n{}", diagnostics.render(false))]
    })
}

fn texts(folder: &Path, extension: &str) -> Result<Vec<(String, String)>, Vec<String>> {
    let paths = files::list(folder, extension).map_err(|problem| vec![problem])?;
    let mut problems = Vec::new();
    let mut texts = Vec::new();
    for path in paths {
        match files::read(&path) {
            Ok(text) => texts.push((path.display().to_string(), text)),
            Err(problem) => problems.push(problem),
        }
    }
    if problems.is_empty() { Ok(texts) } else { Err(problems) }
}

fn atlas(database: Option<&Path>) -> Result<Atlas, Vec<String>> {
    let Some(path) = database else { return Ok(Atlas::empty()) };
    let bytes = files::read_bytes(path).map_err(|problem| vec![problem])?;
    Atlas::from_mmdb(bytes).map_err(|error| vec![format!("{}: {error}", path.display())])
}

fn destination_keys(config: &Config) -> Result<BTreeMap<String, exchange::Secret>, Vec<String>> {
    let mut problems = Vec::new();
    let mut keys = BTreeMap::new();
    for (name, path) in &config.keys.destinations {
        match secrets::destination_key(path) {
            Ok(key) => drop(keys.insert(name.clone(), key)),
            Err(problem) => problems.push(format!("keys.destinations.{name}: {problem}")),
        }
    }
    if problems.is_empty() { Ok(keys) } else { Err(problems) }
}

/// Whether every destination that a route leads to is declared by the policy.
///
/// # Errors
/// Each one that is not.
pub(crate) fn check_routes(config: &Config, book: &Book) -> Result<(), Vec<String>> {
    let known: Vec<&str> =
        book.rulebook.destinations().iter().map(|info| info.name.as_str()).collect();
    let routes = config.routes.iter().enumerate();
    let problems: Vec<String> = routes
        .filter(|(_, route)| !known.contains(&route.destination.as_str()))
        .map(|(at, route)| {
            let declared = known.join(", ");
            format!("routes[{at}].destination: the policy declares no destination `{}`; it declares {declared}", route.destination)
        })
        .collect();
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

fn keep<T>(result: Result<T, Vec<String>>, problems: &mut Vec<String>) -> Option<T> {
    result.map_err(|found| problems.extend(found)).ok()
}
