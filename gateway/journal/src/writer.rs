//! The one thread that writes: takes what waits, writes it as one batch, syncs once, answers all.
//!
//! While a sync runs, the next batch gathers; that alone is group commit, and a configured delay only adds to it.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::SyncSender;
use std::time::{Duration, Instant};

use crate::crash::crash_point;
use crate::error::AppendError;
use crate::hash::Hash;
use crate::metrics::Metrics;
use crate::pending::Appended;
use crate::queue::{Request, Taken};
use crate::shared::Shared;
use crate::tail::{Segment, Tail, WriteError};

/// What the writer tells the sealer.
pub(crate) enum Durable {
    /// Entries that are on disk, in order.
    Entries(Vec<(Hash, Vec<u8>)>),
    /// A segment that is full.
    Segment(Segment),
}

/// What the thread owns.
pub(crate) struct Writer {
    pub(crate) shared: Arc<Shared>,
    pub(crate) tail: Tail,
    pub(crate) sealer: SyncSender<Durable>,
    pub(crate) epoch: u64,
    pub(crate) group_delay: Duration,
    pub(crate) async_delay: Duration,
    /// Written, not yet synced; the sealer may not have them before they are.
    pub(crate) unsynced: Vec<(Hash, Vec<u8>)>,
    /// When they must be synced.
    pub(crate) sync_due: Option<Instant>,
}

impl Writer {
    /// Runs until the queue is closed and empty, then syncs what is left.
    pub(crate) fn run(mut self) {
        loop {
            let taken = self.shared.queue.take(self.sync_due, self.group_delay);
            self.shared.count_queue();
            match taken {
                Taken::Batch(batch) => self.write(batch),
                Taken::Idle => self.sync(Vec::new()),
                Taken::Closed => break,
            }
        }
        if !self.unsynced.is_empty() {
            self.sync(Vec::new());
        }
    }

    fn write(&mut self, batch: Vec<Request>) {
        if let Some(error) = self.shared.refusal() {
            return self.fail(batch, error);
        }
        let first = self.tail.next();
        match self.write_batch(&batch) {
            Ok(written) => Metrics::add(&self.shared.metrics.used_bytes, written),
            Err(WriteError::Undone(error)) => {
                let answer = self.shared.undone(&error);
                return self.fail(batch, answer);
            }
            Err(WriteError::Lost(error)) => {
                self.shared.poison("writing the hot log", &error);
                return self.fail(batch, AppendError::Poisoned);
            }
        }
        Metrics::add(&self.shared.metrics.batches, 1);
        let mut durable = Vec::new();
        for (index, request) in (first..).zip(batch) {
            Metrics::add(&self.shared.metrics.appends, 1);
            Metrics::add(&self.shared.metrics.bytes, request.entry.len() as u64);
            let appended = Appended { epoch: self.epoch, index, leaf: request.leaf };
            if request.durable {
                durable.push((request.reply, appended));
            } else {
                request.reply.send(Ok(appended));
            }
            self.unsynced.push((request.leaf, request.entry));
        }
        let now = crate::clock::now();
        let due = *self.sync_due.get_or_insert(now + self.async_delay);
        if !durable.is_empty() || due <= now {
            self.sync(durable);
        }
    }

    fn write_batch(&mut self, batch: &[Request]) -> Result<u64, WriteError> {
        let synced = self.tail.synced();
        if let Some(segment) = self.tail.turn_over()? {
            if synced < self.tail.synced() {
                self.hand_over();
            }
            self.tell(Durable::Segment(segment));
        }
        self.tail.write(batch.iter().map(|request| (&request.leaf, request.entry.as_slice())))
    }

    fn sync(&mut self, durable: Vec<(crate::pending::Reply, Appended)>) {
        let began = crate::clock::now();
        let synced = self.tail.sync();
        self.shared.metrics.synced(began.elapsed());
        self.sync_due = None;
        if let Err(error) = synced {
            self.shared.poison("syncing the hot log", &error);
            Metrics::add(&self.shared.metrics.failed, durable.len() as u64);
            durable.into_iter().for_each(|(reply, _)| reply.send(Err(AppendError::Poisoned)));
            return;
        }
        self.shared.metrics.durable_size.store(self.tail.synced(), Ordering::Relaxed);
        durable.into_iter().for_each(|(reply, appended)| reply.send(Ok(appended)));
        crash_point("journal.ack.after");
        self.hand_over();
    }

    fn hand_over(&mut self) {
        let entries = std::mem::take(&mut self.unsynced);
        if !entries.is_empty() {
            self.tell(Durable::Entries(entries));
        }
    }

    /// The sealer ends only after the writer, or by a panic; then nothing more can be signed.
    fn tell(&self, what: Durable) {
        if self.sealer.send(what).is_err() {
            let error = std::io::Error::other("the sealing thread has ended");
            self.shared.poison("sealing", &error);
        }
    }

    fn fail(&self, batch: Vec<Request>, error: AppendError) {
        Metrics::add(&self.shared.metrics.failed, batch.len() as u64);
        batch.into_iter().for_each(|request| request.reply.send(Err(error)));
    }
}
