//! `seawall scan`: findings in files or standard input.

mod explain;

use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::path::PathBuf;

use clap::ValueEnum;
use detect::{Detector, Finding, Fuel, Level, Scratch, Text};
use serde::Deserialize;

use super::style::{Ink, Style};
use super::{Failure, Outcome, Result, books, files, place};

/// Options of `seawall scan`.
#[derive(clap::Args)]
pub(super) struct Options {
    /// Files to read; none, or `-`: standard input.
    files: Vec<PathBuf>,
    /// How to write findings.
    #[arg(long, value_enum, default_value_t)]
    format: ScanFormat,
    /// Read one {"text": …} a line and write one {"spans": […]} a line, in the same order.
    #[arg(long)]
    jsonl: bool,
    /// What offsets count.
    #[arg(long, value_enum, default_value_t)]
    offsets: Offsets,
    /// Write the text with each finding replaced by its kind.
    #[arg(long, conflicts_with = "jsonl")]
    redact: bool,
    /// Tell for each place what was tried there and why it is reported or not, in place of the findings.
    #[arg(long, conflicts_with_all = ["jsonl", "redact"])]
    explain: bool,
    /// Least confidence that is reported.
    #[arg(long, value_enum, default_value_t)]
    level: LevelName,
    /// Exit with 1 if there are findings.
    #[arg(long)]
    fail_on: bool,
    /// Folder of more detector files, beside the embedded ones.
    #[arg(long, value_name = "DIR")]
    detectors: Option<PathBuf>,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum ScanFormat {
    #[default]
    Pretty,
    Jsonl,
    Sarif,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Offsets {
    #[default]
    Byte,
    Char,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum LevelName {
    Possible,
    #[default]
    Likely,
    Confirmed,
}

impl LevelName {
    fn level(self) -> Level {
        match self {
            Self::Possible => Level::Possible,
            Self::Likely => Level::Likely,
            Self::Confirmed => Level::Confirmed,
        }
    }
}

struct Scanner<'a> {
    detector: Detector,
    scratch: Scratch,
    options: &'a Options,
}

pub(super) fn run(options: &Options) -> Result {
    let detector = books::detector(options.detectors.as_deref(), true).map_err(Failure::Usage)?;
    let mut scanner = Scanner { detector, scratch: Scratch::default(), options };
    let mut out = io::BufWriter::new(io::stdout().lock());
    let found = if options.jsonl { scanner.lines(&mut out)? } else { scanner.whole(&mut out)? };
    out.flush()?;
    Ok(if options.fail_on && found > 0 { Outcome::No } else { Outcome::Fine })
}

impl Scanner<'_> {
    /// Each input as one text.
    fn whole(&mut self, out: &mut impl Write) -> std::result::Result<usize, Failure> {
        let mut reports = Vec::new();
        let mut total = 0;
        for (name, text) in inputs(&self.options.files)? {
            let findings = self.find(&text)?;
            total += findings.len();
            if self.options.explain {
                self.explain(out, &name, &text)?;
                continue;
            }
            match (self.options.redact, self.options.format) {
                (true, _) => write!(out, "{}", redacted(&text, &findings, &self.detector))?,
                (_, ScanFormat::Pretty) => self.pretty(out, &name, &text, &findings)?,
                (_, ScanFormat::Jsonl) => writeln!(out, "{}", self.spans(&text, &findings))?,
                (_, ScanFormat::Sarif) => reports.push((name, text, findings)),
            }
        }
        if self.options.format == ScanFormat::Sarif && !self.options.redact && !self.options.explain
        {
            let log = sarif(&self.detector, &reports);
            writeln!(out, "{}", serde_json::to_string_pretty(&log).unwrap_or_default())?;
        }
        Ok(total)
    }

    fn explain(
        &self,
        out: &mut impl Write,
        name: &str,
        text: &str,
    ) -> std::result::Result<(), Failure> {
        let trials = self
            .detector
            .explain(&Text::alone("", text), &mut Fuel::new(u64::MAX))
            .map_err(|_| {
                Failure::Usage(vec![format!("{name}: too much to explain; give a shorter text")])
            })?;
        match self.options.format {
            ScanFormat::Pretty => explain::pretty(out, &self.detector, name, text, &trials)?,
            _ => writeln!(out, "{}", explain::json(&self.detector, &trials))?,
        }
        Ok(())
    }

    /// Each line of each input as one text.
    fn lines(&mut self, out: &mut impl Write) -> std::result::Result<usize, Failure> {
        if is_stdin(&self.options.files) {
            return self.lines_of("<stdin>", io::stdin().lock(), out);
        }
        let mut total = 0;
        for path in &self.options.files {
            let name = path.display().to_string();
            let file = File::open(path).map_err(|error| {
                Failure::Usage(vec![format!("{name}: cannot be opened ({error})")])
            })?;
            total += self.lines_of(&name, BufReader::new(file), out)?;
        }
        Ok(total)
    }

    fn lines_of(
        &mut self,
        name: &str,
        input: impl BufRead,
        out: &mut impl Write,
    ) -> std::result::Result<usize, Failure> {
        #[derive(Deserialize)]
        struct Row {
            text: String,
        }
        let mut total = 0;
        for (number, line) in input.lines().enumerate() {
            let line = line.map_err(|error| {
                Failure::Usage(vec![format!("{name}:{}: cannot be read ({error})", number + 1)])
            })?;
            if line.trim().is_empty() {
                continue;
            }
            let row: Row = serde_json::from_str(&line).map_err(|error| {
                Failure::Usage(vec![format!(
                    "{name}:{}:{}: expected {{\"text\": \"…\"}}",
                    number + 1,
                    error.column()
                )])
            })?;
            let findings = self.find(&row.text)?;
            total += findings.len();
            writeln!(out, "{}", self.spans(&row.text, &findings))?;
        }
        Ok(total)
    }

    fn find(&mut self, text: &str) -> std::result::Result<Vec<Finding>, Failure> {
        let mut fuel = Fuel::new(u64::MAX);
        let texts = [Text::alone("", text)];
        let found = self
            .detector
            .scan(&mut self.scratch, &texts, &mut fuel)
            .map_err(|_| Failure::Broken("the scan did not end; this is a defect".to_owned()))?;
        let least = self.options.level.level();
        Ok(found.iter().filter(|finding| finding.level() >= least).cloned().collect())
    }

    fn spans(&self, text: &str, findings: &[Finding]) -> serde_json::Value {
        let offset = |at: usize| match self.options.offsets {
            Offsets::Byte => at,
            Offsets::Char => text.get(..at).map_or(at, |before| before.chars().count()),
        };
        let rows: Vec<_> = findings
            .iter()
            .flat_map(|finding| finding.pieces().iter().map(move |piece| (finding, piece)))
            .map(|(finding, piece)| {
                let info = self.detector.info(finding.detector());
                serde_json::json!({
                    "s": offset(piece.span.start), "e": offset(piece.span.end), "type": info.id,
                    "class": info.family, "score": rounded(finding.score()), "country": info.country,
                })
            })
            .collect();
        serde_json::json!({ "spans": rows })
    }

    /// One line a finding: place, kind, confidence. The text itself is shown only on request (`--redact` shows the rest).
    fn pretty(
        &self,
        out: &mut impl Write,
        name: &str,
        text: &str,
        findings: &[Finding],
    ) -> io::Result<()> {
        let style = Style::of_stdout();
        for finding in findings {
            let info = self.detector.info(finding.detector());
            let Some(piece) = finding.pieces().first() else { continue };
            let (line, column) = place::of(text, piece.span.start);
            writeln!(
                out,
                "{}:{line}:{column}: {} {}",
                style.paint(Ink::Bold, name),
                style.paint(Ink::Yellow, &info.id),
                style.paint(
                    Ink::Faint,
                    &format!(
                        "{} ({:?}, {} bytes)",
                        info.title,
                        finding.level(),
                        piece.span.end - piece.span.start
                    )
                ),
            )?;
        }
        writeln!(
            out,
            "{name}: {} finding{}",
            findings.len(),
            if findings.len() == 1 { "" } else { "s" }
        )
    }
}

/// A score with three decimals, which is more than it is good for.
fn rounded(score: f32) -> f64 {
    (f64::from(score) * 1000.0).round() / 1000.0
}

fn is_stdin(paths: &[PathBuf]) -> bool {
    paths.is_empty() || paths == [PathBuf::from("-")]
}

fn inputs(paths: &[PathBuf]) -> std::result::Result<Vec<(String, String)>, Failure> {
    if is_stdin(paths) {
        let bytes = files::bounded(io::stdin().lock(), 1 << 30)?;
        let text = String::from_utf8(bytes).map_err(|error| {
            Failure::Usage(vec![format!(
                "standard input: byte {} is not UTF-8",
                error.utf8_error().valid_up_to()
            )])
        })?;
        return Ok(vec![("<stdin>".to_owned(), text)]);
    }
    let mut problems = Vec::new();
    let mut texts = Vec::new();
    for path in paths {
        match files::read(path) {
            Ok(text) => texts.push((path.display().to_string(), text)),
            Err(problem) => problems.push(problem),
        }
    }
    if problems.is_empty() { Ok(texts) } else { Err(Failure::Usage(problems)) }
}

fn redacted(text: &str, findings: &[Finding], detector: &Detector) -> String {
    let mut spans: Vec<_> = findings
        .iter()
        .flat_map(|f| f.pieces().iter().map(move |p| (p.span, f.detector())))
        .collect();
    spans.sort_by_key(|(span, _)| span.start);
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for (span, id) in spans {
        if span.start < from {
            continue;
        }
        out.push_str(text.get(from..span.start).unwrap_or(""));
        out.push_str(&protect::mask(&detector.info(id).family));
        from = span.end;
    }
    out.push_str(text.get(from..).unwrap_or(""));
    out
}

/// A log in SARIF 2.1.0 (OASIS), as code forges take it.
fn sarif(detector: &Detector, reports: &[(String, String, Vec<Finding>)]) -> serde_json::Value {
    let rules: Vec<_> = detector
        .infos()
        .iter()
        .map(
            |info| serde_json::json!({ "id": info.id, "shortDescription": { "text": info.title } }),
        )
        .collect();
    let mut results = Vec::new();
    for (name, text, findings) in reports {
        for finding in findings {
            let info = detector.info(finding.detector());
            let Some(piece) = finding.pieces().first() else { continue };
            let (line, column) = place::of(text, piece.span.start);
            results.push(serde_json::json!({
                "ruleId": info.id,
                "level": if finding.level() == Level::Confirmed { "error" } else { "warning" },
                "message": { "text": info.title },
                "locations": [{ "physicalLocation": {
                    "artifactLocation": { "uri": name },
                    "region": { "startLine": line, "startColumn": column, "byteOffset": piece.span.start,
                                "byteLength": piece.span.end - piece.span.start },
                } }],
            }));
        }
    }
    serde_json::json!({
        "version": "2.1.0", "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "runs": [{ "tool": { "driver": { "name": "seawall", "rules": rules } }, "results": results }],
    })
}
