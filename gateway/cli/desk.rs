//! The desk: a folder in which requests wait for what was asked for, verdicts arrive, and what was used is remembered.
//!
//! ```text
//! <folder>/key               seals challenges; whoever has it has the memory of what was used, too
//! <folder>/floor             nothing that ended before this second is good any more, whatever the clock says
//! <folder>/used/<id>         a challenge that is used up; made once, on disk before anything is sent
//! <folder>/requests/<caller>.<matter> a request that waits for approval; facts and classes only
//! <folder>/verdicts/<id>.…   what second persons signed
//! ```
//!
//! Two processes that hand over to each other share it: that a mark can be made only once is the file system's promise.

mod folder;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use ask::{Approval, Challenge, Key, Request};
use exchange::Desk;
use exchange::asks::{Answer, DeskFailure};

use self::folder::CLEARED_EVERY;
pub(crate) use self::folder::Folder;
use super::secrets::{self, Absent};

/// A node's desk.
pub(crate) struct FolderDesk {
    folder: Folder,
    key: Key,
    /// Listing looks before it writes.
    listing: Arc<Mutex<()>>,
    /// What this process saw used: a mark that somebody deletes brings nothing back while it runs.
    spent: Arc<Mutex<Spent>>,
}

/// The challenges that a process saw used, each until its term is over.
#[derive(Debug, Default)]
struct Spent {
    until: HashMap<String, u64>,
    /// When those whose term is over were last forgotten.
    cleared: u64,
}

impl Spent {
    /// Remembers a challenge; false if it is known.
    fn add(&mut self, challenge: &Challenge, now: u64) -> bool {
        if now >= self.cleared.saturating_add(CLEARED_EVERY) {
            self.cleared = now;
            self.until.retain(|_, until| *until >= now);
        }
        self.until.insert(challenge.id.clone(), challenge.until).is_none()
    }
}

impl FolderDesk {
    /// Opens a desk, and makes it if there is none.
    ///
    /// # Errors
    /// A sentence that names the folder and the mend.
    pub(crate) fn open(path: &Path) -> Result<Self, String> {
        // The owner's group may add verdicts: they prove themselves by their signature.
        let modes = [("", 0o750), ("used", 0o700), ("requests", 0o750), ("verdicts", 0o770)];
        for (name, mode) in modes {
            let folder = path.join(name);
            let made = fs::create_dir_all(&folder)
                .and_then(|()| fs::set_permissions(&folder, fs::Permissions::from_mode(mode)));
            made.map_err(|error| {
                format!(
                    "{}: cannot be made ({error}); check asks.folder and its permissions",
                    folder.display()
                )
            })?;
        }
        let key = Key::new(&secrets::secret(&path.join("key"), Absent::Make)?);
        let (listing, spent) = (Arc::default(), Arc::default());
        Ok(Self { folder: Folder::at(path), key, listing, spent })
    }
}

/// Runs work on files off the threads that serve.
fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Answer<'static, T> {
    Box::pin(async move {
        let done = tokio::task::spawn_blocking(work).await;
        let done = done.map_err(|error| DeskFailure::Broken(error.to_string()))?;
        done.map_err(|error| {
            super::complain(&format!("asks.folder: {error}; what waits there was refused"));
            DeskFailure::Broken(error.to_string())
        })
    })
}

impl Desk for FolderDesk {
    fn key(&self) -> &Key {
        &self.key
    }

    fn register(&self, request: Request) -> Answer<'_, Request> {
        let (folder, listing) = (self.folder.clone(), Arc::clone(&self.listing));
        let listed = off_thread(move || {
            let _one_at_a_time = listing.lock().unwrap_or_else(PoisonError::into_inner);
            folder.register(request)
        });
        Box::pin(async move { listed.await?.ok_or(DeskFailure::TooMany) })
    }

    fn verdicts(&self, id: String) -> Answer<'_, Vec<Approval>> {
        let folder = self.folder.clone();
        off_thread(move || Ok(folder.verdicts(&id)))
    }

    fn spend(&self, challenge: Challenge, now: u64) -> Answer<'_, bool> {
        let (folder, spent) = (self.folder.clone(), Arc::clone(&self.spent));
        off_thread(move || {
            let spent = || spent.lock().unwrap_or_else(PoisonError::into_inner);
            if !spent().add(&challenge, now) {
                return Ok(false);
            }
            // What could not be written lets nothing go, and may be tried again.
            let written = folder.spend(&challenge, now);
            if written.is_err() {
                spent().until.remove(&challenge.id);
            }
            written
        })
    }
}
