//! `seawall rules check|test|explain`: the rule author's tools.

use std::io::{self, Write};
use std::path::PathBuf;

use policy::{Catalogue, Rulebook};

use super::style::Style;
use super::{Failure, Format, Outcome, Result, books};

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
        /// The situation as a test block's `given` lines, e.g. "data health, about DE, to openai".
        #[arg(long, value_name = "SITUATION")]
        given: String,
    },
}

/// Where the rules are and how to answer.
#[derive(clap::Args)]
pub(super) struct Options {
    /// Policy folder; none: the embedded default policy.
    folder: Option<PathBuf>,
    /// Folder of detector files, in place of the embedded ones.
    #[arg(long, value_name = "DIR")]
    detectors: Option<PathBuf>,
    /// How to write it.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

pub(super) fn run(command: &Command) -> Result {
    match command {
        Command::Check(options) => check(options),
        Command::Test(options) => test(options),
        Command::Explain { options, given } => explain(options, given),
    }
}

fn check(options: &Options) -> Result {
    let detector = books::detector(options.detectors.as_deref()).map_err(Failure::Usage)?;
    let sources = books::sources(options.folder.as_deref()).map_err(Failure::Usage)?;
    let names = books::catalogue(&detector);
    let report = policy::check(&sources, &Catalogue { detectors: &names });
    let examples = detector.check_examples();
    let mut out = io::stdout().lock();
    if options.format == Format::Json {
        let json = serde_json::json!({
            "policy": report.to_json(),
            "detectors": examples.iter().map(ToString::to_string).collect::<Vec<_>>(),
        });
        writeln!(out, "{}", serde_json::to_string_pretty(&json).unwrap_or_default())?;
    } else {
        write!(out, "{}", report.render(Style::of_stdout().colour()))?;
        for problem in &examples {
            writeln!(out, "{problem}")?;
        }
        writeln!(out, "{} detectors, {} examples failed", detector.infos().len(), examples.len())?;
    }
    Ok(if report.passed() && examples.is_empty() { Outcome::Fine } else { Outcome::No })
}

fn test(options: &Options) -> Result {
    let rulebook = rulebook(options)?;
    let results = policy::run_tests(&rulebook);
    let failed = results.iter().filter(|result| !result.passed).count();
    let mut out = io::stdout().lock();
    if options.format == Format::Json {
        writeln!(out, "{}", serde_json::to_string_pretty(&policy::tests_to_json(&results)).unwrap_or_default())?;
    } else {
        for result in &results {
            writeln!(out, "{result}")?;
        }
        writeln!(out, "{} passed, {failed} failed", results.len() - failed)?;
    }
    Ok(if failed == 0 { Outcome::Fine } else { Outcome::No })
}

fn explain(options: &Options, given: &str) -> Result {
    let rulebook = rulebook(options)?;
    let explanation = policy::explain_given(&rulebook, given)
        .map_err(|diagnostics| Failure::Usage(vec![diagnostics.render(Style::of_stdout().colour())]))?;
    let mut out = io::stdout().lock();
    if options.format == Format::Json {
        writeln!(out, "{}", serde_json::to_string_pretty(&explanation.to_json()).unwrap_or_default())?;
    } else {
        write!(out, "{explanation}")?;
    }
    Ok(Outcome::Fine)
}

fn rulebook(options: &Options) -> std::result::Result<Rulebook, Failure> {
    let detector = books::detector(options.detectors.as_deref()).map_err(Failure::Usage)?;
    let sources = books::sources(options.folder.as_deref()).map_err(Failure::Usage)?;
    let names = books::catalogue(&detector);
    Rulebook::compile(&sources, &Catalogue { detectors: &names })
        .map_err(|diagnostics| Failure::Usage(vec![format!("the policy has mistakes\n{}", diagnostics.render(Style::of_stdout().colour()))]))
}
