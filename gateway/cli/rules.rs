//! `seawall rules check|test|explain|detectors`: the rule author's tools.

mod catalogue;
mod clean;

use std::io::{self, Write};
use std::path::PathBuf;

use exchange::{Holding, Search};
use policy::{Catalogue, Clock, Day, Rulebook, Source};

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
    fn catalogue(
        &self,
        detector: &detect::Detector,
    ) -> std::result::Result<Vec<(String, String)>, Failure> {
        let mut names = books::catalogue(detector);
        for given in &self.holdings {
            let entry = given.split_once(':').and_then(|(name, kind)| Holding::entry(name, kind));
            names.push(entry.ok_or_else(|| {
                let what = "expected NAME:KIND, where KIND is dictionary, records or documents";
                Failure::Usage(vec![format!("--holdings {given}: {what}")])
            })?);
        }
        Ok(names)
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
    let detector = books::detector(options.detectors().as_deref(), true).map_err(Failure::Usage)?;
    let sources = books::sources(options.folder.as_deref()).map_err(Failure::Usage)?;
    let names = options.catalogue(&detector)?;
    let report = policy::check(&sources, &Catalogue { detectors: &names }, Some(now()));
    let examples = detector.check_examples();
    let mut warnings =
        clean::warnings(&detector, options.clean.as_deref()).map_err(Failure::Usage)?;
    if let Ok(rulebook) = Rulebook::compile(&sources, &Catalogue { detectors: &names }) {
        let found = unclassed::detectors(&rulebook, detector.infos());
        warnings.extend(found.into_iter().map(|what| format!("warning: {what}")));
    }
    let mut search = Search::new(detector);
    let allowed = allow_files::add(&mut search, &options.allowed, |_, problem| Some(problem));
    let allowed = allowed.err().unwrap_or_default();
    let today = Day::from_unix(now(), &Clock::utc());
    warnings.extend(search.ending(today).iter().map(|ending| format!("warning: {ending}")));
    let mut out = io::stdout().lock();
    if options.format == Format::Json {
        let json = serde_json::json!({
            "policy": report.to_json(),
            "detectors": examples.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "allowed": allowed,
            "warnings": warnings,
        });
        writeln!(out, "{}", serde_json::to_string_pretty(&json).unwrap_or_default())?;
    } else {
        writeln!(out, "{}", report.render(Style::of_stdout().colour()))?;
        for problem in &examples {
            writeln!(out, "{problem}")?;
        }
        for problem in &allowed {
            writeln!(out, "error: {problem}")?;
        }
        for warning in &warnings {
            writeln!(out, "{warning}")?;
        }
        let (all, failed) = (search.detector().infos().len(), examples.len());
        writeln!(
            out,
            "{all} detectors, {failed} problems with examples, {} warnings",
            warnings.len()
        )?;
    }
    let fine = report.is_fine() && examples.is_empty() && allowed.is_empty();
    Ok(if fine { Outcome::Fine } else { Outcome::No })
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

fn rulebook_with(options: &Options, more: Vec<Source>) -> std::result::Result<Rulebook, Failure> {
    let detector = books::detector(options.detectors().as_deref(), true).map_err(Failure::Usage)?;
    let mut sources = books::sources(options.folder.as_deref()).map_err(Failure::Usage)?;
    sources.extend(more);
    let names = options.catalogue(&detector)?;
    Rulebook::compile(&sources, &Catalogue { detectors: &names }).map_err(|diagnostics| {
        Failure::Usage(vec![format!(
            "the policy has mistakes\n{}",
            diagnostics.render(Style::of_stdout().colour())
        )])
    })
}
