//! The bounded queue between those who append and the one writer thread.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::error::AppendError;
use crate::hash::Hash;
use crate::pending::Reply;

/// An entry on its way to the disk.
pub(crate) struct Request {
    pub(crate) entry: Vec<u8>,
    pub(crate) leaf: Hash,
    pub(crate) durable: bool,
    pub(crate) reply: Reply,
}

/// What the writer gets when it asks.
pub(crate) enum Taken {
    Batch(Vec<Request>),
    /// The time given has passed.
    Idle,
    /// Closed, and nothing is left.
    Closed,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Request>,
    bytes: usize,
    closed: bool,
}

/// INVARIANT: holds at most `max_entries` entries and `max_bytes` bytes of them.
pub(crate) struct Queue {
    state: Mutex<State>,
    arrived: Condvar,
    max_entries: usize,
    max_bytes: usize,
}

impl Queue {
    pub(crate) fn new(max_entries: usize, max_bytes: usize) -> Self {
        Self { state: Mutex::default(), arrived: Condvar::new(), max_entries, max_bytes }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn push(&self, request: Request) -> Result<(), AppendError> {
        let mut state = self.lock();
        if state.closed {
            return Err(AppendError::Closed);
        }
        let bytes = state.bytes + request.entry.len();
        if state.waiting.len() >= self.max_entries || bytes > self.max_bytes {
            return Err(AppendError::QueueFull);
        }
        state.bytes = bytes;
        state.waiting.push_back(request);
        drop(state);
        self.arrived.notify_one();
        Ok(())
    }

    /// Waits for entries, at most until `until`; then a further `delay` for more of them to come along.
    pub(crate) fn take(&self, until: Option<Instant>, delay: Duration) -> Taken {
        let mut state = self.lock();
        while state.waiting.is_empty() {
            if state.closed {
                return Taken::Closed;
            }
            state = match until.map(|until| until.saturating_duration_since(crate::clock::now())) {
                None => self.arrived.wait(state).unwrap_or_else(PoisonError::into_inner),
                Some(Duration::ZERO) => return Taken::Idle,
                Some(left) => {
                    let waited = self.arrived.wait_timeout(state, left);
                    waited.unwrap_or_else(PoisonError::into_inner).0
                }
            };
        }
        let full = crate::clock::now() + delay;
        while !delay.is_zero() && !state.closed && state.waiting.len() < MAX_BATCH {
            let left = full.saturating_duration_since(crate::clock::now());
            if left.is_zero() {
                break;
            }
            let waited = self.arrived.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        Taken::Batch(state.cut())
    }

    /// Entries and bytes that wait.
    pub(crate) fn depth(&self) -> (usize, usize) {
        let state = self.lock();
        (state.waiting.len(), state.bytes)
    }

    /// Nothing more is taken; what waits can still be fetched.
    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.arrived.notify_all();
    }
}

impl State {
    fn cut(&mut self) -> Vec<Request> {
        let mut batch = Vec::new();
        let mut bytes = 0;
        while let Some(request) = self.waiting.front() {
            bytes += request.entry.len();
            if !batch.is_empty() && (batch.len() >= MAX_BATCH || bytes > MAX_BATCH_BYTES) {
                break;
            }
            self.bytes -= request.entry.len();
            batch.extend(self.waiting.pop_front());
        }
        batch
    }
}

/// Bounds of one write: large enough that the sync outweighs it, small enough that no one waits for long.
const MAX_BATCH: usize = 2048;
const MAX_BATCH_BYTES: usize = 4 << 20;
