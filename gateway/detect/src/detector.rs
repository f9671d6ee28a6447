//! All rules compiled: the public face of the crate.

use std::fmt;

use sha2::{Digest, Sha256};

use crate::compile::{self, Engine};
use crate::engine::{Subject, Work};
use crate::examples::{self, Example};
use crate::finding::{DetectorId, Finding, Found, Info, Level, Piece, Text};
use crate::fuel::{Fuel, MAX_FINDINGS, Spent};
use crate::harmless::{Harmless, Spared, spare};
use crate::neighbours::{Link, Neighbours, link};
use crate::normal::Normal;
use crate::problem::{Problem, RuleFile};
use crate::resolve::{Hit, resolve};
use crate::seam::Seam;

/// Compiled detectors: immutable, shared between threads.
pub struct Detector {
    pub(crate) engine: Engine,
    infos: Vec<Info>,
    pub(crate) examples: Vec<Example>,
    digest: [u8; 32],
}

/// Working memory of a scan, owned by the caller and reused. After the first scans on clean text it does not grow. What views of encoded
/// text took beyond some MiB is given back after each text; what many findings took is kept.
#[derive(Default)]
pub struct Scratch {
    pub(crate) work: Work,
    findings: Vec<Finding>,
    overruled: Overruled,
    links: Vec<Link>,
    seam: Seam,
    normal: Normal,
    unread: Vec<Piece>,
    spared: Vec<Spared>,
}

/// Findings that gave way.
#[derive(Default)]
pub(crate) struct Overruled(Vec<Finding>);

impl Overruled {
    pub(crate) fn note(&mut self, finding: Finding) {
        self.0.push(finding);
    }
}

impl fmt::Debug for Detector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Detector({} detectors)", self.infos.len())
    }
}

impl fmt::Debug for Scratch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Scratch({} findings)", self.findings.len())
    }
}

impl Detector {
    /// Compiles rule files. The examples are not run; see [`Detector::check_examples`].
    ///
    /// # Errors
    /// All mistakes of all files, each with its place and how to mend it.
    pub fn compile(files: &[RuleFile<'_>]) -> Result<Detector, Vec<Problem>> {
        let compiled = compile::compile(files)?;
        let mut hash = Sha256::new();
        for file in files {
            for part in [file.name, file.text] {
                hash.update((part.len() as u64).to_le_bytes());
                hash.update(part.as_bytes());
            }
        }
        Ok(Detector {
            engine: compiled.engine,
            infos: compiled.infos,
            examples: compiled.examples,
            digest: hash.finalize().into(),
        })
    }

    /// Runs every example and counter-example; an empty answer means that all came out as told.
    #[must_use]
    pub fn check_examples(&self) -> Vec<Problem> {
        examples::run(self, &self.examples)
    }

    /// The level of a value of a detector where no word says what it is; nothing if it is not found there, or is no detector.
    #[must_use]
    pub fn bare_level(&self, id: DetectorId) -> Option<Level> {
        self.engine.rules.get(usize::from(id.0))?.level.bare
    }

    /// Whether a label has a word that tells any detector what its value is, or is not.
    #[must_use]
    pub fn knows_words_of(&self, label: &str) -> bool {
        crate::words::has_words(&self.engine.vocabulary, label)
    }

    /// The detectors, in the order of their ids.
    #[must_use]
    pub fn infos(&self) -> &[Info] {
        &self.infos
    }

    /// One detector.
    ///
    /// # Panics
    /// If the id comes from another rule set with more detectors.
    #[must_use]
    pub fn info(&self, id: DetectorId) -> &Info {
        &self.infos[usize::from(id.0)]
    }

    /// The detector with this name.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<DetectorId> {
        let index = self.infos.iter().position(|info| info.id == id)?;
        u16::try_from(index).ok().map(DetectorId)
    }

    /// SHA-256 over the names and texts of the rule files, in order; recorded with decisions.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        self.digest
    }

    /// Bytes that the automata take.
    #[must_use]
    pub fn memory(&self) -> usize {
        self.engine.memory()
    }

    /// Finds what is sensitive in the texts, and values split over texts of one voice that flow.
    ///
    /// The findings are sorted by their first piece and do not overlap; what gave way to them is told beside them. Clean text costs no
    /// allocation once the scratch has been used.
    ///
    /// # Errors
    /// [`Spent`] when the fuel runs out or there is too much to tell; nothing may then be concluded about the texts.
    pub fn scan<'s>(
        &self,
        scratch: &'s mut Scratch,
        texts: &[Text<'_>],
        fuel: &mut Fuel,
    ) -> Result<Found<'s>, Spent> {
        self.scan_but(scratch, texts, None, fuel)
    }

    /// As [`Detector::scan`], without what is known to be harmless.
    ///
    /// # Errors
    /// As [`Detector::scan`].
    pub fn scan_but<'s>(
        &self,
        scratch: &'s mut Scratch,
        texts: &[Text<'_>],
        known: Option<&dyn Harmless>,
        fuel: &mut Fuel,
    ) -> Result<Found<'s>, Spent> {
        let Scratch { work, findings, overruled, links, seam, normal, unread, spared } = scratch;
        findings.clear();
        unread.clear();
        spared.clear();
        overruled.0.clear();
        links.clear();
        if texts.len() > 1 {
            link(texts, links);
        }
        normal.begin(texts.iter().map(|text| text.body.len()).sum(), fuel);
        for (index, text) in (0u32..).zip(texts) {
            let neighbours = Neighbours::of(texts, links, index);
            let subject = Subject { label: text.label, text: text.body, neighbours };
            self.engine.hits(subject, work, fuel)?;
            normal.hits(&self.engine, subject, work, fuel)?;
            unread.extend(normal.unread.iter().map(|span| Piece { text: index, span: *span }));
            if let Some(known) = known {
                spare(known, (index, text.body), &mut work.hits, spared, fuel)?;
            }
            let finding = |hit: &Hit| {
                let piece = Piece { text: index, span: hit.span };
                Finding::whole(DetectorId(hit.detector), hit.level, percent(hit), piece)
            };
            resolve(&mut work.hits, |hit| overruled.note(finding(hit)));
            findings.extend(work.hits.iter().map(finding));
            if findings.len() > MAX_FINDINGS || overruled.0.len() > MAX_OVERRULED {
                return Err(Spent);
            }
        }
        seam.scan(&self.engine, texts, (work, normal), (findings, overruled, unread), fuel)?;
        Ok(Found { findings, overruled: &overruled.0, unread, spared })
    }
}

/// Most findings that gave way in one scan: they take memory as those that stand do.
const MAX_OVERRULED: usize = 4 * MAX_FINDINGS;

/// The score of a hit in percent: the level, then what speaks for it.
pub(crate) fn percent(hit: &Hit) -> u8 {
    let base = match hit.level {
        Level::Possible => 30,
        Level::Likely => 60,
        Level::Confirmed => 85,
    };
    base + if hit.checked { 6 } else { 0 } + if hit.context { 4 } else { 0 } + hit.rank.min(3)
}
