//! Properties over random policies, situations and texts.

use proptest::prelude::*;

use super::generate::{Dice, case, policy};
use super::{DETECTORS, detectors, slowly, source};
use crate::prove::prove;
use crate::{Catalogue, Decision, Rulebook, Source, default_policy};

fn compile(sources: &[Source]) -> Result<Rulebook, crate::Diagnostics> {
    let detectors = detectors(&DETECTORS);
    Rulebook::compile(sources, &Catalogue { detectors: &detectors })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 250, ..ProptestConfig::default() })]

    #[test]
    fn the_table_decides_as_the_interpreter(seed in any::<u64>(), rules in 1usize..40) {
        let mut dice = Dice::new(seed);
        let text = policy(&mut dice, rules);
        let book = compile(&[source("random.policy", &text)]).map_err(|e| TestCaseError::fail(e.to_string()))?;
        for _ in 0..400 {
            let (s, c) = case(&mut dice, &book);
            let (fast, slow) = (book.decide(&s, &c), slowly(&book, &s, &c));
            prop_assert_eq!(&fast, &slow, "{}\n{}", book.explain(&s, &c), text);
            licensed(&book, &s, &fast)?;
        }
    }

    #[test]
    fn whatever_is_written_the_parser_answers(text in "[ -~\n\"#,é\u{0}\u{feff}]{0,300}") {
        let _ = compile(&[source("noise.policy", &text)]).map_err(|found| (found.render(true), found.to_json()));
    }

    #[test]
    fn a_damaged_policy_is_read_to_its_end(seed in any::<u64>(), damages in 1usize..8) {
        let mut dice = Dice::new(seed);
        let mut sources = default_policy();
        for _ in 0..damages {
            let which = dice.below(sources.len());
            damage(&mut dice, &mut sources[which].text);
        }
        if let Err(found) = compile(&sources) {
            prop_assert!(found.errors() > 0);
            for problem in &found {
                let text = &sources.iter().find(|source| source.path == problem.file).unwrap().text;
                prop_assert!(text.get(problem.span.clone()).is_some());
                prop_assert!(!problem.label.is_empty() && !problem.message.is_empty());
                prop_assert!(problem.help.is_some());
            }
            found.render(true);
        }
    }
}

/// Tables of one block, of two, three and four, and of more than are looked at together.
#[test]
fn wide_tables_decide_as_the_interpreter() {
    for (seed, rules) in [(1, 100), (2, 400), (3, 700), (4, 1_000), (5, 2_500)] {
        let mut dice = Dice::new(seed);
        let text = policy(&mut dice, rules);
        let book = compile(&[source("wide.policy", &text)]).unwrap();
        for _ in 0..200 {
            let (s, c) = case(&mut dice, &book);
            let (fast, slow) = (book.decide(&s, &c), slowly(&book, &s, &c));
            assert_eq!(fast, slow, "{rules} rules\n{}", book.explain(&s, &c));
            let ids: Vec<usize> = fast.rules.iter().map(|rule| rule.index()).collect();
            assert_eq!(ids.len(), fast.rules.len());
        }
    }
}

/// What is sent is licensed: nothing that counts is left over, and invariants hold.
fn licensed(
    book: &Rulebook,
    s: &crate::Situation,
    decision: &Decision,
) -> Result<(), TestCaseError> {
    // What is only watched passes without a licence.
    if decision.sends() && decision.observed.is_none() {
        prop_assert!(decision.unlicensed.is_empty());
        prop_assert!(decision.violated.is_empty());
        for (class, level) in s.classes.iter().filter(|(_, level)| *level > crate::Level::Possible)
        {
            let name = &book.classes()[class.index()].name;
            let names = |condition: &crate::model::Condition| match &condition.form {
                crate::model::Form::Data(_, set) => set.contains(class),
                _ => false,
            };
            let by = decision.rules.iter().any(|rule| {
                let rule = &book.model.rules[rule.index()];
                rule.effects.redacted().minus(book.model.kept()).contains(class)
                    || rule.effects.allow && rule.conditions.iter().any(names)
            });
            prop_assert!(by, "{name} at {level:?} was sent by no rule that names it");
        }
    }
    Ok(())
}

fn damage(dice: &mut Dice, text: &mut String) {
    let at = text.floor_char_boundary(dice.below(text.len() + 1));
    let end = text.ceil_char_boundary((at + dice.below(12)).min(text.len()));
    match dice.below(4) {
        0 => text.replace_range(at..end, ""),
        1 => text.insert_str(at, [",", "\"", "\n", "#", "and ", "é", "rule "][dice.below(7)]),
        2 => {
            let copy = text.get(at..end).unwrap().to_owned();
            text.insert_str(at, &copy);
        }
        _ => text.replace_range(at..end, "\n  "),
    }
}

#[test]
fn solver_enumeration_and_interpreter_agree() {
    let mut exhaustive = 0;
    for seed in 0..60 {
        let mut dice = Dice::new(seed);
        let text = policy(&mut dice, 4 + seed as usize % 5);
        let book = compile(&[source("random.policy", &text)]).unwrap();
        let findings = prove(&book, None);
        assert!(findings.disagreements.is_empty(), "{:?}\n{text}", findings.disagreements);
        exhaustive += usize::from(findings.exhaustive);
        // What a random situation shows, the walk must have seen too.
        for _ in 0..3_000 {
            let (s, c) = case(&mut dice, &book);
            let decision = book.enforce(&s, &c);
            for rule in decision.rules.iter().chain(decision.would_have.iter()) {
                assert!(findings.held[rule.index()], "rule held outside the reduced space\n{text}");
            }
            for id in &decision.violated {
                let verdict = &findings.proofs[id.index()].verdict;
                assert!(
                    matches!(verdict, crate::Verdict::Violated { .. }),
                    "{verdict:?}\n{}\n{text}",
                    book.explain(&s, &c)
                );
            }
        }
    }
    // Else the second opinion would be one on samples.
    assert!(exhaustive >= 20, "{exhaustive}");
}
