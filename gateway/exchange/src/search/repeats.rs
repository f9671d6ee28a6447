//! Further occurrences of what was found: a number that stands beside its label once is the same number where it stands bare.
//!
//! What was found at least likely by the words around it is looked for in all texts of the scan, whole words only, and a repeat has kind and level of what
//! it repeats. Numbers are compared without case, and without the single space, hyphen, point or slash that groups them; what is
//! shorter than [`GROUPED`] as it was written. Not looked for is what anybody may write without meaning it: fewer than [`SHORTEST`]
//! letters and digits; and letters alone, unless they are a key or stand in the agency's own records.
//!
//! Where another reading of the same bytes stands, the surer of both does, of equals the one that was there.
//!
//! Cost: none where nothing was found; else one pass of an automaton over the texts, which is linear in them and in what they repeat.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use detect::{DetectorId, Level, MAX_FINDINGS, Piece, Span, Spent, Text, is_apart};

use super::{Finding, Found, RECORDS, Search};
use crate::parsed::CREDENTIALS;

/// Letters and digits that a value must have to be looked for, and a key of letters alone.
const SHORTEST: usize = 5;
const SHORTEST_KEY: usize = 8;
/// Letters and digits from which on a number is the same one however it is grouped.
const GROUPED: usize = 7;
/// Bytes of the longest value that is looked for; what is longer (a key, a token) is found by itself wherever it stands.
const LONGEST: usize = 128;
/// Bytes of all values together that are looked for: beyond that it is a data set, not a request.
const ALL: usize = 1 << 20;

impl Search {
    /// Whether a value would not be found alike without the words around it, or is the agency's own or a key. Anything else is found by itself
    /// wherever it stands, unless words there say that it is something else.
    fn is_by_words(&self, finding: &Finding) -> bool {
        let family = self.known(finding.detector).family;
        family == RECORDS
            || family == CREDENTIALS
            || self.detector.bare_level(finding.detector).is_none_or(|bare| bare < finding.level)
    }
}

/// Adds what repeats a value that was found.
pub(super) fn add(search: &Search, texts: &[Text<'_>], found: &mut Found) -> Result<(), Spent> {
    let values = Values::of(search, texts, found)?;
    if values.0.is_empty() {
        return Ok(());
    }
    let mut contest = Contest::of(search, found);
    for repeat in values.repeats(texts)? {
        contest.enter(repeat, found);
    }
    contest.settle(found);
    if found.findings.len() > MAX_FINDINGS { Err(Spent) } else { Ok(()) }
}

/// One way in which a value was found.
#[derive(Clone, Copy)]
struct Kind {
    detector: DetectorId,
    level: Level,
    score: f32,
    /// Where it was found first.
    at: Piece,
    /// Bytes as it was written, if it counts only so.
    length: Option<usize>,
}

/// By their compact form, in small letters, the values that are looked for.
struct Values(BTreeMap<String, Vec<Kind>>);

impl Values {
    fn of(search: &Search, texts: &[Text<'_>], found: &Found) -> Result<Self, Spent> {
        let mut values = Self(BTreeMap::new());
        let mut bytes = 0;
        let likely = |f: &&Finding| f.level >= Level::Likely && !f.long && search.is_by_words(f);
        for finding in found.findings.iter().chain(&found.overruled).filter(likely) {
            let Some(at) = finding.pieces.first().copied() else { continue };
            let length: usize = finding.pieces.iter().map(|piece| piece.span.len()).sum();
            if length > 2 * LONGEST {
                continue;
            }
            let written: String =
                finding.pieces.iter().filter_map(|piece| text_at(texts, *piece)).collect();
            let written = written.trim_matches(groups);
            let compact = Compact::of(written).text.to_ascii_lowercase();
            let family = search.known(finding.detector).family;
            if compact.len() > LONGEST || !tells(&compact, family) {
                continue;
            }
            let short = compact.chars().filter(|c| c.is_alphanumeric()).count() < GROUPED;
            let kind = Kind {
                detector: finding.detector,
                level: finding.level,
                score: finding.score,
                at,
                length: short.then_some(written.len()),
            };
            bytes += compact.len();
            values.add(compact, kind);
        }
        if bytes > ALL { Err(Spent) } else { Ok(values) }
    }

    fn add(&mut self, compact: String, kind: Kind) {
        let kinds = self.0.entry(compact).or_default();
        let same = |k: &&mut Kind| k.detector == kind.detector && k.length == kind.length;
        match kinds.iter_mut().find(same) {
            Some(known) if kind.level <= known.level => {}
            Some(known) => *known = kind,
            None => kinds.push(kind),
        }
    }

    /// Every place where one of them stands as a word, the surest and longest first.
    fn repeats(&self, texts: &[Text<'_>]) -> Result<Vec<Repeat>, Spent> {
        let automaton = AhoCorasick::builder()
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .ascii_case_insensitive(true)
            .build(self.0.keys())
            .map_err(|_| Spent)?;
        let kinds: Vec<&Vec<Kind>> = self.0.values().collect();
        let mut repeats = Vec::new();
        for (text, said) in (0u32..).zip(texts) {
            let compact = Compact::of(said.body);
            for hit in automaton.find_overlapping_iter(compact.text.as_bytes()) {
                let span = compact.source(hit.start(), hit.end());
                if !is_apart(said.body, span) {
                    continue;
                }
                let meant = |kind: &&Kind| kind.length.is_none_or(|length| length == span.len());
                let kinds = kinds.get(hit.pattern().as_usize()).copied().into_iter().flatten();
                let piece = Piece { text, span };
                repeats.extend(kinds.filter(meant).map(|kind| Repeat { kind: *kind, piece }));
            }
            if repeats.len() > 4 * MAX_FINDINGS {
                return Err(Spent);
            }
        }
        repeats.sort_by_key(|r| {
            (Reverse((r.kind.level, r.piece.span.len())), r.piece, r.kind.detector.0)
        });
        Ok(repeats)
    }
}

fn text_at<'t>(texts: &[Text<'t>], piece: Piece) -> Option<&'t str> {
    texts.get(piece.text as usize)?.body.get(piece.span.start..piece.span.end)
}

