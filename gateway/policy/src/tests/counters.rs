//! Counters of persons over time: bands that are reached, and what nobody knows.

use super::meaning::check;
use super::{book, world};
use crate::{
    Country, Day, OnRecord, RecordedCounter, RecordedSituation, Replay, Rulebook, Situation,
    Window, run_tests,
};

const COUNTER: &str = "counter seen \"Persons of Switzerland whose data went abroad this year\"
  counts people\n  about residents of CH\n  since 1 January\n  bands 100, 1000\n  share 4\n";

const FREE: &str = "rule free\n when data includes key\n then allow\n";

fn case(name: &str, given: &str, expect: &str) -> String {
    format!(
        "test \"{name}\"\n  given data key\n{given}  and to home\n  on 2026-11-21\n  expect {expect}\n"
    )
}

fn counting(rules: &str) -> Rulebook {
    world(&format!("{COUNTER}{rules}"))
}

#[test]
fn a_counter_that_is_not_known_has_reached_every_band_for_what_restricts() {
    check(&format!(
        "{COUNTER}{FREE}rule enough\n when data includes key\n and the counter seen has reached 1000\n then block\n{}{}{}{}",
        case("below all", "  and the counter seen is below 100\n", "allow by free"),
        case("at another", "  and the counter seen is at 100\n", "allow by free"),
        case("reached", "  and the counter seen is at 1000\n", "block by enough"),
        case("nobody knows", "", "block by enough"),
    ));
    check(&format!(
        "{COUNTER}rule late\n when data includes key\n and the counter seen has reached 100\n then allow\n{}{}{}{}",
        case("below", "  and the counter seen is below 100\n", "block"),
        case("reached", "  and the counter seen is at 100\n", "allow by late"),
        case("more than that", "  and the counter seen is at 1000\n", "allow by late"),
        case("nobody knows", "", "block"),
    ));
}

#[test]
fn an_exception_that_loosens_needs_to_know_and_an_invariant_does_not() {
    let rules = format!(
        "{COUNTER}{FREE}rule stop\n when data includes key\n then block\nexception many\n to rule stop\n when the counter seen has reached 100\n because \"x\"\n owner me\n granted 2026-01-01 by me\n until 2027-01-01\n"
    );
    check(&format!(
        "{rules}{}{}{}",
        case("surely", "  and the counter seen is at 100\n", "allow by free"),
        case("not yet", "  and the counter seen is below 100\n", "block by stop"),
        case("nobody knows", "", "block by stop"),
    ));
    let book = counting(&format!(
        "{FREE}invariant kept\n when data includes key\n and the counter seen has reached 1000\n then it must never be sent\n{}",
        case("nobody knows", "", "allow"),
    ));
    let [result] = &run_tests(&book)[..] else { panic!("one test") };
    assert!(!result.passed && result.decided.contains("kept"), "{result}");
}

#[test]
fn what_a_node_counts_stands_for_as_much_on_each_that_shares_the_counter() {
    let book = counting("");
    let bands = |count: Option<u64>| {
        let counted = book.counted(&[count]);
        let s = Situation { counted, ..Situation::on(Day::UNIX) };
        book.record_situation(&s).counters.first().map(|known| (known.reached, known.below))
    };
    assert_eq!(bands(Some(0)), Some((0, Some(100))));
    assert_eq!(bands(Some(24)), Some((0, Some(100))));
    assert_eq!(bands(Some(25)), Some((100, Some(1000))));
    assert_eq!(bands(Some(250)), Some((1000, None)));
    assert_eq!(bands(Some(u64::MAX)), Some((1000, None)));
    assert_eq!(bands(None), None);
    let info: Vec<_> = book.counters().map(|one| (one.name.as_str(), one.window)).collect();
    assert_eq!(info, [("seen", Window::Year)]);
}

#[test]
fn persons_are_values_of_its_classes_whose_subject_may_live_there() {
    let book = counting("");
    let counted = |class: &str, country: Option<&str>| {
        let country = country.map(|code| Country::parse(code).unwrap());
        book.is_counted(0, book.class(class).unwrap(), country, Day::UNIX)
    };
    assert!(counted("people", Some("CH")) && counted("people", None));
    assert!(counted("illness", Some("CH")), "what belongs to a class counts with it");
    assert!(!counted("people", Some("DE")) && !counted("key", Some("CH")));
    assert!(!book.is_counted(1, book.class("people").unwrap(), None, Day::UNIX));
}

