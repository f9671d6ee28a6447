//! A naive detector: every pattern at every byte through another engine, then the same judgement.
//!
//! What it shares with the engine is only what follows a match: guard, check, context and resolution. Anchors, the pass, the shape
//! automata and the key table are what it tests.

#![expect(clippy::disallowed_methods, reason = "files of the repository, read in a test")]

use std::io::Write as _;
use std::path::Path;
use std::sync::OnceLock;

use proptest::prelude::*;
use regex_automata::hybrid::dfa::{Cache, DFA};
use regex_automata::nfa::thompson;
use regex_automata::util::start;
use regex_automata::{Anchored, MatchKind};
use toml::Value;

use super::{shipped, shipped_files};
use crate::boundary::may_end;
use crate::engine::{Subject, Work};
use crate::fuel::Fuel;
use crate::pattern::read_pattern;
use crate::resolve::{Hit, resolve};

struct Naive {
    forms: Vec<(u16, DFA)>,
}

fn naive() -> &'static Naive {
    static NAIVE: OnceLock<Naive> = OnceLock::new();
    NAIVE.get_or_init(|| {
        let mut forms = Vec::new();
        for (_, text) in shipped_files() {
            let table: toml::Table = text.parse().unwrap();
            for detector in table.get("detector").and_then(Value::as_array).into_iter().flatten() {
                let id = shipped().find(detector.get("id").unwrap().as_str().unwrap()).unwrap();
                for pattern in detector.get("patterns").unwrap().as_array().unwrap() {
                    let hir = read_pattern(pattern.as_str().unwrap())
                        .unwrap_or_else(|(m, _)| panic!("{m}"));
                    let config = thompson::Config::new().utf8(false);
                    let nfa =
                        thompson::Compiler::new().configure(config).build_from_hir(&hir).unwrap();
                    let config = DFA::config().match_kind(MatchKind::All).cache_capacity(8 << 20);
                    let dfa = DFA::builder().configure(config).build_from_nfa(nfa).unwrap();
                    forms.push((id.0, dfa));
                }
            }
        }
        Naive { forms }
    })
}

/// The end of the longest match from a place that ends where a word may end, or anywhere if the value goes on.
fn longest(dfa: &DFA, cache: &mut Cache, text: &[u8], at: usize, goes_on: bool) -> Option<usize> {
    let config = start::Config::new().anchored(Anchored::Yes);
    let mut state = dfa.start_state(cache, &config).unwrap();
    let mut longest = None;
    for end in at..=text.len() {
        state = match text.get(end) {
            Some(byte) => dfa.next_state(cache, state, *byte).unwrap(),
            None => dfa.next_eoi_state(cache, state).unwrap(),
        };
        if state.is_match() && (goes_on || may_end(text, end)) {
            longest = Some(end);
        }
        if state.is_dead() {
            break;
        }
    }
    longest
}

fn naive_hits(text: &str) -> Vec<Hit> {
    let engine = &shipped().engine;
    let mut work = Work::default();
    let mut fuel = Fuel::new(u64::MAX);
    let subject = Subject::bare(text);
    // Both lists are in the order of the files.
    for ((rule, dfa), form) in naive().forms.iter().zip(&engine.forms) {
        let mut cache: Cache = dfa.create_cache();
        for at in 0..text.len() {
            if !form.starts.may_start(text.as_bytes(), at) {
                continue;
            }
            if let Some(end) = longest(dfa, &mut cache, text.as_bytes(), at, form.goes_on) {
                engine.judge_for_tests(subject, *rule, at, end, &mut work, &mut fuel);
            }
        }
    }
    resolve(&mut work.hits, |_| {});
    work.hits
}

fn fast_hits(text: &str) -> Vec<Hit> {
    let mut work = Work::default();
    shipped().engine.hits(Subject::bare(text), &mut work, &mut Fuel::new(u64::MAX)).unwrap();
    resolve(&mut work.hits, |_| {});
    work.hits
}

fn check(text: &str) {
    let id = |h: &Hit| (shipped().infos()[usize::from(h.detector)].id.clone(), h.span, h.level);
    let fast: Vec<_> = fast_hits(text).iter().map(id).collect();
    let naive: Vec<_> = naive_hits(text).iter().map(id).collect();
    assert_eq!(fast, naive);
}

#[test]
fn the_engine_agrees_with_the_oracle_on_every_example() {
    for text in crate::examples::texts(&shipped().examples) {
        check(text);
        check(&format!(r"_{text}_ \n{text}\n {text}\u00e9{text}"));
    }
}

#[test]
fn the_engine_agrees_with_the_oracle_on_corpora() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/eval/corpora");
    if !root.exists() {
        // Past the harness, which keeps what a passed test prints.
        std::io::stderr().write_all(b"skipped: no corpora beside the repository\n").unwrap();
        return;
    }
    for folder in ["prose", "chat", "code", "logs", "json", "techdoc"] {
        for entry in std::fs::read_dir(root.join(folder)).unwrap() {
            let bytes = std::fs::read(entry.unwrap().path()).unwrap();
            let text = String::from_utf8_lossy(bytes.get(..4000).unwrap_or(&bytes)).into_owned();
            check(&text);
        }
    }
}

/// Pieces of values, so that random text is near to what matters.
fn scraps() -> impl Strategy<Value = String> {
    let scrap = prop_oneof![
        Just("DE89 3704 0044 0532 0130 00".to_owned()),
        Just("a.b@c.de".to_owned()),
        Just("4111 1111".to_owned()),
        Just("NATO ".to_owned()),
        Just("SECRET".to_owned()),
        Just("fe80::1".to_owned()),
        Just("born ".to_owned()),
        Just("ssn ".to_owned()),
        Just("é".to_owned()),
        Just("«".to_owned()),
        Just("№".to_owned()),
        Just("d’épilepsie".to_owned()),
        Just("\u{A0}".to_owned()),
        Just("Паспорт АВ 123456".to_owned()),
        Just("Classified By: J".to_owned()),
        Just("身份证".to_owned()),
        "[0-9]{1,5}",
        "[A-Z]{1,3}",
        "[a-z]{1,4}",
        "[ .:/@+()_-]",
        Just(r"\n".to_owned()),
        Just(r"\u00e9".to_owned()),
        Just("\n".to_owned()),
    ];
    proptest::collection::vec(scrap, 1..24).prop_map(|s| s.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    #[test]
    fn the_engine_agrees_with_the_oracle_on_generated_text(text in scraps()) {
        check(&text);
    }

    #[test]
    fn what_is_settled_stays(text in scraps()) {
        super::promises::settles(&text);
    }
}
