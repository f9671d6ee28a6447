//! The examples that every detector carries.
//!
//! `{{` and `}}` mark what must be found; `{|}` is nothing: it cuts a synthetic secret in two so that scanners of code forges do not take
//! the rule file for a leak. An example must be found at the default level (likely) or above, exactly; a counter-example must not.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::detector::{Detector, Scratch};
use crate::finding::{DetectorId, Finding, Info, Level, Span, Text};
use crate::fuel::Fuel;
use crate::problem::{Problem, RuleFile};

/// An example ready to run.
#[derive(Clone)]
pub(crate) struct Example {
    rule: u16,
    text: String,
    expect: Vec<Span>,
    /// Where it stands, with the message already placed.
    place: Problem,
}

impl Example {
    /// Reads the marks of an example.
    pub(crate) fn read(
        file: &RuleFile<'_>,
        at: Range<usize>,
        marked: &str,
        rule: u16,
        positive: bool,
    ) -> Result<Example, Box<Problem>> {
        let place = |message: &str, help: &str| file.problem(at.clone(), message, help);
        let marked = marked.replace("{|}", "");
        let mut text = String::new();
        let mut expect = Vec::new();
        let mut rest = marked.as_str();
        while let Some((before, after)) = rest.split_once("{{") {
            let Some((value, after)) = after.split_once("}}") else {
                return Err(Box::new(place("`{{` is not closed", "mark the value with {{ and }}")));
            };
            text.push_str(before);
            expect.push(Span { start: text.len(), end: text.len() + value.len() });
            text.push_str(value);
            rest = after;
        }
        text.push_str(rest);
        if expect.is_empty() == positive {
            let help = "an example marks its value with {{ and }}, a counter-example marks nothing";
            return Err(Box::new(place("the marks do not fit the kind of example", help)));
        }
        Ok(Example { rule, text, expect, place: place("", "") })
    }

    /// Runs the example; the problem never quotes the text.
    fn run(&self, detector: &Detector, scratch: &mut Scratch) -> Option<Failed> {
        let text = Text::alone("", &self.text);
        let found = match detector.scan(scratch, &[text], &mut Fuel::new(10_000_000)) {
            Ok(found) => found,
            Err(_) => {
                let problem =
                    self.problem("the example needs too much work", "simplify the pattern");
                return Some(Failed { problem, taken_by: None });
            }
        };
        let own =
            found.iter().filter(|f| f.detector().0 == self.rule && f.level() >= Level::Likely);
        let spans: Vec<Span> = own.flat_map(|f| f.pieces()).map(|p| p.span).collect();
        if spans == self.expect {
            return None;
        }
        let at = |spans: &[Span]| {
            spans.iter().map(|s| format!("{}..{}", s.start, s.end)).collect::<Vec<_>>().join(", ")
        };
        let others: Vec<String> = found
            .iter()
            .map(|f| {
                format!(
                    "{} ({}) at {}",
                    detector.info(f.detector()).id,
                    f.level().name(),
                    at(&f.pieces().iter().map(|p| p.span).collect::<Vec<_>>())
                )
            })
            .collect();
        let message = match (self.expect.is_empty(), spans.is_empty()) {
            (true, _) => format!("the counter-example is found at {}", at(&spans)),
            (false, true) => "the example is not found at level likely or above".to_owned(),
            (false, false) => {
                format!("the example is found at {} instead of {}", at(&spans), at(&self.expect))
            }
        };
        let help = if others.is_empty() {
            "no detector finds anything in it".to_owned()
        } else {
            format!("found: {}", others.join("; "))
        };
        let missed = |f: &&Finding| {
            let over = |e: &&Span| f.pieces().iter().any(|p| p.span.overlaps(**e));
            f.detector().0 != self.rule
                && self.expect.iter().filter(|e| !spans.contains(e)).any(|e| over(&e))
        };
        let taken_by = found.iter().find(missed).map(|f| f.detector().0);
        Some(Failed { problem: self.problem(&message, &help), taken_by })
    }

    fn problem(&self, message: &str, help: &str) -> Problem {
        Problem { message: message.to_owned(), help: help.to_owned(), ..self.place.clone() }
    }
}

/// An example that did not come out as told.
struct Failed {
    problem: Problem,
    /// Whose reading stands where its value should be found.
    taken_by: Option<u16>,
}

/// Examples that are told of one detector that takes them away.
const TOLD: usize = 5;

/// Runs all examples. What a detector of a later file takes away from those before it is a mistake of that detector, and told first and
/// once: what was there before it did not change.
pub(crate) fn run(detector: &Detector, examples: &[Example]) -> Vec<Problem> {
    let mut scratch = Scratch::default();
    let mut taken = BTreeMap::<u16, Vec<String>>::new();
    let mut others = Vec::new();
    for example in examples {
        let Some(Failed { problem, taken_by }) = example.run(detector, &mut scratch) else {
            continue;
        };
        let info = |rule: u16| detector.info(DetectorId(rule));
        let is_later = |by: &u16| *by > example.rule && info(*by).file != info(example.rule).file;
        match taken_by.filter(is_later) {
            Some(by) => taken.entry(by).or_default().push(format!(
                "{} ({}:{})",
                info(example.rule).id,
                problem.file,
                problem.line
            )),
            None => others.push(problem),
        }
    }
    let culprits = taken.iter().map(|(by, from)| culprit(detector.info(DetectorId(*by)), from));
    culprits.chain(others).collect()
}

fn culprit(info: &Info, from: &[String]) -> Problem {
    let some = from.get(..TOLD.min(from.len())).unwrap_or_default().join(", ");
    let more = match from.len().saturating_sub(TOLD) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    Problem {
        file: info.file.clone(),
        line: info.line,
        column: 1,
        message: format!(
            "`{}` takes away what {} examples of other detectors find",
            info.id,
            from.len()
        ),
        help: format!(
            "{some}{more}; let its pattern match less, let it need context words, or give it a lower level"
        ),
    }
}

/// The detectors, texts and places of what must be found.
#[cfg(test)]
pub(crate) fn positive(examples: &[Example]) -> impl Iterator<Item = (u16, &str, Span)> {
    examples.iter().filter_map(|e| Some((e.rule, e.text.as_str(), *e.expect.first()?)))
}

/// The texts, for tests that need realistic material.
#[cfg(test)]
pub(crate) fn texts(examples: &[Example]) -> impl Iterator<Item = &str> {
    examples.iter().map(|e| e.text.as_str())
}
