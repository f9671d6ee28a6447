//! Values split over neighbouring texts.
//!
//! The end of a text and the begin of the next that flows are joined, once directly and once over a space, and scanned; short texts are
//! joined whole, so a value may be split over many. Texts are neighbours if nothing of the same voice stands between them, or
//! nothing of the same voice and label: a foreign field or another speaker in between hides no value. Only findings of level
//! likely and above count.

use std::collections::BTreeMap;

use crate::compile::Engine;
use crate::detector::{Overruled, percent};
use crate::engine::{Subject, Work};
use crate::finding::{DetectorId, Finding, Level, Piece, Span, Text};
use crate::fuel::{Fuel, Spent};
use crate::normal::Normal;
use crate::pattern::PATTERN_MAX;
use crate::resolve::{Hit, resolve};

/// Bytes of a text, at either end, that take part in a seam, beside the word that is cut.
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
    order: Vec<u32>,
    claims: Claims,
}

/// What the scan of one seam works with.
struct Desk<'a> {
    engine: &'a Engine,
    work: &'a mut Work,
    normal: &'a mut Normal,
    /// Of single texts, in order.
    whole: &'a [Finding],
    overruled: &'a mut Overruled,
    unread: &'a mut Vec<Piece>,
    fuel: &'a mut Fuel,
}

