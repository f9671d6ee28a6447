//! How long a decision takes with 20, 200 and 1000 rules, and how long compiling takes: all of the text, and the table of the
//! day with the one after it.
//!
//! Plain main, no harness: each number is the best of five runs over 4,096 random situations, so that
//! other work on the machine shows as little as it can.

#![expect(clippy::disallowed_methods, reason = "measures time")]

use std::fmt::Write as _;
use std::hint::black_box;
use std::time::Instant;

use policy::{
    Candidate, Catalogue, ClassLevels, Country, Day, Grade, Level, Rulebook, Situation, Source,
    Subjects,
};

struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % n
    }
}

const CODES: [&str; 20] = [
    "AT", "BE", "BG", "CH", "CZ", "DE", "DK", "ES", "FI", "FR", "GB", "IE", "IT", "JP", "KR", "NL",
    "NO", "PL", "SE", "US",
];

fn policy(rules: usize, dice: &mut Dice) -> String {
    let mut text = String::from("policy bench\n");
    for class in 0..12 {
        let _ = writeln!(text, "class c{class}\n  detect d");
    }
    for group in 0..4 {
        let codes: Vec<&str> =
            CODES.iter().copied().filter(|_| dice.below(2) == 0).chain(["DE"]).collect();
        let _ = writeln!(text, "group g{group}\n  countries {}", codes.join(", "));
    }
    let _ = writeln!(text, "agency a");
    for department in 0..20 {
        let _ = writeln!(text, "department d{department} of a");
    }
    for destination in 0..32 {
        let tier = ["must-control", "allied", "market"][destination % 3];
        let code = CODES[dice.below(20)];
        let _ = writeln!(
            text,
            "destination t{destination}\n  url https://t{destination}.example\n  operator T answers to {code}\n  \
             processed in {code}\n  tier {tier}"
        );
    }
    text.push_str("pool home\n  members t0, t3\n");
    for rule in 0..rules {
        let (class, second) = (dice.below(12), dice.below(12));
        let _ = write!(text, "rule r{rule}\n  when data includes c{class}, c{second}\n");
        match dice.below(5) {
            0 => drop(writeln!(text, "  and it is about residents of g{}", dice.below(4))),
            1 => drop(writeln!(text, "  and it leaves g{}", dice.below(4))),
            2 => drop(writeln!(text, "  and it stays in g{}", dice.below(4))),
            3 => drop(writeln!(text, "  and it comes from department d{}", dice.below(20))),
            _ => drop(writeln!(text, "  and it goes to t{}, t{}", dice.below(32), dice.below(32))),
        }
        let action = match dice.below(10) {
            0..=5 => "allow".to_owned(),
            6 | 7 => format!("redact c{class} as token"),
            8 => "reroute to home".to_owned(),
            _ => "block".to_owned(),
        };
        let _ = writeln!(text, "  then {action}");
        if rule % 50 == 7 {
            let _ = writeln!(text, "  from 2026-{:02}-01", 1 + dice.below(12));
        }
    }
    text
}

fn cases(book: &Rulebook, dice: &mut Dice) -> Vec<(Situation, Candidate)> {
    let country = |dice: &mut Dice| Country::parse(CODES[dice.below(20)]).ok();
    let mut all = Vec::new();
    for _ in 0..4_096 {
        let mut classes = ClassLevels::none();
        for _ in 0..dice.below(4) {
            if let Some(class) = book.class(&format!("c{}", dice.below(12))) {
                classes.set(class, Level::Likely);
            }
        }
        let name = format!("t{}", dice.below(32));
        let Some(destination) = book.destination(&name) else { continue };
        let subjects = Subjects {
            countries: country(dice).into_iter().collect(),
            unknown: dice.below(5) == 0,
        };
        let day = Day::from_unix(1_795_219_200, book.clock());
        let found = country(dice).into_iter().collect();
        all.push((
            Situation { classes, subjects, ..Situation::on(day) },
            Candidate { grade: Grade::Consistent, found, ..Candidate::to(destination) },
        ));
    }
    all
}

fn best<T>(mut run: impl FnMut() -> T) -> f64 {
    let once = |run: &mut dyn FnMut() -> T| {
        let start = Instant::now();
        black_box(run());
        start.elapsed().as_secs_f64()
    };
    (0..5).map(|_| once(&mut run)).fold(f64::INFINITY, f64::min)
}

