//! Members with conditions, marked facts, zones, territories, and classes that taking out does not free.

use super::{all_pass, world};

/// People's data may go where the group says; everything else about the world is as the tests have it.
fn trusted(places: &str, tests: &str) -> String {
    format!(
        "{places}\nrule stays\n when data includes people, key\n and it stays in trusted, near\n then allow\n{tests}"
    )
}

fn test(name: &str, given: &str, expect: &str) -> String {
    format!("test \"{name}\"\n given data {given}\n expect {expect}\n")
}

#[test]
fn a_member_counts_where_the_destination_shows_what_it_must() {
    let group = "group trusted\n country US from 2026-01-01 where the destination has participant \"a decision\"\n";
    let shop = "people\n and to shop\n on";
    let tests = test("not shown", &format!("{shop} 2026-11-21"), "block");
    all_pass(&world(&trusted(&format!("{group} country IE\n"), &tests)));
    let attested = super::WORLD.replace(
        "tier market\ndestination cloud",
        "tier market\nattests participant from 2026-03-01\ndestination cloud",
    );
    let attested = attested.replace("\nattests participant", "\n  attests participant");
    let tests = [
        test("before it is shown", &format!("{shop} 2026-02-01"), "block"),
        test("shown", &format!("{shop} 2026-11-21"), "allow"),
    ];
    let group = format!("{group} country IE\n");
    all_pass(&super::book(&format!("{attested}\n{}", trusted(&group, &tests.concat()))));
}

#[test]
fn a_class_takes_a_member_out() {
    let group = "group trusted\n country US except key\n countries IE\n";
    let tests = [
        test("people alone", "people\n and to shop\n on 2026-11-21", "allow"),
        test("with a key", "people, key\n and to shop\n on 2026-11-21", "block"),
        test("perhaps a key", "people, possible key\n and to shop\n on 2026-11-21", "block"),
        test("a key elsewhere", "people, key\n and to home\n on 2026-11-21", "allow"),
    ];
    all_pass(&world(&trusted(group, &tests.concat())));
}

#[test]
fn a_class_below_takes_a_member_out_too() {
    let group = "group trusted\n country US except people\n countries IE\n";
    let rule = "rule ill\n when data includes illness\n and it stays in trusted\n then allow\n";
    let tests = test("illness is people's", "illness\n and to shop\n on 2026-11-21", "block");
    all_pass(&world(&format!("{}{rule}", trusted(group, &tests))));
}

#[test]
fn a_marked_member_restricts_and_permits_only_once_it_is_confirmed() {
    let group = "group trusted\n country US \"a decision\" verify \"whether it still stands\"\n countries IE\n";
    let home = "rule home\n when data includes illness\n and it leaves trusted\n then ask approval of officer\n\
                rule ill\n when data includes illness\n then allow\n";
    let confirmed = "confirmation read\n of group trusted country US\n by counsel on 2026-06-01\n until 2026-12-31\n";
    let tests = [
        test("a permit", "people\n and to shop\n on 2026-05-31", "block"),
        test("an obligation", "illness\n and to shop\n on 2026-05-31", "ask"),
        test("confirmed", "people\n and to shop\n on 2026-06-01", "allow"),
        test("no longer", "people\n and to shop\n on 2027-01-01", "block"),
        test("obliges no more", "illness\n and to shop\n on 2026-06-01", "allow"),
    ];
    all_pass(&world(&format!("{}{home}{confirmed}", trusted(group, &tests.concat()))));
}

#[test]
fn a_marked_rule_restricts_and_permits_only_once_it_is_confirmed() {
    let rules = "rule people\n when data includes people\n then allow\n and alert soc low\n verify \"Art. 6\"\n\
                 confirmation read\n of rule people\n by counsel on 2026-06-01\n";
    let tests = [
        test("before", "people\n and to home\n on 2026-05-31", "block\n and alert soc"),
        test("after", "people\n and to home\n on 2026-06-01", "allow\n and alert soc"),
    ];
    all_pass(&world(&format!("{rules}{}", tests.concat())));
}

#[test]
fn a_territory_follows_its_country_unless_a_group_says_otherwise() {
    let places = |without: &str| {
        format!(
            "territory RE of FR\nterritory NC of FR\ngroup trusted\n countries IE\n includes near\n{without}"
        )
    };
    let evidence =
        |code: &str| format!("people\n and to home\n and evidence says {code}\n on 2026-11-21");
    let rule = "rule stays\n when data includes people\n and it stays in trusted\n then allow\n";
    let tests =
        test("follows", &evidence("RE"), "allow") + &test("excluded", &evidence("NC"), "block");
    all_pass(&world(&format!("{}{rule}{tests}", places(" without NC\n"))));
    let tests = test("follows too", &evidence("NC"), "allow");
    all_pass(&world(&format!("{}{rule}{tests}", places(""))));
}

#[test]
fn evidence_for_the_country_agrees_with_a_zone_in_it() {
    let zone = |within: &str| {
        super::WORLD
            .replace("processed in CH\n  stored in CH", "processed in free\n  stored in free")
            + &format!("\nzone free{within}\ngroup trusted\n zones free\n countries CH\n")
    };
    let rule = "rule stays\n when data includes people\n and it is stored in trusted\n then allow\n\
                rule leaves\n when it is processed outside trusted\n then block\n";
    let given = "people\n and to friend\n and evidence says AE\n on 2026-11-21";
    let inside = test("in the country", given, "allow");
    all_pass(&super::book(&format!("{}{rule}{inside}", zone(" within AE"))));
    let outside = test("elsewhere", given, "block");
    all_pass(&super::book(&format!("{}{rule}{outside}", zone(""))));
}

