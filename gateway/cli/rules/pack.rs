//! `seawall rules pack`: a policy folder as one file, ready to be signed.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use bundle::{
    Bundle, Digest, File, Header, PROOF, Refused, Root, Time, file_name, pack, required_digest,
};
use exchange::Search;
use policy::{Catalogue, Report};
use semver::Version;

use super::super::bundles::{self, Content};
use super::super::nameable::Nameable;
use super::super::style::Style;
use super::super::{Failure, Outcome, Result, allow_files, books, files};
use super::bundle_keys::{named, required_files, write};

/// Options of `rules pack`.
#[derive(clap::Args)]
pub(in super::super) struct Options {
    /// Policy folder. Detectors are taken from its folder `detectors`, allow-lists from `allowed`.
    folder: PathBuf,
    /// The root of the gateways that it is for.
    #[arg(long, value_name = "FILE")]
    root: PathBuf,
    /// The bundle before it in the line; absent: it is the first.
    #[arg(long, value_name = "BUNDLE")]
    previous: Option<PathBuf>,
    /// Folder of required files, from whoever signs the statement of them.
    #[arg(long, value_name = "DIR")]
    required: Option<PathBuf>,
    /// For how many days it holds.
    #[arg(long, default_value_t = 90)]
    days: u16,
    /// From when it holds, as in 2026-12-01T00:00:00Z; absent: from when it is packed.
    #[arg(long, value_name = "TIME")]
    from: Option<String>,
    /// When it is packed; absent: now. The same files and times give the same bytes.
    #[arg(long, value_name = "TIME")]
    created: Option<String>,
    /// The oldest gateway that understands it; absent: this release.
    #[arg(long, value_name = "VERSION")]
    min_gateway: Option<String>,
    /// Holdings that the policy names: a name, a colon, and dictionary, records or documents.
    #[arg(long, value_name = "NAME:KIND")]
    holdings: Vec<String>,
    /// Folder that the file goes to.
    #[arg(long, short, default_value = ".")]
    output: PathBuf,
}

/// Checks and packs; the answer is no if the policy has mistakes, does not hold its invariants or fails its tests.
///
/// # Errors
/// Files and times that cannot be read, and everything that a gateway would refuse in the file.
pub(super) fn run(options: &Options) -> Result {
    let root = read_root(&options.root)?;
    let before = options.previous.as_deref().map(read_bundle).transpose()?;
    let mut files = gather(options).map_err(Failure::Usage)?;
    let created = time(options.created.as_deref(), "--created")?.unwrap_or_else(bundles::now);
    let report = match check(options, &files, created)? {
        Ok(report) => report,
        Err(problems) => {
            problems.iter().for_each(|problem| super::super::complain(problem));
            return Ok(Outcome::No);
        }
    };
    if !report.is_fine() {
        writeln!(io::stdout(), "{}", report.render(Style::of_stdout().colour()))?;
        super::super::complain("nothing was packed: no gateway would take this policy");
        return Ok(Outcome::No);
    }
    let proof = serde_json::to_vec_pretty(&report.to_json()).unwrap_or_default();
    let proof_digest = Digest::of(&proof);
    files.push(File::new(PROOF, proof));
    let not_before = time(options.from.as_deref(), "--from")?.unwrap_or(created);
    let header = Header {
        name: root.name().to_owned(),
        audience: root.audience().to_owned(),
        version: before.as_ref().map_or(1, |bundle| bundle.header.version + 1),
        previous: before.map(|bundle| bundle.digest),
        created,
        not_before,
        expires: not_before.plus(i64::from(options.days) * 86_400),
        min_gateway: min_gateway(options)?,
        required_invariants: required_digest(&files),
        proof: proof_digest,
    };
    let bytes = pack(&header, &files).map_err(|refused| refusal(&refused))?;
    let path = options.output.join(file_name(&header.name, header.version));
    write_new(&path, &bytes)?;
    writeln!(
        io::stdout(),
        "version {}, sha256 {}, expires {}",
        header.version,
        Digest::of(&bytes),
        header.expires
    )?;
    Ok(Outcome::Fine)
}

