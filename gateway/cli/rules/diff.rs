//! `seawall rules diff`: what another policy decides otherwise, looser first.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use policy::{Day, Rulebook};
use prove::{NODES, Report, counts};

use super::super::{Failure, Outcome, Result, archive, now};
use super::calendar::day;
use super::rulebook;

/// What to compare.
#[derive(clap::Args)]
pub(in super::super) struct Options {
    /// The policy as it is: a folder, a file, or with `--policies` the digest of a policy that a gateway has kept.
    old: PathBuf,
    /// The policy as it is to be, likewise.
    new: PathBuf,
    /// Folder in which a gateway keeps the policies that it has judged by.
    #[arg(long, value_name = "DIR")]
    policies: Option<PathBuf>,
    /// Folder of packs, in the place of embedded ones of the same name.
    #[arg(long, value_name = "DIR")]
    packs: Option<PathBuf>,
    /// Holdings that the policies name: a name, a colon, and dictionary, records or documents.
    #[arg(long, value_name = "NAME:KIND")]
    holdings: Vec<String>,
    /// Compare from this day on; none: today by the clock of the new policy.
    #[arg(long, value_name = "DAY")]
    from: Option<String>,
    /// Exit with 1 if anything became looser, or could not be answered.
    #[arg(long, value_enum)]
    fail_on: Option<FailOn>,
    /// How to write it; markdown is for a pull request.
    #[arg(long, value_enum, default_value_t)]
    format: Form,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum FailOn {
    Looser,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
enum Form {
    #[default]
    Pretty,
    Json,
    Markdown,
}

/// Compares the two.
///
/// # Errors
/// A policy that cannot be used, or a word that is no day.
pub(super) fn run(options: &Options) -> Result {
    let from = day(options.from.as_ref())?;
    let (old, new) = (options.open(&options.old)?, options.open(&options.new)?);
    let from = from.unwrap_or_else(|| Day::from_unix(now(), new.clock()));
    let diff = policy::diff(&old, &new, Some(from));
    let counts = counts(&old, &new, &diff, NODES);
    let report = Report { diff: &diff, counts: counts.as_ref() };
    let mut out = io::stdout().lock();
    match options.format {
        Form::Pretty => writeln!(out, "{}", report.pretty())?,
        Form::Markdown => writeln!(out, "{}", report.markdown())?,
        Form::Json => writeln!(
            out,
            "{}",
            serde_json::to_string_pretty(&report.to_json()).unwrap_or_default()
        )?,
    }
    let looser = !diff.open.is_empty() || diff.cells.iter().any(|cell| cell.looser);
    Ok(if options.fail_on.is_some() && looser { Outcome::No } else { Outcome::Fine })
}

impl Options {
    /// A policy from a folder, or from those that a gateway has kept.
    fn open(&self, named: &Path) -> std::result::Result<Rulebook, Failure> {
        if let Some(policies) = &self.policies
            && !named.exists()
        {
            let digest = named.to_string_lossy();
            return archive::open(policies, &digest)
                .map_err(|problem| Failure::Usage(vec![problem]));
        }
        rulebook(&super::Options::of(named, self.packs.clone(), self.holdings.clone()))
    }
}
