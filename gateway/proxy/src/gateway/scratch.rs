//! Working memory for the search, one for each thread, so that scanning does not allocate.

use std::cell::RefCell;

use exchange::{Code, Refusal, Scratch};

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::new(Scratch::default());
}

/// Runs a step of judgement with this thread's scratch memory.
pub(super) fn with<T>(step: impl FnOnce(&mut Scratch) -> T) -> T {
    SCRATCH.with_borrow_mut(step)
}

/// Runs a step of judgement here, or on a thread for blocking work when it is large.
///
/// # Errors
/// `judgement-failed` if that thread did not come back with a result.
pub(super) async fn off_thread<T, F>(large: bool, step: F) -> Result<T, Refusal>
where
    T: Send + 'static,
    F: FnOnce(&mut Scratch) -> T + Send + 'static,
{
    if !large {
        return Ok(with(step));
    }
    tokio::task::spawn_blocking(move || with(step))
        .await
        .map_err(|_| Refusal::new(Code::JudgementFailed))
}
