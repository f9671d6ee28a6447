//! The one thread that writes: takes what waits, writes it as one batch, syncs once, answers all.
//!
//! While a sync runs, the next batch gathers: that is group commit. The thread waits for nothing but the disk.
//! INVARIANT: every batch is synced before the next is written, and after a failed sync there is neither.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::Sender;

use crate::crash::crash_point;
use crate::error::AppendError;
use crate::hash::Hash;
use crate::metrics::Metrics;
use crate::pending::Appended;
use crate::queue::Request;
use crate::shared::{Alive, Shared};
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
    pub(crate) sealer: Sender<Durable>,
    pub(crate) epoch: u64,
}

impl Writer {
    /// Runs until the queue is closed and empty.
    pub(crate) fn run(mut self) {
        let _alive = Alive::new(&self.shared, "writing");
        while let Some(batch) = self.shared.queue.take() {
            self.shared.count_queue();
            self.write(batch);
            self.shared.on_time();
        }
    }

    fn write(&mut self, batch: Vec<Request>) {
        match self.shared.unhealthy() {
            None => {}
            Some(AppendError::Poisoned) => return self.fail(batch, AppendError::Poisoned),
            Some(error) => return self.postpone(batch, error),
        }
        let first = self.tail.next();
        match self.write_batch(&batch) {
            Ok(written) => Metrics::add(&self.shared.metrics.used_bytes, written),
            Err(WriteError::Undone(error)) => {
                let answer = self.shared.undone(&error);
                return self.postpone(batch, answer);
            }
            Err(WriteError::Lost(error)) => {
                self.shared.poison("writing the hot log", &error);
                return self.fail(batch, AppendError::Poisoned);
            }
        }
        if let Err(error) = self.sync() {
            self.shared.poison("syncing the hot log", &error);
            return self.fail(batch, AppendError::Poisoned);
        }
        self.shared.written();
        let entries = self.answer(first, batch);
        crash_point("journal.ack.after");
        let bytes: usize = entries.iter().map(|(_, entry)| entry.len()).sum();
        Metrics::add(&self.shared.metrics.backlog_bytes, bytes as u64);
        self.tell(Durable::Entries(entries));
    }

    fn write_batch(&mut self, batch: &[Request]) -> Result<u64, WriteError> {
        if let Some(segment) = self.tail.turn_over() {
            self.tell(Durable::Segment(segment));
        }
        self.tail.write(batch.iter().map(|request| (&request.leaf, request.entry.as_slice())))
    }

    fn sync(&mut self) -> std::io::Result<()> {
        let began = crate::clock::now();
        let synced = self.tail.sync();
        self.shared.metrics.synced(began.elapsed());
        synced?;
        self.shared.metrics.durable_size.store(self.tail.synced(), Ordering::Relaxed);
        Ok(())
    }

    /// Tells those who wait, and gives what is for the sealer.
    fn answer(&self, first: u64, batch: Vec<Request>) -> Vec<(Hash, Vec<u8>)> {
        let metrics = &self.shared.metrics;
        Metrics::add(&metrics.batches, 1);
        Metrics::add(&metrics.appends, batch.len() as u64);
        let mut entries = Vec::with_capacity(batch.len());
        for (index, request) in (first..).zip(batch) {
            Metrics::add(&metrics.bytes, request.entry.len() as u64);
            if let Some(reply) = request.reply {
                reply.send(Ok(Appended { epoch: self.epoch, index, leaf: request.leaf }));
            }
            entries.push((request.leaf, request.entry));
        }
        entries
    }

    /// The sealer ends only after the writer, or by a panic, which has poisoned the journal.
    fn tell(&self, what: Durable) {
        // Whether anybody hears it shows in the next answer.
        let _ = self.sealer.send(what);
    }

    /// Nothing was written: who waits is told so; what nobody waits for says what has already happened, and is kept.
    fn postpone(&self, batch: Vec<Request>, error: AppendError) {
        let (waited, kept): (Vec<_>, Vec<_>) =
            batch.into_iter().partition(|request| request.reply.is_some());
        self.shared.unwritten();
        self.fail(waited, error);
        if kept.is_empty() {
            return;
        }
        let late = self.shared.queue.restore(kept);
        self.fail(late, error);
    }

    fn fail(&self, batch: Vec<Request>, error: AppendError) {
        Metrics::add(&self.shared.metrics.failed, batch.len() as u64);
        batch.into_iter().for_each(|request| request.answer(error));
    }
}
