//! What stands in the book, chapter by chapter.

use policy::{Change, Clause, Day, Declaration, RuleInfo, Verdict};

use super::Matter;
use super::glossary::{READING, WORDS};
use super::page::Page;
use crate::hover::{listed, signed};

/// The whole book.
pub(super) fn all(matter: &Matter<'_>) -> Page {
    let mut page = Page::default();
    front(matter, &mut page);
    rules(matter, &mut page);
    exceptions(matter, &mut page);
    confirmations(matter, &mut page);
    invariants(matter, &mut page);
    calendar(matter, &mut page);
    destinations(matter, &mut page);
    groups(matter, &mut page);
    classes(matter, &mut page);
    callers(matter, &mut page);
    tests(matter, &mut page);
    page.chapter("Words");
    let word = |(word, meaning): &(&str, &str)| vec![(*word).to_owned(), (*meaning).to_owned()];
    page.table(&["word", "meaning"], WORDS.iter().map(word).collect());
    page
}

fn front(matter: &Matter<'_>, page: &mut Page) {
    let (book, report) = (matter.rulebook, matter.report);
    page.title = format!("Policy {}", book.name());
    page.quote(book.sentence());
    page.table(&["", ""], overview(matter));
    if !report.is_fine() {
        let broken = "an invariant does not hold, or a test fails";
        page.say(format!("This policy must not be put into force: {broken}."));
    }
    page.chapter("How to read the rules");
    page.list(READING.map(str::to_owned).to_vec());
    let told = |found: &policy::Diagnostic| {
        format!("{} ({}:{})", found.message, file_name(&found.file), found.line)
    };
    let doubts: Vec<String> = report.diagnostics.iter().map(told).collect();
    if !doubts.is_empty() {
        page.chapter("What the checker doubts");
        page.list(doubts);
    }
}

/// What the whole comes to, a row each.
fn overview(matter: &Matter<'_>) -> Vec<Vec<String>> {
    let (book, report) = (matter.rulebook, matter.report);
    let digest: String = book.digest().iter().map(|byte| format!("{byte:02x}")).collect();
    let passed = report.tests.iter().filter(|test| test.passed).count();
    let proofs = report.proofs.iter();
    let proved = proofs.filter(|proof| matches!(proof.verdict, Verdict::Proved)).count();
    let (errors, warnings) = (report.diagnostics.errors(), report.diagnostics.warnings());
    let rows = [
        ("owner", book.owner().unwrap_or("nobody is named").to_owned()),
        ("read on", format!("{} ({})", matter.today, book.clock().name())),
        ("digest", digest),
        ("files", matter.sources.len().to_string()),
        ("invariants", format!("{proved} of {} proved", report.proofs.len())),
        ("tests", format!("{passed} of {} pass", report.tests.len())),
        ("doubts of the checker", format!("{errors} errors, {warnings} warnings")),
    ];
    rows.map(|(what, is)| vec![what.to_owned(), is]).to_vec()
}

/// Strictest first, as decisions list them.
fn rules(matter: &Matter<'_>, page: &mut Page) {
    page.chapter("Rules");
    for info in matter.rulebook.rules() {
        let Some(known) = matter.outline.find("rule", &info.name) else { continue };
        page.block("rule", &info.name);
        page.quote(&info.sentence);
        page.table(&["", ""], sides(known));
        let mut rows =
            facts(known, &["law", "owner", "because", "remedy", "verify", "source", "review"]);
        rows.push(vec!["in force".to_owned(), in_force(info, matter.today)]);
        let exceptions = named_by(matter, "exception", "rule", &info.name);
        if !exceptions.is_empty() {
            rows.push(vec!["exceptions".to_owned(), exceptions.join(", ")]);
        }
        let tests = named_by(matter, "test", "rule", &info.name).len();
        rows.push(vec!["tests".to_owned(), tests.to_string()]);
        let place = file_name(&info.place).to_owned();
        rows.push(vec!["stands in".to_owned(), place]);
        page.table(&["", ""], rows);
    }
}

/// Conditions and actions, a row each.
fn sides(known: &Declaration) -> Vec<Vec<String>> {
    let conditions = known.conditions().zip(["when"].into_iter().chain(std::iter::repeat("and")));
    let actions = known.actions().zip(["then"].into_iter().chain(std::iter::repeat("and")));
    let rows = conditions.chain(actions);
    rows.map(|(clause, word)| vec![word.to_owned(), clause.words.clone()]).collect()
}

