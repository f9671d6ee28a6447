//! From configuration to a [`Book`]: policy, detectors, atlas and keys, with every problem at once.

mod doubts;
mod texts;

use std::collections::BTreeMap;
use std::path::Path;

use detect::Detector;
use exchange::{Book, Bounds, Holding, Keys, Search};
use geo::Atlas;
use policy::Rulebook;

use super::bundles::{self, Bundled, Content};
use super::config::Config;
use super::nameable::{self, Nameable};
use super::secrets::{self, Absent};
use super::{RuleSource, allow_files, files, holding_files};

pub(crate) use self::doubts::{ending, warn_of_doubts};
use self::doubts::{spare_keys, stray_routes};
pub(crate) use self::texts::{
    Texts, beside_embedded, catalogue, compile_detector, detector, detector_texts, joined,
    readable, shelf, sources, sources_with, texts,
};

/// The name of the node's secret in records.
const KEY_NAME: &str = "node";

/// What is wrong with what requests are judged by.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    /// With policy, detectors, and what leads to their destinations.
    pub(crate) policy: Vec<String>,
    /// With databases and keys.
    pub(crate) beside: Vec<String>,
}

impl Faults {
    /// All of them.
    pub(crate) fn all(self) -> Vec<String> {
        [self.policy, self.beside].concat()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.policy.is_empty() && self.beside.is_empty()
    }
}

/// Reads everything a node judges by; `absent` says what to do if it has no secret yet. What `look` finds wrong with what is looked
/// for is a fault, too.
///
/// # Errors
/// Every problem of every file, each with its place and its mend, and every route that leads nowhere.
pub(crate) fn open(
    config: &Config,
    absent: Absent,
    look: impl FnOnce(&Search) -> Vec<String>,
) -> Result<Book, Faults> {
    finish(Parts::read(config, absent), config, look)
}

/// The same with the content of a bundle that is not installed yet.
///
/// # Errors
/// Every problem of every file, each with its place and its mend, and every route that leads nowhere.
pub(crate) fn open_with(
    config: &Config,
    bundled: &Bundled,
    absent: Absent,
    look: impl FnOnce(&Search) -> Vec<String>,
) -> Result<Book, Faults> {
    let mut faults = Faults::default();
    let rules = Rules::read(config, Some(&bundled.content), &mut faults);
    finish(Parts::beside(config, rules, Some(bundled.expires), absent, faults), config, look)
}

fn finish(
    mut parts: Parts,
    config: &Config,
    look: impl FnOnce(&Search) -> Vec<String>,
) -> Result<Book, Faults> {
    if let Some(declared) = &parts.rules.declared {
        parts.faults.policy.extend(stray_routes(config, declared));
    }
    let found = parts.rules.search.as_ref().map(look);
    parts.faults.beside.extend(found.into_iter().flatten());
    let book = parts.assemble(config)?;
    book.rulebook.prepare(today(&book));
    Ok(book)
}

fn today(book: &Book) -> policy::Day {
    policy::Day::from_unix(super::now(), book.rulebook.clock())
}

/// Everything that is wrong with what a node judges by, and each key for a destination that the policy lacks.
pub(crate) fn problems(config: &Config) -> Vec<String> {
    let parts = Parts::read(config, Absent::Pass);
    let (stray, spare) = match &parts.rules.declared {
        Some(declared) => (stray_routes(config, declared), spare_keys(config, declared)),
        None => (Vec::new(), Vec::new()),
    };
    let of_the_parts = parts.assemble(config).err().map(Faults::all).unwrap_or_default();
    [of_the_parts, stray, spare].concat()
}

/// What is looked for and what is decided, as far as it could be read.
struct Rules {
    /// None if detectors, holdings or allow-lists have mistakes.
    search: Option<Search>,
    /// Also known if what it names has mistakes.
    rulebook: Option<Rulebook>,
    /// The destinations of the policy, known also if it has mistakes.
    declared: Option<Vec<String>>,
}

impl Rules {
    fn read(config: &Config, content: Option<&Content>, faults: &mut Faults) -> Self {
        let (own, places) = (&config.policy, &config.places);
        let (texts, unread) = match content {
            Some(content) => (beside_embedded(content.detectors.clone()), Vec::new()),
            None => detector_texts(own.detectors.as_deref(), own.embedded_detectors),
        };
        // What is wrong inside of a file is told with its place there.
        let unread = of_key(config, "policy.detectors", unread);
        let detector = keep(compile_detector(&texts, unread), &mut faults.policy);
        let sources = match content {
            Some(content) => Ok(content.sources.clone()),
            None => sources(own.folder.as_deref())
                .map_err(|problems| of_key(config, "policy.folder", problems)),
        };
        let sources = keep(sources, &mut faults.policy);
        let holdings = keep(holding_files::open_all(config), &mut faults.beside);
        let mut nameable = Nameable::of(detector.as_ref(), &texts);
        let unread = ["file", "key"].iter().any(|key| places.lacks("holdings", key));
        match &holdings {
            Some(own) if !unread => nameable.add(own.iter().filter_map(holding_files::entry)),
            _ => nameable.add(holding_files::names(config)),
        }
        if places.lacks("holdings", "name") || places.is_lost("policy.detectors") {
            nameable.is_not_all();
        }
        let allowed = content.map(|content| &content.allowed);
        let required = policy::required_detectors(sources.as_deref().unwrap_or_default());
        let beside = (allowed, required);
        let search = allowed_beside(config, beside, detector, holdings, faults);
        let rulebook = sources.as_ref().and_then(|sources| {
            let names = nameable.for_policy(sources);
            keep(nameable::compile(sources, &names), &mut faults.policy)
        });
        let known = sources.filter(|_| !places.is_lost("policy.folder"));
        let declared = known.map(|sources| policy::destination_names(&sources));
        Self { search, rulebook, declared }
    }
}

