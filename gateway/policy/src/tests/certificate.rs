//! What a certificate says of a proof, what undoes it, and which places a proof speaks of.

use super::{DETECTORS, WORLD, detectors, source};
use crate::{Catalogue, Certificate, Circumstances, Report, Source, check};

/// 2026-11-21, at noon.
const NOON: i64 = 1_795_262_400;
const DAY: i64 = 86_400;

const RULES: &str = "rule at-home
  when data includes people
  and it stays in near
  then allow
invariant people-stay
  when data includes people
  and it is about residents of near
  and it leaves near
  then it must never be sent
invariant stored-at-home
  when data includes people
  and it is stored outside DE, near
  then it must never be sent
";

fn sources() -> Vec<Source> {
    vec![source("words.policy", WORLD), source("rules.policy", RULES)]
}

fn checked(sources: &[Source]) -> Report {
    let detectors = detectors(&DETECTORS);
    check(sources, &Catalogue { detectors: &detectors }, Some(NOON))
}

/// What differs from the certificate of [`sources`] in other circumstances.
fn differences(sources: &[Source], names: &[&str], prover: &str, now: i64) -> Vec<String> {
    let known = detectors(&DETECTORS);
    let then = self::sources();
    let with = Circumstances {
        sources: &then,
        catalogue: Catalogue { detectors: &known },
        prover: "1.0.0",
        now: NOON,
    };
    let certificate = Certificate::of(&checked(&then), &with).unwrap();
    // As it comes back from a file.
    let text = serde_json::to_string(&certificate).unwrap();
    let read: Certificate = serde_json::from_str(&text).unwrap();
    assert_eq!(read, certificate);
    assert_eq!(certificate.proved(), (2, 2));
    let other = detectors(names);
    let catalogue = Catalogue { detectors: &other };
    read.differences(&Circumstances { sources, catalogue, prover, now })
}

#[test]
fn it_holds_while_nothing_changes() {
    let same = sources();
    assert!(differences(&same, &DETECTORS, "1.0.0", NOON).is_empty());
    assert!(differences(&same, &DETECTORS, "1.0.0", NOON + 400 * DAY).is_empty());
    // Where files stand, and in which order detectors are numbered, means nothing.
    let moved = [source("b/rules.policy", RULES), source("a.policy", WORLD)];
    let turned: Vec<&str> = DETECTORS.iter().rev().copied().collect();
    assert!(differences(&moved, &turned, "1.0.0", NOON).is_empty());
}

#[test]
fn whatever_changes_is_told() {
    let mut edited = sources();
    edited[1].text.push_str("# a comment\n");
    edited.push(source("more.policy", "role clerk\n"));
    let told = differences(&edited, &DETECTORS[1..], "1.1.0", NOON - 2 * DAY);
    assert_eq!(
        told,
        [
            "rules.policy: was changed",
            "more.policy: is new",
            "detectors: others than then can be named, so classes may mean something else",
            "prover: release 1.0.0 proved it, this is 1.1.0",
            "day: it was proved from 2026-11-21 on, and today is 2026-11-19",
        ]
    );
    let fewer = &sources()[..1];
    assert_eq!(differences(fewer, &DETECTORS, "1.0.0", NOON), ["rules.policy: is gone"]);
    let twice = [sources(), sources()].concat();
    let told = differences(&twice, &DETECTORS, "1.0.0", NOON);
    assert_eq!(told, ["there are 4 files, and there were 2"]);
}

#[test]
fn what_does_not_hold_has_no_certificate() {
    let broken = RULES.replace("it stays in near", "it goes to destination shop");
    let sources = [source("words.policy", WORLD), source("rules.policy", &broken)];
    let known = detectors(&DETECTORS);
    let catalogue = Catalogue { detectors: &known };
    let with = Circumstances { sources: &sources, catalogue, prover: "1.0.0", now: NOON };
    assert!(Certificate::of(&checked(&sources), &with).is_none());
}

#[test]
fn a_proof_tells_which_places_it_takes_as_inside() {
    let report = checked(&sources());
    let [people, stored] = &report.proofs[..] else { panic!("{:?}", report.proofs) };
    let told: Vec<String> = people.places.iter().map(ToString::to_string).collect();
    assert_eq!(people.countries, ["CH", "DE", "FR"]);
    assert_eq!(told, ["\"it leaves near\" takes as inside: DE FR, at times CH"]);
    assert_eq!(stored.places[0].always, ["DE", "FR"]);
    assert!(stored.countries.is_empty());
    assert!(
        people.to_string().ends_with(
            "; residents of: CH DE FR; \"it leaves near\" takes as inside: DE FR, at times CH"
        ),
        "{people}"
    );
    // A member that hangs on something is inside at times only, and a zone is called by its name.
    let hung = WORLD.replace(
        "countries DE, FR",
        "country DE where the destination has seal\n  countries FR\n  zones hall",
    ) + "zone hall\n";
    let report = checked(&[source("words.policy", &hung), source("rules.policy", RULES)]);
    let within = &report.proofs[0].places[0];
    assert_eq!(
        (within.always.join(" "), within.at_times.join(" ")),
        ("FR hall".to_owned(), "CH DE".to_owned())
    );
}
