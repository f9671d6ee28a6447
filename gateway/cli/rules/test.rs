//! `seawall rules test`: the test blocks of a policy.

use std::io::{self, Write};

use super::super::{Failure, Format, Outcome, Result};
use super::{Options, rulebook};

/// Runs them in the order of the files.
///
/// # Errors
/// A policy that cannot be used: then no test was run.
pub(super) fn run(options: &Options) -> Result {
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
