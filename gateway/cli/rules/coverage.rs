//! `seawall rules coverage`: what the tests of a policy look at.

use std::io::{self, Write};

use super::super::{Format, Outcome, Result};
use super::rulebook;

/// How much is enough.
#[derive(clap::Args)]
pub(in super::super) struct Options {
    #[command(flatten)]
    rules: super::Options,
    /// How to write it.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Exit with 1 if less is covered, in percent.
    #[arg(long, value_name = "PERCENT", default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..=100))]
    at_least: u8,
}

/// Tells which rules, conditions, outcomes and destinations no test looks at.
///
/// # Errors
/// A policy that cannot be used.
pub(super) fn run(options: &Options) -> Result {
    let found = policy::coverage(&rulebook(&options.rules)?);
    let mut out = io::stdout().lock();
    match options.format {
        Format::Json => {
            writeln!(out, "{}", serde_json::to_string_pretty(&found.to_json()).unwrap_or_default())?
        }
        Format::Pretty => writeln!(out, "{found}")?,
    }
    let enough = found.percent() >= usize::from(options.at_least);
    Ok(if enough { Outcome::Fine } else { Outcome::No })
}
