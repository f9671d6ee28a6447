//! How findings are written: lines for people, JSON lines, SARIF.

use std::collections::BTreeSet;
use std::io::{self, Write};

use detect::{Level, Piece};
use exchange::{Finding, Found, Search};
use serde_json::{Value, json};

use super::super::sarif;
use super::super::style::{Ink, Style};
use super::Offsets;
use super::input::{Form, Input};
use policy::Positions;

/// What was found in one input.
pub(super) struct Report {
    pub(super) input: Input,
    pub(super) found: Found,
}

/// A report as it is written: it knows the places of its texts.
struct Told<'r> {
    input: &'r Input,
    found: &'r Found,
    places: Vec<Positions<'r>>,
}

/// Why a text was not read to its end, where it is encoded.
const TOO_DEEP: &str = "encoded too deep or too large";

impl Report {
    /// Findings and places that were not read.
    pub(super) fn count(&self) -> usize {
        self.found.findings.len() + self.told().unread().len()
    }

    fn told(&self) -> Told<'_> {
        let places = self.input.texts().into_iter().map(|(_, text)| Positions::of(text)).collect();
        Told { input: &self.input, found: &self.found, places }
    }

    /// One line a finding: place, kind, confidence. The text itself is shown only on request (`--redact` shows the rest).
    pub(super) fn pretty(&self, out: &mut impl Write, search: &Search) -> io::Result<()> {
        self.told().pretty(out, search)
    }

    /// One object: the spans of a text, and its name if it is a file; of a file of another kind also that kind, and for each span its text by number and its place.
    pub(super) fn json(&self, search: &Search, offsets: Offsets) -> Value {
        self.told().json(search, offsets)
    }
}

impl Told<'_> {
    /// Places that were not read, in words or as a piece of a text, and why.
    fn unread(&self) -> Vec<(Option<&str>, Option<Piece>, &'static str)> {
        let files = match &self.input.form {
            Form::File(file) => file.unread.as_slice(),
            Form::Text(_) => &[],
        };
        let files =
            files.iter().map(|unread| (Some(unread.place.as_str()), None, unread.why.name()));
        files.chain(self.found.unread.iter().map(|piece| (None, Some(*piece), TOO_DEEP))).collect()
    }

    /// Line and column of a piece of a text.
    fn line(&self, piece: &Piece) -> (usize, usize) {
        self.places.get(piece.text as usize).map_or((1, 1), |text| text.line(piece.span.start))
    }

    fn place(&self, piece: &Piece) -> String {
        let name = &self.input.name;
        match self.input.place(piece.text as usize, piece.span.start) {
            Some(place) if place.is_empty() => name.clone(),
            Some(place) => format!("{name}, {place}"),
            None => {
                let (line, column) = self.line(piece);
                format!("{name}:{line}:{column}")
            }
        }
    }

    /// Where what a finding repeats is reported: of a reading that gave way, the place of the one that stands there.
    fn origin(&self, first: &Piece) -> Piece {
        let findings = &self.found.findings;
        let begins = |f: &Finding| f.pieces().first().is_some_and(|p| *p < *first);
        let near = findings.partition_point(begins);
        let near = findings.get(near.saturating_sub(1)..findings.len().min(near + 2));
        let over = |p: &&Piece| p.text == first.text && p.span.overlaps(first.span);
        near.into_iter().flatten().flat_map(Finding::pieces).find(over).copied().unwrap_or(*first)
    }

    fn pretty(&self, out: &mut impl Write, search: &Search) -> io::Result<()> {
        let style = Style::of_stdout();
        for finding in &self.found.findings {
            let known = search.known(finding.detector());
            let Some(piece) = finding.pieces().first() else { continue };
            let (level, bytes) = (finding.level().name(), piece.span.end - piece.span.start);
            let repeats = finding.repeats().map(|first| {
                format!("; repeats a value found at {}", self.place(&self.origin(&first)))
            });
            let repeats = repeats.unwrap_or_default();
            let said = format!("{} ({level}, {bytes} bytes{repeats})", known.title);
            writeln!(
                out,
                "{}: {} {}",
                style.paint(Ink::Bold, &self.place(piece)),
                style.paint(Ink::Yellow, known.id),
                style.paint(Ink::Faint, &said),
            )?;
        }
        let unread = self.unread();
        for (place, piece, why) in &unread {
            let name = &self.input.name;
            let place = match (place, piece) {
                (_, Some(piece)) => self.place(piece),
                (Some(place), _) if !place.is_empty() => format!("{name}, {place}"),
                _ => name.clone(),
            };
            let (place, why) = (style.paint(Ink::Bold, &place), style.paint(Ink::Faint, why));
            writeln!(out, "{place}: {} {why}", style.paint(Ink::Yellow, UNREAD))?;
        }
        let plural = |count: usize| if count == 1 { "" } else { "s" };
        let found = self.found.findings.len();
        write!(out, "{}: {found} finding{}", self.input.name, plural(found))?;
        if !unread.is_empty() {
            write!(out, ", {} place{} unread", unread.len(), plural(unread.len()))?;
        }
        writeln!(out)
    }

    fn json(&self, search: &Search, offsets: Offsets) -> Value {
        let pieces = self
            .found
            .findings
            .iter()
            .flat_map(|finding| finding.pieces().iter().map(move |piece| (finding, piece)));
        let spans: Vec<Value> =
            pieces.map(|(finding, piece)| self.span(finding, piece, search, offsets)).collect();
        let mut told = match &self.input.form {
            Form::Text(_) => json!({ "spans": spans }),
            Form::File(file) => json!({ "kind": file.kind.name(), "spans": spans }),
        };
        if self.input.is_named() || self.input.is_file() {
            told["file"] = json!(self.input.name);
        }
        let unread: Vec<Value> = self
            .unread()
            .iter()
            .map(|(place, piece, why)| {
                let mut row = json!({ "class": UNREAD, "why": why });
                if let Some(piece) = piece {
                    self.mark(&mut row, piece, offsets);
                } else {
                    row["place"] = json!(place);
                }
                row
            })
            .collect();
        if !unread.is_empty() {
            told[UNREAD] = Value::Array(unread);
        }
        told
    }

    fn span(&self, finding: &Finding, piece: &Piece, search: &Search, offsets: Offsets) -> Value {
        let known = search.known(finding.detector());
        let mut row = json!({ "s": 0, "e": 0 });
        self.mark(&mut row, piece, offsets);
        for (name, value) in [
            ("type", json!(known.id)),
            ("class", json!(known.family)),
            ("score", json!(rounded(finding.score()))),
            ("country", json!(known.country)),
        ] {
            row[name] = value;
        }
        if let Some(first) = finding.repeats() {
            let mut place = json!({ "s": 0, "e": 0 });
            self.mark(&mut place, &self.origin(&first), offsets);
            row["repeats"] = place;
        }
        row
    }

    /// Where a piece stands.
    fn mark(&self, row: &mut Value, piece: &Piece, offsets: Offsets) {
        let text = self.places.get(piece.text as usize);
        let offset = |at: usize| match offsets {
            Offsets::Byte => at,
            Offsets::Char => text.map_or(at, |text| text.characters(at)),
        };
        (row["s"], row["e"]) = (json!(offset(piece.span.start)), json!(offset(piece.span.end)));
        if let Some(place) = self.input.place(piece.text as usize, piece.span.start) {
            (row["text"], row["place"]) = (json!(piece.text), json!(place));
        }
    }

    /// Which file is meant; standard input has no name.
    fn artifact(&self) -> Value {
        if !self.input.is_named() {
            return json!({ "description": { "text": "standard input" } });
        }
        json!({ "uri": sarif::uri(&self.input.name) })
    }

    /// The results of a log in SARIF.
    fn results(&self, search: &Search) -> Vec<Value> {
        let uri = self.artifact();
        let worded = |rule: &str, level: &str, said: &str, place: &str| {
            let what = if place.is_empty() { said.to_owned() } else { format!("{said} ({place})") };
            json!({
                "ruleId": rule, "level": level, "message": { "text": what },
                "locations": [{
                    "physicalLocation": { "artifactLocation": uri },
                    "logicalLocations": [{ "fullyQualifiedName": place }],
                }],
            })
        };
        let at = |rule: &str, level: &str, said: &str, piece: &Piece| {
            if let Some(place) = self.input.place(piece.text as usize, piece.span.start) {
                return worded(rule, level, said, &place);
            }
            let (line, column) = self.line(piece);
            json!({
                "ruleId": rule, "level": level, "message": { "text": said },
                "locations": [{ "physicalLocation": {
                    "artifactLocation": uri,
                    "region": { "startLine": line, "startColumn": column, "byteOffset": piece.span.start,
                                "byteLength": piece.span.end - piece.span.start },
                } }],
            })
        };
        let mut results = Vec::new();
        for finding in &self.found.findings {
            let known = search.known(finding.detector());
            let level = if finding.level() == Level::Confirmed { "error" } else { "warning" };
            let first = finding.pieces().first();
            results.extend(first.map(|piece| at(known.id, level, known.title, piece)));
        }
        for (place, piece, why) in self.unread() {
            let said = format!("Not read: {why}");
            results.push(match piece {
                Some(piece) => at(UNREAD, "warning", &said, &piece),
                None => worded(UNREAD, "warning", &said, place.unwrap_or("")),
            });
        }
        results
    }
}

