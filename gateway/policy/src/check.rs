//! Everything an author wants to be told about a policy, in one report.

use crate::diagnostic::{At, Diagnostic, Diagnostics};
use crate::model::{Model, Rule, Term};
use crate::prove::doubts::{Part, doubts};
use crate::prove::{Findings, prove};
use crate::rulebook::Catalogue;
use crate::testing::run_tests;
use crate::{Day, Proof, Rulebook, Source, TestResult, Verdict, calendar, warn};

/// The report of a check.
#[derive(Debug)]
pub struct Report {
    /// Errors and warnings, in the order of the files.
    pub diagnostics: Diagnostics,
    /// The rulebook, unless there are mistakes that keep it from compiling.
    pub rulebook: Option<Rulebook>,
    /// One for each invariant.
    pub proofs: Vec<Proof>,
    /// One for each test block.
    pub tests: Vec<TestResult>,
    /// How many situations were decided for the proofs.
    pub situations: u64,
    /// Whether those were all that the policy can tell apart.
    pub exhaustive: bool,
    /// Of how many rules, conditions and exceptions it took too much work to say whether they matter.
    pub not_answered: usize,
}

/// Compiles a policy, proves its invariants, runs its tests, and says what looks wrong.
///
/// With `now`, in seconds since 1970-01-01 UTC, what has ended or ends within 30 days of the policy clock is reported, and
/// the proofs cover today and what follows; without it they cover every day.
pub fn check(sources: &[Source], catalogue: &Catalogue<'_>, now: Option<i64>) -> Report {
    checked(sources, catalogue, now, false)
}

/// As [`check`], and asks of every rule, condition and exception whether anything would be decided otherwise without it. That is one
/// question for each of them and each epoch: seconds for some hundred rules.
pub fn check_deeply(sources: &[Source], catalogue: &Catalogue<'_>, now: Option<i64>) -> Report {
    checked(sources, catalogue, now, true)
}

fn checked(
    sources: &[Source],
    catalogue: &Catalogue<'_>,
    now: Option<i64>,
    deeply: bool,
) -> Report {
    let rulebook = match Rulebook::compile(sources, catalogue) {
        Ok(rulebook) => rulebook,
        Err(diagnostics) => {
            let (proofs, tests) = (Vec::new(), Vec::new());
            return Report {
                diagnostics,
                rulebook: None,
                proofs,
                tests,
                situations: 0,
                exhaustive: false,
                not_answered: 0,
            };
        }
    };
    let today = now.map(|now| Day::from_unix(now, rulebook.clock()));
    let findings = prove(&rulebook, today);
    let model = &rulebook.model;
    let mut problems = Vec::new();
    warn::warn(model, &mut problems);
    if let Some(today) = today {
        warn::warn_dates(model, today, &mut problems);
    }
    invariants(model, &findings, &mut problems);
    conflicts(model, &findings, &mut problems);
    idle(model, &findings, today, &mut problems);
    if let Some(today) = today {
        coming(&rulebook, today, &mut problems);
    }
    if deeply {
        unreached(model, &findings, &mut problems);
    }
    let not_answered = if deeply { spare(&rulebook, &findings, today, &mut problems) } else { 0 };
    let diagnostics = Diagnostics::new(problems, sources);
    let tests = run_tests(&rulebook);
    let (situations, exhaustive) = (findings.situations, findings.exhaustive);
    Report {
        diagnostics,
        rulebook: Some(rulebook),
        proofs: findings.proofs,
        tests,
        situations,
        exhaustive,
        not_answered,
    }
}

