//! Opening, appending, closing: what the gateway uses.

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::channel;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::disk::{Lock, RealDisk, SharedDisk};
use crate::epoch::{self, Event, Held, Named};
use crate::error::{AppendError, OpenError};
use crate::hash::Hash;
use crate::metrics::Metrics;
use crate::note::{PublicKey, SigningKey, is_origin};
use crate::pending::Pending;
use crate::queue::{Bounds, Queue};
use crate::recovery::{Recovery, size_of};
use crate::seal::{Identity, Seal, SealError};
use crate::sealer::{Closer, Sealer};
use crate::shared::{Quota, Shared};
use crate::tail::{Tail, WriteError};
use crate::writer::Writer;

/// How a journal is kept. [`Options::new`] gives the defaults.
#[derive(Clone, Debug)]
pub struct Options {
    /// The name of the journal, best a schema-less URL such as `gw.agency.example/node7`. The epoch is added to it.
    pub origin: String,
    /// The key that signs checkpoints.
    pub key: SigningKey,
    /// Keys that signed earlier epochs.
    pub previous_keys: Vec<PublicKey>,
    /// Bytes that the journal may take on disk, all epochs together. Default 64 GiB.
    pub max_bytes: u64,
    /// The part of it that only [`Journal::append_closing`] may use. Default 64 MiB.
    pub reserve_bytes: u64,
    /// How long an entry of [`Journal::enqueue`] may lie before it is written and synced: what a kill or a power cut can
    /// lose. Default 50 ms.
    pub async_delay: Duration,
    /// How long the ledger waits for an entry to be durable before it refuses. Default 10 s.
    pub append_deadline: Duration,
    /// How often a checkpoint is signed, if there is something new. Default 1 s.
    pub checkpoint_interval: Duration,
    /// Size at which a segment of the hot log is turned over. Default 32 MiB.
    pub segment_bytes: u64,
    /// Entries that may wait for the writer. Default 8192.
    pub queue_entries: usize,
    /// Bytes of entries that may wait. Default 64 MiB.
    pub queue_bytes: usize,
    /// Bytes of entries that may be durable and not yet in tiles; beyond, appends are refused, and
    /// beyond twice as many also closing ones. Default 128 MiB.
    pub backlog_bytes: u64,
}

impl Options {
    /// The defaults for a journal of this origin and key.
    pub fn new(origin: impl Into<String>, key: SigningKey) -> Self {
        Self {
            origin: origin.into(),
            key,
            previous_keys: Vec::new(),
            max_bytes: 64 << 30,
            reserve_bytes: 64 << 20,
            async_delay: Duration::from_millis(50),
            append_deadline: Duration::from_secs(10),
            checkpoint_interval: Duration::from_secs(1),
            segment_bytes: 32 << 20,
            queue_entries: 8192,
            queue_bytes: 64 << 20,
            backlog_bytes: 128 << 20,
        }
    }

    fn check(&self) -> Result<(), OpenError> {
        let wrong = if !is_origin(&self.origin) {
            "the origin must have 1 to 200 bytes without spaces, control characters or `+`"
        } else if self.reserve_bytes >= self.max_bytes {
            "the reserve must be smaller than the size of the journal"
        } else if self.queue_entries == 0 || self.queue_bytes < crate::MAX_ENTRY {
            "the queue must hold one entry of 65535 bytes"
        } else if self.checkpoint_interval.is_zero() {
            "the checkpoint interval must not be zero"
        } else if self.append_deadline.is_zero() {
            "the append deadline must not be zero"
        } else {
            return Ok(());
        };
        Err(OpenError::Option(wrong))
    }
}

/// An open journal. Share it behind an `Arc`; dropping it closes it.
pub struct Journal {
    shared: Arc<Shared>,
    epoch: u64,
    origin: String,
    append_deadline: Duration,
    threads: Vec<JoinHandle<()>>,
    /// Let go after the threads have ended.
    _lock: Box<dyn Lock>,
}

impl Journal {
    /// Opens the journal in a directory, which is made if it is absent: recovers, signs, and starts its two threads.
    ///
    /// # Errors
    /// If an option cannot be used, a file operation fails, or the log is not what its checkpoint says. A torn tail is no error.
    pub fn open(dir: &Path, options: Options) -> Result<(Self, Recovery), OpenError> {
        crate::crash::arm_crash_points();
        let disk: SharedDisk = Arc::new(RealDisk::new(dir).map_err(OpenError::io(dir))?);
        Self::open_on(disk, dir, options)
    }

    pub(crate) fn open_on(
        disk: SharedDisk,
        dir: &Path,
        options: Options,
    ) -> Result<(Self, Recovery), OpenError> {
        options.check()?;
        let ours = options.key.public();
        let keys: Vec<PublicKey> =
            [ours].into_iter().chain(options.previous_keys.iter().copied()).collect();
        let Held { site, lock, previous, unclosed } = epoch::choose(&disk, dir, ours, &keys)?;
        let origin = format!("{}/{}", options.origin, epoch::name(site.epoch));
        let metrics = Arc::new(Metrics::default());
        let identity =
            Identity { dir: site.dir.clone(), origin: origin.clone(), key: options.key.clone() };
        let found = site.find(&keys)?;
        let (mut tail, mut seal, mut recovery) =
            found.open(&site, identity, options.segment_bytes, &metrics)?;
        if seal.size() == 0 {
            recovery.created = true;
            begin(&mut tail, &mut seal, site.epoch, &origin, previous)
                .map_err(OpenError::io(&site.dir))?;
        }
        publish(&mut seal).map_err(OpenError::io(&site.dir))?;
        recovery.size = seal.size();
        let used = size_of(&disk, dir).map_err(OpenError::io(dir))?;
        metrics.used_bytes.store(used, Ordering::Relaxed);
        metrics.durable_size.store(tail.synced(), Ordering::Relaxed);
        let closer = Closer {
            disk,
            dir: dir.to_owned(),
            origin: options.origin.clone(),
            key: options.key.clone(),
            keys,
            segment_bytes: options.segment_bytes,
            unclosed,
            naming: None,
        };
        let epoch = site.epoch;
        let journal = Self::start((tail, seal, closer), (epoch, origin), &options, (metrics, lock))
            .map_err(OpenError::io(dir))?;
        Ok((journal, recovery))
    }

