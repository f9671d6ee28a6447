//! What a scan is given and what it gives back: working memory, fuel, findings.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::documents::Chain;
use crate::records::Candidate;
use crate::words::{Cache, Word};

/// Most findings of one scan; more is a data set, not a text.
const MAX_FINDINGS: usize = 32_768;

/// How sure a finding is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// By what stands there.
    #[default]
    Likely,
    /// By several things that agree.
    Confirmed,
}

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Subject {
    /// A term, by its number as the builder was told: the line of the source.
    Term(u32),
    /// Values of one record, by the place of the rule.
    Rule(u16),
    /// A passage of a registered document, by the document's place.
    Document(u32),
}

/// A run of bytes of one of the texts, end exclusive, on boundaries of characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Which of the texts.
    pub text: u32,
    /// First byte.
    pub start: usize,
    /// Behind the last byte.
    pub end: usize,
}

/// One finding. Holds no text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What was found.
    pub subject: Subject,
    /// How sure that is.
    pub level: Level,
    /// Of the words of the passage, how many in a hundred are the document's; 100 for terms and records.
    pub share: u8,
    pub(crate) first: u32,
    pub(crate) pieces: u32,
}

/// The findings of a scan, in the order of their texts and positions.
#[derive(Clone, Copy, Debug)]
pub struct Found<'s> {
    findings: &'s [Finding],
    pieces: &'s [Piece],
}

impl<'s> Found<'s> {
    /// All findings.
    #[must_use]
    pub fn findings(&self) -> &'s [Finding] {
        self.findings
    }

    /// Where a finding of this scan stands: one piece, or of records one for each place of a value that no finding of the same
    /// rule has before it, in order.
    #[must_use]
    pub fn pieces(&self, finding: &Finding) -> &'s [Piece] {
        let first = finding.first as usize;
        self.pieces.get(first..first + finding.pieces as usize).unwrap_or(&[])
    }
}

/// What a scan may still spend. One unit is one byte of text or one step of looking up.
#[derive(Clone, Debug)]
pub struct Fuel(u64);

/// The fuel ran out, there were more than 32,768 findings, or the texts were longer than 4 GiB. Nothing may be concluded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spent;

impl fmt::Display for Spent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "the search for holdings ran out of its budget before the text was read to the end",
        )
    }
}

impl std::error::Error for Spent {}

impl Fuel {
    /// Fuel for `units` steps. Ordinary text takes one to two a byte.
    #[must_use]
    pub fn new(units: u64) -> Fuel {
        Fuel(units)
    }

    /// Units left.
    #[must_use]
    pub fn left(&self) -> u64 {
        self.0
    }

    pub(crate) fn burn(&mut self, units: usize) -> Result<(), Spent> {
        let left = self.0.checked_sub(units as u64);
        self.0 = left.unwrap_or(0);
        left.map(drop).ok_or(Spent)
    }
}

/// Working memory of a scan, owned by the caller and reused, so that a scan allocates nothing once it has grown.
#[derive(Default)]
pub struct Scratch {
    pub(crate) words: Vec<Word>,
    pub(crate) cache: Cache,
    pub(crate) bytes: Vec<u8>,
    pub(crate) candidates: Vec<Candidate>,
    pub(crate) nearby: Vec<u32>,
    pub(crate) apart: Vec<u64>,
    pub(crate) matched: Vec<(u32, u8)>,
    pub(crate) chains: Vec<Chain>,
    /// Where each text begins if all stood in one, with a byte between.
    pub(crate) starts: Vec<u32>,
    pub(crate) results: Results,
}

/// Findings and their pieces, as they grow.
#[derive(Default)]
pub(crate) struct Results {
    pub(crate) findings: Vec<Finding>,
    pub(crate) pieces: Vec<Piece>,
}

impl fmt::Debug for Scratch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Scratch({} words, {} findings)", self.words.len(), self.results.findings.len())
    }
}

impl Results {
    pub(crate) fn clear(&mut self) {
        self.findings.clear();
        self.pieces.clear();
    }

    /// Adds a finding whose pieces are the last `pieces` that were pushed.
    pub(crate) fn add(
        &mut self,
        subject: Subject,
        level: Level,
        share: u8,
        pieces: usize,
    ) -> Result<(), Spent> {
        if self.findings.len() >= MAX_FINDINGS {
            return Err(Spent);
        }
        let first = self.pieces.len().saturating_sub(pieces) as u32;
        self.findings.push(Finding { subject, level, share, first, pieces: pieces as u32 });
        Ok(())
    }

    /// Sorts by the first piece.
    pub(crate) fn sorted(&mut self) -> Found<'_> {
        let pieces = &self.pieces;
        self.findings.sort_unstable_by_key(|finding| {
            let at = pieces.get(finding.first as usize).map(|piece| (piece.text, piece.start));
            (at, finding.first)
        });
        Found { findings: &self.findings, pieces: &self.pieces }
    }
}
