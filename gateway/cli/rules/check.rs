//! `seawall rules check`: everything that an author wants to be told, in one run.

use std::io::{self, Write};
use std::path::PathBuf;

use exchange::Search;
use policy::{Catalogue, Clock, Day};

use super::super::style::Style;
use super::super::{Failure, Format, Outcome, Result, allow_files, books, now, unclassed};
use super::{Options, clean};

/// Checks, and tells what was found.
///
/// # Errors
/// Files that cannot be read, and holdings that are named wrongly.
pub(super) fn run(options: &Options, deep: bool) -> Result {
    let found = Check::of(options, deep)?;
    let mut out = io::stdout().lock();
    match options.format {
        Format::Json => {
            writeln!(out, "{}", serde_json::to_string_pretty(&found.to_json()).unwrap_or_default())?
        }
        Format::Pretty => found.write(&mut out)?,
    }
    if !found.unusable.is_empty() {
        return Err(Failure::Usage(found.unusable));
    }
    Ok(if found.is_fine() { Outcome::Fine } else { Outcome::No })
}

/// What can be read; otherwise why it cannot goes to the rest of what cannot be used.
fn read<T>(found: std::result::Result<T, Vec<String>>, unusable: &mut Vec<String>) -> Option<T> {
    found.map_err(|problems| unusable.extend(problems)).ok()
}

/// What a check found, of each kind whatever is wrong with the others.
struct Check {
    /// Files and folders that cannot be read.
    unusable: Vec<String>,
    /// None if the policy cannot be read.
    report: Option<policy::Report>,
    /// What is wrong with detectors, or with their examples.
    detectors: Vec<String>,
    /// How many there are, if they could be compiled.
    count: Option<usize>,
    allowed: Vec<String>,
    warnings: Vec<String>,
}

impl Check {
    fn of(options: &Options, deep: bool) -> std::result::Result<Self, Failure> {
        let (texts, mut unusable) = books::detector_texts(options.detectors().as_deref(), true);
        let detector = books::compile_detector(&texts, Vec::new());
        let mut nameable = options.nameable(detector.as_ref().ok(), &texts)?;
        if !unusable.is_empty() {
            nameable.is_not_all();
        }
        let sources = read(options.sources(), &mut unusable);
        let clean = read(clean::texts(options.clean.as_deref()), &mut unusable).unwrap_or_default();
        let report = sources.map(|sources| {
            let names = nameable.for_policy(&sources);
            let check = if deep { policy::check_deeply } else { policy::check };
            check(&sources, &Catalogue { detectors: &names }, Some(now()))
        });
        let mut found = Self {
            unusable,
            report,
            detectors: Vec::new(),
            count: None,
            allowed: Vec::new(),
            warnings: Vec::new(),
        };
        match detector {
            Ok(detector) => found.look_at(detector, &clean, &options.allowed),
            Err(problems) => {
                found.detectors = problems;
                found.allowed = allow_files::problems(&options.allowed, |_, problem| Some(problem));
            }
        }
        let today = Day::from_unix(now(), &Clock::utc());
        let ending = allow_files::ending(&options.allowed, today);
        found.warnings.extend(ending.iter().map(ToString::to_string));
        Ok(found)
    }

    /// What takes detectors.
    fn look_at(&mut self, detector: detect::Detector, clean: &books::Texts, allowed: &[PathBuf]) {
        self.detectors.extend(detector.check_examples().iter().map(ToString::to_string));
        self.count = Some(detector.infos().len());
        self.warnings = clean::warnings(&detector, clean);
        if let Some(rulebook) = self.report.as_ref().and_then(|report| report.rulebook.as_ref()) {
            self.warnings.extend(unclassed::detectors(rulebook, detector.infos()));
        }
        let added =
            allow_files::add(&mut Search::new(detector), allowed, |_, problem| Some(problem));
        self.allowed = added.err().unwrap_or_default();
    }

    fn is_fine(&self) -> bool {
        self.report.as_ref().is_some_and(policy::Report::is_fine)
            && self.detectors.is_empty()
            && self.allowed.is_empty()
    }

    fn to_json(&self) -> serde_json::Value {
        let warnings: Vec<_> =
            self.warnings.iter().map(|what| format!("warning: {what}")).collect();
        serde_json::json!({
            "policy": self.report.as_ref().map(policy::Report::to_json),
            "detectors": self.detectors,
            "allowed": self.allowed,
            "warnings": warnings,
        })
    }

    fn write(&self, out: &mut impl Write) -> io::Result<()> {
        if let Some(report) = &self.report {
            writeln!(out, "{}", report.render(Style::of_stdout().colour()))?;
        }
        let is_compiled = self.count.is_some();
        for problem in &self.detectors {
            writeln!(out, "{}{problem}", if is_compiled { "" } else { "error: " })?;
        }
        for problem in &self.allowed {
            writeln!(out, "error: {problem}")?;
        }
        for warning in &self.warnings {
            writeln!(out, "warning: {warning}")?;
        }
        let (failed, warnings) = (self.detectors.len(), self.warnings.len());
        match self.count {
            Some(all) => writeln!(
                out,
                "{all} detectors, {failed} problems with examples, {warnings} warnings"
            ),
            None => writeln!(out, "detectors not compiled, {failed} problems, {warnings} warnings"),
        }
    }
}
