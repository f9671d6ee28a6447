//! Splitter and dialect together: bytes to understood events.

use super::event::Event;
use super::split::{Overflow, Splitter};
use crate::{Dialect, Limits};

/// Reads one answer's stream. Holds the unfinished event and nothing of those before it.
#[derive(Clone)]
pub struct Reader {
    dialect: Dialect,
    splitter: Splitter,
    limits: Limits,
}

impl Reader {
    /// A reader that refuses events over `size` bytes and calls unread what passes `limits`.
    #[must_use]
    pub fn new(dialect: Dialect, size: usize, limits: Limits) -> Self {
        Self { dialect, splitter: Splitter::new(size), limits }
    }

    /// Takes more bytes of the stream.
    pub fn feed(&mut self, bytes: &[u8]) {
        self.splitter.feed(bytes);
    }

    /// Bytes that were fed and are not yet part of an event.
    #[must_use]
    pub fn held(&self) -> usize {
        self.splitter.held()
    }

    /// The next whole event; `None` when more bytes are needed.
    ///
    /// # Errors
    /// [`Overflow`] when an event is larger than the limit; the stream cannot be read further.
    #[expect(
        clippy::should_implement_trait,
        reason = "an iterator could not be fed between two items"
    )]
    pub fn next(&mut self) -> Result<Option<Event>, Overflow> {
        Ok(self.splitter.next()?.map(|frame| self.read(frame)))
    }

    /// The unterminated tail when the stream has ended, read as an event.
    pub fn finish(&mut self) -> Option<Event> {
        self.splitter.finish().map(|frame| self.read(frame))
    }

    fn read(&self, frame: Vec<u8>) -> Event {
        Event::read(self.dialect, frame, &self.limits)
    }
}
