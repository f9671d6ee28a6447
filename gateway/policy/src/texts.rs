//! Tests that give a text: whether it holds what the test says of it, and whether it goes as the test expects.
//!
//! What finds things is not known here; whoever runs the tests brings it ([`run_tests_with`]). What a test states beside its text
//! is its claim about that text: proofs, coverage and editors take the test at its word, and running it holds it to it.

use crate::diagnostic::At;
use crate::model::Scenario;
use crate::recorded::level_name;
use crate::testing::{TestResult, unexpected};
use crate::{Candidate, ClassId, Decision, Level, Rulebook, Situation, Subjects};

/// One `text` line.
#[derive(Clone, Debug)]
pub(crate) struct Said {
    pub(crate) text: String,
    /// With its quotes.
    pub(crate) at: At,
}

/// What a test gives that is to be looked at.
#[derive(Clone, Debug)]
pub struct TestText<'r> {
    /// All its `text` lines, as the lines of one text.
    pub text: String,
    /// What the test says of it, who sends it and when.
    pub situation: &'r Situation,
    /// Where it goes.
    pub candidate: &'r Candidate,
}

/// What became of the text of a test.
#[derive(Clone, Debug)]
pub struct TextFacts {
    /// The situation that it makes.
    pub situation: Situation,
    /// What is decided on that, as if the policy were not only watched.
    pub decision: Decision,
    /// What was found, in the order of the text.
    pub found: Vec<TextFinding>,
    /// Why it would not be sent although the policy lets it; quotes nothing.
    pub refusal: Option<String>,
}

/// Something that was found in the text of a test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextFinding {
    /// What it counts as.
    pub classes: Vec<ClassId>,
    /// Id of the detector.
    pub detector: String,
    /// Where it begins: a byte of the text.
    pub at: usize,
}

/// Runs every `test` block of the policy, in the order of the files; those that give a text with what `read` makes of it.
///
/// `read` says what became of a text, or why nothing could be made of it; that fails the test.
pub fn run_tests_with(
    rulebook: &Rulebook,
    read: &mut dyn FnMut(&TestText<'_>) -> Result<TextFacts, String>,
) -> Vec<TestResult> {
    let tests = rulebook.model.tests.iter().zip(crate::run_tests(rulebook));
    let run = |(test, mut result): (&Scenario, TestResult)| {
        if let Some(text) = test.text() {
            let failures = match read(&text) {
                Ok(facts) => Told { rulebook, test }.failures(&facts, &result.failures),
                Err(why) => vec![format!("its text could not be judged: {why}")],
            };
            result.failures.extend(failures);
            result.passed = result.failures.is_empty();
            result.text_unread = false;
        }
        result
    };
    tests.map(run).collect()
}

impl Scenario {
    /// Its text, if it gives one.
    fn text(&self) -> Option<TestText<'_>> {
        if self.texts.is_empty() {
            return None;
        }
        let lines: Vec<&str> = self.texts.iter().map(|said| said.text.as_str()).collect();
        let (situation, candidate) = (&self.situation, &self.candidate);
        Some(TestText { text: lines.join("\n"), situation, candidate })
    }
}

/// A test whose text was looked at.
struct Told<'t> {
    rulebook: &'t Rulebook,
    test: &'t Scenario,
}

