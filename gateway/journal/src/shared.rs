//! What the threads of one journal share: the queue, the state of health, the counters.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::AppendError;
use crate::hash::Hash;
use crate::metrics::Metrics;
use crate::pending::{Pending, pair};
use crate::queue::{Queue, Request};
use crate::tile::MAX_ENTRY;

/// Limits of a journal on disk, in bytes over all its epochs.
#[derive(Clone, Copy)]
pub(crate) struct Quota {
    pub(crate) max: u64,
    /// The part of it that only closing records may use.
    pub(crate) reserve: u64,
}

pub(crate) struct Shared {
    pub(crate) queue: Queue,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) quota: Quota,
    poisoned: AtomicBool,
    stalled: AtomicBool,
}

impl Shared {
    pub(crate) fn new(queue: Queue, metrics: Arc<Metrics>, quota: Quota) -> Self {
        let (poisoned, stalled) = (AtomicBool::new(false), AtomicBool::new(false));
        Self { queue, metrics, quota, poisoned, stalled }
    }

    /// Puts an entry in the queue. `closing` opens the reserve.
    pub(crate) fn append(
        &self,
        entry: Vec<u8>,
        durable: bool,
        closing: bool,
    ) -> Result<Pending, AppendError> {
        let queued = self.admit(entry.len(), closing).and_then(|()| {
            let (reply, pending) = pair();
            let leaf = Hash::of_leaf(&entry);
            self.queue.push(Request { entry, leaf, durable, reply })?;
            Ok(pending)
        });
        if queued.is_err() {
            Metrics::add(&self.metrics.failed, 1);
        }
        queued
    }

    fn admit(&self, length: usize, closing: bool) -> Result<(), AppendError> {
        if length == 0 {
            return Err(AppendError::Empty);
        }
        if length > MAX_ENTRY {
            return Err(AppendError::TooLarge);
        }
        if let Some(error) = self.refusal() {
            return Err(error);
        }
        // An entry lies in the hot log and in a bundle, and twice in partial bundles on the way.
        let needed = (self.queue.depth().1 + length) as u64 * 2;
        let limit = if closing { self.quota.max } else { self.quota.max - self.quota.reserve };
        let used = self.metrics.used_bytes.load(Ordering::Relaxed);
        if used.saturating_add(needed) > limit { Err(AppendError::OverQuota) } else { Ok(()) }
    }

    /// Why nothing can be written now, if so.
    pub(crate) fn refusal(&self) -> Option<AppendError> {
        if self.poisoned.load(Ordering::Acquire) {
            Some(AppendError::Poisoned)
        } else if self.stalled.load(Ordering::Acquire) {
            Some(AppendError::Stalled)
        } else {
            None
        }
    }

    /// A write failed and left nothing behind.
    pub(crate) fn undone(&self, error: &io::Error) -> AppendError {
        log::error!("the journal cannot be written: {error}");
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => AppendError::DiskFull,
            _ => AppendError::Unwritable,
        }
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
