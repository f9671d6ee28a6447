//! The node's secret files: made once with fresh random content, readable by their owner only.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::{EncodePrivateKey, spki::der::pem::LineEnding};

use crate::cli::files;

/// Reads 32 secret bytes (64 hex digits), or makes them.
///
/// # Errors
/// A sentence that names the file and the mend.
pub(crate) fn secret(path: &Path) -> Result<[u8; 32], String> {
    if !path.exists() {
        let fresh = random()?;
        create(path, &hex(&fresh))?;
        return Ok(fresh);
    }
    let text = files::read(path)?;
    unhex(text.trim()).ok_or_else(|| {
        format!(
            "{}: expected 64 hex digits (32 bytes); restore the file from its backup",
            path.display()
        )
    })
}

/// Reads the journal's signing key (PKCS#8 PEM), or makes it.
///
/// # Errors
/// A sentence that names the file and the mend.
pub(crate) fn signing_pem(path: &Path) -> Result<String, String> {
    if path.exists() {
        return files::read(path);
    }
    let pem = SigningKey::from_bytes(&random()?)
        .to_pkcs8_pem(LineEnding::LF)
        .map_err(|error| format!("{}: the key cannot be made ({error})", path.display()))?;
    create(path, &pem)?;
    Ok(pem.to_string())
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
/// A sentence that names the file and the mend.
pub(crate) fn destination_key(path: &Path) -> Result<exchange::Secret, String> {
    let text = files::read(path)?;
    let key = text.trim();
    if key.is_empty() || key.contains(char::is_whitespace) || !key.is_ascii() {
        return Err(format!("{}: expected one line with the key and nothing else", path.display()));
    }
    Ok(exchange::Secret::new(key.to_owned()))
}

fn random() -> Result<[u8; 32], String> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)
        .map_err(|error| format!("the system gives no random numbers ({error})"))?;
    Ok(bytes)
}

fn create(path: &Path, content: &str) -> Result<(), String> {
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
