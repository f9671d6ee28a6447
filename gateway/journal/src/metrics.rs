//! Counters of a journal, to be read by whatever exports them. All relaxed: each is exact, together they are not one moment.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// What a journal has done since it was opened, and how it is now.
#[derive(Debug, Default)]
pub struct Metrics {
    /// Entries recorded.
    pub appends: AtomicU64,
    /// Bytes of the entries recorded.
    pub bytes: AtomicU64,
    /// Entries refused or lost to an error, whatever the error.
    pub failed: AtomicU64,
    /// Batches written to the hot log.
    pub batches: AtomicU64,
    /// Calls of fdatasync on the hot log.
    pub syncs: AtomicU64,
    /// Time spent in them, in nanoseconds.
    pub sync_nanos: AtomicU64,
    /// The longest of them, in nanoseconds.
    pub sync_nanos_max: AtomicU64,
    /// Entries that wait to be written, now.
    pub queue_depth: AtomicU64,
    /// Their bytes.
    pub queue_bytes: AtomicU64,
    /// Entries in the current epoch that are durable.
    pub durable_size: AtomicU64,
    /// Entries in the current epoch that a checkpoint covers.
    pub signed_size: AtomicU64,
    /// Checkpoints published.
    pub checkpoints: AtomicU64,
    /// Bytes of entries that are durable and wait to be put into tiles, now.
    pub backlog_bytes: AtomicU64,
    /// Entries whose caller was refused because the disk did not answer in time.
    pub late: AtomicU64,
    /// Failed attempts to write tiles or a checkpoint.
    pub seal_failures: AtomicU64,
    /// Bytes that the journal takes on disk, all epochs.
    pub used_bytes: AtomicU64,
    /// 1 when a failed sync has ended the journal.
    pub poisoned: AtomicU64,
}

impl Metrics {
    pub(crate) fn synced(&self, took: Duration) {
        let nanos = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
        self.syncs.fetch_add(1, Ordering::Relaxed);
        self.sync_nanos.fetch_add(nanos, Ordering::Relaxed);
        self.sync_nanos_max.fetch_max(nanos, Ordering::Relaxed);
    }

    pub(crate) fn add(counter: &AtomicU64, n: u64) {
        counter.fetch_add(n, Ordering::Relaxed);
    }

    /// Saturates, because sizes on disk are accounted, not measured.
    pub(crate) fn take(counter: &AtomicU64, n: u64) {
        let less = |value: u64| Some(value.saturating_sub(n));
        // `fetch_update` fails only if the function gives `None`, which it never does.
        let _ = counter.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less);
    }
}
