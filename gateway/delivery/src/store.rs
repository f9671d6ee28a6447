//! The store: root, state and the installed bundle on the disk of a gateway, changed as one.
//!
//! ```text
//! store/current              which slot counts: `a` or `b`; replaced by a rename
//! store/a/ store/b/          root.json  state.json  bundle  bundle.N.minisig  required.json  required.json.N.minisig
//! store/lock                 held by whoever writes
//! ```
//!
//! Who writes fills the other slot, syncs each file and the folder, and then renames a new `current` over the old one. So at every
//! moment one slot is whole: after a kill, a power cut or a full disk the store is as before or as it was to be. INVARIANT: the state
//! with the higher version is on the disk before anything of the new policy can be read from it.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use bundle::{MAX_BUNDLE, MAX_SIGNATURE, MAX_SIGNATURES, State};

use crate::{Delivery, Fault, REQUIRED_FILE, SignedFile};

/// Which slot counts.
const CURRENT: &str = "current";
const SLOTS: [&str; 2] = ["a", "b"];
const LOCK: &str = "lock";
const ROOT_FILE: &str = "root.json";
const STATE_FILE: &str = "state.json";
const BUNDLE_FILE: &str = "bundle";

/// The largest JSON file that is read from the store. Bytes.
const MAX_DOCUMENT: usize = 1 << 20;

/// The points that a replacement passes, in order: where a test can end the process.
pub const POINTS: &[&str] = &[
    "bundle.slot.cleared",
    "bundle.slot.written",
    "bundle.slot.synced",
    "bundle.current.written",
    "bundle.current.renamed",
];

/// What a store holds; nothing of it was verified by reading it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// `root.json`.
    pub root: Vec<u8>,
    /// `state.json`.
    pub state: Vec<u8>,
    /// The bundle that is installed, if one ever was.
    pub delivery: Option<Delivery>,
}

/// A folder with a store in it, or in which one can begin.
#[derive(Clone, Debug)]
pub struct Store {
    folder: PathBuf,
    pass: fn(&'static str),
}

/// The right to write to a store, until it is dropped.
#[derive(Debug)]
pub struct Locked<'s> {
    store: &'s Store,
    _lock: File,
}

impl Store {
    /// The store in this folder. `pass` is told each of [`POINTS`] as it is passed.
    pub fn at(folder: impl Into<PathBuf>, pass: fn(&'static str)) -> Self {
        Self { folder: folder.into(), pass }
    }

    /// Its folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Whether somebody has begun it, also if a part of it is gone: what is missing is never taken for new, since that would let
    /// every old bundle in again. A first slot with nothing but a root is what a first beginning leaves that was broken off.
    pub fn is_begun(&self) -> bool {
        let left = [CURRENT.to_owned(), SLOTS[1].to_owned(), format!("{}/{BUNDLE_FILE}", SLOTS[0])];
        // A link counts, wherever it leads; so does what cannot be looked at.
        let is_there = |name: &String| {
            let found = fs::symlink_metadata(self.folder.join(name));
            !found.is_err_and(|error| error.kind() == io::ErrorKind::NotFound)
        };
        left.iter().any(is_there)
    }

    /// Reads all of it.
    ///
    /// # Errors
    /// If it was never begun, or a file of it is missing, too large or cannot be read.
    pub fn read(&self) -> Result<Kept, Fault> {
        let slot = self.folder.join(self.current()?);
        let document = |name: &str| needed(&slot.join(name), MAX_DOCUMENT);
        let bundle = signed_file(&slot, BUNDLE_FILE, MAX_BUNDLE)?;
        let required = signed_file(&slot, REQUIRED_FILE, MAX_DOCUMENT)?;
        let delivery = bundle.map(|bundle| Delivery { bundle, required });
        Ok(Kept { root: document(ROOT_FILE)?, state: document(STATE_FILE)?, delivery })
    }

    /// Waits for nobody: takes the lock, or says that another holds it.
    ///
    /// # Errors
    /// If another process or thread writes now, or the folder cannot be made or written to.
    pub fn lock(&self) -> Result<Locked<'_>, Fault> {
        let path = self.folder.join(LOCK);
        let failed = |error: &io::Error| Fault::disk(&path, "cannot be locked", error);
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&self.folder)
            .map_err(|e| failed(&e))?;
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(&path)
            .map_err(|error| failed(&error))?;
        match file.try_lock() {
            Ok(()) => Ok(Locked { store: self, _lock: file }),
            Err(TryLockError::WouldBlock) => Err(Fault::new(
                "busy",
                format!(
                    "{}: another process installs a policy now; try again when it has ended",
                    path.display()
                ),
            )),
            Err(TryLockError::Error(error)) => Err(failed(&error)),
        }
    }

    fn current(&self) -> Result<&'static str, Fault> {
        let path = self.folder.join(CURRENT);
        if !self.is_begun() {
            let mend = "put a root in place with `seawall rules trust`";
            return Err(Fault::new("absent", format!("{}: is missing; {mend}", path.display())));
        }
        let text = needed(&path, 16)?;
        let named = SLOTS.into_iter().find(|slot| text == format!("{slot}\n").as_bytes());
        named.ok_or_else(|| {
            Fault::new(
                "store",
                format!("{}: names no slot; restore the store from its backup", path.display()),
            )
        })
    }
}

