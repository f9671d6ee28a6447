//! Names in a configuration that the policy does not declare, and what else an operator should look at.

use exchange::Book;

use super::super::config::Config;
use super::super::{holding_files, identities, unclassed};
use super::today;

/// Routes that lead to a destination that the policy does not declare.
pub(super) fn stray_routes(config: &Config, declared: &[String]) -> Vec<String> {
    let routes = config.routes.iter().enumerate();
    let stray = routes.filter_map(|(at, route)| {
        let what = undeclared(&route.destination, declared)?;
        config.places.problem(&format!("routes[{at}].destination"), what)
    });
    stray.collect()
}

/// Warns of keys for a destination that the policy in force does not declare, of detectors and holdings that it has no class for, and of
/// allow-lists that end.
pub(crate) fn warn_of_doubts(config: &Config, book: &Book) {
    let declared = policy::destination_names(book.rulebook.sources());
    let mut doubts = spare_keys(config, &declared);
    doubts.extend(unclassed::detectors(&book.rulebook, book.search.detector().infos()));
    doubts.extend(holding_files::unclassed(config, book));
    doubts.extend(identities::without_a_file(config, book));
    doubts.extend(ending(book));
    doubts.iter().for_each(|doubt| super::super::warn(doubt));
}

/// The entries of allow-lists that have ended, or end soon.
pub(crate) fn ending(book: &Book) -> Vec<String> {
    book.search.ending(today(book)).iter().map(ToString::to_string).collect()
}

/// Keys for a destination that the policy does not declare. They harm nobody, and a stricter policy must not be kept out
/// by them, so a running node only warns.
pub(super) fn spare_keys(config: &Config, declared: &[String]) -> Vec<String> {
    let spare = config.keys.destinations.keys().filter_map(|name| {
        let what = undeclared(name, declared)?;
        config.places.problem(&format!("keys.destinations.{name}"), what)
    });
    spare.collect()
}

fn undeclared(name: &str, declared: &[String]) -> Option<String> {
    if declared.iter().any(|known| known == name) {
        return None;
    }
    let mend = match policy::nearest(name, declared.iter().map(String::as_str)) {
        Some(near) => format!("did you mean `{near}`?"),
        None if declared.is_empty() => "it declares none".to_owned(),
        None => format!("it declares {}", declared.join(", ")),
    };
    Some(format!("the policy declares no destination `{name}`; {mend}"))
}
