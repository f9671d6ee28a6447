//! The texts that a book is made of: policy files, packs and detectors, from folders or embedded.

use std::path::Path;

use detect::{Detector, RuleFile};
use policy::Source;

use super::super::{files, shipped};

/// The embedded detectors, if wanted, and those of a folder, which replace embedded files of the same name.
///
/// # Errors
/// Every problem of every file.
pub(crate) fn detector(folder: Option<&Path>, embedded: bool) -> Result<Detector, Vec<String>> {
    let (texts, unread) = detector_texts(folder, embedded);
    compile_detector(&texts, unread)
}

pub(crate) type Texts = Vec<(String, String)>;

/// The texts that can be read, and why others cannot.
pub(crate) fn detector_texts(folder: Option<&Path>, embedded: bool) -> (Texts, Vec<String>) {
    let mut texts = if embedded { shipped::detectors() } else { Vec::new() };
    let mut unread = Vec::new();
    if let Some(folder) = folder {
        let (own, problems) = readable(folder, "toml");
        unread = problems;
        put_in_place(&mut texts, own);
    }
    (texts, unread)
}

/// The embedded detectors, and others in the place of those of the same name.
pub(crate) fn beside_embedded(own: Texts) -> Texts {
    let mut texts = shipped::detectors();
    put_in_place(&mut texts, own);
    texts
}

/// A file by the name of an embedded one stands in its place, so that it can be edited and checked.
fn put_in_place(texts: &mut Texts, own: Texts) {
    for (path, text) in own {
        let name = |path: &str| path.rsplit('/').next().unwrap_or("").to_owned();
        texts.retain(|(embedded, _)| name(embedded) != name(&path));
        texts.push((path, text));
    }
}

/// One file that cannot be read does not hide what is wrong with the others.
///
/// # Errors
/// Every problem of every file, behind those that are known already.
pub(crate) fn compile_detector(
    texts: &[(String, String)],
    mut problems: Vec<String>,
) -> Result<Detector, Vec<String>> {
    let sources: Vec<RuleFile<'_>> =
        texts.iter().map(|(name, text)| RuleFile { name, text }).collect();
    match Detector::compile(&sources) {
        Ok(detector) if problems.is_empty() => return Ok(detector),
        Ok(_) => {}
        Err(found) => problems.extend(found.iter().map(ToString::to_string)),
    }
    Err(problems)
}

/// The policy sources of a folder, or the embedded ones, with the packs that they name.
///
/// # Errors
/// What cannot be read, and why; packs that there are not.
pub(crate) fn sources(folder: Option<&Path>) -> Result<Vec<Source>, Vec<String>> {
    sources_with(folder, None)
}

/// The same with the packs of a folder, which stand in the place of embedded ones of the same name.
///
/// # Errors
/// What cannot be read, and why; packs that there are not.
pub(crate) fn sources_with(
    folder: Option<&Path>,
    packs: Option<&Path>,
) -> Result<Vec<Source>, Vec<String>> {
    let sources = match folder {
        Some(folder) => policy_files(folder)?,
        None => shipped::policy(),
    };
    joined(sources, packs)
}

/// A policy's own files with the packs that it names behind them.
///
/// # Errors
/// What cannot be read, and why; packs that there are not.
pub(crate) fn joined(
    sources: Vec<Source>,
    packs: Option<&Path>,
) -> Result<Vec<Source>, Vec<String>> {
    policy::with_packs(sources, &shelf(packs)?).map_err(|diagnostics| {
        vec![format!("the policy names packs that there are not\n{}", diagnostics.render(false))]
    })
}

/// The packs of a folder, and the embedded ones after them.
///
/// # Errors
/// What cannot be read, and why.
pub(crate) fn shelf(packs: Option<&Path>) -> Result<Vec<Source>, Vec<String>> {
    let mut shelf = packs.map(policy_files).transpose()?.unwrap_or_default();
    shelf.extend(shipped::packs());
    Ok(shelf)
}

fn policy_files(folder: &Path) -> Result<Vec<Source>, Vec<String>> {
    let files = texts(folder, "policy")?.into_iter();
    Ok(files.map(|(path, text)| Source { path, text }).collect())
}

/// The names that a policy's classes may refer to.
pub(crate) fn catalogue(detector: &Detector) -> Vec<(String, String)> {
    detector.infos().iter().map(|info| (info.id.clone(), info.family.clone())).collect()
}

/// The files of a folder with an extension: path and text.
///
/// # Errors
/// What cannot be read, and why.
pub(crate) fn texts(folder: &Path, extension: &str) -> Result<Texts, Vec<String>> {
    let (texts, problems) = readable(folder, extension);
    if problems.is_empty() { Ok(texts) } else { Err(problems) }
}

/// The files of a folder with an extension that can be read, and why others cannot.
pub(crate) fn readable(folder: &Path, extension: &str) -> (Texts, Vec<String>) {
    let (mut texts, mut problems) = (Vec::new(), Vec::new());
    let paths = files::list(folder, extension).unwrap_or_else(|problem| {
        problems.push(problem);
        Vec::new()
    });
    for path in paths {
        match files::read(&path) {
            Ok(text) => texts.push((path.display().to_string(), text)),
            Err(problem) => problems.push(problem),
        }
    }
    (texts, problems)
}