/// Detectors and holdings as one, with the allow-lists, which are looked at also if one of the others is missing.
fn allowed_beside(
    config: &Config,
    (bundled, required): (Option<&Texts>, Vec<String>),
    detector: Option<Detector>,
    holdings: Option<Vec<Holding>>,
    faults: &mut Faults,
) -> Option<Search> {
    let whole = detector.is_some() && holdings.is_some();
    let named = |at, what| config.places.named(&format!("policy.allowed[{at}]"), what);
    let Some(detector) = detector else {
        faults.policy.extend(allow_files::problems(&config.policy.allowed, named));
        return None;
    };
    let found = Search::with_holdings(detector, holdings.unwrap_or_default());
    let mut search = keep(found.map_err(|problem| vec![problem]), &mut faults.beside)?;
    search.require(required);
    let added = match bundled {
        Some(texts) => allow_files::add_texts(&mut search, texts),
        None => allow_files::add(&mut search, &config.policy.allowed, named),
    };
    keep(added, &mut faults.policy)?;
    whole.then_some(search)
}

/// What a book is put together from, as far as it could be read.
struct Parts {
    rules: Rules,
    atlas: Option<Atlas>,
    secret: Option<[u8; 32]>,
    destination_keys: Option<BTreeMap<String, exchange::Secret>>,
    /// When the policy expires, if it came as a bundle.
    expires: Option<i64>,
    faults: Faults,
}

impl Parts {
    fn read(config: &Config, absent: Absent) -> Self {
        let mut faults = Faults::default();
        let (rules, expires) = match bundles::installed(config) {
            Ok(installed) => {
                let content = installed.as_ref().map(|found| &found.bundled.content);
                let rules = Rules::read(config, content, &mut faults);
                (rules, installed.map(|found| found.bundled.expires))
            }
            Err(problems) => {
                faults.policy = of_key(config, "policy.bundle", problems);
                (Rules { search: None, rulebook: None, declared: None }, None)
            }
        };
        Self::beside(config, rules, expires, absent, faults)
    }

    /// The rest, beside the rules.
    fn beside(
        config: &Config,
        rules: Rules,
        expires: Option<i64>,
        absent: Absent,
        mut faults: Faults,
    ) -> Self {
        let beside = &mut faults.beside;
        let atlas = atlas(config.geo.country_database.as_deref());
        let atlas =
            keep(atlas.map_err(|found| of_key(config, "geo.country_database", found)), beside);
        let secret = secrets::secret(&config.keys.secret, absent);
        let secret =
            keep(secret.map_err(|problem| of_key(config, "keys.secret", vec![problem])), beside);
        let destination_keys = keep(destination_keys(config), beside);
        Self { rules, atlas, secret, destination_keys, expires, faults }
    }

    fn assemble(self, config: &Config) -> Result<Book, Faults> {
        let mut faults = self.faults;
        let Rules { search, rulebook, .. } = self.rules;
        match (search, rulebook, self.atlas, self.secret, self.destination_keys) {
            (Some(search), Some(rulebook), Some(atlas), Some(secret), Some(keys))
                if faults.is_empty() =>
            {
                let mut book = assemble(config, search, rulebook, atlas, secret, keys)
                    .map_err(|policy| Faults { policy, beside: Vec::new() })?;
                book.expires = self.expires;
                let routes = config.routes.iter();
                book.routed = routes.map(|r| (r.listener.clone(), r.destination.clone())).collect();
                Ok(book)
            }
            (_, Some(rulebook), ..) => {
                let destinations = rulebook.destinations().iter();
                let unusable = destinations.filter_map(|info| exchange::Endpoint::of(info).err());
                faults.policy.extend(unusable);
                Err(faults)
            }
            _ => Err(faults),
        }
    }
}

/// Problems of what a key of the configuration names, with the place of the key.
fn of_key(config: &Config, key: &str, problems: Vec<String>) -> Vec<String> {
    problems.into_iter().filter_map(|problem| config.places.named(key, problem)).collect()
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
        config.policy.bundle = None;
        config.policy.folder.clone_from(&source.policy);
        config.places.forget("policy.folder");
    }
    if source.detectors.is_some() {
        config.policy.detectors.clone_from(&source.detectors);
        config.places.forget("policy.detectors");
    }
    if source.config.is_some() {
        return Parts::read(&config, Absent::Pass).assemble(&config).map_err(Faults::all);
    }
    let mut faults = Faults::default();
    let rules = Rules::read(&config, None, &mut faults);
    let (atlas, secret, keys) = (Some(Atlas::empty()), Some([0; 32]), Some(BTreeMap::new()));
    let parts = Parts { rules, atlas, secret, destination_keys: keys, expires: None, faults };
    parts.assemble(&config).map_err(Faults::all)
}

fn assemble(
    config: &Config,
    search: Search,
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
    Book::new(search, rulebook, atlas, keys, destination_keys, bounds)
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
            Err(problem) => {
                let key = format!("keys.destinations.{name}");
                problems.extend(config.places.problem(&key, problem));
            }
        }
    }
    if problems.is_empty() { Ok(keys) } else { Err(problems) }
}

fn keep<T>(result: Result<T, Vec<String>>, problems: &mut Vec<String>) -> Option<T> {
    result.map_err(|found| problems.extend(found)).ok()
}
