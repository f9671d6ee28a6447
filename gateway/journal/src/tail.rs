//! The end of the hot log: writes batches, turns over segments, syncs.
//!
//! INVARIANT: a segment is synced before the next one is made, so only the last one can be torn: whoever writes syncs
//! before the next write.

use std::io;
use std::path::PathBuf;

use crate::crash::{crash_is_due, crash_point, die};
use crate::disk::{SharedDisk, Stream};
use crate::hash::Hash;
use crate::segment;

/// A segment that will not be written any more, or was found at start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Segment {
    pub(crate) first: u64,
    /// One past its last entry.
    pub(crate) end: u64,
    pub(crate) bytes: u64,
}

/// How a write failed.
#[derive(Debug)]
pub(crate) enum WriteError {
    /// Nothing of the batch is left; the next one may succeed.
    Undone(io::Error),
    /// What is on disk is not known.
    Lost(io::Error),
}

struct Open {
    stream: Box<dyn Stream>,
    first: u64,
    bytes: u64,
    /// The name of the segment is not durable yet.
    new: bool,
}

/// Where the writer stands.
pub(crate) struct Tail {
    disk: SharedDisk,
    /// The `wal` directory.
    dir: PathBuf,
    segment_bytes: u64,
    open: Option<Open>,
    /// The index of the next entry.
    next: u64,
    /// Entries that are durable.
    synced: u64,
    chain: u64,
    buffer: Vec<u8>,
}

impl Tail {
    /// A tail after `next` entries, all durable. The first write begins a segment.
    pub(crate) fn new(
        disk: SharedDisk,
        dir: PathBuf,
        segment_bytes: u64,
        next: u64,
        chain: u64,
    ) -> Self {
        let buffer = Vec::new();
        Self { disk, dir, segment_bytes, open: None, next, synced: next, chain, buffer }
    }

    pub(crate) fn next(&self) -> u64 {
        self.next
    }

    pub(crate) fn synced(&self) -> u64 {
        self.synced
    }

    /// Closes the current segment if it is full; call before a write, and after a sync.
    pub(crate) fn turn_over(&mut self) -> Option<Segment> {
        let done = self.open.take_if(|open| open.bytes >= self.segment_bytes)?;
        Some(Segment { first: done.first, end: self.next, bytes: done.bytes })
    }

    /// Writes one batch, not yet durable. Gives the bytes it took on disk.
    pub(crate) fn write<'e>(
        &mut self,
        entries: impl ExactSizeIterator<Item = (&'e Hash, &'e [u8])>,
    ) -> Result<u64, WriteError> {
        crash_point("journal.write.before");
        let count = entries.len() as u64;
        self.buffer.clear();
        let (first, before) = (self.next, self.chain);
        let mut chain = before;
        if self.open.is_none() {
            (self.buffer, chain) = segment::header(first, before);
        }
        chain = segment::encode(&mut self.buffer, (first, self.synced, chain), entries);
        if crash_is_due("journal.write.torn") {
            self.tear();
        }
        let buffer = std::mem::take(&mut self.buffer);
        let appended = self.append(first, &buffer);
        self.buffer = buffer;
        appended?;
        self.chain = chain;
        self.next += count;
        crash_point("journal.write.after");
        Ok(self.buffer.len() as u64)
    }

    /// Appends to the open segment, or to a new one; undoes a half write.
    fn append(&mut self, first: u64, bytes: &[u8]) -> Result<(), WriteError> {
        let open = self.open_segment(first)?;
        let start = open.bytes;
        let Err(error) = open.stream.append(bytes) else {
            open.bytes += bytes.len() as u64;
            return Ok(());
        };
        let mut undone = open.stream.cut(start);
        if start == 0 {
            self.open = None;
            undone = undone.and(self.disk.remove(&self.dir.join(segment::name(first))));
        }
        Err(undone.map_or_else(WriteError::Lost, |()| WriteError::Undone(error)))
    }

    /// Makes everything written durable. An error is final: never call again after one.
    pub(crate) fn sync(&mut self) -> io::Result<()> {
        if let Some(open) = &mut self.open {
            open.stream.sync()?;
            if open.new {
                self.disk.sync_dir(&self.dir)?;
                open.new = false;
                crash_point("journal.segment.created");
            }
        }
        self.synced = self.next;
        crash_point("journal.sync.after");
        Ok(())
    }

    fn open_segment(&mut self, first: u64) -> Result<&mut Open, WriteError> {
        let open = match self.open.take() {
            Some(open) => open,
            None => {
                let path = self.dir.join(segment::name(first));
                let stream = self.disk.open(&path).map_err(WriteError::Undone)?;
                Open { stream, first, bytes: 0, new: true }
            }
        };
        Ok(self.open.insert(open))
    }

    /// Half a batch reaches the file, then the process dies: a test hook.
    fn tear(&mut self) {
        let half = self.buffer.len() / 2;
        self.buffer.truncate(half);
        let buffer = std::mem::take(&mut self.buffer);
        if let Ok(open) = self.open_segment(self.next) {
            // The process ends on the next line, whatever this says.
            let _ = open.stream.append(&buffer);
        }
        die();
    }
}
