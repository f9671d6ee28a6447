//! What the threads of one journal share: the queue, the state of health, the counters.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use crate::error::AppendError;
use crate::hash::Hash;
use crate::metrics::Metrics;
use crate::pending::{Pending, Reply, pair};
use crate::queue::{Queue, RETRY, Request};
use crate::tile::MAX_ENTRY;

/// Limits of a journal, in bytes.
#[derive(Clone, Copy)]
pub(crate) struct Quota {
    /// On disk, over all epochs.
    pub(crate) max: u64,
    /// The part of it that only closing records may use.
    pub(crate) reserve: u64,
    /// In memory, of entries that are durable and not yet in tiles.
    pub(crate) backlog: u64,
}

pub(crate) struct Shared {
    pub(crate) queue: Queue,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) quota: Quota,
    poisoned: AtomicBool,
    stalled: AtomicBool,
    late: AtomicBool,
    /// The last write failed.
    unwritable: AtomicBool,
    /// When it did.
    failed: Mutex<Option<Instant>>,
}

impl Shared {
    pub(crate) fn new(queue: Queue, metrics: Arc<Metrics>, quota: Quota) -> Self {
        let [poisoned, stalled, late, unwritable] = [const { AtomicBool::new(false) }; 4];
        Self {
            queue,
            metrics,
            quota,
            poisoned,
            stalled,
            late,
            unwritable,
            failed: Mutex::default(),
        }
    }

    /// Puts an entry in the queue and wakes the writer. `closing` opens the reserve.
    pub(crate) fn append(&self, entry: Vec<u8>, closing: bool) -> Result<Pending, AppendError> {
        let (reply, pending) = pair();
        self.put(entry, Some(reply), closing).map(|()| pending)
    }

    /// Puts an entry in the queue, to be written soon. `closing` opens the reserve.
    pub(crate) fn enqueue(&self, entry: Vec<u8>, closing: bool) -> Result<(), AppendError> {
        self.put(entry, None, closing)
    }

    fn put(&self, entry: Vec<u8>, reply: Option<Reply>, closing: bool) -> Result<(), AppendError> {
        // Who waits learns whether it was written now; what nobody waits for must not begin while nothing is.
        let begins_unwatched = reply.is_none() && !closing;
        let queued = self.admit(entry.len(), closing).and_then(|room| {
            if begins_unwatched && self.just_failed() {
                return Err(AppendError::Unwritable);
            }
            let leaf = Hash::of_leaf(&entry);
            self.queue.push(Request { entry, leaf, reply }, room)
        });
        if queued.is_err() {
            Metrics::add(&self.metrics.failed, 1);
        }
        queued
    }

    /// The space on disk that is left for what waits and this entry.
    fn admit(&self, length: usize, closing: bool) -> Result<u64, AppendError> {
        if length == 0 {
            return Err(AppendError::Empty);
        }
        if length > MAX_ENTRY {
            return Err(AppendError::TooLarge);
        }
        if let Some(error) = self.refused(closing) {
            return Err(error);
        }
        let limit = if closing { self.quota.max } else { self.quota.max - self.quota.reserve };
        Ok(limit.saturating_sub(self.metrics.used_bytes.load(Ordering::Relaxed)))
    }

    /// Why nothing new is taken now, if so.
    pub(crate) fn refusal(&self) -> Option<AppendError> {
        let unwritable =
            || self.unwritable.load(Ordering::Acquire).then_some(AppendError::Unwritable);
        self.refused(false).or_else(unwritable)
    }

    /// What has begun is told to its end for longer than new entries are taken.
    fn refused(&self, closing: bool) -> Option<AppendError> {
        let bound = self.quota.backlog.saturating_mul(if closing { 2 } else { 1 });
        if let Some(error) = self.unhealthy().filter(|e| !closing || *e == AppendError::Poisoned) {
            // While the disk is full, ends of what had begun wait in the queue.
            Some(error)
        } else if !closing && self.late.load(Ordering::SeqCst) {
            Some(AppendError::Late)
        } else if self.metrics.backlog_bytes.load(Ordering::Relaxed) > bound {
            Some(AppendError::Backlog)
        } else {
            None
        }
    }

