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
//! - What was kept is counted after a crash; of what was being written at that moment, which no byte has followed, whole entries are.
//! - Once writing has failed nothing more is written, and readings are none, until the node starts anew.

mod entry;
mod file;
mod roll;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub use entry::{Person, Tag};
pub use file::Fault;

use file::Store;
use roll::Roll;

/// Most persons of all counters together. Beyond it readings are none.
pub const MOST: usize = 16 << 20;

/// What a node has counted, in one folder. Shared by all requests.
#[derive(Debug)]
pub struct Census {
    folder: PathBuf,
    state: Mutex<State>,
}

#[derive(Debug)]
enum State {
    /// Another process has the file, as it is while one node takes over from another.
    Waiting,
    Open(Box<Open>),
    /// It stays so until the node starts anew.
    Failed(Fault),
}

#[derive(Debug)]
struct Open {
    store: Store,
    roll: Roll,
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
    /// Whether its persons are on the roll as expected ones.
    expected: bool,
}

impl Census {
    /// What is counted in a folder; it is made if it is not there. `oldest`: entries of earlier days are forgotten.
    #[must_use]
    pub fn open(folder: &Path, oldest: i32) -> Arc<Census> {
        let state = Mutex::new(State::open(folder, oldest));
        Arc::new(Census { folder: folder.to_owned(), state })
    }

    /// Why readings are none, if they are.
    #[must_use]
    pub fn fault(&self) -> Option<Fault> {
        match &*self.state() {
            State::Open(_) => None,
            State::Waiting => Some(Fault::Taken),
            State::Failed(fault) => Some(fault.clone()),
        }
    }

    /// What the counters come to with the persons of a request: for each question the number, or none if nobody knows. `oldest` is as in
    /// [`Census::open`], for a file that could not be had until now.
    #[must_use]
    pub fn ask(self: &Arc<Census>, questions: Vec<Question>, oldest: i32) -> Asked {
        let mut state = self.state();
        if matches!(*state, State::Waiting) {
            *state = State::open(&self.folder, oldest);
        }
        let (counts, expected) = match &mut *state {
            State::Open(open) => {
                let counts = questions.iter().map(|asked| open.roll.count(asked)).collect();
                questions.iter().for_each(|asked| open.roll.expect(asked));
                (counts, true)
            }
            _ => (vec![None; questions.len()], false),
        };
        Asked { census: Arc::clone(self), questions, counts, expected }
    }

    /// A thread that panicked here was between two whole changes: there is no other place for one.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn open(folder: &Path, oldest: i32) -> State {
        match Store::open(folder, oldest) {
            Ok((store, entries)) => State::Open(Box::new(Open { store, roll: Roll::of(entries) })),
            Err(Fault::Taken) => State::Waiting,
            Err(fault) => State::Failed(fault),
        }
    }

    /// Writes what is new of some persons, then counts them.
    fn keep(&mut self, questions: &[Question], day: i32) -> Result<(), Fault> {
        let open = match self {
            State::Open(open) => open,
            State::Waiting => return Err(Fault::Taken),
            State::Failed(fault) => return Err(fault.clone()),
        };
        let new = open.roll.new_entries(questions, day);
        if let Err(fault) = open.store.append(&new) {
            *self = State::Failed(fault.clone());
            return Err(fault);
        }
        new.into_iter().for_each(|entry| open.roll.add(entry));
        Ok(())
    }
}

impl Asked {
    /// By question: the count, or none if nobody knows.
    #[must_use]
    pub fn counts(&self) -> &[Option<u64>] {
        &self.counts
    }

    /// Keeps those of its persons that `leaves` picks, by number of the question: their data leaves now. It is on disk when this returns.
    ///
    /// # Errors
    /// It could not be written: then nothing may leave, and readings are none from now on.
    pub fn keep(&self, day: i32, leaves: impl Fn(usize, &Person) -> bool) -> Result<(), Fault> {
        let picked = self.questions.iter().enumerate().map(|(at, asked)| {
            let persons = asked.persons.iter().filter(|person| leaves(at, person));
            Question { persons: persons.copied().collect(), ..asked.clone() }
        });
        let picked: Vec<Question> = picked.collect();
        if picked.iter().all(|asked| asked.persons.is_empty()) {
            return Ok(());
        }
        self.census.state().keep(&picked, day)
    }
}

impl Drop for Asked {
    fn drop(&mut self) {
        if let State::Open(open) = &mut *self.census.state()
            && self.expected
        {
            self.questions.iter().for_each(|asked| open.roll.release(asked));
        }
    }
}

#[cfg(test)]
mod tests;
