//! From rule files to the tables that the engine runs on; all mistakes of all files at once.
//!
//! `rule_file` says what an author writes; `author` what is wrong in its fields, `rule` and `form` what becomes of them, `index` where the
//! engine looks them up.

mod author;
mod form;
mod index;
mod rule;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use regex_syntax::hir::Hir;
use toml::Spanned;

use crate::anchor::Anchor;
use crate::automaton::Classes;
use crate::check::{self, Check};
use crate::context::WordsBuilder;
use crate::examples::Example;
use crate::finding::{Info, Lane};
use crate::guard::Guard;
use crate::problem::{Problem, RuleFile};
use crate::rule_file::{self, Parsed, RawDetector};
pub(crate) use form::Form;
use form::Pattern;
pub(crate) use index::Engine;
pub(crate) use rule::{Extend, Rule, Starts};

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
/// Words that several detectors share, by the name of their list.
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
/// What was compiled so far.
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
    classes: Classes,
}

impl Compiler {
    /// Takes up a detector, or what is wrong with it.
    fn detector(&mut self, file: &RuleFile<'_>, raw: &RawDetector, country: Option<&str>) {
        let before = self.problems.len();
        self.names(file, raw);
        self.levels(file, raw);
        let check = self.named(file, raw.check.as_ref(), "check", Check::named, &check_names());
        let guard = self.named(file, raw.guard.as_ref(), "guard", Guard::named, Guard::NAMES);
        let extend =
            self.named(file, raw.extend.as_ref(), "extension", Extend::named, Extend::NAMES);
        let window = self.window(file, raw);
        let positive = self.word_set(file, &raw.context);
        let negative = self.word_set(file, &raw.negative);
        let index = u16::try_from(self.rules.len()).unwrap_or(u16::MAX);
        let lane = self.patterns(file, raw, index);
        let examples = self.examples(file, raw, index);
        if self.problems.len() > before {
            return self.drop_forms(index);
        }
        let any = |anchor| self.anchors_of(index).any(|anchors| anchors.contains(&anchor));
        let digit_led = any(Anchor::Digits);
        let starts = Starts { inside_identifier: raw.inside_identifier, anyhow: any(Anchor::At) };
        let keyed = self.anchors_of(index).all(|anchors| matches!(anchors, [Anchor::Words(_)]));
        let country = raw.country.as_ref().map(|c| c.get_ref().as_str()).or(country);
        self.start_forms(index, starts);
        self.rules.push(Rule {
            level: *raw.level.get_ref(),
            check,
            guard: guard.unwrap_or(if digit_led { Guard::Number } else { Guard::None }),
            extend,
            line_is_context: raw.line_is_context,
            split: raw.split.unwrap_or(true),
            window,
            positive,
            negative,
            rank: u8::from(keyed) * 2 + u8::from(country.is_some()),
        });
        self.examples.extend(examples);
        self.infos.push(info(file, raw, country, lane));
    }

    /// Notes what is wrong at a place.
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

    /// What a name of the file stands for.
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

    /// The examples of a rule.
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

    /// All that was compiled, or all that is wrong.
    fn finish(mut self) -> Result<Compiled, Vec<Problem>> {
        if !self.problems.is_empty() {
            return Err(self.problems);
        }
        let infos = std::mem::take(&mut self.infos);
        let examples = std::mem::take(&mut self.examples);
        Ok(Compiled { engine: self.index()?, infos, examples })
    }
}

/// What a detector says of itself.
fn info(file: &RuleFile<'_>, raw: &RawDetector, country: Option<&str>, lane: Lane) -> Info {
    Info {
        id: raw.id.get_ref().clone(),
        family: raw.family.get_ref().clone(),
        title: raw.title.get_ref().clone(),
        country: country.map(str::to_owned),
        source: raw.source.get_ref().clone(),
        check: raw.check.as_ref().map(|c| c.get_ref().clone()),
        needs_context: raw.needs_context,
        never_harmless: raw.never_harmless,
        lane,
        file: file.name.to_owned(),
        line: file.line(raw.id.span().start),
    }
}

/// The names of all checks.
fn check_names() -> String {
    check::ALL.iter().map(|c| c.name).collect::<Vec<_>>().join(", ")
}
