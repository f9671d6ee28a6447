//! What is told of other ways is so: each is decided like a request.

use super::generate::{Dice, case, policy};
use super::meaning::situation;
use super::{book, world};
use crate::{
    Action, Alternatives, Candidate, ClassLevels, Direction, Grade, Rulebook, Situation, Subjects,
};

const RULES: &str = r#"
rule people-near
  when data includes people
  and it stays in near
  then allow
rule people-as-tokens
  when data includes people
  and it goes to tier market
  then redact people as token
rule illness-at-home
  when data includes illness
  and it goes to pool ours
  then allow
rule illness-elsewhere-with-leave
  when data includes illness
  and it goes to destination friend
  then allow
  and ask approval of officer
rule keys-never
  when data includes key
  then block
  law Keys Act s. 3
rule nothing-found
  when data includes nothing
  then allow
"#;

fn told(book: &Rulebook, classes: &[&str], to: &str) -> String {
    let (s, c) = situation(book, classes, to);
    book.explain(&s, &c).to_string()
}

fn check(classes: &[&str], to: &str, lines: &[&str]) {
    let text = told(&world(RULES), classes, to);
    let begin = |line: &&str| {
        line.contains(" could ")
            || line.contains(" can go ")
            || line.contains(" can approve ")
            || line.contains("whatever")
    };
    let told: Vec<&str> = text.lines().filter(begin).map(str::trim).collect();
    assert_eq!(told, lines, "{text}");
}

#[test]
fn other_places_are_told_with_their_terms() {
    check(
        &["people", "illness"],
        "shop",
        &[
            "could go instead to: home",
            "could go instead, after approval of officer, to: friend",
            "could go here without: illness, with people as token",
        ],
    );
    check(
        &["people"],
        "cloud",
        &["could also go to: friend, home", "could also go, with people as token, to: shop"],
    );
}

#[test]
fn what_asks_for_leave_is_told_what_asks_for_nothing() {
    check(
        &["people", "illness"],
        "friend",
        &[
            "could go instead to: home",
            "could go here without: illness",
            "nobody can approve as officer: nobody in it has a key",
        ],
    );
}

#[test]
fn what_goes_nowhere_is_told_with_its_law() {
    check(
        &["key", "people"],
        "home",
        &["could go here without: key", "can go nowhere: key (rule keys-never [Keys Act s. 3])"],
    );
    check(
        &["unclassed"],
        "home",
        &["could go here without: unclassed", "can go nowhere: unclassed (no rule licenses it)"],
    );
    let book = world("rule no\n when it goes to tier must-control, allied, market\n then block\n");
    let text = told(&book, &["people"], "home");
    assert!(text.contains("can go nowhere: people (rule no)"), "{text}");
    let text = told(&book, &[], "home");
    assert!(text.contains("no destination would take it, whatever is left out"), "{text}");
}

/// The invariant that stops what the rules would send is named with its law.
#[test]
fn an_invariant_is_cited() {
    let promise = "invariant kept\n when data includes illness\n then it must never be sent\n law Charter Art. 8\n";
    let text = told(&world(&format!("{RULES}{promise}")), &["illness"], "home");
    assert!(text.contains("can go nowhere: illness (invariant kept [Charter Art. 8])"), "{text}");
}

/// A caller is told of no destination that is not known to it, and nothing of a role.
#[test]
fn advice_names_what_is_known() {
    let book = world(RULES);
    let (s, c) = situation(&book, &["people", "illness"], "shop");
    let all = book.alternatives(&book.decide(&s, &c), &s, &c);
    let advice = |known: &[&str]| all.advice(|name| known.contains(&name));
    let without = "Without illness it would be sent, with people as token.";
    assert_eq!(advice(&[]).as_deref(), Some(without));
    assert_eq!(advice(&["shop"]).as_deref(), Some(without));
    assert_eq!(advice(&["home"]), Some(format!("{without} It could go to home.")));
    assert_eq!(
        advice(&["friend"]),
        Some(format!("{without} It could go to friend, after approval of officer."))
    );
    let (s, c) = situation(&book, &["key"], "shop");
    let (s, c) = (Situation { client: s.client, ..s }, c);
    let none = book.alternatives(&book.decide(&s, &c), &s, &c);
    assert_eq!(none.advice(|_| true).as_deref(), Some("Without key it would be sent."));
}

/// Evidence against the place that was asked for says nothing of another.
#[test]
fn a_refuted_place_does_not_close_the_others() {
    let book = world(RULES);
    let (s, c) = situation(&book, &["people"], "friend");
    let c = Candidate { grade: Grade::Refuted, place_known: false, ..c };
    let text = book.explain(&s, &c).to_string();
    assert!(text.contains("→ block") && text.contains("could go instead to: home"), "{text}");
}

