//! Which persons a node has counted: what the counters of a policy are read from.
//!
//! A person is a keyed hash that the caller made; no value ever comes here. Each counter has persons of its own, each with the day on
//! which it was seen last. Days are whole numbers of the policy clock, larger is later; nothing here reads a clock.
//!
//! A request asks with its own persons ([`Census::ask`]) and gets what the counters come to with them. Until it is settled they count
//! for all others too, so that two that come at the same time do not both take the last place below a band. If its data leaves, it
//! keeps them ([`Asked::keep`]), which is on disk when it returns; if not, dropping what it was given forgets them.
//!
//! # Invariants
//! - What is not known is never said to be few: where the file cannot be read, written or had for itself, readings are none.
//! - Only who is on disk is on the roll as seen. What was kept is counted after a crash; of what was being written at that moment, which no
//!   byte has followed, whole entries are.
//! - Once writing has failed nothing more is written, and readings are none, until the file is read anew ([`Census::renew`]).

mod entry;
mod file;
mod roll;
mod state;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};

pub use entry::{Person, Tag};
pub use file::Fault;

use file::Store;
use state::State;

/// Most persons of all counters together. Beyond it readings are none.
pub const MOST: usize = 16 << 20;

/// Days after which nobody is remembered: more than any counter looks back, so that a clock that is set back finds what it asks for.
pub const KEPT: i32 = 400;

/// What a node has counted, in one folder. Shared by all requests.
#[derive(Debug)]
pub struct Census {
    folder: PathBuf,
    /// Had only for moments, never while the disk works.
    state: Mutex<State>,
    /// Had by whoever writes, for as long as the disk takes. INVARIANT: it is taken before `state`, never after.
    store: Mutex<Option<Store>>,
}

/// What one counter is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// The counter.
    pub counter: Tag,
    /// The first day that counts.
    pub first: i32,
    /// The persons of the request.
    pub persons: Vec<Person>,
}

/// The answers to one request; while it is there, its persons count for all others.
#[derive(Debug)]
pub struct Asked {
    census: Arc<Census>,
    questions: Vec<Question>,
    counts: Vec<Option<u64>>,
}

impl Census {
    /// What is counted in a folder. Nothing is opened or made yet, and readings are none until [`Census::open`].
    #[must_use]
    pub fn at(folder: &Path) -> Arc<Census> {
        let (state, store) = (Mutex::default(), Mutex::default());
        Arc::new(Census { folder: folder.to_owned(), state, store })
    }

    /// Whether [`Census::open`] has something to do: nobody has opened it, or another process had the file.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.state().is_closed()
    }

    /// Reads the file, and makes folder and file if they are not there, unless that was done; who was seen more than [`KEPT`] days before
    /// `today` is forgotten. Waits for the disk, but for no other who opens it.
    pub fn open(&self, today: i32) {
        let store = match self.store.try_lock() {
            Ok(store) => store,
            Err(TryLockError::Poisoned(store)) => store.into_inner(),
            Err(TryLockError::WouldBlock) => return,
        };
        if self.is_closed() {
            self.read(store, today);
        }
    }

    /// Closes the file and reads it anew, which mends what was wrong if somebody has mended the disk, and takes out of the file who was
    /// seen too long ago. Does nothing if nobody has opened it. Waits for the disk; what is asked meanwhile is answered.
    pub fn renew(&self, today: i32) {
        let mut store = self.store();
        if store.take().is_some() || self.state().fault().is_some() {
            self.read(store, today);
        }
    }

    fn read(&self, mut store: MutexGuard<'_, Option<Store>>, today: i32) {
        match Store::open(&self.folder, today) {
            Ok((opened, entries)) => {
                *store = Some(opened);
                self.state().opened(entries);
            }
            Err(fault) => self.state().failed(fault),
        }
    }

    /// Why readings are none, if they are although somebody has opened it.
    #[must_use]
    pub fn fault(&self) -> Option<Fault> {
        self.state().fault().cloned()
    }

    /// How many persons a counter has seen from a day on; none if nobody knows.
    #[must_use]
    pub fn count(&self, counter: Tag, first: i32) -> Option<u64> {
        self.state().seen(counter, first)
    }

    /// What the counters come to with the persons of a request: for each question the number, or none if nobody knows.
    #[must_use]
    pub fn ask(self: &Arc<Census>, questions: Vec<Question>) -> Asked {
        let counts = self.state().ask(&questions);
        Asked { census: Arc::clone(self), questions, counts }
    }

    /// Writes what is new of some persons, then counts them. Whoever has the file writes for all who wait for it, so that one sync does
    /// for many.
    fn keep(&self, picked: &[Question], day: i32) -> Result<(), Fault> {
        if self.state().queue(picked, day)?.is_empty() {
            return Ok(());
        }
        let mut store = self.store();
        let batch = self.state().batch(picked, day)?;
        if batch.is_empty() {
            return Ok(());
        }
        let written = store.as_mut().ok_or(Fault::Taken).and_then(|store| store.append(&batch));
        let mut state = self.state();
        match written {
            Ok(()) => state.kept(batch),
            Err(fault) => state.failed(fault),
        }
        state.fault().cloned().map_or(Ok(()), Err)
    }

    /// A thread that panicked here was between two whole changes: there is no other place for one.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn store(&self) -> MutexGuard<'_, Option<Store>> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Asked {
    /// By question: the count, or none if nobody knows.
    #[must_use]
    pub fn counts(&self) -> &[Option<u64>] {
        &self.counts
    }

    /// Keeps persons, by number of the question, as seen on a day: their data leaves now. It is on disk when this returns, for which it
    /// waits. Persons of whom nothing was asked are kept too.
    ///
    /// # Errors
    /// It could not be written: then nothing may leave, and readings are none from now on.
    pub fn keep(&self, day: i32, leaving: &[Vec<Person>]) -> Result<(), Fault> {
        let of = |(asked, persons): (&Question, &Vec<Person>)| Question {
            persons: persons.clone(),
            ..*asked
        };
        let picked: Vec<Question> = self.questions.iter().zip(leaving).map(of).collect();
        if picked.iter().all(|asked| asked.persons.is_empty()) {
            return Ok(());
        }
        self.census.keep(&picked, day)
    }
}

impl Drop for Asked {
    fn drop(&mut self) {
        self.census.state().release(&self.questions);
    }
}

#[cfg(test)]
mod tests;
