//! The files of a desk: what waits, what was signed, what was used.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use ask::{APPROVAL_TERM, Approval, Challenge, Request};

use super::super::files;

/// Most requests that wait at once.
pub(super) const MOST_REQUESTS: usize = 1000;

/// Most of them that are of one caller: nobody fills the desk for all.
pub(super) const MOST_OF_ONE: usize = 50;

/// So many seconds pass between two rounds that forget what ended: each reads all that lies there.
pub(super) const CLEARED_EVERY: u64 = 60;

/// Most verdicts on one request that are looked at.
const MOST_VERDICTS: usize = 64;

/// Most bytes of a request or verdict.
const MOST_BYTES: u64 = 64 << 10;

/// The folder of a desk, as a node and the `approvals` commands use it.
#[derive(Clone, Debug)]
pub(crate) struct Folder {
    pub(super) path: PathBuf,
    /// When this process last forgot what ended, in seconds since 1970-01-01 UTC.
    cleared: Arc<AtomicU64>,
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
    pub(super) fn is_used(&self, id: &str) -> bool {
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
    pub(super) fn register(&self, request: Request) -> io::Result<Option<Request>> {
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
    pub(super) fn spend(&self, challenge: &Challenge, now: u64) -> io::Result<bool> {
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
