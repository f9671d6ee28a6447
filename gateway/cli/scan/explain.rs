//! `seawall scan --explain`: for each place what was tried there, and why it is reported or not.

use std::io::{self, Write};

use detect::{Outcome, Trial};
use exchange::Search;

use super::super::place;
use super::super::style::{Ink, Style};

/// Most trials of one place that are told one by one; what is left of the silent ones is counted.
const TOLD: usize = 12;

/// Tells of trials, which are in the order of their places.
pub(super) fn pretty(
    out: &mut impl Write,
    search: &Search,
    name: &str,
    text: &str,
    trials: &[Trial],
) -> io::Result<()> {
    let style = Style::of_stdout();
    for tried in trials.chunk_by(|a, b| a.span.start == b.span.start) {
        let Some(first) = tried.first() else { continue };
        let (line, column) = place::of(text, first.span.start);
        writeln!(out, "{}", style.paint(Ink::Bold, &format!("{name}:{line}:{column}")))?;
        let mut told: Vec<&Trial> = tried.iter().collect();
        told.sort_by_key(|trial| (rank(trial.outcome), trial.detector));
        for trial in told.iter().take(TOLD) {
            let id = search.known(trial.detector).id;
            let found = matches!(trial.outcome, Outcome::Stands(_));
            let id = style.paint(if found { Ink::Yellow } else { Ink::Faint }, id);
            let length = trial.span.end - trial.span.start;
            writeln!(out, "  {id} ({length} bytes): {}", sentence(search, trial))?;
        }
        if let Some(rest) = told.len().checked_sub(TOLD).filter(|rest| *rest > 0) {
            writeln!(out, "  and {rest} more that say nothing here")?;
        }
    }
    Ok(())
}

/// The same as one JSON object a text.
pub(super) fn json(search: &Search, trials: &[Trial]) -> serde_json::Value {
    let row = |trial: &Trial| {
        let info = search.detector().info(trial.detector);
        serde_json::json!({
            "s": trial.span.start, "e": trial.span.end, "type": info.id, "class": info.family,
            "outcome": word(trial.outcome), "says": sentence(search, trial),
            "score": trial.percent.map(|percent| f64::from(percent) / 100.0),
            "word": trial.word.as_ref().map(|(word, _)| word),
            "distance": trial.word.as_ref().map(|(_, distance)| distance),
        })
    };
    serde_json::json!({ "trials": trials.iter().map(row).collect::<Vec<_>>() })
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

/// The stable word of an outcome.
fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Stands(_) => "stands",
        Outcome::GivesWay(..) => "gives-way",
        Outcome::CheckFails => "check-fails",
        Outcome::Beside => "part-of-something-else",
        Outcome::NoContext => "no-context",
        Outcome::OtherContext => "other-context",
        Outcome::Harmless(_) => "allowed",
    }
}

fn sentence(search: &Search, trial: &Trial) -> String {
    let detector = search.detector();
    let info = detector.info(trial.detector);
    let check = info.check.as_deref().unwrap_or("none");
    let near = match &trial.word {
        Some((word, 0)) => format!("“{word}” right beside it or as its label"),
        Some((word, distance)) => format!("“{word}” {distance} bytes away"),
        None => "no word of its own near".to_owned(),
    };
    let percent = trial.percent.unwrap_or(0);
    match trial.outcome {
        Outcome::Stands(level) if trial.disguised => {
            let level = level.name();
            format!("reported, {level} (0.{percent:02}): written in another form, or decoded")
        }
        Outcome::Stands(level) => {
            let check = info.check.as_ref().map_or("no check".to_owned(), |c| format!("check {c}"));
            format!("reported, {} (0.{percent:02}): pattern, {check}, {near}", level.name())
        }
        Outcome::GivesWay(level, to) => {
            let to = &detector.info(to).id;
            format!(
                "not reported: would be {} (0.{percent:02}) but gives way to {to}, a surer reading of the same bytes",
                level.name()
            )
        }
        Outcome::Harmless(entry) => {
            format!("not reported: found, but {}", search.why_allowed(entry))
        }
        Outcome::CheckFails => format!("not reported: the check {check} fails"),
        Outcome::Beside => {
            "not reported: what stands directly beside it makes it a part of something longer"
                .to_owned()
        }
        Outcome::NoContext => "not reported: needs one of its context words near".to_owned(),
        Outcome::OtherContext => {
            format!("not reported: a word of something else is nearer: {near}")
        }
    }
}
