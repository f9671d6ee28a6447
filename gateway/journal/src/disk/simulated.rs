//! A file system in memory that forgets what was not synced, and fails when told to.
//!
//! A power cut keeps, of what was not synced: of each directory a random beginning of its changes, of each file a random
//! choice of the 512-byte sectors written and a random length. That is harsher than any journalling file system.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Disk, Item, Lock, Stream};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Node {
    Dir,
    File(usize),
}

#[derive(Clone, Default)]
struct Content {
    now: Vec<u8>,
    durable: Vec<u8>,
}

#[derive(Clone)]
enum Change {
    Set(PathBuf, Node),
    Unset(PathBuf),
    Move(PathBuf, PathBuf),
}

/// What the disk does wrong, counted in operations that write.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Faults {
    /// From this write operation on everything fails: the power is off.
    pub(crate) power_off_at: Option<u64>,
    /// This sync fails, once.
    pub(crate) sync_fails_at: Option<u64>,
    /// Writing fails as on a full disk once this many bytes were written.
    pub(crate) full_after: Option<u64>,
    /// Every sync of the thread of this name waits until the fault is taken away.
    pub(crate) hangs_on: Option<&'static str>,
    /// Every writing operation of the thread of this name panics.
    pub(crate) panics_on: Option<&'static str>,
}

#[derive(Default)]
struct State {
    names: BTreeMap<PathBuf, Node>,
    durable_names: BTreeMap<PathBuf, Node>,
    /// Changes of names that are not durable, in order.
    changes: Vec<Change>,
    files: Vec<Content>,
    locks: HashSet<PathBuf>,
    faults: Faults,
    operations: u64,
    syncs: u64,
    written: u64,
}

/// The disk; clones share it.
#[derive(Clone, Default)]
pub(crate) struct SimDisk(Arc<Mutex<State>>);

/// A small generator, so that a failing run can be repeated from its seed.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn next(&mut self) -> u64 {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next() % n as u64).unwrap_or(0)
    }
}

