//! `seawall rules replay`: what another policy would have decided of the requests on record, looser first.

mod job;

use std::io::{self, Write};
use std::path::PathBuf;

use policy::{Day, Rulebook, Tally};

use super::super::judging::Judging;
use super::super::secrets::hex;
use super::super::telling::Telling;
use super::super::{Failure, Outcome, Result, archive, entries, now};
use super::calendar::day;
use job::{Job, Judge};

/// Which records, which policy, and how to answer.
#[derive(clap::Args)]
pub(in super::super) struct Options {
    /// Folder of a journal, or records as `seawall journal export` writes them, one a line; `-` for standard input.
    records: PathBuf,
    /// The policy that is to decide: a folder or a file. None: each record is decided again by the policy that it names, and must come
    /// out the same.
    candidate: Option<PathBuf>,
    /// Folder of more detector files, beside the embedded ones; `detectors` in the policy folder if there is one.
    #[arg(long, value_name = "DIR")]
    detectors: Option<PathBuf>,
    /// Folder of packs, in the place of embedded ones of the same name.
    #[arg(long, value_name = "DIR")]
    packs: Option<PathBuf>,
    /// Folder of the policies that records name, if there is no candidate; none: beside the journal.
    #[arg(long, value_name = "DIR", conflicts_with = "candidate")]
    policies: Option<PathBuf>,
    /// Only what is on record from this day on, such as 2026-11-01, by the clock of its policy.
    #[arg(long, value_name = "DAY")]
    from: Option<String>,
    /// Only what is on record until this day.
    #[arg(long, value_name = "DAY")]
    until: Option<String>,
    /// Decide everything as on this day; none: as on the day on record.
    #[arg(long, value_name = "DAY", requires = "candidate")]
    on: Option<String>,
    /// Exit with 1 if anything is decided so, or cannot be decided again.
    #[arg(long, value_enum)]
    fail_on: Option<FailOn>,
    /// How to write it.
    #[arg(long, value_enum, default_value_t)]
    format: Form,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum FailOn {
    /// More leaves, or leaves more easily.
    Looser,
    /// Anything is decided otherwise.
    Change,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
enum Form {
    /// For people.
    #[default]
    Pretty,
    /// For programs: the whole as one document.
    Json,
    /// For programs: each decision that changes on a line, and the whole on the last.
    Jsonl,
}

/// Decides all records again and tells what changes.
///
/// # Errors
/// A policy or records that cannot be used, or a word that is no day.
pub(super) fn run(options: &Options) -> Result {
    let days = (day(options.from.as_ref())?, day(options.until.as_ref())?);
    let on = day(options.on.as_ref())?;
    let candidate = options.candidate()?;
    let judge = match &candidate {
        Some(candidate) => Judge::given(candidate, on),
        None => Judge::of_its_day(options.archive()?),
    };
    let mut job = Job::new(judge, days, options.format == Form::Jsonl);
    let telling = Telling::new();
    let mut done = 0;
    entries::each(&options.records, |at, bytes| {
        done += 1;
        telling.now_and_then("decided again", done);
        job.take(at, bytes)
    })?;
    telling.clear();
    let tally = job.end()?;
    if tally.judged + tally.unjudged() == 0 {
        return Err(Failure::Usage(vec![format!(
            "{}: holds no decision of a policy on these days",
            options.records.display()
        )]));
    }
    let rulebook = candidate.as_ref().map(|candidate| &candidate.rulebook);
    let since = rulebook.filter(|_| on.is_none());
    let since = since.map(|rulebook| dates_since(rulebook, tally.last_day())).unwrap_or_default();
    tell(&tally, options.format, rulebook, &since)?;
    let too_much = match options.fail_on {
        Some(FailOn::Looser) => tally.looser() + tally.unjudged() > 0,
        Some(FailOn::Change) => tally.changed() + tally.unjudged() > 0,
        None => false,
    };
    Ok(if tally.is_sound() && !too_much { Outcome::Fine } else { Outcome::No })
}

impl Options {
    fn candidate(&self) -> std::result::Result<Option<Judging>, Failure> {
        let Some(folder) = &self.candidate else { return Ok(None) };
        let (detectors, packs) = (self.detectors.clone(), self.packs.clone());
        let rules = super::Options::of_folder(Some(folder.clone()), detectors, packs, Vec::new());
        Judging::compile(rules.sources(), rules.detectors().as_deref(), true).map(Some)
    }

    /// Where the policies stand that records name.
    fn archive(&self) -> std::result::Result<PathBuf, Failure> {
        let beside = || self.records.is_dir().then(|| archive::beside(&self.records));
        self.policies.clone().or_else(beside).ok_or_else(|| {
            let what = "name a candidate, or with --policies the folder of the policies that these records name";
            Failure::Usage(vec![what.to_owned()])
        })
    }
}

/// Days on which a date of the candidate has counted since the last day on record.
fn dates_since(rulebook: &Rulebook, last: Option<Day>) -> Vec<Day> {
    let today = Day::from_unix(now(), rulebook.clock());
    let since = |day: &&Day| last.is_some_and(|last| last < **day) && **day <= today;
    rulebook.cuts().iter().filter(since).copied().collect()
}

fn tell(tally: &Tally, form: Form, by: Option<&Rulebook>, dates: &[Day]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    if form == Form::Pretty {
        writeln!(out, "{tally}")?;
        if let Some(day) = dates.last() {
            writeln!(
                out,
                "note: a date of the candidate has come since, the last on {day}; --on {day} decides as from then on"
            )?;
        }
        return Ok(());
    }
    let mut whole = tally.to_json();
    whole["dates_since"] = serde_json::json!(dates);
    whole["candidate"] = serde_json::json!(by.map(|rulebook| hex(&rulebook.digest())));
    if form == Form::Json {
        return writeln!(out, "{}", serde_json::to_string_pretty(&whole).unwrap_or_default());
    }
    writeln!(out, "{whole}")
}
