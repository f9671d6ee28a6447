//! The file: entries of one size, one behind the other, only ever added to; written anew when it is opened and holds what is old.

use std::collections::HashMap;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use crate::entry::{Entry, LEN, Person, Tag};
use crate::{KEPT, MOST};

/// The names in the folder.
const PERSONS: &str = "persons";
const NEW: &str = "persons.new";
const LOCK: &str = "lock";

/// Most entries of a file that is read: a person has one for each day on which it was seen since the file was written anew.
const MOST_ENTRIES: u64 = 8 * MOST as u64;

/// Entries that later ones replace and that may stand in a file that is not written anew, beside as many as there are persons.
const SLACK: usize = 1024;

/// Only the node itself has anything to do here.
const FOLDER_MODE: u32 = 0o700;
const FILE_MODE: u32 = 0o600;

/// Why nobody knows how many were counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Another process has the file.
    Taken,
    /// An entry is not as it was written, and others stand behind it; its number, from 0.
    Broken(u64),
    /// The file is larger than is ever read.
    TooLarge,
    /// It could not be read or written: what was being done, and what the system said.
    Io(&'static str, io::ErrorKind),
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Fault::Taken => f.write_str(
                "another process has the file of counted persons; it is had when that one ends",
            ),
            Fault::Broken(entry) => write!(
                f,
                "entry {entry} of the file of counted persons is damaged; put back a copy, or move the file away to count from nothing, then reload (SIGHUP) or start anew"
            ),
            Fault::TooLarge => f.write_str(
                "the file of counted persons is larger than can be counted; count fewer classes",
            ),
            Fault::Io(doing, kind) => {
                write!(
                    f,
                    "the file of counted persons: {doing} failed: {kind}; mend the disk or the permissions, then reload (SIGHUP) or start anew"
                )
            }
        }
    }
}

impl std::error::Error for Fault {}

/// The file, open for writing at its end. The lock goes with it.
#[derive(Debug)]
pub(crate) struct Store {
    persons: File,
    _lock: File,
}

impl Store {
    /// Opens the file of a folder, and reads what is in it since [`KEPT`] days before `today`: of each person the last entry.
    pub(crate) fn open(folder: &Path, today: i32) -> Result<(Store, Vec<Entry>), Fault> {
        let mut make = DirBuilder::new();
        make.recursive(true).mode(FOLDER_MODE).create(folder).map_err(io("making its folder"))?;
        let lock = lock(folder)?;
        let path = folder.join(PERSONS);
        let bytes = read(&path)?;
        let entries = entries(&bytes)?;
        let oldest = oldest(&entries, today);
        let kept = last_of_each(&entries, oldest);
        let is_due = entries.len() > 2 * kept.len() + SLACK
            || entries.iter().any(|entry| entry.day < oldest);
        if bytes.is_empty() || is_due {
            write_anew(folder, &path, &kept)?;
        }
        let persons = OpenOptions::new().append(true).open(&path).map_err(io("opening it"))?;
        let length = persons.metadata().map_err(io("looking at it"))?.len();
        let whole = (entries.len() * LEN) as u64;
        if length == bytes.len() as u64 && whole < length {
            // What a crash left half written is taken off, so that what comes behind it stands in its place.
            persons.set_len(whole).map_err(io("taking off its end"))?;
            persons.sync_all().map_err(io("syncing it"))?;
        }
        Ok((Store { persons, _lock: lock }, kept))
    }

    /// Writes to something else from now on.
    #[cfg(test)]
    pub(crate) fn replace(&mut self, persons: File) {
        self.persons = persons;
    }

    /// Adds entries; they are on disk when it returns.
    pub(crate) fn append(&mut self, entries: &[Entry]) -> Result<(), Fault> {
        if entries.is_empty() {
            return Ok(());
        }
        let bytes: Vec<u8> = entries.iter().flat_map(|entry| entry.to_bytes()).collect();
        self.persons.write_all(&bytes).map_err(io("writing"))?;
        self.persons.sync_data().map_err(io("syncing it"))
    }
}

/// Takes the folder for this process, until the file that it returns is closed.
fn lock(folder: &Path) -> Result<File, Fault> {
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).write(true).mode(FILE_MODE);
    let lock = options.open(folder.join(LOCK)).map_err(io("opening its lock"))?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(fs::TryLockError::WouldBlock) => Err(Fault::Taken),
        Err(fs::TryLockError::Error(error)) => Err(io("taking its lock")(error)),
    }
}

/// The first day that is remembered. A clock that is wrong by years must not make a node forget, so the newest entry tells the day if
/// it is earlier than `today`.
fn oldest(entries: &[Entry], today: i32) -> i32 {
    let newest = entries.iter().map(|entry| entry.day).max().unwrap_or(today);
    today.min(newest).saturating_sub(KEPT)
}

/// The whole file; empty if there is none.
fn read(path: &Path) -> Result<Vec<u8>, Fault> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(io("opening it")(error)),
    };
    let most = MOST_ENTRIES * LEN as u64;
    let mut bytes = Vec::new();
    #[expect(clippy::disallowed_methods, reason = "bounded by `take`")]
    file.take(most + 1).read_to_end(&mut bytes).map_err(io("reading it"))?;
    if bytes.len() as u64 > most { Err(Fault::TooLarge) } else { Ok(bytes) }
}

/// All entries up to the last whole one. Behind it stands at most what a crash left half written; before it all must be whole.
fn entries(bytes: &[u8]) -> Result<Vec<Entry>, Fault> {
    let (whole, _) = bytes.as_chunks::<LEN>();
    let mut read: Vec<Option<Entry>> = whole.iter().map(Entry::read).collect();
    let last = read.iter().rposition(Option::is_some).map_or(0, |at| at + 1);
    read.truncate(last);
    match read.iter().position(Option::is_none) {
        Some(broken) => Err(Fault::Broken(broken as u64)),
        None => Ok(read.into_iter().flatten().collect()),
    }
}

/// Of each person of each counter the latest entry, in an order of its own; nothing from before `oldest`.
fn last_of_each(entries: &[Entry], oldest: i32) -> Vec<Entry> {
    let mut last: HashMap<(Tag, Person), i32> = HashMap::new();
    for entry in entries.iter().filter(|entry| entry.day >= oldest) {
        let day = last.entry((entry.counter, entry.person)).or_insert(entry.day);
        *day = entry.day.max(*day);
    }
    let entry = |((counter, person), day)| Entry { counter, person, day };
    last.into_iter().map(entry).collect()
}

/// Writes the file anew beside the old one, then puts it in its place, so that at every moment one of them is there whole.
fn write_anew(folder: &Path, path: &Path, entries: &[Entry]) -> Result<(), Fault> {
    let new: PathBuf = folder.join(NEW);
    let mut options = OpenOptions::new();
    options.create(true).truncate(true).write(true).mode(FILE_MODE);
    let mut file = options.open(&new).map_err(io("writing it anew"))?;
    let bytes: Vec<u8> = entries.iter().flat_map(|entry| entry.to_bytes()).collect();
    file.write_all(&bytes).map_err(io("writing it anew"))?;
    file.sync_all().map_err(io("syncing it"))?;
    fs::rename(&new, path).map_err(io("putting it in its place"))?;
    let folder = File::open(folder).map_err(io("opening its folder"))?;
    folder.sync_all().map_err(io("syncing its folder"))
}

fn io(doing: &'static str) -> impl Fn(io::Error) -> Fault {
    move |error| Fault::Io(doing, error.kind())
}
