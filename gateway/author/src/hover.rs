//! What a name means, where it stands.

use std::fmt::Write as _;

use lsp_types::{Hover, HoverContents, MarkupContent, MarkupKind};
use policy::{Change, Country, Declaration, Language, Membership, Mention};

use crate::book::mark;
use crate::desk::{Desk, Reading};

/// What is said of a word, in Markdown.
pub(crate) fn of(desk: &Desk, reading: &Reading, word: &Mention) -> Hover {
    let value = match word.kind {
        "country" => country(&word.name),
        "language" => {
            let name = Language::parse(&word.name).map_or("", Language::name);
            format!("**language** `{}` {name}", word.name)
        }
        "detector" => detector(desk, &word.name),
        "attestation" => attestation(reading, &word.name),
        kind => match reading.outline.find(kind, &word.name) {
            Some(declared) => declaration(reading, declared),
            None => built_in(reading, kind, &word.name),
        },
    };
    let contents = HoverContents::Markup(MarkupContent { kind: MarkupKind::Markdown, value });
    let range = Some(reading.lines(word.file).range(&word.at));
    Hover { contents, range }
}

fn country(code: &str) -> String {
    let name = Country::parse(code).ok().and_then(|country| country.name());
    format!("**country** `{code}` {}", name.unwrap_or("(left by ISO 3166 to its users)"))
}

fn detector(desk: &Desk, name: &str) -> String {
    if let Some(one) = desk.detectors.iter().find(|one| one.id == name && one.family != name) {
        return format!("**detector** `{name}` of family `{}`\n\n{}", one.family, mark(&one.title));
    }
    let family: Vec<_> = desk.detectors.iter().filter(|one| one.family == name).collect();
    let mut text = format!("**family** `{name}` of {} detectors\n", family.len());
    for one in family.iter().take(SHOWN) {
        let _ = write!(text, "\n- `{}` {}", one.id, mark(&one.title));
    }
    if family.len() > SHOWN {
        let _ = write!(text, "\n- and {} more", family.len() - SHOWN);
    }
    text
}

fn attestation(reading: &Reading, name: &str) -> String {
    let attests = |known: &&Declaration| {
        known.lines("attests").any(|words| words.split(' ').next() == Some(name))
    };
    let who: Vec<&str> = reading
        .outline
        .of_kind("destination")
        .filter(attests)
        .map(|known| known.name.as_str())
        .collect();
    let who = if who.is_empty() { "no destination".to_owned() } else { who.join(", ") };
    format!("**attestation** `{name}`\n\nattested by {who}")
}

fn built_in(reading: &Reading, kind: &str, name: &str) -> String {
    let sentence = reading.outline.names(kind).into_iter().find(|(known, _)| known == name);
    let sentence = sentence.map_or_else(String::new, |(_, sentence)| sentence);
    format!("**{kind}** `{name}` (built in)\n\n{}", mark(&sentence))
}

fn declaration(reading: &Reading, known: &Declaration) -> String {
    let mut text = format!("**{}** `{}`", known.kind, mark(&known.name));
    if !known.head.is_empty() {
        let _ = write!(text, " {}", mark(&known.head));
    }
    if !known.sentence.is_empty() {
        let _ = write!(text, "\n\n{}", mark(&known.sentence));
    }
    if known.kind == "group" {
        group(reading, &known.name, &mut text);
    }
    if let Some(result) =
        reading.tests.iter().find(|test| known.kind == "test" && test.name == known.name)
    {
        let _ = write!(text, "\n\ndecided: {}", mark(&result.decided));
    }
    let mut proofs = reading.proofs.iter().flatten();
    if let Some(proof) =
        proofs.find(|proof| known.kind == "invariant" && proof.invariant == known.name)
    {
        let _ = write!(text, "\n\n{} ({} situations guarded)", proof.verdict.name(), proof.guarded);
    }
    text.push('\n');
    // Who is in a group is told already.
    let told = |key: &str| known.kind == "group" && !["law", "owner", "review"].contains(&key);
    for clause in known.clauses.iter().filter(|clause| !told(&clause.key)) {
        let _ = write!(text, "\n- {} {}", clause.key, mark(&clause.words));
    }
    text
}

/// Who is in it today, and what becomes of that by itself.
fn group(reading: &Reading, name: &str, text: &mut String) {
    let members = reading.outline.members(name, reading.today).unwrap_or_default();
    let _ = write!(text, "\n\non {}: {} countries and zones", reading.today, members.len());
    if !members.is_empty() {
        let _ = write!(text, ": {}", listed(&members));
    }
    if members.iter().any(|member| !member.is_sure) {
        text.push_str("\n\n? on conditions, or not confirmed");
    }
    for change in reading.outline.changes(name, reading.today) {
        let _ = write!(text, "\n\nfrom {}: {}", change.day, signed(&change));
    }
}

/// Places with a blank between them.
pub(crate) fn listed(members: &[Membership]) -> String {
    members.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

/// `+DE −FR`.
pub(crate) fn signed(change: &Change) -> String {
    let joins = change.joins.iter().map(|member| format!("+{member}"));
    let leaves = change.leaves.iter().map(|member| format!("−{member}"));
    joins.chain(leaves).collect::<Vec<_>>().join(" ")
}

/// So many detectors of a family are listed.
const SHOWN: usize = 12;
