//! Reading what a command is given: bounded, and with errors that name the file and the mend.

use std::fs::File;
use std::io::{self, Read, Write as _};
use std::path::{Path, PathBuf};

/// Largest file that is read as configuration, policy or detectors.
const MAX_BYTES: u64 = 64 << 20;

/// Reads a text file.
///
/// # Errors
/// A sentence that names the file, what is wrong and what to do.
pub(crate) fn read(path: &Path) -> Result<String, String> {
    let bytes = read_bytes(path)?;
    String::from_utf8(bytes).map_err(|error| {
        format!(
            "{}: byte {} is not UTF-8; save the file as UTF-8",
            name(path),
            error.utf8_error().valid_up_to()
        )
    })
}

/// Reads a file whole, up to 64 MiB.
///
/// # Errors
/// A sentence that names the file, what is wrong and what to do.
pub(crate) fn read_bytes(path: &Path) -> Result<Vec<u8>, String> {
    read_up_to(path, MAX_BYTES)
}

/// Reads a file whole, up to `limit` bytes.
///
/// # Errors
/// A sentence that names the file, what is wrong and what to do.
pub(crate) fn read_up_to(path: &Path, limit: u64) -> Result<Vec<u8>, String> {
    let file = File::open(path).map_err(|error| {
        format!("{}: cannot be opened ({error}); check the path and its permissions", name(path))
    })?;
    bounded(file, limit).map_err(|error| format!("{}: cannot be read ({error})", name(path)))
}

/// Reads a stream to its end, up to `limit` bytes.
///
/// # Errors
/// What reading says, or that there is more than `limit`.
pub(crate) fn bounded(reader: impl Read, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    #[expect(
        clippy::disallowed_methods,
        reason = "bounded by take, and the bound is checked below"
    )]
    reader.take(limit + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Err(io::Error::new(
            io::ErrorKind::FileTooLarge,
            format!("it holds more than {limit} bytes"),
        ));
    }
    Ok(bytes)
}

/// All files with an extension in a folder and its subfolders, in the order of their names; or the one file that is named.
///
/// Names that begin with a dot are passed over, as the shell does: a mounted Kubernetes volume keeps its versions there.
/// Links to files are followed.
///
/// # Errors
/// A sentence that names the folder and the mend; also when there is no such file, and for a link to a folder: it may
/// lead in a circle, and passing over it would leave out rules unseen.
pub(crate) fn list(folder: &Path, extension: &str) -> Result<Vec<PathBuf>, String> {
    let mut found = Vec::new();
    if folder.is_file() && folder.extension().is_some_and(|e| e == extension) {
        return Ok(vec![folder.to_owned()]);
    }
    collect(folder, extension, &mut found)?;
    found.sort();
    if found.is_empty() {
        return Err(format!("{}: holds no .{extension} file; check the folder", name(folder)));
    }
    Ok(found)
}

/// The files of a folder and its subfolders without an extension, in the order of their names.
///
/// # Errors
/// A sentence that names the folder and the mend.
pub(crate) fn others(folder: &Path, extension: &str) -> Result<Vec<PathBuf>, String> {
    let (mut found, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        let unreadable = |error: io::Error| {
            format!("{}: cannot be listed ({error}); check its permissions", name(&folder))
        };
        for entry in std::fs::read_dir(&folder).map_err(unreadable)? {
            let entry = entry.map_err(unreadable)?;
            let (path, kind) = (entry.path(), entry.file_type().map_err(unreadable)?);
            if kind.is_dir() && !is_hidden(&entry) {
                folders.push(path);
            } else if !kind.is_dir() && path.extension().is_none_or(|e| e != extension) {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

fn is_hidden(entry: &std::fs::DirEntry) -> bool {
    entry.file_name().as_encoded_bytes().starts_with(b".")
}

fn collect(folder: &Path, extension: &str, found: &mut Vec<PathBuf>) -> Result<(), String> {
    let unreadable = |error: io::Error| {
        format!(
            "{}: cannot be listed ({error}); name a folder with .{extension} files, or one such file",
            name(folder)
        )
    };
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let (path, kind) = (entry.path(), entry.file_type().map_err(unreadable)?);
        if is_hidden(&entry) {
            continue;
        }
        if kind.is_dir() {
            collect(&path, extension, found)?;
        } else if kind.is_symlink() && path.is_dir() {
            return Err(format!(
                "{}: is a link to a folder, and such links are not followed; put the folder itself here",
                name(&path)
            ));
        } else if path.extension().is_some_and(|e| e == extension) {
            // A pipe would be waited for; a link that leads nowhere is told when it is read.
            if path.metadata().is_ok_and(|known| !known.is_file()) {
                return Err(format!("{}: is no file; put a file here, or remove it", name(&path)));
            }
            found.push(path);
        }
    }
    Ok(())
}

/// Puts a text in the place of a file, whole or not at all; whoever has the old one open keeps it. A link stays a link.
///
/// # Errors
/// A sentence that names the file, what is wrong and what to do.
pub(crate) fn replace(path: &Path, text: &str) -> Result<(), String> {
    put(path, text).map_err(|error| {
        format!(
            "{}: cannot be written ({error}); check the folder, its permissions and the space on the disk",
            name(path)
        )
    })
}

fn put(path: &Path, text: &str) -> io::Result<()> {
    let old = std::fs::metadata(path).ok();
    let path = if old.is_some() { std::fs::canonicalize(path)? } else { path.to_owned() };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    let mut fresh = tempfile::NamedTempFile::new_in(folder)?;
    fresh.write_all(text.as_bytes())?;
    if let Some(old) = old {
        fresh.as_file().set_permissions(old.permissions())?;
    } else {
        readable_by_all(fresh.as_file())?;
    }
    fresh.as_file().sync_all()?;
    fresh.persist(&path).map_err(|error| error.error)?;
    File::open(folder)?.sync_all()
}

/// A new file is no secret, as a temporary one is taken to be.
fn readable_by_all(file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    file.set_permissions(std::fs::Permissions::from_mode(0o644))
}

/// The path beside a folder with a word added to its name: `journal` and `policies` give `journal.policies`.
pub(crate) fn beside(folder: &Path, word: &str) -> PathBuf {
    let mut name = folder.components().as_path().as_os_str().to_owned();
    name.push(".");
    name.push(word);
    PathBuf::from(name)
}

/// The path of a file as messages name it: what cannot be seen, or would change what stands beside it, by its number.
pub(crate) fn name(path: &Path) -> String {
    policy::shown(&path.to_string_lossy()).into_owned()
}