impl Seam {
    /// Adds the split values of all seams to the findings, which stay sorted, and what could not be read there to the unread.
    pub(crate) fn scan(
        &mut self,
        engine: &Engine,
        texts: &[Text<'_>],
        (work, normal): (&mut Work, &mut Normal),
        (findings, overruled, unread): (&mut Vec<Finding>, &mut Overruled, &mut Vec<Piece>),
        fuel: &mut Fuel,
    ) -> Result<(), Spent> {
        self.claims.clear();
        let mut order = std::mem::take(&mut self.order);
        order.clear();
        order.extend(
            (0u32..).zip(texts).filter(|(_, t)| t.flows && !t.body.is_empty()).map(|(i, _)| i),
        );
        let voice = |i: u32| texts.get(i as usize).map_or((0, ""), |t| (t.voice, t.label));
        let mut desk = Desk { engine, work, normal, whole: findings, overruled, unread, fuel };
        let mut done = Ok(());
        if order.len() > 1 {
            order.sort_unstable_by_key(|i| (voice(*i).0, *i));
            done = self.chains(&mut desk, texts, &order, |a, b| voice(a).0 == voice(b).0);
            let labels = |w: &[u32]| matches!(w, [a, b] if voice(*a).0 == voice(*b).0 && voice(*a).1 != voice(*b).1);
            if order.windows(2).any(labels) {
                order.sort_unstable_by_key(|i| (voice(*i), *i));
                done = done.and_then(|()| {
                    self.chains(&mut desk, texts, &order, |a, b| voice(a) == voice(b))
                });
            }
        }
        self.order = order;
        self.claims.settle(findings, overruled);
        unread.sort_unstable();
        unread.dedup();
        done
    }

    /// Joins runs of texts that are alike.
    fn chains(
        &mut self,
        desk: &mut Desk<'_>,
        texts: &[Text<'_>],
        order: &[u32],
        alike: impl Fn(u32, u32) -> bool,
    ) -> Result<(), Spent> {
        for chain in order.chunk_by(|a, b| alike(*a, *b)).filter(|chain| chain.len() > 1) {
            for gap in ["", " "] {
                self.clear();
                for index in chain {
                    let body = texts.get(*index as usize).map_or("", |t| t.body);
                    self.add(desk, *index, body, gap)?;
                }
                self.flush(desk)?;
            }
        }
        Ok(())
    }

    fn clear(&mut self) {
        self.joined.clear();
        self.segments.clear();
    }

    fn add(&mut self, desk: &mut Desk<'_>, index: u32, body: &str, gap: &str) -> Result<(), Spent> {
        let (head, tail) = (head(body), tail(body));
        if tail <= head {
            self.push(index, body, 0, body.len(), gap);
            if self.joined.len() > CHAIN {
                self.flush(desk)?;
                self.keep_tail();
            }
            return Ok(());
        }
        self.push(index, body, 0, head, gap);
        self.flush(desk)?;
        self.clear();
        self.push(index, body, tail, body.len(), gap);
        Ok(())
    }

    fn push(&mut self, text: u32, body: &str, from: usize, to: usize, gap: &str) {
        if !self.segments.is_empty() {
            self.joined.push_str(gap);
        }
        self.segments.push(Segment { joined: self.joined.len(), text, from, len: to - from });
        self.joined.push_str(body.get(from..to).unwrap_or(""));
    }

    /// Drops from the front what the next seam does not need; a segment may be cut.
    fn keep_tail(&mut self) {
        let cut = tail(&self.joined);
        self.joined.drain(..cut);
        self.segments.retain(|s| s.joined + s.len > cut);
        for segment in &mut self.segments {
            let lost = cut.saturating_sub(segment.joined);
            segment.joined = (segment.joined + lost).saturating_sub(cut);
            segment.from += lost;
            segment.len -= lost;
        }
    }

    fn flush(&mut self, desk: &mut Desk<'_>) -> Result<(), Spent> {
        if self.segments.len() < 2 {
            return Ok(());
        }
        let subject = Subject::bare(&self.joined);
        desk.engine.hits(subject, desk.work, desk.fuel)?;
        desk.normal.hits(desk.engine, subject, desk.work, desk.fuel)?;
        for span in desk.normal.unread.iter().filter(|span| self.pieces(**span).nth(1).is_some()) {
            desk.unread.extend(self.pieces(*span));
        }
        let allowed =
            |hit: &Hit| desk.engine.rules.get(usize::from(hit.detector)).is_some_and(|r| r.split);
        desk.work.hits.retain(|hit| {
            hit.level >= Level::Likely && allowed(hit) && self.pieces(hit.span).nth(1).is_some()
        });
        resolve(&mut desk.work.hits, |hit| {
            let (detector, pieces) = (DetectorId(hit.detector), self.pieces(hit.span).collect());
            desk.overruled.note(Finding::split(detector, hit.level, percent(hit), pieces));
        });
        for hit in &desk.work.hits {
            let pieces: Vec<Piece> = self.pieces(hit.span).collect();
            desk.fuel.burn(pieces.len())?;
            let split = Finding::split(DetectorId(hit.detector), hit.level, percent(hit), pieces);
            self.claims.claim(desk.whole, split, desk.overruled);
        }
        Ok(())
    }

    /// Where the joined bytes came from.
    fn pieces(&self, span: Span) -> impl Iterator<Item = Piece> + '_ {
        let first = self.segments.partition_point(|s| s.joined + s.len <= span.start);
        let reached = self.segments.iter().skip(first).take_while(move |s| s.joined < span.end);
        reached.filter_map(move |s| {
            let start = span.start.max(s.joined);
            let end = span.end.min(s.joined + s.len);
            let back = |at: usize| at - s.joined + s.from;
            (start < end)
                .then(|| Piece { text: s.text, span: Span { start: back(start), end: back(end) } })
        })
    }
}

/// The end of what of a text may belong to a value that began before it: its first word and [`REACH`] bytes.
fn head(body: &str) -> usize {
    let word = body.bytes().take(PATTERN_MAX).take_while(u8::is_ascii_graphic).count();
    body.floor_char_boundary(word + REACH)
}

/// The begin of what of a text may belong to a value that goes on after it: its last word and [`REACH`] bytes.
fn tail(body: &str) -> usize {
    let bytes = body.bytes().rev();
    let word = bytes.take(PATTERN_MAX).take_while(u8::is_ascii_graphic).count();
    body.floor_char_boundary(body.len().saturating_sub(word + REACH))
}

/// Split findings, and which of them and of the findings in single texts stand. The surer does; of equals the one that came first.
#[derive(Default)]
struct Claims {
    splits: Vec<Option<Finding>>,
    /// Text and begin of a piece → its end and the index of its split finding.
    places: BTreeMap<(u32, usize), (usize, usize)>,
}

impl Claims {
    fn clear(&mut self) {
        self.splits.clear();
        self.places.clear();
    }