/// What will be decided otherwise by itself within 30 days.
fn coming(rulebook: &Rulebook, today: Day, problems: &mut Vec<Diagnostic>) {
    let last = std::iter::successors(Some(today), |day| Some(day.next())).nth(30);
    for turn in calendar(rulebook, Some(today), last) {
        let (Some(change), Some(at)) = (turn.changes.first(), &turn.at) else { continue };
        // That it ends is told there already; what follows from it the calendar tells.
        if problems.iter().any(|known| known.code == "P104" && known.span == at.span) {
            continue;
        }
        let message = format!("from {} on something is decided otherwise", turn.day);
        let because = turn.causes.join("; ");
        problems.push(
            Diagnostic::warning("P122", at, message)
                .label(format!("{because}: {}, instead of {}: {}", change.is, change.was, change.situation))
                .help("if that is not meant, renew it in time; `rules calendar` tells of every day to come"),
        );
    }
}

/// Rules that never decide, and destinations that nothing reaches.
fn unreached(model: &Model, findings: &Findings, problems: &mut Vec<Diagnostic>) {
    let watched = |rule: &Rule| {
        let says_more = rule.info.monitor_until.is_some() || rule.effects.alert.is_some();
        says_more || model.is_of_pack(&rule.at)
    };
    let rules = model.rules.iter().zip(findings.held.iter().zip(&findings.decides));
    for (rule, _) in rules.filter(|(rule, (held, decides))| **held && !**decides && !watched(rule))
    {
        let message = format!("rule `{}` never decides", rule.info.name);
        problems.push(
            Diagnostic::warning("P120", &rule.at, message)
                .label("wherever it holds something stricter is decided")
                .help("remove it, or look with `rules explain` for the rule that overrules it"),
        );
    }
    let destinations = model.destinations.iter().zip(&findings.reached);
    for (destination, _) in
        destinations.filter(|(known, reached)| !**reached && !model.is_of_pack(&known.at))
    {
        let message = format!("nothing is ever sent to `{}`", destination.info.name);
        problems.push(
            Diagnostic::warning("P121", &destination.at, message)
                .label("in every situation the rules block it or send it elsewhere")
                .help("add a rule that lets something go there, or remove it and it is refused as unknown"),
        );
    }
}

/// What could be left out without anything being decided otherwise; returns of how much that could not be said.
fn spare(
    rulebook: &Rulebook,
    findings: &Findings,
    today: Option<Day>,
    problems: &mut Vec<Diagnostic>,
) -> usize {
    let model = &rulebook.model;
    let watched = |rule: usize| {
        let rule = &model.rules[rule];
        rule.info.monitor_until.is_some() || model.is_of_pack(&rule.at)
    };
    // Of what never holds or suspends more is said already.
    let doubts = doubts(rulebook, today, |part| match part {
        Part::Rule(rule) | Part::Condition(rule, _) => findings.decides[rule] && !watched(rule),
        Part::Exception(exception) => {
            findings.suspended[exception] && !model.is_of_pack(&model.exceptions[exception].at)
        }
    });
    let spare_rule = |rule: usize| doubts.idle.iter().any(|(part, _)| *part == Part::Rule(rule));
    for (part, beside) in &doubts.idle {
        problems.push(match *part {
            Part::Rule(rule) => {
                let (name, at) = (&model.rules[rule].info.name, &model.rules[rule].at);
                let others = match &beside[..] {
                    [] => "what it does happens without it".to_owned(),
                    names => format!("where it holds, so does {}, for example", names.join(", ")),
                };
                Diagnostic::warning("P123", at, format!("rule `{name}` changes nothing"))
                    .label(others)
                    .help("remove it, or keep it for its sentence and say so in a comment")
            }
            // Without the rule nothing would be otherwise, so its conditions are no news.
            Part::Condition(rule, _) if spare_rule(rule) => continue,
            Part::Condition(rule, at) => {
                let rule = &model.rules[rule];
                let words = &rule.conditions[at].words;
                let message = format!("a condition of rule `{}` never matters", rule.info.name);
                Diagnostic::warning("P124", &rule.at, message)
                    .label(format!("nothing would be decided otherwise without: {words}"))
                    .help("remove it; a reader takes it for a limit")
            }
            Part::Exception(exception) => {
                let exception = &model.exceptions[exception];
                let message = format!("exception `{}` changes nothing", exception.name);
                Diagnostic::warning("P125", &exception.at, message)
                    .label("it suspends its rule, and other rules decide the same")
                    .help("remove it, or look which other rule it was to be made for")
            }
        });
    }
    doubts.open
}

