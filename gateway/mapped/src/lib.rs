//! A file as bytes, mapped into memory where that is safe and read where it is not.
//!
//! The only `unsafe` of the gateway, and nothing else. A mapping is sound as long as nobody changes the file under it: what a
//! program writes there appears in memory that Rust takes for constant, and what it cuts off ends this process (SIGBUS). So a
//! file is mapped only if nobody but its owner may write to it; any other is read. Who replaces a file writes a new one and
//! renames it, as `seawall holdings build` does: the old one stays as it is until its last mapping is gone.

use std::fmt;
use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use memmap2::Mmap;

/// The bytes of a file.
pub struct Mapped(Held);

enum Held {
    Mapped(Mmap),
    Read(Vec<u8>),
}

impl AsRef<[u8]> for Mapped {
    fn as_ref(&self) -> &[u8] {
        match &self.0 {
            Held::Mapped(map) => map,
            Held::Read(bytes) => bytes,
        }
    }
}

impl fmt::Debug for Mapped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Mapped({} bytes, in place: {})", self.as_ref().len(), self.in_place())
    }
}

impl Mapped {
    /// Opens a regular file of at most `limit` bytes.
    ///
    /// # Errors
    /// What the system says; that it is no regular file; that it is longer.
    pub fn open(path: &Path, limit: u64) -> io::Result<Mapped> {
        let file = File::open(path)?;
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no regular file"));
        }
        if metadata.len() > limit {
            let long = format!("it holds more than {limit} bytes");
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, long));
        }
        let mapped =
            if only_owner_writes(&metadata) && metadata.len() > 0 { map(&file).ok() } else { None };
        Ok(Mapped(match mapped {
            Some(map) => Held::Mapped(map),
            None => Held::Read(read(&file, metadata.len())?),
        }))
    }

    /// Whether the file is used where it stands.
    #[must_use]
    pub fn in_place(&self) -> bool {
        matches!(self.0, Held::Mapped(_))
    }
}

fn only_owner_writes(metadata: &Metadata) -> bool {
    metadata.mode() & 0o022 == 0
}

#[expect(
    unsafe_code,
    reason = "mapping a file is unsafe whatever is done; the module says when it is sound"
)]
fn map(file: &File) -> io::Result<Mmap> {
    // SAFETY: the bytes do not change while they are mapped. Only the owner may write to this file, and what writes such files
    // (`seawall holdings build`) makes a new one and renames it. An owner who writes into it by hand breaks this; the digest
    // that was checked does not hold then either, and docs/decisions/0014 says what may happen.
    unsafe { Mmap::map(file) }
}

fn read(file: &File, length: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    #[expect(
        clippy::disallowed_methods,
        reason = "bounded by take; what is longer now than it was is cut and its digest fails"
    )]
    file.take(length).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    //! What is mapped and what is read.
    #![expect(clippy::unwrap_used, reason = "a failed test should stop here")]

    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn mapped_if_only_the_owner_writes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        fs::write(&path, b"content").unwrap();
        for (mode, in_place) in [(0o600, true), (0o644, true), (0o664, false), (0o606, false)] {
            fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
            let mapped = Mapped::open(&path, 100).unwrap();
            assert_eq!(
                (mapped.as_ref(), mapped.in_place()),
                (&b"content"[..], in_place),
                "{mode:o}"
            );
        }
        assert!(Mapped::open(&path, 6).is_err());
        assert!(Mapped::open(folder.path(), 100).is_err());
        fs::write(&path, b"").unwrap();
        assert_eq!(Mapped::open(&path, 100).unwrap().as_ref(), b"");
    }

    #[test]
    fn a_file_that_is_replaced_stays_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let (path, new) = (folder.path().join("file"), folder.path().join("new"));
        fs::write(&path, b"old").unwrap();
        let mapped = Mapped::open(&path, 100).unwrap();
        fs::write(&new, b"another").unwrap();
        fs::rename(&new, &path).unwrap();
        assert_eq!(mapped.as_ref(), b"old");
        assert_eq!(Mapped::open(&path, 100).unwrap().as_ref(), b"another");
    }
}
