//! Our rules as the rivals read them: files, words, patterns, and what is judged after a match.

use std::collections::BTreeMap;
use std::path::Path;

use regex_syntax::hir::{Hir, HirKind};

use crate::check::Check;
use crate::context::{Vocabulary, WINDOW, WordSet, WordsBuilder, append};
use crate::guard::Guard;
use crate::pattern::read_pattern;
use crate::problem::RuleFile;
use crate::rule_file::{self, RawDetector, RawLevels, Words};
use crate::translate::edges;
use crate::words::{self, Keys, Set};

/// A rule file: name and text.
pub type File = (String, String);

/// How a value goes on beyond its pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extend {
    Token,
    Pem,
}

/// A detector.
pub struct Rule {
    pub id: String,
    pub family: String,
    pub level: RawLevels,
    pub check: Option<Check>,
    pub guard: Guard,
    pub extend: Option<Extend>,
    pub inside_identifier: bool,
    pub begins_anyhow: bool,
    pub line_is_context: bool,
    pub window: usize,
    pub positive: WordSet,
    pub negative: WordSet,
    /// The same words for [`crate::words`].
    pub quick: (Set, Set),
    pub rank: u8,
    /// Its context and negative words, as tokens of [`Rules::tokens`].
    pub tokens: Set,
    pub patterns: Vec<Hir>,
}

/// All of them.
pub struct Rules {
    pub rules: Vec<Rule>,
    pub vocabulary: Vocabulary,
    /// Every context and negative word as its author wrote it.
    pub words: Vec<String>,
    /// The longest token of each word, lower case.
    pub tokens: Vec<String>,
    pub keys: Keys,
    pub reach: usize,
}

/// Reads the rule files of a folder, sorted by name.
pub fn files(folder: &Path) -> Vec<File> {
    let entries = std::fs::read_dir(folder).expect("rules/detectors");
    let mut files: Vec<File> = entries
        .map(|e| e.expect("a folder entry").path())
        .filter(|p| p.extension().is_some_and(|e| e == "toml"))
        .map(|p| {
            let name = p.file_name().expect("a name").to_string_lossy().into_owned();
            (name, std::fs::read_to_string(&p).expect("a rule file"))
        })
        .collect();
    files.sort();
    files
}

/// The same files with the detectors of one family only.
pub fn only(files: &[File], family: &str) -> Vec<File> {
    let keep = |text: &str| {
        let mut table: toml::Table = text.parse().expect("TOML");
        if let Some(toml::Value::Array(detectors)) = table.get_mut("detector") {
            detectors.retain(|d| d.get("family").and_then(|f| f.as_str()) == Some(family));
            if detectors.is_empty() {
                table.remove("detector");
            }
        }
        toml::to_string(&table).expect("TOML")
    };
    files.iter().map(|(name, text)| (name.clone(), keep(text))).collect()
}

impl Rules {
    pub fn read(files: &[File]) -> Rules {
        let mut problems = Vec::new();
        let parsed: Vec<_> = files
            .iter()
            .map(|(name, text)| rule_file::parse(&RuleFile { name, text }, &mut problems))
            .collect();
        assert!(problems.is_empty(), "{problems:?}");
        let mut reader = Reader::default();
        for list in parsed.iter().flat_map(|p| &p.words) {
            let words = list.words.values().flatten().map(|w| w.get_ref().clone()).collect();
            reader.lists.insert(list.name.get_ref().clone(), words);
        }
        let mut rules = Vec::new();
        for file in &parsed {
            for raw in &file.detectors {
                rules.push(reader.rule(raw, file.country.is_some()));
            }
        }
        let reach = rules.iter().map(|r| r.window).max().unwrap_or(0);
        let Ok(vocabulary) = reader.numbers.build() else { panic!("too many words") };
        let mut words = reader.words;
        words.sort();
        words.dedup();
        Rules { rules, vocabulary, words, tokens: reader.tokens, keys: reader.keys, reach }
    }
}

