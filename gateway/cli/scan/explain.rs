//! `seawall scan --explain`: for each place what was tried there, and why it is reported or not.

use std::io::{self, Write};

use detect::{Level, Outcome, Trial};
use exchange::{By, Reading, Search};
use policy::Day;

use super::super::style::{Ink, Style};
use super::input::Input;

/// Most readings of one place that are told one by one; what is left of the silent ones is counted.
const TOLD: usize = 12;

/// What is told with: where places are, and what is reported at all.
pub(super) struct Explained<'a> {
    pub(super) search: &'a Search,
    pub(super) input: &'a Input,
    /// What is less sure is not reported.
    pub(super) least: Level,
    /// The day on which entries of allow-lists hold or not.
    pub(super) today: Day,
}

impl Explained<'_> {
    /// Tells of readings, which are in the order of their places, and how many of them are reported.
    pub(super) fn write(&self, out: &mut impl Write, readings: &[Reading]) -> io::Result<usize> {
        let style = Style::of_stdout();
        for here in readings.chunk_by(|a, b| self.place(a) == self.place(b)) {
            let Some(first) = here.first() else { continue };
            let place = self.place(first);
            writeln!(out, "{}", style.paint(Ink::Bold, &place))?;
            let mut told: Vec<&Reading> = here.iter().collect();
            told.sort_by_key(|r| (rank(r.trial.outcome), r.trial.detector));
            for reading in told.iter().take(TOLD) {
                let ink = if self.is_reported(reading) { Ink::Yellow } else { Ink::Faint };
                let id = style.paint(ink, self.search.known(reading.trial.detector).id);
                let length = reading.trial.span.len();
                writeln!(out, "  {id} ({length} bytes): {}", self.sentence(reading))?;
            }
            if let Some(rest) = told.len().checked_sub(TOLD).filter(|rest| *rest > 0) {
                writeln!(out, "  and {rest} more that say nothing here")?;
            }
        }
        Ok(readings.iter().filter(|reading| self.is_reported(reading)).count())
    }

    fn place(&self, reading: &Reading) -> String {
        self.input.told_place(reading.text as usize, reading.trial.span.start)
    }

    fn is_reported(&self, reading: &Reading) -> bool {
        matches!(reading.trial.outcome, Outcome::Stands(level) if level >= self.least)
    }

    fn sentence(&self, reading: &Reading) -> String {
        let trial = &reading.trial;
        let said = |level: Level| format!("{} (0.{:02})", level.name(), trial.percent.unwrap_or(0));
        match trial.outcome {
            Outcome::Stands(level) => {
                let (said, why, least) = (said(level), self.why(reading), self.least.name());
                let entry = self.out_of_force(trial, reading.text as usize);
                match self.is_reported(reading) {
                    true => format!("reported, {said}: {why}{entry}"),
                    false => format!("not reported: {said}, below {least}: {why}{entry}"),
                }
            }
            Outcome::GivesWay(level, to) => {
                let (said, to) = (said(level), self.search.known(to).id);
                format!(
                    "not reported: would be {said} but gives way to {to}, a surer reading of the same bytes"
                )
            }
            Outcome::Harmless(entry) => {
                format!("not reported: found, but {}", self.search.why_allowed(entry))
            }
            Outcome::CheckFails => {
                let check = self.check(trial).unwrap_or("none");
                format!("not reported: the check {check} fails")
            }
            Outcome::Beside => {
                "not reported: what stands directly beside it makes it a part of something longer"
                    .to_owned()
            }
            Outcome::NoContext => "not reported: needs one of its context words near".to_owned(),
            Outcome::OtherContext => {
                format!("not reported: a word of something else is nearer: {}", near(trial))
            }
        }
    }

    /// The entry of an allow-list that would let it through on another day.
    fn out_of_force(&self, trial: &Trial, text: usize) -> String {
        let span = trial.span.start..trial.span.end;
        let value = self.input.text(text).get(span).unwrap_or_default();
        let told = self.search.out_of_force(trial.detector, value, self.today);
        told.map_or_else(String::new, |told| format!("; {told}"))
    }

    /// What tells a value that stands.
    fn why(&self, reading: &Reading) -> String {
        match reading.by {
            By::Text => {
                let check = self.check(&reading.trial);
                let check = check.map_or("no check".to_owned(), |check| format!("check {check}"));
                format!("pattern, {check}, {}", near(&reading.trial))
            }
            By::Form => "written in another form, or decoded".to_owned(),
            By::Neighbours => "by what other texts of the file say".to_owned(),
            By::Heading => "by the heading of its column".to_owned(),
            By::Repeat(first) => {
                let place = self.input.told_place(first.text as usize, first.span.start);
                format!("repeats a value found at {place}")
            }
            By::Own => "the agency's own data".to_owned(),
        }
    }

    fn check(&self, trial: &Trial) -> Option<&str> {
        let info = self.search.detector().infos().get(usize::from(trial.detector.0))?;
        info.check.as_deref()
    }
}

fn near(trial: &Trial) -> String {
    match &trial.word {
        Some((word, 0)) => format!("“{word}” right beside it or as its label"),
        Some((word, distance)) => format!("“{word}” {distance} bytes away"),
        None => "no word of its own near".to_owned(),
    }
}

/// What is reported first, then what came near to it.
fn rank(outcome: Outcome) -> u8 {
    match outcome {
        Outcome::Stands(_) => 0,
        Outcome::GivesWay(..) => 1,
        Outcome::OtherContext => 2,
        Outcome::CheckFails => 3,
        Outcome::Beside => 4,
        Outcome::NoContext => 5,
        Outcome::Harmless(_) => 0,
    }
}
