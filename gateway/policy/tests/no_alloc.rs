//! Deciding takes no memory, whatever matches, once the table of the day is built.

#![expect(clippy::unwrap_used, reason = "a failed test should stop here")]

use policy::{
    Action, Candidate, Catalogue, ClassLevels, Day, Level, Rulebook, Situation, Source, Subjects,
};

/// A thousand rules that all match, of all kinds but those that block.
fn rulebook() -> Rulebook {
    let mut text = "policy many\nclass people\n detect d\nclass money\n detect d\nagency city
destination home\n url https://home.example\n operator Home, answers to DE\n processed in DE\n tier market\n"
        .to_owned();
    for rule in 0..1_000 {
        let action = match rule % 3 {
            0 => "allow",
            1 => "redact people as token",
            _ => "redact money as mask",
        };
        let dates = if rule % 10 == 7 { " mode monitor until 2027-01-31\n" } else { "" };
        text.push_str(&format!(
            "rule r{rule}\n when data includes people, money\n and it stays in DE\n then {action}\n{dates}"
        ));
    }
    text.push_str(
        "exception spared\n to rule r4\n when it comes from agency city\n because \"x\"\n owner me
 granted 2026-01-01 by me\n until 2027-01-01
invariant kept\n when data includes money\n and it leaves DE\n then it must never be sent\n",
    );
    let detectors = [("d".to_owned(), "d".to_owned())];
    let source = Source { path: "many.policy".to_owned(), text };
    Rulebook::compile(&[source], &Catalogue { detectors: &detectors }).unwrap()
}

#[test]
fn a_decision_by_a_thousand_rules_takes_no_memory() {
    let book = rulebook();
    let day = Day::parse("2026-11-21").unwrap();
    let mut classes = ClassLevels::none();
    classes.set(book.class("people").unwrap(), Level::Likely);
    classes.set(book.class("money").unwrap(), Level::Confirmed);
    let situation = Situation { classes, subjects: Subjects::unknown(), ..Situation::on(day) };
    let candidate = Candidate::to(book.destination("home").unwrap());
    book.prepare(day);
    let decide = || {
        let decision = book.decide(&situation, &candidate);
        assert_eq!(decision.action, Action::Redact);
        assert_eq!((decision.rules.len(), decision.would_have.len()), (900, 100));
        assert_eq!(decision.redact.len(), 2);
    };
    assert_eq!(allocation_counter::measure(decide).count_total, 0);
}
