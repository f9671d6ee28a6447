//! Running the `test` blocks of a policy.

use crate::facts::ClassSet;
use crate::model::{Expectation, Rule, Scenario, Told};
use crate::{Action, Decision, Rulebook};

/// What became of one test block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestResult {
    /// The sentence that names it.
    pub name: String,
    /// Path of its file.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Whether all that it expects is so.
    pub passed: bool,
    /// What was decided, in one sentence.
    pub decided: String,
    /// What is not as expected; empty when it passed.
    pub failures: Vec<String>,
    /// It gives a text, and only what it says of that text was decided on ([`crate::run_tests_with`] looks at the text).
    pub text_unread: bool,
}

impl TestResult {
    /// For machines.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        serde_json::json!({
            "name": self.name, "file": self.file, "line": self.line, "passed": self.passed,
            "decided": self.decided, "failures": self.failures, "text_unread": self.text_unread,
        })
    }
}

/// Runs every `test` block of the policy, in the order of the files, by the facts that it states.
pub fn run_tests(rulebook: &Rulebook) -> Vec<TestResult> {
    rulebook.model.tests.iter().map(|test| run(rulebook, test)).collect()
}

fn run(rulebook: &Rulebook, test: &Scenario) -> TestResult {
    let decision = rulebook.enforce(&test.situation, &test.candidate);
    let failures = unexpected(rulebook, &test.expect, &decision);
    let (file, line) = rulebook.place(&test.at);
    TestResult {
        name: test.name.clone(),
        file,
        line,
        passed: failures.is_empty(),
        decided: rulebook.verdict(&decision),
        failures,
        text_unread: !test.texts.is_empty(),
    }
}

/// What is not as a test expects.
pub(crate) fn unexpected(
    rulebook: &Rulebook,
    expect: &Expectation,
    decision: &Decision,
) -> Vec<String> {
    let mut failures = Vec::new();
    let asked = matches!(decision.action, Action::AskJustification | Action::AskApproval);
    if !(expect.action == decision.action || expect.any_ask && asked) {
        failures.push(format!(
            "expected {}, decided: {}",
            expect.action.name(),
            rulebook.verdict(decision)
        ));
    }
    let taken = |(class, method): &(crate::ClassId, crate::Method)| {
        let right = expect.method.is_none_or(|wanted| wanted == *method);
        if right { ClassSet::one(*class) } else { ClassSet::default() }
    };
    let redacted =
        decision.redact.iter().map(taken).fold(ClassSet::default(), |all, one| all | one);
    for class in expect.redact.minus(redacted).iter() {
        let name = rulebook.classes().get(class.index()).map_or("?", |class| class.name.as_str());
        failures.push(format!("expected {name} to be taken out that way, but it is not"));
    }
    if expect.pool.is_some() && expect.pool != decision.reroute {
        failures.push("expected another pool".to_owned());
    }
    let approval = expect.role.map(crate::Ask::Approval);
    if approval.is_some_and(|ask| !decision.asks.contains(&ask)) {
        failures.push("expected the approval of another role".to_owned());
    }
    if let Some(rule) = expect.by {
        let decided = decision.rules.contains(rule)
            && rulebook
                .model
                .rules
                .get(rule.index())
                .is_some_and(|rule| contributes(rule, decision.action));
        if !decided {
            let name = rulebook.rule(rule).map_or("?", |rule| rule.name.as_str());
            failures.push(format!(
                "expected it by rule {name}, decided: {}",
                rulebook.verdict(decision)
            ));
        }
    }
    let alerts = &decision.alerts;
    match expect.alert {
        Some(Told::Nothing) if !alerts.is_empty() => {
            failures.push("expected no alert, and there is one".to_owned());
        }
        Some(Told::Something) if alerts.is_empty() => failures.push("expected an alert".to_owned()),
        Some(Told::Of(severity)) if !alerts.iter().any(|alert| alert.severity == severity) => {
            failures.push("expected an alert of that severity".to_owned());
        }
        _ => {}
    }
    // The assertion is a net: what falls into it, the rules let through.
    failures.extend(decision.violated.iter().map(|id| {
        let name = rulebook.invariant(*id).map_or("?", |(name, _)| name);
        format!("the rules would violate invariant {name}; only its assertion stopped it")
    }));
    failures
}

/// Whether a rule says what was decided, perhaps beside other things.
fn contributes(rule: &Rule, action: Action) -> bool {
    let effects = &rule.effects;
    match action {
        Action::Allow => effects.permits(),
        Action::Redact => !effects.redact.is_empty(),
        Action::Reroute => effects.reroute.is_some(),
        Action::AskJustification => effects.justify,
        Action::AskApproval => !effects.approve.is_empty(),
        Action::Block => effects.block,
    }
}