    fn start(
        (tail, seal, closer): (Tail, Seal, Closer),
        (epoch, origin): (u64, String),
        options: &Options,
        (metrics, lock): (Arc<Metrics>, Box<dyn Lock>),
    ) -> std::io::Result<Self> {
        let queue = Queue::new(Bounds {
            entries: options.queue_entries,
            bytes: options.queue_bytes,
            delay: options.async_delay,
        });
        let quota = Quota {
            max: options.max_bytes,
            reserve: options.reserve_bytes,
            backlog: options.backlog_bytes,
        };
        let shared = Arc::new(Shared::new(queue, metrics, quota));
        #[expect(
            clippy::disallowed_methods,
            reason = "`Shared` bounds it; the writer must not wait"
        )]
        let (sender, entries) = channel();
        let writer = Writer { shared: Arc::clone(&shared), tail, sealer: sender, epoch };
        let interval = options.checkpoint_interval;
        let sealer = Sealer { shared: Arc::clone(&shared), seal, entries, interval, closer };
        let threads = vec![
            thread::Builder::new().name("journal-write".into()).spawn(move || writer.run())?,
            thread::Builder::new().name("journal-seal".into()).spawn(move || sealer.run())?,
        ];
        let append_deadline = options.append_deadline;
        Ok(Self { shared, epoch, origin, append_deadline, threads, _lock: lock })
    }

    /// Records an entry: at most 65535 bytes, not empty. Returns at once; the answer comes through [`Pending`] once the
    /// entry is on disk and survives a power cut.
    ///
    /// # Errors
    /// If the entry cannot even be queued. Nothing is retried: the caller refuses what the entry was to permit.
    pub fn append(&self, entry: Vec<u8>) -> Result<Pending, AppendError> {
        self.shared.append(entry, false)
    }

    /// As [`Journal::append`], for an entry that tells the end of something already recorded: it may use the reserve.
    ///
    /// # Errors
    /// As [`Journal::append`].
    pub fn append_closing(&self, entry: Vec<u8>) -> Result<Pending, AppendError> {
        self.shared.append(entry, true)
    }

    /// Queues an entry that nobody waits for. It is written and synced within [`Options::async_delay`], unless the
    /// process is killed before, or writing fails, which the counters and the log tell.
    ///
    /// # Errors
    /// As [`Journal::append`].
    pub fn enqueue(&self, entry: Vec<u8>) -> Result<(), AppendError> {
        self.shared.enqueue(entry, false)
    }

    /// As [`Journal::enqueue`], for an entry that tells the end of something already recorded: it may use the reserve.
    ///
    /// # Errors
    /// As [`Journal::append`].
    pub fn enqueue_closing(&self, entry: Vec<u8>) -> Result<(), AppendError> {
        self.shared.enqueue(entry, true)
    }

    /// Why nothing new is recorded now, if so: for readiness probes. A full queue or quota shows only on append.
    pub fn refusal(&self) -> Option<AppendError> {
        self.shared.refusal()
    }

    /// The epoch that is written.
    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    /// The origin line of its checkpoints.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    pub(crate) fn shared(&self) -> &Shared {
        &self.shared
    }

    pub(crate) fn append_deadline(&self) -> Duration {
        self.append_deadline
    }

    /// The counters.
    pub fn metrics(&self) -> Arc<Metrics> {
        Arc::clone(&self.shared.metrics)
    }

    /// Writes, syncs and signs what is queued, and lets go of the lock.
    ///
    /// # Errors
    /// [`AppendError::Poisoned`] if a sync has failed.
    pub fn close(mut self) -> Result<(), AppendError> {
        self.end();
        if self.shared.is_poisoned() { Err(AppendError::Poisoned) } else { Ok(()) }
    }

    fn end(&mut self) {
        self.shared.queue.close();
        for thread in self.threads.drain(..) {
            // One that panicked has poisoned the journal.
            let _ = thread.join();
        }
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        self.end();
    }
}

impl fmt::Debug for Journal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Journal({})", self.origin)
    }
}

/// Records the first entry of an epoch.
fn begin(
    tail: &mut Tail,
    seal: &mut Seal,
    epoch: u64,
    origin: &str,
    previous: Option<Named>,
) -> std::io::Result<()> {
    let entry = Event::EpochOpened { epoch, origin: origin.to_owned(), previous }.to_entry();
    let leaf = Hash::of_leaf(&entry);
    tail.write([(&leaf, entry.as_slice())].into_iter()).map_err(|error| match error {
        WriteError::Undone(error) | WriteError::Lost(error) => error,
    })?;
    tail.sync()?;
    seal.push(leaf, &entry);
    Ok(())
}

fn publish(seal: &mut Seal) -> std::io::Result<()> {
    seal.publish().map_err(|error| match error {
        SealError::Retry(error) | SealError::Lost(error) => error,
    })
}
