//! The JSON twin: both ways without loss, and mistakes told by their path.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::format::sense;
use super::generate::{Dice, policy};
use super::golden::errors;
use super::{WORLD, book, source};
use crate::syntax::{BLOCKS, TEST};
use crate::{Source, default_policy, export, grammar, import, schema};

/// Exports and imports, and holds each step against the other.
pub(super) fn there_and_back(sources: &[Source]) -> Vec<Source> {
    let numbered = |(number, source): (usize, &Source)| {
        super::source(&format!("{number}.policy"), &source.text)
    };
    let sources: Vec<Source> = sources.iter().enumerate().map(numbered).collect();
    let twin = export(&sources).unwrap_or_else(|problems| panic!("{problems}"));
    let written = import(&twin.to_string()).unwrap_or_else(|problems| panic!("{problems:?}"));
    let again = export(&written).unwrap_or_else(|problems| panic!("{problems}"));
    assert_eq!(again, twin);
    written
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn the_twin_says_the_same(seed in any::<u64>(), rules in 1usize..12) {
        let text = policy(&mut Dice::new(seed), rules);
        let back = there_and_back(&[source("x.policy", &text)]);
        prop_assert_eq!(sense(&book(&text)), sense(&book(&back[0].text)), "{}", text);
    }

    #[test]
    fn a_damaged_twin_is_refused_or_means_what_it_says(seed in any::<u64>(), damages in 1usize..4) {
        let mut dice = Dice::new(seed);
        let text = policy(&mut dice, 3);
        let mut twin = export(&[source("x.policy", &text)]).unwrap();
        for _ in 0..damages {
            damage(&mut dice, &mut twin);
        }
        match import(&twin.to_string()) {
            Ok(sources) => prop_assert_eq!(export(&sources).unwrap(), twin),
            Err(problems) => prop_assert!(problems.iter().all(|p| p.path.starts_with('$') && !p.message.is_empty())),
        }
    }
}

/// Puts something else in the place of one value.
fn damage(dice: &mut Dice, value: &mut Value) {
    let inside = match value {
        Value::Array(items) => items.len(),
        Value::Object(fields) => fields.len(),
        _ => 0,
    };
    if inside == 0 || dice.below(12) == 0 {
        let other = [
            json!("from"),
            json!("a b"),
            json!("x,"),
            json!(true),
            json!(7),
            json!([]),
            json!({}),
            json!("unknown"),
            json!("\""),
        ];
        *value = other[dice.below(other.len())].clone();
        return;
    }
    let at = dice.below(inside);
    match value {
        Value::Array(items) => damage(dice, &mut items[at]),
        Value::Object(fields) => damage(dice, fields.values_mut().nth(at).unwrap()),
        _ => {}
    }
}

#[test]
fn what_is_shipped_has_a_twin() {
    let shipped = default_policy();
    let back = there_and_back(&shipped);
    let names = super::detectors(&super::DETECTORS);
    let catalogue = crate::Catalogue { detectors: &names };
    let compiled =
        |sources: &[Source]| sense(&crate::Rulebook::compile(sources, &catalogue).unwrap());
    assert_eq!(compiled(&back), compiled(&shipped));
    there_and_back(&[source("world.policy", WORLD)]);
}

#[test]
fn a_rule_looks_like_this() {
    let rule = "rule r \"One\"\n when data includes possible people, key\n and it goes to tier market\n and it is sent between 22:00 and 06:00\n and it is larger than 100 KB\n then redact people, key as token\n and alert soc\n law GDPR Art. 9, Art. 44\n law A \"b\" c\n from 2026-01-01 until 2026-12-31\n review 2027-01-01 by \"the DPO\"\n";
    let expect = json!({
        "rule": "r",
        "sentence": "One",
        "when": [
            { "data_includes_possible": ["people", "key"] },
            { "it_goes_to_tier": ["market"] },
            { "it_is_sent_between": "22:00", "and": "06:00" },
            { "it_is_larger_than": "100 KB" },
        ],
        "then": [{ "redact": ["people", "key"], "as": "token" }, { "alert_soc": true }],
        "law": ["GDPR Art. 9, Art. 44", "A \"b\" c"],
        "from": { "day": "2026-01-01", "until": "2026-12-31" },
        "review": { "day": "2027-01-01", "by": "the DPO" },
    });
    let twin = export(&[source("x.policy", rule)]).unwrap();
    assert_eq!(twin["files"][0]["blocks"][0], expect);
    there_and_back(&[source("x.policy", rule)]);
}

