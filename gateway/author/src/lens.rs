//! One line above each rule, exception, invariant and test: how it stands.

use lsp_types::{CodeLens, Command};
use policy::{Day, Declaration};

use crate::desk::Reading;

/// The lines of one file.
pub(crate) fn of(reading: &Reading, path: &str) -> Vec<CodeLens> {
    let Some((number, _)) = reading.file(path) else { return Vec::new() };
    let lines = reading.lines(number);
    let blocks = reading.outline.declarations().iter().filter(|known| known.file == number);
    let lens = |known: &Declaration| {
        let title = title(reading, known)?;
        let command = Command { title, command: String::new(), arguments: None };
        Some(CodeLens { range: lines.range(&known.at), command: Some(command), data: None })
    };
    blocks.filter_map(lens).collect()
}

fn title(reading: &Reading, known: &Declaration) -> Option<String> {
    match known.kind {
        "rule" => Some(rule(reading, known)),
        "exception" => exception(reading, known),
        "invariant" => Some(invariant(reading, known)),
        "test" => test(reading, known),
        _ => None,
    }
}

/// In how many tests it decides, and whether it ever holds.
fn rule(reading: &Reading, known: &Declaration) -> String {
    let named = |test: &&Declaration| {
        let mut mentions = reading.outline.mentions().iter();
        mentions.any(|mention| {
            mention.kind == "rule"
                && mention.name == known.name
                && mention.file == test.file
                && test.span.contains(&mention.at.start)
        })
    };
    let mut parts = vec![match reading.outline.of_kind("test").filter(named).count() {
        0 => "no test names it".to_owned(),
        1 => "1 test names it".to_owned(),
        several => format!("{several} tests name it"),
    }];
    let never = reading
        .diagnostics
        .iter()
        .any(|one| one.code == "P109" && one.span == known.at && is_in(reading, known, &one.file));
    if never {
        parts.push("never decides".to_owned());
    }
    let today = reading.today;
    let day = |key: &str| known.line(key).and_then(|words| Day::parse(words.split(' ').next()?));
    match (day("from"), day("until")) {
        (Some(from), _) if from > today => parts.push(format!("not before {from}")),
        (_, Some(until)) if until < today => parts.push(format!("ended on {until}")),
        _ => {}
    }
    let watched = known.line("mode").and_then(|words| Day::parse(words.rsplit(' ').next()?));
    match watched {
        Some(until) if today <= until => parts.push(format!("only watched until {until}")),
        _ => {}
    }
    parts.join(" · ")
}

fn exception(reading: &Reading, known: &Declaration) -> Option<String> {
    let until = Day::parse(known.line("until")?)?;
    Some(match until.days_since(reading.today) {
        left if left < 0 => format!("ended on {until}"),
        0 => "ends today".to_owned(),
        1 => "ends tomorrow".to_owned(),
        left => format!("ends in {left} days"),
    })
}

fn invariant(reading: &Reading, known: &Declaration) -> String {
    let Some(proofs) = &reading.proofs else {
        return "to be proved in a moment".to_owned();
    };
    match proofs.iter().find(|proof| proof.invariant == known.name) {
        Some(proof) => {
            let told = proof.to_string();
            let verdict = told.split_once(&known.name).map_or("", |(_, verdict)| verdict);
            verdict.split_whitespace().collect::<Vec<_>>().join(" ")
        }
        None => "not proved: the policy has mistakes".to_owned(),
    }
}

fn test(reading: &Reading, known: &Declaration) -> Option<String> {
    let result = reading.tests.iter().find(|test| test.name == known.name)?;
    let verdict = if result.passed { "passes" } else { "FAILS" };
    let text = if result.text_unread { " · `rules test` reads its text" } else { "" };
    Some(format!("{verdict}: {}{text}", result.decided))
}

fn is_in(reading: &Reading, known: &Declaration, path: &str) -> bool {
    reading.sources.get(known.file).is_some_and(|source| source.path == path)
}
