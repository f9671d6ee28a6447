//! What goes in and what comes out: texts, findings and the description of a detector.
//!
//! A finding says where and what kind, never what: no type here that comes out of a scan holds text.

use std::fmt;

use serde::Deserialize;

use crate::harmless::Spared;

/// Bytes into a decoded text, end exclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Span {
    /// Whether the two spans share a byte.
    #[must_use]
    pub fn overlaps(self, other: Span) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// Length in bytes.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "no finding is empty")]
    pub fn len(self) -> usize {
        self.end - self.start
    }
}

/// How sure a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// The shape fits, nothing else says so. Most such hits are something else.
    Possible,
    /// Shape and check, or shape and context. The default threshold of policies.
    Likely,
    /// Shape, check and context, or a shape that nothing else has.
    Confirmed,
}

impl Level {
    /// The stable name, as policies and records have it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Level::Possible => "possible",
            Level::Likely => "likely",
            Level::Confirmed => "confirmed",
        }
    }

    /// The level below, if there is one.
    pub(crate) fn lower(self) -> Option<Level> {
        match self {
            Level::Confirmed => Some(Level::Likely),
            Level::Likely => Some(Level::Possible),
            Level::Possible => None,
        }
    }
}

/// Index into [`crate::Detector::infos`]; stable within one rule set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DetectorId(pub u16);

/// Which part of the engine looks for a detector's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// Found by the one pass over the text; costs nothing where there is no candidate.
    Fast,
    /// No cheap place to begin: tried at every byte that can start it. Authors should avoid it.
    Slow,
}

/// A detector as its rule file describes it.
#[derive(Clone, Debug)]
pub struct Info {
    /// Unique name, e.g. `de.tax-id`.
    pub id: String,
    /// What policies ask for, e.g. `tax-id`.
    pub family: String,
    /// One line for people.
    pub title: String,
    /// ISO 3166 alpha-2 of the country whose identifier this is, or `EU` and the like as written in the file.
    pub country: Option<String>,
    /// The standard, statute or vendor page the pattern and the check come from.
    pub source: String,
    /// The named check, if there is one.
    pub check: Option<String>,
    /// Whether a value without context is not reported at all.
    pub needs_context: bool,
    /// Whether no allow-list can let its values through.
    pub never_harmless: bool,
    /// Where in the engine it runs.
    pub lane: Lane,
    /// Name of the rule file.
    pub file: String,
    /// The line there on which its id stands, from 1.
    pub line: usize,
}

/// One decoded text to scan.
#[derive(Clone, Copy)]
pub struct Text<'t> {
    /// The nearest field name; gives context (`"ssn"` beside a bare number). May be empty.
    pub label: &'t str,
    /// What is scanned.
    pub body: &'t str,
    /// Whether a value may continue in the next text that flows and has the same voice.
    pub flows: bool,
    /// Whose text it is, as the caller numbers the speakers. A value is split only within what one of them says.
    pub voice: u8,
    /// Texts of one circle are each other's context, in their order; 0: it has none.
    pub circle: u8,
}

impl<'t> Text<'t> {
    /// A text that stands alone.
    #[must_use]
    pub fn alone(label: &'t str, body: &'t str) -> Text<'t> {
        Text { label, body, flows: false, voice: 0, circle: 0 }
    }
}

impl fmt::Debug for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Text({} bytes, flows: {})", self.body.len(), self.flows)
    }
}

/// Where (a piece of) a value stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Piece {
    /// Index into the scanned texts.
    pub text: u32,
    /// Bytes into that text.
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Pieces {
    One([Piece; 1]),
    Split(Vec<Piece>),
}

/// One sensitive value: which detector, how sure, where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    detector: DetectorId,
    level: Level,
    percent: u8,
    pieces: Pieces,
}

impl Finding {
    pub(crate) fn whole(detector: DetectorId, level: Level, percent: u8, piece: Piece) -> Finding {
        Finding { detector, level, percent, pieces: Pieces::One([piece]) }
    }

    pub(crate) fn split(
        detector: DetectorId,
        level: Level,
        percent: u8,
        pieces: Vec<Piece>,
    ) -> Finding {
        Finding { detector, level, percent, pieces: Pieces::Split(pieces) }
    }

    /// Which detector found it.
    #[must_use]
    pub fn detector(&self) -> DetectorId {
        self.detector
    }

    /// How sure it is.
    #[must_use]
    pub fn level(&self) -> Level {
        self.level
    }

    /// Where it stands, in order; more than one piece when the value is split over texts.
    #[must_use]
    pub fn pieces(&self) -> &[Piece] {
        match &self.pieces {
            Pieces::One(one) => one,
            Pieces::Split(many) => many,
        }
    }

    /// The score in percent.
    pub(crate) fn percent(&self) -> u8 {
        self.percent
    }

    /// A number in (0, 1] that orders findings within and across levels; Possible < 0.5 ≤ Likely < 0.8 ≤ Confirmed.
    #[must_use]
    pub fn score(&self) -> f32 {
        f32::from(self.percent) / 100.0
    }
}

/// What a scan found.
#[derive(Clone, Copy, Debug)]
pub struct Found<'s> {
    /// The findings that stand: sorted by their first piece, without overlaps. For editing.
    pub findings: &'s [Finding],
    /// What gave way to a surer reading of some of the same bytes, in no order. For judging and for editing: a password that is also
    /// a card number is still a password. What lies within a finding of the same detector is not told: it says nothing more.
    pub overruled: &'s [Finding],
    /// Encoded text that was not read to its end: nested too deep, or too large. Nothing may be concluded about it.
    pub unread: &'s [Piece],
    /// What the caller knows to be harmless, in order. Something else may still be found in the same bytes.
    pub spared: &'s [Spared],
}

impl std::ops::Deref for Found<'_> {
    type Target = [Finding];

    fn deref(&self) -> &[Finding] {
        self.findings
    }
}

impl<'s> IntoIterator for Found<'s> {
    type Item = &'s Finding;
    type IntoIter = std::slice::Iter<'s, Finding>;

    fn into_iter(self) -> Self::IntoIter {
        self.findings.iter()
    }
}
