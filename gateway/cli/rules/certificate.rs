//! `seawall rules check --certificate|--against`: what was proved, as a file, and whether it still holds.

use std::io::{self, Write};
use std::path::Path;

use policy::{CERTIFICATE, Catalogue, Certificate, Circumstances, Report, Source};

use super::super::{Failure, Outcome, Result, books, files, now};
use super::Options;
use super::report::Format;

/// The release, as certificates name it.
const RELEASE: &str = env!("CARGO_PKG_VERSION");

/// Writes the certificate of a report in which everything holds.
///
/// # Errors
/// A file that cannot be written.
pub(super) fn write(
    to: &Path,
    report: &Report,
    options: &Options,
    sources: &[Source],
    catalogue: Catalogue<'_>,
) -> std::result::Result<(), Failure> {
    let sources = told(options, sources);
    let with = Circumstances { sources: &sources, catalogue, prover: RELEASE, now: now() };
    let Some(certificate) = Certificate::of(report, &with) else { return Ok(()) };
    let mut text = serde_json::to_string_pretty(&certificate).unwrap_or_default();
    text.push('\n');
    std::fs::write(to, text)
        .map_err(|error| Failure::Broken(format!("{}: cannot be written ({error})", to.display())))
}

/// Says whether what a certificate says still holds, without proving anything; the answer is no if anything is otherwise than then.
///
/// # Errors
/// Files that cannot be read, and one that is no certificate.
pub(super) fn compare(options: &Options, path: &Path, format: Format) -> Result {
    if !matches!(format, Format::Pretty | Format::Json) {
        let what = "--against is answered as --format pretty or json";
        return Err(Failure::Usage(vec![what.to_owned()]));
    }
    let certificate = read(path).map_err(|problem| Failure::Usage(vec![problem]))?;
    let (texts, mut unusable) = books::detector_texts(options.detectors().as_deref(), true);
    let detector = books::compile_detector(&texts, Vec::new());
    let nameable = options.nameable(detector.as_ref().ok(), &texts)?;
    let sources = options.sources().unwrap_or_else(|problems| {
        unusable.extend(problems);
        Vec::new()
    });
    if !unusable.is_empty() {
        return Err(Failure::Usage(unusable));
    }
    let names = nameable.for_policy(&sources);
    let sources = told(options, &sources);
    let catalogue = Catalogue { detectors: &names };
    let differences = certificate.differences(&Circumstances {
        sources: &sources,
        catalogue,
        prover: RELEASE,
        now: now(),
    });
    tell(&certificate, &differences, format)?;
    Ok(if differences.is_empty() { Outcome::Fine } else { Outcome::No })
}

fn tell(certificate: &Certificate, differences: &[String], format: Format) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let holds = differences.is_empty();
    if format == Format::Json {
        let (proved, invariants) = certificate.proved();
        let told = serde_json::json!({
            "holds": holds, "differences": differences, "policy": certificate.policy, "digest": certificate.digest,
            "from": certificate.from, "proved": proved, "invariants": invariants,
        });
        return writeln!(out, "{}", serde_json::to_string_pretty(&told).unwrap_or_default());
    }
    for difference in differences {
        writeln!(out, "{difference}")?;
    }
    let Certificate { policy, from, .. } = certificate;
    let (proved, all) = certificate.proved();
    let what = if holds { "holds" } else { "does NOT hold any more: check the policy anew" };
    writeln!(
        out,
        "{proved} of {all} invariants of {policy}, proved from {from} on: the certificate {what}"
    )
}

fn read(path: &Path) -> std::result::Result<Certificate, String> {
    let wrong = || format!("{}: is no certificate of the form {CERTIFICATE}", path.display());
    let certificate: Certificate =
        serde_json::from_str(&files::read(path)?).map_err(|_| wrong())?;
    if certificate.schema == CERTIFICATE { Ok(certificate) } else { Err(wrong()) }
}

/// The files by their paths within the policy folder, which may lie elsewhere tomorrow.
fn told(options: &Options, sources: &[Source]) -> Vec<Source> {
    let folder = options.folder.as_deref().unwrap_or(Path::new(""));
    let within = |source: &Source| {
        let path = Path::new(&source.path);
        let path = path.strip_prefix(folder).ok().filter(|path| path.file_name().is_some());
        Source {
            path: path.map_or_else(|| source.path.clone(), |path| path.display().to_string()),
            text: source.text.clone(),
        }
    };
    sources.iter().map(within).collect()
}