/// Whether a value means the same wherever it stands.
fn tells(compact: &str, family: &str) -> bool {
    let signs = compact.chars().filter(|c| c.is_alphanumeric()).count();
    let number = compact.bytes().any(|byte| byte.is_ascii_digit());
    let word = family == RECORDS || family == CREDENTIALS && signs >= SHORTEST_KEY;
    signs >= SHORTEST && (number || word)
}

/// A further place of a value.
#[derive(Clone, Copy)]
struct Repeat {
    kind: Kind,
    piece: Piece,
}

impl Repeat {
    fn finding(self) -> Finding {
        let Kind { detector, level, score, at, .. } = self.kind;
        let finding = Finding::standing(detector, level, score, vec![self.piece]);
        Finding { repeats: Some(at), ..finding }
    }

    /// Whether a finding says all that this one would.
    fn is_said_by(&self, finding: &Finding) -> bool {
        finding.detector == self.kind.detector
            && finding.level >= self.kind.level
            && finding.pieces.iter().any(|piece| holds(*piece, self.piece))
    }
}

fn holds(all: Piece, part: Piece) -> bool {
    all.text == part.text && all.span.start <= part.span.start && part.span.end <= all.span.end
}

/// Which of several readings of the same bytes stands: only between those of detectors, since what the agency's own data says
/// overlaps everything.
struct Contest {
    /// Numbers below are those of detectors.
    own: usize,
    standing: Places,
    /// What gave way before, and needs not be told again.
    known: BTreeSet<(DetectorId, Piece)>,
    /// By text and begin: the end, and which of `new` it is.
    taken: BTreeMap<(u32, usize), (usize, usize)>,
    new: Vec<Finding>,
    gave_way: Vec<Finding>,
    fallen: BTreeSet<usize>,
}

impl Contest {
    fn of(search: &Search, found: &Found) -> Self {
        let single = |f: &Finding| match f.pieces[..] {
            [piece] => Some((f.detector, piece)),
            _ => None,
        };
        Self {
            own: search.detector().infos().len(),
            standing: Places::of(&found.findings),
            known: found.overruled.iter().filter_map(single).collect(),
            taken: BTreeMap::new(),
            new: Vec::new(),
            gave_way: Vec::new(),
            fallen: BTreeSet::new(),
        }
    }

    /// Repeats are entered in order of their strength.
    fn enter(&mut self, repeat: Repeat, found: &Found) {
        let over: Vec<usize> = self.standing.over(repeat.piece).collect();
        let rivals = || over.iter().filter_map(|nth| found.findings.get(*nth));
        if rivals().any(|finding| repeat.is_said_by(finding)) {
            return;
        }
        if !self.is_detector(repeat.kind.detector) {
            self.new.push(repeat.finding());
            return;
        }
        let Piece { text, span } = repeat.piece;
        let nearest = self.taken.range(..(text, span.end)).next_back();
        let nearest = nearest.filter(|((of, _), (end, _))| *of == text && *end > span.start);
        let taken = nearest.and_then(|(_, (_, nth))| self.new.get(*nth));
        if taken.is_some_and(|finding| repeat.is_said_by(finding)) {
            return;
        }
        let surer = |f: &Finding| self.is_detector(f.detector) && f.level >= repeat.kind.level;
        if taken.is_some() || rivals().any(surer) {
            if !self.known.contains(&(repeat.kind.detector, repeat.piece)) {
                self.gave_way.push(Finding { gave_way: true, ..repeat.finding() });
            }
            return;
        }
        let weaker = |nth: &usize| {
            found.findings.get(*nth).is_some_and(|finding| self.is_detector(finding.detector))
        };
        let fallen: Vec<usize> = over.iter().copied().filter(weaker).collect();
        self.fallen.extend(fallen);
        self.taken.insert((text, span.start), (span.end, self.new.len()));
        self.new.push(repeat.finding());
    }