#[test]
fn the_forms_that_the_shipped_policy_lacks_have_a_twin_too() {
    let blocks = "group g\n countries DE, FR from 2026-01-01\n countries AT\n countries BE, CZ\n country US from 2026-01-01 where the destination has dpf except health, key \"a decision\" verify \"whether\"\n without RE, GP\n
zone z within DE \"A zone\"\n\nterritory RE of FR\n\nconfirmation c\n of group g country US\n by counsel@x.example on 2026-11-21\n until 2027-01-01\n\nconfirmation d\n of rule r\n by \"the counsel\" on 2026-11-21\n
agency a\n clients key one, spiffe://x/*, network lan\n sector health\n\nclass c\n redaction suffices no\n\ndestination d\n operator \"A, B\" C answers to US\n operator Open AI, answers to US, DE\n
test \"t\"\n given data health, possible key, people\n and it is about residents of DE, unknown\n and it comes from department x\n and the evidence says US\n and it is an answer\n and an answer\n and the place is unknown\n and it has 3 KB\n on 2026-11-21\n expect redact health as mask by r\n and alert soc low\n";
    let blocks = blocks.replace(" operator \"A, B\" C answers to US\n", "");
    let written = there_and_back(&[source("x.policy", &blocks)]);
    let twin = export(&written).unwrap();
    let group = &twin["files"][0]["blocks"][0];
    assert_eq!(
        group["countries"],
        json!([{ "country": ["DE", "FR"], "from": "2026-01-01" }, "AT", "BE", "CZ"])
    );
    assert_eq!(group["country"][0]["where_the_destination_has"], json!(["dpf"]));
    assert_eq!(group["country"][0]["verify"], "whether");
    let test = &twin["files"][0]["blocks"][8];
    assert_eq!(
        test["given"][0]["data"],
        json!(["health", { "possible": "key" }, { "possible": "people" }])
    );
}

fn check(document: &Value, expect: &[(&str, &str)]) {
    check_text(&document.to_string(), expect);
}

fn check_text(text: &str, expect: &[(&str, &str)]) {
    let found = import(text).unwrap_err();
    let told: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert_eq!(found.len(), expect.len(), "{told:#?}");
    for (path, words) in expect {
        let hit =
            found.iter().any(|problem| problem.path == *path && problem.message.contains(words));
        assert!(hit, "{path}: {words}\nin {told:#?}");
    }
}

fn rule(when: Value, then: Value) -> Value {
    json!({ "version": 1, "files": [{ "path": "a.policy", "blocks": [{ "rule": "r", "when": [when], "then": [then] }] }] })
}

