//! `header.json`: what a bundle says of itself.

use semver::Version;
use serde::Serialize;

use crate::json::{Object, Problems};
use crate::name::{is_agency, is_word};
use crate::{Digest, Document, Refused, Time};

/// The longest time that a bundle holds, in seconds: 366 days, so each policy is signed anew once a year.
pub const MAX_LIFE: i64 = 366 * 86_400;

/// What a bundle says of itself; the first entry of the file, as JSON with exactly these fields.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Header {
    /// The name of the policy: small letters, digits and hyphens, at most 64.
    pub name: String,
    /// The id of the agency that it is for, as in the agency's root.
    pub audience: String,
    /// Its place in the line, from 1 to 2⁵³-1; higher is newer.
    pub version: u64,
    /// The digest of the bundle before it in the line; `null` for version 1 and only there.
    pub previous: Option<Digest>,
    /// When it was packed.
    pub created: Time,
    /// From when it holds, this second included; not before `created`.
    pub not_before: Time,
    /// Until when it holds, this second excluded; at most [`MAX_LIFE`] after `not_before`.
    pub expires: Time,
    /// The oldest gateway that understands it, three numbers (semver.org).
    pub min_gateway: Version,
    /// [`crate::required_digest`] of its files; also if there are none under `required/`.
    pub required_invariants: Digest,
    /// The digest of `proof.json`.
    pub proof: Digest,
}

impl Header {
    /// Reads a header.
    ///
    /// # Errors
    /// All problems at once, each with its JSON path.
    pub fn read(bytes: &[u8]) -> Result<Self, Vec<Refused>> {
        let mut problems = Problems::new(Document::Header);
        let header = Self::read_fields(bytes, &mut problems);
        if let Some(header) = &header {
            header.check(&mut problems);
        }
        problems.or(header)
    }

    fn read_fields(bytes: &[u8], problems: &mut Problems) -> Option<Self> {
        let mut fields = Object::parse(bytes, problems)?;
        let (word, agency) = ("a name of small letters, digits and hyphens", "the id of an agency");
        let (time, digest) = ("a time such as 2026-11-22T10:00:00Z", "64 hexadecimal digits");
        let name = fields.text("name", word, |t| is_word(t).then(|| t.to_owned()), problems);
        let audience =
            fields.text("audience", agency, |t| is_agency(t).then(|| t.to_owned()), problems);
        let version = fields.number("version", 1, problems);
        let previous = fields.text_or_null("previous", digest, Digest::parse, problems);
        let created = fields.text("created", time, Time::parse, problems);
        let not_before = fields.text("not_before", time, Time::parse, problems);
        let expires = fields.text("expires", time, Time::parse, problems);
        let min_gateway =
            fields.text("min_gateway", "three numbers such as 1.4.0", release, problems);
        let required_invariants =
            fields.text("required_invariants", digest, Digest::parse, problems);
        let proof = fields.text("proof", digest, Digest::parse, problems);
        fields.done(problems);
        Some(Self {
            name: name?,
            audience: audience?,
            version: version?,
            previous: previous?,
            created: created?,
            not_before: not_before?,
            expires: expires?,
            min_gateway: min_gateway?,
            required_invariants: required_invariants?,
            proof: proof?,
        })
    }

    /// What fields say of each other.
    fn check(&self, problems: &mut Problems) {
        if (self.version == 1) != self.previous.is_none() {
            problems.add("$.previous", "expected null for version 1, and a digest for every other");
        }
        if self.not_before < self.created {
            problems.add("$.not_before", "is before it was created");
        }
        match self.expires.since(self.not_before) {
            ..=0 => problems.add("$.expires", "is not after not_before"),
            life if life > MAX_LIFE => {
                problems.add("$.expires", "is more than 366 days after not_before")
            }
            _ => {}
        }
    }

    /// The bytes of `header.json`: the fields in their order, one on a line.
    pub fn to_json(&self) -> Vec<u8> {
        to_json(self)
    }

    /// The header under which the content of this bundle comes back as a new, higher version: for as long as it held, from `now` on.
    ///
    /// `version` and `previous` say where in the line it stands: one more than the newest, and the newest's digest. History stays a
    /// line, and nothing old is ever taken. The digests stay, as the content does; pack it with the old files.
    ///
    /// # Errors
    /// If `version` is not higher than this one's.
    pub fn revert(&self, version: u64, previous: Digest, now: Time) -> Result<Self, Refused> {
        if version <= self.version {
            return Err(Refused::Old { version, highest: self.version });
        }
        let expires = now.plus(self.expires.since(self.not_before));
        let previous = Some(previous);
        Ok(Self { version, previous, created: now, not_before: now, expires, ..self.clone() })
    }

    /// Seconds until it expires; none or negative when it has. What a gateway does as that comes near is a fact for the policy.
    pub fn left(&self, now: Time) -> i64 {
        self.expires.since(now)
    }
}

/// Three numbers without a suffix, in their one spelling.
fn release(text: &str) -> Option<Version> {
    let version = Version::parse(text).ok()?;
    let plain = Version::new(version.major, version.minor, version.patch);
    (plain.to_string() == text).then_some(plain)
}

/// JSON as people read it, with a line end. Our own types always become JSON; were one not to, what is written is no object and refused.
pub(crate) fn to_json(value: &impl Serialize) -> Vec<u8> {
    let mut bytes = serde_json::to_vec_pretty(value).unwrap_or_default();
    bytes.push(b'\n');
    bytes
}