    fn claim(&mut self, whole: &[Finding], split: Finding, overruled: &mut Overruled) {
        let mut rivals = split.pieces().iter().flat_map(|p| over(whole, *p));
        let splits: Vec<usize> = split.pieces().iter().flat_map(|p| self.over(*p)).collect();
        let rival = |f: &Finding| f.level() >= split.level();
        let stands = |i: usize| whole.get(i).is_some_and(rival);
        let claims = |i: &usize| self.splits.get(*i).and_then(Option::as_ref).is_some_and(rival);
        if rivals.any(stands) || splits.iter().any(claims) {
            overruled.note(split);
            return;
        }
        for index in splits {
            let Some(fallen) = self.splits.get_mut(index).and_then(Option::take) else { continue };
            for piece in fallen.pieces() {
                self.places.remove(&(piece.text, piece.span.start));
            }
            overruled.note(fallen);
        }
        for piece in split.pieces() {
            self.places.insert((piece.text, piece.span.start), (piece.span.end, self.splits.len()));
        }
        self.splits.push(Some(split));
    }

    /// The split findings over a piece.
    fn over(&self, piece: Piece) -> impl Iterator<Item = usize> + '_ {
        let until = (piece.text, piece.span.end);
        let nearest = self.places.range((piece.text, 0)..until).rev();
        nearest.take_while(move |(_, (end, _))| *end > piece.span.start).map(|(_, (_, i))| *i)
    }

    /// Puts together what stands: a whole finding gives way only to a split one that stands itself.
    fn settle(&mut self, findings: &mut Vec<Finding>, overruled: &mut Overruled) {
        if self.splits.is_empty() {
            return;
        }
        let whole: &[Finding] = findings;
        let standing = self.splits.iter().flatten().flat_map(Finding::pieces);
        let mut fallen: Vec<usize> = standing.flat_map(|p| over(whole, *p)).collect();
        fallen.sort_unstable();
        let mut index = 0;
        findings.retain(|finding| {
            let fallen = fallen.binary_search(&index).is_ok();
            index += 1;
            if fallen {
                overruled.note(finding.clone());
            }
            !fallen
        });
        findings.extend(self.splits.drain(..).flatten());
        findings.sort_unstable_by_key(|f| f.pieces().first().copied());
    }
}

/// The findings in single texts over a piece: they are sorted and do not overlap.
fn over(whole: &[Finding], piece: Piece) -> impl Iterator<Item = usize> + '_ {
    let place =
        |f: &Finding| f.pieces().first().map_or((0, 0, 0), |p| (p.text, p.span.start, p.span.end));
    let first = whole.partition_point(|f| {
        let (text, _, end) = place(f);
        (text, end) <= (piece.text, piece.span.start)
    });
    let rest = whole.get(first..).unwrap_or_default();
    let reached = rest.iter().take_while(move |f| {
        let (text, start, _) = place(f);
        (text, start) < (piece.text, piece.span.end)
    });
    (first..).zip(reached).map(|(i, _)| i)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_gave_way_to_a_split_value_that_falls_itself_stands() {
        let piece = |text, start, end| Piece { text, span: Span { start, end } };
        let split = |id, level, pieces: [Piece; 2]| {
            Finding::split(DetectorId(id), level, 50, pieces.into())
        };
        let whole = Finding::whole(DetectorId(0), Level::Possible, 30, piece(0, 0, 10));
        let first = split(1, Level::Likely, [piece(0, 5, 12), piece(1, 0, 3)]);
        let surer = split(2, Level::Confirmed, [piece(1, 0, 5), piece(2, 0, 4)]);
        let check = |splits: &[&Finding], expect: &[&Finding]| {
            let (mut claims, mut overruled) = (Claims::default(), Overruled::default());
            let mut findings = vec![whole.clone()];
            for split in splits {
                claims.claim(&findings, (*split).clone(), &mut overruled);
            }
            claims.settle(&mut findings, &mut overruled);
            assert_eq!(findings.iter().collect::<Vec<_>>(), expect);
        };
        check(&[&first], &[&first]);
        check(&[&first, &surer], &[&whole, &surer]);
    }
}
