//! `seawall rules mutate`: which mistakes no test would notice.

use std::io::{self, Write};

use policy::Day;

use super::super::{Format, Outcome, Result, now};
use super::rulebook;

/// What to do with what is found.
#[derive(clap::Args)]
pub(in super::super) struct Options {
    #[command(flatten)]
    rules: super::Options,
    /// How to write it.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Exit with 1 if there is a mistake that no test notices.
    #[arg(long)]
    fail: bool,
}

/// Tries every small mistake.
///
/// # Errors
/// A policy that cannot be used.
pub(super) fn run(options: &Options) -> Result {
    let rulebook = rulebook(&options.rules)?;
    // A test that is offered is to stand on a day on which the rules of today are in force.
    let found = policy::mutate(&rulebook, Some(Day::from_unix(now(), rulebook.clock())));
    let mut out = io::stdout().lock();
    match options.format {
        Format::Json => {
            writeln!(out, "{}", serde_json::to_string_pretty(&found.to_json()).unwrap_or_default())?
        }
        Format::Pretty => writeln!(out, "{found}")?,
    }
    let all_noticed = found.survivors.is_empty() && found.open == 0;
    Ok(if options.fail && !all_noticed { Outcome::No } else { Outcome::Fine })
}
