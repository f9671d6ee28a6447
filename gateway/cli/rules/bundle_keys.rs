//! `seawall rules keygen|root|require`: keys, and the two files that say what they are for.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use bundle::{File, KeyId, PublicKey, REQUIRED, Required, Root, SigningKey, required_digest};
use policy::{Catalogue, Diagnostics};
use serde_json::json;

use super::super::bundles::Content;
use super::super::nameable::Nameable;
use super::super::style::Style;
use super::super::{Failure, Outcome, Result, books, bundles, files, secrets};

/// Options of `rules keygen`.
#[derive(clap::Args)]
pub(in super::super) struct Keygen {
    /// Where the pair goes: NAME.key and NAME.pub. The name is what the root calls the signer.
    name: PathBuf,
}

/// Makes a key pair. The private half has no password: keep it where only its signer can read it.
///
/// # Errors
/// If a file of these names is there already, or cannot be written.
pub(super) fn keygen(options: &Keygen) -> Result {
    let fresh = || secrets::random().map_err(Failure::Broken);
    let (seed, chance) = (fresh()?, fresh()?);
    let id = chance.first_chunk::<8>().copied().unwrap_or_default();
    let key = SigningKey::from_seed(KeyId(id), &seed);
    let (private, public) = (with_end(&options.name, "key"), with_end(&options.name, "pub"));
    let made =
        |path: &Path, text: &str| secrets::create(path, text).map_err(|p| Failure::Usage(vec![p]));
    made(&private, &key.to_text())?;
    made(&public, &key.public().to_text())?;
    writeln!(
        io::stdout(),
        "{} signs, {} goes into the root: {}",
        private.display(),
        public.display(),
        key.public().id()
    )?;
    Ok(Outcome::Fine)
}

fn with_end(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(end);
    PathBuf::from(name)
}

/// Options of `rules root`.
#[derive(clap::Args)]
pub(in super::super) struct RootFile {
    /// Name of the policy that bundles are of.
    #[arg(long)]
    name: String,
    /// Id of the agency that bundles are for, as in xm.interior.
    #[arg(long)]
    audience: String,
    /// A role, how many must sign, and public keys: `authors=1:anna.pub,ben.pub`. `root` signs the next root, `invariants` the
    /// statement of required invariants, every other role each bundle.
    #[arg(long = "role", value_name = "ROLE=N:FILE,…", required = true)]
    roles: Vec<String>,
    /// A signer who is meant to stand in two roles.
    #[arg(long = "both", value_name = "SIGNER")]
    both: Vec<String>,
    /// Its place in the line of roots.
    #[arg(long, default_value_t = 1)]
    version: u64,
    /// Where it goes.
    #[arg(long, short, default_value = "root.json")]
    output: PathBuf,
}

/// Writes a root.
///
/// # Errors
/// Keys that cannot be read, and everything that a gateway would refuse in it.
pub(super) fn root(options: &RootFile) -> Result {
    let (mut keys, mut roles, mut problems) = (BTreeMap::new(), BTreeMap::new(), Vec::new());
    for given in &options.roles {
        match role(given, &mut keys) {
            Ok((name, role)) => drop(roles.insert(name, role)),
            Err(problem) => problems.push(problem),
        }
    }
    if !problems.is_empty() {
        return Err(Failure::Usage(problems));
    }
    let RootFile { name, audience, version, both, .. } = options;
    let root = json!({
        "name": name, "audience": audience, "version": version, "keys": keys, "in_two_roles": both, "roles": roles,
    });
    let text = format!("{}\n", serde_json::to_string_pretty(&root).unwrap_or_default());
    Root::read(text.as_bytes()).map_err(|refused| Failure::Usage(bundles::told(&refused)))?;
    write(&options.output, text.as_bytes())
}

fn role(
    given: &str,
    keys: &mut BTreeMap<String, String>,
) -> std::result::Result<(String, serde_json::Value), String> {
    let wrong =
        || format!("--role {given}: expected ROLE=N:FILE,… as in authors=1:anna.pub,ben.pub");
    let (role, rest) = given.split_once('=').ok_or_else(wrong)?;
    let (threshold, list) = rest.split_once(':').ok_or_else(wrong)?;
    let threshold: u64 = threshold.parse().map_err(|_| wrong())?;
    let mut names = Vec::new();
    for path in list.split(',').map(Path::new) {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let key = PublicKey::parse(&files::read(path)?)
            .map_err(|problem| format!("{}: {problem}", path.display()))?;
        if keys.insert(name.clone(), key.to_string()).is_some_and(|other| other != key.to_string())
        {
            return Err(format!(
                "{}: another key is called `{name}`, too; rename one",
                path.display()
            ));
        }
        names.push(name);
    }
    Ok((role.to_owned(), json!({ "threshold": threshold, "keys": names })))
}