#[test]
fn what_is_on_record_is_read_again_and_by_policies_with_other_bands() {
    let (book, other) = (counting(""), world(&COUNTER.replace("100, 1000", "100, 500")));
    let reading = |of: &Rulebook, record: &RecordedSituation| {
        of.record_situation(&of.situation(record).unwrap()).counters
    };
    for count in [None, Some(0), Some(25), Some(250)] {
        let counted = book.counted(&[count]);
        let s = Situation { counted, ..Situation::on(Day::UNIX) };
        let text = serde_json::to_string(&book.record_situation(&s)).unwrap();
        let record: RecordedSituation = serde_json::from_str(&text).unwrap();
        assert_eq!(book.situation(&record).unwrap(), s, "{text}");
        let known = RecordedCounter { counter: "seen".to_owned(), reached: 0, below: Some(100) };
        match count {
            // Between 100 and 1000 nobody knows whether 500 was reached.
            None | Some(25) => assert_eq!(reading(&other, &record), []),
            Some(0) => assert_eq!(reading(&other, &record), [known]),
            _ => assert_eq!(reading(&other, &record)[0].reached, 500),
        }
    }
}

#[test]
fn a_policy_without_the_counter_decides_again_and_says_so() {
    let (old, new) = (counting(FREE), world(FREE));
    let (mut s, c) = super::meaning::situation(&old, &["key"], "home");
    s.counted = old.counted(&[Some(30)]);
    let on_record = OnRecord {
        situation: old.record_situation(&s),
        candidate: old.record_candidate(&c),
        decision: old.record_decision(&old.decide(&s, &c)),
        found: None,
    };
    assert_eq!(old.decide_again(&on_record).unwrap().decision, on_record.decision);
    let detectors = super::detectors(&super::DETECTORS);
    let catalogue = crate::Catalogue { detectors: &detectors };
    let again = Replay::new(&new, &catalogue, None).decide(&on_record).unwrap();
    assert_eq!(again.stand_ins, ["counter seen is not declared: nothing asks for it"]);
    assert_eq!(again.decision, on_record.decision);
}

#[test]
fn a_counterexample_is_a_test_that_says_how_far_the_counter_has_got() {
    let book = counting(
        "rule free\n when data includes key\n and the counter seen has reached 1000\n then allow\ninvariant kept\n when data includes key\n then it must never be sent\n",
    );
    let detectors = super::detectors(&super::DETECTORS);
    let catalogue = crate::Catalogue { detectors: &detectors };
    let report = crate::check(book.sources(), &catalogue, None);
    let told = report.render(false);
    assert!(told.contains("and    the counter seen is at 1000"), "{told}");
}

#[test]
fn other_bands_decide_otherwise_and_the_difference_is_found() {
    let rule = |band: u64| {
        let counter = COUNTER.replace("100, 1000", &format!("100, {band}"));
        book(&format!(
            "{}\n{counter}{FREE}rule enough\n when data includes key\n and the counter seen has reached {band}\n then block\n",
            super::WORLD
        ))
    };
    let diff = crate::diff(&rule(1_000), &rule(5_000), None);
    let [looser] = &diff.cells[..] else { panic!("{} changes", diff.cells.len()) };
    assert!(looser.looser && looser.example.confirmed);
    // Each policy says it by its own bands.
    let (before, now) = (&looser.example.test_before, &looser.example.test_now);
    assert!(before.contains("seen is at 1000\n"), "{before}");
    assert!(now.contains("seen is at 100\n"), "{now}");
    assert!(crate::diff(&rule(1_000), &rule(1_000), None).cells.is_empty());
}

#[test]
fn an_explanation_and_a_mutation_know_the_counter() {
    let book = counting(&format!(
        "{FREE}rule enough\n when data includes key\n and the counter seen has reached 1000\n then block\n"
    ));
    let (mut s, c) = super::meaning::situation(&book, &["key"], "home");
    s.counted = book.counted(&[Some(25)]);
    let text = book.explain(&s, &c).to_string();
    assert!(text.contains(", seen at 100"), "{text}");
    assert!(text.contains("the counter seen has reached 1000"), "{text}");
    let mutation = crate::mutate(&book, None);
    let left_out = "left out: the counter seen has reached 1000";
    let survivor = mutation.survivors.iter().find(|one| one.mistake.contains(left_out));
    let test = survivor.and_then(|one| one.test.clone()).unwrap_or_default();
    assert!(test.contains("the counter seen is "), "{test}");
}
