//! The bounded queue between those who append and the one writer thread.
//!
//! Who waits for an answer wakes the writer at once. What nobody waits for lies until it has waited long enough, or
//! until there is much of it, or until something durable comes along: so most appends of that kind wake nobody.

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
    /// Who waits for it, if anybody does.
    pub(crate) reply: Option<Reply>,
}

impl Request {
    pub(crate) fn answer(self, error: AppendError) {
        if let Some(reply) = self.reply {
            reply.send(Err(error));
        }
    }
}

/// Bounds of the queue and how long an entry lies in it.
#[derive(Clone, Copy)]
pub(crate) struct Bounds {
    pub(crate) entries: usize,
    pub(crate) bytes: usize,
    /// How long an entry that nobody waits for may lie.
    pub(crate) delay: Duration,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Request>,
    bytes: usize,
    /// What waits has to be taken at once.
    urgent: bool,
    /// When the oldest entry has lain long enough.
    due: Option<Instant>,
    /// The writer waits to be woken.
    asleep: bool,
    closed: bool,
}

/// INVARIANT: holds at most the entries and bytes of its bounds, and one batch that came back.
pub(crate) struct Queue {
    state: Mutex<State>,
    arrived: Condvar,
    bounds: Bounds,
}

impl Queue {
    pub(crate) fn new(bounds: Bounds) -> Self {
        Self { state: Mutex::default(), arrived: Condvar::new(), bounds }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds an entry; `room` is the space on disk that all that waits may come to take.
    pub(crate) fn push(&self, request: Request, room: u64) -> Result<(), AppendError> {
        let mut state = self.lock();
        if state.closed {
            return Err(AppendError::Closed);
        }
        let bytes = state.bytes + request.entry.len();
        if state.waiting.len() >= self.bounds.entries || bytes > self.bounds.bytes {
            return Err(AppendError::QueueFull);
        }
        // An entry lies in the hot log and in a bundle.
        if bytes as u64 * 2 > room {
            return Err(AppendError::OverQuota);
        }
        state.bytes = bytes;
        let much = state.waiting.len() >= self.bounds.entries.min(MAX_BATCH) / 2
            || bytes >= self.bounds.bytes.min(MAX_BATCH_BYTES) / 2;
        state.urgent |= much || request.reply.is_some();
        let first = state.due.is_none();
        if first {
            state.due = Some(crate::clock::now() + self.bounds.delay);
        }
        state.waiting.push_back(request);
        // The writer that sleeps for the rest of a delay wakes by itself.
        let wake = state.asleep && (first || state.urgent);
        state.asleep &= !wake;
        drop(state);
        if wake {
            self.arrived.notify_one();
        }
        Ok(())
    }

    /// Waits for a batch that is due; `None` once the queue is closed and empty.
    pub(crate) fn take(&self) -> Option<Vec<Request>> {
        let mut state = self.lock();
        loop {
            let left = state.due.map(|due| due.saturating_duration_since(crate::clock::now()));
            if state.urgent || state.closed || left.is_some_and(|left| left.is_zero()) {
                break;
            }
            state.asleep = true;
            state = match left {
                None => self.arrived.wait(state).unwrap_or_else(PoisonError::into_inner),
                Some(left) => {
                    let waited = self.arrived.wait_timeout(state, left);
                    waited.unwrap_or_else(PoisonError::into_inner).0
                }
            };
            state.asleep = false;
        }
        let batch = state.cut();
        (!batch.is_empty()).then_some(batch)
    }

    /// Puts back, before all others, what could not be written and nobody waits for; it is tried again after [`RETRY`], or along
    /// with what comes before. Gives it back if the queue is closed: there is no later.
    pub(crate) fn restore(&self, batch: Vec<Request>) -> Vec<Request> {
        let mut state = self.lock();
        if state.closed {
            return batch;
        }
        state.bytes += batch.iter().map(|request| request.entry.len()).sum::<usize>();
        batch.into_iter().rev().for_each(|request| state.waiting.push_front(request));
        state.urgent = state.waiting.iter().any(|request| request.reply.is_some());
        state.due = Some(crate::clock::now() + RETRY);
        Vec::new()
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

    /// Closes the queue and gives what waited, which nobody will write any more.
    pub(crate) fn abandon(&self) -> VecDeque<Request> {
        let mut state = self.lock();
        state.closed = true;
        std::mem::take(&mut state.waiting)
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
        // What a full batch leaves over goes with the next one, at once.
        self.urgent = !self.waiting.is_empty();
        self.due = None;
        batch
    }
}

/// When what could not be written is tried again.
pub(crate) const RETRY: Duration = Duration::from_millis(500);

/// Bounds of one write: large enough that the sync outweighs it, small enough that no one waits for long.
const MAX_BATCH: usize = 2048;
const MAX_BATCH_BYTES: usize = 4 << 20;

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed test should stop here")]
    use super::*;
    use crate::pending::pair;

    const DELAY: Duration = Duration::from_millis(100);

    fn queue() -> Queue {
        Queue::new(Bounds { entries: 8, bytes: 8000, delay: DELAY })
    }

    fn request(length: usize) -> Request {
        Request { entry: vec![0; length], leaf: Hash([0; 32]), reply: None }
    }

    /// How many entries the writer gets and how long it waited for them.
    fn take(queue: &Queue) -> (usize, Duration) {
        let began = crate::clock::now();
        (queue.take().unwrap().len(), began.elapsed())
    }

    #[test]
    fn what_nobody_waits_for_lies_for_the_delay() {
        let queue = queue();
        queue.push(request(10), u64::MAX).unwrap();
        queue.push(request(10), u64::MAX).unwrap();
        let (taken, waited) = take(&queue);
        assert!(taken == 2 && waited >= DELAY.mul_f32(0.9), "{taken} after {waited:?}");
    }

    #[test]
    fn what_is_waited_for_takes_the_rest_along_at_once() {
        let queue = queue();
        queue.push(request(10), u64::MAX).unwrap();
        let (reply, _pending) = pair();
        queue.push(Request { reply: Some(reply), ..request(10) }, u64::MAX).unwrap();
        let (taken, waited) = take(&queue);
        assert!(taken == 2 && waited < DELAY, "{taken} after {waited:?}");
    }

    #[test]
    fn much_is_taken_before_the_delay_is_over() {
        let entries = queue();
        (0..5).for_each(|_| entries.push(request(10), u64::MAX).unwrap());
        let bytes = queue();
        bytes.push(request(4000), u64::MAX).unwrap();
        for queue in [entries, bytes] {
            let (_, waited) = take(&queue);
            assert!(waited < DELAY, "{waited:?}");
        }
    }

    #[test]
    fn a_sleeping_writer_is_woken() {
        let queue = queue();
        std::thread::scope(|scope| {
            for _ in 0..20 {
                let writer = scope.spawn(|| take(&queue).0);
                std::thread::sleep(Duration::from_millis(1));
                let (reply, _pending) = pair();
                queue.push(Request { reply: Some(reply), ..request(1) }, u64::MAX).unwrap();
                assert_eq!(writer.join().unwrap(), 1);
            }
        });
    }

    #[test]
    fn bounds_hold() {
        let queue = queue();
        assert_eq!(queue.push(request(10), 19), Err(AppendError::OverQuota));
        assert_eq!(queue.push(request(8001), u64::MAX), Err(AppendError::QueueFull));
        (0..8).for_each(|_| queue.push(request(10), u64::MAX).unwrap());
        assert_eq!(queue.push(request(10), u64::MAX), Err(AppendError::QueueFull));
        assert_eq!(queue.abandon().len(), 8);
        assert_eq!(queue.push(request(10), u64::MAX), Err(AppendError::Closed));
        assert!(queue.take().is_none());
    }
}
