//! Tests that give a text: what is told when the text is not what the test says of it, and where.

use super::golden::check_one;
use super::world;
use crate::{
    ClassLevels, Country, Level, Rulebook, Situation, TestResult, TestText, TextFacts, TextFinding,
    run_tests, run_tests_with,
};

const RULES: &str = r#"
rule people-as-tokens
  when data includes people
  then redact people as token
rule nothing-found
  when data includes nothing
  then allow
"#;

/// A reader that finds `people` in each "Anna", who lives in DE, and `illness` in each "flu" possibly.
fn read(book: &Rulebook, text: &TestText<'_>) -> TextFacts {
    let (people, illness) = (book.class("people").unwrap(), book.class("illness").unwrap());
    let mut situation = Situation { classes: ClassLevels::none(), ..text.situation.clone() };
    situation.subjects = crate::Subjects::default();
    let mut found = Vec::new();
    for (at, _) in text.text.match_indices("Anna") {
        situation.classes.set(people, Level::Confirmed);
        situation.subjects.countries = vec![Country::parse("DE").unwrap()];
        found.push(TextFinding { classes: vec![people], detector: "names".to_owned(), at });
    }
    for (at, _) in text.text.match_indices("flu") {
        situation.classes.set(illness, Level::Possible);
        found.push(TextFinding { classes: vec![illness], detector: "ills".to_owned(), at });
    }
    let decision = book.enforce(&situation, text.candidate);
    let refusal = text.text.contains("stays").then(|| "residue: it stays".to_owned());
    TextFacts { situation, decision, found, refusal }
}

fn run(given: &str, expect: &str) -> TestResult {
    let text =
        format!("{RULES}\ntest \"t\"\n{given}  and to shop\n  on 2026-11-21\n  expect {expect}\n");
    let book = world(&text);
    let known = run_tests(&book);
    assert!(known[0].text_unread, "by itself the policy reads no text");
    let result = run_tests_with(&book, &mut |text| Ok(read(&book, text))).remove(0);
    assert!(!result.text_unread && result.passed == result.failures.is_empty());
    result
}

fn check(given: &str, expect: &str, failures: &[&str]) {
    assert_eq!(run(given, expect).failures, failures);
}

#[test]
fn a_text_that_is_what_the_test_says_passes() {
    let tokens = "redact people as token by people-as-tokens";
    check("  given data people\n  and about DE\n  and text \"Ask Anna\"\n", tokens, &[]);
    check("  given text \"Ask nobody\"\n", "allow by nothing-found", &[]);
    // What is only possible need not be said; likely is said of what is confirmed, too.
    check("  given text \"a flu\"\n", "allow", &[]);
    check("  given text \"a flu\"\n  and data possible illness\n", "allow", &[]);
}

#[test]
fn what_a_text_holds_beside_what_is_said_is_told_with_its_place() {
    check(
        "  given text \"Ask\n    Anna\"\n  and text \"or Anna\"\n",
        "allow",
        &[
            "its text holds confirmed people (names at test.policy:74:5), which it does not say",
            "its text is about DE, and it says about nobody",
            "what its text holds is: data people, about DE",
            "with its text: expected allow, decided: redact people as token by rule people-as-tokens",
        ],
    );
    check(
        "  given text \"Nobody\"\n  and text \"but Anna\"\n  and about DE\n  and data possible people\n",
        "redact",
        &[
            "expected redact, decided: allow by rule nothing-found",
            "its text holds confirmed people (names at test.policy:74:17), and it says possible",
            "what its text holds is: data people, about DE",
        ],
    );
}

#[test]
fn what_a_text_does_not_hold_is_told() {
    check(
        "  given text \"Ask nobody\"\n  and data people\n  and about DE, FR\n",
        "redact people",
        &[
            "it says data people, and nothing of that is found in its text",
            "its text is about nobody, and it says about DE, FR",
            "what its text holds is: data nothing",
            "with its text: expected redact, decided: allow by rule nothing-found",
            "with its text: expected people to be taken out that way, but it is not",
        ],
    );
}

#[test]
fn a_text_that_would_not_be_sent_fails() {
    let given = "  given data people\n  and about DE\n  and text \"Anna stays\"\n";
    check(given, "redact people", &["its text would not be sent: residue: it stays"]);
    let book = world(&format!(
        "{RULES}\ntest \"t\"\n{given}  and to shop\n  on 2026-11-21\n  expect redact\n"
    ));
    let result = run_tests_with(&book, &mut |_| Err("too-much-work".to_owned())).remove(0);
    assert_eq!(result.failures, ["its text could not be judged: too-much-work"]);
}

#[test]
fn a_text_stands_in_quotes() {
    let test = |given: &str| {
        format!(
            "{RULES}\ntest \"t\"\n  given {given}\n  and to shop\n  on 2026-11-21\n  expect block\n"
        )
    };
    for (given, at) in [("text Anna", "Anna"), ("text \"\"", ""), ("text", "")] {
        check_one(&test(given), "P008", at, "write what somebody would send");
    }
}
