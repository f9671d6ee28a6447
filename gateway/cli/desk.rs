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

use std::collections::HashMap;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use ask::{APPROVAL_TERM, Approval, Challenge, Key, Request};
use exchange::Desk;
use exchange::asks::{Answer, DeskFailure};

use super::files;
use super::secrets::{self, Absent};

/// Most requests that wait at once.
const MOST_REQUESTS: usize = 1000;

/// Most of them that are of one caller: nobody fills the desk for all.
const MOST_OF_ONE: usize = 50;

/// So many seconds pass between two rounds that forget what ended: each reads all that lies there.
const CLEARED_EVERY: u64 = 60;

/// Most verdicts on one request that are looked at.
const MOST_VERDICTS: usize = 64;

/// Most bytes of a request or verdict.
const MOST_BYTES: u64 = 64 << 10;

/// The folder of a desk, as a node and the `approvals` commands use it.
#[derive(Clone, Debug)]
pub(crate) struct Folder {
    path: PathBuf,
    /// When this process last forgot what ended, in seconds since 1970-01-01 UTC.
    cleared: Arc<AtomicU64>,
}

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

impl Folder {
    /// The folder at a path; nothing is opened.
    pub(crate) fn at(path: &Path) -> Self {
        Self { path: path.to_owned(), cleared: Arc::default() }
    }

    /// All requests that wait, oldest first, and what cannot be read.
    pub(crate) fn requests(&self) -> (Vec<Request>, Vec<String>) {
        let (mut found, mut problems) = (Vec::new(), Vec::new());
        for path in self.names("requests").iter().map(|name| self.path.join("requests").join(name))
        {
            let text = files::read_up_to(&path, MOST_BYTES)
                .map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
            let read = text.and_then(|text| {
                Request::parse(&text).map_err(|problem| format!("{}: {problem}", path.display()))
            });
            match read {
                Ok(request) if !self.is_used(&request.id) => found.push(request),
                Ok(_) => {}
                Err(problem) => problems.push(problem),
            }
        }
        found.sort_by(|one, other| (one.since, &one.id).cmp(&(other.since, &other.id)));
        (found, problems)
    }

    /// What second persons have signed about a request, not verified.
    pub(crate) fn verdicts(&self, id: &str) -> Vec<Approval> {
        let prefix = format!("{id}.");
        let names = self.names("verdicts");
        let ours = names.iter().filter(|name| name.starts_with(&prefix)).take(MOST_VERDICTS);
        let texts = ours.filter_map(|name| {
            files::read_up_to(&self.path.join("verdicts").join(name), MOST_BYTES).ok()
        });
        texts.filter_map(|bytes| Approval::parse(&String::from_utf8_lossy(&bytes))).collect()
    }

