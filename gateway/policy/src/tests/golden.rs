//! What an author reads when something is wrong.

use super::{DETECTORS, WORLD, detectors, source};
use crate::{Catalogue, Diagnostic, Diagnostics, Rulebook, Source, check, default_policy};

fn problems(sources: &[Source]) -> Diagnostics {
    let detectors = detectors(&DETECTORS);
    let catalogue = Catalogue { detectors: &detectors };
    match Rulebook::compile(sources, &catalogue) {
        Ok(book) => book.warnings().clone(),
        Err(diagnostics) => diagnostics,
    }
}

/// The errors of one text, doubts left out.
pub(super) fn errors(text: &str) -> Vec<Diagnostic> {
    let found = problems(&[source("x.policy", text)]);
    found.iter().filter(|problem| problem.severity == crate::Gravity::Error).cloned().collect()
}

/// One mistake in the rules: its code, the words it points at, and what mends it.
pub(super) fn check_one(rules: &str, code: &str, at: &str, mend: &str) {
    let text = format!("{WORLD}{rules}");
    let found = problems(&[source("x.policy", &text)]);
    let hits: Vec<_> = found.iter().filter(|diagnostic| diagnostic.code == code).collect();
    let [hit] = hits[..] else { panic!("{code} wanted once:\n{found}") };
    assert_eq!(text.get(hit.span.clone()), Some(at), "{found}");
    let help = hit.help.as_deref().unwrap_or("");
    let patch = hit.patch.as_ref().map_or("", |patch| patch.with.as_str());
    assert!(help.contains(mend) || patch == mend && !mend.is_empty(), "mend `{mend}` in:\n{found}");
    assert!(!hit.label.is_empty() && !hit.message.is_empty());
    let errors = found.iter().filter(|d| d.severity == crate::Gravity::Error).count();
    assert!(errors <= 1, "one mistake, one error:\n{found}");
}

const RULE: &str = "rule r\n when data includes people\n";

#[test]
fn two_pools_for_one_situation_are_refused_with_an_example() {
    let rules = "rule a\n when data includes people\n then reroute to ours\nrule b\n when data includes key\n then reroute to theirs\n";
    let found = problems(&[source("x.policy", &format!("{WORLD}{rules}"))]);
    let hit = found.iter().find(|diagnostic| diagnostic.code == "P040").unwrap();
    assert!(hit.label.contains("key") && hit.label.contains("people"), "{found}");
    let apart = rules.replace("includes key", "includes nothing");
    assert!(
        problems(&[source("x.policy", &format!("{WORLD}{apart}"))])
            .iter()
            .all(|d| d.code != "P040")
    );
}

#[test]
fn dates_and_dead_rules_are_reported_by_check() {
    let rules = "rule r\n when data includes people\n then allow\nrule dead\n when data includes nothing\n and data includes key\n then block
rule block\n when data includes key\n then block\n until 2026-12-01
exception old\n to rule block\n when it comes from anonymous\n because \"x\"\n owner me\n granted 2020-01-01 by me\n until 2026-01-01
exception idle\n to rule r\n when data includes nothing\n because \"x\"\n owner me\n granted 2020-01-01 by me\n until 2027-06-01
invariant empty\n when data includes nothing\n and data includes key\n then it must never be sent\n";
    let detectors = detectors(&DETECTORS);
    let catalogue = Catalogue { detectors: &detectors };
    let today = Some(1_795_219_200);
    let report = check(&[source("x.policy", &format!("{WORLD}{rules}"))], &catalogue, today);
    let codes: Vec<_> = report.diagnostics.iter().map(|d| (d.code, d.message.as_str())).collect();
    for (code, word) in [
        ("P103", "`old`"),
        ("P104", "`block`"),
        ("P105", "`idle`"),
        ("P109", "`dead`"),
        ("P112", "`empty`"),
    ] {
        let hit = codes.iter().any(|(known, message)| *known == code && message.contains(word));
        assert!(hit, "{code} {word} in {}", report.render(false));
    }
}

const FIVE: [(&str, &str); 2] = [
    (
        "vocabulary.policy",
        "policy five\n\nclass health\n  \"Data concerning health\"\n  detect   health\n\n\
         class personal\n  detect   contact\n\npool sovereign\n  members  home\n\n\
         destination home\n  url      https://home.example/v1\n  operator City answers to DE\n  tier     must-control\n",
    ),
    (
        "rules.policy",
        "# five mistakes\nrule health-stays\n  when   data includes healt\n  then   block\n\n\
         rule people-may-go\n  when   data includes personal\n  then   alow\n\n\
         rule abroad\n  when   it crosses EEA\n  then   block\n\n\
         rule elsewhere\n  when   data includes health\n  then   reroute to home\n\n\
         exception forever\n  to      rule health-stays\n  when    it comes from anonymous\n  because \"It was asked for.\"\n  \
         owner   dpo@city.example\n  granted 2026-09-01 by dpo@city.example\n",
    ),
];

#[test]
fn five_mistakes_are_five_diagnostics() {
    let sources: Vec<Source> = FIVE.iter().map(|(path, text)| source(path, text)).collect();
    let found = problems(&sources);
    let errors: Vec<_> = found.iter().filter(|d| d.severity == crate::Gravity::Error).collect();
    let codes: Vec<_> = errors.iter().map(|d| (d.code, d.line, d.column)).collect();
    assert_eq!(
        codes,
        [("P010", 3, 24), ("P021", 8, 10), ("P020", 11, 10), ("P010", 16, 21), ("P030", 18, 11)],
        "{found}"
    );
    let golden = concat!(env!("CARGO_MANIFEST_DIR"), "/src/tests/five-mistakes.txt");
    let text = found.render(false);
    if std::env::var_os("WRITE_GOLDEN").is_some() {
        std::fs::write(golden, &text).unwrap();
    }
    assert_eq!(text, include_str!("five-mistakes.txt"));
    let json = found.to_json();
    assert_eq!(json[0]["code"], "P010");
    assert!(found.render(true).contains('\u{1b}'));
}

#[test]
fn an_empty_policy_is_refused() {
    assert_eq!(problems(&[source("x.policy", "")]).iter().next().map(|d| d.code), Some("P005"));
    assert!(problems(&[]).errors() > 0);
    assert_eq!(problems(&default_policy()).len(), 0);
}

#[test]
fn what_does_not_compile_has_no_results_of_tests() {
    let detectors = detectors(&DETECTORS);
    let text = format!("{WORLD}{RULE} then alow\n");
    let report = check(&[source("x.policy", &text)], &Catalogue { detectors: &detectors }, None);
    let told = report.render(false);
    assert!(told.ends_with("1 errors, 0 warnings; tests not run"), "{told}");
}

#[test]
fn a_mistake_in_one_line_shows_nothing_of_the_file_but_names() {
    let found = errors(&format!("{WORLD}{RULE} and it leaves UK\n then block\n"));
    let line = found.first().map(ToString::to_string).unwrap_or_default();
    assert!(line.starts_with("x.policy:") && line.contains(": P010: there is no"), "{line}");
    assert!(line.ends_with("\n  help: the ISO 3166 code is `GB`"), "{line}");
}
