//! What an entry lets through, and all that it does not.
#![expect(clippy::unwrap_used, reason = "a failed test should stop here")]

use detect::{Detector, Fuel, RuleFile, Text};

use super::*;
use crate::{Found, Scratch, Search};

const RULES: &str = r#"
[[detector]]
id = "mail"
family = "contact"
title = "Address"
patterns = ['[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,60}\.[a-z]{2,8}']
level = { bare = "likely" }
source = "own"
examples = ['{{a@b.example}}']
counter_examples = ['a']

[[detector]]
id = "phone"
family = "contact"
title = "Phone"
patterns = ['\+\d{1,3}(?:[ /-]?\d{1,8}){1,5}']
level = { bare = "likely" }
source = "own"
examples = ['{{+43 1 711 00}}']
counter_examples = ['4']

[[detector]]
id = "tail"
family = "other"
title = "Number in a phone number"
patterns = ['711(?:[ ]?\d{2,5}){1,3}']
level = { bare = "likely" }
source = "own"
examples = ['{{711 00}}']
counter_examples = ['7']

[[detector]]
id = "national"
family = "contact"
title = "Phone beside a word"
patterns = ['\d{2}(?:[ /-]?\d{1,8}){2,4}']
needs_context = true
level = { context = "likely" }
context = { en = ["fax"] }
source = "own"
examples = ['fax {{43 1 711 00}}']
counter_examples = ['4']

[[detector]]
id = "lock"
family = "credential"
title = "Combination"
patterns = ['00711\d{4}']
level = { bare = "likely" }
source = "own"
examples = ['{{007114321}}']
counter_examples = ['x']

[[detector]]
id = "secret"
family = "marking-eu"
title = "Marking"
patterns = ['RESTREINT']
level = { bare = "likely" }
source = "own"
examples = ['{{RESTREINT}}']
counter_examples = ['x']

[[detector]]
id = "cred.private-key"
family = "contact"
title = "Key"
patterns = ['BEGINKEY[a-z]{4,40}']
never_harmless = true
level = { bare = "likely" }
source = "own"
examples = ['{{BEGINKEYabcdef}}']
counter_examples = ['x']
"#;

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

fn entry(name: &str, value: &str, detectors: &[&str]) -> AllowEntry {
    AllowEntry {
        name: name.to_owned(),
        reason: "published".to_owned(),
        owner: "press office".to_owned(),
        granted: day("2026-11-01"),
        until: day("2027-06-30"),
        detectors: detectors.iter().map(|name| (*name).to_owned()).collect(),
        values: vec![value.to_owned()],
        sha256: Vec::new(),
    }
}

fn allowing(entries: Vec<AllowEntry>) -> Result<Search, Vec<AllowFault>> {
    let detector = Detector::compile(&[RuleFile { name: "r", text: RULES }]).unwrap();
    let mut search = Search::new(detector);
    search.allow(entries, true).map(|()| search)
}

pub(crate) fn desk() -> Search {
    allowing(vec![
        entry("desk", "+43 1 711 00", &["contact", "tail"]),
        entry("box", "info@agency.example", &["mail"]),
        entry("key", "BEGINKEYabcdef", &["contact"]),
    ])
    .unwrap()
}

