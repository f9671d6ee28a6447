//! A header has its fields and no others, each once, and all that is wrong is told at once.

use serde_json::{Value, json};

use super::support::*;
use crate::{File, Header, PROOF, file_name, pack, signature_name};

/// What is told of a header, as paths and words.
fn told(text: &str) -> Vec<String> {
    let problems = Header::read(text.as_bytes()).err().unwrap_or_default();
    problems.iter().map(|p| p.to_string().replace("header.json ", "")).collect()
}

fn good() -> Value {
    serde_json::from_slice(&header(&files()).to_json()).unwrap()
}

#[test]
fn what_is_written_is_read() {
    let header = header(&files());
    assert_eq!(Header::read(&header.to_json()), Ok(header.clone()));
    let next = Header { version: 2, previous: Some(header.proof), ..header };
    assert_eq!(Header::read(&next.to_json()), Ok(next));
}

#[test]
fn every_problem_is_told_with_its_path() {
    let text = json!({
        "name": "Ministry", "audience": "xm..interior", "version": 1.5, "previous": "x", "created": "today",
        "not_before": 5, "expires": null, "min_gateway": "1.0", "required_invariants": "ABC", "colour": "red", "a b": 1,
    });
    let number = "expected a whole number from 1 to 9007199254740991";
    let digits = "expected 64 hexadecimal digits";
    let time = "expected a time such as 2026-11-22T10:00:00Z";
    assert_eq!(
        told(&text.to_string()),
        [
            "$.name: expected a name of small letters, digits and hyphens".to_owned(),
            "$.audience: expected the id of an agency".to_owned(),
            format!("$.version: {number}"),
            format!("$.previous: {digits}, or null"),
            format!("$.created: {time}"),
            format!("$.not_before: {time}"),
            format!("$.expires: {time}"),
            "$.min_gateway: expected three numbers such as 1.4.0".to_owned(),
            format!("$.required_invariants: {digits}"),
            "$.proof: is missing".to_owned(),
            "$.colour: is not known".to_owned(),
            "$.?: is not known".to_owned(),
        ]
    );
}

#[test]
fn an_unknown_field_is_refused_in_a_signed_bundle() {
    let mut json = good();
    json["comment"] = "hello".into();
    let text = json.to_string();
    assert_eq!(told(&text), ["$.comment: is not known"]);
}

#[test]
fn a_key_that_stands_twice_has_two_readings() {
    let text = good().to_string().replacen('{', "{\"version\":1,", 1);
    assert_eq!(told(&text), ["$.version: the key stands here twice"]);
    let text = good().to_string().replacen('{', "{\"vers\\u0069on\":1,", 1);
    assert_eq!(told(&text), ["$.version: the key stands here twice"]);
}

#[test]
fn what_is_no_json_is_told_with_its_place() {
    let text = good().to_string();
    for text in
        ["", "{", "nonsense", &format!("{text} {{}}"), &text.replace(':', "="), &"[".repeat(10_000)]
    {
        let told = told(text);
        assert!(told[0].starts_with("$: is not JSON from line 1, column"), "{told:?}");
    }
    assert_eq!(told("[]"), ["$: expected an object"]);
    assert_eq!(told(&format!("{}{text}", " ".repeat(70_000))).len(), 1);
    check(Header::read(b"{\"name\": \"\xff\"}"), &["header"]);
}

#[test]
fn numbers_are_those_that_everybody_reads_alike() {
    for (number, taken) in [
        ("1", true),
        ("9007199254740991", true),
        ("9007199254740992", false),
        ("0", false),
        ("-1", false),
        ("1.0", false),
        ("1e0", false),
        ("\"1\"", false),
    ] {
        let text =
            good().to_string().replacen("\"version\":1", &format!("\"version\":{number}"), 1);
        let wrong = told(&text).iter().any(|p| p.starts_with("$.version"));
        assert_eq!(!wrong, taken, "{number}");
    }
}

#[test]
fn what_fields_say_of_each_other_holds() {
    let with = |change: fn(&mut Header)| {
        let mut header = header(&files());
        change(&mut header);
        told(&String::from_utf8(header.to_json()).unwrap())
    };
    assert_eq!(with(|h| h.previous = Some(h.proof)).len(), 1);
    assert_eq!(
        with(|h| h.version = 2),
        ["$.previous: expected null for version 1, and a digest for every other"]
    );
    assert_eq!(
        with(|h| h.created = h.not_before.plus(1)),
        ["$.not_before: is before it was created"]
    );
    assert_eq!(with(|h| h.expires = h.not_before), ["$.expires: is not after not_before"]);
    assert_eq!(with(|h| h.expires = h.not_before.plus(days(366))).len(), 0);
    assert_eq!(
        with(|h| h.expires = h.not_before.plus(days(366) + 1)),
        ["$.expires: is more than 366 days after not_before"]
    );
}

#[test]
fn a_header_belongs_to_its_files() {
    let mut other = files();
    other[3] = File::new(PROOF, "{\"proved\": true}");
    check(pack(&header(&files()), &other), &["proof-differs"]);
    other[1].bytes.clear();
    check(pack(&header(&files()), &other), &["proof-differs", "required-differs"]);
    check(pack(&header(&files()), &[]), &["no-proof"]);
}

#[test]
fn problems_end_somewhere() {
    let many: String = (0..3000).map(|n| format!("\"k{n}\":0,\"k{n}\":0,")).collect();
    assert_eq!(told(&format!("{{{many}\"z\":0}}")).len(), 100);
}

#[test]
fn files_are_named_after_policy_version_and_signer() {
    let file = file_name("ministry", 43);
    assert_eq!(file, "ministry-000043.policy-bundle");
    assert_eq!(signature_name(&file, "anna"), "ministry-000043.policy-bundle.anna.minisig");
    assert_eq!(file_name("ministry", 12_345_678), "ministry-12345678.policy-bundle");
}
