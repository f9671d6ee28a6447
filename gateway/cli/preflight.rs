//! What a start would find wrong, all at once, without making or changing anything.

use std::collections::BTreeSet;
use std::path::Path;

use policy::Credential;
use proxy::{Engine, Resolver};

use super::config::Config;
use super::secrets::Absent;
use super::{books, bundles, census_folder, holding_files, identities, records};

/// Reads a configuration.
///
/// # Errors
/// If anything in it is wrong: that, and everything that is wrong with the files that it names, as far as it can be read.
pub(crate) fn read(path: &Path) -> Result<Config, Vec<String>> {
    let (config, told) = Config::read(path);
    match config {
        Some(config) if told.is_empty() => Ok(config),
        Some(config) => Err(once([told, problems(&config)].concat())),
        None => Err(told),
    }
}

/// Every problem of the files that a configuration names, and of the names that stand for something in them.
pub(crate) fn problems(config: &Config) -> Vec<String> {
    once([beside_the_book(config), books::problems(config)].concat())
}

/// Problems of everything but what requests are judged by.
pub(crate) fn beside_the_book(config: &Config) -> Vec<String> {
    let places = &config.places;
    let mut problems = identities::open(config).err().unwrap_or_default();
    problems.extend(records::problems(config));
    problems.extend(census_folder::problems(config));
    let certificates = proxy::certificate_problems(&config.listeners);
    problems.extend(certificates.iter().filter_map(|p| places.problem(&p.key, &p.message)));
    let engine = Engine::new(&config.proxy()).err();
    problems.extend(engine.and_then(|problem| places.problem("trust.ca_file", problem)));
    let source = config.policy.bundle.as_ref().map(bundles::source).and_then(Result::err);
    problems.extend(source.and_then(|problem| places.named("policy.bundle", problem)));
    let resolver = Resolver::new(&config.dns).err();
    problems.extend(resolver.and_then(|problem| places.problem("dns.servers", problem)));
    once(problems)
}

/// What can be used and is hardly meant. Only for what has no problems.
pub(crate) fn warnings(config: &Config) -> Vec<String> {
    let (Ok(identities), Ok(book)) =
        (identities::open(config), books::open(config, Absent::Pass, |_| Vec::new()))
    else {
        return Vec::new();
    };
    let mut doubts = holding_files::unclassed(config, &book);
    doubts.extend(identities::without_a_file(config, &book));
    doubts.extend(books::ending(&book));
    if !identities.issue_keys() {
        return doubts;
    }
    let mut told = BTreeSet::new();
    let routes = config.routes.iter().enumerate();
    let bare = routes.filter_map(|(at, route)| {
        let name = &route.destination;
        let info = book.rulebook.destinations().iter().find(|info| info.name == *name)?;
        let clients_own = info.credential == Credential::Client;
        if !clients_own || config.keys.destinations.contains_key(name) || !told.insert(name) {
            return None;
        }
        let what = format!(
            "`{name}` has `credential client`, but keys with `issued_here = true` never leave: clients that present one \
             reach it without a credential; put a key for it into keys.destinations, or remove issued_here"
        );
        config.places.problem(&format!("routes[{at}].destination"), what)
    });
    doubts.into_iter().chain(bare).collect()
}

/// Without what is told already.
fn once(problems: Vec<String>) -> Vec<String> {
    let mut told = BTreeSet::new();
    problems.into_iter().filter(|problem| told.insert(problem.clone())).collect()
}
