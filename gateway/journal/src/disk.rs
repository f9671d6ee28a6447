//! What the journal asks of a file system, so that tests can put one under it that loses what was not synced.
//!
//! Nothing here retries. A failed sync is reported once, and whoever asked for it must assume the worst.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// One name in a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Item {
    pub(crate) name: String,
    pub(crate) is_dir: bool,
    pub(crate) bytes: u64,
}

/// A held exclusive lock; dropping it lets go.
pub(crate) trait Lock: Send + Sync {}

/// A file that only grows, until it is cut.
pub(crate) trait Stream: Send {
    /// Writes all bytes at the end. After an error the end may hold part of them: cut it.
    fn append(&mut self, bytes: &[u8]) -> io::Result<()>;
    /// fdatasync. An error is final: what was written may be lost, and asking again would hide it.
    fn sync(&mut self) -> io::Result<()>;
    /// Cuts the file to `length` bytes.
    fn cut(&mut self, length: u64) -> io::Result<()>;
}

/// The file operations that the journal needs.
pub(crate) trait Disk: Send + Sync {
    /// Makes one directory; `false` if it was there.
    fn make_dir(&self, path: &Path) -> io::Result<bool>;
    /// The names in a directory, sorted.
    fn list(&self, path: &Path) -> io::Result<Vec<Item>>;
    /// A whole file. What the journal writes is far below the bound: segments of 32 MiB and a batch, bundles of 16 MiB.
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;
    /// Opens a file for appending; makes it if it is absent.
    fn open(&self, path: &Path) -> io::Result<Box<dyn Stream>>;
    /// Writes a whole file anew, not atomically; with `sync` it is durable, though its name may not be.
    fn write(&self, path: &Path, bytes: &[u8], sync: bool) -> io::Result<()>;
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    fn remove(&self, path: &Path) -> io::Result<()>;
    fn remove_dir(&self, path: &Path) -> io::Result<()>;
    /// Makes the names in a directory durable.
    fn sync_dir(&self, path: &Path) -> io::Result<()>;
    /// Makes everything written so far durable, contents and names.
    fn sync_all(&self) -> io::Result<()>;
    /// Takes the exclusive lock on a file; `None` if another process holds it.
    fn lock(&self, path: &Path) -> io::Result<Option<Box<dyn Lock>>>;
    /// Whether some process holds the lock; an absent file is not locked.
    fn is_locked(&self, path: &Path) -> io::Result<bool>;
}

pub(crate) type SharedDisk = Arc<dyn Disk>;

/// The file system of the operating system.
pub(crate) struct RealDisk {
    /// Kept open from the start, so that `syncfs` reports every write error since then (Linux 5.8 and later).
    root: File,
}

impl RealDisk {
    pub(crate) fn new(root: &Path) -> io::Result<Self> {
        fs::create_dir_all(root)?;
        Ok(Self { root: File::open(root)? })
    }

    /// For readers, who must not make a directory that is absent.
    pub(crate) fn existing(root: &Path) -> io::Result<Self> {
        Ok(Self { root: File::open(root)? })
    }
}

struct RealLock(#[expect(dead_code, reason = "the open file is the lock")] File);
impl Lock for RealLock {}

impl Stream for File {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.write_all(bytes)
    }
    fn sync(&mut self) -> io::Result<()> {
        self.sync_data()?;
        // A file without a name is gone with the process, however well it was synced.
        if self.metadata()?.nlink() == 0 {
            return Err(io::Error::new(io::ErrorKind::NotFound, "the file was removed"));
        }
        Ok(())
    }
    fn cut(&mut self, length: u64) -> io::Result<()> {
        self.set_len(length)
    }
}

/// Largest file of a journal that is read. Bytes. Anything larger was not written by it.
const MAX_FILE: u64 = 256 << 20;

/// Reads a file whole, if it holds at most `limit` bytes.
pub(crate) fn bounded(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let file = File::open(path)?;
    let length = file.metadata()?.len().min(limit);
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or(0));
    #[expect(
        clippy::disallowed_methods,
        reason = "bounded by take, and the bound is checked below"
    )]
    file.take(limit + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Err(io::Error::new(
            io::ErrorKind::FileTooLarge,
            format!("it holds more than {limit} bytes"),
        ));
    }
    Ok(bytes)
}

impl Disk for RealDisk {
    fn make_dir(&self, path: &Path) -> io::Result<bool> {
        match fs::create_dir(path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
            made => made.map(|()| true),
        }
    }

    fn list(&self, path: &Path) -> io::Result<Vec<Item>> {
        let mut items = Vec::new();
        for entry in fs::read_dir(path)? {
            let entry = entry?;
            // A live log prunes while it is read; what has gone in between is not there.
            let Ok(metadata) = entry.metadata() else { continue };
            let name = entry.file_name().to_string_lossy().into_owned();
            items.push(Item { name, is_dir: metadata.is_dir(), bytes: metadata.len() });
        }
        items.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(items)
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        bounded(path, MAX_FILE)
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn Stream>> {
        Ok(Box::new(OpenOptions::new().append(true).create(true).open(path)?))
    }

    fn write(&self, path: &Path, bytes: &[u8], sync: bool) -> io::Result<()> {
        let mut file = File::create(path)?;
        file.write_all(bytes)?;
        if sync { file.sync_all() } else { Ok(()) }
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    fn remove_dir(&self, path: &Path) -> io::Result<()> {
        fs::remove_dir(path)
    }

    fn sync_dir(&self, path: &Path) -> io::Result<()> {
        File::open(path)?.sync_all()
    }

    fn sync_all(&self) -> io::Result<()> {
        rustix::fs::syncfs(&self.root).map_err(io::Error::from)
    }

    fn lock(&self, path: &Path) -> io::Result<Option<Box<dyn Lock>>> {
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Box::new(RealLock(file)))),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    fn is_locked(&self, path: &Path) -> io::Result<bool> {
        let file = match File::open(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            file => file?,
        };
        match file.try_lock_shared() {
            Ok(()) => Ok(false),
            Err(TryLockError::WouldBlock) => Ok(true),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}

/// Writes a file under another name, then renames it: readers see the old or the new one, never a part.
pub(crate) fn replace(disk: &dyn Disk, path: &Path, bytes: &[u8], sync: bool) -> io::Result<()> {
    let temporary = temporary(path);
    disk.write(&temporary, bytes, sync)?;
    disk.rename(&temporary, path)
}

/// Where [`replace`] writes first; such a file is left over only by a crash.
pub(crate) fn temporary(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(TEMPORARY);
    PathBuf::from(name)
}

/// The suffix of files that are not finished.
pub(crate) const TEMPORARY: &str = ".tmp";

#[cfg(test)]
pub(crate) mod simulated;
