//! Every policy that was ever in force, kept beside the journal so that old decisions can be decided again.
//!
//! A folder for each policy, named by the digest that records carry; a lawyer can read it and `--policy` takes it. The name
//! proves the content: the digest is computed again when the policy is read. Beside it stand the names of the detectors of
//! that day, which the policy's classes refer to.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use exchange::Book;
use policy::{Catalogue, Rulebook, Source};

use super::secrets::hex;
use super::{books, files};

/// The file with the id and family of each detector.
const DETECTORS: &str = "detectors.json";

/// Where the policies stand that were in force while this journal was written.
pub(crate) fn beside(journal: &Path) -> PathBuf {
    files::beside(journal, "policies")
}

/// Keeps a policy, durably, unless it is there already.
///
/// # Errors
/// A sentence that names the folder; then the policy must not be put in force.
pub(crate) fn keep(archive: &Path, book: &Book) -> Result<(), String> {
    let rulebook = &book.rulebook;
    let folder = archive.join(hex(&rulebook.digest()));
    if folder.is_dir() {
        return Ok(());
    }
    write(archive, &folder, rulebook.sources(), &book.search.catalogue()).map_err(|error| {
        format!("{}: the policy cannot be kept for auditors ({error})", archive.display())
    })
}

/// Written whole under another name and then renamed, so that a crash leaves no half policy under its digest.
fn write(
    archive: &Path,
    folder: &Path,
    sources: &[Source],
    detectors: &[(String, String)],
) -> io::Result<()> {
    let draft = folder.with_extension("draft");
    if draft.exists() {
        fs::remove_dir_all(&draft)?;
    }
    fs::create_dir_all(&draft)?;
    for (number, source) in sources.iter().enumerate() {
        let name = Path::new(&source.path).file_stem().unwrap_or_default().to_string_lossy();
        put(&draft.join(format!("{:03}-{name}.policy", number + 1)), source.text.as_bytes())?;
    }
    put(&draft.join(DETECTORS), &serde_json::to_vec_pretty(detectors)?)?;
    File::open(&draft)?.sync_all()?;
    fs::rename(&draft, folder)?;
    File::open(archive)?.sync_all()
}

fn put(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(content)?;
    file.sync_all()
}

/// The policy of this digest, with the detectors of its day.
///
/// # Errors
/// A sentence that says what is missing or wrong, and what to do.
pub(crate) fn open(archive: &Path, digest: &str) -> Result<Rulebook, String> {
    let folder = archive.join(digest);
    if !digest.bytes().all(|byte| byte.is_ascii_hexdigit()) || !folder.is_dir() {
        return Err(format!(
            "policy {digest}: not kept in {}; name the folder that holds it with --policies, or a policy with --policy",
            archive.display()
        ));
    }
    let sources = books::sources(Some(&folder)).map_err(|problems| problems.join("\n"))?;
    let detectors = files::read(&folder.join(DETECTORS))?;
    let detectors: Vec<(String, String)> = serde_json::from_str(&detectors)
        .map_err(|_| format!("{}: was changed after it was kept", folder.display()))?;
    let rulebook = Rulebook::compile(&sources, &Catalogue { detectors: &detectors })
        .map_err(|diagnostics| format!("{}: {}", folder.display(), diagnostics.render(false)))?;
    if hex(&rulebook.digest()) != digest {
        return Err(format!("{}: was changed after it was kept", folder.display()));
    }
    Ok(rulebook)
}
