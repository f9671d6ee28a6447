//! `seawall rules check`: everything that an author wants to be told, in one run.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use exchange::Search;
use policy::{Catalogue, Clock, Day, Source};

use super::super::style::Style;
use super::super::{
    Failure, Outcome, Result, allow_files, books, complain, now, rehearsal, unclassed,
};
use super::junit::{self, Case};
use super::report::{self, FailLevel, Files, Format, Remark};
use super::{Options, certificate, clean};

/// Checks, and tells what was found; writes a certificate of what was proved to a file, if one is named.
///
/// # Errors
/// Files that cannot be read or written, and holdings that are named wrongly.
pub(super) fn run(options: &report::Options, deep: bool, to: Option<&Path>) -> Result {
    let found = Check::of(&options.rules, deep)?;
    found.tell(options, &mut io::stdout().lock())?;
    let is_fine =
        found.is_fine() && (options.fail_level == FailLevel::Error || found.remarks().is_empty());
    if !found.unusable.is_empty() {
        return Err(Failure::Usage(found.unusable));
    }
    match (to, &found.report) {
        (Some(to), Some(report)) if is_fine => {
            let catalogue = Catalogue { detectors: &found.names };
            certificate::write(to, report, &options.rules, &found.sources, catalogue)?;
        }
        (Some(_), _) => complain("no certificate was written: not everything holds"),
        (None, _) => {}
    }
    Ok(if is_fine { Outcome::Fine } else { Outcome::No })
}

/// What can be read; otherwise why it cannot goes to the rest of what cannot be used.
fn read<T>(found: std::result::Result<T, Vec<String>>, unusable: &mut Vec<String>) -> Option<T> {
    found.map_err(|problems| unusable.extend(problems)).ok()
}

/// The code of an invariant that does not hold, which is a case of its own.
const VIOLATED: &str = "P050";

/// What a check found, of each kind whatever is wrong with the others.
struct Check {
    /// Files and folders that cannot be read.
    unusable: Vec<String>,
    sources: Vec<Source>,
    /// What they may name.
    names: Vec<(String, String)>,
    /// None if the policy cannot be read.
    report: Option<policy::Report>,
    /// What is wrong with detectors, or with their examples.
    detectors: Vec<String>,
    /// How many there are, if they could be compiled.
    count: Option<usize>,
    allowed: Vec<String>,
    /// Why the texts of tests could not be read.
    texts: Vec<String>,
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
        let names =
            sources.as_ref().map(|sources| nameable.for_policy(sources)).unwrap_or_default();
        let report = sources.as_ref().map(|sources| {
            let check = if deep { policy::check_deeply } else { policy::check };
            check(sources, &Catalogue { detectors: &names }, Some(now()))
        });
        let mut found = Self {
            unusable,
            sources: sources.unwrap_or_default(),
            names,
            report,
            detectors: Vec::new(),
            count: None,
            allowed: Vec::new(),
            texts: Vec::new(),
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
        let mut search = Search::new(detector);
        let added = allow_files::add(&mut search, allowed, |_, problem| Some(problem));
        self.allowed = added.err().unwrap_or_default();
        self.read_texts(search);
    }

    /// Runs the tests again with their texts, if there are any.
    fn read_texts(&mut self, search: Search) {
        let Some(report) = &mut self.report else { return };
        if !report.tests.iter().any(|test| test.text_unread) {
            return;
        }
        let Some(rulebook) = report.rulebook.take() else { return };
        match rehearsal::book(search, rulebook) {
            Ok(book) => {
                report.tests = rehearsal::run(&book);
                report.rulebook = Arc::into_inner(book).map(|book| book.rulebook);
            }
            Err(problems) => self.texts = problems,
        }
    }

    fn is_fine(&self) -> bool {
        self.report.as_ref().is_some_and(policy::Report::is_fine)
            && self.detectors.is_empty()
            && self.allowed.is_empty()
            && self.texts.is_empty()
    }

    /// Everything that somebody should look at; failed tests and violated invariants are errors.
    fn remarks(&self) -> Vec<Remark> {
        let (report, files) = (self.report.as_ref(), Files::of(&self.sources));
        let diagnostics = report.into_iter().flat_map(|report| &report.diagnostics);
        let tests = report.into_iter().flat_map(|report| &report.tests);
        let plain = |id, is_error, told: &[String]| -> Vec<Remark> {
            told.iter().map(|told| Remark::plain(id, is_error, told)).collect()
        };
        diagnostics
            .map(|diagnostic| Remark::of(diagnostic, &files))
            .chain(tests.filter_map(Remark::of_test))
            .chain(plain("detector", true, &self.detectors))
            .chain(plain("allow-list", true, &self.allowed))
            .chain(plain(report::FAILED, true, &self.texts))
            .chain(plain("detector", false, &self.warnings))
            .collect()
    }

    fn tell(&self, options: &report::Options, out: &mut impl Write) -> io::Result<()> {
        match options.format {
            Format::Json => {
                writeln!(
                    out,
                    "{}",
                    serde_json::to_string_pretty(&self.to_json()).unwrap_or_default()
                )
            }
            Format::Pretty => self.write(out),
            Format::Sarif => report::sarif(&self.remarks(), out),
            Format::Github => report::github(&self.remarks(), out),
            Format::Junit => self.junit(options.fail_level, out),
        }
    }

    /// What makes the answer no as failed cases, beside each invariant and test.
    fn junit(&self, level: FailLevel, out: &mut impl Write) -> io::Result<()> {
        let remarks = self.remarks();
        let counts = |remark: &&Remark| remark.is_error || level == FailLevel::Warning;
        let told =
            remarks.iter().filter(|remark| remark.id != report::FAILED && remark.id != VIOLATED);
        let report = self.report.as_ref();
        let proofs = report.into_iter().flat_map(|report| &report.proofs);
        let tests = report.into_iter().flat_map(|report| &report.tests);
        let suites = [
            ("policy", told.filter(counts).map(Case::of_remark).collect()),
            ("invariants", proofs.map(Case::of_proof).collect()),
            ("tests", tests.map(Case::of_test).collect()),
        ];
        junit::write(&suites, out)
    }

    fn to_json(&self) -> serde_json::Value {
        let warnings: Vec<_> =
            self.warnings.iter().map(|what| format!("warning: {what}")).collect();
        serde_json::json!({
            "policy": self.report.as_ref().map(policy::Report::to_json),
            "detectors": self.detectors,
            "allowed": self.allowed,
            "texts": self.texts,
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
        for problem in self.allowed.iter().chain(&self.texts) {
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