#[test]
fn mistakes_are_told_by_their_path() {
    let (when, then) = ("$.files[0].blocks[0].when[0]", "$.files[0].blocks[0].then[0]");
    let fine = json!({ "block": true });
    check(
        &rule(json!({ "it_leavs": ["EU"] }), fine.clone()),
        &[(when, "did you mean `it_leaves`?")],
    );
    check(
        &rule(json!({ "it_leaves": "EU" }), fine.clone()),
        &[(
            "$.files[0].blocks[0].when[0].it_leaves",
            "expected a list; each item one word, a group",
        )],
    );
    check(
        &rule(json!({ "it_leaves": [] }), fine.clone()),
        &[("$.files[0].blocks[0].when[0].it_leaves", "name at least one")],
    );
    check(
        &rule(json!({ "it_leaves": ["E U"] }), fine.clone()),
        &[("$.files[0].blocks[0].when[0].it_leaves[0]", "one word")],
    );
    check(
        &rule(json!({ "the_place_is": ["provn"] }), fine.clone()),
        &[("$.files[0].blocks[0].when[0].the_place_is[0]", "did you mean `proven`?")],
    );
    check(
        &rule(json!({ "data_includes_nothing": false }), json!({ "redact": ["a"] })),
        &[
            ("$.files[0].blocks[0].when[0].data_includes_nothing", "expected true"),
            (then, "lacks the key `as`"),
        ],
    );
    check(
        &rule(
            json!({ "data_includes": ["a"] }),
            json!({ "redact": ["a"], "as": "token", "at": 1 }),
        ),
        &[("$.files[0].blocks[0].then[0].at", "did you mean `as`?")],
    );
    check(
        &json!({ "version": 2, "files": [{ "path": "../a.policy", "blocks": [{ "rul": "r" }, { "class": "a b", "lawe": ["x"] }] }] }),
        &[
            ("$.version", "expected 1"),
            ("$.files[0].path", "inside of one folder"),
            ("$.files[0].blocks[0]", "did you mean `rule`?"),
            ("$.files[0].blocks[1].class", "one word"),
            ("$.files[0].blocks[1].lawe", "did you mean `law`?"),
        ],
    );
    check_text(
        "{\"version\": 1, \"version\": 1, \"files\": []}",
        &[("$.version", "stands here twice")],
    );
    check_text("{", &[("$", "line 1 column 1")]);
    // `until` would end the list and begin a term.
    let group = json!({ "version": 1, "files": [{ "path": "a.policy", "blocks": [{ "group": "g", "country": [{ "country": "DE", "until": "until" }] }] }] });
    assert!(import(&group.to_string()).is_ok());
    let operator = json!({ "version": 1, "files": [{ "path": "a.policy", "blocks": [{ "test": "t", "given": [{ "data": ["nothing"] }] }] }] });
    check(&operator, &[("$.files[0].blocks[0]", "a word of the language")]);
}

/// What the resolver knows the grammar must know, and the other way round.
#[test]
fn the_grammar_has_the_lines_that_the_resolver_reads() {
    let mut different = Vec::new();
    for kind in grammar::kinds() {
        let name = if kind.word == "test" { "\"zz\"" } else { "zz" };
        let found = errors(&format!("{} {name}\n  zzzzzzzzzzzz\n", kind.word));
        let help = found.iter().find(|problem| problem.code == "P003").and_then(|p| p.help.clone());
        let help = help.unwrap_or_else(|| panic!("{}: {found:?}", kind.word));
        let keys = help.split(": ").nth(1).unwrap().split(", ");
        let mut read: Vec<&str> = keys.filter(|key| *key != "and").collect();
        let mut known: Vec<&str> = kind.lines.iter().map(|line| line.key).collect();
        read.sort_unstable();
        known.sort_unstable();
        if known != read {
            different.push(format!("{}: grammar.rs {known:?}, resolver {read:?}", kind.word));
        }
    }
    assert!(different.is_empty(), "{different:#?}");
    let kinds: Vec<&str> = grammar::kinds().iter().map(|kind| kind.word).collect();
    assert!(BLOCKS.iter().chain(&[TEST]).all(|word| kinds.contains(word)), "{kinds:?}");
}

#[test]
fn the_schema_names_every_condition() {
    let schema = schema();
    let conditions = schema["$defs"]["condition"]["anyOf"].as_array().unwrap();
    let keys: Vec<String> = conditions
        .iter()
        .flat_map(|form| form["properties"].as_object().unwrap().keys().cloned())
        .collect();
    for wanted in [
        "data_includes_nothing",
        "it_goes_to_pool",
        "the_operator_answers_only_to",
        "it_is_a_request_an_answer",
        "it_comes_from_anonymous",
    ] {
        assert!(keys.iter().any(|key| key == wanted), "{wanted} in {keys:?}");
    }
}
