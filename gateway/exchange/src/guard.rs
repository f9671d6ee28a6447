//! A panic in judgement is a refusal, never a pass-through and never a lost record.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::{Code, Refusal};

/// Runs a step of judgement; a panic inside it comes back as [`Code::JudgementFailed`].
///
/// Unwind safety: a step owns its inputs, and what it was building is dropped with the panic; caller-owned
/// scratch memory is cleared at the start of each scan.
///
/// # Errors
/// The refusal of the step itself, or `judgement-failed` if it panicked.
pub fn guarded<T>(step: impl FnOnce() -> Result<T, Refusal>) -> Result<T, Refusal> {
    catch_unwind(AssertUnwindSafe(step))
        .unwrap_or_else(|_| Err(Refusal::new(Code::JudgementFailed)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::panic, reason = "the panic is what is tested")]
    fn a_panic_is_a_refusal() {
        let outcome: Result<(), Refusal> = guarded(|| panic!("a defect"));
        assert_eq!(outcome.map_err(|r| r.code), Err(Code::JudgementFailed));
    }

    #[test]
    fn a_refusal_stays_what_it_was() {
        let outcome: Result<(), Refusal> = guarded(|| Err(Refusal::new(Code::TooMuchWork)));
        assert_eq!(outcome.map_err(|r| r.code), Err(Code::TooMuchWork));
    }
}
