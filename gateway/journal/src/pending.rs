//! The answer to an append, awaited or waited for. Needs no particular runtime.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use crate::error::AppendError;
use crate::hash::Hash;

/// Where an entry stands in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Appended {
    /// The epoch, that is, which log of the journal.
    pub epoch: u64,
    /// The index of the entry within it, from 0.
    pub index: u64,
    /// The RFC 6962 leaf hash of the entry.
    pub leaf: Hash,
}

type Answer = Result<Appended, AppendError>;

#[derive(Default)]
struct State {
    answer: Option<Answer>,
    waker: Option<Waker>,
}

#[derive(Default)]
struct Slot {
    state: Mutex<State>,
    answered: Condvar,
}

impl Slot {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An append under way. A future, and for threads a [`Pending::wait`]. Dropping it changes nothing: the entry is written.
#[must_use = "an entry is recorded only once this has given its answer"]
pub struct Pending(Arc<Slot>);

impl Pending {
    /// Blocks the thread until the answer is there. Not for async code.
    ///
    /// # Errors
    /// If the entry was not recorded.
    pub fn wait(self) -> Answer {
        let mut state = self.0.lock();
        loop {
            match state.answer {
                Some(answer) => return answer,
                None => state = self.0.answered.wait(state).unwrap_or_else(PoisonError::into_inner),
            }
        }
    }

    /// The answer if it is there.
    pub(crate) fn now(&self) -> Option<Answer> {
        self.0.lock().answer
    }
}

impl Future for Pending {
    type Output = Answer;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Answer> {
        let mut state = self.0.lock();
        match state.answer {
            Some(answer) => Poll::Ready(answer),
            None => {
                state.waker = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }
}

impl fmt::Debug for Pending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pending({:?})", self.now())
    }
}

/// The other end. It is dropped without an answer only by a panic: then the answer is [`AppendError::Poisoned`].
pub(crate) struct Reply(Option<Arc<Slot>>);

impl Reply {
    pub(crate) fn send(mut self, answer: Answer) {
        self.answer(answer);
    }

    fn answer(&mut self, answer: Answer) {
        let Some(slot) = self.0.take() else { return };
        let waker = {
            let mut state = slot.lock();
            state.answer = Some(answer);
            state.waker.take()
        };
        slot.answered.notify_all();
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl Drop for Reply {
    fn drop(&mut self) {
        self.answer(Err(AppendError::Poisoned));
    }
}

/// Both ends.
pub(crate) fn pair() -> (Reply, Pending) {
    let slot = Arc::new(Slot::default());
    (Reply(Some(Arc::clone(&slot))), Pending(slot))
}
