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

/// Over 60 lines, since it is a table: one line a mistake.
#[test]
fn each_mistake_has_its_place_cause_and_mend() {
    let rule = |rest: &str| format!("{RULE}{rest}\n");
    check_one(&rule(" then alow"), "P021", "alow", "allow");
    check_one(&rule(" and it leave near\n then block"), "P020", "it leave near", "leaves");
    check_one(&rule(" and it crosses near\n then block"), "P020", "it crosses near", "it stays in");
    check_one(&rule(" and it leaves neer\n then block"), "P010", "neer", "near");
    check_one(&rule(" and it leaves UK\n then block"), "P010", "UK", "GB");
    let given = "\ntest \"t\"\n given data people\n given about UK\n given to home\n on 2026-11-21\n expect block\n";
    check_one(&rule(&format!(" then block\n{given}")), "P010", "UK", "GB");
    check_one(&format!("group g\n countries DE, UK\n{}", rule(" then block")), "P010", "UK", "GB");
    check_one(&rule(" and it leaves de\n then block"), "P010", "de", "DE");
    check_one(&rule(" and it leaves EU\n then block"), "P010", "EU", "declared with `group`");
    check_one(&rule(" and it leaves DE FR\n then block"), "P008", "FR", ",");
    check_one(&rule(" and data includes key,\n then block"), "P008", ",", "remove it");
    check_one(&rule(" then block\n onwer me"), "P003", "onwer", "owner");
    check_one(&rule(" then block\n from 2026-02-30"), "P009", "2026-02-30", "2026-11-21");
    check_one(&rule(" then block\n from 2026-03-01\n until 2026-02-01"), "P032", "r", "swap");
    check_one(&rule(" then block\n mode monitor"), "P031", "mode monitor", "until");
    check_one(&rule(" then block\n and allow"), "P022", "r", "keep one");
    check_one(&rule(" then redact unread as mask"), "P023", "unread", "allow it by name");
    check_one(&rule(" then redact people as hash"), "P008", "hash", "`mask`");
    for (condition, part, help) in [
        ("it is sent between 06:00 and 06:00", "06:00 and 06:00", "leave the condition out"),
        ("it is sent between 25:00 and 06:00", "25:00", "22:00"),
        ("it is larger than 0.5 MB", "0.5", "100 KB"),
    ] {
        check_one(&rule(&format!(" and {condition}\n then block")), "P009", part, help);
    }
    check_one(&rule(" and it carries pictures\n then block"), "P008", "pictures", "`image`");
    check_one(&rule(" and the purpose is caer\n then block"), "P010", "caer", "care");
    check_one(&rule(" then reroute to home"), "P010", "home", "known: ours, theirs");
    check_one(&rule(" then block\n then block"), "P004", "then block", "continue with `and`");
    check_one(&rule(""), "P005", "r", "then block");
    check_one("rule r\n then block\n", "P005", "r", "when data includes");
    check_one("rule\n when data includes key\n then block\n", "P001", "rule", "a name is");
    check_one("rul r\n when data includes key\n then block\n", "P002", "rul", "rule");
    check_one("class key\n", "P011", "key", "rename");
    check_one("class unread\n", "P011", "unread", "remove the block");
    check_one("class x\n detect contct\n", "P010", "contct", "contact");
    check_one(
        "class x\n detect holdings.staff\n",
        "P010",
        "holdings.staff",
        "--holdings staff:records",
    );
    check_one("class x\n detect own-terms\n", "P010", "own-terms", "--holdings NAME:dictionary");
    check_one(
        "class x\n kind identifier of x\n detect card\n",
        "P012",
        "x",
        "remove one of the `kind` lines",
    );
    check_one(
        "group a\n includes b\ngroup b\n countries DE\n includes a, c\ngroup c\n countries FR\n",
        "P012",
        "a",
        "",
    );
    check_one(
        "destination d\n url https://d.example\n operator D answers to XE\n tier market\n",
        "P010",
        "XE",
        "countries XE",
    );
    check_one(&rule(" and it leaves XK\n then block"), "P010", "XK", "countries XK");
    check_one("group DE\n countries FR\n", "P013", "DE", "longer name");
    check_one("department d of nowhere\n", "P010", "nowhere", "known: city");
    check_one("application x of clinic\n clients key clinic-key\n", "P011", "x", "stands for one");
    check_one("application x of clinic\n clients ip 10.0.0.1\n", "P008", "ip 10.0.0.1", "key NAME");
    check_one(
        "destination d\n url https://x.example\n operator X answers to DE\n",
        "P005",
        "d",
        "tier market",
    );
    check_one(
        "destination d\n url x.example\n operator X answers to DE\n tier market\n",
        "P008",
        "x.example",
        "https://",
    );
    check_one(
        "test \"t\"\n given data people\n and to shopp\n on 2026-11-21\n expect block\n",
        "P010",
        "shopp",
        "shop",
    );
    check_one(
        &rule(" law \"GDPR\n then block\nclass fresh\n detect card"),
        "P006",
        "\"GDPR",
        "close it",
    );
}

