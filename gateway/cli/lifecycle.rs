//! Records of what happens to the node itself.

use exchange::Book;
use incident::{Body, Lifecycle, Record};
use journal::{Journal, Recovery};

use super::books::Faults;
use super::secrets::hex;

/// Who writes: the node and this run of it.
#[derive(Clone, Debug)]
pub(crate) struct Writer {
    pub(crate) node: String,
    pub(crate) boot: String,
}

impl Writer {
    /// For a node of this name, in a new run.
    pub(crate) fn new(node: &str) -> Self {
        Self { node: node.to_owned(), boot: proxy::clock::ulid(proxy::clock::unix_nanos()) }
    }

    /// The node started, and what it found of an earlier run.
    ///
    /// # Errors
    /// If it could not be recorded; then the node must not run.
    pub(crate) fn started(
        &self,
        journal: &Journal,
        book: &Book,
        recovery: &Recovery,
    ) -> Result<(), String> {
        if recovery.torn_bytes > 0 {
            let repaired = Lifecycle::TornTailRepaired {
                epoch: recovery.epoch,
                bytes: recovery.torn_bytes,
                kept: recovery.torn_kept,
            };
            self.write(journal, repaired)?;
        }
        self.write(
            journal,
            Lifecycle::Start {
                version: env!("CARGO_PKG_VERSION").to_owned(),
                policy: hex(&book.rulebook.digest()),
                detectors: book.search.digest(),
            },
        )
    }

    /// A new policy was taken over from `previous`.
    ///
    /// # Errors
    /// If it could not be recorded; then it must not be taken over.
    pub(crate) fn policy_taken(
        &self,
        journal: &Journal,
        previous: &Book,
        book: &Book,
    ) -> Result<(), String> {
        self.write(
            journal,
            Lifecycle::PolicyReloaded {
                previous: hex(&previous.rulebook.digest()),
                policy: hex(&book.rulebook.digest()),
                detectors: book.search.digest(),
            },
        )
    }

    /// A reload was refused and `book` stays: one record for what is wrong with policy and detectors, one for what is
    /// wrong beside them.
    ///
    /// # Errors
    /// If it could not be recorded.
    pub(crate) fn reload_refused(
        &self,
        journal: &Journal,
        book: &Book,
        faults: &Faults,
    ) -> Result<(), String> {
        let policy = || hex(&book.rulebook.digest());
        if let Some((problems, first)) = counted(&faults.policy) {
            self.write(
                journal,
                Lifecycle::PolicyReloadFailed { policy: policy(), problems, first },
            )?;
        }
        if let Some((problems, first)) = counted(&faults.beside) {
            self.write(journal, Lifecycle::ReloadFailed { policy: policy(), problems, first })?;
        }
        Ok(())
    }

    /// The node is about to stop.
    pub(crate) fn stopping(&self, journal: &Journal, reason: &str) {
        // A node that cannot record its end ends all the same.
        let _ = self.write(journal, Lifecycle::Stop { reason: reason.to_owned() });
    }

    /// Records an event, durably.
    ///
    /// # Errors
    /// If it could not be recorded.
    pub(crate) fn event(&self, journal: &Journal, event: Lifecycle) -> Result<(), String> {
        self.write(journal, event)
    }

    fn write(&self, journal: &Journal, event: Lifecycle) -> Result<(), String> {
        let now = proxy::clock::unix_nanos();
        let record = Record::new(
            proxy::clock::ulid(now),
            now,
            self.node.as_str(),
            self.boot.as_str(),
            Body::Lifecycle(event),
        );
        let line = record.after(proxy::clock::latest(now)).to_line();
        let pending = journal.append_closing(line).map_err(|error| error.to_string())?;
        pending.wait().map(drop).map_err(|error| error.to_string())
    }
}

/// How many problems there are, and the first line of the first: place, code and message. What follows in it may show the
/// file.
fn counted(problems: &[String]) -> Option<(u64, String)> {
    let first = problems.first()?.lines().next().unwrap_or_default();
    Some((problems.len() as u64, first.to_owned()))
}
