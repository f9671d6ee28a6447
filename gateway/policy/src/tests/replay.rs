//! Decisions on record, made again by the policy of their day and by others.

use super::generate::{Dice, case, policy};
use super::{DETECTORS, book, detectors, world};
use crate::{
    Action, Again, Candidate, Catalogue, Day, Identity, OnRecord, Origin, Replay, Rulebook, Shift,
    Sighting, Situation, Tally,
};

const RULES: &str = "rule people-at-home
  when data includes people
  and it goes to tier must-control
  then allow
rule clinic-may
  when data includes people
  and it comes from department clinic
  and it goes to destination friend
  then allow
rule clean
  when data includes nothing
  then allow
";

/// A request of the scribe in which a detector found something, as the policy of the day put it on record.
fn on_record(book: &Rulebook, destination: &str, found: &[(&str, &str)]) -> OnRecord {
    let mut situation = Situation::on(Day::parse("2026-11-21").unwrap());
    let spiffe = Some("spiffe://city.example/clinic/scribe".to_owned());
    situation.client = book.client(&Identity { spiffe, ..Identity::default() });
    for (_, class) in found {
        situation.classes.set(book.class(class).unwrap(), crate::Level::Likely);
    }
    let candidate = Candidate::to(book.destination(destination).unwrap());
    let sighting = |(detector, class): &(&str, &str)| Sighting {
        detector: (*detector).to_owned(),
        class: (*class).to_owned(),
        level: "likely".to_owned(),
    };
    OnRecord {
        situation: book.record_situation(&situation),
        candidate: book.record_candidate(&candidate),
        decision: book.record_decision(&book.decide(&situation, &candidate)),
        found: Some(found.iter().map(sighting).collect()),
    }
}

fn replay(book: &Rulebook, on: Option<&str>, on_record: &OnRecord) -> Again {
    let detectors = detectors(&DETECTORS);
    let on = on.map(|day| Day::parse(day).unwrap());
    Replay::new(book, &Catalogue { detectors: &detectors }, on).decide(on_record).unwrap()
}

#[test]
fn classes_are_those_of_the_candidate() {
    let old = world(RULES);
    let record = on_record(&old, "friend", &[("contact", "people")]);
    assert_eq!(record.decision.action, Action::Allow);
    // The same detector, sorted elsewhere.
    let text = format!("{}\n{RULES}", super::WORLD);
    let moved = book(&text.replace(
        "class people\n  detect contact",
        "class people\n  detect card\nclass calls\n  detect contact",
    ));
    let again = replay(&moved, None, &record);
    assert_eq!(again.decision.unlicensed, ["calls"], "{again:?}");
    assert!(again.stand_ins.is_empty());
    assert_eq!(Shift::between(&record.decision, &again.decision), Shift::Stricter);
    // A record that does not list what was found tells classes by name only.
    let short = OnRecord { found: None, ..record.clone() };
    assert_eq!(replay(&moved, None, &short).decision.action, Action::Allow);
    // So does one of a detector that is not there.
    let mut own = record;
    own.found.as_mut().unwrap()[0].detector = "holdings.clients".to_owned();
    assert_eq!(replay(&moved, None, &own).decision.action, Action::Allow);
    let renamed = text.replace("people", "persons").replace("\npersons ", "\npeople ");
    let renamed = book(&renamed.replace("from persons", "from people"));
    let again = replay(&renamed, None, &own);
    assert_eq!(again.stand_ins, ["class people is not declared: unclassed stands in"]);
    assert_eq!(again.decision.unlicensed, ["unclassed"]);
}

