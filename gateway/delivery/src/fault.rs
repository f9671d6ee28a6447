//! Why something could not be fetched or kept.

use std::fmt;
use std::io;
use std::path::Path;

/// A sentence for whoever has to mend it, and a stable word for records and scripts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// `unreachable`, `slow`, `too-large`, `redirected`, `status`, `form`, `absent`, `store` or `busy`.
    pub code: &'static str,
    /// What was found, what was expected and what to do.
    pub message: String,
}

impl Fault {
    pub(crate) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    /// What the disk said of a path.
    pub(crate) fn disk(path: &Path, what: &str, error: &io::Error) -> Self {
        let mend = "check the folder, its permissions and the room on its disk";
        Self::new("store", format!("{}: {what} ({error}); {mend}", path.display()))
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Fault {}