    fn is_detector(&self, detector: DetectorId) -> bool {
        usize::from(detector.0) < self.own
    }

    fn settle(self, found: &mut Found) {
        let mut nth = 0;
        found.findings.retain(|finding| {
            let fell = self.fallen.contains(&nth);
            nth += 1;
            if fell {
                found.overruled.push(Finding { gave_way: true, ..finding.clone() });
            }
            !fell
        });
        found.overruled.extend(self.gave_way);
        if !self.new.is_empty() {
            found.findings.extend(self.new);
            found.findings.sort_by_key(|finding| finding.pieces.first().copied());
        }
    }
}

/// Where findings stand: in order of text and begin, with the furthest end up to there in that text.
struct Places(Vec<(Piece, usize, usize)>);

impl Places {
    fn of(findings: &[Finding]) -> Self {
        let pieces = findings.iter().enumerate();
        let pieces = pieces.flat_map(|(nth, f)| f.pieces.iter().map(move |piece| (*piece, nth, 0)));
        let mut places: Vec<_> = pieces.collect();
        places.sort_unstable();
        let (mut text, mut furthest) = (0, 0);
        for (piece, _, reach) in &mut places {
            furthest =
                if piece.text == text { piece.span.end.max(furthest) } else { piece.span.end };
            (text, *reach) = (piece.text, furthest);
        }
        Self(places)
    }

    /// The findings that share a byte with a piece.
    fn over(&self, piece: Piece) -> impl Iterator<Item = usize> + '_ {
        let begins = |(other, ..): &(Piece, usize, usize)| {
            (other.text, other.span.start) < (piece.text, piece.span.end)
        };
        let before = self.0.get(..self.0.partition_point(begins)).unwrap_or_default();
        let reaching = before.iter().rev().take_while(move |(other, _, reach)| {
            other.text == piece.text && *reach > piece.span.start
        });
        let overlapping = reaching.filter(move |(other, ..)| other.span.overlaps(piece.span));
        overlapping.map(|(_, nth, _)| *nth)
    }
}

/// A text without what groups the signs of its numbers, and the way back.
struct Compact<'t> {
    text: Cow<'t, str>,
    /// Behind each sign that was left out: the byte of the compact text, and the byte of the text.
    behind: Vec<(usize, usize)>,
}

impl<'t> Compact<'t> {
    fn of(source: &'t str) -> Self {
        let mut behind = Vec::new();
        if !source.bytes().any(|byte| byte.is_ascii_digit()) {
            return Self { text: Cow::Borrowed(source), behind };
        }
        let (mut text, mut from, mut before) = (String::with_capacity(source.len()), 0, ' ');
        let mut signs = source.char_indices().peekable();
        while let Some((at, sign)) = signs.next() {
            let after = signs.peek().map_or(' ', |(_, after)| *after);
            let number = before.is_ascii_digit() || after.is_ascii_digit();
            let inside = before.is_ascii_alphanumeric() && after.is_ascii_alphanumeric();
            if number && inside && groups(sign) {
                text.push_str(source.get(from..at).unwrap_or(""));
                from = at + sign.len_utf8();
                behind.push((text.len(), from));
            }
            before = sign;
        }
        text.push_str(source.get(from..).unwrap_or(""));
        Self { text: Cow::Owned(text), behind }
    }

    /// Where in the text a stretch stands that is not empty.
    fn source(&self, start: usize, end: usize) -> Span {
        Span { start: self.byte(start), end: self.byte(end - 1) + 1 }
    }

    fn byte(&self, at: usize) -> usize {
        let before = self.behind.partition_point(|(compact, _)| *compact <= at);
        let (compact, source) = before.checked_sub(1).map_or((0, 0), |last| self.behind[last]);
        source + (at - compact)
    }
}

/// Whether a sign may stand within a number to group it: spaces, hyphens, point, slash.
fn groups(sign: char) -> bool {
    matches!(sign, ' ' | '\u{a0}' | '\u{202f}' | '-' | '\u{2010}'..='\u{2013}' | '.' | '/')
}

#[cfg(test)]
mod tests;