#[test]
fn each_doubt_has_its_place() {
    let allow = "rule r\n when data includes people, illness, key\n then allow\nrule b\n when it is an answer\n and data includes nothing\n then allow\n";
    check_one(
        "rule r\n when data includes people\n then allow\n",
        "P102",
        "r",
        "when it is an answer",
    );
    check_one(&format!("{allow}class fresh\n detect card\n"), "P101", "fresh", "add a rule");
    check_one(&format!("{allow}group lonely\n includes near\n"), "P106", "lonely", "remove it");
    check_one(
        &format!("{allow}rule c\n when the destination lacks crad\n then block\n"),
        "P107",
        "c",
        "card",
    );
    check_one(
        &format!("{allow}rule p\n when the place is proven, declared\n then block\n"),
        "P114",
        "p",
        "unprovable",
    );
}

#[test]
fn what_hangs_on_something_is_said_in_full() {
    check_one("group g\n country US verify\n", "P008", "", "verify \"");
    check_one("group g\n country US where the operator has x\n", "P008", "operator", "destination");
    check_one("territory QC of CA\n", "P010", "QC", "zone QC within COUNTRY");
    check_one("territory RE of FR\nterritory YT of RE\n", "P012", "YT", "both belong to");
    check_one("zone bay within port\nzone port\n", "P010", "port", "country");
    check_one(
        "confirmation c\n of group near country CH\n",
        "P005",
        "c",
        "by counsel@example.org on",
    );
    check_one("confirmation c\n by me on 2026-01-01\n", "P005", "c", "of rule NAME");
    check_one("class odd\n detect card\n redaction is enough\n", "P008", "is", "suffices");
    let many: String = ('a'..='g')
        .map(|name| format!("{}attests-{name}", if name == 'a' { "" } else { ", " }))
        .collect();
    check_one(
        &format!("group g\n country US where the destination has {many}\n"),
        "P061",
        "g",
        "one attestation",
    );
    let allow = "rule r\n when data includes people, illness, key\n then allow\nrule b\n when it is an answer\n and data includes nothing\n then allow\n";
    let marked =
        "rule m\n when it leaves g\n then block\ngroup g\n country CH verify \"Annex II\"\n";
    check_one(
        &format!("{allow}{marked}"),
        "P116",
        "country CH verify \"Annex II\"",
        "of group g country CC",
    );
    check_one(
        &format!("{allow}confirmation c\n of rule r\n by me on 2026-01-01\n"),
        "P117",
        "c",
        "bears the mark",
    );
}

#[test]
fn an_exception_must_end_and_cannot_touch_an_invariant() {
    let exception = |to: &str, until: &str| {
        format!(
            "rule r\n when data includes people\n then block\nexception e\n to {to}\n when it comes from anonymous\n \
             because \"x\"\n owner me\n granted 2026-01-01 by me\n{until}"
        )
    };
    check_one(&exception("rule r", ""), "P030", "e", "until 2027-02-28");
    check_one(
        &exception("invariant i", " until 2027-01-01\n"),
        "P033",
        "to invariant i",
        "name a rule",
    );
    check_one(&exception("rule rr", " until 2027-01-01\n"), "P010", "rr", "r");
}

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