#[test]
fn somebody_of_a_country_may_live_in_its_zone() {
    let rules = "zone quebec within CA\n\
                 rule strict\n when it is about residents of quebec\n then block\n\
                 rule people\n when data includes people\n then allow\n";
    let tests = [
        test("of the country", "people\n and about CA\n and to home\n on 2026-11-21", "block"),
        test("of another", "people\n and about US\n and to home\n on 2026-11-21", "allow"),
    ];
    all_pass(&world(&format!("{rules}{}", tests.concat())));
    let rules = "zone quebec within CA\n\
                 rule people\n when data includes people\n and it is about residents of quebec\n then allow\n";
    let tests = test("not surely", "people\n and about CA\n and to home\n on 2026-11-21", "block");
    all_pass(&world(&format!("{rules}{tests}")));
}

#[test]
fn what_taking_out_does_not_free_is_not_sent() {
    let world = super::WORLD.replace("detect health", "detect health\n  redaction suffices no");
    let rules = "rule people\n when data includes people, illness\n then redact people, illness as token\n\
                 invariant ill\n when data includes illness\n then it must never be sent\n";
    let tests = [
        test("people", "people\n and to home\n on 2026-11-21", "redact people"),
        test("illness", "illness\n and to home\n on 2026-11-21", "block"),
    ];
    let book = super::book(&format!("{world}\n{rules}{}", tests.concat()));
    all_pass(&book);
}

/// Required files beside those of the agency: a group, and what must hold of it.
const NATIONAL: &str = "group union\n countries DE, FR\ngroup far\n countries US\n \
    country CA verify \"the decision\"\nclass secret\n detect card\nclass illness\n detect health\nrule national\n when data includes secret\n then block\n\
    invariant stays\n when data includes illness\n and it leaves union\n then it must never be sent\n\
    invariant never\n when it is processed in far\n then it must never be sent\n";

/// Compiles a file of the agency's beside [`NATIONAL`].
fn beside(text: &str) -> Result<crate::Rulebook, crate::Diagnostics> {
    // What a required file says of illness it says of its own class.
    let text =
        text.replace("class illness\n  kind special-category of people\n  detect health\n", "");
    let sources = [super::source("required/n.policy", NATIONAL), super::source("a.policy", &text)];
    let detectors = super::detectors(&super::DETECTORS);
    crate::Rulebook::compile(&sources, &crate::Catalogue { detectors: &detectors })
}

/// The tests of an agency's file must pass beside what is required.
fn holds_beside(text: &str) {
    all_pass(&beside(text).unwrap_or_else(|found| panic!("{found}")));
}

/// The only test of an agency's file must fail beside what is required, because an invariant stopped what its rules let pass.
fn is_stopped_beside(text: &str) {
    let book = beside(text).unwrap_or_else(|found| panic!("{found}"));
    for test in crate::run_tests(&book) {
        let stopped = |failure: &String| failure.ends_with("only its assertion stopped it");
        assert!(test.failures.len() == 1 && test.failures.iter().all(stopped), "{test}");
    }
}

#[test]
fn a_territory_or_zone_of_the_agency_takes_nothing_out_of_a_required_group_or_into_it() {
    let rule = "rule people\n when data includes people, illness\n then allow\n";
    let lies_in = |place: &str, blocks: &str, data: &str, then: &str| {
        let given = format!("{data}\n and to home\n on 2026-11-21");
        super::WORLD.replace("processed in DE", &format!("processed in {place}"))
            + &format!("{blocks}{rule}{}", test("there", &given, then))
    };
    holds_beside(&lies_in("FR", "", "illness", "allow"));
    is_stopped_beside(&lies_in("RE", "territory RE of FR\n", "illness", "block"));
    holds_beside(&lies_in("JP", "", "people", "allow"));
    holds_beside(&lies_in("port", "zone port within JP\n", "people", "allow"));
    for (place, blocks) in [
        ("US", ""),
        ("PR", "territory PR of US\n"),
        ("port", "zone port\n"),
        ("port", "zone port within US\n"),
        ("port", "territory PR of US\nzone port within PR\n"),
    ] {
        is_stopped_beside(&lies_in(place, blocks, "people", "block"));
    }
}

#[test]
fn required_files_stand_on_names_of_their_own() {
    let required = super::source(
        "required/n.policy",
        "invariant stays\n when data includes illness\n then it must never be sent\n",
    );
    let sources = [required, super::source("a.policy", super::WORLD)];
    let detectors = super::detectors(&super::DETECTORS);
    let found = crate::Rulebook::compile(&sources, &crate::Catalogue { detectors: &detectors })
        .unwrap_err();
    let told: Vec<_> = found.iter().map(|d| (d.code, d.file.as_str(), d.line)).collect();
    assert_eq!(told, [("P071", "required/n.policy", 2)], "{found}");
}

#[test]
fn nothing_beside_required_files_excepts_confirms_or_widens_what_they_say() {
    for change in [
        "exception e\n to rule national\n when data includes people\n because \"x\"\n owner me\n granted 2026-01-01 by me\n until 2026-12-31\n",
        "confirmation c\n of group far country CA\n by counsel on 2026-06-01\n",
        "class own\n detect device\n kind identifier of secret\n",
    ] {
        let found = beside(&format!("{}{change}", super::WORLD)).unwrap_err();
        let codes: Vec<_> = found.iter().map(|d| d.code).collect();
        assert_eq!(codes, ["P071"], "{found}");
        assert!(found.iter().all(|d| d.file == "a.policy" && d.help.is_some()), "{found}");
    }
}
