//! Configurations (a) and (b): all patterns and words as they are, in one database or split by kind. Only counts; nothing is verified.

use regex_syntax::hir::{Class, Hir, HirKind};

use crate::hs::{CASELESS, Database, Library, Pattern, UTF8};
use crate::rules::{Rule, Rules, plain};
use crate::translate::{bounded, edges};

/// More branches than these are patterns of their own.
const MANY: usize = 8;

/// Detectors with patterns that Hyperscan refuses as too large. In (a) and (b) what is counted in them goes on without a bound.
const LOOSENED: [&str; 2] = ["cred.password-laid-out", "fin.iban-apart"];

/// Databases that are run one after the other over each text.
pub struct Databases {
    databases: Vec<Database>,
    /// Patterns that were refused, with the reason.
    pub rejects: Vec<String>,
    pub patterns: usize,
}

/// Which database of (b) a pattern goes into.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Credential,
    Marking,
    Number,
    Other,
    Words,
}

impl Databases {
    /// (a): one database.
    pub fn one(library: &Library, rules: &Rules) -> Databases {
        let mut all: Vec<Pattern> = patterns(rules).into_iter().map(|(_, p)| p).collect();
        all.extend(words(rules));
        Databases::build(library, [all])
    }

    /// (b): by kind, with a simplified address.
    pub fn split(library: &Library, rules: &Rules) -> Databases {
        let of = |kind: Kind| -> Vec<Pattern> {
            let all = patterns(rules).into_iter();
            all.filter(|(k, _)| *k == Some(kind)).map(|(_, p)| p).collect()
        };
        let address = Pattern { text: "[A-Za-z0-9._%+-]@[A-Za-z0-9-]".into(), flags: 0, id: 0 };
        let kinds = [Kind::Credential, Kind::Marking, Kind::Number, Kind::Other];
        let mut sets: Vec<Vec<Pattern>> = kinds.into_iter().map(of).collect();
        sets.push(vec![address]);
        sets.push(words(rules));
        Databases::build(library, sets)
    }

    /// The patterns alone, without words: what a matcher of credentials needs.
    pub fn patterns_only(library: &Library, rules: &Rules) -> Databases {
        Databases::build(library, [patterns(rules).into_iter().map(|(_, p)| p).collect()])
    }

    fn build(library: &Library, sets: impl IntoIterator<Item = Vec<Pattern>>) -> Databases {
        let mut plain = Databases { databases: Vec::new(), rejects: Vec::new(), patterns: 0 };
        for set in sets.into_iter().filter(|s| !s.is_empty()) {
            let (database, rejects) = library.compile(&set);
            plain.patterns += set.len() - rejects.len();
            plain.databases.push(database);
            let told = |(i, why): (usize, String)| format!("{why}: {:.80}", set[i].text);
            plain.rejects.extend(rejects.into_iter().map(told));
        }
        plain
    }

    pub fn count(&self, text: &str) -> u64 {
        self.databases.iter().map(|d| d.count(text.as_bytes())).sum()
    }

    pub fn bytes(&self) -> usize {
        self.databases.iter().map(|d| d.bytes).sum()
    }
}

/// All patterns with word boundaries, told apart by their detectors; addresses have no kind.
fn patterns(rules: &Rules) -> Vec<(Option<Kind>, Pattern)> {
    let kind = |rule: &Rule, digits: bool| match rule.family.as_str() {
        "credential" => Kind::Credential,
        family if family.starts_with("marking") || family == "health" => Kind::Marking,
        _ if digits => Kind::Number,
        _ => Kind::Other,
    };
    let mut all = Vec::new();
    for (id, rule) in (0u32..).zip(&rules.rules) {
        for pattern in &rule.patterns {
            let first = edges(&pattern.hir, false);
            let digits = (b'0'..=b'9').any(|b| first[usize::from(b)]);
            let kind = (!pattern.address).then(|| kind(rule, digits));
            let loose = LOOSENED.contains(&rule.id.as_str());
            let hir = if loose { loosened(&pattern.hir) } else { pattern.hir.clone() };
            for branch in branches(&hir) {
                let text = bounded(&branch, rule.inside_identifier);
                all.push((kind, Pattern { text, flags: 0, id }));
            }
        }
    }
    all
}

/// The pattern with no bound on how often anything stands but single bytes: a copy of the whole is made for each time that is counted.
fn loosened(pattern: &Hir) -> Hir {
    match pattern.kind() {
        HirKind::Repetition(repetition) => {
            let mut repetition = repetition.clone();
            let byte = matches!(repetition.sub.kind(), HirKind::Class(Class::Bytes(_)));
            if !byte && repetition.max.is_some_and(|most| most > 1) {
                repetition.max = None;
            }
            repetition.sub = Box::new(loosened(&repetition.sub));
            Hir::repetition(repetition)
        }
        HirKind::Capture(capture) => loosened(&capture.sub),
        HirKind::Concat(parts) => Hir::concat(parts.iter().map(loosened).collect()),
        HirKind::Alternation(parts) => Hir::alternation(parts.iter().map(loosened).collect()),
        _ => pattern.clone(),
    }
}

/// The branches of a pattern that begins with one of many things. Hyperscan looks for a literal in each pattern; among many branches it
/// finds none, and tries the pattern everywhere. As one pattern each, the credentials alone are two (dense PII) to twenty (prose) times as fast.
fn branches(pattern: &Hir) -> Vec<Hir> {
    match pattern.kind() {
        HirKind::Capture(capture) => branches(&capture.sub),
        HirKind::Alternation(parts) if parts.len() > MANY => parts.clone(),
        HirKind::Concat(parts) => {
            let (first, rest) = (first_of(&parts[0]), &parts[1..]);
            let with =
                |head: &Hir| Hir::concat(std::iter::once(head).chain(rest).cloned().collect());
            first.map_or_else(|| vec![pattern.clone()], |heads| heads.iter().map(with).collect())
        }
        _ => vec![pattern.clone()],
    }
}

fn first_of(part: &Hir) -> Option<&[Hir]> {
    match part.kind() {
        HirKind::Capture(capture) => first_of(&capture.sub),
        HirKind::Alternation(parts) if parts.len() > MANY => Some(parts),
        _ => None,
    }
}

/// The context and negative words: in either case, any marks between the words of a phrase.
fn words(rules: &Rules) -> Vec<Pattern> {
    let pattern = |(id, word): (u32, &String)| {
        let (word, stem) = word.strip_suffix('*').map_or((word.as_str(), false), |w| (w, true));
        let plain = plain(word);
        let text = plain.replace(' ', "[ _.:/-]{0,3}");
        let edge =
            |c: Option<char>| if c.is_some_and(|c| c.is_ascii_alphanumeric()) { r"\b" } else { "" };
        let before = edge(plain.chars().next());
        let after = if stem { "" } else { edge(plain.chars().next_back()) };
        let flags = CASELESS | if word.is_ascii() { 0 } else { UTF8 };
        Pattern { text: format!("{before}{text}{after}"), flags, id: 1 << 20 | id }
    };
    (0u32..).zip(&rules.words).map(pattern).collect()
}
