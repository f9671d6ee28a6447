//! `seawall rules test`: the test blocks of a policy.

use std::io::{self, Write};

use super::super::{Failure, Outcome, Result, rehearsal};
use super::junit::{self, Case};
use super::report::{self, Format, Remark};
use super::searching;

/// Runs them in the order of the files, those that give a text through all that a request goes through.
///
/// # Errors
/// A policy that cannot be used: then no test was run.
pub(super) fn run(options: &report::Options) -> Result {
    let not_run = |failure| match failure {
        Failure::Usage(mut problems) => {
            problems.push("tests not run".to_owned());
            Failure::Usage(problems)
        }
        other => other,
    };
    let (rulebook, search) = searching(&options.rules).map_err(not_run)?;
    let book = rehearsal::book(search, rulebook).map_err(Failure::Usage).map_err(not_run)?;
    let results = rehearsal::run(&book);
    let failed = results.iter().filter(|result| !result.passed).count();
    let mut out = io::stdout().lock();
    match options.format {
        Format::Json => {
            let rows: Vec<_> = results.iter().map(policy::TestResult::to_json).collect();
            writeln!(out, "{}", serde_json::to_string_pretty(&rows).unwrap_or_default())?;
        }
        Format::Pretty => {
            results.iter().try_for_each(|result| writeln!(out, "{result}"))?;
            writeln!(out, "{} passed, {failed} failed", results.len() - failed)?;
        }
        Format::Junit => {
            let cases = results.iter().map(Case::of_test).collect();
            junit::write(&[("tests", cases)], &mut out)?;
        }
        Format::Sarif | Format::Github => {
            let remarks: Vec<Remark> = results.iter().filter_map(Remark::of_test).collect();
            match options.format {
                Format::Sarif => report::sarif(&remarks, &mut out)?,
                _ => report::github(&remarks, &mut out)?,
            }
        }
    }
    Ok(if failed == 0 { Outcome::Fine } else { Outcome::No })
}
