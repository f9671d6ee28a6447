//! Decision records, decided again: each by the policy that was in force when it was written.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use exchange::rejudge;
use incident::{Body, Record};
use policy::Rulebook;
use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;

use super::super::journal_command::OF_THE_JOURNAL;
use super::super::judging::Judging;
use super::super::{Failure, Outcome, Result, RuleSource, archive, books, files};
use super::Options;

/// Largest set of records that is judged in one run, in bytes.
const MAX_BYTES: u64 = 1 << 30;

/// What records are judged by.
pub(super) struct Again {
    archive: PathBuf,
    /// The policy that all records are to be judged by, whatever they name.
    given: Option<Rulebook>,
    /// Policies that records named, by digest.
    named: BTreeMap<String, Rulebook>,
}

impl Again {
    pub(super) fn new(options: &Options) -> std::result::Result<Self, Failure> {
        let config = super::config(options)?;
        let beside = || archive::beside(&config.journal.folder);
        Ok(Self {
            archive: options.policies.clone().unwrap_or_else(beside),
            given: match options.source.policy {
                Some(_) => Some(rulebook(options)?),
                None => None,
            },
            named: BTreeMap::new(),
        })
    }

    /// Judges all records of a file; the answer is no if one comes out differently, or names what its policy lacks.
    pub(super) fn judge(mut self, path: &Path) -> Result {
        let text = read(path)?;
        let Read { decisions: records, answers, mut problems } = Read::of(&text);
        problems.extend(self.fetch(&records));
        if !problems.is_empty() {
            return Err(Failure::Usage(problems));
        }
        let mut out = io::BufWriter::new(io::stdout().lock());
        let mut count = Count { answers, ..Count::default() };
        for (number, record) in &records {
            // A request that was refused before any decision names a policy all the same.
            let rulebook = self.given.as_ref().or_else(|| self.named.get(digest(record)));
            let judged = match rulebook.map(|rulebook| rejudge(rulebook, record)).transpose() {
                Ok(judged) => judged.flatten(),
                Err(problem) => {
                    count.unjudgeable += 1;
                    let line = json!({ "record": record.id, "line": number, "not_judgeable": problem.to_string() });
                    writeln!(out, "{line}")?;
                    continue;
                }
            };
            let Some(judged) = judged else {
                count.undecided += 1;
                continue;
            };
            count.take(&judged);
            let mut line = json!({ "record": record.id, "identical": judged.identical(), "decision": judged.again });
            if !judged.contradictions.is_empty() {
                line["contradicts_itself"] = json!(judged.contradictions);
            }
            writeln!(out, "{line}")?;
        }
        writeln!(out, "{}", count.to_json())?;
        out.flush()?;
        Ok(if count.is_fine() { Outcome::Fine } else { Outcome::No })
    }

    /// Opens every policy that the records name; returns what could not be opened.
    fn fetch(&mut self, records: &[(usize, Record)]) -> Vec<String> {
        if self.given.is_some() {
            return Vec::new();
        }
        let digests: BTreeSet<&str> = records.iter().map(|(_, record)| digest(record)).collect();
        let mut problems = Vec::new();
        for digest in digests.into_iter().filter(|digest| !digest.is_empty()) {
            match archive::open(&self.archive, digest) {
                Ok(rulebook) => drop(self.named.insert(digest.to_owned(), rulebook)),
                Err(problem) => problems.push(problem),
            }
        }
        problems
    }
}

/// The policy by which all records are to be judged.
fn rulebook(options: &Options) -> std::result::Result<Rulebook, Failure> {
    let own = super::config(options)?.policy;
    let RuleSource { policy, detectors, .. } = &options.source;
    let folder = detectors.as_deref().or(own.detectors.as_deref());
    let sources = books::sources(policy.as_deref());
    Ok(Judging::compile(sources, folder, own.embedded_detectors)?.rulebook)
}

/// What became of how many records.
#[derive(Default)]
struct Count {
    same: u64,
    different: u64,
    /// Of those, records whose own fields contradict each other.
    contradicting: u64,
    undecided: u64,
    answers: u64,
    unjudgeable: u64,
}

impl Count {
    fn take(&mut self, judged: &exchange::Rejudged) {
        *(if judged.identical() { &mut self.same } else { &mut self.different }) += 1;
        self.contradicting += u64::from(!judged.contradictions.is_empty());
    }

    fn is_fine(&self) -> bool {
        self.different + self.unjudgeable == 0
    }

    fn to_json(&self) -> serde_json::Value {
        json!({
            "identical": self.same, "different": self.different, "contradicting_themselves": self.contradicting,
            "refused_before_decision": self.undecided, "answers_not_judged": self.answers,
            "not_judgeable": self.unjudgeable,
        })
    }
}

fn digest(record: &Record) -> &str {
    match &record.body {
        Body::Decision(decision) => &decision.policy,
        _ => "",
    }
}

fn read(path: &Path) -> std::result::Result<String, Failure> {
    if path != Path::new("-") {
        return files::read(path).map_err(|problem| Failure::Usage(vec![problem]));
    }
    let bytes = files::bounded(io::stdin().lock(), MAX_BYTES)?;
    String::from_utf8(bytes)
        .map_err(|_| Failure::Usage(vec!["standard input is not UTF-8".to_owned()]))
}

/// What the lines hold.
#[derive(Default)]
struct Read {
    /// The decision records, each with its line number.
    decisions: Vec<(usize, Record)>,
    /// Outcome records with a decision about the answer: they do not hold its situation, so it cannot be decided again.
    answers: u64,
    /// The lines that are no record.
    problems: Vec<String>,
}

/// A line of `journal export --positions`.
#[derive(Deserialize)]
struct Positioned<'l> {
    #[serde(borrow)]
    record: &'l RawValue,
}

impl Read {
    fn of(text: &str) -> Self {
        let mut read = Self::default();
        for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let positioned: Option<Positioned<'_>> =
                line.starts_with(r#"{"epoch":"#).then(|| serde_json::from_str(line).ok()).flatten();
            let line = positioned.map_or(line, |positioned| positioned.record.get());
            if !line.starts_with(OF_THE_JOURNAL) {
                read.take(at + 1, Record::parse(line.as_bytes()));
            }
        }
        read
    }

    fn take(&mut self, number: usize, record: Option<Record>) {
        match record {
            Some(record) if matches!(record.body, Body::Decision(_)) => {
                self.decisions.push((number, record));
            }
            Some(Record { body: Body::Outcome(outcome), .. }) if !outcome.decision.is_none() => {
                self.answers += 1;
            }
            Some(_) => {}
            None => self
                .problems
                .push(format!("line {number}: expected a record of schema seawall.record/1")),
        }
    }
}