#[test]
fn an_answer_goes_nowhere_else() {
    let book = world(
        "rule stop\n when data includes key\n and it is an answer\n then block\nrule in\n when it is an answer\n and data includes people\n then allow\n",
    );
    let (s, c) = situation(&book, &["people", "key"], "shop");
    let s = Situation { direction: Direction::Answer, ..s };
    let text = book.explain(&s, &c).to_string();
    assert!(text.contains("could go here without: key") && !text.contains("instead"), "{text}");
    let (s, _) = situation(&book, &["key"], "shop");
    let s = Situation { direction: Direction::Answer, ..s };
    let text = book.explain(&s, &c).to_string();
    assert!(text.contains("it would not be let in, whatever is left out"), "{text}");
}

/// An incident has the same lines, without the rules that have nothing to do with it.
#[test]
fn an_incident_is_told_to_the_point() {
    let book = world(RULES);
    let (s, c) = situation(&book, &["illness"], "shop");
    let explanation = book.explain(&s, &c);
    let (all, few) = (explanation.to_string(), explanation.to_the_point());
    let counted = "   no  2 more";
    assert!(few.iter().any(|line| line == counted), "{few:#?}");
    let same = few.iter().filter(|line| *line != counted);
    assert!(same.clone().all(|line| all.lines().any(|other| other.trim_end().ends_with(line))));
    assert!(same.clone().any(|line| line.ends_with("not so: it goes to pool ours")), "{few:#?}");
    assert!(!few.iter().any(|line| line.contains("keys-never")), "{few:#?}");
}

/// The classes of a situation that `names` names.
fn only(book: &Rulebook, s: &Situation, keep: impl Fn(&str) -> bool) -> Situation {
    let mut classes = ClassLevels::none();
    for (class, level) in s.classes.iter().filter(|(id, _)| keep(&book.classes()[id.index()].name))
    {
        classes.set(class, level);
    }
    let is_bare = classes == ClassLevels::none();
    let subjects = if is_bare { Subjects::default() } else { s.subjects.clone() };
    Situation { classes, subjects, ..s.clone() }
}

/// How many of each kind of answer a test has seen.
#[derive(Debug, Default)]
struct Seen {
    elsewhere: usize,
    without: usize,
    nowhere: usize,
}

fn holds(book: &Rulebook, s: &Situation, c: &Candidate, told: &Alternatives, seen: &mut Seen) {
    let at = |name: &str| {
        let destination = book.destination(name).unwrap();
        Candidate { grade: c.grade.max(Grade::Unprovable), ..Candidate::to(destination) }
    };
    for way in &told.elsewhere {
        seen.elsewhere += 1;
        let decision = book.record_decision(&book.enforce(s, &at(&way.destination)));
        assert!(decision.action != Action::Block && decision.reroute.is_none(), "{decision:?}");
        assert_eq!((&decision.redact, &decision.asks), (&way.terms.redact, &way.terms.asks));
    }
    if let Some(without) = &told.without {
        seen.without += 1;
        let out = |name: &str| without.classes.iter().any(|class| class == name);
        let rest = only(book, s, |name| !out(name));
        assert!(book.enforce(&rest, c).sends(), "{without:?}");
        // Of several, none could stay beside what was put back in the order of names; one alone suffices or is not the only one.
        assert!(!without.classes.is_empty());
    }
    for stuck in &told.nowhere {
        seen.nowhere += 1;
        let alone = only(book, s, |name| name == stuck.class);
        for destination in book.destinations().iter().filter(|to| to.name != name_of(book, c)) {
            assert!(!book.enforce(&alone, &at(&destination.name)).sends(), "{stuck:?}");
        }
        assert!(!book.enforce(&alone, c).sends(), "{stuck:?}");
    }
}

fn name_of<'b>(book: &'b Rulebook, c: &Candidate) -> &'b str {
    &book.destination_info(c.destination).unwrap().name
}

#[test]
fn of_random_policies_every_alternative_is_decided_so() {
    let (mut dice, mut seen) = (Dice::new(11), Seen::default());
    for _ in 0..60 {
        let book = book(&policy(&mut dice, 30));
        for _ in 0..100 {
            let (s, c) = case(&mut dice, &book);
            let decision = book.enforce(&s, &c);
            let told = book.alternatives(&decision, &s, &c);
            assert!(told.complete);
            holds(&book, &s, &c, &told, &mut seen);
            let sent = matches!(decision.action, Action::Allow | Action::Redact);
            assert!(!sent || told.without.is_none() && told.nowhere.is_empty());
            assert_eq!(told, book.alternatives(&decision, &s, &c), "the same twice");
        }
    }
    assert!(seen.elsewhere > 100 && seen.without > 100 && seen.nowhere > 100, "{seen:?}");
}
