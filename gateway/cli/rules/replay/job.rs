//! Records on their way into a tally.

use std::collections::BTreeMap;
use std::io::{self, BufWriter, StdoutLock, Write};
use std::path::PathBuf;

use exchange::on_record;
use incident::{Body, Decision, Record};
use policy::{Again, Clock, Day, OnRecord, Origin, Replay, Rulebook, Shift, Tally};

use super::super::super::entries::At;
use super::super::super::judging::Judging;
use super::super::super::secrets::hex;
use super::super::super::{Failure, archive};

/// Most policies that are held at a time; a journal names a few.
const KEPT: usize = 64;

/// Who decides again.
pub(super) enum Judge<'c> {
    Given {
        replay: Replay<'c>,
        rulebook: &'c Rulebook,
        /// Of its policy, as records name it; none if it decides as on another day than that on record.
        digest: Option<String>,
    },
    OfItsDay {
        archive: PathBuf,
        /// By digest, the policies that records named so far, or why one cannot be used.
        kept: BTreeMap<String, Result<Rulebook, String>>,
    },
}

impl<'c> Judge<'c> {
    pub(super) fn given(given: &'c Judging, on: Option<Day>) -> Self {
        let rulebook = &given.rulebook;
        let digest = on.is_none().then(|| hex(&rulebook.digest()));
        Self::Given { replay: Replay::new(rulebook, &given.catalogue(), on), rulebook, digest }
    }

    pub(super) fn of_its_day(archive: PathBuf) -> Self {
        Self::OfItsDay { archive, kept: BTreeMap::new() }
    }

    /// Decides again what a policy of this digest decided; and whether that very policy does.
    ///
    /// # Errors
    /// Why it cannot be.
    fn decide(&mut self, digest: &str, on_record: &OnRecord) -> Result<(Again, bool), String> {
        let again = match self {
            Self::Given { rulebook, digest: own, .. } if own.as_deref() == Some(digest) => {
                rulebook.decide_again(on_record).map(|again| (again, true))
            }
            Self::Given { replay, .. } => replay.decide(on_record).map(|again| (again, false)),
            Self::OfItsDay { archive, kept } => {
                if kept.len() >= KEPT {
                    kept.clear();
                }
                let open = || archive::open(archive, digest);
                let known = kept.entry(digest.to_owned()).or_insert_with(open);
                let rulebook = known.as_ref().map_err(String::clone)?;
                rulebook.decide_again(on_record).map(|again| (again, true))
            }
        };
        again.map_err(|unknown| unknown.to_string())
    }
}

/// Records, decided again one by one.
pub(super) struct Job<'c> {
    judge: Judge<'c>,
    days: (Option<Day>, Option<Day>),
    tally: Tally,
    /// Where each change is written as it comes.
    lines: Option<BufWriter<StdoutLock<'static>>>,
}

impl<'c> Job<'c> {
    pub(super) fn new(judge: Judge<'c>, days: (Option<Day>, Option<Day>), lines: bool) -> Self {
        let lines = lines.then(|| BufWriter::new(io::stdout().lock()));
        Self { judge, days, tally: Tally::default(), lines }
    }

    /// Everything that was counted.
    pub(super) fn end(self) -> io::Result<Tally> {
        if let Some(mut lines) = self.lines {
            lines.flush()?;
        }
        Ok(self.tally)
    }

    pub(super) fn take(&mut self, at: At, bytes: &[u8]) -> Result<(), Failure> {
        let Some(record) = Record::parse(bytes) else {
            self.tally.pass_over("no record of schema seawall.record/1");
            return Ok(());
        };
        match &record.body {
            Body::Decision(told) => self.decision(at, &record, told)?,
            Body::Outcome(outcome)
                if !outcome.decision.is_none() && self.is_wanted(day(&record)) =>
            {
                self.tally.answers += 1;
            }
            _ => {}
        }
        Ok(())
    }

    fn decision(&mut self, at: At, record: &Record, told: &Decision) -> Result<(), Failure> {
        match on_record(record) {
            Ok(Some(on_record)) if self.is_wanted(on_record.situation.day) => {
                let place = at.to_string();
                let origin = Origin { place: &place, id: &record.id, time: record.time };
                self.decide(origin, &told.policy, &on_record)?;
            }
            Ok(None) if self.is_wanted(day(record)) => self.tally.refused += 1,
            Err(problem) if self.is_wanted(day(record)) => self.tally.pass_over(&problem),
            _ => {}
        }
        Ok(())
    }

    fn decide(&mut self, origin: Origin<'_>, digest: &str, on_record: &OnRecord) -> io::Result<()> {
        let (again, shift) = match self.judge.decide(digest, on_record) {
            Ok((again, true)) => {
                if self.tally.reproduce(origin, on_record, &again.decision) {
                    return Ok(());
                }
                (again, None)
            }
            Ok((again, false)) => match self.tally.take(origin, on_record, &again) {
                Shift::Same => return Ok(()),
                shift => (again, Some(shift)),
            },
            Err(problem) => {
                self.tally.pass_over(&problem);
                return Ok(());
            }
        };
        let Some(lines) = &mut self.lines else { return Ok(()) };
        writeln!(lines, "{}", Tally::line(origin, shift, on_record, &again))
    }

    fn is_wanted(&self, day: Day) -> bool {
        let (from, until) = self.days;
        from.is_none_or(|from| from <= day) && until.is_none_or(|until| day <= until)
    }
}

/// The day of a record that tells no other: of its time in UTC.
fn day(record: &Record) -> Day {
    let seconds = i64::try_from(record.time / 1_000_000_000).unwrap_or(i64::MAX);
    Day::from_unix(seconds, &Clock::utc())
}
