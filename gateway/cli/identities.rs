//! The file of known client keys. It holds digests only: reading it gives nobody a key.

use std::path::Path;

use exchange::Book;

use proxy::identity::{Identities, Keys, KnownKey, People, Trusted};
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
    Ok(Identities::new(networks, keys, people(config)?, trusted(config)?))
}

/// The identity provider that is believed.
fn trusted(config: &Config) -> Result<Option<Trusted>, Vec<String>> {
    let Some(token) = &config.identity.token else { return Ok(None) };
    let named = |problem| {
        config.places.named("identity.token.keys", problem).into_iter().collect::<Vec<_>>()
    };
    let read = files::read(&token.keys).and_then(|text| {
        Keys::read(&text).map_err(|problem| format!("{}: {problem}", token.keys.display()))
    });
    let trusted = Trusted::new(&token.header, &token.issuer, &token.audience, read.map_err(named)?);
    let lists = token.people.iter();
    let lists = lists.map(|(list, groups)| (list.clone(), groups.iter().cloned().collect()));
    let (person, groups) = (token.person.clone(), token.groups.clone());
    Ok(Some(Trusted { person, groups, lists: lists.collect(), ..trusted }))
}

/// Warns of lists that the policy declares and the node does not have.
pub(crate) fn without_a_file(config: &Config, book: &Book) -> Vec<String> {
    let kept = |name: &String| {
        let token = config.identity.token.as_ref();
        config.identity.people.contains_key(name)
            || token.is_some_and(|token| token.people.contains_key(name))
    };
    let missing = book.rulebook.lists().iter().filter(|name| !kept(name));
    let told = missing.filter_map(|name| {
        let what = format!(
            "the policy declares `people {name}`, and nobody keeps it: anybody may be on that list, and nobody surely is; \
             add {name} = \"FILE\", or the groups of [identity.token] people that are on it"
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