    /// Adds a signed verdict and says where it lies.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(crate) fn add(&self, approval: &Approval) -> io::Result<PathBuf> {
        let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
        let by: String = approval.by.chars().map(plain).take(40).collect();
        let role: String = approval.role.chars().map(plain).take(40).collect();
        let verdict = match approval.verdict {
            ask::Verdict::Approve => "approve",
            ask::Verdict::Deny => "deny",
        };
        let path =
            self.path.join("verdicts").join(format!("{}.{role}.{by}.{verdict}", approval.id));
        self.replace(&path, &serde_json::to_vec_pretty(approval).unwrap_or_default())?;
        Ok(path)
    }

    /// Whether a challenge is used up.
    fn is_used(&self, id: &str) -> bool {
        self.path.join("used").join(id).exists()
    }

    fn names(&self, folder: &str) -> Vec<String> {
        let entries = fs::read_dir(self.path.join(folder)).into_iter().flatten().flatten();
        let mut names: Vec<String> =
            entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
        names.retain(|name| !name.starts_with('.'));
        names.sort();
        names
    }

    fn floor(&self) -> u64 {
        let text = files::read_up_to(&self.path.join("floor"), 32).unwrap_or_default();
        String::from_utf8_lossy(&text).trim().parse().unwrap_or(0)
    }

    /// Lists a request, unless one of the same matter waits already; `None` if its caller, or all, have too many waiting.
    fn register(&self, request: Request) -> io::Result<Option<Request>> {
        let name = format!("{}{}", prefix(&request), request.matter.id());
        let path = self.path.join("requests").join(&name);
        let listed = files::read_up_to(&path, MOST_BYTES).ok();
        let listed = listed.and_then(|bytes| Request::parse(&String::from_utf8_lossy(&bytes)).ok());
        let waits = |known: &Request| {
            known.matter == request.matter
                && known.until >= request.since
                && known.until <= request.since.saturating_add(APPROVAL_TERM)
                && !self.is_used(&known.id)
        };
        if let Some(known) = listed.filter(waits) {
            return Ok(Some(known));
        }
        if !self.has_room(&request, &name) {
            self.clear(request.since)?;
            if !self.has_room(&request, &name) {
                return Ok(None);
            }
        }
        self.replace(&path, &serde_json::to_vec_pretty(&request).unwrap_or_default())?;
        Ok(Some(request))
    }

    /// Whether a request may be listed under a name: always if it takes the place of one that waits no longer.
    fn has_room(&self, request: &Request, name: &str) -> bool {
        let names = self.names("requests");
        let (caller, all) = (prefix(request), names.len());
        let of_caller = names.iter().filter(|name| name.starts_with(&caller)).count();
        names.iter().any(|known| known == name) || (all < MOST_REQUESTS && of_caller < MOST_OF_ONE)
    }

    /// Marks a challenge as used, durably; false if it was, or if its term is known to be over.
    fn spend(&self, challenge: &Challenge, now: u64) -> io::Result<bool> {
        if challenge.until < self.floor() {
            return Ok(false);
        }
        let folder = self.path.join("used");
        let path = folder.join(&challenge.id);
        let mut file = match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
        {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(false),
            Err(error) => return Err(error),
        };
        file.write_all(challenge.until.to_string().as_bytes())?;
        file.sync_all()?;
        fs::File::open(&folder)?.sync_all()?;
        self.clear(now)?;
        Ok(true)
    }

    /// Forgets what ended before `now`, and first remembers that it did: a clock that is set back brings nothing back. Once in a
    /// while; between, what ended stays and does no harm.
    fn clear(&self, now: u64) -> io::Result<()> {
        if now < self.cleared.load(Ordering::Relaxed).saturating_add(CLEARED_EVERY) {
            return Ok(());
        }
        self.cleared.store(now, Ordering::Relaxed);
        let ended: Vec<PathBuf> = self.ended(now);
        if ended.is_empty() {
            return Ok(());
        }
        let floor = self.floor().max(now);
        self.replace(&self.path.join("floor"), floor.to_string().as_bytes())?;
        ended.iter().try_for_each(|path| match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        })
    }

    fn ended(&self, now: u64) -> Vec<PathBuf> {
        let mut ended = Vec::new();
        for name in self.names("used") {
            let path = self.path.join("used").join(name);
            let text = files::read_up_to(&path, 32).unwrap_or_default();
            let until = String::from_utf8_lossy(&text).trim().parse::<u64>();
            // A mark without its term was cut off by a crash; it stays.
            if until.is_ok_and(|until| until < now) {
                ended.push(path);
            }
        }
        for name in self.names("requests") {
            let path = self.path.join("requests").join(name);
            let text = files::read_up_to(&path, MOST_BYTES).unwrap_or_default();
            let request = Request::parse(&String::from_utf8_lossy(&text));
            if request.is_ok_and(|known| known.until < now || self.is_used(&known.id)) {
                ended.push(path);
            }
        }
        for name in self.names("verdicts") {
            let path = self.path.join("verdicts").join(name);
            let text = files::read_up_to(&path, MOST_BYTES).unwrap_or_default();
            let verdict = Approval::parse(&String::from_utf8_lossy(&text));
            // A denial holds as long as its request waits, and no longer.
            if verdict.is_some_and(|known| known.until < now) {
                ended.push(path);
            }
        }
        ended
    }

    /// Writes a file so that it is there whole or not at all.
    fn replace(&self, path: &Path, content: &[u8]) -> io::Result<()> {
        let folder = path.parent().unwrap_or(&self.path);
        let mut file = tempfile::Builder::new().prefix(".new").tempfile_in(folder)?;
        file.write_all(content)?;
        file.as_file().set_permissions(fs::Permissions::from_mode(0o640))?;
        file.as_file().sync_all()?;
        file.persist(path).map_err(|error| error.error)?;
        fs::File::open(folder)?.sync_all()
    }
}