/// The lines with these keys, a row each.
fn facts(known: &Declaration, keys: &[&str]) -> Vec<Vec<String>> {
    let lines = known.clauses.iter().filter(|clause| keys.contains(&clause.key.as_str()));
    lines.map(|clause| vec![clause.key.clone(), clause.words.clone()]).collect()
}

fn in_force(info: &RuleInfo, today: Day) -> String {
    let from = info.from.map_or(String::new(), |day| format!(" from {day}"));
    let until = info.until.map_or(String::new(), |day| format!(" until {day}"));
    let state = match (info.from, info.until) {
        (Some(from), _) if from > today => "not yet",
        (_, Some(until)) if until < today => "no longer",
        _ if info.monitor_until.is_some_and(|until| today <= until) => "only watched",
        _ => "yes",
    };
    let watched = info.monitor_until.map_or(String::new(), |day| format!(", watched until {day}"));
    format!("{state}{from}{until}{watched}")
}

/// The blocks of one kind that mention a name.
fn named_by(matter: &Matter<'_>, kind: &str, of: &str, name: &str) -> Vec<String> {
    let mentions = |known: &&Declaration| {
        matter.outline.mentions().iter().any(|mention| {
            mention.kind == of
                && mention.name == name
                && mention.file == known.file
                && known.span.contains(&mention.at.start)
        })
    };
    let blocks = matter.outline.of_kind(kind).filter(mentions);
    blocks.map(|known| known.name.clone()).collect()
}

/// The next to end first.
fn exceptions(matter: &Matter<'_>, page: &mut Page) {
    page.chapter("Exceptions, by their end");
    let mut all: Vec<&Declaration> = matter.outline.of_kind("exception").collect();
    if all.is_empty() {
        page.say("There are none.");
    }
    let end = |known: &Declaration| last_day(known.line("until"));
    all.sort_by_key(|known| (end(known), known.name.clone()));
    let row = |known: &&Declaration| {
        let conditions: Vec<&str> = known.conditions().map(|one| one.words.as_str()).collect();
        let until = known.line("until").or(known.line("from")).unwrap_or("");
        let over = end(known).is_some_and(|end| end < matter.today);
        let line = |key| known.line(key).unwrap_or("").to_owned();
        vec![
            format!("{until}{}", if over { " (over)" } else { "" }),
            known.name.clone(),
            line("to").trim_start_matches("rule ").to_owned(),
            conditions.join(" and "),
            line("because"),
            line("owner"),
            line("granted"),
        ]
    };
    let heads = ["until", "exception", "suspends", "when", "because", "owner", "granted"];
    page.table(&heads, all.iter().map(row).collect());
}

/// Facts on which nothing is permitted until a person has answered for them, and who did.
fn confirmations(matter: &Matter<'_>, page: &mut Page) {
    let marked = |known: &Declaration| -> Vec<Vec<String>> {
        let verify = |clause: &&Clause| {
            clause.key == "verify" || clause.words.split(' ').any(|word| word == "verify")
        };
        let prose = ["law", "owner", "because", "remedy"];
        let clauses = known.clauses.iter().filter(|one| !prose.contains(&one.key.as_str()));
        let row = |clause: &Clause| {
            vec![
                format!("{} {}", known.kind, known.name),
                format!("{} {}", clause.key, clause.words),
            ]
        };
        clauses.filter(verify).map(row).collect()
    };
    let kinds = ["group", "rule"];
    let all = matter.outline.declarations().iter();
    let rows: Vec<_> = all.filter(|one| kinds.contains(&one.kind)).flat_map(marked).collect();
    let given = matter.outline.of_kind("confirmation").map(|known| {
        let line = |key| known.line(key).unwrap_or("").to_owned();
        vec![known.name.clone(), line("of"), line("by"), line("until"), line("because")]
    });
    let given: Vec<_> = given.collect();
    if rows.is_empty() && given.is_empty() {
        return;
    }
    page.chapter("Facts to be confirmed");
    page.say(
        "Until somebody confirms it, such a fact may tighten what is decided and never loosens it.",
    );
    page.table(&["stands in", "as written"], rows);
    page.table(&["confirmation", "of", "by", "until", "because"], given);
}

