//! Every policy that was ever in force, kept beside the journal so that old decisions can be decided again.
//!
//! A folder for each policy, named by the digest that records carry; a lawyer can read it and `--policy` takes it. The name
//! proves the content: the digest is computed again when the policy is read.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use policy::{Catalogue, Rulebook, Source};

use super::secrets::hex;
use super::{books, files};

/// Where the policies stand that were in force while this journal was written.
pub(crate) fn beside(journal: &Path) -> PathBuf {
    files::beside(journal, "policies")
}

/// Keeps a policy, durably, unless it is there already.
///
/// # Errors
/// A sentence that names the folder; then the policy must not be put in force.
pub(crate) fn keep(archive: &Path, rulebook: &Rulebook) -> Result<(), String> {
    let folder = archive.join(hex(&rulebook.digest()));
    if folder.is_dir() {
        return Ok(());
    }
    write(archive, &folder, rulebook.sources()).map_err(|error| {
        format!("{}: the policy cannot be kept for auditors ({error})", archive.display())
    })
}

/// Written whole under another name and then renamed, so that a crash leaves no half policy under its digest.
fn write(archive: &Path, folder: &Path, sources: &[Source]) -> io::Result<()> {
    let draft = folder.with_extension("draft");
    if draft.exists() {
        fs::remove_dir_all(&draft)?;
    }
    fs::create_dir_all(&draft)?;
    for (number, source) in sources.iter().enumerate() {
        let name = Path::new(&source.path).file_stem().unwrap_or_default().to_string_lossy();
        let mut file = File::create(draft.join(format!("{:03}-{name}.policy", number + 1)))?;
        file.write_all(source.text.as_bytes())?;
        file.sync_all()?;
    }
    File::open(&draft)?.sync_all()?;
    fs::rename(&draft, folder)?;
    File::open(archive)?.sync_all()
}

/// The policy of this digest.
///
/// # Errors
/// A sentence that says what is missing or wrong, and what to do.
pub(crate) fn open(
    archive: &Path,
    digest: &str,
    catalogue: &Catalogue<'_>,
) -> Result<Rulebook, String> {
    let folder = archive.join(digest);
    if !digest.bytes().all(|byte| byte.is_ascii_hexdigit()) || !folder.is_dir() {
        return Err(format!(
            "policy {digest}: not kept in {}; name the folder that holds it with --policies",
            archive.display()
        ));
    }
    let sources = books::sources(Some(&folder)).map_err(|problems| problems.join("\n"))?;
    let rulebook = Rulebook::compile(&sources, catalogue)
        .map_err(|diagnostics| format!("{}: {}", folder.display(), diagnostics.render(false)))?;
    if hex(&rulebook.digest()) != digest {
        return Err(format!("{}: was changed after it was kept", folder.display()));
    }
    Ok(rulebook)
}
