//! Further occurrences of what was found: a number that stands beside its label once is the same number where it stands bare.
//!
//! What was found at least likely by the words around it is looked for in all texts of the scan, whole words only, and a repeat has kind and level of what
//! it repeats. Numbers are compared without case, and without the single space, hyphen, point or slash that groups them; what is
//! shorter than [`GROUPED`] as it was written. Not looked for is what anybody may write without meaning it: fewer than [`SHORTEST`]
//! letters and digits; and letters alone, unless they are a key or stand in the agency's own records.
//!
//! Cost: none where nothing was found; else one pass of an automaton over the texts, which is linear in them and in what they repeat, and paid
//! from the fuel of the scan.

use std::borrow::Cow;
use std::collections::BTreeMap;

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use detect::{DetectorId, Fuel, Level, MAX_FINDINGS, Piece, Span, Spent, Text, is_apart};
use protect::{GROUPED, groups};

use super::{Finding, Found, RECORDS, Search, contest};
use crate::parsed::CREDENTIALS;

/// Letters and digits that a value must have to be looked for, and a key of letters alone.
const SHORTEST: usize = 5;
const SHORTEST_KEY: usize = 8;
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
pub(super) fn add(
    search: &Search,
    texts: &[Text<'_>],
    found: &mut Found,
    fuel: &mut Fuel,
) -> Result<(), Spent> {
    let values = Values::of(search, texts, found)?;
    if values.0.is_empty() {
        return Ok(());
    }
    let repeats = values.repeats(texts, fuel)?;
    contest::settle(search, found, repeats.into_iter().map(Repeat::finding).collect())
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

    /// Every place where one of them stands as a word.
    fn repeats(&self, texts: &[Text<'_>], fuel: &mut Fuel) -> Result<Vec<Repeat>, Spent> {
        let automaton = AhoCorasick::builder()
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .ascii_case_insensitive(true)
            .build(self.0.keys())
            .map_err(|_| Spent)?;
        let kinds: Vec<&Vec<Kind>> = self.0.values().collect();
        let mut repeats = Vec::new();
        for (text, said) in (0u32..).zip(texts) {
            fuel.burn(said.body.len())?;
            let compact = Compact::of(said.body);
            for hit in automaton.find_overlapping_iter(compact.text.as_bytes()) {
                fuel.burn(1)?;
                let span = compact.source(hit.start(), hit.end());
                if !is_apart(said.body, span) {
                    continue;
                }
                let meant = |kind: &&Kind| kind.length.is_none_or(|length| length == span.len());
                let kinds = kinds.get(hit.pattern().as_usize()).copied().into_iter().flatten();
                let piece = Piece { text, span };
                repeats.extend(kinds.filter(meant).map(|kind| Repeat { kind: *kind, piece }));
                if repeats.len() > 4 * MAX_FINDINGS {
                    return Err(Spent);
                }
            }
        }
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

#[cfg(test)]
mod tests;
