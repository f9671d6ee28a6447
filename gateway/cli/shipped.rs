//! What the binary carries with it: the default policy, the packs and the detectors, from `rules/`.

use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "rules/default"]
#[include = "*.policy"]
struct DefaultPolicy;

#[derive(RustEmbed)]
#[folder = "rules/packs"]
#[include = "*.policy"]
struct Packs;

#[derive(RustEmbed)]
#[folder = "rules/detectors"]
#[include = "*.toml"]
struct Detectors;

#[derive(RustEmbed)]
#[folder = "rules/clean"]
#[include = "*.txt"]
struct Clean;

/// Text in which there is nothing to find: name and text.
pub(crate) fn clean() -> Vec<(String, String)> {
    texts::<Clean>("clean/")
}

/// The embedded default policy.
pub(crate) fn policy() -> Vec<policy::Source> {
    texts::<DefaultPolicy>("default/")
        .into_iter()
        .map(|(path, text)| policy::Source { path, text })
        .collect()
}

/// The embedded packs, each with the tests that stand beside it.
pub(crate) fn packs() -> Vec<policy::Source> {
    texts::<Packs>("packs/").into_iter().map(|(path, text)| policy::Source { path, text }).collect()
}

/// The embedded detector files: name and text.
pub(crate) fn detectors() -> Vec<(String, String)> {
    texts::<Detectors>("detectors/")
}

fn texts<E: RustEmbed>(folder: &str) -> Vec<(String, String)> {
    let mut names: Vec<_> = E::iter().collect();
    names.sort();
    let text =
        |name: &str| E::get(name).map(|file| String::from_utf8_lossy(&file.data).into_owned());
    names.iter().filter_map(|name| Some((format!("{folder}{name}"), text(name)?))).collect()
}
