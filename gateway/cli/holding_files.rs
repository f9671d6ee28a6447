//! Files of an agency's own data, opened where they stand.

use std::path::Path;
use std::sync::Arc;

use exchange::{Book, Holding, Search};
use holdings::{Bytes, Facts, Holdings, Key, Problem};
use mapped::Mapped;

use super::config::Config;
use super::secrets::{self, Absent, hex};

/// Longest file of holdings.
const MAX_BYTES: u64 = 1 << 36;

/// Maps a file, or reads it if others may write to it.
///
/// # Errors
/// Why it cannot be opened, with the file and the mend.
pub(crate) fn mapped(file: &Path) -> Result<Bytes, String> {
    match Mapped::open(file, MAX_BYTES) {
        Ok(bytes) => Ok(Arc::new(bytes)),
        Err(error) => {
            let name = file.display();
            Err(format!("{name}: cannot be opened ({error}); check the path and its permissions"))
        }
    }
}

/// What is wrong with a file, each line with its name.
pub(crate) fn told(file: &Path, problem: &Problem) -> Vec<String> {
    problem.lines().iter().map(|line| format!("{}: {line}", file.display())).collect()
}

/// Whether holdings may be called so: a policy names them by it.
pub(crate) fn is_name(name: &str) -> bool {
    let letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    (1..=64).contains(&name.len()) && name.chars().all(letter)
}

/// What [`is_name`] asks for.
pub(crate) const NAME: &str = "expected 1 to 64 small letters, digits and hyphens";

/// How much a file holds: `3 records`.
pub(crate) fn counted(facts: &Facts) -> String {
    let what = match facts.kind() {
        "dictionary" => "terms",
        kind => kind,
    };
    format!("{} {what}", facts.count())
}

/// Opens a file with the key in another one.
///
/// # Errors
/// Everything that is wrong with either, each with the file and the mend.
fn open(file: &Path, key: &Path) -> Result<Holdings, Vec<String>> {
    let key = secrets::secret(key, Absent::Refuse).map_err(|problem| vec![problem])?;
    let bytes = mapped(file).map_err(|problem| vec![problem])?;
    Holdings::open(bytes, &Key::new(key)).map_err(|problem| told(file, &problem))
}

/// All that the configuration names. A file must bear the name that it is to be found by: so the wrong one is not taken for it.
///
/// # Errors
/// Everything that is wrong with each, with its place.
pub(crate) fn open_all(config: &Config) -> Result<Vec<Holding>, Vec<String>> {
    let (mut all, mut problems) = (Vec::new(), Vec::new());
    for (at, own) in config.holdings.iter().enumerate() {
        let found = open(&own.file, &own.key).and_then(|holdings| {
            let (facts, wanted) = (holdings.facts(), &own.name);
            if facts.name == *wanted {
                return Ok(Holding::new(wanted, holdings));
            }
            Err(vec![format!(
                "{}: it is {} by the name of `{}`, not `{wanted}`; put the right file there, or build it with \
                 `name = \"{wanted}\"` in its rules",
                own.file.display(),
                facts.kind(),
                facts.name
            )])
        });
        match found {
            Ok(holding) => all.push(holding),
            Err(found) => {
                problems.extend(found.into_iter().filter_map(|what| placed(config, at, what)))
            }
        }
    }
    if problems.is_empty() { Ok(all) } else { Err(problems) }
}

/// What a policy may call opened holdings.
pub(crate) fn entry(own: &Holding) -> Option<(String, String)> {
    let facts = own.holdings().facts();
    Holding::entry(&facts.name, facts.kind())
}

/// What a policy may call the holdings of a configuration whose files could not all be read: what any of them may be.
pub(crate) fn names(config: &Config) -> Vec<(String, String)> {
    let kinds = ["dictionary", "records", "documents"];
    let of = |own: &super::config::OwnData| kinds.map(|kind| Holding::entry(&own.name, kind));
    config.holdings.iter().flat_map(of).flatten().collect()
}

fn placed(config: &Config, at: usize, what: String) -> Option<String> {
    config.places.named(&format!("holdings[{at}]"), what)
}

/// What a reload must not do: put one kind of holdings in the place of another, which nobody means and which would let pass
/// whatever was found until now.
pub(crate) fn changed_kinds(config: &Config, before: &Search, now: &Search) -> Vec<String> {
    let pairs = before.own().zip(now.own()).enumerate();
    let changed = pairs.filter_map(|(at, ((_, before), (_, now)))| {
        let (before, now) = (before.holdings().facts().kind(), now.holdings().facts().kind());
        let file = config.holdings.get(at)?.file.display();
        let what = format!(
            "{file}: it is {now}, and {before} stood there; put the right file there, or start the gateway anew if that is meant"
        );
        if before == now { None } else { placed(config, at, what) }
    });
    changed.collect()
}

/// A line for each file that a reload took: name, how much it holds, digest, and whether it is the one from before.
pub(crate) fn lines(before: &Search, now: &Search, digits: usize) -> Vec<String> {
    let line = |((_, before), (_, now)): ((_, &Holding), (_, &Holding))| {
        let (old, new) = (before.holdings().digest(), now.holdings());
        let same = if old == new.digest() { " (the same as before)" } else { "" };
        let digest = hex(&new.digest());
        let short = digest.get(..digits).unwrap_or_default();
        format!("holdings reloaded: {}, {}, {short}{same}", new.facts().name, counted(new.facts()))
    };
    before.own().zip(now.own()).map(line).collect()
}

/// Holdings that no class of the policy names: what they find stops, and no rule can say otherwise; and keys that others may read.
pub(crate) fn unclassed(config: &Config, book: &Book) -> Vec<String> {
    let classes = book.rulebook.classes();
    let is_named = |number| {
        let mut of = book.rulebook.class_of(number).iter().filter_map(|c| classes.get(c.index()));
        of.any(|class| class.name != "unclassed")
    };
    let own = book.search.own().enumerate().filter(|(_, (number, _))| !is_named(number.0));
    let told = own.filter_map(|(at, (number, own))| {
        let (id, family) = (own.id(), book.search.known(number).family);
        let what = format!(
            "no class of the policy has `detect {id}` or `detect {family}`: what it finds is `unclassed` and stops a request; \
             put it under a class"
        );
        config.places.problem(&format!("holdings[{at}].name"), what)
    });
    told.chain(read_by_others(config)).collect()
}

/// Keys that everybody on the machine may read.
fn read_by_others(config: &Config) -> impl Iterator<Item = String> {
    let keys = config.holdings.iter().enumerate();
    keys.filter_map(|(at, own)| {
        let what = secrets::read_by_others(&own.key)?;
        config.places.problem(&format!("holdings[{at}].key"), what)
    })
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
