//! Our rules as the rivals read them: files, words, patterns, and what is judged after a match.

use std::collections::BTreeMap;
use std::path::Path;

use regex_syntax::hir::Hir;

use crate::anchor::{Anchor, anchors};
use crate::bits::Bits;
use crate::check::Check;
use crate::context::{Vocabulary, WINDOW, WordsBuilder};
use crate::guard::Guard;
use crate::matcher::Matcher;
use crate::pattern::read_pattern;
use crate::plain::{Walk, is_spaced};
use crate::problem::RuleFile;
use crate::rule_file::{self, RawDetector, RawLevels, Words};

/// A rule file: name and text.
pub type File = (String, String);

/// How a value goes on beyond its pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extend {
    Token,
    Base64,
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
    pub positive: Bits,
    pub negative: Bits,
    pub rank: u8,
    /// The tokens of its context words.
    pub tokens: Bits,
    pub patterns: Vec<Pattern>,
}

impl Rule {
    /// Whether a value says nothing unless one of the words stands near it.
    pub fn asks(&self) -> bool {
        self.level.bare.is_none() && !self.line_is_context && self.extend.is_none()
    }
}

/// A pattern; equal ones have one number.
#[derive(Clone)]
pub struct Pattern {
    pub number: usize,
    pub hir: Hir,
    /// Whether it is `user part @ …`.
    pub address: bool,
}

/// The first word of a context word or phrase.
#[derive(Clone, Debug)]
pub struct Token {
    /// Lower case.
    pub text: String,
    /// Whether it also counts where the word goes on.
    pub open: bool,
}

/// All of them.
pub struct Rules {
    pub rules: Vec<Rule>,
    pub vocabulary: Vocabulary,
    /// Every context and negative word as its author wrote it.
    pub words: Vec<String>,
    pub tokens: Vec<Token>,
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
        let mut words = reader.words;
        words.sort();
        words.dedup();
        Rules { rules, vocabulary: reader.numbers.build(), words, tokens: reader.tokens, reach }
    }
}

#[derive(Default)]
struct Reader {
    lists: BTreeMap<String, Vec<String>>,
    numbers: WordsBuilder,
    words: Vec<String>,
    tokens: Vec<Token>,
    token_of: BTreeMap<String, usize>,
    /// What `detect` says of where a pattern may begin: it decides about ranks and guards.
    known: BTreeMap<String, (Pattern, Vec<Anchor>)>,
}

impl Reader {
    fn rule(&mut self, raw: &RawDetector, country: bool) -> Rule {
        let texts = raw.patterns.get_ref().iter();
        let (patterns, anchors): (Vec<Pattern>, Vec<Vec<Anchor>>) =
            texts.map(|p| self.pattern(p.get_ref())).unzip();
        let any = |anchor: Anchor| anchors.iter().any(|a| a.contains(&anchor));
        let keyed = anchors.iter().all(|a| matches!(a.as_slice(), [Anchor::Words(_)]));
        let digit_led = any(Anchor::Digits);
        let begins_anyhow = any(Anchor::At);
        let mut tokens = Bits::default();
        let positive = self.words(&raw.context, &mut tokens);
        let negative = self.words(&raw.negative, &mut Bits::default());
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
                "base64" => Extend::Base64,
                "pem" => Extend::Pem,
                other => panic!("extension {other}"),
            }),
            inside_identifier: raw.inside_identifier,
            begins_anyhow,
            line_is_context: raw.line_is_context,
            window: raw.window.as_ref().map_or(WINDOW, |w| *w.get_ref()),
            positive,
            negative,
            rank: u8::from(keyed) * 2 + u8::from(country || raw.country.is_some()),
            tokens,
            patterns,
        }
    }

    fn pattern(&mut self, text: &str) -> (Pattern, Vec<Anchor>) {
        if let Some(known) = self.known.get(text) {
            return known.clone();
        }
        let hir = read_pattern(text).unwrap_or_else(|(m, _)| panic!("{text}: {m}"));
        let Ok(matcher) = Matcher::new(&hir) else { panic!("{text} is too large") };
        let anchors = anchors(&hir, &matcher);
        let address = anchors == [Anchor::At];
        let pattern = Pattern { number: self.known.len(), hir, address };
        self.known.insert(text.to_owned(), (pattern.clone(), anchors.clone()));
        (pattern, anchors)
    }

    fn words(&mut self, words: &Words, tokens: &mut Bits) -> Bits {
        let mut set = Bits::default();
        for word in words.values().flatten() {
            let listed = match word.get_ref().strip_prefix('@') {
                Some(name) => self.lists.get(name).expect("a word list").clone(),
                None => vec![word.get_ref().clone()],
            };
            for word in listed {
                set.insert(self.numbers.number(&word).expect("a word with letters"));
                tokens.insert(self.token(&word));
                self.words.push(word);
            }
        }
        set
    }

    fn token(&mut self, word: &str) -> usize {
        let text = plain(word);
        let (first, more) = text.split_once(' ').map_or((text.as_str(), false), |(f, _)| (f, true));
        let goes_on = |c: char| !is_spaced(c) || ('\u{AC00}'..'\u{D7FF}').contains(&c);
        let last = first.chars().next_back();
        let open = !more && (word.ends_with('*') || last.is_some_and(goes_on));
        let next = self.tokens.len();
        let number = *self.token_of.entry(first.to_owned()).or_insert(next);
        if number == next {
            self.tokens.push(Token { text: first.to_owned(), open: false });
        }
        self.tokens[number].open |= open;
        number
    }
}

/// A word in plain form.
pub fn plain(word: &str) -> String {
    let plain = Walk::new(word, 0).collect();
    String::from_utf8(plain).expect("UTF-8").trim_end().to_owned()
}
