//! `seawall rules calendar`: what will be decided otherwise by itself.

use std::io::{self, Write};

use policy::{Day, Turn};

use super::super::{Failure, Outcome, Result, now};
use super::rulebook;

/// Which days to look at.
#[derive(clap::Args)]
pub(in super::super) struct Options {
    #[command(flatten)]
    rules: super::Options,
    /// How to write it.
    #[arg(long, value_enum, default_value_t)]
    format: Form,
    /// Look at changes after this day, such as 2026-12-31; none: today by the policy clock.
    #[arg(long, value_name = "DAY")]
    from: Option<String>,
    /// And no later than on this day; none: as far as the policy has dates.
    #[arg(long, value_name = "DAY")]
    until: Option<String>,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
enum Form {
    /// For people.
    #[default]
    Pretty,
    /// For programs: all days as one list.
    Json,
    /// For programs that watch: each day on a line.
    Jsonl,
}

/// Tells for each day what changes on it.
///
/// # Errors
/// A policy that cannot be used, or a word that is no day.
pub(super) fn run(options: &Options) -> Result {
    let (from, until) = (day(options.from.as_ref())?, day(options.until.as_ref())?);
    let rulebook = rulebook(&options.rules)?;
    let from = from.unwrap_or_else(|| Day::from_unix(now(), rulebook.clock()));
    let turns = policy::calendar(&rulebook, Some(from), until);
    let mut out = io::stdout().lock();
    if options.format == Form::Jsonl {
        turns.iter().try_for_each(|turn| writeln!(out, "{}", turn.to_json()))?;
        return Ok(Outcome::Fine);
    }
    if options.format == Form::Json {
        let turns: Vec<_> = turns.iter().map(Turn::to_json).collect();
        writeln!(out, "{}", serde_json::to_string_pretty(&turns).unwrap_or_default())?;
        return Ok(Outcome::Fine);
    }
    for turn in &turns {
        writeln!(out, "{turn}\n")?;
    }
    let changing = turns.iter().filter(|turn| !turn.changes.is_empty()).count();
    let all = turns.len();
    writeln!(
        out,
        "{all} days after {from} on which a date of the policy counts; on {changing} something is decided otherwise"
    )?;
    Ok(Outcome::Fine)
}

/// A day as written.
pub(super) fn day(written: Option<&String>) -> std::result::Result<Option<Day>, Failure> {
    let Some(written) = written else { return Ok(None) };
    let what = || Failure::Usage(vec![format!("`{written}` is no day; write it as in 2026-12-31")]);
    Day::parse(written).map(Some).ok_or_else(what)
}
