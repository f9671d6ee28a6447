//! What a gateway remembers, so that nothing old is taken again. A value: who installs writes it to disk, with a sync, before the
//! policy is swapped; and who starts without it, where a bundle was installed once, must refuse to.

use serde::Serialize;

use crate::header::to_json;
use crate::json::{Object, Problems};
use crate::{Digest, Document, Refused, Root, Time};

/// By how much a version may be higher than the highest taken. A gateway that missed a thousand versions installs one in between; a
/// thief of keys cannot use up all numbers with one bundle, after which nothing higher could be signed.
pub const MAX_GAP: u64 = 1000;

/// A version that was taken, and which file it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Mark {
    /// Its version.
    pub version: u64,
    /// The digest of the whole file.
    pub digest: Digest,
}

/// The high-water marks of a gateway.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct State {
    /// The latest time that the clock has ever shown. Goes forward only.
    pub last_seen_time: Time,
    /// The root that is installed.
    pub root: Mark,
    /// The bundle that is installed, which is the highest ever taken; none yet.
    pub policy: Option<Mark>,
    /// The statement of required invariants that is installed, which is the highest ever taken; none yet.
    pub required: Option<Mark>,
}

impl State {
    /// The state of a gateway on which a root was installed out of band, and nothing else yet.
    pub fn new(root: &Root, now: Time) -> Self {
        Self { last_seen_time: now, root: root.mark(), policy: None, required: None }
    }

    /// The time by which is judged: of the clock and the latest that it ever showed the later one. Setting the clock back wins
    /// nothing; a clock that once ran ahead keeps that day until it has come.
    pub fn latest(&self, now: Time) -> Time {
        self.last_seen_time.max(now)
    }

    /// The state after the clock was read. To be written down now and then, also when nothing is installed.
    pub fn seen(&self, now: Time) -> Self {
        Self { last_seen_time: self.latest(now), ..self.clone() }
    }

    /// Reads what [`State::to_json`] wrote.
    ///
    /// # Errors
    /// All problems at once. A state that cannot be read is never a fresh one: to take it for that would let every old bundle in again.
    pub fn read(bytes: &[u8]) -> Result<Self, Vec<Refused>> {
        let mut problems = Problems::new(Document::State);
        let state = Self::read_fields(bytes, &mut problems);
        problems.or(state)
    }

    fn read_fields(bytes: &[u8], problems: &mut Problems) -> Option<Self> {
        let mut fields = Object::parse(bytes, problems)?;
        let time = "a time such as 2026-11-22T10:00:00Z";
        let last_seen_time = fields.text("last_seen_time", time, Time::parse, problems);
        let root = fields.object("root", problems).and_then(|f| Mark::read(f, problems));
        let mut mark = |name| match fields.object_or_null(name, problems)? {
            Some(fields) => Mark::read(fields, problems).map(Some),
            None => Some(None),
        };
        let (policy, required) = (mark("policy"), mark("required"));
        fields.done(problems);
        Some(Self {
            last_seen_time: last_seen_time?,
            root: root?,
            policy: policy?,
            required: required?,
        })
    }

    /// The bytes of the state file.
    pub fn to_json(&self) -> Vec<u8> {
        to_json(self)
    }
}

impl Mark {
    fn read(mut fields: Object, problems: &mut Problems) -> Option<Self> {
        let version = fields.number("version", 1, problems);
        let digest = fields.text("digest", "64 hexadecimal digits", Digest::parse, problems);
        fields.done(problems);
        Some(Self { version: version?, digest: digest? })
    }
}