fn invariants(matter: &Matter<'_>, page: &mut Page) {
    page.chapter("Invariants");
    let mut all: Vec<&Declaration> = matter.outline.of_kind("invariant").collect();
    all.sort_by(|a, b| a.name.cmp(&b.name));
    if all.is_empty() {
        page.say("There are none: nothing is guaranteed beside the rules.");
    }
    for known in all {
        page.block("invariant", &known.name);
        page.quote(&known.sentence);
        let mut rows = sides(known);
        rows.extend(facts(known, &["law", "owner", "review"]));
        let mut proofs = matter.report.proofs.iter();
        if let Some(proof) = proofs.find(|proof| proof.invariant == known.name) {
            rows.push(vec!["the prover says".to_owned(), said(proof)]);
        }
        page.table(&["", ""], rows);
    }
}

fn said(proof: &policy::Proof) -> String {
    let over = format!(
        "it speaks of {} of {} situations decided one by one",
        proof.guarded, proof.situations
    );
    match &proof.verdict {
        Verdict::Proved => format!("proved over all situations; {over}"),
        Verdict::Sampled => format!("held in a sample, which is no proof; {over}"),
        Verdict::Vacuous => "guards nothing: no situation satisfies its condition".to_owned(),
        Verdict::Violated { example, .. } => format!("DOES NOT HOLD, for example: {example}"),
    }
}

/// What changes by itself after the day of the book.
fn calendar(matter: &Matter<'_>, page: &mut Page) {
    page.chapter("What changes by itself");
    let mut days: Vec<(Day, String)> = Vec::new();
    for known in matter.outline.declarations() {
        let what = format!("{} {}", known.kind, known.name);
        for clause in &known.clauses {
            days.extend(
                dated(&clause.key, &clause.words, known.kind)
                    .into_iter()
                    .map(|(day, happens)| (day, format!("{what}{happens}"))),
            );
        }
        if known.kind == "group" {
            let changes = matter.outline.changes(&known.name, matter.today);
            let told = |change: Change| (change.day, format!("{what}: {}", signed(&change)));
            days.extend(changes.into_iter().map(told));
        }
    }
    days.retain(|(day, _)| *day > matter.today);
    days.sort();
    days.dedup();
    if days.is_empty() {
        page.say("Nothing: the policy names no day to come.");
    }
    let rows = days.into_iter().map(|(day, what)| vec![day.to_string(), what]).collect();
    page.table(&["on", "changes"], rows);
}

/// The days that a line names, each the first on which it is so, and what happens.
fn dated(key: &str, words: &str, kind: &str) -> Vec<(Day, String)> {
    let about = match key {
        "from" | "until" => String::new(),
        "mode" => " as a rule that is only watched".to_owned(),
        "attests" => format!(": {}", words.split(' ').next().unwrap_or("")),
        "review" => {
            return last_day(Some(words))
                .map(|day| (day, " is to be reviewed".to_owned()))
                .into_iter()
                .collect();
        }
        _ => return Vec::new(),
    };
    // A line of a group is told by what it does to its members.
    if kind == "group" {
        return Vec::new();
    }
    let words: Vec<&str> = [key].into_iter().chain(words.split(' ')).collect();
    let pairs = words.iter().zip(words.iter().skip(1));
    pairs
        .filter_map(|(word, day)| match *word {
            "from" => Some((Day::parse(day)?, format!(" begins{about}"))),
            "until" => Some((Day::parse(day)?.next(), format!(" has ended{about}"))),
            _ => None,
        })
        .collect()
}

fn last_day(words: Option<&str>) -> Option<Day> {
    words?.split(' ').find_map(Day::parse)
}

fn destinations(matter: &Matter<'_>, page: &mut Page) {
    page.chapter("Destinations");
    for info in matter.rulebook.destinations() {
        let Some(known) = matter.outline.find("destination", &info.name) else { continue };
        page.block("destination", &info.name);
        page.quote(&info.sentence);
        let mut rows: Vec<Vec<String>> = known
            .clauses
            .iter()
            .map(|clause| vec![clause.key.clone(), clause.words.clone()])
            .collect();
        let places = [&info.answers_to, &info.processed, &info.stored, &info.keys];
        let labels = ["law of the operator", "place of processing", "place of storage", "keys"];
        let open = labels.into_iter().zip(places).filter(|(_, places)| places.is_empty());
        let open: Vec<&str> = open.map(|(label, _)| label).collect();
        if !open.is_empty() {
            rows.push(vec!["not declared".to_owned(), open.join(", ")]);
        }
        if info.answers_to.is_empty() || info.processed.is_empty() {
            rows.push(vec!["counts as".to_owned(), "anywhere".to_owned()]);
        }
        let mut named: Vec<&String> = places.into_iter().flatten().collect();
        named.sort();
        named.dedup();
        rows.extend(
            named.into_iter().map(|place| vec![format!("{place} is in"), groups_of(matter, place)]),
        );
        let pools = named_by(matter, "pool", "destination", &info.name);
        if !pools.is_empty() {
            rows.push(vec!["pools".to_owned(), pools.join(", ")]);
        }
        page.table(&["", ""], rows);
    }
}

