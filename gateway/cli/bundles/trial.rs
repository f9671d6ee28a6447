//! What a policy must pass on the gateway itself before it decides anything: verified, compiled, proved anew, its own tests, and the
//! decisions that were recorded last, made again.

use std::sync::Arc;

use bundle::{Root, State, Trust};
use delivery::Delivery;
use exchange::{Book, Search, rejudge};
use incident::{Body, Record};
use journal::reader::Reader;
use policy::{Catalogue, Gravity, Shift};
use serde_json::Value;

use super::super::config::Config;
use super::super::secrets::Absent;
use super::super::{books, records, rehearsal};
use super::{Bundled, Card, Content, Rejection, latest, now, release};

/// How many of the newest records are judged again.
const REPLAYED: usize = 1000;

/// A bundle that passed.
#[derive(Debug)]
pub(crate) struct Passed {
    pub(crate) book: Arc<Book>,
    pub(crate) card: Card,
    pub(crate) replay: Replay,
}

/// What became of recorded decisions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Replay {
    /// All that a sender, or whoever is alerted, can see is the same.
    pub(crate) same: u64,
    /// A stricter action, or the same with nothing less taken out, asked for or told.
    pub(crate) stricter: u64,
    /// A laxer action, or the same with less taken out, asked for or told.
    pub(crate) looser: u64,
    /// They name what the policy does not have.
    pub(crate) unknown: u64,
}

/// Tries a bundle that is to be installed. Nothing is written; `absent` says what to do where the node has no secret yet.
///
/// # Errors
/// Why it is not taken; then all stays as it is.
pub(crate) fn install(
    config: &Config,
    (root, state): (&Root, &State),
    delivery: &Delivery,
    absent: Absent,
    look: impl FnOnce(&Search) -> Vec<String>,
) -> Result<Passed, Rejection> {
    let broken = |problem| Rejection { code: "broken", problems: vec![problem] };
    let gateway = release().map_err(broken)?;
    let state = state.seen(latest());
    let trust = Trust { root, state: &state, now: now(), gateway: &gateway };
    let verified = delivery.install(&trust)?;
    let content = Content::of(&verified.bundle)
        .map_err(|problems| Rejection { code: "content", problems })?;
    let bundled = Bundled { content, expires: verified.bundle.header.expires.unix() };
    let book = books::open_with(config, &bundled, absent, look)
        .map(Arc::new)
        .map_err(|faults| Rejection { code: "policy", problems: faults.all() })?;
    examine(&book, &bundled.content)?;
    let replay = replay(config, &book)?;
    Ok(Passed { card: Card::of(&verified), book, replay })
}

/// Proves the invariants anew, runs the tests of the policy, their texts too, and the examples of detectors that came with it.
///
/// # Errors
/// Everything that does not hold.
pub(crate) fn examine(book: &Arc<Book>, content: &Content) -> Result<(), Rejection> {
    let names = book.search.catalogue();
    let report =
        policy::check(&content.sources, &Catalogue { detectors: &names }, Some(latest().unix()));
    let errors = report.diagnostics.iter().filter(|found| found.severity == Gravity::Error);
    let mut problems: Vec<String> = errors.map(ToString::to_string).collect();
    let tests = if report.tests.iter().any(|test| test.text_unread) {
        rehearsal::run(book)
    } else {
        report.tests
    };
    problems.extend(tests.iter().filter(|test| !test.passed).map(ToString::to_string));
    if !content.detectors.is_empty() {
        let examples = book.search.detector().check_examples();
        problems.extend(examples.iter().map(ToString::to_string));
    }
    if problems.is_empty() { Ok(()) } else { Err(Rejection { code: "unproved", problems }) }
}

/// Decides the newest recorded situations again. That decisions change is what a new policy is for, and is counted; that its own
/// invariants would be violated is not.
///
/// # Errors
/// Each record whose situation violates an invariant that was proved.
pub(crate) fn replay(config: &Config, book: &Book) -> Result<Replay, Rejection> {
    let (replay, problems) = again(config, book);
    if problems.is_empty() { Ok(replay) } else { Err(Rejection { code: "replay", problems }) }
}

/// The same for a policy that is in force already: what became of the decisions, and which of them violate an invariant.
pub(crate) fn again(config: &Config, book: &Book) -> (Replay, Vec<String>) {
    let (mut replay, mut problems) = (Replay::default(), Vec::new());
    for record in newest(config).unwrap_or_default() {
        let judged = match rejudge(&book.rulebook, &record) {
            Ok(Some(judged)) => judged,
            Ok(None) => continue,
            Err(_) => {
                replay.unknown += 1;
                continue;
            }
        };
        let counted = match Shift::between(&judged.recorded, &judged.again) {
            Shift::Looser => &mut replay.looser,
            Shift::Same => &mut replay.same,
            Shift::Stricter | Shift::Otherwise => &mut replay.stricter,
        };
        *counted += 1;
        if let Some(invariant) = judged.again.violated.first() {
            problems.push(format!(
                "the rules would have sent record {} against invariant `{invariant}`, whatever the proof says; see \
                 `seawall judge --record`",
                record.id
            ));
        }
    }
    (replay, problems)
}

/// The newest decision records; none where there is no journal yet.
fn newest(config: &Config) -> Option<Vec<Record>> {
    let reader = Reader::open(&config.journal.folder).ok()?;
    let epoch = records::newest_epoch(&reader).ok().filter(|epoch| *epoch > 0)?;
    let found = records::newest(&reader, epoch, None, REPLAYED).ok()?;
    let record = |mut value: Value| {
        let fields = value.as_object_mut()?;
        // Their places in the journal are not of the records.
        fields.shift_remove("epoch");
        fields.shift_remove("index");
        let record = Record::parse(value.to_string().as_bytes())?;
        matches!(record.body, Body::Decision(_)).then_some(record)
    };
    Some(found.into_iter().filter_map(record).collect())
}
