//! What no test would notice: the policy with one small mistake at a time.
//!
//! A mistake that a test notices is caught. One that changes no decision at all is none. What is left are mistakes that
//! anybody could make tomorrow without a single test failing, each with a test that would.

use crate::interpreter;
use crate::model::{Area, Model, Rule};
use crate::prove::compare::{Compared, Found, Moment};
use crate::testing::unexpected;
use crate::{Day, Method, Rulebook, Severity};

/// A mistake that no test notices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Survivor {
    /// What was done, as in ``rule `health-stays`: block turned into allow``.
    pub mistake: String,
    /// Path of the file.
    pub file: String,
    /// Line of the block, from 1.
    pub line: usize,
    /// A situation that is then decided otherwise.
    pub situation: String,
    /// What is decided now.
    pub was: String,
    /// What would be decided then.
    pub is: String,
    /// A `test` block that would notice; none if what changes is something that no test can expect, such as an alert too many.
    pub test: Option<String>,
}

/// What became of the mistakes that were tried.
#[derive(Clone, Debug, Default)]
pub struct Mutation {
    /// How many a test notices.
    pub caught: usize,
    /// How many change no decision.
    pub equivalent: usize,
    /// How many it took too much work to say that of.
    pub open: usize,
    /// Those that no test notices, in the order of the rules.
    pub survivors: Vec<Survivor>,
}

impl Mutation {
    /// For machines.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        let survivor = |survivor: &Survivor| {
            serde_json::json!({
                "mistake": survivor.mistake, "file": survivor.file, "line": survivor.line,
                "situation": survivor.situation, "was": survivor.was, "is": survivor.is, "test": survivor.test,
            })
        };
        let survivors: Vec<_> = self.survivors.iter().map(survivor).collect();
        serde_json::json!({
            "caught": self.caught, "equivalent": self.equivalent, "not_answered": self.open, "survivors": survivors,
        })
    }
}

impl std::fmt::Display for Mutation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for survivor in &self.survivors {
            writeln!(f, "{}:{}: {}", survivor.file, survivor.line, survivor.mistake)?;
            writeln!(f, "  {}", survivor.situation)?;
            writeln!(f, "    as it is:  {}\n    otherwise: {}", survivor.was, survivor.is)?;
            match &survivor.test {
                Some(test) => writeln!(f, "  this test would notice:\n{}\n", indented(test))?,
                None => writeln!(f, "  no test block can tell the two apart\n")?,
            }
        }
        let all = self.caught + self.equivalent + self.open + self.survivors.len();
        write!(
            f,
            "{all} mistakes tried: {} noticed by a test, {} change nothing, {} not answered, {} that no test notices",
            self.caught,
            self.equivalent,
            self.open,
            self.survivors.len(),
        )
    }
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("    {line}")).collect::<Vec<_>>().join("\n")
}

/// One mistake: which block, what is done, and how.
struct Mistake {
    at: crate::diagnostic::At,
    words: String,
    make: Box<dyn Fn(&mut Model)>,
}

/// Tries every small mistake. One that changes nothing from a day on is none; without a day, on any.
pub fn mutate(rulebook: &Rulebook, from: Option<Day>) -> Mutation {
    let mut mutation = Mutation::default();
    for mistake in mistakes(&rulebook.model) {
        let altered = rulebook.altered(&mistake.make);
        if is_noticed(rulebook, &altered) {
            mutation.caught += 1;
            continue;
        }
        match difference(rulebook, &altered, from) {
            Found::Nothing => mutation.equivalent += 1,
            Found::Unknown => mutation.open += 1,
            Found::Something(change) => {
                let (file, line) = rulebook.place(&mistake.at);
                mutation.survivors.push(Survivor {
                    mistake: mistake.words,
                    file,
                    line,
                    test: change.is_testable().then(|| change.test_before.clone()),
                    situation: change.situation,
                    was: change.was,
                    is: change.is,
                });
            }
        }
    }
    mutation
}

/// Whether a test that passes fails with the mistake. The interpreter runs them: to build tables would take longer.
fn is_noticed(rulebook: &Rulebook, altered: &Rulebook) -> bool {
    let passes = |book: &Rulebook, test: &crate::model::Scenario| {
        let decision = interpreter::decide(&book.model, &test.situation, &test.candidate);
        unexpected(book, &test.expect, &decision).is_empty()
    };
    let tests = || rulebook.model.tests.iter();
    tests().any(|test| passes(rulebook, test) && !passes(altered, test))
}