fn scan(search: &Search, texts: &[Text<'_>], on: &str) -> Found {
    search.scan(&mut Scratch::default(), texts, day(on), &mut Fuel::new(u64::MAX)).unwrap()
}

/// Detectors of what is found, and entries of what was let through.
fn told(search: &Search, found: &Found) -> (Vec<String>, Vec<u32>) {
    let ids = found.findings.iter().map(|f| search.known(f.detector()).id.to_owned());
    (ids.collect(), found.allowed.iter().map(|spared| spared.entry).collect())
}

fn check(text: &str, findings: &[&str], entries: &[u32]) {
    let search = desk();
    let found = scan(&search, &[Text::alone("", text)], "2026-11-21");
    let expect = (findings.iter().map(|id| (*id).to_owned()).collect(), entries.to_vec());
    assert_eq!(told(&search, &found), expect, "{text}");
    assert!(found.overruled.is_empty() || !findings.is_empty(), "{text}: nothing is left of it");
}

#[test]
fn a_whole_value_is_let_through_however_it_is_written() {
    check("Call +43 1 711 00.", &[], &[0]);
    check("Call +43-1-71100 or INFO@agency.example!", &[], &[0, 1]);
    check("Tel:+43171100\n5020 Salzburg", &[], &[0]);
    check("info%40agency.example is ours", &[], &[1]);
}

#[test]
fn no_part_and_no_neighbour_is() {
    check("Call +43 1 711 00 12", &["phone"], &[]);
    check("Call +43 1 711 00-12", &["phone"], &[]);
    check("Call +43 1 711 00x12", &["phone"], &[]);
    check("Call +43 1 711", &["phone"], &[]);
    check("xinfo@agency.example", &["mail"], &[]);
    check("info@agency.example.org", &["mail"], &[]);
    check("info+anna.berg@agency.example", &["mail"], &[]);
    check("in.fo@agency.example", &["mail"], &[]);
    check("info@agency.example and anna@agency.example", &["mail"], &[1]);
}

/// What is found if only `phone` is named for one number.
fn check_phone(value: &str, text: &str, findings: &[&str], entries: &[u32]) {
    let search = allowing(vec![entry("desk", value, &["phone"])]).unwrap();
    let found = scan(&search, &[Text::alone("", text)], "2026-11-21");
    let expect = (findings.iter().map(|id| (*id).to_owned()).collect(), entries.to_vec());
    assert_eq!(told(&search, &found), expect, "{text}");
}

#[test]
fn what_else_is_read_within_a_value_goes_with_it_under_any_label() {
    check_phone("+43 1 711 00", "Call +43 1 711 00.", &[], &[0]);
    check_phone("+43 1 711 00", "Fax +43 1 711 00", &[], &[0]);
    check_phone("+43 1 711 00", "Fax +43 1 711 00, fax 43 1 711 99", &["national"], &[0]);
    check_phone("+43 1 711 00", "Fax +43 1 711 00-12", &["phone"], &[]);
}

#[test]
fn a_credential_within_a_value_is_found_unless_it_is_named() {
    check_phone("+43 007114321", "Call +43 007114321", &["lock"], &[]);
    let named = entry("desk", "+43 007114321", &["phone", "lock"]);
    let search = allowing(vec![named]).unwrap();
    let found = scan(&search, &[Text::alone("", "Call +43 007114321")], "2026-11-21");
    assert_eq!(told(&search, &found), (vec![], vec![0]));
}

#[test]
fn a_value_is_no_repeat_of_what_stands_elsewhere_without_its_plus() {
    let far =
        "and so on, of this and that, until no word that was said is near any more ".repeat(4);
    let other = format!("Fax 43 1 711 00. {far} +43 1 711 00");
    check_phone("+43 1 711 00", &other, &["national"], &[0]);
    let first = format!("Fax +43 1 711 00. {far} 43 1 711 00");
    check_phone("+43 1 711 00", &first, &["tail"], &[0]);
}

#[test]
fn a_cell_of_a_table_is_let_through_as_well() {
    let table = "name | fax\n--- | ---\nAnna | +43 1 711 00\nBen | +43 1 711 99\n";
    check_phone("+43 1 711 00", table, &["phone"], &[0]);
}

#[test]
fn a_value_that_is_split_is_found() {
    let search = desk();
    let flowing = |body| Text { label: "", body, flows: true, voice: 1, circle: 1 };
    let found =
        scan(&search, &[flowing("to info@agen"), flowing("cy.example please")], "2026-11-21");
    assert_eq!(told(&search, &found), (vec!["mail".to_owned()], vec![]));
    let found =
        scan(&search, &[flowing("info@agency.example"), flowing(".org please")], "2026-11-21");
    assert_eq!(told(&search, &found), (vec!["mail".to_owned()], vec![]));
}

#[test]
fn markings_and_private_keys_are_never_let_through() {
    check("BEGINKEYabcdef", &["cred.private-key"], &[]);
    for name in ["secret", "marking-eu", "cred.private-key"] {
        let faults = allowing(vec![entry("x", "RESTREINT", &[name])]).unwrap_err();
        assert_eq!(faults[0].key, "detectors[0]");
        assert!(faults[0].what.contains("never harmless"));
    }
}

#[test]
fn what_somebody_else_requires_is_never_let_through() {
    let detector = Detector::compile(&[RuleFile { name: "r", text: RULES }]).unwrap();
    let mut search = Search::new(detector);
    search.require(vec!["contact".to_owned()]);
    let faults = search.allow(vec![entry("x", "+43 1 711 00", &["contact"])], true).unwrap_err();
    assert_eq!(faults[0].key, "detectors[0]");
    search.allow(vec![entry("x", "info@agency.example", &["tail"])], true).unwrap();
    let found = scan(&search, &[Text::alone("", "to info@agency.example please")], "2026-11-21");
    assert_eq!(told(&search, &found), (vec!["mail".to_owned()], vec![]));
}

#[test]
fn an_entry_holds_from_its_first_to_its_last_day() {
    let search = desk();
    let on = |day: &str| told(&search, &scan(&search, &[Text::alone("", "+43 1 711 00")], day)).1;
    assert_eq!(on("2026-10-31"), [0; 0]);
    assert_eq!(on("2026-11-01"), [0]);
    assert_eq!(on("2027-06-30"), [0]);
    assert_eq!(on("2027-07-01"), [0; 0]);
    let ending = |day_: &str| search.ending(day(day_)).iter().map(|e| e.over).collect::<Vec<_>>();
    assert_eq!(ending("2027-05-30"), [false; 0]);
    assert_eq!(ending("2027-05-31"), [false; 3]);
    assert_eq!(ending("2027-07-01"), [true; 3]);
}

#[test]
fn a_digest_does_for_a_value_and_changes_the_digest_of_the_search() {
    let mut by_digest = entry("desk", "", &["contact", "tail"]);
    by_digest.values.clear();
    by_digest.sha256.extend(allowed_digest("+43 1 71100"));
    let by_digest = allowing(vec![by_digest]).unwrap();
    let by_value = allowing(vec![entry("desk", "+43 1 711 00", &["contact", "tail"])]).unwrap();
    assert_eq!(by_digest.digest(), by_value.digest());
    let found = scan(&by_digest, &[Text::alone("", "+43 1 711 00")], "2026-11-21");
    assert_eq!(told(&by_digest, &found), (vec![], vec![0]));
    assert_ne!(by_value.digest(), allowing(Vec::new()).unwrap().digest());
    assert_ne!(by_value.digest(), desk().digest());
    let shown = format!("{by_value:?} {:?}", entry("desk", "+43 1 711 00", &["contact"]));
    assert!(!shown.contains("711"), "{shown}");
}

#[test]
fn every_mistake_is_told_with_its_key_and_quotes_no_value() {
    let value = "+43 1 711 00";
    let mut long = entry("long", value, &["contact"]);
    long.until = day("2027-11-03");
    let mut back = entry("back", value, &["contact"]);
    back.until = day("2026-10-31");
    let mut bare = entry("bare", value, &[]);
    bare.values.clear();
    bare.reason = " ".to_owned();
    let wrong = vec![
        long,
        back,
        bare,
        entry("Not A Name", value, &["contract"]),
        entry("long", "", &["contact"]),
        entry("43-171100", "43 17 11 00", &["contact"]),
    ];
    let faults = allowing(wrong).unwrap_err();
    let keys: Vec<_> = faults.iter().map(|fault| (fault.entry, fault.key.as_str())).collect();
    let expect = [
        (0, "until"),
        (1, "until"),
        (2, "reason"),
        (2, "detectors"),
        (2, "values"),
        (3, "name"),
        (3, "detectors[0]"),
        (4, "name"),
        (4, "values[0]"),
        (5, "name"),
    ];
    assert_eq!(keys, expect, "{faults:?}");
    assert!(faults[6].what.contains("`contact`"));
    assert!(!format!("{faults:?}").contains("711"));
}