impl Told<'_> {
    /// What is not as the test says, beside what is `known` of the facts that it states.
    fn failures(&self, facts: &TextFacts, known: &[String]) -> Vec<String> {
        let mut failures = self.classes(facts);
        failures.extend(self.subjects(&facts.situation.subjects));
        if !failures.is_empty() {
            failures.push(format!("what its text holds is: {}", self.claim(&facts.situation)));
        }
        let decided = unexpected(self.rulebook, &self.test.expect, &facts.decision);
        let news = decided.into_iter().filter(|failure| !known.contains(failure));
        failures.extend(news.map(|failure| format!("with its text: {failure}")));
        let refused = facts.refusal.iter();
        failures.extend(refused.map(|why| format!("its text would not be sent: {why}")));
        failures
    }

    fn classes(&self, facts: &TextFacts) -> Vec<String> {
        let (said, found) = (&self.test.situation.classes, &facts.situation.classes);
        let mut failures = Vec::new();
        for (class, level) in found.iter() {
            let name = self.class(class);
            let told = match said.get(class) {
                Some(Level::Likely) if level >= Level::Likely => continue,
                Some(said) if said == level => continue,
                // What is only possible counts nowhere unless a rule asks for it; the decision is looked at all the same.
                None if level == Level::Possible => continue,
                None => "which it does not say".to_owned(),
                Some(said) => format!("and it says {}", level_name(said)),
            };
            let places = self.places(class, facts);
            failures.push(format!("its text holds {} {name}{places}, {told}", level_name(level)));
        }
        let missing = said.iter().filter(|(class, _)| found.get(*class).is_none());
        let told = missing.map(|(class, _)| {
            format!("it says data {}, and nothing of that is found in its text", self.class(class))
        });
        failures.extend(told);
        failures
    }

    fn subjects(&self, found: &Subjects) -> Option<String> {
        let sorted = |subjects: &Subjects| {
            let mut countries = subjects.countries.clone();
            countries.sort_unstable();
            countries.dedup();
            (countries, subjects.unknown)
        };
        let said = &self.test.situation.subjects;
        let (holds, says) = (about(found), about(said));
        (sorted(found) != sorted(said))
            .then(|| format!("its text is about {holds}, and it says about {says}"))
    }

    /// What the test would have to say.
    fn claim(&self, s: &Situation) -> String {
        let counted = s.classes.iter().filter(|(_, level)| *level >= Level::Likely);
        let names: Vec<String> = counted.map(|(class, _)| self.class(class)).collect();
        let data = if names.is_empty() { "nothing".to_owned() } else { names.join(", ") };
        let nobody = s.subjects.countries.is_empty() && !s.subjects.unknown;
        let about = if nobody { String::new() } else { format!(", about {}", about(&s.subjects)) };
        format!("data {data}{about}")
    }

    fn class(&self, class: ClassId) -> String {
        let info = self.rulebook.classes().get(class.index());
        info.map_or(String::new(), |info| info.name.clone())
    }

    /// Detectors that found a class, each with its first place, in brackets.
    fn places(&self, class: ClassId, facts: &TextFacts) -> String {
        let mut told: Vec<(&str, String)> = Vec::new();
        for finding in facts.found.iter().filter(|finding| finding.classes.contains(&class)) {
            if !told.iter().any(|(detector, _)| *detector == finding.detector) {
                told.push((&finding.detector, self.place(finding.at)));
            }
        }
        let told: Vec<String> = told.iter().map(|(by, place)| format!("{by} at {place}")).collect();
        if told.is_empty() { String::new() } else { format!(" ({})", told.join(", ")) }
    }

    /// File, line and column of a byte of the text.
    fn place(&self, at: usize) -> String {
        let mut left = at;
        for said in &self.test.texts {
            if left <= said.text.len() {
                let Some(source) = self.rulebook.sources().get(said.at.source) else { break };
                // Behind the quote that opens it.
                let start = said.at.span.start + 1;
                let raw = source.text.get(start..said.at.span.end).unwrap_or("");
                let byte = start + written_at(raw, left);
                let (line, column) = crate::position(&source.text, byte);
                return format!("{}:{line}:{column}", source.path);
            }
            left -= said.text.len() + 1;
        }
        let (file, line) = self.rulebook.place(&self.test.at);
        format!("{file}:{line}")
    }
}

/// Countries and `unknown` as a test says them; `nobody` if there are none.
fn about(subjects: &Subjects) -> String {
    let mut names: Vec<&str> = subjects.countries.iter().map(|country| country.as_str()).collect();
    names.sort_unstable();
    names.extend(subjects.unknown.then_some("unknown"));
    if names.is_empty() { "nobody".to_owned() } else { names.join(", ") }
}

/// The byte of a text as it is written that stands at `at` when its white space is made single blanks.
fn written_at(raw: &str, at: usize) -> usize {
    let (mut passed, mut blank) = (0, false);
    for (byte, c) in raw.char_indices() {
        if c.is_whitespace() {
            blank = passed > 0;
            continue;
        }
        passed += usize::from(std::mem::take(&mut blank));
        if passed >= at {
            return byte;
        }
        passed += c.len_utf8();
    }
    raw.len()
}
