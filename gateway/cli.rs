//! The command line: one file a command under `cli/`.
//!
//! Exit codes: 0 fine; 1 it did what was asked and the answer is no; 2 what it was given cannot be used; 3 something broke; 130 the
//! user ended it. README.md has the table.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};

mod allow_command;
mod allow_files;
mod approvals;
mod archive;
mod books;
mod bundles;
mod census_folder;
mod config;
mod config_command;
mod coverage;
mod demo;
mod desk;
mod entries;
mod files;
mod holding_files;
mod holdings_command;
mod identities;
mod journal_command;
mod judge;
mod judging;
mod lifecycle;
mod metrics;
mod nameable;
mod node_card;
mod preflight;
mod records;
mod rehearsal;
mod reload;
mod rules;
mod sarif;
mod scan;
mod secrets;
mod serve;
mod shipped;
mod standin;
mod style;
mod telemetry;
mod telling;
mod toml_file;
mod unclassed;

/// A data-residency enforcing gateway for AI traffic.
#[derive(Parser)]
#[command(name = "seawall", version, about, disable_help_subcommand = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Run the gateway (also without any command).
    Serve(serve::Options),
    /// Start a gateway with two stand-in providers and show what it does, request by request.
    Demo(demo::Options),
    /// Find sensitive data in files or standard input.
    Scan(scan::Options),
    /// Judge one recorded request, or one decision record again, offline.
    Judge(judge::Options),
    /// Check, test, explain, format and convert policy folders; pack, sign and install them as bundles.
    #[command(subcommand)]
    Rules(rules::Command),
    /// Print what of each AI dialect is inspected, protected, refused or opaque.
    Coverage(coverage::Options),
    /// Verify and export the journal.
    #[command(subcommand)]
    Journal(journal_command::Command),
    /// List, approve and deny what waits for a second person; docs/asks.md is the guide.
    #[command(subcommand)]
    Approvals(approvals::Command),
    /// Build, check and try files of an agency's own terms, records and documents; docs/holdings.md is the guide.
    #[command(subcommand)]
    Holdings(holdings_command::Command),
    /// Print an entry for an allow-list: the value that is harmless comes from standard input.
    Allow(allow_command::Options),
    /// Check a seawall.toml or print its schema.
    #[command(subcommand)]
    Config(config_command::Command),
    /// Print shell completions.
    Completions {
        /// The shell to write for.
        shell: clap_complete::Shell,
    },
}

/// How tables and reports are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    #[default]
    Pretty,
    /// For programs.
    Json,
}

/// The options by which every command that judges finds its rules.
#[derive(Args, Clone, Debug, Default)]
struct RuleSource {
    /// Configuration file; its policy, detectors and keys are used.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Folder of .policy files, in place of the embedded default policy.
    #[arg(long, value_name = "DIR")]
    policy: Option<PathBuf>,
    /// Folder of more detector files, beside the embedded ones.
    #[arg(long, value_name = "DIR")]
    detectors: Option<PathBuf>,
}

/// What a command came to.
enum Outcome {
    /// It did what was asked, and the answer is yes.
    Fine,
    /// It did what was asked, and the answer is no.
    No,
}

/// Why a command could not do what was asked; each line is shown to the user.
enum Failure {
    /// The input is wrong: exit code 2.
    Usage(Vec<String>),
    /// Something broke: exit code 3.
    Broken(String),
    /// Whoever read the output has left, as `head` does: exit code 0.
    Unread,
    /// The user ended it: exit code 130, as of a command that SIGINT ended.
    Interrupted,
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::Unread,
            _ => Self::Broken(error.to_string()),
        }
    }
}

type Result = std::result::Result<Outcome, Failure>;

/// Parses the command line and runs the command.
pub(crate) fn run() -> ExitCode {
    let outcome = match Cli::parse().command.unwrap_or(Command::Serve(serve::Options::default())) {
        Command::Serve(options) => serve::run(&options),
        Command::Demo(options) => demo::run(&options),
        Command::Scan(options) => scan::run(&options),
        Command::Judge(options) => judge::run(&options),
        Command::Rules(command) => rules::run(&command),
        Command::Coverage(options) => coverage::run(&options),
        Command::Journal(command) => journal_command::run(&command),
        Command::Approvals(command) => approvals::run(&command),
        Command::Holdings(command) => holdings_command::run(&command),
        Command::Allow(options) => allow_command::run(&options),
        Command::Config(command) => config_command::run(&command),
        Command::Completions { shell } => completions(shell),
    };
    exit(outcome)
}

/// Made whole before it is written, since the generator panics when nobody reads.
fn completions(shell: clap_complete::Shell) -> Result {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "seawall", &mut script);
    io::stdout().write_all(&script)?;
    Ok(Outcome::Fine)
}

fn exit(outcome: Result) -> ExitCode {
    match outcome {
        Ok(Outcome::Fine) => ExitCode::SUCCESS,
        Ok(Outcome::No) => ExitCode::from(1),
        Err(Failure::Usage(problems)) => {
            for problem in problems {
                complain(&problem);
            }
            ExitCode::from(2)
        }
        Err(Failure::Broken(problem)) => {
            complain(&problem);
            ExitCode::from(3)
        }
        Err(Failure::Unread) => ExitCode::SUCCESS,
        Err(Failure::Interrupted) => ExitCode::from(130),
    }
}

/// What could not be done while the rest was, each told: something broke, if anything did.
fn broken(mut problems: Vec<String>) -> std::result::Result<(), Failure> {
    let Some(last) = problems.pop() else { return Ok(()) };
    problems.iter().for_each(|problem| complain(problem));
    Err(Failure::Broken(last))
}

/// Seconds since 1970-01-01 UTC.
fn now() -> i64 {
    i64::try_from(proxy::clock::unix_nanos() / 1_000_000_000).unwrap_or(0)
}

/// Writes a problem to standard error. If even that fails there is nobody left to tell.
fn complain(problem: &str) {
    let _ = writeln!(io::stderr(), "error: {problem}");
}

/// Writes to standard error what can go on and should be looked at.
fn warn(doubt: &str) {
    let _ = writeln!(io::stderr(), "warning: {doubt}");
}

/// A panic message may quote content, so only its place is printed; judgement turns it into a refusal.
pub(crate) fn quiet_panics() {
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        complain(&format!(
            "a defect was contained at {place}; the request it concerned was refused"
        ));
    }));
}