/// Options of `rules require`.
#[derive(clap::Args)]
pub(in super::super) struct Require {
    /// Folder of the required files.
    folder: PathBuf,
    /// An agency that it is for; may stand several times.
    #[arg(long = "audience", value_name = "ID", required = true)]
    audience: Vec<String>,
    /// Its place in the line of statements.
    #[arg(long)]
    version: u64,
    /// Where it goes.
    #[arg(long, short, default_value = "required.json")]
    output: PathBuf,
}

/// Writes a statement, to be signed by the keys of the role `invariants`.
///
/// # Errors
/// Files that cannot be read, and everything that a gateway would refuse in it. Names that no required file declares are mistakes too:
/// an agency would say what they mean.
pub(super) fn require(options: &Require) -> Result {
    let files = required_files(&options.folder).map_err(Failure::Usage)?;
    let found = check_required(&files, &options.folder).map_err(Failure::Usage)?;
    if found.errors() > 0 {
        let told = found.render(Style::of_stdout().colour());
        writeln!(
            io::stdout(),
            "{told}nothing was written: required files must mean something by themselves"
        )?;
        return Ok(Outcome::No);
    }
    let statement = Required {
        version: options.version,
        audience: options.audience.clone(),
        invariants: required_digest(&files),
    };
    let bytes = statement.to_json();
    Required::read(&bytes).map_err(|refused| Failure::Usage(bundles::told(&refused)))?;
    write(&options.output, &bytes)
}

fn check_required(files: &[File], folder: &Path) -> std::result::Result<Diagnostics, Vec<String>> {
    let mut content = Content::of_files(files.iter())?;
    for source in &mut content.sources {
        // They are told as whoever writes them knows them.
        let below = source.path.strip_prefix(REQUIRED).unwrap_or(&source.path);
        source.path = folder.join(below).display().to_string();
    }
    let texts = books::beside_embedded(content.detectors.clone());
    let detector = books::compile_detector(&texts, Vec::new())?;
    let names = Nameable::of(Some(&detector), &texts).for_policy(&content.sources);
    Ok(policy::check_alone(&content.sources, &Catalogue { detectors: &names }))
}

/// The files of a folder as they are called in a bundle that must have them.
pub(super) fn required_files(folder: &Path) -> std::result::Result<Vec<File>, Vec<String>> {
    let mut found = named(folder, folder, "policy", REQUIRED)?;
    if folder.join("detectors").is_dir() {
        found.extend(named(&folder.join("detectors"), folder, "toml", REQUIRED)?);
    }
    Ok(found)
}

/// The files of a folder with an extension, called by their path below `base` behind `prefix`.
pub(super) fn named(
    folder: &Path,
    base: &Path,
    extension: &str,
    prefix: &str,
) -> std::result::Result<Vec<File>, Vec<String>> {
    let (mut found, mut problems) = (Vec::new(), Vec::new());
    for path in files::list(folder, extension).map_err(|problem| vec![problem])? {
        let below = path.strip_prefix(base).unwrap_or(&path).to_string_lossy().into_owned();
        match files::read_bytes(&path) {
            Ok(bytes) => found.push(File::new(format!("{prefix}{below}"), bytes)),
            Err(problem) => problems.push(problem),
        }
    }
    if problems.is_empty() { Ok(found) } else { Err(problems) }
}

/// Writes a file that anybody may read, and says so. What was there is replaced as a whole.
pub(super) fn write(path: &Path, bytes: &[u8]) -> Result {
    let failed = |error: io::Error| {
        let mend = "check the folder and its permissions";
        Failure::Broken(format!("{}: cannot be written ({error}); {mend}", path.display()))
    };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let mut draft = tempfile::Builder::new()
        .permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644))
        .tempfile_in(folder.unwrap_or(Path::new(".")))
        .map_err(failed)?;
    draft.write_all(bytes).map_err(failed)?;
    draft.as_file().sync_all().map_err(failed)?;
    draft.persist(path).map_err(|error| failed(error.error))?;
    writeln!(io::stdout(), "{}", path.display())?;
    Ok(Outcome::Fine)
}
