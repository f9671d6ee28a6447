//! What is in memory: who was counted, how the file stands, what waits to be written.

use crate::Question;
use crate::entry::{Entry, Tag};
use crate::file::Fault;
use crate::roll::Roll;

/// How the file stands.
#[derive(Debug, Default)]
enum Standing {
    /// Nobody has opened it.
    #[default]
    Closed,
    Open,
    /// It could not be read or written.
    Failed(Fault),
}

#[derive(Debug, Default)]
pub(crate) struct State {
    standing: Standing,
    roll: Roll,
    /// Of requests that wait for whoever has the file.
    queue: Vec<Entry>,
}

impl State {
    /// Whether to try to open it: another process that had it may have ended.
    pub(crate) fn is_closed(&self) -> bool {
        matches!(self.standing, Standing::Closed | Standing::Failed(Fault::Taken))
    }

    pub(crate) fn fault(&self) -> Option<&Fault> {
        match &self.standing {
            Standing::Failed(fault) => Some(fault),
            Standing::Closed | Standing::Open => None,
        }
    }

    /// The file was read.
    pub(crate) fn opened(&mut self, entries: Vec<Entry>) {
        self.roll.replace(entries);
        self.standing = Standing::Open;
    }

    pub(crate) fn failed(&mut self, fault: Fault) {
        self.queue.clear();
        self.standing = Standing::Failed(fault);
    }

    pub(crate) fn seen(&self, counter: Tag, first: i32) -> Option<u64> {
        let nobody = Question { counter, first, persons: Vec::new() };
        self.is_open().then(|| self.roll.seen(&nobody)).flatten()
    }

    /// The counts; the persons count for others from now on, also while nobody knows, since that may end before the request does.
    pub(crate) fn ask(&mut self, questions: &[Question]) -> Vec<Option<u64>> {
        let is_open = self.is_open();
        let count = |asked| if is_open { self.roll.count(asked) } else { None };
        let counts = questions.iter().map(count).collect();
        questions.iter().for_each(|asked| self.roll.expect(asked));
        counts
    }

    pub(crate) fn release(&mut self, questions: &[Question]) {
        questions.iter().for_each(|asked| self.roll.release(asked));
    }

    /// Has what is new of some persons written by whoever writes next.
    ///
    /// # Errors
    /// Nothing can be written.
    pub(crate) fn queue(&mut self, picked: &[Question], day: i32) -> Result<Vec<Entry>, Fault> {
        let new = self.new_entries(picked, day)?;
        self.queue.extend(&new);
        Ok(new)
    }

    /// What is to be written now so that these persons are kept, with all that waits; nothing if somebody has written it meanwhile.
    ///
    /// # Errors
    /// Nothing can be written.
    pub(crate) fn batch(&mut self, picked: &[Question], day: i32) -> Result<Vec<Entry>, Fault> {
        let new = self.new_entries(picked, day)?;
        if new.is_empty() {
            return Ok(new);
        }
        let mut batch = std::mem::take(&mut self.queue);
        batch.extend(new);
        batch.sort_unstable();
        batch.dedup();
        Ok(batch)
    }

    /// These are on disk.
    pub(crate) fn kept(&mut self, batch: Vec<Entry>) {
        batch.into_iter().for_each(|entry| self.roll.add(entry));
    }

    fn new_entries(&self, picked: &[Question], day: i32) -> Result<Vec<Entry>, Fault> {
        match &self.standing {
            Standing::Open => Ok(self.roll.new_entries(picked, day)),
            Standing::Closed => Err(Fault::Taken),
            Standing::Failed(fault) => Err(fault.clone()),
        }
    }

    fn is_open(&self) -> bool {
        matches!(self.standing, Standing::Open)
    }
}
