//! What `rules check` and `rules test` found, in the forms that continuous integration takes.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::ops::Range;

use policy::{Diagnostic, Gravity, Positions, Source, TestResult};
use serde_json::{Value, json};

use super::super::sarif;

/// Which rules, and how to answer.
#[derive(clap::Args)]
pub(in super::super) struct Options {
    #[command(flatten)]
    pub(super) rules: super::Options,
    /// How to write it.
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: Format,
    /// From what on the answer is no (exit code 1).
    #[arg(long, value_enum, default_value_t)]
    pub(super) fail_level: FailLevel,
}

/// The forms of a report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Format {
    /// For people.
    #[default]
    Pretty,
    /// For programs.
    Json,
    /// SARIF 2.1.0, with the mends as fixes.
    Sarif,
    /// JUnit XML: each test, invariant and mistake is a case.
    Junit,
    /// Workflow commands of GitHub Actions, which become annotations.
    Github,
}

/// What makes the answer no.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum FailLevel {
    /// Errors and failed tests.
    #[default]
    Error,
    /// Warnings too.
    Warning,
}

/// One thing that somebody should look at.
pub(super) struct Remark {
    /// The code of a diagnostic, or what speaks.
    pub(super) id: &'static str,
    pub(super) is_error: bool,
    pub(super) message: String,
    pub(super) place: Option<Region>,
    /// A replacement that mends it.
    fix: Option<(String, Region, String)>,
}

/// A piece of a file; lines and columns from 1, columns in characters, its end exclusive.
pub(super) struct Region {
    pub(super) file: String,
    pub(super) start: (usize, usize),
    end: (usize, usize),
}

/// The files of a policy by their paths, each with its positions.
pub(super) struct Files<'s>(BTreeMap<&'s str, Positions<'s>>);

impl<'s> Files<'s> {
    pub(super) fn of(sources: &'s [Source]) -> Self {
        let each = sources.iter().map(|file| (file.path.as_str(), Positions::of(&file.text)));
        Self(each.collect())
    }

    fn region(&self, path: &str, span: &Range<usize>) -> Option<Region> {
        let file = self.0.get(path)?;
        let (start, end) = (file.line(span.start), file.line(span.end));
        Some(Region { file: path.to_owned(), start, end })
    }
}

impl Region {
    fn json(&self) -> Value {
        let ((line, column), (end_line, end_column)) = (self.start, self.end);
        json!({ "startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column })
    }

    fn artifact(&self) -> Value {
        json!({ "uri": sarif::uri(&self.file) })
    }
}

impl Remark {
    /// What is wrong elsewhere than in the text of the policy.
    pub(super) fn plain(id: &'static str, is_error: bool, message: &str) -> Self {
        Self { id, is_error, message: message.to_owned(), place: None, fix: None }
    }

    /// A diagnostic, with its cause and its mend.
    pub(super) fn of(diagnostic: &Diagnostic, files: &Files<'_>) -> Self {
        let Diagnostic { code, severity, span, message, label, help, patch, file, .. } = diagnostic;
        let help = help.as_deref().unwrap_or("write");
        let fix = patch.as_ref().and_then(|patch| {
            Some((help.to_owned(), files.region(file, &patch.span)?, patch.with.clone()))
        });
        Self {
            id: code,
            is_error: *severity == Gravity::Error,
            message: format!("{message}: {label}; {help}"),
            place: files.region(file, span),
            fix,
        }
    }

    /// A test, if it failed.
    pub(super) fn of_test(result: &TestResult) -> Option<Self> {
        let at = (result.line, 1);
        let place = Region { file: result.file.clone(), start: at, end: at };
        let message = format!("test \"{}\": {}", result.name, result.failures.join("; "));
        (!result.passed).then(|| Self { place: Some(place), ..Self::plain(FAILED, true, &message) })
    }

    fn result(&self) -> Value {
        let level = if self.is_error { "error" } else { "warning" };
        let mut result =
            json!({ "ruleId": self.id, "level": level, "message": { "text": self.message } });
        if let Some(place) = &self.place {
            result["locations"] = json!([{ "physicalLocation": {
                "artifactLocation": place.artifact(), "region": place.json(),
            } }]);
        }
        if let Some((help, place, with)) = &self.fix {
            result["fixes"] = json!([{
                "description": { "text": help },
                "artifactChanges": [{
                    "artifactLocation": place.artifact(),
                    "replacements": [{ "deletedRegion": place.json(), "insertedContent": { "text": with } }],
                }],
            }]);
        }
        result
    }

    /// `::error file=…,line=…::…`, escaped as GitHub asks.
    fn command(&self) -> String {
        let level = if self.is_error { "error" } else { "warning" };
        let data = |text: &str| text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
        let value = |text: &str| data(text).replace(':', "%3A").replace(',', "%2C");
        let place = self.place.as_ref().map_or(String::new(), |place| {
            let (line, column) = place.start;
            format!("file={},line={line},col={column},", value(&place.file))
        });
        format!("::{level} {place}title={}::{}", value(self.id), data(&self.message))
    }
}

/// A failed test.
pub(super) const FAILED: &str = "test-failed";

/// The titles of what has no code in `rules/README.md`.
const TITLES: [(&str, &str); 3] = [
    (FAILED, "A test of the policy fails"),
    ("detector", "A detector, or its examples"),
    ("allow-list", "An entry of an allow-list"),
];

/// Writes all remarks as a log in SARIF.
pub(super) fn sarif(remarks: &[Remark], out: &mut impl Write) -> io::Result<()> {
    let results: Vec<Value> = remarks.iter().map(Remark::result).collect();
    let titled = remarks.iter().map(|remark| {
        let title = TITLES.iter().find(|(id, _)| *id == remark.id).map(|(_, title)| *title);
        (remark.id, title.unwrap_or("See the messages in rules/README.md"))
    });
    let rules: BTreeMap<&str, &str> = titled.collect();
    let log = sarif::log(rules.into_iter(), &results);
    writeln!(out, "{}", serde_json::to_string_pretty(&log).unwrap_or_default())
}

/// Writes all remarks as workflow commands.
pub(super) fn github(remarks: &[Remark], out: &mut impl Write) -> io::Result<()> {
    remarks.iter().try_for_each(|remark| writeln!(out, "{}", remark.command()))
}
