//! `seawall rules check|test|explain|detectors`: the rule author's tools.

mod catalogue;
mod clean;

use std::io::{self, Write};
use std::path::PathBuf;

use exchange::{Holding, Search};
use policy::{Catalogue, Clock, Day, Rulebook, Source};

use super::nameable::Nameable;
use super::style::Style;
use super::{Failure, Format, Outcome, Result, allow_files, books, now, unclassed};

/// What to do with rules.
#[derive(clap::Subcommand)]
pub(super) enum Command {
    /// Names, dates, conflicts and invariants of a policy folder; the examples of its detectors.
    Check(Options),
    /// Run the test blocks of a policy folder.
    Test(Options),
    /// Say for one situation what each rule makes of it, and why.
    Explain {
        #[command(flatten)]
        options: Options,
        /// The situation, as the lines of a test block's `given`, e.g. `--given "data health" --given "to openai"`.
        #[arg(long, value_name = "WORDS", required_unless_present = "test")]
        given: Vec<String>,
        /// The sentence of a test block in the policy, in place of `--given`.
        #[arg(long, value_name = "SENTENCE", conflicts_with = "given")]
        test: Option<String>,
    },
    /// List the detectors that a policy may name, with their families, checks and sources.
    Detectors(catalogue::Options),
}

/// Where the rules are and how to answer.
#[derive(clap::Args)]
pub(super) struct Options {
    /// Policy folder or one policy file; none: the embedded default policy.
    folder: Option<PathBuf>,
    /// Folder of more detector files, beside the embedded ones; `detectors` in the policy folder if there is one.
    #[arg(long, value_name = "DIR")]
    detectors: Option<PathBuf>,
    /// Folder of .txt files without anything sensitive, on which detectors should be silent (`check`), beside the embedded ones.
    #[arg(long, value_name = "DIR")]
    clean: Option<PathBuf>,
    /// Holdings that the policy names, as a node's configuration would: a name, a colon, and dictionary, records or documents.
    #[arg(long, value_name = "NAME:KIND")]
    holdings: Vec<String>,
    /// File of values that are known to be harmless (`check`); may stand several times.
    #[arg(long, value_name = "FILE")]
    allowed: Vec<PathBuf>,
    /// How to write it.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

impl Options {
    /// Everything that the policy may name.
    fn nameable(
        &self,
        detector: Option<&detect::Detector>,
        texts: &books::Texts,
    ) -> std::result::Result<Nameable, Failure> {
        let mut nameable = Nameable::of(detector, texts);
        let entry = |given: &String| {
            let (name, kind) = given.split_once(':')?;
            Holding::entry(name, kind)
        };
        let what = "expected NAME:KIND, where KIND is dictionary, records or documents";
        let wrong = self.holdings.iter().filter(|given| entry(given).is_none());
        let wrong: Vec<_> = wrong.map(|given| format!("--holdings {given}: {what}")).collect();
        if !wrong.is_empty() {
            return Err(Failure::Usage(wrong));
        }
        nameable.add(self.holdings.iter().filter_map(entry));
        Ok(nameable)
    }

