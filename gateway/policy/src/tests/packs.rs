//! Packs: how they are loaded, and that those that are shipped are what they say.

#![expect(clippy::disallowed_methods, reason = "files of the repository, read in a test")]

use std::collections::BTreeMap;
use std::path::Path;

use super::source;
use crate::{Catalogue, Report, Rulebook, Source, check, packs, with_packs};

const RULES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../rules");
/// 2026-11-22, in seconds.
const NOW: i64 = 1_795_305_600;

fn read(folder: &Path, extension: &str, all: &mut Vec<Source>) {
    let mut paths: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            read(&path, extension, all);
        } else if path.extension().is_some_and(|found| found == extension) {
            let text = std::fs::read_to_string(&path).unwrap();
            all.push(source(&path.strip_prefix(RULES).unwrap().display().to_string(), &text));
        }
    }
}

fn files(folder: &str, extension: &str) -> Vec<Source> {
    let mut all = Vec::new();
    read(&Path::new(RULES).join(folder), extension, &mut all);
    assert!(!all.is_empty(), "{folder} holds no .{extension} file");
    all
}

/// Id and family of every shipped detector, by the lines of their files.
fn detectors() -> Vec<(String, String)> {
    let value = |line: &str, key: &str| {
        let rest = line.trim().strip_prefix(key)?.trim_start().strip_prefix('=')?;
        Some(rest.trim().trim_matches(['"', '\'']).to_owned())
    };
    let (mut found, mut id) = (Vec::new(), None);
    for line in files("detectors", "toml").iter().flat_map(|file| file.text.lines()) {
        id = value(line, "id").or(id);
        if let Some(family) = value(line, "family") {
            found.push((id.clone().unwrap(), family));
        }
    }
    found
}

/// The files of a folder of policies with the packs that they name.
fn policies(folder: &str) -> BTreeMap<String, Vec<Source>> {
    let mut all: BTreeMap<String, Vec<Source>> = BTreeMap::new();
    for file in files(folder, "policy") {
        let name = file.path.split('/').nth(1).unwrap().to_owned();
        all.entry(name).or_default().push(file);
    }
    all
}

fn checked(sources: Vec<Source>, detectors: &[(String, String)]) -> Report {
    let sources = with_packs(sources, &files("packs", "policy")).unwrap();
    check(&sources, &Catalogue { detectors }, Some(NOW))
}

/// Fine and proved, and without doubts but of what waits for a confirmation, and of laws that begin within the month.
fn demand_fine(name: &str, report: &Report) {
    let text = report.render(false);
    assert!(report.is_fine(), "{name}\n{text}");
    assert!(
        report.diagnostics.iter().all(|doubt| ["P116", "P122"].contains(&doubt.code)),
        "{name}\n{text}"
    );
    for proof in &report.proofs {
        assert_eq!(proof.verdict.name(), "proved", "{name}\n{text}");
        assert!(proof.guarded > 0, "{name}: {} guards nothing", proof.invariant);
    }
}

/// The packs that put a law into rules.
fn laws() -> BTreeMap<String, Vec<Source>> {
    let mut all = policies("packs");
    all.retain(|name, _| !["vocabulary", "proving-ground"].contains(&name.as_str()));
    assert!(all.len() >= 30, "{} packs", all.len());
    all
}

#[test]
fn every_pack_holds_alone() {
    let detectors = detectors();
    for (name, sources) in laws() {
        let report = checked(sources, &detectors);
        demand_fine(&name, &report);
        assert!(!report.proofs.is_empty(), "{name} has no invariant");
        assert!(report.tests.len() >= 4, "{name}: {} tests", report.tests.len());
    }
}