/// What the names of all requests of a caller begin with: a digest, since a caller's name may hold anything.
fn prefix(request: &Request) -> String {
    format!("{}.", request.matter.actor_id())
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

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed test should stop here")]

    use ask::{Asked, Matter};

    use super::*;

    const NOW: u64 = 1_795_219_200;

    fn id(n: u8) -> String {
        format!("01KABCDEFGHJKMNPQRSTVWXY{n:02}")
    }

    fn desk() -> (tempfile::TempDir, Folder) {
        let folder = tempfile::tempdir().unwrap();
        FolderDesk::open(folder.path()).unwrap();
        let at = Folder::at(folder.path());
        (folder, at)
    }

    fn request(n: u8, since: u64, findings: &str) -> Request {
        let asks = vec![Asked::Approval("dpo".to_owned())];
        Request {
            schema: Request::SCHEMA.to_owned(),
            id: id(n),
            since,
            until: since + APPROVAL_TERM,
            node: "n".to_owned(),
            matter: Matter { asks, findings: findings.to_owned(), ..Matter::default() },
        }
    }

    #[test]
    fn a_challenge_is_spent_once_also_by_another_process() {
        let (kept, folder) = desk();
        let challenge = Challenge { id: id(1), until: NOW + 900 };
        assert!(folder.spend(&challenge, NOW).unwrap());
        assert!(!folder.spend(&challenge, NOW).unwrap());
        assert!(!Folder::at(kept.path()).spend(&challenge, NOW).unwrap());
    }

    #[test]
    fn what_a_process_saw_used_is_used_though_its_mark_is_gone() {
        let mut spent = Spent::default();
        let challenge = Challenge { id: id(1), until: NOW + 900 };
        assert!(spent.add(&challenge, NOW));
        assert!(!spent.add(&challenge, NOW + 900));
        assert!(spent.add(&Challenge { id: id(2), until: NOW + 9000 }, NOW + 1000));
        assert_eq!(spent.until.len(), 1, "its term is over, so it is forgotten");
    }

    #[test]
    fn what_was_forgotten_is_not_good_again_when_the_clock_is_set_back() {
        let (_kept, folder) = desk();
        let old = Challenge { id: id(1), until: NOW + 900 };
        assert!(folder.spend(&old, NOW).unwrap());
        let later = Challenge { id: id(2), until: NOW + 9000 };
        assert!(folder.spend(&later, NOW + 8000).unwrap());
        assert!(!folder.is_used(&old.id), "its mark is gone");
        assert!(!folder.spend(&old, NOW).unwrap(), "and it is not good for that");
    }

    #[test]
    fn a_matter_waits_once() {
        let (_kept, folder) = desk();
        assert_eq!(folder.register(request(1, NOW, "a")).unwrap().unwrap().id, id(1));
        assert_eq!(folder.register(request(2, NOW + 5, "a")).unwrap().unwrap().id, id(1));
        assert_eq!(folder.register(request(3, NOW, "b")).unwrap().unwrap().id, id(3));
        assert_eq!(folder.requests().0.len(), 2);
        assert!(folder.spend(&request(1, NOW, "a").challenge(), NOW).unwrap());
        assert_eq!(
            folder.register(request(4, NOW, "a")).unwrap().unwrap().id,
            id(4),
            "the first was used"
        );
        let late = NOW + 2 * APPROVAL_TERM;
        assert_eq!(
            folder.register(request(5, late, "b")).unwrap().unwrap().id,
            id(5),
            "the other is over"
        );
    }

    #[test]
    fn one_caller_does_not_take_the_places_of_others() {
        let (_kept, folder) = desk();
        let by = |actor: &str, n: usize, since: u64| {
            let mut request = request(1, since, &n.to_string());
            request.matter.actor = Some(actor.to_owned());
            request.id = format!("01KABCDEFGHJKMNPQRSTVW{n:04}");
            request
        };
        for n in 0..MOST_OF_ONE {
            assert!(folder.register(by("anna", n, NOW)).unwrap().is_some(), "{n}");
        }
        assert!(folder.register(by("anna", MOST_OF_ONE, NOW + 1)).unwrap().is_none());
        assert!(folder.register(by("anna", 0, NOW + 1)).unwrap().is_some(), "it waits already");
        assert!(folder.register(by("bert", 0, NOW + 1)).unwrap().is_some());
        let used = by("anna", 3, NOW).challenge();
        assert!(folder.spend(&used, NOW + 2).unwrap());
        let later = NOW + 2 * CLEARED_EVERY;
        assert!(folder.register(by("anna", MOST_OF_ONE, later)).unwrap().is_some(), "one was used");
    }

    #[test]
    fn all_callers_together_are_bounded_too() {
        let (_kept, folder) = desk();
        for n in 0..MOST_REQUESTS {
            let other = folder.path.join("requests").join(format!("other.{n}"));
            fs::write(other, "{}").unwrap();
        }
        assert!(folder.register(request(1, NOW, "a")).unwrap().is_none());
    }

    #[test]
    fn a_planted_request_does_not_lengthen_a_term() {
        let (_kept, folder) = desk();
        let planted = Request { until: u64::MAX, ..request(1, NOW, "a") };
        folder.register(planted).unwrap();
        assert_eq!(folder.register(request(2, NOW, "a")).unwrap().unwrap().id, id(2));
    }
}
