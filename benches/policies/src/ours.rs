//! Ours: the sentence policy, compiled to its table.

use std::collections::BTreeSet;
use std::error::Error;
use std::fmt::Write as _;

use policy::{
    Candidate, Catalogue, ClassLevels, Client, Country, Day, Identity, Level, Rulebook, Situation,
    Source, Subjects,
};

use crate::Engine;
use crate::rules::{CLASSES, Case, DEPARTMENTS, DESTINATIONS, Rule, Rules, Where};

struct Ours {
    book: Rulebook,
    cases: Vec<(Situation, Candidate)>,
}

pub fn engine(rules: &Rules, cases: &[Case]) -> Result<Box<dyn Engine>, Box<dyn Error>> {
    let sources = [Source { path: "bench.policy".to_owned(), text: text(rules) }];
    let detectors = [("d".to_owned(), "d".to_owned())];
    let book = Rulebook::compile(&sources, &Catalogue { detectors: &detectors })
        .map_err(|e| e.to_string())?;
    let today = Day::from_unix(1_795_219_200, book.clock());
    book.prepare(today);
    let case = |case: &Case| -> Option<(Situation, Candidate)> {
        let mut classes = ClassLevels::none();
        for class in &case.classes {
            classes.set(book.class(&format!("c{class}"))?, Level::Confirmed);
        }
        let key = Some(format!("k{}", case.department));
        let client: Client = book.client(&Identity { key, ..Identity::default() });
        let countries = vec![Country::parse(case.subject).ok()?];
        let subjects = Subjects { countries, unknown: false };
        let candidate = Candidate::to(book.destination(&format!("t{}", case.destination))?);
        Some((Situation { classes, client, subjects, ..Situation::on(today) }, candidate))
    };
    let cases: Option<Vec<_>> = cases.iter().map(case).collect();
    let cases = cases.ok_or("a case names what the policy does not")?;
    Ok(Box::new(Ours { book, cases }))
}

impl Engine for Ours {
    fn name(&self) -> &'static str {
        "Seawall"
    }

    fn matching(&mut self, case: usize) -> BTreeSet<usize> {
        let (situation, candidate) = &self.cases[case];
        let decision = self.book.decide(situation, candidate);
        let name = |rule| self.book.rule(rule).map(|info| &info.name[1..]);
        decision.rules.iter().filter_map(|rule| name(rule)?.parse().ok()).collect()
    }

    fn decide(&mut self, case: usize) -> usize {
        let (situation, candidate) = &self.cases[case];
        self.book.decide(situation, candidate).rules.len()
    }
}

fn text(rules: &Rules) -> String {
    let mut text = String::from("policy bench\nagency a\n");
    for class in 0..CLASSES {
        let _ = writeln!(text, "class c{class}\n  detect d");
    }
    for (number, countries) in rules.groups.iter().enumerate() {
        let _ = writeln!(text, "group g{number}\n  countries {}", countries.join(", "));
    }
    for department in 0..DEPARTMENTS {
        let _ = writeln!(text, "department d{department} of a\n  clients key k{department}");
    }
    for destination in 0..DESTINATIONS {
        let _ = writeln!(
            text,
            "destination t{destination}\n  url https://t{destination}.example\n  operator T answers to DE\n  processed in DE\n  tier market"
        );
    }
    rules.list.iter().enumerate().for_each(|(number, rule)| write(&mut text, number, rule));
    text
}

fn write(text: &mut String, number: usize, rule: &Rule) {
    let [first, second] = rule.classes;
    let more = match &rule.whereabouts {
        Where::Group(group) => format!("it is about residents of g{group}"),
        Where::Destinations([one, other]) => format!("it goes to t{one}, t{other}"),
        Where::Department(department) => format!("it comes from department d{department}"),
    };
    let action = if rule.block { "block" } else { "allow" };
    let _ = writeln!(
        text,
        "rule r{number}\n  when data includes c{first}, c{second}\n  and {more}\n  then {action}"
    );
}
