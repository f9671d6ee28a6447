//! The node's secret files: made once with fresh random content, readable by their owner only.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::{EncodePrivateKey, spki::der::pem::LineEnding};

use crate::cli::files;

/// What to do about a secret file that is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Absent {
    /// Make it: a start.
    Make,
    /// Say so: the node runs and had one.
    Refuse,
    /// Go on without, with zeros in its place: nothing is made that lasts.
    Pass,
}

/// Reads 32 secret bytes (64 hex digits).
///
/// # Errors
/// A sentence that names the file and the mend.
pub(crate) fn secret(path: &Path, absent: Absent) -> Result<[u8; 32], String> {
    match (path.exists(), absent) {
        (false, Absent::Make) => {
            let fresh = random()?;
            create(path, &hex(&fresh))?;
            return Ok(fresh);
        }
        (false, Absent::Pass) => return Ok([0; 32]),
        _ => {}
    }
    let text = files::read(path)?;
    let name = path.display();
    let secret = unhex(text.trim()).ok_or_else(|| {
        format!("{name}: expected 64 hex digits (32 bytes); restore the file from its backup")
    })?;
    if secret == [0; 32] {
        return Err(format!(
            "{name}: is all zeros, which anybody can guess; restore the file from its backup, or let it be made"
        ));
    }
    Ok(secret)
}

/// What is to be said of a secret file that everybody on the machine may read.
pub(crate) fn read_by_others(path: &Path) -> Option<String> {
    let mode = std::fs::metadata(path).ok()?.permissions().mode();
    let name = path.display();
    (mode & READ_BY_OTHERS != 0)
        .then(|| format!("{name}: can be read by everybody on this machine; `chmod o-r {name}`"))
}

const READ_BY_OTHERS: u32 = 0o004;

/// Makes a signing key (PKCS#8 PEM) where there is none.
///
/// # Errors
/// A sentence that names the file and the mend.
pub(crate) fn make_signing_key(path: &Path) -> Result<(), String> {
    let pem = SigningKey::from_bytes(&random()?)
        .to_pkcs8_pem(LineEnding::LF)
        .map_err(|error| format!("{}: the key cannot be made ({error})", path.display()))?;
    create(path, &pem)
}

/// Where the public half of a key file stands.
pub(crate) fn public_path(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".pub");
    PathBuf::from(name)
}

/// A key that the gateway holds for a destination: the file's only line.
///
/// # Errors
/// A sentence with the mend. It does not name the file: a key may have been written in the place of its path.
pub(crate) fn destination_key(path: &Path) -> Result<exchange::Secret, String> {
    let text = files::read(path).map_err(
        |_| "names no text file that can be read; give the path of a file that holds the key",
    )?;
    let key = text.trim();
    if key.is_empty() || key.contains(char::is_whitespace) || !key.is_ascii() {
        return Err(format!("{}: expected one line with the key and nothing else", path.display()));
    }
    Ok(exchange::Secret::new(key.to_owned()))
}

/// 32 fresh random bytes.
///
/// # Errors
/// If the system gives none.
pub(crate) fn random() -> Result<[u8; 32], String> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)
        .map_err(|error| format!("the system gives no random numbers ({error})"))?;
    Ok(bytes)
}

/// Makes a file that only its owner can read, and none in the place of another.
///
/// # Errors
/// A sentence that names the file and the mend.
pub(crate) fn create(path: &Path, content: &str) -> Result<(), String> {
    let failed = |error: std::io::Error| {
        format!(
            "{}: cannot be made ({error}); check the folder and its permissions",
            path.display()
        )
    };
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    let mut file =
        OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(failed)?;
    file.write_all(content.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(crate) fn unhex(text: &str) -> Option<[u8; 32]> {
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    let mut bytes = [0; 32];
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(at * 2..at * 2 + 2)?, 16).ok()?;
    }
    Some(bytes)
}
