//! The canonical form: what it looks like, that it says the same, and that it stays as it is.

use proptest::prelude::*;

use super::generate::{Dice, policy};
use super::{WORLD, book, detectors, source};
use crate::syntax::{LINE_WORDS, parse};
use crate::{Catalogue, Rulebook, Source, default_policy, format};

/// Formats what must be readable.
pub(super) fn formatted(text: &str) -> String {
    format(&source("x.policy", text)).unwrap_or_else(|problems| panic!("{problems}"))
}

fn check(text: &str, expect: &str) {
    assert_eq!(formatted(text), expect);
    assert_eq!(formatted(expect), expect, "what is canonical stays as it is");
}

/// All that a rulebook would do and say, without the places of what it was read from.
pub(super) fn sense(book: &Rulebook) -> String {
    let model = &book.model;
    let mut parts: Vec<String> =
        model.days().iter().map(|day| format!("{:?}", book.table(*day))).collect();
    let mut rules = book.rules().to_vec();
    rules.iter_mut().for_each(|rule| rule.place.clear());
    parts.push(format!("{:?}", (book.name(), book.sentence(), book.owner(), book.clock())));
    parts.push(format!("{:?}", (book.classes(), rules, book.destinations(), book.pools())));
    let clients = model.clients.iter();
    parts.extend(
        clients
            .map(|node| format!("{:?}", (&node.name, node.parent, &node.patterns, &node.traits))),
    );
    let exceptions = model.exceptions.iter();
    parts.extend(
        exceptions
            .map(|known| format!("{:?}", (&known.name, known.to, known.term, known.directions))),
    );
    let invariants = model.invariants.iter();
    parts.extend(
        invariants.map(|known| format!("{:?}", (&known.name, &known.sentence, &known.demand))),
    );
    // Situations are sets; their lists stand in the order of the text.
    let tests = model.tests.iter().map(|test| {
        let (mut situation, mut candidate) = (test.situation.clone(), test.candidate.clone());
        situation.subjects.countries.sort_unstable();
        candidate.found.sort_unstable();
        format!("{:?}", (&test.name, situation, candidate, &test.expect))
    });
    parts.extend(tests);
    parts.join("\n")
}

/// The words of a text, each line's sorted: lists of countries may change their order.
fn words(text: &str) -> Vec<Vec<String>> {
    let document = parse(0, text, &mut Vec::new());
    let mut all = Vec::new();
    for block in &document.blocks {
        let sentence = |token: &crate::syntax::Token<'_>| token.sentence();
        let mut head: Vec<String> = block.head.iter().map(sentence).collect();
        head.push(block.keyword.text.to_owned());
        let mut rest = Vec::new();
        for line in &block.lines {
            let mut line: Vec<String> = line.tokens.iter().map(sentence).collect();
            line.sort();
            rest.push(line);
        }
        // A sentence may have moved from the head to a line of its own.
        let mut block = [vec![head], rest].concat().concat();
        block.sort();
        all.push(block);
    }
    all
}

fn comments(text: &str) -> Vec<String> {
    let spans = parse(0, text, &mut Vec::new()).comments;
    spans.iter().map(|span| text.get(span.clone()).unwrap().trim_end().to_owned()).collect()
}

/// Writes the same in another way: breaks behind commas, blanks, comments, empty lines, other line ends.
fn disturb(dice: &mut Dice, text: &str) -> String {
    let mut out = String::new();
    for (number, line) in text.lines().enumerate() {
        if dice.below(6) == 0 && !line.starts_with(|c: char| !c.is_whitespace()) {
            out.push_str(["\n", "  # inside\n", "# at the edge\n", "\n\n\n"][dice.below(4)]);
        } else if dice.below(6) == 0 {
            out.push_str(["# above\n", "\n# apart\n\n", "\n\n"][dice.below(3)]);
        }
        let mut quoted = false;
        for (at, c) in line.char_indices() {
            quoted ^= c == '"';
            out.push(c);
            let next =
                line.get(at + c.len_utf8()..).unwrap().split_whitespace().next().unwrap_or("");
            if c == ',' && !quoted && !next.is_empty() && !LINE_WORDS.contains(&next) {
                out.push_str(
                    ["", "\n     ", " # beside\n      ", "\n # between\n   "][dice.below(4)],
                );
            } else if c == ' ' && !quoted && at > 0 && dice.below(4) == 0 {
                out.push_str("  ");
            }
        }
        if dice.below(8) == 0 {
            out.push_str(&format!("  # {number}  "));
        }
        out.push_str(["\n", "\r\n"][dice.below(2)]);
    }
    out
}

