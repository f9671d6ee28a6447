//! A folder as source: a USB stick, a share, what a diode writes into.

use std::fs;
use std::path::Path;

use bundle::{MAX_BUNDLE, MAX_SIGNATURE, MAX_SIGNATURES, Root};

use crate::mirror::{self, Files};
use crate::store::read_up_to;
use crate::{Delivery, Fault, SignedFile};

/// Files of one folder. What is no regular file is refused, links among them.
pub(crate) struct Folder<'p>(pub(crate) &'p Path);

impl Files for Folder<'_> {
    fn get(&self, name: &str, most: usize) -> Result<Option<Vec<u8>>, Fault> {
        read_up_to(&self.0.join(name), most)
    }
}

impl Folder<'_> {
    /// The name of the newest bundle by its file name, which decides nothing: what counts is the header that was signed.
    pub(crate) fn newest(&self, root: &Root) -> Result<String, Fault> {
        let failed = |error: std::io::Error| Fault::disk(self.0, "cannot be listed", &error);
        let mut newest: Option<(u64, String)> = None;
        for entry in fs::read_dir(self.0).map_err(failed)? {
            let name = entry.map_err(failed)?.file_name();
            let Some(name) = name.to_str() else { continue };
            let version = mirror::version_in(name, root);
            if let Some(version) = version.filter(|v| newest.as_ref().is_none_or(|(n, _)| v > n)) {
                newest = Some((version, name.to_owned()));
            }
        }
        newest.map(|(_, name)| name).ok_or_else(|| {
            let wanted = bundle::file_name(root.name(), 1);
            let message =
                format!("{}: holds no bundle; they are called as in {wanted}", self.0.display());
            Fault::new("absent", message)
        })
    }
}

/// A bundle in a file of any name, with the signatures and the statement that lie beside it.
///
/// # Errors
/// If it is not there, is no regular file, or is larger than any bundle.
pub fn read_bundle(path: &Path, root: &Root) -> Result<Delivery, Fault> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let (folder, name) = (folder.unwrap_or(Path::new(".")), path.file_name());
    let absent = || Fault::new("absent", format!("{}: is no file; check the path", path.display()));
    let name = name.and_then(|name| name.to_str()).ok_or_else(absent)?;
    let files = Folder(folder);
    let bytes = files.get(name, MAX_BUNDLE)?.ok_or_else(absent)?;
    mirror::with_what_lies_beside(&files, name, bytes, root)
}

/// A file with every signature that lies beside it, whoever made it: for a new root, whose keys are not known yet.
///
/// # Errors
/// If it is not there, is no regular file or holds more than `most` bytes.
pub fn read_signed(path: &Path, most: usize) -> Result<SignedFile, Fault> {
    let absent = || Fault::new("absent", format!("{}: is no file; check the path", path.display()));
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    let name = path.file_name().and_then(|name| name.to_str()).ok_or_else(absent)?;
    let bytes = read_up_to(path, most)?.ok_or_else(absent)?;
    let failed = |error: std::io::Error| Fault::disk(folder, "cannot be listed", &error);
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        names.extend(entry.map_err(failed)?.file_name().into_string());
    }
    names.retain(|beside| mirror::is_signature_of(beside, name));
    names.sort();
    let mut signatures = Vec::new();
    for name in names.iter().take(MAX_SIGNATURES) {
        signatures.extend(read_up_to(&folder.join(name), MAX_SIGNATURE)?);
    }
    Ok(SignedFile { bytes, signatures })
}