/// Invariants that do not hold, or guard nothing.
fn invariants(model: &Model, findings: &Findings, problems: &mut Vec<Diagnostic>) {
    for (invariant, proof) in model.invariants.iter().zip(&findings.proofs) {
        let (name, at) = (&invariant.name, &invariant.at);
        problems.push(match &proof.verdict {
            Verdict::Violated { example, test, situations } => {
                Diagnostic::error("P050", at, format!("invariant `{name}` does not hold"))
                    .label(format!("violated in {situations} situations, for example {example}"))
                    .help(format!("change the rule or exception that lets it through, and keep this test:\n{test}"))
            }
            Verdict::Vacuous if model.is_of_pack(at) => continue,
            Verdict::Vacuous => {
                Diagnostic::warning("P112", at, format!("invariant `{name}` guards nothing"))
                    .label("no situation satisfies its condition")
                    .help("check its groups and destinations; an invariant that guards nothing is always true")
            }
            Verdict::Sampled => {
                Diagnostic::warning("P115", at, format!("invariant `{name}` is not proved"))
                    .label("it holds in a sample; there are too many situations to look at all")
                    .help("the gateway still asserts it on every request; fewer groups and conditions can be proved")
            }
            Verdict::Proved => continue,
        });
    }
}

/// Rules that reroute to different pools, and differences between table and interpreter.
fn conflicts(model: &Model, findings: &Findings, problems: &mut Vec<Diagnostic>) {
    if let Some(example) = &findings.conflict {
        let at = model.rules.first().map_or(At { source: 0, span: 0..0 }, |rule| rule.at.clone());
        let message = "rules reroute one situation to different pools, so it is blocked";
        problems.push(
            Diagnostic::warning("P113", &at, message)
                .label(format!("for example {example}"))
                .help("make their conditions exclude each other, or name the same pool"),
        );
    }
    for example in &findings.disagreements {
        let at = At { source: 0, span: 0..0 };
        problems.push(
            Diagnostic::error("P099", &at, "the compiled table and the interpreter disagree")
                .label(format!("for example {example}"))
                .help("this is a defect of the gateway; report it with the policy"),
        );
    }
}

/// Rules that never hold and exceptions that suspend nothing, unless their time is over.
fn idle(model: &Model, findings: &Findings, today: Option<Day>, problems: &mut Vec<Diagnostic>) {
    let over =
        |term: &Term| today.is_some_and(|today| term.until.is_some_and(|until| until < today));
    let rules = model.rules.iter().zip(&findings.held);
    let rules = rules.filter(|(rule, _)| !model.is_of_pack(&rule.at));
    for (rule, _) in rules.filter(|(rule, held)| !**held && !over(&rule.term)) {
        let message = format!("rule `{}` never holds", rule.info.name);
        problems.push(
            Diagnostic::warning("P109", &rule.at, message)
                .label("its conditions exclude each other, or an exception always suspends it")
                .help("look at its conditions one by one with `rules explain`"),
        );
    }
    let exceptions = model.exceptions.iter().zip(&findings.suspended);
    for (exception, _) in exceptions.filter(|(known, does)| !**does && !over(&known.term)) {
        let message = format!("exception `{}` suspends nothing", exception.name);
        problems.push(
            Diagnostic::warning("P105", &exception.at, message)
                .label("its rule never holds where its condition does")
                .help("check its condition, or remove it"),
        );
    }
}

impl Report {
    /// Whether the policy may be put into force: no errors, every invariant holds, every test passes.
    pub fn is_fine(&self) -> bool {
        self.diagnostics.errors() == 0 && self.tests.iter().all(|test| test.passed)
    }