impl Locked<'_> {
    /// Puts other content in the place of all that is there, durably and as one.
    ///
    /// # Errors
    /// What the disk said; then the store is as it was.
    pub fn replace(&self, kept: &Kept) -> Result<(), Fault> {
        let store = self.store;
        let slot = match store.is_begun().then(|| store.current()).transpose()? {
            Some("a") => "b",
            _ => "a",
        };
        let folder = store.folder.join(slot);
        let failed = |error: io::Error| Fault::disk(&folder, "cannot be written", &error);
        if folder.exists() {
            fs::remove_dir_all(&folder).map_err(failed)?;
        }
        DirBuilder::new().mode(0o700).create(&folder).map_err(failed)?;
        (store.pass)("bundle.slot.cleared");
        for (name, bytes) in files(kept) {
            put(&folder.join(name), bytes).map_err(failed)?;
        }
        (store.pass)("bundle.slot.written");
        sync(&folder).and_then(|()| sync(&store.folder)).map_err(failed)?;
        (store.pass)("bundle.slot.synced");
        self.exchange(CURRENT, format!("{slot}\n").as_bytes())
    }

    /// Notes a later reading of the clock. All else stays.
    ///
    /// # Errors
    /// What the disk said; then the state is as it was.
    pub fn note(&self, state: &State) -> Result<(), Fault> {
        let slot = self.store.current()?;
        self.exchange(&format!("{slot}/{STATE_FILE}"), &state.to_json())
    }

    /// Puts a file in the place of another by a rename.
    fn exchange(&self, name: &str, bytes: &[u8]) -> Result<(), Fault> {
        let store = self.store;
        let path = store.folder.join(name);
        let draft = path.with_extension("draft");
        let failed = |error: io::Error| Fault::disk(&path, "cannot be replaced", &error);
        if draft.exists() {
            fs::remove_file(&draft).map_err(failed)?;
        }
        put(&draft, bytes).map_err(failed)?;
        (store.pass)("bundle.current.written");
        fs::rename(&draft, &path).map_err(failed)?;
        (store.pass)("bundle.current.renamed");
        sync(path.parent().unwrap_or(&store.folder)).map_err(failed)
    }
}

/// The files of a slot.
fn files(kept: &Kept) -> Vec<(String, &[u8])> {
    let mut files = vec![
        (ROOT_FILE.to_owned(), kept.root.as_slice()),
        (STATE_FILE.to_owned(), kept.state.as_slice()),
    ];
    if let Some(delivery) = &kept.delivery {
        files.extend(named(BUNDLE_FILE, &delivery.bundle));
        files.extend(delivery.required.iter().flat_map(|file| named(REQUIRED_FILE, file)));
    }
    files
}

/// A file and its signatures under their names in a slot.
fn named<'k>(name: &str, file: &'k SignedFile) -> Vec<(String, &'k [u8])> {
    let signatures = (1..).zip(&file.signatures);
    let signatures = signatures.map(|(n, bytes)| (signature(name, n), bytes.as_slice()));
    std::iter::once((name.to_owned(), file.bytes.as_slice())).chain(signatures).collect()
}

fn signature(name: &str, number: usize) -> String {
    format!("{name}.{number}.minisig")
}

/// A file of a slot with its signatures; `None` if it is not there.
fn signed_file(slot: &Path, name: &str, most: usize) -> Result<Option<SignedFile>, Fault> {
    let Some(bytes) = read_up_to(&slot.join(name), most)? else { return Ok(None) };
    let mut signatures = Vec::new();
    for number in 1..=MAX_SIGNATURES {
        let Some(bytes) = read_up_to(&slot.join(signature(name, number)), MAX_SIGNATURE)? else {
            break;
        };
        signatures.push(bytes);
    }
    Ok(Some(SignedFile { bytes, signatures }))
}

fn needed(path: &Path, most: usize) -> Result<Vec<u8>, Fault> {
    let absent = || {
        let mend = "restore the store from its backup";
        Fault::new("absent", format!("{}: is missing; {mend}", path.display()))
    };
    read_up_to(path, most)?.ok_or_else(absent)
}

/// A regular file of at most so many bytes; `None` if there is none. A link is not followed.
pub(crate) fn read_up_to(path: &Path, most: usize) -> Result<Option<Vec<u8>>, Fault> {
    let failed = |error: io::Error| Fault::disk(path, "cannot be read", &error);
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error)),
        Ok(found) if !found.is_file() => {
            let message =
                format!("{}: is not a regular file; put the file itself there", path.display());
            return Err(Fault::new("form", message));
        }
        Ok(_) => {}
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(failed)?;
    #[expect(
        clippy::disallowed_methods,
        reason = "bounded by take, and the bound is checked below"
    )]
    file.take(most as u64 + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() > most {
        return Err(Fault::new(
            "too-large",
            format!("{}: holds more than {most} bytes", path.display()),
        ));
    }
    Ok(Some(bytes))
}

fn put(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}
