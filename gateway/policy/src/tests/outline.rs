//! What an editor is told: declarations, mentions, members, and what may stand at a caret.

use super::{DETECTORS, WORLD, detectors, source};
use crate::{Catalogue, Day, Expected, Membership, Outline, Source, expected};

fn outline(text: &str) -> Outline {
    let detectors = detectors(&DETECTORS);
    Outline::of(&[source("x.policy", text)], &Catalogue { detectors: &detectors })
}

/// What may stand at `|`, in words; names as `<kind>`.
fn at_caret(text: &str) -> Vec<String> {
    let place = text.find('|').unwrap();
    let detectors = detectors(&DETECTORS);
    let sources: Vec<Source> = vec![source("x.policy", &text.replacen('|', "", 1))];
    let found = expected(&sources, &Catalogue { detectors: &detectors }, 0, place);
    let word = |what: Expected| match what {
        Expected::Words { words, rest: "" } => words,
        Expected::Words { words, rest } => format!("{words} + {rest}"),
        Expected::Name(kind) => format!("<{kind}>"),
        Expected::Day => "<day>".to_owned(),
    };
    let mut words: Vec<String> = found.into_iter().map(word).collect();
    words.sort();
    words
}

/// Everything in `wanted` may stand at `|`; nothing in `unwanted` may.
fn check(text: &str, wanted: &[&str], unwanted: &[&str]) {
    let found = at_caret(&format!("{WORLD}{text}"));
    for word in wanted {
        assert!(found.iter().any(|known| known == word), "{word} in {found:?} for {text}");
    }
    for word in unwanted {
        assert!(!found.iter().any(|known| known == word), "{word} in {found:?} for {text}");
    }
}

#[test]
fn the_compiler_says_what_may_stand_at_a_caret() {
    let rule = "rule r\n when data includes people\n";
    check("rule r\n wh|", &["when", "then", "law", "until"], &["expect", "detect", "to"]);
    check(&format!("{rule} |"), &["and", "then", "when"], &[]);
    check(&format!("{rule} then block\n owner me\n |\n"), &["law", "and"], &["owner", "then"]);
    check(
        "rule r\n when |",
        &["data includes + [possible|likely|confirmed] CLASS, … | nothing"],
        &[],
    );
    check(
        "rule r\n when it |\n then block",
        &["leaves + GROUP, …", "stays in + GROUP, …"],
        &["<class>"],
    );
    check("rule r\n when data includes |", &["<class>", "nothing", "confirmed"], &["<group>"]);
    check("rule r\n when data includes people, peo|\n then block", &["<class>"], &["nothing"]);
    check(&format!("{rule} and it leaves |"), &["<group>", "<zone>", "<country>"], &["<class>"]);
    check(&format!("{rule} and it goes to |"), &["tier", "pool", "<destination>"], &["<class>"]);
    check(&format!("{rule} and it goes to pool |"), &["<pool>"], &["<destination>"]);
    check(&format!("{rule} and it comes from |"), &["agency", "anonymous"], &[]);
    check(&format!("{rule} then |"), &["allow", "redact", "alert"], &["<class>"]);
    check(&format!("{rule} then redact |"), &["<class>"], &["as"]);
    check(&format!("{rule} then redact people |"), &["as"], &[]);
    check(&format!("{rule} then reroute to |"), &["<pool>"], &[]);
    check(&format!("{rule} then block\n until |"), &["<day>"], &[]);
    check("class c\n detect |", &["<detector>"], &["<class>"]);
    check("group g\n countries DE, |", &["<country>", "<zone>"], &["<group>"]);
    check("group g\n includes |", &["<country>", "<group>"], &[]);
    check("group g\n country DE |", &["from", "until"], &[]);
    check("invariant i\n when data includes people\n then |", &["it"], &["block"]);
    check("test \"t\"\n given data people\n expect |", &["block", "allow"], &["alert"]);
    check("test \"t\"\n expect block by |", &["<rule>"], &[]);
}

#[test]
fn a_policy_with_mistakes_has_an_outline() {
    let text = format!(
        "{WORLD}rule r \"Says so\"\n when data inclodes people\n and it leaves near,\n  DE\n then blok\n law A; B\n"
    );
    let outline = outline(&text);
    let rule = outline.find("rule", "r").unwrap();
    assert_eq!((rule.sentence.as_str(), rule.line("law")), ("Says so", Some("A; B")));
    let conditions: Vec<_> = rule.conditions().map(|clause| clause.words.as_str()).collect();
    assert_eq!(conditions, ["data inclodes people", "it leaves near, DE"]);
    assert_eq!(rule.actions().map(|clause| clause.words.as_str()).collect::<Vec<_>>(), ["blok"]);
    assert_eq!(text.get(rule.at.clone()), Some("r"));
    let mentions =
        outline.mentions().iter().filter(|mention| rule.span.contains(&mention.at.start));
    let mentions: Vec<_> = mentions.map(|mention| (mention.kind, mention.name.as_str())).collect();
    assert_eq!(mentions, [("group", "near"), ("country", "DE")]);
    for mention in outline.mentions() {
        assert_eq!(text.get(mention.at.clone()), Some(mention.name.as_str()), "{mention:?}");
    }
}

#[test]
fn a_group_says_who_is_in_it_and_what_changes() {
    let text = format!(
        "{WORLD}zone base\ngroup inner\n country CH from 2027-01-01\n zones base\ngroup outer\n includes inner\n country FR until 2026-12-31\n country US where the destination has seal\n country JP verify \"is it\"\n"
    );
    let outline = outline(&text);
    let day = |text: &str| Day::parse(text).unwrap();
    let shown = |members: &[Membership]| {
        members.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(shown(&outline.members("outer", day("2026-11-21")).unwrap()), "FR JP? US? base");
    let changes = outline.changes("outer", day("2026-11-21"));
    let [change] = &changes[..] else { panic!("{changes:?}") };
    assert_eq!((shown(&change.joins), shown(&change.leaves)), ("CH".into(), "FR".into()));
    assert_eq!(change.day, day("2027-01-01"));
    assert_eq!(outline.members("nobody", day("2026-11-21")), None);
    assert!(outline.names("attestation").iter().any(|(name, _)| name == "seal"));
}

/// A caret anywhere in a policy is answered, and a policy cut off anywhere has an outline.
#[test]
fn no_place_is_too_odd() {
    let text = format!("{WORLD}test \"é𝒜\"\n given data people\n expect ask approval of x\n");
    let detectors = detectors(&DETECTORS);
    let catalogue = Catalogue { detectors: &detectors };
    for place in 0..=text.len() + 1 {
        let whole = [source("x.policy", &text)];
        let _ = expected(&whole, &catalogue, 0, place);
        if let Some(cut) = text.get(..place) {
            let _ = Outline::of(&[source("x.policy", cut)], &catalogue);
        }
    }
    assert!(expected(&[], &catalogue, 0, 0).is_empty());
}
