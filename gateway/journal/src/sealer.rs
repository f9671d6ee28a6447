//! The thread that seals: takes durable entries from the writer, writes tiles, signs checkpoints at intervals.
//!
//! It also closes earlier epochs once their writers have gone.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use crate::disk::SharedDisk;
use crate::epoch::{self, Event, LOCK, Named};
use crate::error::OpenError;
use crate::metrics::Metrics;
use crate::note::{PublicKey, SigningKey};
use crate::pending::Pending;
use crate::recovery::Site;
use crate::seal::{Identity, Seal, SealError};
use crate::shared::{Alive, Shared};
use crate::writer::Durable;

/// What the thread owns.
pub(crate) struct Sealer {
    pub(crate) shared: Arc<Shared>,
    pub(crate) seal: Seal,
    pub(crate) entries: Receiver<Durable>,
    pub(crate) interval: Duration,
    pub(crate) closer: Closer,
}

impl Sealer {
    /// Runs until the writer has ended, then signs what is left.
    pub(crate) fn run(mut self) {
        let _alive = Alive::new(&self.shared, "sealing");
        let mut due = crate::clock::now() + self.interval;
        loop {
            match self.entries.recv_timeout(due.saturating_duration_since(crate::clock::now())) {
                Ok(Durable::Entries(entries)) => {
                    let bytes: usize = entries.iter().map(|(_, entry)| entry.len()).sum();
                    entries.iter().for_each(|(leaf, entry)| self.seal.push(*leaf, entry));
                    Metrics::take(&self.shared.metrics.backlog_bytes, bytes as u64);
                    self.attempt(Seal::write_tiles);
                }
                Ok(Durable::Segment(segment)) => self.seal.add_segment(segment),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            let grown = self.seal.size() - self.seal.signed();
            if crate::clock::now() >= due || grown >= MAX_UNSIGNED {
                self.attempt(Seal::publish);
                self.closer.step(&self.shared);
                due = crate::clock::now() + self.interval;
            }
        }
        self.attempt(Seal::publish);
    }

    fn attempt(&mut self, step: fn(&mut Seal) -> Result<(), SealError>) {
        if self.shared.is_poisoned() {
            return;
        }
        match step(&mut self.seal) {
            Ok(()) => self.shared.stall(false),
            Err(SealError::Retry(error)) => {
                log::error!(
                    "tiles cannot be written, nothing new is recorded until they can: {error}"
                );
                Metrics::add(&self.shared.metrics.seal_failures, 1);
                self.shared.stall(true);
            }
            Err(SealError::Lost(error)) => {
                Metrics::add(&self.shared.metrics.seal_failures, 1);
                self.shared.poison("sealing", &error);
            }
        }
    }
}

/// Closes earlier epochs: recovers what their writers left, signs it, and has it named in an entry of ours.
pub(crate) struct Closer {
    pub(crate) disk: SharedDisk,
    pub(crate) dir: PathBuf,
    pub(crate) origin: String,
    pub(crate) key: SigningKey,
    pub(crate) keys: Vec<PublicKey>,
    pub(crate) segment_bytes: u64,
    pub(crate) unclosed: Vec<u64>,
    /// The entry under way and the epoch it closes.
    pub(crate) naming: Option<(u64, Pending)>,
}

impl Closer {
    /// One attempt at one epoch. Does not wait for the writer: sealing goes on meanwhile.
    fn step(&mut self, shared: &Shared) {
        if let Some((epoch, pending)) = self.naming.take() {
            match pending.now() {
                None => self.naming = Some((epoch, pending)),
                Some(Ok(_)) => self.mark(epoch),
                Some(Err(_)) => self.unclosed.push(epoch),
            }
            return;
        }
        for position in 0..self.unclosed.len() {
            match self.finish(self.unclosed[position], &shared.metrics) {
                Ok(None) => {}
                Ok(Some(named)) => {
                    let epoch = self.unclosed.swap_remove(position);
                    let entry = Event::EpochClosed(named).to_entry();
                    match shared.append(entry, true) {
                        Ok(pending) => self.naming = Some((epoch, pending)),
                        Err(_) => self.unclosed.push(epoch),
                    }
                    return;
                }
                Err(error) => {
                    // Not ours to mend: the auditor finds it, and the journal and its readers go on.
                    log::error!("an earlier epoch cannot be closed: {error}");
                    let epoch = self.unclosed.swap_remove(position);
                    if !matches!(error, OpenError::Io { .. }) {
                        self.mark(epoch);
                    }
                    return;
                }
            }
        }
    }

    /// The final checkpoint of an epoch; `None` while its writer lives.
    fn finish(&self, epoch: u64, journal: &Metrics) -> Result<Option<Named>, OpenError> {
        let dir = self.dir.join(epoch::name(epoch));
        let path = dir.join(LOCK);
        let Some(_lock) = self.disk.lock(&path).map_err(OpenError::io(&path))? else {
            return Ok(None);
        };
        let site = Site { disk: Arc::clone(&self.disk), dir: dir.clone(), epoch };
        let found = site.find(&self.keys)?;
        // Signed to its end or not, its tiles were never synced: a power cut may have taken any of them.
        let sealed = found.is_sealed();
        // What has a name keeps it, also if this node has been given another since.
        let ours = || format!("{}/{}", self.origin, epoch::name(epoch));
        let origin = found.checkpoint.as_ref().map_or_else(ours, |signed| signed.origin.clone());
        let identity = Identity { dir, origin, key: self.key.clone() };
        let metrics = Arc::new(Metrics::default());
        let (_tail, mut seal, _) = found.open(&site, identity, self.segment_bytes, &metrics)?;
        let written = if sealed { seal.write_partials() } else { seal.publish() };
        let failed = |error| OpenError::Io { path: path.clone(), error };
        written.map_err(|error| match error {
            SealError::Retry(error) | SealError::Lost(error) => failed(error),
        })?;
        Metrics::add(&journal.used_bytes, metrics.used_bytes.load(Ordering::Relaxed));
        // Once it is named as closed nobody mends it again.
        self.disk.sync_all().map_err(failed)?;
        let checkpoint = site.checkpoint(&self.keys)?.map(|(_, note)| note);
        Ok(checkpoint.map(|checkpoint| Named { epoch, checkpoint }))
    }

    fn mark(&self, epoch: u64) {
        let path = epoch::closed_marker(&self.dir, epoch);
        if let Err(error) = self.disk.write(&path, &[], false) {
            log::warn!("{}: {error}; the epoch is closed again at the next start", path.display());
        }
    }
}

/// Entries after which a checkpoint is signed even before the interval is over.
const MAX_UNSIGNED: u64 = 16_384;
