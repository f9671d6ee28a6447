//! From rule files to the tables that the engine runs on; all mistakes of all files at once.

mod author;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use regex_syntax::hir::Hir;
use toml::Spanned;

use crate::anchor::{Anchor, anchors};
use crate::bits::Bits;
use crate::boundary::{in_escape, inside_identifier, may_begin};
use crate::check::{self, Check};
use crate::context::{Vocabulary, WordsBuilder};
use crate::examples::Example;
use crate::finding::{Info, Lane};
use crate::gate::Gate;
use crate::guard::Guard;
use crate::keys::{Entry, KeyTable};
use crate::matcher::Matcher;
use crate::pattern::read_pattern;
use crate::problem::{Problem, RuleFile};
use crate::rule_file::{self, Parsed, RawDetector, RawLevels};
use crate::shapes::{FirstRuns, Shapes};

/// How a value goes on beyond its pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extend {
    /// Letters, digits, `-`, `_`, `.`, `=`.
    Token,
    /// Both alphabets of base64: letters, digits, `+`, `/`, `-`, `_`, `=`.
    Base64,
    /// To the end marker of a PEM block.
    Pem,
}

/// A detector as the engine uses it.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    pub(crate) level: RawLevels,
    pub(crate) check: Option<Check>,
    pub(crate) guard: Guard,
    pub(crate) extend: Option<Extend>,
    pub(crate) inside_identifier: bool,
    /// Any word may begin it, so the letter of an escape before it must not.
    pub(crate) begins_anyhow: bool,
    pub(crate) line_is_context: bool,
    pub(crate) split: bool,
    pub(crate) window: usize,
    pub(crate) positive: Bits,
    pub(crate) negative: Bits,
    pub(crate) rank: u8,
}

impl Rule {
    /// Whether a value may start here: not inside an ASCII word, but for a word of an identifier.
    pub(crate) fn may_start(&self, text: &[u8], at: usize) -> bool {
        let starts = may_begin(text, at) || self.inside_identifier && inside_identifier(text, at);
        starts && !(self.begins_anyhow && in_escape(text, at))
    }
}

/// One pattern of a rule.
#[derive(Clone, Debug)]
pub(crate) struct Form {
    pub(crate) rule: u16,
    /// Equal patterns share one.
    pub(crate) matcher: Arc<Matcher>,
    /// Its values go on beyond it, so it may end inside a word.
    pub(crate) goes_on: bool,
}

/// The compiled rules.
#[derive(Clone, Debug)]
pub(crate) struct Engine {
    pub(crate) rules: Vec<Rule>,
    pub(crate) forms: Vec<Form>,
    pub(crate) keys: KeyTable,
    /// Numbers that are no part of a longer one, by [`Guard::Number`].
    pub(crate) numbers: Gate,
    /// What else begins with a digit.
    pub(crate) digits: Gate,
    /// The first runs of both.
    pub(crate) first_runs: FirstRuns,
    pub(crate) sign: Gate,
    pub(crate) letters: Gate,
    pub(crate) hex: Gate,
    pub(crate) at: Vec<u16>,
    pub(crate) slow: Vec<(u16, [bool; 256])>,
    /// For each byte: the forms that may begin with it.
    pub(crate) by_first: Vec<Vec<u16>>,
    /// For each two bytes, the forms that begin with a word and may begin with them.
    pub(crate) by_pair: BTreeMap<[u8; 2], Vec<u16>>,
    pub(crate) vocabulary: Vocabulary,
}

impl Engine {
    /// A form with its rule.
    pub(crate) fn form(&self, form: u16) -> Option<(&Form, &Rule)> {
        let form = self.forms.get(usize::from(form))?;
        Some((form, self.rules.get(usize::from(form.rule))?))
    }

    /// All patterns that are tried together.
    pub(crate) fn gates(&self) -> [&Gate; 5] {
        [&self.numbers, &self.digits, &self.sign, &self.letters, &self.hex]
    }

