//! The book: what stands in it, and in which order.

use super::*;

fn book(text: &str, medium: Medium) -> String {
    let sources = [Source { path: "/somewhere/p.policy".to_owned(), text: text.to_owned() }];
    let detectors = detectors();
    let names: Vec<_> = detectors.iter().map(|one| (one.id.clone(), one.family.clone())).collect();
    let report = policy::check(&sources, &policy::Catalogue { detectors: &names }, Some(NOW));
    let today = policy::Day::parse("2026-11-21").unwrap();
    Book::of(&sources, &detectors, &report, today).unwrap().write(medium)
}

#[test]
fn the_book_has_its_chapters_in_order() {
    let text = format!(
        "{POLICY}exception later\n to rule clean\n when it comes from anonymous\n because \"b\"\n owner o\n granted 2026-01-01 by g\n until 2027-06-30\n\
         exception sooner\n to rule people-at-home\n when it comes from anonymous\n because \"a\"\n owner o\n granted 2026-01-01 by g\n until 2026-12-31\n"
    );
    let told = book(&text, Medium::Markdown);
    let heads: Vec<&str> = told.lines().filter_map(|line| line.strip_prefix("## ")).collect();
    assert_eq!(
        heads.iter().filter(|head| !head.contains("doubts")).collect::<Vec<_>>(),
        [
            &"How to read the rules",
            &"Rules",
            &"Exceptions, by their end",
            &"Invariants",
            &"What changes by itself",
            &"Destinations",
            &"Groups of countries and zones",
            &"Classes of data",
            &"Tests",
            &"Words",
        ]
    );
    let line = |words: &str| {
        told.lines()
            .position(|line| line.contains(words))
            .unwrap_or_else(|| panic!("{words} in {told}"))
    };
    assert!(
        line("| 2026-12-31 | sooner | people-at-home |") < line("| 2027-06-30 | later | clean |")
    );
    line("> Persons stay");
    line("| when | data includes people |");
    line("| law | Act 1 |");
    line("| exceptions | later |");
    line("| 2027-01-01 | group near: +CH |");
    line("| 2027-07-01 | exception later has ended |");
    line("| DE is in | near |");
    line("| not declared | place of storage, keys |");
    line("On 2026-11-21: 2 members. DE FR");
    line("name (2 detectors)");
    line("| the prover says | proved over all situations");
    assert!(!told.contains("/somewhere"), "where a policy lies is nothing to its readers");
}

#[test]
fn the_html_stands_alone_and_takes_nothing_for_markup() {
    let text = POLICY.replace("Clean text goes\"", "Clean <script>alert(1)</script> & text\"");
    let told = book(&text, Medium::Html);
    assert!(told.contains("Clean &lt;script&gt;alert(1)&lt;/script&gt; &amp; text"), "{told}");
    for banned in ["<script", "<link", "<img", "@import", "url(", "src="] {
        assert!(!told.contains(banned), "{banned}");
    }
    // Every entry of the contents leads to a heading, and each heading has a place of its own.
    let targets: Vec<&str> =
        told.split("href=\"#").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert!(targets.len() >= 15, "{targets:?}");
    for target in &targets {
        assert_eq!(told.matches(&format!("id=\"{target}\"")).count(), 1, "{target}");
    }
    assert_eq!(told, book(&text, Medium::Html), "the same policy, the same book");
}

#[test]
fn a_policy_that_must_not_be_used_says_so_in_front() {
    let text = POLICY.replace("expect allow by clean", "expect block");
    let told = book(&text, Medium::Markdown);
    let warning = told.find("must not be put into force").unwrap();
    assert!(warning < told.find("## Rules").unwrap());
    assert!(!book(POLICY, Medium::Markdown).contains("must not be put into force"));
}

/// A cell of a table is one line, whatever a policy says.
#[test]
fn markdown_keeps_its_tables() {
    let text = POLICY.replace("Clean text goes", "a | b\n   `c` [d](e)");
    let told = book(&text, Medium::Markdown);
    assert!(told.contains("> a \\| b \\`c\\` \\[d\\](e)"), "{told}");
    let mut columns = 0;
    for line in told.lines() {
        let bars = line.replace("\\|", "").matches('|').count();
        columns = if line.starts_with('|') && columns == 0 {
            bars
        } else if line.starts_with('|') {
            columns
        } else {
            0
        };
        assert!(!line.starts_with('|') || bars == columns, "{line}");
    }
}
