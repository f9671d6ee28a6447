//! Who may sign changes only with the signatures of those who may now.

use serde_json::{Value, json};

use super::support::*;
use crate::{Refused, Root, Signed, State, rotate};

/// The verdict over a new root, signed by these, on a gateway with [`root_json`].
fn rotated(next: &Value, signers: &[&str]) -> Result<(Root, State), Vec<Refused>> {
    let installed = root(&root_json());
    let state = State::new(&installed, noon());
    let bytes = next.to_string().into_bytes();
    let signatures: Vec<Vec<u8>> = signers.iter().map(|name| signature(name, &bytes)).collect();
    rotate(&installed, &Signed { bytes: &bytes, signatures: &slices(&signatures) }, &state)
}

/// Version 2, in which vera took the place of olga.
fn next() -> Value {
    let mut json = root_json();
    json["version"] = 2.into();
    json["keys"].as_object_mut().unwrap().remove("olga");
    json["keys"]["vera"] = public("vera").into();
    json["roles"]["root"]["keys"] = json!(["vera", "paul", "rita"]);
    json
}

#[test]
fn the_next_root_is_signed_by_old_and_new_keys() {
    let (root, state) = rotated(&next(), &["olga", "paul", "vera"]).unwrap();
    assert_eq!((root.version(), state.root), (2, root.mark()));
    assert_ne!(state.root, State::new(&super::support::root(&root_json()), noon()).root);
}

#[test]
fn with_too_few_old_keys_it_is_not_even_parsed() {
    check(rotated(&next(), &[]), &["too-few-signers"]);
    check(rotated(&next(), &["olga", "vera"]), &["too-few-signers"]);
    check(rotated(&next(), &["vera", "paul", "anna", "dora"]), &["too-few-signers"]);
    check(rotated(&json!("no root"), &["olga"]), &["too-few-signers"]);
    check(rotated(&json!("no root"), &["olga", "paul"]), &["root"]);
}

#[test]
fn a_root_whose_keys_nobody_has_is_refused() {
    check(rotated(&next(), &["olga", "paul"]), &["too-few-signers"]);
}

#[test]
fn versions_of_the_root_come_one_after_the_other() {
    for version in [1, 3] {
        let mut json = next();
        json["version"] = version.into();
        check(rotated(&json, &["olga", "paul", "vera"]), &["root-version"]);
    }
}

#[test]
fn the_root_of_another_agency_is_no_new_version() {
    let mut json = next();
    json["name"] = "hospital".into();
    json["audience"] = "xm.health".into();
    check(rotated(&json, &["olga", "paul", "vera"]), &["name", "audience"]);
}

#[test]
fn an_agency_cannot_rid_itself_of_the_key_of_the_invariants() {
    let own = ["olga", "paul", "vera"];
    let mut without = next();
    without["roles"].as_object_mut().unwrap().remove("invariants");
    without["keys"].as_object_mut().unwrap().retain(|name, _| name != "ida" && name != "jon");
    let mut swapped = next();
    swapped["keys"]["ida"] = public("agency").into();
    let mut fewer = next();
    fewer["roles"]["invariants"]["keys"] = json!(["ida"]);
    fewer["keys"].as_object_mut().unwrap().remove("jon");
    for json in [without, swapped, fewer] {
        check(rotated(&json, &own), &["too-few-signers"]);
        assert!(rotated(&json, &["olga", "paul", "vera", "jon"]).is_ok());
    }
    // A new name for the same key changes nothing.
    let mut renamed = next();
    renamed["keys"]["iris"] = public("ida").into();
    renamed["keys"].as_object_mut().unwrap().remove("ida");
    renamed["roles"]["invariants"]["keys"] = json!(["iris", "jon"]);
    assert!(rotated(&renamed, &own).is_ok());
}

#[test]
fn only_the_root_that_the_state_knows_is_used() {
    let mut delivery = Delivery::good();
    let mut other = plain_root();
    other["in_two_roles"] = json!([]);
    other["roles"]["authors"]["keys"] = json!(["anna", "ben"]);
    other["keys"].as_object_mut().unwrap().remove("cleo");
    delivery.root = root(&other);
    delivery.check(&["root-differs"]);
    other["version"] = 2.into();
    delivery.root = root(&other);
    delivery.check(&["root-differs"]);
    check(delivery.open(), &["root-differs", "not-installed"]);
}

#[test]
fn after_a_rotation_old_keys_count_no_more() {
    let mut delivery = Delivery::good();
    let mut json = plain_root();
    json["version"] = 2.into();
    json["roles"]["authors"]["keys"] = json!(["ben", "cleo"]);
    json["keys"].as_object_mut().unwrap().remove("anna");
    let bytes = json.to_string().into_bytes();
    let signatures = [signature("olga", &bytes), signature("rita", &bytes)];
    let signed = Signed { bytes: &bytes, signatures: &slices(&signatures) };
    (delivery.root, delivery.state) = rotate(&delivery.root, &signed, &delivery.state).unwrap();
    delivery.check(&["too-few-signers"]);
    delivery.sign(&["ben", "dora"]);
    assert!(delivery.install().is_ok());
}

#[test]
fn a_root_is_consistent_and_every_problem_has_its_path() {
    let mut json = root_json();
    json["version"] = 0.into();
    json["colour"] = "red".into();
    json["keys"]["zoe"] = public("zoe").into();
    json["keys"]["zara"] = public("anna").into();
    json["roles"]["Bad Role"] = json!({ "threshold": 1, "keys": [] });
    json["roles"]["dpo"]["threshold"] = "1".into();
    let told = |json: &Value| -> Vec<String> {
        let problems = Root::read(json.to_string().as_bytes()).unwrap_err();
        problems.iter().map(|p| p.to_string().split(':').next().unwrap().to_owned()).collect()
    };
    assert_eq!(
        told(&json),
        [
            "root.json $.version",
            "root.json $.roles.dpo.threshold",
            "root.json $.roles.?",
            "root.json $.colour"
        ]
    );
    let mut json = root_json();
    json["keys"]["zara"] = public("anna").into();
    json["roles"]["authors"] = json!({ "threshold": 4, "keys": ["anna", "anna", "nobody"] });
    json["roles"]["dpo"]["keys"] = json!(["dora", "emil", "olga"]);
    json["in_two_roles"] = json!(["anna", "olga"]);
    assert_eq!(
        told(&json),
        [
            "root.json $.roles.authors.keys[1]",
            "root.json $.roles.authors.keys[2]",
            "root.json $.roles.authors.threshold",
            "root.json $.keys.ben",
            "root.json $.keys.cleo",
            "root.json $.keys.olga",
            "root.json $.keys.zara",
            "root.json $.keys.zara",
            "root.json $.in_two_roles[0]",
        ]
    );
    for gone in ["root", "authors"] {
        let mut json = plain_root();
        json["roles"] =
            json!({ "dpo": { "threshold": 1, "keys": ["dora"] }, gone: json["roles"][gone] });
        assert!(told(&json).len() > 1);
        json["roles"].as_object_mut().unwrap().remove("dpo");
        assert!(told(&json).iter().any(|p| p.starts_with("root.json $.roles")));
    }
}

#[test]
fn one_id_is_one_key() {
    let mut json = plain_root();
    let twin = crate::SigningKey::from_seed(key("anna").public().id(), &[3; 32]);
    json["keys"]["ben"] = twin.public().to_string().into();
    check(Root::read(json.to_string().as_bytes()), &["root"]);
}