impl SimDisk {
    pub(crate) fn new(root: &Path) -> Self {
        let disk = Self::default();
        let mut state = disk.lock();
        state.names.insert(root.to_owned(), Node::Dir);
        state.durable_names.insert(root.to_owned(), Node::Dir);
        drop(state);
        disk
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn set_faults(&self, faults: Faults) {
        self.lock().faults = faults;
    }

    fn hang(&self) {
        while on_thread(self.lock().faults.hangs_on) {
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
    }

    pub(crate) fn syncs(&self) -> u64 {
        self.lock().syncs
    }

    pub(crate) fn written(&self) -> u64 {
        self.lock().written
    }

    /// The disk as it is found after the power has come back.
    pub(crate) fn after_power_cut(&self, dice: &mut Dice) -> Self {
        let state = self.lock();
        let mut names = state.durable_names.clone();
        let mut stopped: BTreeSet<PathBuf> = BTreeSet::new();
        for change in &state.changes {
            let place = match change {
                Change::Set(path, _) | Change::Unset(path) | Change::Move(_, path) => path,
            };
            let dir = place.parent().unwrap_or(place).to_owned();
            if stopped.contains(&dir) || dice.below(3) == 0 {
                stopped.insert(dir);
                continue;
            }
            apply(&mut names, change);
        }
        // What lies in a directory that is gone is gone. Parents sort before their children.
        let all: Vec<PathBuf> = names.keys().cloned().collect();
        for path in all {
            let parent = path.parent().is_some_and(|dir| names.contains_key(dir));
            if !parent && !state.roots(&path) {
                names.remove(&path);
            }
        }
        let files = state.files.iter().map(|content| tear(content, dice)).collect();
        let fresh = State { names: names.clone(), durable_names: names, files, ..State::default() };
        Self(Arc::new(Mutex::new(fresh)))
    }

    /// Changes one bit of a file, for tests of what is found.
    pub(crate) fn flip(&self, path: &Path, bit: usize) {
        let mut state = self.lock();
        if let Some(Node::File(id)) = state.names.get(path).copied() {
            state.files[id].now[bit / 8] ^= 1 << (bit % 8);
        }
    }

    /// Every file with its length.
    pub(crate) fn files(&self) -> Vec<(PathBuf, usize)> {
        let state = self.lock();
        let files = state.names.iter().filter_map(|(path, node)| match node {
            Node::File(id) => Some((path.clone(), state.files[*id].now.len())),
            Node::Dir => None,
        });
        files.collect()
    }
}

fn on_thread(name: Option<&str>) -> bool {
    name.is_some() && std::thread::current().name() == name
}

fn apply(names: &mut BTreeMap<PathBuf, Node>, change: &Change) {
    match change {
        Change::Set(path, node) => {
            names.insert(path.clone(), *node);
        }
        Change::Unset(path) => {
            names.remove(path);
        }
        Change::Move(from, to) => {
            if let Some(node) = names.remove(from) {
                names.insert(to.clone(), node);
            }
        }
    }
}

fn tear(content: &Content, dice: &mut Dice) -> Content {
    let (old, new) = (&content.durable, &content.now);
    if old == new {
        return content.clone();
    }
    let (short, long) = (old.len().min(new.len()), old.len().max(new.len()));
    let length = short + dice.below(long - short + 1);
    let mut kept = vec![0; length];
    for (sector, chunk) in kept.chunks_mut(512).enumerate() {
        let source = if dice.below(2) == 0 { old } else { new };
        for (offset, byte) in chunk.iter_mut().enumerate() {
            *byte = source.get(512 * sector + offset).copied().unwrap_or(0);
        }
    }
    // A sector that both have in common is not touched by the write of another.
    let same = old.iter().zip(new).take_while(|(a, b)| a == b).count().min(length);
    kept[..same].copy_from_slice(&new[..same]);
    Content { now: kept.clone(), durable: kept }
}

impl State {
    fn roots(&self, path: &Path) -> bool {
        self.names.keys().next().is_some_and(|root| root == path)
    }

    fn operation(&mut self) -> io::Result<()> {
        self.operations += 1;
        assert!(!on_thread(self.faults.panics_on), "the test asks for a panic");
        match self.faults.power_off_at {
            Some(at) if self.operations >= at => Err(io::Error::other("the power is off")),
            _ => Ok(()),
        }
    }

    fn sync(&mut self) -> io::Result<()> {
        self.operation()?;
        self.syncs += 1;
        match self.faults.sync_fails_at {
            Some(at) if self.syncs == at => Err(io::Error::other("the disk has an error")),
            _ => Ok(()),
        }
    }

    fn space(&mut self, bytes: usize) -> io::Result<()> {
        self.written += bytes as u64;
        match self.faults.full_after {
            Some(limit) if self.written > limit => Err(io::ErrorKind::StorageFull.into()),
            _ => Ok(()),
        }
    }

    fn change(&mut self, change: Change) {
        apply(&mut self.names, &change);
        self.changes.push(change);
    }

    fn file(&self, path: &Path) -> io::Result<usize> {
        match self.names.get(path) {
            Some(Node::File(id)) => Ok(*id),
            _ => Err(io::ErrorKind::NotFound.into()),
        }
    }

    fn make_file(&mut self, path: &Path) -> io::Result<usize> {
        if let Ok(id) = self.file(path) {
            return Ok(id);
        }
        if !path.parent().is_some_and(|dir| self.names.get(dir) == Some(&Node::Dir)) {
            return Err(io::ErrorKind::NotFound.into());
        }
        self.files.push(Content::default());
        let id = self.files.len() - 1;
        self.change(Change::Set(path.to_owned(), Node::File(id)));
        Ok(id)
    }
}

struct SimStream(SimDisk, usize);

impl Stream for SimStream {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut state = self.0.lock();
        let done = state.operation().and_then(|()| state.space(bytes.len()));
        // A write that fails may have written a part.
        let part = if done.is_ok() { bytes.len() } else { bytes.len() / 2 };
        state.files[self.1].now.extend_from_slice(&bytes[..part]);
        done
    }

    fn sync(&mut self) -> io::Result<()> {
        self.0.hang();
        let mut state = self.0.lock();
        state.sync()?;
        let content = &mut state.files[self.1];
        content.durable = content.now.clone();
        Ok(())
    }

    fn cut(&mut self, length: u64) -> io::Result<()> {
        let mut state = self.0.lock();
        state.operation()?;
        state.files[self.1].now.truncate(usize::try_from(length).unwrap_or(usize::MAX));
        Ok(())
    }
}

struct SimLock(SimDisk, PathBuf);
impl Lock for SimLock {}
impl Drop for SimLock {
    fn drop(&mut self) {
        self.0.lock().locks.remove(&self.1);
    }
}

impl Disk for SimDisk {
    fn make_dir(&self, path: &Path) -> io::Result<bool> {
        let mut state = self.lock();
        if state.names.contains_key(path) {
            return Ok(false);
        }
        state.operation()?;
        state.change(Change::Set(path.to_owned(), Node::Dir));
        Ok(true)
    }

