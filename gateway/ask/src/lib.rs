//! What is asked for before something leaves: a stated reason, or the approval of a second person.
//!
//! 1. A request that has to wait is refused with a [`Challenge`], sealed by the node for exactly one [`Matter`]: this
//!    caller, this destination, these rules, this policy and what was found, which is bound by a keyed hash.
//! 2. Who approves signs an [`Approval`] of the [`Request`]: the same matter, the same challenge.
//! 3. The client sends its request again with the challenge; [`hold`] says whether everything is there that was asked for. What
//!    comes out is [`Held`], which has still to be spent: that is remembered on disk, and the memory belongs to who keeps it.
//!
//! # Invariants
//! - Pure: readings of the clock, keys and identifiers come in as values. Times are seconds since 1970-01-01 UTC.
//! - Nothing here holds text of a request, but for the reason that its caller states ([`Justification`]).
//! - Files with requests and approvals prove nothing: what was approved is compared with what the gateway itself makes of
//!   the request that came again, and a signature decides.

mod approval;
mod challenge;
mod held;
mod justification;
mod matter;
mod time;

pub use approval::{Approval, Person, Request, Unsigned, Verdict};
pub use challenge::{Challenge, Key, Unfit};
pub use held::{Approved, Held, Pending, hold};
pub use justification::{Justification, JustificationProblem};
pub use matter::{Asked, Matter};
pub use time::readable;

/// How long a challenge is good for when only a reason is asked for, in seconds.
pub const REASON_TERM: u64 = 15 * 60;

/// How long a challenge waits for approval, and an approval at most for its use, in seconds.
pub const APPROVAL_TERM: u64 = 24 * 60 * 60;