/// Writes a bundle where none is, or the very same: signatures are of bytes, and those of another would no longer fit.
///
/// # Errors
/// If another bundle is there, or it cannot be written.
pub(super) fn write_new(path: &Path, bytes: &[u8]) -> Result {
    let is_same = files::read_bytes(path).is_ok_and(|known| known == bytes);
    if path.symlink_metadata().is_ok() && !is_same {
        return Err(Failure::Usage(vec![format!(
            "{}: is there already and is another bundle; nothing was overwritten. Name it as --previous for the next version, or \
             move it and its signatures away",
            path.display()
        )]));
    }
    write(path, bytes)
}

/// Everything that goes in, but the proof.
fn gather(options: &Options) -> std::result::Result<Vec<File>, Vec<String>> {
    let folder = &options.folder;
    let mut files = named(folder, folder, "policy", "")?;
    if let Some(required) = &options.required {
        files.extend(required_files(required)?);
    }
    // The words of packs give way to what is required, as to the agency's own.
    files.extend(packs(&files)?);
    for kind in ["detectors", "allowed"].map(|kind| folder.join(kind)) {
        if kind.is_dir() {
            files.extend(named(&kind, folder, "toml", "")?);
        }
    }
    Ok(files)
}

/// The packs that the policy names and does not hold itself: what is signed is the whole.
fn packs(files: &[File]) -> std::result::Result<Vec<File>, Vec<String>> {
    let own = Content::of_files(files.iter())?.sources;
    let count = own.len();
    let all = books::joined(own, None)?;
    Ok(all.into_iter().skip(count).map(|pack| File::new(pack.path, pack.text)).collect())
}

/// What a gateway would find: the report of the policy, or what is wrong with detectors and allow-lists.
fn check(
    options: &Options,
    files: &[File],
    created: Time,
) -> std::result::Result<std::result::Result<Report, Vec<String>>, Failure> {
    let content = Content::of_files(files.iter()).map_err(Failure::Usage)?;
    let texts = books::beside_embedded(content.detectors.clone());
    let detector = match books::compile_detector(&texts, Vec::new()) {
        Ok(detector) => detector,
        Err(problems) => return Ok(Err(problems)),
    };
    let mut nameable = Nameable::of(Some(&detector), &texts);
    nameable.add(super::holdings(&options.holdings)?);
    let mut problems: Vec<String> = Vec::new();
    if !content.detectors.is_empty() {
        problems.extend(detector.check_examples().iter().map(ToString::to_string));
    }
    let mut search = Search::new(detector);
    search.require(policy::required_detectors(&content.sources));
    let allowed = allow_files::add_texts(&mut search, &content.allowed);
    problems.extend(allowed.err().unwrap_or_default());
    if !problems.is_empty() {
        return Ok(Err(problems));
    }
    let names = nameable.for_policy(&content.sources);
    let catalogue = Catalogue { detectors: &names };
    Ok(Ok(policy::check(&content.sources, &catalogue, Some(created.unix()))))
}

fn min_gateway(options: &Options) -> std::result::Result<Version, Failure> {
    let Some(given) = &options.min_gateway else {
        return bundles::release().map_err(Failure::Broken);
    };
    let wrong = |_| {
        Failure::Usage(vec![format!("--min-gateway {given}: expected three numbers such as 1.4.0")])
    };
    Version::parse(given).map_err(wrong)
}

/// A time that was given.
fn time(given: Option<&str>, option: &str) -> std::result::Result<Option<Time>, Failure> {
    let Some(given) = given else { return Ok(None) };
    let wrong = || {
        Failure::Usage(vec![format!(
            "{option} {given}: expected a time such as 2026-12-01T00:00:00Z"
        )])
    };
    Time::parse(given).map(Some).ok_or_else(wrong)
}

/// A root from a file.
pub(super) fn read_root(path: &Path) -> std::result::Result<Root, Failure> {
    let bytes = files::read_bytes(path).map_err(|problem| Failure::Usage(vec![problem]))?;
    Root::read(&bytes).map_err(|refused| refusal(&refused))
}

/// A bundle whose signatures are not looked at: for who packs the next one.
pub(super) fn read_bundle(path: &Path) -> std::result::Result<Bundle, Failure> {
    let bytes = files::read_bytes(path).map_err(|problem| Failure::Usage(vec![problem]))?;
    Bundle::read(&bytes).map_err(|refused| refusal(&refused))
}

pub(super) fn refusal(refused: &[Refused]) -> Failure {
    Failure::Usage(bundles::told(refused))
}