    /// For a terminal: diagnostics, proofs, tests, and a line that sums up.
    pub fn render(&self, color: bool) -> String {
        let mut lines = vec![self.diagnostics.render(color)];
        lines.extend(self.proofs.iter().map(Proof::to_string));
        lines.extend(self.tests.iter().map(TestResult::to_string));
        if let Some(rulebook) = &self.rulebook {
            let model = &rulebook.model;
            lines.push(format!(
                "policy {}: {} rules, {} exceptions, {} invariants, {} destinations; {} epochs",
                model.name,
                model.rules.len(),
                model.exceptions.len(),
                model.invariants.len(),
                model.destinations.len(),
                rulebook.cuts().len() + 1,
            ));
        }
        if self.not_answered > 0 {
            let (left, what) = (self.not_answered, "rules, conditions and exceptions");
            lines.push(format!(
                "{left} {what} not answered: whether they matter takes too much work"
            ));
        }
        let (errors, warnings) = (self.diagnostics.errors(), self.diagnostics.warnings());
        if self.rulebook.is_none() {
            lines.push(format!("{errors} errors, {warnings} warnings; tests not run"));
            return lines.join("\n");
        }
        let failed = self.tests.iter().filter(|test| !test.passed).count();
        let extent = if self.exhaustive { "all there are" } else { "a sample, beside the proofs" };
        lines.push(format!(
            "{errors} errors, {warnings} warnings; {} of {} tests failed; {} situations decided ({extent})",
            failed,
            self.tests.len(),
            self.situations,
        ));
        lines.join("\n")
    }

    /// The same for machines.
    pub fn to_json(&self) -> serde_json::Value {
        let proof = |proof: &Proof| {
            serde_json::json!({
                "invariant": proof.invariant, "verdict": proof.verdict.name(), "guarded": proof.guarded,
                "situations": proof.situations, "countries": proof.countries,
                "places": proof.places,
            })
        };
        let proofs: Vec<_> = self.proofs.iter().map(proof).collect();
        let tests: Vec<_> = self.tests.iter().map(TestResult::to_json).collect();
        serde_json::json!({
            "fine": self.is_fine(), "diagnostics": self.diagnostics.to_json(), "proofs": proofs, "tests": tests,
            "situations": self.situations, "exhaustive": self.exhaustive, "not_answered": self.not_answered,
        })
    }
}

impl Verdict {
    /// One word, for records.
    pub fn name(&self) -> &'static str {
        match self {
            Verdict::Proved => "proved",
            Verdict::Sampled => "sampled",
            Verdict::Vacuous => "vacuous",
            Verdict::Violated { .. } => "violated",
        }
    }
}

impl std::fmt::Display for Proof {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let over = format!("{} of {} situations", self.guarded, self.situations);
        write!(f, "invariant {:44} ", self.invariant)?;
        match &self.verdict {
            Verdict::Proved if self.exhaustive => write!(f, "proved over {over}")?,
            Verdict::Proved => write!(f, "proved over all situations; speaks of {over} looked at")?,
            Verdict::Sampled => write!(f, "held in a sample: {over}; not a proof")?,
            Verdict::Vacuous => write!(f, "VACUOUS: guards no situation")?,
            Verdict::Violated { example, situations, .. } => {
                let more = if self.exhaustive { "" } else { "at least " };
                write!(f, "VIOLATED in {more}{situations} situations, for example {example}")?;
            }
        }
        if !self.countries.is_empty() {
            write!(f, "; residents of: {}", self.countries.join(" "))?;
        }
        self.places.iter().try_for_each(|within| write!(f, "; {within}"))?;
        Ok(())
    }
}

impl std::fmt::Display for TestResult {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.passed {
            let left = if self.text_unread { " (its text was not read)" } else { "" };
            return write!(f, "test ok    {}{left}", self.name);
        }
        write!(f, "test FAIL  {} ({}:{})", self.name, self.file, self.line)?;
        self.failures.iter().try_for_each(|failure| write!(f, "\n             {failure}"))
    }
}