/// The groups that a place is in on the day of the book.
fn groups_of(matter: &Matter<'_>, place: &String) -> String {
    let holds = |known: &&Declaration| {
        let members = matter.outline.members(&known.name, matter.today);
        members.into_iter().flatten().any(|member| member.place == *place)
    };
    let mut groups: Vec<&str> =
        matter.outline.of_kind("group").filter(holds).map(|known| known.name.as_str()).collect();
    groups.sort_unstable();
    if groups.is_empty() { "no group".to_owned() } else { groups.join(", ") }
}

fn groups(matter: &Matter<'_>, page: &mut Page) {
    page.chapter("Groups of countries and zones");
    let mut all: Vec<&Declaration> = matter.outline.of_kind("group").collect();
    all.sort_by(|a, b| a.name.cmp(&b.name));
    if all.is_empty() {
        page.say("There are none.");
    }
    for known in all {
        page.block("group", &known.name);
        page.quote(&known.sentence);
        let members = matter.outline.members(&known.name, matter.today).unwrap_or_default();
        page.say(format!("On {}: {} members. {}", matter.today, members.len(), listed(&members)));
        if members.iter().any(|member| !member.is_sure) {
            page.say("A question mark: on conditions, or not confirmed.");
        }
        let rows = known.clauses.iter();
        let rows = rows.map(|clause| vec![clause.key.clone(), clause.words.clone()]).collect();
        page.table(&["line", "as written"], rows);
    }
}

fn classes(matter: &Matter<'_>, page: &mut Page) {
    page.chapter("Classes of data");
    let row = |info: &policy::ClassInfo| {
        let kind = matter.outline.find("class", &info.name);
        let kind = kind.and_then(|known| known.line("kind")).unwrap_or("");
        let found_by = info.detect.iter().map(|name| {
            let count = matter.detectors.iter().filter(|one| one.family == *name).count();
            if count > 1 { format!("{name} ({count} detectors)") } else { name.clone() }
        });
        vec![
            info.name.clone(),
            info.sentence.clone(),
            kind.to_owned(),
            found_by.collect::<Vec<_>>().join(", "),
            info.law.clone().unwrap_or_default(),
        ]
    };
    let rows = matter.rulebook.classes().iter().map(row).collect();
    page.table(&["class", "means", "kind", "found by", "law"], rows);
}

/// Whoever is named: callers, what is declared of them, and who approves.
fn callers(matter: &Matter<'_>, page: &mut Page) {
    let kinds = [
        "agency",
        "department",
        "application",
        "role",
        "people",
        "purpose",
        "basis",
        "sector",
        "criticality",
        "counter",
        "zone",
    ];
    let of = |kind| matter.outline.of_kind(kind);
    let rows: Vec<Vec<String>> = kinds
        .into_iter()
        .flat_map(of)
        .map(|known| {
            let lines = known.clauses.iter().map(|one| format!("{} {}", one.key, one.words));
            let lines: Vec<String> = lines.collect();
            let name = format!("{} {}", known.name, known.head);
            vec![
                known.kind.to_owned(),
                name.trim_end().to_owned(),
                known.sentence.clone(),
                lines.join("; "),
            ]
        })
        .collect();
    if !rows.is_empty() {
        page.chapter("Callers, roles and zones");
    }
    page.table(&["kind", "name", "means", "declared"], rows);
}

fn tests(matter: &Matter<'_>, page: &mut Page) {
    page.chapter("Tests");
    if matter.report.tests.is_empty() {
        page.say("There are none.");
    }
    let row = |test: &policy::TestResult| {
        let verdict = if test.passed { "passes" } else { "FAILS" };
        vec![test.name.clone(), verdict.to_owned(), test.decided.clone()]
    };
    page.table(&["situation", "", "decided"], matter.report.tests.iter().map(row).collect());
}

/// The last part of a path: where a policy lies on a machine is nothing to its readers.
fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}
