//! The shipped rule files, and what is said of broken ones.

use super::shipped;
use crate::{Detector, Fuel, Lane, RuleFile, Scratch, Text};

#[test]
fn every_example_comes_out_as_told() {
    let problems: Vec<String> =
        shipped().check_examples().iter().map(ToString::to_string).collect();
    assert!(problems.is_empty(), "{} problems\n{}", problems.len(), problems.join("\n"));
}

#[test]
fn labels_of_schemas_do_not_lower_what_is_sure() {
    let mut scratch = Scratch::default();
    let mut sure = 0;
    for text in crate::examples::texts(&shipped().examples) {
        let mut confirmed = |label: &str| {
            let texts = [Text::alone(label, text)];
            let mut fuel = Fuel::new(u64::MAX);
            let found = shipped().scan(&mut scratch, &texts, &mut fuel).unwrap().findings;
            let sure = |finding: &&crate::Finding| finding.level() == crate::Level::Confirmed;
            found.iter().filter(sure).count()
        };
        let without = confirmed("");
        sure += without;
        for label in ["default", "example", "examples", "enum", "const"] {
            assert!(confirmed(label) >= without, "{label}: {text}");
        }
    }
    assert!(sure > 500, "{sure} sure values");
}

#[test]
fn no_shipped_detector_is_slow_and_each_names_its_source() {
    let slow: Vec<&str> =
        shipped().infos().iter().filter(|i| i.lane == Lane::Slow).map(|i| i.id.as_str()).collect();
    assert_eq!(slow, Vec::<&str>::new());
    assert!(shipped().infos().iter().all(|i| !i.source.is_empty()));
}

#[test]
fn there_are_enough_of_each_kind() {
    let count = |family: &str| shipped().infos().iter().filter(|i| i.family == family).count();
    assert!(shipped().infos().len() >= 100);
    assert!(count("credential") >= 18);
    let identifiers = ["national-id", "tax-id", "social-security"].map(count).iter().sum::<usize>();
    assert!(identifiers >= 40);
    for family in [
        "contact",
        "device",
        "passport",
        "bank-account",
        "card",
        "birth-date",
        "health",
        "marking-eu",
        "marking-nato",
        "marking-national",
    ] {
        assert!(count(family) > 0, "{family}");
    }
}

#[test]
fn every_check_is_used() {
    let used = |name: &str| shipped().infos().iter().any(|i| i.check.as_deref() == Some(name));
    let unused: Vec<&str> = crate::check::ALL.iter().map(|c| c.name).filter(|n| !used(n)).collect();
    let building_blocks = ["verhoeff", "mod97"];
    assert_eq!(unused, building_blocks);
}

#[test]
fn all_mistakes_are_told_at_once_with_place_and_help() {
    let text = r#"
[[detector]]
id = "Bad Id"
family = "x"
title = "t"
patterns = ['[0-9', '\bfoo', 'a*', 'b{900}']
check = "nope"
level = { context = "likely" }
source = "s"
examples = ["no mark"]
counter_examples = []

[[detector]]
id = "b"
familly = "x"
window = "wide"
patterns = ['[0-9']
country = "ZZ"
source = " "
needs_context = true
"#;
    let problems = Detector::compile(&[RuleFile { name: "bad.toml", text }]).unwrap_err();
    let lines: Vec<(usize, String)> =
        problems.iter().map(|p| (p.line, p.message.clone())).collect();
    let has = |line: usize, part: &str| lines.iter().any(|(l, m)| *l == line && m.contains(part));
    assert!(has(3, "other characters"), "{lines:#?}");
    assert!(has(6, "unclosed"), "{lines:#?}");
    assert!(has(6, "looks around"), "{lines:#?}");
    assert!(has(6, "match nothing"), "{lines:#?}");
    assert!(has(6, "more than 512"), "{lines:#?}");
    assert!(has(7, "no such check"), "{lines:#?}");
    assert!(has(8, "contradict"), "{lines:#?}");
    assert!(has(10, "marks do not fit"), "{lines:#?}");
    assert!(has(11, "empty"), "{lines:#?}");
    assert!(has(15, "familly"), "{lines:#?}");
    assert!(has(16, "string"), "{lines:#?}");
    assert!(has(17, "unclosed"), "{lines:#?}");
    assert!(has(18, "no such country"), "{lines:#?}");
    assert!(has(19, "`source` is empty"), "{lines:#?}");
    let missing: Vec<&str> =
        problems.iter().filter_map(|p| p.message.strip_suffix("` is missing")).collect();
    let keys = ["family", "title", "level", "examples", "counter_examples"];
    assert_eq!(missing, keys.map(|key| format!("the key `{key}")), "{lines:#?}");
    assert_eq!(problems.len(), 10 + 5 + 5, "and nothing that only follows: {lines:#?}");
    assert!(problems.iter().all(|p| !p.help.is_empty() && p.to_string().starts_with("bad.toml:")));
}

