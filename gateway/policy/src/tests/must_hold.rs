//! Three requests that a careless idea of a licence lets through although each rule reads well, and that must not leave:
//! a special category under the licence of what it is special of, content that nobody read beside content that is licensed,
//! and a stated reason taken for a permission. Beside each stands what may leave, so that not everything is blocked.

use super::careless::each_is_a_counterexample;
use super::{DETECTORS, WORLD, all_pass, detectors, source, world};
use crate::{Catalogue, Verdict, check, run_tests};

const RULES: &str = r#"
rule clean-text-may-go
  "What holds nothing of anybody may go to everybody."
  when data includes nothing
  then allow
rule people-may-stay-near
  "Names and addresses may be worked on where our law reaches."
  when data includes people
  and it stays in near
  then allow
rule people-leave-as-tokens
  "Shops see placeholders for names and addresses."
  when data includes people
  and it goes to tier market
  then redact people as token
rule illness-of-neighbours-stays-near
  "The illness of those who live near is not worked on far away."
  when data includes illness
  and it is about residents of near
  and it leaves near
  then block
rule illness-at-home
  "Our own model may help with illness."
  when data includes illness
  and it goes to pool ours
  then allow
rule scribes-say-why
  "Whoever drafts with illness says why."
  when data includes illness
  and it comes from application scribe
  then ask justification
invariant illness-is-not-for-sale
  "Illness reaches no shop, whatever else is ruled."
  when data includes illness
  and it goes to tier market
  then it must never be sent
"#;

#[test]
fn a_licence_for_people_is_none_for_their_illness() {
    all_pass(&world(&format!(
        "{RULES}
test \"the illness of nobody knows whom, with the name that goes with it\"
  given data illness, people
  and about unknown
  and to shop
  on 2026-11-21
  expect block
test \"the name alone goes as a token\"
  given data people
  and about unknown
  and to shop
  on 2026-11-21
  expect redact people as token by people-leave-as-tokens"
    )));
}

#[test]
fn what_nobody_read_has_no_licence_of_its_neighbour() {
    all_pass(&world(&format!(
        "{RULES}
test \"a name that may go, and an attachment that nothing is known of\"
  given data people, unread
  and about DE
  and to friend
  on 2026-11-21
  expect block
test \"the name alone may go\"
  given data people
  and about DE
  and to friend
  on 2026-11-21
  expect allow by people-may-stay-near"
    )));
}

#[test]
fn a_reason_is_no_licence() {
    all_pass(&world(&format!(
        "{RULES}
test \"a reason is asked for, and nothing permits what it is asked for\"
  given data illness
  and about unknown
  and from application scribe
  and to cloud
  on 2026-11-21
  expect block
test \"where illness may go the reason suffices\"
  given data illness
  and about DE
  and from application scribe
  and to home
  on 2026-11-21
  expect ask justification by scribes-say-why"
    )));
}

/// One well-meant licence too many is refused with the request that it would let out.
#[test]
fn a_licence_that_breaks_the_promise_is_shown_with_a_request() {
    let detectors = detectors(&DETECTORS);
    let catalogue = Catalogue { detectors: &detectors };
    let mut sources = vec![source("must-hold.policy", &format!("{WORLD}\n{RULES}"))];
    for proof in check(&sources, &catalogue, None).proofs {
        assert!(matches!(proof.verdict, Verdict::Proved | Verdict::Sampled), "{proof:?}");
    }
    let pilot = "rule illness-for-the-archive
  \"A pilot of the archive, on any model.\"
  when data includes illness
  and it comes from department archive
  then allow
";
    sources.push(source("pilot.policy", pilot));
    let report = check(&sources, &catalogue, None);
    let counterexample = report.proofs.iter().find_map(|proof| match &proof.verdict {
        Verdict::Violated { test, .. } => Some(test.clone()),
        _ => None,
    });
    let Some(test) = counterexample else { panic!("{}", report.render(false)) };
    sources.push(source("counterexample.policy", &test));
    let book = crate::Rulebook::compile(&sources, &catalogue).unwrap();
    let results = run_tests(&book);
    let found = results.iter().find(|result| result.name.starts_with("Counterexample")).unwrap();
    // The gateway asserts the invariant again and blocks what the rule would have sent; the test fails until the rules do.
    assert!(!found.passed && found.decided.starts_with("block"), "{found:?}");
}

/// The three are what a careless reading gets wrong: it would send each of them.
#[test]
fn a_careless_reading_sends_what_must_hold() {
    let given = [
        ("the first", "data illness, people\n  and about unknown\n  and to shop"),
        ("the second", "data people, unread\n  and about DE\n  and to friend"),
        (
            "the third",
            "data illness\n  and about unknown\n  and from application scribe\n  and to cloud",
        ),
    ];
    let tests: Vec<String> = (given.iter())
        .map(|(name, given)| {
            format!("test \"{name}\"\n  given {given}\n  on 2026-11-21\n  expect block\n")
        })
        .collect();
    let book = world(&format!("{RULES}\n{}", tests.concat()));
    all_pass(&book);
    each_is_a_counterexample(&book, &given.map(|(name, _)| name));
}