    /// Bytes of the automata.
    pub(crate) fn memory(&self) -> usize {
        let gates = self.gates();
        let matchers: BTreeMap<_, _> =
            self.forms.iter().map(|f| (Arc::as_ptr(&f.matcher), f.matcher.memory())).collect();
        matchers.values().sum::<usize>()
            + gates.iter().map(|gate| gate.memory()).sum::<usize>()
            + self.keys.len() * size_of::<Entry>()
    }
}

/// What compilation yields.
pub(crate) struct Compiled {
    pub(crate) engine: Engine,
    pub(crate) infos: Vec<Info>,
    pub(crate) examples: Vec<Example>,
}

/// Compiles all files.
pub(crate) fn compile(files: &[RuleFile<'_>]) -> Result<Compiled, Vec<Problem>> {
    let mut problems = Vec::new();
    let parsed: Vec<(RuleFile<'_>, Parsed)> =
        files.iter().map(|file| (*file, rule_file::parse(file, &mut problems))).collect();
    let lists = shared_words(&parsed, &mut problems);
    let mut compiler = Compiler { problems, lists, ..Compiler::default() };
    for (file, parsed) in &parsed {
        compiler.country(file, parsed.country.as_ref());
        let country = parsed.country.as_ref().map(|country| country.get_ref().as_str());
        for raw in &parsed.detectors {
            compiler.detector(file, raw, country);
        }
    }
    compiler.finish()
}

type Lists = BTreeMap<String, Vec<String>>;

fn shared_words(parsed: &[(RuleFile<'_>, Parsed)], problems: &mut Vec<Problem>) -> Lists {
    let mut lists = Lists::new();
    for (file, parsed) in parsed {
        for raw in &parsed.words {
            let words = raw.words.values().flatten().map(|w| w.get_ref().clone()).collect();
            let known = lists.insert(raw.name.get_ref().clone(), words).is_some();
            if known && file.holds(&raw.name.span()) {
                problems.push(file.problem(
                    raw.name.span(),
                    "this word list exists already",
                    "give it a name of its own",
                ));
            }
        }
    }
    lists
}

/// What becomes of a pattern.
#[derive(Clone)]
struct Pattern {
    hir: Hir,
    matcher: Arc<Matcher>,
    anchors: Vec<Anchor>,
}

#[derive(Default)]
struct Compiler {
    problems: Vec<Problem>,
    lists: Lists,
    known: BTreeMap<String, Pattern>,
    ids: BTreeSet<String>,
    rules: Vec<Rule>,
    infos: Vec<Info>,
    examples: Vec<Example>,
    forms: Vec<Form>,
    patterns: Vec<Hir>,
    anchors: Vec<Vec<Anchor>>,
    words: WordsBuilder,
}

impl Compiler {
    /// Over 60 lines, since each line turns one key of the file into one field, in the order of the guide.
    fn detector(&mut self, file: &RuleFile<'_>, raw: &RawDetector, country: Option<&str>) {
        let before = self.problems.len();
        self.names(file, raw);
        self.levels(file, raw);
        let check = self.named(file, raw.check.as_ref(), "check", Check::named, &check_names());
        let guard = self.named(file, raw.guard.as_ref(), "guard", Guard::named, Guard::NAMES);
        let extend =
            self.named(file, raw.extend.as_ref(), "extension", extend_named, "token, base64, pem");
        let window = self.window(file, raw);
        let positive = self.word_set(file, &raw.context);
        let negative = self.word_set(file, &raw.negative);
        let index = u16::try_from(self.rules.len()).unwrap_or(u16::MAX);
        let lane = self.patterns(file, raw, index);
        let keyed = self
            .forms
            .iter()
            .zip(&self.anchors)
            .filter(|(f, _)| f.rule == index)
            .all(|(_, a)| matches!(a.as_slice(), [Anchor::Words(_)]));
        let examples = self.examples(file, raw, index);
        if self.problems.len() > before {
            self.forms.retain(|f| f.rule != index);
            self.patterns.truncate(self.forms.len());
            self.anchors.truncate(self.forms.len());
            return;
        }
        let digit_led = self
            .anchors
            .iter()
            .zip(&self.forms)
            .any(|(a, f)| f.rule == index && a.contains(&Anchor::Digits));
        let begins_anyhow = self
            .anchors
            .iter()
            .zip(&self.forms)
            .any(|(a, f)| f.rule == index && a.contains(&Anchor::At));
        let country = raw
            .country
            .as_ref()
            .map(|c| c.get_ref().clone())
            .or_else(|| country.map(str::to_owned));
        self.rules.push(Rule {
            level: *raw.level.get_ref(),
            check,
            guard: guard.unwrap_or(if digit_led { Guard::Number } else { Guard::None }),
            extend,
            inside_identifier: raw.inside_identifier,
            begins_anyhow,
            line_is_context: raw.line_is_context,
            split: raw.split.unwrap_or(true),
            window,
            positive,
            negative,
            rank: u8::from(keyed) * 2 + u8::from(country.is_some()),
        });
        self.examples.extend(examples);
        self.infos.push(Info {
            id: raw.id.get_ref().clone(),
            family: raw.family.get_ref().clone(),
            title: raw.title.get_ref().clone(),
            country,
            source: raw.source.get_ref().clone(),
            check: raw.check.as_ref().map(|c| c.get_ref().clone()),
            needs_context: raw.needs_context,
            never_harmless: raw.never_harmless,
            lane,
            file: file.name.to_owned(),
            line: file.line(raw.id.span().start),
        });
    }

    fn problem(
        &mut self,
        file: &RuleFile<'_>,
        at: Range<usize>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        if file.holds(&at) {
            self.problems.push(file.problem(at, message, help));
        }
    }

    fn named<T>(
        &mut self,
        file: &RuleFile<'_>,
        name: Option<&Spanned<String>>,
        what: &str,
        find: fn(&str) -> Option<T>,
        known: &str,
    ) -> Option<T> {
        let name = name?;
        let found = find(name.get_ref());
        if found.is_none() {
            self.problem(file, name.span(), format!("no such {what}"), format!("known: {known}"));
        }
        found
    }

    fn patterns(&mut self, file: &RuleFile<'_>, raw: &RawDetector, rule: u16) -> Lane {
        let mut lane = Lane::Fast;
        if raw.patterns.get_ref().is_empty() {
            self.problem(
                file,
                raw.patterns.span(),
                "`patterns` is empty",
                "give at least one regular expression",
            );
        }
        for pattern in raw.patterns.get_ref() {
            match self.pattern(pattern.get_ref()) {
                Err((message, help)) => self.problem(file, pattern.span(), message, help),
                Ok(Pattern { hir, matcher, anchors }) => {
                    if anchors.iter().any(|a| matches!(a, Anchor::Everywhere(_))) {
                        lane = Lane::Slow;
                    }
                    let goes_on = raw.extend.is_some() && matches!(anchors[..], [Anchor::Words(_)]);
                    self.forms.push(Form { rule, matcher, goes_on });
                    self.patterns.push(hir);
                    self.anchors.push(anchors);
                }
            }
        }
        lane
    }

    /// A pattern compiled, once for all detectors that have it.
    fn pattern(&mut self, text: &str) -> Result<Pattern, (String, &'static str)> {
        if let Some(known) = self.known.get(text) {
            return Ok(known.clone());
        }
        let hir = read_pattern(text)?;
        let too_large = |_| {
            let help = "lower the repetition bounds, or use `extend`";
            ("the pattern is too large".to_owned(), help)
        };
        let matcher = Arc::new(Matcher::new(&hir).map_err(too_large)?);
        let anchors = anchors(&hir, &matcher);
        let pattern = Pattern { hir, matcher, anchors };
        self.known.insert(text.to_owned(), pattern.clone());
        Ok(pattern)
    }

    fn examples(&mut self, file: &RuleFile<'_>, raw: &RawDetector, rule: u16) -> Vec<Example> {
        let mut examples = Vec::new();
        for (list, positive) in [(&raw.examples, true), (&raw.counter_examples, false)] {
            for text in list.get_ref() {
                match Example::read(file, text.span(), text.get_ref(), rule, positive) {
                    Ok(example) => examples.push(example),
                    Err(problem) => self.problems.push(*problem),
                }
            }
        }
        examples
    }

    fn finish(mut self) -> Result<Compiled, Vec<Problem>> {
        if !self.problems.is_empty() {
            return Err(self.problems);
        }
        let whole = |message: &str| {
            vec![Problem {
                file: "(all rule files)".to_owned(),
                line: 1,
                column: 1,
                message: message.to_owned(),
                help: "use fewer or simpler patterns".to_owned(),
            }]
        };
        let mut entries = Vec::new();
        let (mut at, mut slow) = (Vec::new(), Vec::new());
        for (form, anchors) in (0u16..).zip(&self.anchors) {
            for anchor in anchors {
                match anchor {
                    Anchor::Words(keys) => {
                        entries.extend(keys.iter().map(|key| Entry { key: *key, form }))
                    }
                    Anchor::At => at.push(form),
                    Anchor::Everywhere(first) => slow.push((form, **first)),
                    Anchor::Digits | Anchor::Sign | Anchor::Letters | Anchor::Hex => {}
                }
            }
        }
        let vocabulary = std::mem::take(&mut self.words).build();
        let guard = |form: &Form| self.rules.get(usize::from(form.rule)).map(|rule| rule.guard);
        let gate = |anchor: Anchor, guards: fn(Guard) -> bool| -> Result<Gate, Vec<Problem>> {
            let forms = self.forms.iter().zip(&self.anchors).zip(&self.patterns);
            let patterns = (0u16..)
                .zip(forms)
                .filter(|(_, ((form, anchors), _))| {
                    anchors.contains(&anchor) && guard(form).is_some_and(guards)
                })
                .map(|(number, (_, pattern))| (number, pattern.clone()));
            let shapes = Shapes::new(patterns.collect())
                .map_err(|_| whole("the patterns together are too large"))?;
            Ok(Gate::new(shapes, &self.forms, &self.rules, &vocabulary))
        };
        let numbers = gate(Anchor::Digits, |guard| guard == Guard::Number)?;
        let digits = gate(Anchor::Digits, |guard| guard != Guard::Number)?;
        let engine = Engine {
            first_runs: numbers.shapes.first_runs.or(&digits.shapes.first_runs),
            numbers,
            digits,
            sign: gate(Anchor::Sign, |_| true)?,
            letters: gate(Anchor::Letters, |_| true)?,
            hex: gate(Anchor::Hex, |_| true)?,
            keys: KeyTable::new(entries),
            vocabulary,
            rules: self.rules,
            by_first: by_first(&self.forms),
            by_pair: by_pair(&self.forms, &self.anchors),
            forms: self.forms,
            at,
            slow,
        };
        Ok(Compiled { engine, infos: self.infos, examples: self.examples })
    }
}

fn by_pair(forms: &[Form], anchors: &[Vec<Anchor>]) -> BTreeMap<[u8; 2], Vec<u16>> {
    let mut pairs = BTreeMap::<[u8; 2], Vec<u16>>::new();
    for ((number, form), anchors) in (0u16..).zip(forms).zip(anchors) {
        if !anchors.iter().any(|a| matches!(a, Anchor::Words(_) | Anchor::Everywhere(_))) {
            continue;
        }
        let matcher = &form.matcher;
        for first in 0..=u8::MAX {
            let Some(state) = matcher.step(matcher.first(), first) else { continue };
            let second = (0..=u8::MAX).filter(|b| matcher.step(state, *b).is_some());
            second.for_each(|second| pairs.entry([first, second]).or_default().push(number));
        }
    }
    pairs
}

fn by_first(forms: &[Form]) -> Vec<Vec<u16>> {
    let begins = |byte: u8| {
        let may = move |form: &Form| form.matcher.step(form.matcher.first(), byte).is_some();
        (0u16..).zip(forms).filter(|(_, f)| may(f)).map(|(i, _)| i).collect()
    };
    (0..=255u8).map(begins).collect()
}

fn check_names() -> String {
    check::ALL.iter().map(|c| c.name).collect::<Vec<_>>().join(", ")
}

fn extend_named(name: &str) -> Option<Extend> {
    match name {
        "token" => Some(Extend::Token),
        "base64" => Some(Extend::Base64),
        "pem" => Some(Extend::Pem),
        _ => None,
    }
}
