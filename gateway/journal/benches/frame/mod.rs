//! What the measurements share: where the journal lies, how it is opened, and what is appended.

use std::path::{Path, PathBuf};

use journal::note::SigningKey;
use journal::{Journal, Options};
use tempfile::TempDir;

/// About the size of a decision record, in bytes.
const ENTRY: usize = 1500;

/// An entry of the usual size.
pub(crate) fn entry() -> Vec<u8> {
    vec![b'x'; ENTRY]
}

/// The directory that the command line names; without one, below the target directory.
pub(crate) fn base() -> PathBuf {
    let base = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    let base = base.map_or_else(|| std::env::current_dir().unwrap().join("target"), PathBuf::from);
    std::fs::create_dir_all(&base).unwrap();
    base
}

/// A new journal in a directory of its own, which goes with the first of the two.
pub(crate) fn open(base: &Path) -> (TempDir, Journal) {
    let dir = tempfile::tempdir_in(base).unwrap();
    let options = Options::new("gw.example/bench", SigningKey::from_seed(&[1; 32]));
    let (journal, _) = Journal::open(dir.path(), options).unwrap();
    (dir, journal)
}