#[derive(Default)]
struct Reader {
    lists: BTreeMap<String, Vec<String>>,
    numbers: WordsBuilder,
    keys: Keys,
    words: Vec<String>,
    tokens: Vec<String>,
    token_of: BTreeMap<String, usize>,
}

impl Reader {
    fn rule(&mut self, raw: &RawDetector, country: bool) -> Rule {
        let pattern = |p: &str| read_pattern(p).unwrap_or_else(|(m, _)| panic!("{p}: {m}"));
        let patterns: Vec<Hir> =
            raw.patterns.get_ref().iter().map(|p| pattern(p.get_ref())).collect();
        let digit = |p: &Hir| (b'0'..=b'9').any(|b| edges(p, false)[usize::from(b)]);
        let digit_led = patterns.iter().any(|p| digit(p) && !is_address(p));
        let keyed = patterns.iter().all(is_keyed);
        let mut tokens = Vec::new();
        let mut quick = (Set::new(), Set::new());
        let positive = self.words(&raw.context, &mut tokens, &mut quick.0);
        let negative = self.words(&raw.negative, &mut tokens, &mut quick.1);
        let guard =
            raw.guard.as_ref().map(|g| Guard::named(g.get_ref()).expect("a guard that exists"));
        Rule {
            id: raw.id.get_ref().clone(),
            family: raw.family.get_ref().clone(),
            level: *raw.level.get_ref(),
            check: raw.check.as_ref().map(|c| Check::named(c.get_ref()).expect("a check")),
            guard: guard.unwrap_or(if digit_led { Guard::Number } else { Guard::None }),
            extend: raw.extend.as_ref().map(|e| match e.get_ref().as_str() {
                "token" => Extend::Token,
                "pem" => Extend::Pem,
                other => panic!("extension {other}"),
            }),
            inside_identifier: raw.inside_identifier,
            begins_anyhow: patterns.iter().any(is_address),
            line_is_context: raw.line_is_context,
            window: raw.window.as_ref().map_or(WINDOW, |w| *w.get_ref()),
            positive,
            negative,
            rank: u8::from(keyed) * 2 + u8::from(country || raw.country.is_some()),
            tokens,
            quick,
            patterns,
        }
    }

    fn words(&mut self, words: &Words, tokens: &mut Set, quick: &mut Set) -> WordSet {
        let mut set = WordSet::default();
        for word in words.values().flatten() {
            let listed = match word.get_ref().strip_prefix('@') {
                Some(name) => self.lists.get(name).expect("a word list").clone(),
                None => vec![word.get_ref().clone()],
            };
            for word in listed {
                set.insert(self.numbers.number(&word).expect("a word with letters"));
                words::insert(quick, self.keys.number(&word));
                words::insert(tokens, self.token(&word));
                self.words.push(word);
            }
        }
        set
    }

    fn token(&mut self, word: &str) -> usize {
        let mut plain = String::from(" ");
        append(word, &mut plain);
        let longest = plain.split(' ').max_by_key(|t| t.len()).unwrap_or("").to_owned();
        let next = self.tokens.len();
        let number = *self.token_of.entry(longest.clone()).or_insert(next);
        if number == next {
            self.tokens.push(longest);
        }
        number
    }
}

/// Whether the pattern is `user part @ …`.
pub fn is_address(pattern: &Hir) -> bool {
    let HirKind::Concat(parts) = pattern.kind() else { return false };
    let [first, second, ..] = parts.as_slice() else { return false };
    matches!((first.kind(), second.kind()), (HirKind::Repetition(_), HirKind::Literal(at)) if at.0.first() == Some(&b'@'))
}

/// Whether every match begins with a word of which three letters are known; it then ranks above shapes.
fn is_keyed(pattern: &Hir) -> bool {
    !is_address(pattern)
        && crate::heads::literals(pattern).is_some()
        && !crate::heads::letters_before_digit(pattern)
}