#[test]
fn a_detector_that_takes_away_what_others_find_is_the_culprit() {
    let own = r#"
[[detector]]
id = "own.x"
family = "contact"
title = "Anything with a number"
patterns = ['[A-Za-z -]{1,40}\d{6}']
level = { bare = "confirmed" }
source = "invented for this test"
examples = ['{{Case 123456}}']
counter_examples = ['none']
"#;
    let staff =
        own.replace("own.x", "staff").replace("[A-Za-z -]{1,40}", "S-").replace("Case ", "S-");
    let staff = staff.replace("confirmed", "likely");
    let files = [("staff.toml", staff.as_str()), ("mine.toml", own)];
    let compile = |files: &[(&str, &str)]| {
        let files: Vec<_> = files.iter().map(|(name, text)| RuleFile { name, text }).collect();
        Detector::compile(&files).unwrap().check_examples()
    };
    let problems = compile(&files);
    let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
    let [told] = &told[..] else { panic!("{told:#?}") };
    assert!(told.starts_with("mine.toml:3:1: `own.x` takes away what 1 examples"), "{told}");
    assert!(told.contains("staff (staff.toml:9)"), "{told}");
    let problems = compile(&[files[1], files[0]]);
    assert_eq!(problems[0].file, "staff.toml", "what was there first is right");
    assert_eq!(compile(&files[..1]), []);
}

#[test]
#[expect(clippy::disallowed_methods, reason = "files of the repository, read in a test")]
fn the_examples_of_the_guide_are_right() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rules/detectors");
    let guide = std::fs::read_to_string(folder.join("README.md")).unwrap();
    let words = std::fs::read_to_string(folder.join("words.toml")).unwrap();
    let blocks: Vec<&str> =
        guide.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert!(!blocks.is_empty());
    for text in blocks {
        let files =
            [RuleFile { name: "words.toml", text: &words }, RuleFile { name: "guide", text }];
        let detector = Detector::compile(&files).unwrap();
        assert!(!detector.infos().is_empty());
        assert_eq!(detector.check_examples(), []);
    }
}

#[test]
fn the_key_table_is_sparse() {
    let table = &shipped().engine.keys;
    let (keys, filled) = (table.entries().count(), table.filled());
    let mut by_rule = std::collections::BTreeMap::<&str, usize>::new();
    for entry in table.entries() {
        let rule = shipped().engine.forms[usize::from(entry.form)].rule;
        *by_rule.entry(shipped().infos()[usize::from(rule)].id.as_str()).or_default() += 1;
    }
    let mut most: Vec<_> = by_rule.into_iter().collect();
    most.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    most.truncate(12);
    let [heads, fifths] = filled;
    assert!(heads < 0.065 && fifths < 0.3, "{keys} keys fill {filled:.3?} of the tables: {most:?}");
}

