//! What binds a destination to a place, one bond at a time: law, seat, owners, processing, storage, keys.

use super::meaning::check;

/// `data key` to a destination, with what is expected.
fn case(name: &str, to: &str, expect: &str) -> String {
    format!(
        "test \"{name}\"\n  given data key\n  and to {to}\n  on 2026-11-21\n  expect {expect}\n"
    )
}

#[test]
fn a_licence_asks_for_every_known_place_of_its_bond() {
    check(&format!(
        "rule at-home\n when data includes key\n and it is processed in DE\n then allow\n{}{}{}",
        case("processed there", "home", "allow by at-home"),
        case("processed elsewhere", "shop", "block"),
        case("nobody knows where", "cloud", "block"),
    ));
    check(&format!(
        "rule stored\n when data includes key\n and it is stored in near\n then allow\n{}{}",
        case("stored there", "friend", "allow by stored"),
        case("storage is not declared", "home", "block"),
    ));
    check(&format!(
        "rule ours\n when data includes key\n and the operator is owned only from US\n then allow\n{}{}{}",
        case("one owner", "shop", "allow by ours"),
        case("other owners", "friend", "block"),
        case("owners are not declared", "home", "block"),
    ));
}

#[test]
fn a_restriction_holds_where_nothing_is_declared() {
    let free = "rule free\n when data includes key\n then allow\n";
    check(&format!(
        "{free}rule owned\n when data includes key\n and the operator is owned from JP\n then block\n{}{}{}",
        case("one of its owners", "friend", "block by owned"),
        case("owned from elsewhere", "shop", "allow by free"),
        case("not declared", "home", "block by owned"),
    ));
    check(&format!(
        "{free}rule keys\n when data includes key\n and the keys are held outside IE\n then block\n{}{}",
        case("held inside", "shop", "allow by free"),
        case("not declared", "home", "block by keys"),
    ));
    check(&format!(
        "{free}rule law\n when data includes key\n and the operator answers to US\n then block\n{}{}",
        case("it does", "shop", "block by law"),
        case("it does not", "friend", "allow by free"),
    ));
    check(&format!(
        "{free}rule seat\n when data includes key\n and the operator sits outside near\n then block\n{}{}",
        case("inside", "friend", "allow by free"),
        case("not declared", "shop", "block by seat"),
    ));
}

#[test]
fn the_evidence_says_where_it_is_processed_and_nothing_else() {
    check(
        "rule at-home\n when data includes key\n and it is processed in DE\n then allow
rule stored\n when data includes people\n and it is stored in CH\n then allow
test \"the evidence says elsewhere\"
  given data key
  and to home
  and evidence says FR
  on 2026-11-21
  expect block
test \"storage is not what the address shows\"
  given data people
  and to friend
  and evidence says FR
  on 2026-11-21
  expect allow by stored
test \"the place is not known\"
  given data key
  and to home
  and place unknown
  on 2026-11-21
  expect block",
    );
}

#[test]
fn what_the_agency_runs_in_a_zone_sits_there_and_is_owned_from_there() {
    let rules = "zone house\ndestination own\n url https://own.example/v1\n zone house\n tier must-control\n\
                 destination let-out\n url https://let.example/v1\n zone house\n operator Firm answers to US\n tier must-control\n\
                 rule sat\n when data includes people\n and the operator sits in house\n and the operator is owned only from house\n then allow\n\
                 test \"own\"\n given data people\n and to own\n on 2026-11-21\n expect allow\n\
                 test \"run by a firm\"\n given data people\n and to let-out\n on 2026-11-21\n expect block\n";
    super::all_pass(&super::world(rules));
}
