//! Sorting more than fits into memory: sorted runs are put aside, then merged.
//!
//! Where they are put is the caller's: a file in the command, a vector in tests. What is put aside is hashes.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io;

/// A place to put bytes aside during a build.
pub trait Spill {
    /// Puts bytes behind all that is there, and tells where they stand.
    ///
    /// # Errors
    /// What the place says.
    fn append(&mut self, bytes: &[u8]) -> io::Result<u64>;

    /// Reads bytes that were put there.
    ///
    /// # Errors
    /// What the place says; also if fewer bytes stand there.
    fn read_at(&mut self, at: u64, into: &mut [u8]) -> io::Result<()>;
}

impl Spill for Vec<u8> {
    fn append(&mut self, bytes: &[u8]) -> io::Result<u64> {
        let at = self.len() as u64;
        self.extend_from_slice(bytes);
        Ok(at)
    }

    fn read_at(&mut self, at: u64, into: &mut [u8]) -> io::Result<()> {
        let from = usize::try_from(at).ok().and_then(|at| self.get(at..)?.get(..into.len()));
        into.copy_from_slice(from.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }
}

/// Bytes that go to a [`Spill`] and come back in their order: a few of them at a time are in memory. Several may grow at once.
#[derive(Default)]
pub(crate) struct Tape {
    buffer: Vec<u8>,
    pieces: Vec<(u64, usize)>,
    length: u64,
}

/// Bytes that a tape keeps in memory; a multiple of all that is written to one.
const PIECE: usize = 1 << 20;

impl Tape {
    pub(crate) fn put(&mut self, bytes: &[u8], spill: &mut dyn Spill) -> io::Result<()> {
        self.buffer.extend_from_slice(bytes);
        self.length += bytes.len() as u64;
        if self.buffer.len() >= PIECE {
            self.pieces.push((spill.append(&self.buffer)?, self.buffer.len()));
            self.buffer.clear();
        }
        Ok(())
    }

    /// Bytes put so far.
    pub(crate) fn length(&self) -> u64 {
        self.length
    }

    /// Puts the rest aside and gives its memory back.
    fn rest(&mut self, spill: &mut dyn Spill) -> io::Result<()> {
        if !self.buffer.is_empty() {
            self.pieces.push((spill.append(&self.buffer)?, self.buffer.len()));
        }
        self.buffer = Vec::new();
        Ok(())
    }

    /// Gives all bytes back, piece by piece.
    pub(crate) fn play(
        self,
        spill: &mut dyn Spill,
        mut take: impl FnMut(&[u8]) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut piece = Vec::new();
        for (at, len) in self.pieces {
            piece.resize(len, 0);
            spill.read_at(at, &mut piece)?;
            take(&piece)?;
        }
        take(&self.buffer)
    }
}

/// Sorts 128-bit items in bounded memory.
pub(crate) struct Sorter {
    items: Vec<u128>,
    room: usize,
    runs: Vec<Tape>,
    count: u64,
}

impl Sorter {
    /// Sorts with about `memory` bytes.
    pub(crate) fn new(memory: usize) -> Sorter {
        Sorter { items: Vec::new(), room: (memory / 16).max(1024), runs: Vec::new(), count: 0 }
    }

    pub(crate) fn push(&mut self, item: u128, spill: &mut dyn Spill) -> io::Result<()> {
        if self.items.len() == self.room {
            self.put_aside(spill)?;
        } else if self.items.len() == self.items.capacity() {
            // Doubling must not go beyond the room.
            let more = self.items.len().max(1024).min(self.room - self.items.len());
            self.items.reserve_exact(more);
        }
        self.items.push(item);
        self.count += 1;
        Ok(())
    }

    /// Items pushed so far.
    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    fn put_aside(&mut self, spill: &mut dyn Spill) -> io::Result<()> {
        self.items.sort_unstable();
        let mut run = Tape::default();
        for item in &self.items {
            run.put(&item.to_le_bytes(), spill)?;
        }
        run.rest(spill)?;
        self.items.clear();
        self.runs.push(run);
        Ok(())
    }

    /// Gives all items in ascending order.
    pub(crate) fn merged(
        mut self,
        spill: &mut dyn Spill,
        mut take: impl FnMut(u128, &mut dyn Spill) -> io::Result<()>,
    ) -> io::Result<()> {
        if self.runs.is_empty() {
            self.items.sort_unstable();
            return self.items.into_iter().try_for_each(|item| take(item, spill));
        }
        self.put_aside(spill)?;
        self.items = Vec::new();
        let mut runs: Vec<Run> = self.runs.into_iter().map(Run::new).collect();
        let mut heads = BinaryHeap::new();
        for (number, run) in runs.iter_mut().enumerate() {
            heads.extend(run.next(spill)?.map(|item| Reverse((item, number))));
        }
        while let Some(Reverse((item, number))) = heads.pop() {
            take(item, spill)?;
            if let Some(run) = runs.get_mut(number) {
                heads.extend(run.next(spill)?.map(|item| Reverse((item, number))));
            }
        }
        Ok(())
    }
}

/// A run that is read.
struct Run {
    pieces: std::vec::IntoIter<(u64, usize)>,
    piece: Vec<u8>,
    at: usize,
}

impl Run {
    fn new(tape: Tape) -> Run {
        Run { pieces: tape.pieces.into_iter(), piece: Vec::new(), at: 0 }
    }

    fn next(&mut self, spill: &mut dyn Spill) -> io::Result<Option<u128>> {
        if self.at >= self.piece.len() {
            let Some((at, len)) = self.pieces.next() else { return Ok(None) };
            self.piece.resize(len, 0);
            spill.read_at(at, &mut self.piece)?;
            self.at = 0;
        }
        let item = self.piece.get(self.at..).and_then(|rest| rest.first_chunk());
        self.at += 16;
        Ok(item.map(|bytes| u128::from_le_bytes(*bytes)))
    }
}
