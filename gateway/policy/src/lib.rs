//! Policy files in, a rulebook out; a situation in, a decision out.
//!
//! The sentence language of `rules/README.md` is read by [`Rulebook::compile`]: all mistakes of all
//! files come back at once, each with its place, its cause and its mend. The result is a bitset table
//! for each stretch of time in which no date changes anything, so [`Rulebook::decide`] is pure, needs no
//! clock and does not allocate.
//!
//! Reading order: `syntax` (text to blocks), `resolve` (blocks to [`model`](crate::model), names to
//! numbers), `interpreter` (what the words mean, slowly and plainly), `table` (the same, fast), `prove`
//! (every situation that a policy can tell apart), `check` (what an author wants to be told).
//!
//! Beside them stand two more shapes of the same text: `format` (the canonical form) and `twin` (JSON, both ways), by the one
//! table of what can be written, `grammar`.
//!
//! # Invariants
//! - What the interpreter decides the table decides; a property test says so over random policies.
//! - A rule has two sides. Its *obligations* (redact, reroute, ask, block, alert) hold as soon as its
//!   condition may be true; its *licence* (allow, and what redact removes) only when it is surely true.
//! - Nothing here reads a clock, a file or the network. Units: [`Day`] is a whole day of the policy clock.

mod alternatives;
mod areas;
mod calendar;
mod certificate;
mod check;
mod content;
mod counter;
mod coverage;
mod day;
mod decision;
mod diagnostic;
mod diff;
mod draft;
mod edits;
mod explain;
mod facts;
mod format;
mod forms;
mod grammar;
mod hidden;
mod info;
mod interpreter;
mod lanes;
mod language;
mod model;
mod mutate;
mod near;
mod outline;
mod packs;
mod people;
mod place;
mod position;
mod prove;
mod recorded;
mod replay;
mod resolve;
mod rule_set;
mod rulebook;
mod shipped;
mod space;
mod stated;
mod syntax;
mod table;
mod territories;
mod testing;
#[cfg(test)]
mod tests;
mod texts;
mod trail;
mod twin;
mod validity;
mod warn;

pub use alternatives::{Alternatives, Elsewhere, Nowhere, Stop, Terms, Without};
pub use calendar::{Turn, calendar};
pub use certificate::{CERTIFICATE, Certificate, Certified, CertifiedSource, Circumstances};
pub use check::{Report, check, check_deeply};
pub use content::{Content, Minute, Modality, Operation, Weekday};
pub use counter::{Counted, CounterInfo, Window};
pub use coverage::{Coverage, Item, Reach, coverage};
pub use day::{Clock, Day};
pub use decision::{Action, Alert, Ask, Cause, Decision, Method, Reason, Severity};
pub use diagnostic::{Diagnostic, Diagnostics, Gravity, Patch, Related};
pub use diff::{Cell, Diff, Matrix, diff, matrix};
pub use draft::Draft;
pub use explain::{Explanation, Outcome, RuleExplanation};
pub use facts::{
    Candidate, ClassId, ClassLevels, Client, DestinationId, Direction, Identity, InvariantId,
    PoolId, RoleId, RuleId, Situation, Subjects,
};
pub use format::format;
pub use hidden::shown;
pub use info::{
    ClassInfo, ClientInfo, Credential, DestinationInfo, Echo, Kind, ModelName, Person, PoolInfo,
    RuleInfo, Speaks, Tier,
};
pub use language::{Language, Languages};
pub use mutate::{Mutation, Survivor, mutate};
pub use near::nearest;
pub use outline::{
    Change, Clause, Declaration, Membership, Mention, Outline, block_words, expected, word_at,
};
pub use packs::{PackInfo, packs, with_packs};
pub use people::People;
pub use place::{Country, Grade, Level};
pub use position::{Positions, position};
pub use prove::compare::Difference;
pub use prove::logic::Logic;
pub use prove::{Proof, Verdict, Within};
pub use recorded::{
    RecordedCandidate, RecordedCounter, RecordedDecision, RecordedSituation, UnknownName,
};
pub use replay::{Again, OnRecord, Origin, Replay, Shift, Sighting, Tally};
pub use resolve::{check_alone, destination_names, is_name, required_detectors};
pub use rule_set::RuleSet;
pub use rulebook::{Catalogue, Rulebook, Source};
pub use shipped::default_policy;
pub use stated::{NotDeclared, Stated};
pub use testing::{TestResult, run_tests};
pub use texts::{TestText, TextFacts, TextFinding, run_tests_with};
pub use trail::Expected;
pub use twin::{Problem, export, import, schema};
pub use validity::{ALLIES_STAY, Validity};