/// The first epoch in which anything is decided otherwise.
fn difference(rulebook: &Rulebook, altered: &Rulebook, from: Option<Day>) -> Found {
    let mut open = false;
    for day in crate::diff::days(rulebook, altered, from) {
        let moments = (Moment::of(rulebook, day), Moment::of(altered, day));
        match Compared::of(moments.0, moments.1).anything() {
            Found::Nothing => {}
            Found::Unknown => open = true,
            found => return found,
        }
    }
    if open { Found::Unknown } else { Found::Nothing }
}

fn mistakes(model: &Model) -> Vec<Mistake> {
    let mut all = Vec::new();
    for (number, rule) in model.rules.iter().enumerate() {
        of_rule(number, rule, &mut all);
    }
    for (number, exception) in model.exceptions.iter().enumerate() {
        all.push(Mistake {
            at: exception.at.clone(),
            words: format!("exception `{}` left out", exception.name),
            make: Box::new(move |model| model.exceptions[number].directions = NOWHERE),
        });
        let several = exception.conditions.len() > 1;
        for (at, condition) in exception.conditions.iter().enumerate().filter(|_| several) {
            all.push(Mistake {
                at: exception.at.clone(),
                words: format!("exception `{}`: left out: {}", exception.name, condition.words),
                make: Box::new(move |model| drop(model.exceptions[number].conditions.remove(at))),
            });
        }
    }
    for (number, group) in model.groups.iter().enumerate() {
        for (at, member) in group.members.iter().enumerate() {
            let what = match member.area {
                Area::Group(_) => "left out: includes",
                Area::Place(_) => "left out:",
            };
            let name = model.area_name(member.area);
            all.push(Mistake {
                at: group.at.clone(),
                words: format!("group `{}` {what} {name}", group.name),
                make: Box::new(move |model| drop(model.groups[number].members.remove(at))),
            });
        }
    }
    all
}

/// A block that is about no direction says nothing.
const NOWHERE: crate::model::Directions =
    crate::model::Directions { request: false, answer: false };

fn of_rule(number: usize, rule: &Rule, all: &mut Vec<Mistake>) {
    let mut note = |what: String, make: Box<dyn Fn(&mut Rule)>| {
        all.push(Mistake {
            at: rule.at.clone(),
            words: format!("rule `{}`{what}", rule.info.name),
            make: Box::new(move |model| make(&mut model.rules[number])),
        });
    };
    note(" left out".to_owned(), Box::new(|rule| rule.directions = NOWHERE));
    if rule.conditions.len() > 1 {
        for (at, condition) in rule.conditions.iter().enumerate() {
            let what = format!(": left out: {}", condition.words);
            note(what, Box::new(move |rule| drop(rule.conditions.remove(at))));
        }
    }
    let effects = &rule.effects;
    if effects.block {
        let allow = |rule: &mut Rule| (rule.effects.block, rule.effects.allow) = (false, true);
        note(": block turned into allow".to_owned(), Box::new(allow));
        let ask = |rule: &mut Rule| (rule.effects.block, rule.effects.justify) = (false, true);
        note(": block weakened to ask justification".to_owned(), Box::new(ask));
    }
    if effects.allow {
        let block = |rule: &mut Rule| (rule.effects.block, rule.effects.allow) = (true, false);
        note(": allow turned into block".to_owned(), Box::new(block));
    }
    for (at, (_, method)) in effects.redact.iter().enumerate() {
        note(
            ": a class not taken out".to_owned(),
            Box::new(move |rule| {
                rule.effects.redact.remove(at);
            }),
        );
        let other = if *method == Method::Token { Method::Remove } else { Method::Token };
        let what = format!(": {} turned into {}", method.name(), other.name());
        note(what, Box::new(move |rule| rule.effects.redact[at].1 = other));
    }
    if effects.reroute.is_some() {
        note(": reroute left out".to_owned(), Box::new(|rule| rule.effects.reroute = None));
    }
    if effects.justify {
        note(": ask left out".to_owned(), Box::new(|rule| rule.effects.justify = false));
    }
    if !effects.approve.is_empty() {
        note(": ask approval left out".to_owned(), Box::new(|rule| rule.effects.approve.clear()));
        let weaker = |rule: &mut Rule| {
            rule.effects.approve.clear();
            rule.effects.justify = true;
        };
        note(": ask approval weakened to justification".to_owned(), Box::new(weaker));
    }
    if let Some(severity) = effects.alert {
        note(": alert forgotten".to_owned(), Box::new(|rule| rule.effects.alert = None));
        if severity > Severity::Low {
            let lower = |rule: &mut Rule| rule.effects.alert = Some(Severity::Low);
            note(": alert lowered".to_owned(), Box::new(lower));
        }
    }
}
