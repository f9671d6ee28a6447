//! Values split over neighbouring texts.
//!
//! The last bytes of a text and the first of the next that flows are joined, once directly and once over a space, and scanned; short texts are
//! joined whole, so a value may be split over many. Only detectors that allow it (a check, or a shape of its own) and only findings
//! of level likely and above count: two unrelated texts must not make a number.

use crate::compile::Engine;
use crate::context::floor;
use crate::detector::percent;
use crate::engine::{Subject, Work};
use crate::finding::{DetectorId, Finding, Level, Piece, Span, Text};
use crate::fuel::{Fuel, Spent};
use crate::resolve::{Hit, resolve};

/// Bytes of a text, at either end, that take part in a seam.
const REACH: usize = 96;
/// Bytes after which a chain of short texts is scanned and cut back.
const CHAIN: usize = 4096;

/// One run of joined text and where it came from.
#[derive(Clone, Copy)]
struct Segment {
    joined: usize,
    text: u32,
    from: usize,
    len: usize,
}

/// Working memory.
#[derive(Default)]
pub(crate) struct Seam {
    joined: String,
    segments: Vec<Segment>,
}

/// What the scan of one seam works with.
struct Desk<'a> {
    engine: &'a Engine,
    work: &'a mut Work,
    findings: &'a mut Vec<Finding>,
    fuel: &'a mut Fuel,
}

impl Seam {
    /// Adds the split values of all seams to `findings`.
    pub(crate) fn scan(
        &mut self,
        engine: &Engine,
        texts: &[Text<'_>],
        work: &mut Work,
        findings: &mut Vec<Finding>,
        fuel: &mut Fuel,
    ) -> Result<(), Spent> {
        let mut desk = Desk { engine, work, findings, fuel };
        for gap in ["", " "] {
            self.clear();
            for (index, text) in (0u32..).zip(texts).filter(|(_, t)| t.flows && !t.body.is_empty())
            {
                self.add(&mut desk, index, text.body, gap)?;
            }
            self.flush(&mut desk)?;
        }
        Ok(())
    }

    fn clear(&mut self) {
        self.joined.clear();
        self.segments.clear();
    }

    fn add(&mut self, desk: &mut Desk<'_>, index: u32, body: &str, gap: &str) -> Result<(), Spent> {
        if body.len() <= 2 * REACH {
            self.push(index, body, 0, body.len(), gap);
            if self.joined.len() > CHAIN {
                self.flush(desk)?;
                self.keep_tail();
            }
            return Ok(());
        }
        self.push(index, body, 0, floor(body, REACH), gap);
        self.flush(desk)?;
        self.clear();
        self.push(index, body, floor(body, body.len() - REACH), body.len(), gap);
        Ok(())
    }

    fn push(&mut self, text: u32, body: &str, from: usize, to: usize, gap: &str) {
        if !self.segments.is_empty() {
            self.joined.push_str(gap);
        }
        self.segments.push(Segment { joined: self.joined.len(), text, from, len: to - from });
        self.joined.push_str(body.get(from..to).unwrap_or(""));
    }

    /// Drops whole segments from the front until at most [`REACH`] bytes are left.
    fn keep_tail(&mut self) {
        let cut = self
            .segments
            .iter()
            .map(|s| s.joined)
            .find(|at| self.joined.len() - at <= REACH)
            .unwrap_or(self.joined.len());
        self.joined.drain(..cut);
        self.segments.retain(|s| s.joined >= cut);
        for segment in &mut self.segments {
            segment.joined -= cut;
        }
    }

    fn flush(&self, desk: &mut Desk<'_>) -> Result<(), Spent> {
        if self.segments.len() < 2 {
            return Ok(());
        }
        desk.engine.hits(Subject { label: "", text: &self.joined }, desk.work, desk.fuel)?;
        let allowed =
            |hit: &Hit| desk.engine.rules.get(usize::from(hit.detector)).is_some_and(|r| r.split);
        desk.work.hits.retain(|hit| {
            hit.level >= Level::Likely && allowed(hit) && self.pieces(hit.span).count() > 1
        });
        resolve(&mut desk.work.hits);
        for hit in &desk.work.hits {
            desk.fuel.burn(desk.findings.len())?;
            let pieces: Vec<Piece> = self.pieces(hit.span).collect();
            let clashes = |f: &Finding| {
                f.pieces()
                    .iter()
                    .any(|p| pieces.iter().any(|q| p.text == q.text && p.span.overlaps(q.span)))
            };
            if desk.findings.iter().any(|f| clashes(f) && f.level() >= hit.level) {
                continue;
            }
            desk.findings.retain(|f| !clashes(f));
            desk.findings.push(Finding::split(
                DetectorId(hit.detector),
                hit.level,
                percent(hit),
                pieces,
            ));
        }
        Ok(())
    }

    /// Where the joined bytes came from.
    fn pieces(&self, span: Span) -> impl Iterator<Item = Piece> + '_ {
        self.segments.iter().filter_map(move |s| {
            let start = span.start.max(s.joined);
            let end = span.end.min(s.joined + s.len);
            let back = |at: usize| at - s.joined + s.from;
            (start < end)
                .then(|| Piece { text: s.text, span: Span { start: back(start), end: back(end) } })
        })
    }
}