/// The class of what could not be read.
const UNREAD: &str = "unread";

/// A score with three decimals, which is more than it is good for.
fn rounded(score: f32) -> f64 {
    (f64::from(score) * 1000.0).round() / 1000.0
}

/// A log in SARIF 2.1.0 (OASIS), as code forges take it, with the rules that it has results of.
pub(super) fn sarif(search: &Search, reports: &[Report]) -> Value {
    let results: Vec<Value> =
        reports.iter().flat_map(|report| report.told().results(search)).collect();
    let hit: BTreeSet<&str> =
        results.iter().filter_map(|result| result.get("ruleId")?.as_str()).collect();
    let numbers = 0..search.catalogue().len();
    let known = numbers.map(|number| search.known(detect::DetectorId(number as u16)));
    let named = known.map(|known| (known.id, known.title));
    let all = named.chain([(UNREAD, "Content that could not be read")]);
    sarif::log(all.filter(|(id, _)| hit.contains(id)), &results)
}

/// The text with each finding replaced by its kind, and so what is encoded beyond reading.
pub(super) fn redacted(text: &str, found: &Found, search: &Search) -> String {
    let mut spans: Vec<_> = found
        .findings
        .iter()
        .flat_map(|f| f.pieces().iter().map(move |p| (p.span, search.known(f.detector()).family)))
        .chain(found.unread.iter().map(|piece| (piece.span, UNREAD)))
        .collect();
    spans.sort_by_key(|(span, _)| (span.start, std::cmp::Reverse(span.end)));
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for (span, family) in spans {
        if span.start >= from {
            out.push_str(text.get(from..span.start).unwrap_or(""));
            out.push_str(&protect::mask(family));
        }
        // What begins in the last one and reaches further is taken out with it.
        from = from.max(span.end);
    }
    out.push_str(text.get(from..).unwrap_or(""));
    out
}