#[test]
fn every_rule_of_a_pack_tells_its_law_its_review_and_a_test() {
    let detectors = detectors();
    for (name, sources) in laws() {
        let tests: String = sources.iter().map(|file| file.text.as_str()).collect();
        let report = checked(sources, &detectors);
        let model = &report.rulebook.unwrap().model;
        let of_it = |rule: &&crate::model::Rule| rule.info.name.starts_with(&format!("{name}."));
        let rules: Vec<_> = model.rules.iter().filter(of_it).collect();
        assert!(!rules.is_empty(), "{name} has no rule");
        for rule in rules {
            let (info, what) = (&rule.info, &rule.info.name);
            assert!(!rule.effects.permits(), "{what}: a pack only tightens");
            assert!(!info.sentence.is_empty(), "{what} has no sentence");
            assert!(info.law.is_some(), "{what} names no law");
            assert!(info.owner.is_some(), "{what} has no owner");
            assert!(info.remedy.is_some(), "{what} does not say what the sender can do");
            assert!(info.review.is_some(), "{what} has no day of review");
            assert!(tests.contains(&format!(" by {what}\n")), "{what}: no test names it");
        }
    }
}

#[test]
fn every_pack_tells_what_it_rests_on() {
    let shelf = packs(&files("packs", "policy"));
    for pack in &shelf {
        let name = &pack.name;
        assert!(pack.review.is_some() && !pack.sentence.is_empty(), "{name}");
        if !["vocabulary", "proving-ground"].contains(&name.as_str()) {
            assert!(!pack.law.is_empty(), "{name} names no law");
            let own = pack.law == ["a decision of the agency, not of a law"];
            let told = !pack.sources.is_empty() || pack.verify > 0 || own;
            assert!(told, "{name}: neither read nor marked");
        }
    }
}

#[test]
fn all_packs_hold_together() {
    let names: Vec<String> = laws().into_keys().collect();
    let policy = format!(
        "policy all \"Every pack at once\"\n  packs proving-ground, {}\ngroup home \"Home\"\n  countries AT\n\
         group allies \"Allies\"\n  countries DE, FR\n",
        names.join(", ")
    );
    let detectors = detectors();
    let sources =
        with_packs(vec![source("all.policy", &policy)], &files("packs", "policy")).unwrap();
    let began = std::time::Instant::now();
    let book = Rulebook::compile(&sources, &Catalogue { detectors: &detectors })
        .unwrap_or_else(|problems| panic!("{problems}"));
    let took = began.elapsed();
    println!("{} packs, {} rules, compiled in {took:?}", names.len(), book.rules().len());
    let unclassed = book.class("unclassed").unwrap();
    for (number, (id, _)) in (0..).zip(&detectors) {
        assert!(!book.class_of(number).contains(&unclassed), "no shared class names {id}");
    }
    let report = check(&sources, &Catalogue { detectors: &detectors }, Some(NOW));
    let text = report.render(false);
    assert!(report.is_fine(), "{text}");
    for proof in &report.proofs {
        assert_eq!(proof.verdict.name(), "proved", "{text}");
    }
}

#[test]
fn every_example_is_a_policy_to_begin_with() {
    let detectors = detectors();
    let examples = policies("examples");
    assert!(examples.len() >= 4, "{} examples", examples.len());
    for (name, sources) in examples {
        let report = checked(sources, &detectors);
        let text = report.render(false);
        assert!(report.is_fine(), "{name}\n{text}");
        let of_it = |doubt: &&crate::Diagnostic| doubt.file.starts_with("examples/");
        assert_eq!(report.diagnostics.iter().filter(of_it).count(), 0, "{name}\n{text}");
        assert!(report.tests.len() >= 8, "{name}: {} tests", report.tests.len());
        for proof in &report.proofs {
            assert!(["proved", "vacuous"].contains(&proof.verdict.name()), "{name}\n{text}");
        }
    }
}

/// A shelf of two packs.
fn shelf() -> Vec<Source> {
    vec![
        source(
            "packs/words.policy",
            "pack words \"Words\"\nclass people \"Persons\"\n  detect contact\nclass key \"Keys\"\n  detect credential\n",
        ),
        source(
            "packs/law.policy",
            "pack law \"A law\"\n  needs words\n  law Art. 1\nrule law.stays\n  \"It stays.\"\n  when data includes people\n  then block\n",
        ),
    ]
}

