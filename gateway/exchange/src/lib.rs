//! The life of one request, as stages; the only crate that knows their order.
//!
//! Once, in a line; each stage consumes the one before, so none can be skipped or repeated:
//!
//! 1. [`Received`]: who sent what, and the book it is judged by;
//! 2. [`Parsed`]: the parts of text in it;
//! 3. [`Inspected`]: what is sensitive in them and in the files they carry, by detectors and the agency's own holdings
//!    ([`Search`]) and less what an allow-list knows to be harmless ([`AllowEntry`]), and whose data it is;
//! 4. [`Located`]: where it was asked to go, with the evidence.
//!
//! Then, for each attempt on a candidate destination, again from the same [`Located`]:
//!
//! 5. [`Located::decide`] says what the policy makes of this candidate: a [`Course`];
//!    One that asks needs a [`Grant`] before it goes on ([`asks`]);
//! 6. [`Located::draft`] translates, edits and re-scans: a [`Draft`] holds the final bytes;
//! 7. [`register::count`] keeps the persons of whom something leaves, where the policy counts them;
//! 8. [`ledger::record`] makes the decision durable: a [`Receipt`], for each address that is tried a new one;
//! 9. [`Permit::new`] binds draft, address and receipt: the only value from which bytes can be sent.
//!
//! Then [`Replied`] restores, inspects and translates the answer as it streams, and [`Closed`] is the
//! outcome record, always, whatever happened before.
//!
//! Everything here is pure: clock readings, addresses and counters come in as values. A panic or spent
//! fuel in judgement becomes a [`Refusal`] ([`guarded`]).

mod address;
mod again;
mod allowed;
pub mod asks;
mod book;
mod candidate;
mod case;
mod closed;
mod consistent;
mod course;
mod draft;
mod edits;
mod endpoint;
mod explained;
mod files;
mod guard;
mod headers;
mod inspected;
pub mod ledger;
mod located;
mod parsed;
mod permit;
mod persons;
mod received;
mod record;
mod refusal;
pub mod register;
mod rehearsed;
mod replied;
mod search;
mod stated;
mod told;

pub use again::{Rejudged, on_record, rejudge};
pub use allowed::{AllowEntry, AllowFault, Ending, LONGEST_TERM, allow_faults, allowed_digest};
pub use asks::{Desk, Grant, Presented};
pub use book::{Book, Bounds, Keys, Secret};
pub use candidate::Candidate;
pub use case::{Case, Credential, Trace};
pub use closed::{Closed, End};
pub use course::Course;
pub use draft::Draft;
pub use endpoint::Endpoint;
pub use explained::{By, Reading};
pub use guard::guarded;
pub use inspected::Inspected;
pub use ledger::{Ledger, Receipt};
pub use located::Located;
pub use parsed::Parsed;
pub use permit::{Outgoing, Permit};
pub use persons::Person;
pub use received::Received;
pub use refusal::{Code, Refusal};
pub use register::Register;
pub use rehearsed::{Heard, Rehearsed, rehearse};
pub use replied::{AnswerSummary, Flow, Replied, refused};
pub use search::{Finding, Found, Holding, Known, Scratch, Search};
pub use stated::Stated;
