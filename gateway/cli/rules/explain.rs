//! `seawall rules explain`: what each rule makes of one situation, and why.

use std::io::{self, Write};

use policy::{Day, Source};

use super::super::{Failure, Format, Outcome, Result, now};
use super::calendar::day;
use super::{Options, rulebook, rulebook_with};

/// The name of the test block that `--given` is read as.
const ASKED: &str = "the situation on the command line";

/// Explains the situation on the command line, or that of a test block.
///
/// # Errors
/// A policy that cannot be used, or a test that is not there.
pub(super) fn run(
    options: &Options,
    format: Format,
    (given, test): (&[String], Option<&str>),
    on: Option<&String>,
) -> Result {
    let on = day(on)?;
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
    let explanation = rulebook.explain_test(name, on).ok_or_else(|| {
        Failure::Usage(vec![format!(
            "there is no test \"{name}\"; `seawall rules test` lists them"
        )])
    })?;
    let mut out = io::stdout().lock();
    if format == Format::Json {
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
