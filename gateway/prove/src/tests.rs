//! Diagrams against tables over random situations of random policies, and counts that are known.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a failed test should stop here")]

mod generate;

use policy::{Action, Catalogue, Day, Logic, Rulebook, Shift, Source, diff, matrix};

use crate::{Diagram, NODES, counts};
use generate::{Dice, policy};

pub(crate) fn book(text: &str) -> Rulebook {
    let sources = [Source { path: "random.policy".to_owned(), text: text.to_owned() }];
    let detectors = [("d".to_owned(), "d".to_owned())];
    match Rulebook::compile(&sources, &Catalogue { detectors: &detectors }) {
        Ok(book) => book,
        Err(problems) => panic!("{problems}\n{text}"),
    }
}

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

/// 100,000 random situations of 50 pairs of policies: the diagram says what the tables decide.
#[test]
fn diagrams_say_what_tables_decide() {
    let actions = [
        Action::Allow,
        Action::Redact,
        Action::Reroute,
        Action::AskJustification,
        Action::AskApproval,
        Action::Block,
    ];
    let mut looked_at = 0;
    for seed in 0..50 {
        let mut dice = Dice::new(seed);
        let (old, new) = (book(&policy(&mut dice, 12)), book(&policy(&mut dice, 12)));
        let mut diagram = Diagram::new(1 << 20);
        let both = matrix(&mut diagram, &old, &new, day("2026-11-21"));
        assert!(diagram.is_whole());
        let mut seen = 0;
        while seen < 2_000 {
            let facts: Vec<bool> = (0..diagram.facts()).map(|_| dice.below(3) == 0).collect();
            if !diagram.is_possible(&facts) {
                continue;
            }
            let situations = both.situations(|lit| diagram.holds(lit, &facts));
            let books = [(&old, both.old), (&new, both.new)];
            for ((rulebook, outcomes), case) in books.into_iter().zip(situations) {
                let said: Vec<Action> = (actions.into_iter().zip(outcomes))
                    .filter(|(_, lit)| diagram.holds(*lit, &facts))
                    .map(|(action, _)| action)
                    .collect();
                let decided = case.map_or(Action::Block, |(s, c)| rulebook.decide(&s, &c).action);
                assert_eq!(said, [decided], "seed {seed}");
            }
            seen += 1;
        }
        looked_at += seen;
    }
    assert_eq!(looked_at, 100_000);
}

/// How two decisions stand to each other is the same for formulas and for what is on record.
#[test]
fn recorded_decisions_shift_as_formulas_do() {
    let mut seen = std::collections::BTreeMap::new();
    for seed in 0..50 {
        let mut dice = Dice::new(seed);
        let (old, new) = (book(&policy(&mut dice, 12)), book(&policy(&mut dice, 12)));
        let mut diagram = Diagram::new(1 << 20);
        let both = matrix(&mut diagram, &old, &new, day("2026-11-21"));
        for _ in 0..2_000 {
            let facts: Vec<bool> = (0..diagram.facts()).map(|_| dice.below(3) == 0).collect();
            let [Some((s, c)), Some((t, d))] = both.situations(|lit| diagram.holds(lit, &facts))
            else {
                continue;
            };
            if !diagram.is_possible(&facts) {
                continue;
            }
            let was = old.record_decision(&old.decide(&s, &c));
            let is = new.record_decision(&new.decide(&t, &d));
            let shift = Shift::between(&was, &is);
            assert_eq!(diagram.holds(both.differs, &facts), shift != Shift::Same, "{was:?} {is:?}");
            if was.action == is.action {
                let laxer = diagram.holds(both.laxer, &facts);
                assert_eq!(laxer, shift == Shift::Looser, "{was:?} {is:?}");
            }
            *seen.entry((shift, was.action == is.action)).or_insert(0) += 1;
        }
    }
    // Each kind occurred, with the same action and another.
    assert_eq!(seen.len(), 5, "{seen:?}");
}

/// What the solver finds is what is counted: a cell with an example has situations, and all cells together are all that changes.
#[test]
fn cells_and_counts_agree() {
    for seed in 0..30 {
        let mut dice = Dice::new(seed);
        let (old, new) = (book(&policy(&mut dice, 10)), book(&policy(&mut dice, 10)));
        let diff = diff(&old, &new, None);
        assert!(diff.open.is_empty());
        assert!(diff.cells.iter().all(|cell| cell.example.confirmed), "seed {seed}: {diff:#?}");
        let counted = counts(&old, &new, &diff, 1 << 20).unwrap();
        let mut changed = 0.0;
        for at in &diff.days {
            let mut diagram = Diagram::new(1 << 20);
            let both = matrix(&mut diagram, &old, &new, *at);
            changed += diagram.count(both.differs).unwrap();
        }
        let of_cells: f64 = counted.cells.iter().sum();
        assert!((of_cells - changed).abs() <= changed * 1e-9, "{of_cells} of {changed}");
        let all: f64 = counted.matrix.iter().flatten().sum();
        assert!((all - counted.total).abs() <= counted.total * 1e-9);
    }
}

#[test]
fn a_policy_and_itself_differ_in_nothing() {
    let text = policy(&mut Dice::new(7), 20);
    let (one, other) = (book(&text), book(&text));
    let diff = diff(&one, &other, None);
    assert!(diff.cells.is_empty() && diff.edits.is_empty(), "{diff:#?}");
}

#[test]
fn what_does_not_fit_is_not_counted() {
    let mut dice = Dice::new(3);
    let (old, new) = (book(&policy(&mut dice, 30)), book(&policy(&mut dice, 30)));
    let diff = diff(&old, &new, None);
    assert!(!diff.cells.is_empty());
    assert!(counts(&old, &new, &diff, 300).is_none());
    assert!(counts(&old, &new, &diff, NODES).is_some());
}

#[test]
fn counts_of_choices_are_those_of_their_values() {
    let mut diagram = Diagram::new(1 << 12);
    let five = diagram.choice(5);
    let two = diagram.fact();
    assert_eq!(diagram.domain(), Some(10.0));
    let question = diagram.all([five[3], two]);
    assert_eq!(diagram.count(question), Some(1.0));
    let either = diagram.any([five[0], five[4]]);
    assert_eq!(diagram.count(either), Some(4.0));
}

#[test]
fn an_edit_is_named_as_the_cause() {
    let text = generate::WORLD.to_owned()
        + "rule people-go\n  when data includes c0\n  then allow\n\
           rule far\n  when data includes c0\n  and it leaves near\n  then block\n";
    let looser =
        text.replace("and it leaves near\n  then block", "and it leaves near\n  then allow");
    let found = diff(&book(&text), &book(&looser), None);
    assert_eq!(found.edits, ["rule far changed"]);
    let first = found.cells.first().unwrap();
    assert!(first.looser && first.old == Action::Block && first.new == Action::Allow);
    assert_eq!(first.edits, ["rule far changed"]);
    let back = diff(&book(&looser), &book(&text), None);
    assert!(back.cells.iter().all(|cell| !cell.looser));
}