#[test]
fn who_is_not_declared_is_what_stands_above() {
    let old = world(RULES);
    let record = on_record(&old, "friend", &[("contact", "people")]);
    let text = format!("{}\n{RULES}", super::WORLD);
    let scribe = "application scribe of clinic\n  purposes care\n  clients spiffe://city.example/clinic/scribe\n";
    let again = replay(&book(&text.replace(scribe, "")), None, &record);
    assert_eq!(again.decision.action, Action::Allow);
    assert_eq!(again.stand_ins, ["application scribe is not declared: what stands above it calls"]);
    let gone = text.replace("friend", "comrade");
    let again = replay(&book(&gone), None, &record);
    assert_eq!(again.decision.to_string(), "block because the destination is not declared");
    assert_eq!(again.stand_ins, ["destination friend is not declared: it counts as closed"]);
}

#[test]
fn a_day_can_be_asked_for_and_keeps_its_weekday() {
    let old = world(
        "rule card\n  when data includes nothing\n  and the destination has card\n  and it is sent on Saturday\n  then allow\n",
    );
    let record = on_record(&old, "home", &[]);
    assert_eq!(record.situation.day.to_string(), "2026-11-21");
    assert_eq!(record.decision.action, Action::Allow);
    // A Monday on which nothing has ended, and one after the attestation.
    assert_eq!(replay(&old, Some("2026-12-14"), &record).decision.action, Action::Allow);
    assert_eq!(replay(&old, Some("2027-01-04"), &record).decision.action, Action::Block);
}

#[test]
fn the_policy_of_the_day_decides_the_same() {
    let mut told = 0;
    for seed in 0..60 {
        let mut dice = Dice::new(seed);
        let text = policy(&mut dice, 12);
        let book = book(&text);
        let mut tally = Tally::default();
        for _ in 0..200 {
            let (s, c) = case(&mut dice, &book);
            let decision = book.record_decision(&book.decide(&s, &c));
            let (situation, candidate) = (book.record_situation(&s), book.record_candidate(&c));
            let record = OnRecord { situation, candidate, decision, found: None };
            let origin = Origin { place: "line 1", id: "x", time: 0 };
            let again = book.decide_again(&record).unwrap().decision;
            assert!(tally.reproduce(origin, &record, &again), "{}", book.explain(&s, &c));
            let again = replay(&book, None, &record);
            assert_eq!(tally.take(origin, &record, &again), Shift::Same, "{again:?}");
            told += 1;
        }
        assert!(tally.changed() == 0 && tally.unjudged() == 0);
    }
    assert_eq!(told, 12_000);
}

#[test]
fn a_tally_counts_looser_first_and_stays_small() {
    let old = world(RULES);
    let record = on_record(&old, "friend", &[("contact", "people")]);
    let strict = world("rule none\n  when data includes nothing\n  then allow\n");
    let mut tally = Tally::default();
    for number in 0..1_000u64 {
        let mut record = record.clone();
        record.situation.application = Some(format!("scribe-{number}"));
        let origin = Origin { place: &format!("line {number}"), id: "x", time: number };
        let back = OnRecord { decision: replay(&strict, None, &record).decision, ..record.clone() };
        assert_eq!(tally.take(origin, &record, &replay(&strict, None, &record)), Shift::Stricter);
        if number % 10 == 0 {
            assert_eq!(tally.take(origin, &back, &replay(&old, None, &back)), Shift::Looser);
        }
    }
    assert_eq!((tally.judged, tally.changed(), tally.looser()), (1_100, 1_100, 100));
    let told = tally.to_string();
    assert!(told.starts_with("LOOSER block → allow: 100 of 1100 decisions\n"), "{told}");
    assert!(told.contains("\nstricter allow → block: 1000 of 1100 decisions\n"), "{told}");
    assert!(
        told.contains("  for example line 0, x, 1970-01-01T00:00:00Z: data people from"),
        "{told}"
    );
    let json = tally.to_json();
    let senders = json["cells"][1]["senders"].as_object().unwrap();
    assert_eq!(senders.len(), 201);
    assert_eq!(senders["*"], 800);
    assert_eq!(json["cells"][1]["rules_before"]["clinic-may"], 1_000);
}