#[test]
#[expect(clippy::disallowed_methods, reason = "files of the repository, read in a test")]
fn the_shipped_detectors_are_silent_and_cheap_on_clean_text() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rules/clean");
    let mut texts = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        texts.push(std::fs::read_to_string(entry.unwrap().path()).unwrap());
    }
    texts.sort();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let bytes: usize = texts.iter().map(|text| text.len()).sum();
    assert!(bytes > 8_000, "the clean text is there");
    let name = |conduct: &crate::Conduct| shipped().info(conduct.detector).id.as_str();
    let conduct = shipped().conduct(&texts).unwrap();
    let spoke: Vec<_> = conduct
        .iter()
        .flat_map(|c| c.spoke.iter().map(move |p| (c, p)))
        .map(|(c, p)| (name(c), texts[p.text as usize].get(p.span.start..p.span.end).unwrap()))
        .collect();
    assert!(spoke.is_empty(), "{spoke:#?}");
    let dear: Vec<_> = conduct
        .iter()
        .filter(|c| c.slow || c.steps > bytes as u64 / 4)
        .map(|c| (name(c), c.steps))
        .collect();
    assert!(dear.is_empty(), "{dear:?} of {bytes} bytes");
}

/// The bytes of a text that a detector finds.
fn found<'t>(detector: &str, text: &'t str) -> Vec<&'t str> {
    let mut scratch = Scratch::default();
    let texts = [Text::alone("", text)];
    let findings = shipped().scan(&mut scratch, &texts, &mut Fuel::new(u64::MAX)).unwrap();
    let findings = findings.iter().filter(|f| shipped().info(f.detector()).id == detector);
    findings.flat_map(|f| f.pieces()).filter_map(|p| text.get(p.span.start..p.span.end)).collect()
}

#[test]
fn a_long_token_is_found_whole() {
    let header = "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9";
    let token = format!("{header}.eyJ{}.{}", "zdWIiOiI".repeat(120), "kX9_Qw-7".repeat(43));
    assert_eq!(found("cred.jwt", &format!("id_token={token}&state=1")), [&token]);
}

#[test]
fn words_begin_behind_signs_beyond_ascii() {
    for text in ["Паспорт №АВ 123456", "паспорт «АВ 123456»", "паспорт\u{A0}АВ 123456"]
    {
        // At every place of a block.
        for n in 0..70 {
            let text = format!("{}{text}", " ".repeat(n));
            assert_eq!(found("ua.passport", &text), ["АВ 123456"]);
        }
    }
    assert_eq!(found("health.condition-fr", "souffre d’épilepsie"), ["épilepsie"]);
}

#[test]
fn a_value_ends_with_a_character() {
    for n in 1..4 {
        let text = format!("Classified By: {}{}", "J".repeat(n), "ü".repeat(50));
        assert_eq!(found("marking.us-cui", &text).len(), 1, "{text}");
    }
}

#[test]
fn countries_are_not_file_endings() {
    for mailbox in ["ana@firma.rs", "ana@firma.co.rs", "juan@empresa.com.py"] {
        assert_eq!(found("contact.email", mailbox), [mailbox]);
    }
}

#[test]
fn private_keys_are_never_harmless() {
    let never =
        |id: &str| shipped().infos().iter().any(|info| info.id == id && info.never_harmless);
    for key in [
        "private-key",
        "private-key-encoded",
        "private-key-named",
        "putty-key",
        "age",
        "minisign",
        "jwk",
        "extended-key",
    ] {
        assert!(never(&format!("cred.{key}")), "{key}");
    }
    assert!(!never("contact.email") && !never("cred.jwt"));
}

#[test]
fn a_pattern_may_begin_with_a_bracket_and_a_letter() {
    let text = r#"[[detector]]
id = "portion"
family = "marking"
title = "A portion"
patterns = ['\((?:TS|S)//[A-Z]{2}\)']
level = { bare = "likely" }
source = "invented for this test"
examples = ['see {{(TS//SI)}} now']
counter_examples = ['see (T//SI)']
"#;
    let detector = Detector::compile(&[RuleFile { name: "d.toml", text }]).unwrap();
    let texts = [Text::alone("", "see (TS//SI) now")];
    let mut scratch = Scratch::default();
    let found = detector.scan(&mut scratch, &texts, &mut Fuel::new(u64::MAX)).unwrap();
    assert_eq!(found.findings.len(), 1);
}