    /// The folder of more detectors: as named, or `detectors` in the policy folder.
    fn detectors(&self) -> Option<PathBuf> {
        let beside = self
            .folder
            .as_ref()
            .map(|folder| folder.join("detectors"))
            .filter(|folder| folder.is_dir());
        self.detectors.clone().or(beside)
    }
}

pub(super) fn run(command: &Command) -> Result {
    match command {
        Command::Check(options) => check(options),
        Command::Test(options) => test(options),
        Command::Explain { options, given, test } => explain(options, given, test.as_deref()),
        Command::Detectors(options) => catalogue::list(options),
    }
}

fn check(options: &Options) -> Result {
    let found = Check::of(options)?;
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
    fn of(options: &Options) -> std::result::Result<Self, Failure> {
        let (texts, mut unusable) = books::detector_texts(options.detectors().as_deref(), true);
        let detector = books::compile_detector(&texts, Vec::new());
        let mut nameable = options.nameable(detector.as_ref().ok(), &texts)?;
        if !unusable.is_empty() {
            nameable.is_not_all();
        }
        let sources = read(books::sources(options.folder.as_deref()), &mut unusable);
        let clean = read(clean::texts(options.clean.as_deref()), &mut unusable).unwrap_or_default();
        let report = sources.map(|sources| {
            let names = nameable.for_policy(&sources);
            policy::check(&sources, &Catalogue { detectors: &names }, Some(now()))
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

fn test(options: &Options) -> Result {
    let rulebook = rulebook(options).map_err(|failure| match failure {
        Failure::Usage(mut problems) => {
            problems.push("tests not run".to_owned());
            Failure::Usage(problems)
        }
        other => other,
    })?;
    let results = policy::run_tests(&rulebook);
    let failed = results.iter().filter(|result| !result.passed).count();
    let mut out = io::stdout().lock();
    if options.format == Format::Json {
        let rows: Vec<_> = results.iter().map(policy::TestResult::to_json).collect();
        writeln!(out, "{}", serde_json::to_string_pretty(&rows).unwrap_or_default())?;
    } else {
        for result in &results {
            writeln!(out, "{result}")?;
        }
        writeln!(out, "{} passed, {failed} failed", results.len() - failed)?;
    }
    Ok(if failed == 0 { Outcome::Fine } else { Outcome::No })
}

/// The name of the test block that `--given` is read as.
const ASKED: &str = "the situation on the command line";

fn explain(options: &Options, given: &[String], test: Option<&str>) -> Result {
    let mut asked = Vec::new();
    if test.is_none() {
        let words = given.join("\n  and     ");
        // Which day it is now is said by the policy's clock.
        let today = Day::from_unix(now(), rulebook(options)?.clock());
        let text =
            format!("test \"{ASKED}\"\n  given   {words}\n  on      {today}\n  expect  block\n");
        asked.push(Source { path: "--given".to_owned(), text });
    }
    let rulebook = rulebook_with(options, asked)?;
    let name = test.unwrap_or(ASKED);
    let explanation = rulebook.explain_test(name).ok_or_else(|| {
        Failure::Usage(vec![format!(
            "there is no test \"{name}\"; `seawall rules test` lists them"
        )])
    })?;
    let mut out = io::stdout().lock();
    if options.format == Format::Json {
        writeln!(
            out,
            "{}",
            serde_json::to_string_pretty(&explanation.to_json()).unwrap_or_default()
        )?;
    } else {
        writeln!(out, "{explanation}")?;
    }
    Ok(Outcome::Fine)
}

fn rulebook(options: &Options) -> std::result::Result<Rulebook, Failure> {
    rulebook_with(options, Vec::new())
}

/// A policy that is to be used, not checked.
fn rulebook_with(options: &Options, more: Vec<Source>) -> std::result::Result<Rulebook, Failure> {
    let (texts, unread) = books::detector_texts(options.detectors().as_deref(), true);
    let detector = books::compile_detector(&texts, unread);
    let nameable = options.nameable(detector.as_ref().ok(), &texts)?;
    let mut problems = detector.err().unwrap_or_default();
    let mut sources = books::sources(options.folder.as_deref()).unwrap_or_else(|found| {
        problems.extend(found);
        Vec::new()
    });
    let is_read = !sources.is_empty();
    sources.extend(more);
    let names = nameable.for_policy(&sources);
    match Rulebook::compile(&sources, &Catalogue { detectors: &names }) {
        Ok(rulebook) if problems.is_empty() => return Ok(rulebook),
        Err(diagnostics) if is_read => problems.push(format!(
            "the policy has mistakes\n{}",
            diagnostics.render(Style::of_stdout().colour())
        )),
        _ => {}
    }
    Err(Failure::Usage(problems))
}