fn same(before: &[Source], after: &[Source]) {
    let names = detectors(&super::DETECTORS);
    let catalogue = Catalogue { detectors: &names };
    let compiled = |sources: &[Source]| {
        sense(
            &Rulebook::compile(sources, &catalogue).unwrap_or_else(|problems| panic!("{problems}")),
        )
    };
    assert_eq!(compiled(before), compiled(after));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn the_canonical_form_says_the_same_and_stays(seed in any::<u64>(), rules in 1usize..12) {
        let mut dice = Dice::new(seed);
        let plain = policy(&mut dice, rules);
        let text = disturb(&mut dice, &plain);
        let once = formatted(&text);
        prop_assert_eq!(&formatted(&once), &once, "{}", text);
        prop_assert_eq!(words(&text), words(&once), "{}", text);
        prop_assert_eq!(comments(&text), comments(&once), "{}", text);
        prop_assert_eq!(sense(&book(&plain)), sense(&book(&text)));
        prop_assert_eq!(sense(&book(&text)), sense(&book(&once)), "{}", text);
    }

    #[test]
    fn whatever_can_be_read_can_be_written(text in "(policy|rule|test|group| law| when| and|,|\"|#|\n|\n |DE|AT|from|a|é| ){0,60}") {
        if let Ok(once) = format(&source("noise.policy", &text)) {
            let twice = format(&source("once.policy", &once));
            prop_assert_eq!(twice.ok(), Some(once.clone()), "{}", text);
            prop_assert_eq!(words(&text), words(&once));
            prop_assert_eq!(comments(&text), comments(&once));
        }
    }
}

#[test]
fn lines_stand_in_columns() {
    check(
        "rule   r  \"One sentence\"\n when data includes key # why\n\tand it leaves near,far\n then block\n law  GDPR Art. 9,Art. 44\n",
        "rule r\n  \"One sentence\"\n  when    data includes key  # why\n  and     it leaves near, far\n  then    block\n  law     GDPR Art. 9,Art. 44\n",
    );
    check(
        "destination d\n url https://d.example\n credential client\n",
        "destination d\n  url        https://d.example\n  credential client\n",
    );
    check("\n\n", "");
    check("test  \"A name\"\n given data nothing", "test \"A name\"\n  given   data nothing\n");
}

#[test]
fn countries_are_sorted_and_lists_filled() {
    check("group g\n countries SE, AT,\n  DE\n", "group g\n  countries AT, DE, SE\n");
    check("group g\n includes b, a\n country CH\n", "group g\n  includes b, a\n  country  CH\n");
    let codes = "AT, BE, BG, CY, CZ, DE, DK, EE, ES, FI, FR, GR, HR, HU, IE, IT, LT, LU, LV, MT, NL, PL, PT, RO, SE, SI, SK";
    let wide = "AT, BE, BG, CY, CZ, DE, DK, EE, ES, FI, FR, GR, HR, HU, IE, IT, LT, LU, LV, MT, NL, PL,\n            PT, RO, SE, SI, SK";
    check(&format!("group EU\n countries {codes}\n"), &format!("group EU\n  countries {wide}\n"));
    // The members of a pool are tried in their order, and a mixed list may mean something by its order.
    check("pool p\n members SE, AT\n", "pool p\n  members SE, AT\n");
    check("rule r\n when it leaves near, SE, AT\n", "rule r\n  when    it leaves near, SE, AT\n");
}

#[test]
fn comments_and_breaks_stay_where_they_belong() {
    check(
        "# of the file\n\n\n# of the group\ngroup g\n  # of the line\n countries SE, # north\n   # and the middle\n   AT\n   # at the end\n# of the next\ngroup h\n",
        "# of the file\n\n# of the group\ngroup g\n  # of the line\n  countries SE,  # north\n            # and the middle\n            AT\n  # at the end\n\n# of the next\ngroup h\n",
    );
    check(
        "rule r\n  \"One sentence\n     on two lines\"\n because  \"Since\n  so\"\n",
        "rule r\n  \"One sentence\n   on two lines\"\n  because \"Since\n           so\"\n",
    );
    // Broken before `and`, the line would become two.
    let law = format!("  law     {}, and more\n", "x".repeat(90));
    check(&format!("rule r\n{law}"), &format!("rule r\n{law}"));
}

#[test]
fn what_cannot_be_read_is_refused() {
    let refused = format(&source("x.policy", "rul r\n when\nrule s\n law \"open\nrule t\n"));
    let codes: Vec<_> = refused.unwrap_err().iter().map(|problem| problem.code).collect();
    assert_eq!(codes, ["P002", "P006"]);
}

#[test]
fn what_is_shipped_is_canonical() {
    for source in default_policy() {
        assert_eq!(format(&source).unwrap(), source.text, "run: seawall rules fmt rules/default");
    }
    let world = formatted(WORLD);
    same(&[source("a", WORLD)], &[source("b", &world)]);
}
