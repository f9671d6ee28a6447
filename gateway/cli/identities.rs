//! The file of known client keys. It holds digests only: reading it gives nobody a key.

use std::path::Path;

use exchange::Book;

use proxy::identity::{Identities, KnownKey, People};
use serde::Deserialize;

use super::config::Config;
use super::{files, secrets, toml_file};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default, rename = "key")]
    keys: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: String,
    sha256: String,
    #[serde(default)]
    issued_here: bool,
}

/// Reads what callers are told apart by.
///
/// # Errors
/// Every problem of the key file and of the networks.
pub(crate) fn open(config: &Config) -> Result<Identities, Vec<String>> {
    let networks = config
        .identity
        .networks
        .iter()
        .filter_map(|network| Some((network.name.clone(), network.cidr.parse().ok()?)))
        .collect();
    let keys = match &config.identity.keys {
        Some(path) => keys(config, path)?,
        None => Vec::new(),
    };
    Ok(Identities::new(networks, keys, people(config)?))
}

/// Warns of lists that the policy declares and the node does not have.
pub(crate) fn without_a_file(config: &Config, book: &Book) -> Vec<String> {
    let missing =
        book.rulebook.lists().iter().filter(|name| !config.identity.people.contains_key(*name));
    let told = missing.filter_map(|name| {
        let what = format!(
            "the policy declares `people {name}`, and there is no file of it: anybody may be on that list, and nobody surely is; \
             add {name} = \"FILE\""
        );
        config.places.problem("identity.people", what)
    });
    told.collect()
}

/// Reads the lists of people: a name of a key or a SPIFFE id a line; `#` begins a comment.
fn people(config: &Config) -> Result<Vec<People>, Vec<String>> {
    let (mut lists, mut problems) = (Vec::new(), Vec::new());
    for (name, path) in &config.identity.people {
        let text = match files::read(path) {
            Ok(text) => text,
            Err(problem) => {
                problems.extend(config.places.named(&format!("identity.people.{name}"), problem));
                continue;
            }
        };
        let lines = text.lines().map(|line| line.split('#').next().unwrap_or("").trim());
        let members = lines.filter(|line| !line.is_empty()).map(str::to_owned).collect();
        lists.push(People { name: name.clone(), members });
    }
    if problems.is_empty() { Ok(lists) } else { Err(problems) }
}

fn keys(config: &Config, path: &Path) -> Result<Vec<KnownKey>, Vec<String>> {
    let of_the_file = |problem| config.places.named("identity.keys", problem);
    let text = files::read(path)
        .map_err(|problem| of_the_file(problem).into_iter().collect::<Vec<_>>())?;
    let help = "each [[key]] has name, sha256 and, if it must not leave, issued_here = true";
    let read: toml_file::Reading<File> = toml_file::read(path, &text, help);
    let mut problems = read.problems;
    let mut keys = Vec::new();
    for (at, entry) in read.value.into_iter().flat_map(|file| file.keys).enumerate() {
        match secrets::unhex(&entry.sha256) {
            Some(sha256) => {
                let Entry { name, issued_here, .. } = entry;
                keys.push(KnownKey { name, sha256, issued_here });
            }
            None => problems.extend(read.places.problem(
                &format!("key[{at}].sha256"),
                "expected 64 hex digits; make them with `printf %s KEY | sha256sum`",
            )),
        }
    }
    if problems.is_empty() { Ok(keys) } else { Err(problems) }
}
