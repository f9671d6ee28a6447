//! What a start would find wrong, all at once, without making or changing anything.

use proxy::{Engine, Resolver};

use super::config::Config;
use super::secrets::Absent;
use super::{books, identities, records};

/// Every problem of a configuration and of all files that it names.
pub(crate) fn problems(config: &Config) -> Vec<String> {
    [beside_the_book(config), of_the_book(config)].concat()
}

/// Problems of what requests are judged by.
pub(crate) fn of_the_book(config: &Config) -> Vec<String> {
    books::open(config, Absent::Pass)
        .and_then(|book| books::check_routes(config, &book))
        .err()
        .unwrap_or_default()
}

/// Problems of everything but what requests are judged by.
pub(crate) fn beside_the_book(config: &Config) -> Vec<String> {
    let mut problems = identities::open(config).err().unwrap_or_default();
    problems.extend(records::problems(config));
    problems.extend(proxy::certificate_problems(&config.listeners));
    problems.extend(Engine::new(&config.proxy()).err().map(|problem| problem.to_string()));
    problems.extend(Resolver::new(&config.dns).err().map(|problem| problem.to_string()));
    problems
}