    /// Why not even what was taken can be written, if so.
    pub(crate) fn unhealthy(&self) -> Option<AppendError> {
        if self.is_poisoned() {
            Some(AppendError::Poisoned)
        } else if self.stalled.load(Ordering::Acquire) {
            Some(AppendError::Stalled)
        } else {
            None
        }
    }

    /// The answer to an entry that was waited for as long as it may take: refuses everything until the writer answers again.
    pub(crate) fn given_up(&self, pending: &Pending) -> Result<(), AppendError> {
        self.late.store(true, Ordering::SeqCst);
        let Some(answer) = pending.now() else {
            Metrics::add(&self.metrics.late, 1);
            log::error!(
                "the disk of the journal did not answer in time; nothing new is recorded until it does"
            );
            return Err(AppendError::Late);
        };
        // The writer was faster, and may have looked before the mark was set.
        self.on_time();
        answer.map(drop)
    }

    /// The writer has answered everybody whom it kept waiting.
    pub(crate) fn on_time(&self) {
        self.late.store(false, Ordering::SeqCst);
    }

    /// A write failed and left nothing behind.
    pub(crate) fn undone(&self, error: &io::Error) -> AppendError {
        log::error!("the journal cannot be written: {error}");
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => AppendError::DiskFull,
            _ => AppendError::Unwritable,
        }
    }

    /// A batch was written.
    pub(crate) fn written(&self) {
        self.unwritable.store(false, Ordering::Release);
    }

    /// A batch could not be written.
    pub(crate) fn unwritten(&self) {
        *self.failed.lock().unwrap_or_else(PoisonError::into_inner) = Some(crate::clock::now());
        self.unwritable.store(true, Ordering::Release);
    }

    /// Whether writing failed and it is too early to try again.
    fn just_failed(&self) -> bool {
        let failed = || *self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        self.unwritable.load(Ordering::Acquire) && failed().is_some_and(|at| at.elapsed() < RETRY)
    }

    /// Ends the journal: what is on disk is not known any more, and asking again would not tell.
    pub(crate) fn poison(&self, doing: &str, error: &io::Error) {
        log::error!("the journal is poisoned, {doing} failed: {error}");
        self.metrics.poisoned.store(1, Ordering::Relaxed);
        self.poisoned.store(true, Ordering::Release);
    }

    /// Tiles cannot be written, or can again.
    pub(crate) fn stall(&self, stalled: bool) {
        self.stalled.store(stalled, Ordering::Release);
    }

    pub(crate) fn is_poisoned(&self) -> bool {
        self.poisoned.load(Ordering::Acquire)
    }

    pub(crate) fn count_queue(&self) {
        let (depth, bytes) = self.queue.depth();
        self.metrics.queue_depth.store(depth as u64, Ordering::Relaxed);
        self.metrics.queue_bytes.store(bytes as u64, Ordering::Relaxed);
    }
}

/// Held by a thread of the journal: if it panics, the journal ends, and nobody waits for it any more.
pub(crate) struct Alive {
    shared: Arc<Shared>,
    doing: &'static str,
}

impl Alive {
    pub(crate) fn new(shared: &Arc<Shared>, doing: &'static str) -> Self {
        Self { shared: Arc::clone(shared), doing }
    }
}

impl Drop for Alive {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            return;
        }
        self.shared.poison(self.doing, &io::Error::other("the thread panicked"));
        let waiting = self.shared.queue.abandon();
        Metrics::add(&self.shared.metrics.failed, waiting.len() as u64);
        waiting.into_iter().for_each(|request| request.answer(AppendError::Poisoned));
    }
}