#[expect(clippy::print_stdout, reason = "a bench prints its numbers")]
fn main() {
    println!(
        "{:>6} {:>8} {:>14} {:>14} {:>14} {:>14} {:>14}",
        "rules",
        "epochs",
        "decision ns",
        "and ids read",
        "rules matched",
        "compile ms",
        "explain µs"
    );
    let detectors = [("d".to_owned(), "d".to_owned())];
    let catalogue = Catalogue { detectors: &detectors };
    for rules in [20, 200, 1_000] {
        let mut dice = Dice(0x5eed);
        let sources = [Source { path: "bench.policy".to_owned(), text: policy(rules, &mut dice) }];
        let compile = best(|| {
            let book = Rulebook::compile(&sources, &catalogue).ok();
            book.map(|book| book.prepare(Day::from_unix(1_795_219_200, book.clock()))).is_some()
        });
        let book = match Rulebook::compile(&sources, &catalogue) {
            Ok(book) => book,
            Err(problems) => return println!("{problems}"),
        };
        let cases = cases(&book, &mut dice);
        let per = |seconds: f64| seconds * 1e9 / cases.len() as f64;
        let matched = || cases.iter().map(|(s, c)| book.decide(s, c).rules.len()).sum::<usize>();
        // The whole decision is handed over, with the set of all rules that match, so that no part of it can be left out.
        let fast = best(|| {
            cases.iter().filter(|(s, c)| black_box(&book.decide(s, black_box(c))).sends()).count()
        });
        let ids =
            |decision: policy::Decision| decision.rules.iter().map(|id| id.index()).sum::<usize>();
        let read =
            best(|| cases.iter().map(|(s, c)| ids(book.decide(s, black_box(c)))).sum::<usize>());
        let few = &cases[..cases.len().min(200)];
        let told = best(|| {
            few.iter().map(|(s, c)| book.explain(s, c).to_the_point().len()).sum::<usize>()
        });
        println!(
            "{rules:>6} {:>8} {:>14.0} {:>14.0} {:>14.1} {:>14.2} {:>14.1}",
            book.cuts().len() + 1,
            per(fast),
            per(read),
            matched() as f64 / cases.len() as f64,
            compile * 1e3,
            told * 1e6 / few.len() as f64
        );
    }
    shipped();
    proofs();
}

/// How long it takes to prove an invariant of 200 random rules, or to find what breaks it, in all epochs: with the compiling, the
/// warnings and the tests of `check`.
#[expect(clippy::print_stdout, reason = "a bench prints its numbers")]
fn proofs() {
    let detectors = [("d".to_owned(), "d".to_owned())];
    let catalogue = Catalogue { detectors: &detectors };
    let guard = "rule keep\n  when data includes c0\n  and it leaves g0\n  then block\n";
    let invariant = "invariant kept\n  when data includes c0\n  and it leaves g0\n  then it must never be sent\n";
    for (what, guard) in [("proved", guard), ("broken", "")] {
        let text = policy(200, &mut Dice(0x5eed)) + guard + invariant;
        let sources = [Source { path: "bench.policy".to_owned(), text }];
        let verdict =
            policy::check(&sources, &catalogue, None).proofs.first().map(|p| p.verdict.name());
        let took = best(|| policy::check(&sources, &catalogue, None).proofs.len());
        println!("200 rules, {what}: {:.1} ms ({})", took * 1e3, verdict.unwrap_or("not compiled"));
    }
}

/// The embedded policy, on the request that is most common: clean text to the market.
#[expect(clippy::print_stdout, reason = "a bench prints its numbers")]
fn shipped() {
    let names = [
        "contact",
        "national-id",
        "tax-id",
        "social-security",
        "passport",
        "birth-date",
        "bank-account",
        "card",
        "health",
        "device",
        "credential",
        "marking-eu",
        "marking-nato",
        "marking-national",
        "person-name",
        "person-number",
        "age",
        "location",
        "crypto-wallet",
        "marking-label",
        "privilege",
        "business-secret",
        "special-category",
        "offence",
    ];
    let detectors: Vec<_> =
        names.iter().map(|name| ((*name).to_owned(), (*name).to_owned())).collect();
    let sources = policy::default_policy();
    let Ok(book) = Rulebook::compile(&sources, &Catalogue { detectors: &detectors }) else {
        return;
    };
    let Some(destination) = book.destination("openai") else { return };
    let situation = Situation::on(Day::from_unix(1_795_219_200, book.clock()));
    let candidate = Candidate::to(destination);
    let once = || black_box(&book.decide(black_box(&situation), &candidate)).sends();
    let run = || (0..100_000).filter(|_| once()).count();
    println!("default policy, clean text: {:.0} ns a decision", best(run) * 1e9 / 1e5);
}