    fn list(&self, path: &Path) -> io::Result<Vec<Item>> {
        let state = self.lock();
        if state.names.get(path) != Some(&Node::Dir) {
            return Err(io::ErrorKind::NotFound.into());
        }
        let inside = state.names.iter().filter(|(name, _)| name.parent() == Some(path));
        let items = inside.map(|(name, node)| Item {
            name: name.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            is_dir: *node == Node::Dir,
            bytes: match node {
                Node::File(id) => state.files[*id].now.len() as u64,
                Node::Dir => 0,
            },
        });
        Ok(items.collect())
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let state = self.lock();
        let id = state.file(path)?;
        Ok(state.files[id].now.clone())
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn Stream>> {
        let mut state = self.lock();
        state.operation()?;
        let id = state.make_file(path)?;
        drop(state);
        Ok(Box::new(SimStream(self.clone(), id)))
    }

    fn write(&self, path: &Path, bytes: &[u8], sync: bool) -> io::Result<()> {
        if sync {
            self.hang();
        }
        let mut state = self.lock();
        state.operation()?;
        let id = state.make_file(path)?;
        state.files[id].now.clear();
        state.space(bytes.len())?;
        state.files[id].now.extend_from_slice(bytes);
        if sync {
            state.sync()?;
            let content = &mut state.files[id];
            content.durable = content.now.clone();
        }
        Ok(())
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut state = self.lock();
        state.operation()?;
        state.change(Change::Move(from.to_owned(), to.to_owned()));
        Ok(())
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        let mut state = self.lock();
        state.operation()?;
        state.change(Change::Unset(path.to_owned()));
        Ok(())
    }

    fn remove_dir(&self, path: &Path) -> io::Result<()> {
        self.remove(path)
    }

    fn sync_dir(&self, path: &Path) -> io::Result<()> {
        self.hang();
        let mut state = self.lock();
        state.sync()?;
        let state = &mut *state;
        let (now, later) = state.changes.drain(..).partition(|change| match change {
            Change::Set(name, _) | Change::Unset(name) => name.parent() == Some(path),
            Change::Move(_, name) => name.parent() == Some(path),
        });
        state.changes = later;
        let now: Vec<Change> = now;
        now.iter().for_each(|change| apply(&mut state.durable_names, change));
        Ok(())
    }

    fn sync_all(&self) -> io::Result<()> {
        self.hang();
        let mut state = self.lock();
        state.sync()?;
        state.changes.clear();
        state.durable_names = state.names.clone();
        for content in &mut state.files {
            content.durable = content.now.clone();
        }
        Ok(())
    }

    fn lock(&self, path: &Path) -> io::Result<Option<Box<dyn Lock>>> {
        let mut state = self.lock();
        state.make_file(path)?;
        if !state.locks.insert(path.to_owned()) {
            return Ok(None);
        }
        Ok(Some(Box::new(SimLock(self.clone(), path.to_owned()))))
    }

    fn is_locked(&self, path: &Path) -> io::Result<bool> {
        Ok(self.lock().locks.contains(path))
    }
}
