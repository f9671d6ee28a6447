//! `seawall rules detectors`: the catalogue, for whoever writes a policy or asks what is looked for.

use std::io::{self, Write};
use std::path::PathBuf;

use detect::{Detector, Info};

use super::super::{Failure, Format, Outcome, Result, books};

/// Which detectors to list.
#[derive(clap::Args)]
pub(in super::super) struct Options {
    /// Words that id, family, title, source or file must have, all of them, in any case. None: all detectors.
    words: Vec<String>,
    /// Only identifiers of this country (ISO 3166-1 alpha-2).
    #[arg(long, value_name = "CC")]
    country: Option<String>,
    /// Only one family, as policies name it.
    #[arg(long, value_name = "FAMILY")]
    family: Option<String>,
    /// Folder of more detector files, beside the embedded ones.
    #[arg(long, value_name = "DIR")]
    detectors: Option<PathBuf>,
    /// How to write it.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Lists them in the order of their files.
///
/// # Errors
/// A country or family that no detector has.
pub(in super::super) fn list(options: &Options) -> Result {
    let detector = books::detector(options.detectors.as_deref(), true).map_err(Failure::Usage)?;
    let problems = unknown(options, &detector);
    if !problems.is_empty() {
        return Err(Failure::Usage(problems));
    }
    let asked: Vec<&Info> =
        detector.infos().iter().filter(|info| is_asked(options, info)).collect();
    let mut out = io::stdout().lock();
    if options.format == Format::Json {
        let rows: Vec<_> = asked.iter().map(|info| json(&detector, info)).collect();
        writeln!(out, "{}", serde_json::to_string_pretty(&rows).unwrap_or_default())?;
        return Ok(Outcome::Fine);
    }
    for info in &asked {
        let country =
            info.country.as_deref().map_or_else(String::new, |country| format!(", {country}"));
        writeln!(out, "{}  [{}{country}]  {}", info.id, info.family, info.title)?;
        let check =
            info.check.as_deref().map_or_else(String::new, |check| format!("check {check}; "));
        writeln!(out, "    {}; {check}{}", levels(&detector, info), info.source)?;
    }
    writeln!(out, "{} of {} detectors", asked.len(), detector.infos().len())?;
    Ok(Outcome::Fine)
}

/// What no detector has, with what is near.
fn unknown(options: &Options, detector: &Detector) -> Vec<String> {
    let infos = detector.infos();
    let mut problems = Vec::new();
    if let Some(family) = &options.family
        && !infos.iter().any(|info| info.family == *family)
    {
        let near = policy::nearest(family, infos.iter().map(|info| info.family.as_str()));
        let meant = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
        problems.push(format!("--family {family}: no detector is of this family{meant}"));
    }
    if let Some(country) = &options.country
        && !infos.iter().any(|info| is_of(info, country))
    {
        problems.push(format!(
            "--country {country}: no detector is of this country; expected two letters such as DE (ISO 3166-1)"
        ));
    }
    problems
}

fn is_of(info: &Info, country: &str) -> bool {
    info.country.as_deref().is_some_and(|of| of.eq_ignore_ascii_case(country))
}

fn is_asked(options: &Options, info: &Info) -> bool {
    let has = |word: &String| {
        let word = word.to_lowercase();
        [&info.id, &info.family, &info.title, &info.source, &info.file]
            .iter()
            .any(|field| field.to_lowercase().contains(&word))
    };
    options.country.as_ref().is_none_or(|country| is_of(info, country))
        && options.family.as_ref().is_none_or(|family| info.family == *family)
        && options.words.iter().all(has)
}

/// How sure a value is, alone and beside its words.
fn levels(detector: &Detector, info: &Info) -> String {
    let bare = detector.find(&info.id).and_then(|id| detector.bare_level(id));
    match bare {
        Some(level) => format!("alone {}", level.name()),
        None => "not without context".to_owned(),
    }
}

fn json(detector: &Detector, info: &Info) -> serde_json::Value {
    let bare = detector.find(&info.id).and_then(|id| detector.bare_level(id));
    serde_json::json!({
        "id": info.id,
        "family": info.family,
        "title": info.title,
        "country": info.country,
        "check": info.check,
        "level_alone": bare.map(detect::Level::name),
        "never_harmless": info.never_harmless,
        "source": info.source,
        "file": info.file,
    })
}