fn own(text: &str) -> Vec<Source> {
    vec![source("own.policy", text)]
}

#[test]
fn a_pack_brings_what_it_needs_and_the_whole_is_the_policy() {
    let policy = "policy mine \"Mine\"\n  packs law\n";
    let sources = with_packs(own(policy), &shelf()).unwrap();
    let names: Vec<&str> = sources.iter().map(|source| source.path.as_str()).collect();
    assert_eq!(names, ["own.policy", "packs/law.policy", "packs/words.policy"]);
    // What was put together once is not put together again, as when it comes from an archive.
    assert_eq!(with_packs(sources.clone(), &shelf()).unwrap(), sources);
    let detectors = super::detectors(&super::DETECTORS);
    let catalogue = Catalogue { detectors: &detectors };
    let book = Rulebook::compile(&sources, &catalogue).unwrap();
    let alone = Rulebook::compile(
        &with_packs(own("policy mine \"Mine\"\n"), &shelf()).unwrap(),
        &catalogue,
    );
    assert_ne!(book.digest(), alone.unwrap().digest());
}

#[test]
fn own_words_take_the_place_of_shared_ones() {
    let policy = "policy mine \"Mine\"\n  packs law\nclass people \"Ours\"\n  detect person-name\n";
    let sources = with_packs(own(policy), &shelf()).unwrap();
    let words = sources.iter().find(|source| source.path.ends_with("words.policy")).unwrap();
    assert!(!words.text.contains("people") && words.text.contains("class key"), "{}", words.text);
    assert_eq!(words.text.lines().count(), shelf()[0].text.lines().count());
    let detectors = super::detectors(&super::DETECTORS);
    let book = Rulebook::compile(&sources, &Catalogue { detectors: &detectors }).unwrap();
    let people = book.classes().iter().find(|class| class.name == "people").unwrap();
    assert_eq!(people.detect, ["person-name"]);
}

#[test]
fn a_pack_that_there_is_not_is_told_with_the_nearest_name() {
    let told = with_packs(own("policy mine \"Mine\"\n  packs lwa, nothing-alike\n"), &shelf());
    let told = told.unwrap_err();
    let found: Vec<_> = told.iter().map(|d| (d.code, d.line, d.column, d.help.clone())).collect();
    let near = Some("did you mean `law`?".to_owned());
    assert_eq!(found[0], ("P010", 2, 9, near), "{told}");
    assert_eq!(found.len(), 2, "{told}");
}

#[test]
fn a_rule_of_a_pack_bears_its_name() {
    let text = "pack law \"A law\"\nrule stays\n  \"It stays.\"\n  when data includes nothing\n  then block\n";
    let sources =
        [source("own.policy", "policy mine \"Mine\"\n  packs law\n"), source("law.policy", text)];
    let told = Rulebook::compile(&sources, &Catalogue { detectors: &[] }).unwrap_err();
    let found: Vec<_> =
        told.iter().map(|d| (d.code, d.patch.clone().map(|patch| patch.with))).collect();
    assert_eq!(found, [("P070", Some("law.stays".to_owned()))], "{told}");
}

#[test]
fn every_file_is_in_its_one_form() {
    for file in files("packs", "policy").into_iter().chain(files("examples", "policy")) {
        let written = crate::format(&file).unwrap();
        assert_eq!(written, file.text, "run: seawall rules fmt rules/packs rules/examples");
    }
}

#[test]
fn the_unions_that_a_message_tells_of_are_in_the_vocabulary() {
    let vocabulary: String =
        files("packs/vocabulary", "policy").into_iter().map(|file| file.text).collect();
    for union in crate::resolve::UNIONS {
        assert!(vocabulary.lines().any(|line| line == format!("group {union}")), "{union}");
    }
}
