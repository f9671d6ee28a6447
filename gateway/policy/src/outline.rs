//! A policy as it is written: every declaration, every word that stands for one, and what groups mean on a day. It is there
//! also while the policy has mistakes, since that is when an author needs it most.
//!
//! It comes from the compiler's own blocks and names. Spans are bytes of the file, end exclusive.

use std::ops::Range;

use crate::areas::{Lies, Standing};
use crate::facts::ClassSet;
use crate::model::{Area, Model, Place};
use crate::resolve::BUILT_IN;
use crate::rulebook::Catalogue;
use crate::syntax::{self, Block, Line, Shape};
use crate::trail::{CARET, Expected, Trail};
use crate::{Clock, Day, Level, Source, resolve};

/// A policy folder as it is written.
#[derive(Debug)]
pub struct Outline {
    declarations: Vec<Declaration>,
    mentions: Vec<Mention>,
    model: Model,
}

/// A block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declaration {
    /// The word that opens the block.
    pub kind: &'static str,
    /// Its name; of a test, its sentence.
    pub name: String,
    /// Number of the source.
    pub file: usize,
    /// Where the name stands, without quotes.
    pub at: Range<usize>,
    /// The whole block.
    pub span: Range<usize>,
    /// What it says of itself; empty if nothing.
    pub sentence: String,
    /// What its first line says between name and sentence, as in `of benefits`.
    pub head: String,
    /// Its lines in their order, without sentences.
    pub clauses: Vec<Clause>,
}

/// A line of a block; it may run over several lines of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clause {
    /// The word that opens it.
    pub key: String,
    /// What follows, with single spaces; a text stands without its quotes.
    pub words: String,
    /// From the first word to the last.
    pub span: Range<usize>,
}

/// A word that stands for a declared name, a country, a detector, an attestation or a language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    /// What it is: a word that opens blocks, or `country`, `detector`, `attestation`, `language`.
    pub kind: &'static str,
    /// The name.
    pub name: String,
    /// Number of the source.
    pub file: usize,
    /// Where it stands.
    pub at: Range<usize>,
}

/// What becomes of a group on a day by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The first day on which it is so.
    pub day: Day,
    /// Who comes in, in alphabetical order.
    pub joins: Vec<Membership>,
    /// Who is no longer in it, or no longer on the same terms.
    pub leaves: Vec<Membership>,
}

/// A country or zone in a group.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Membership {
    /// The code of the country, or the name of the zone.
    pub place: String,
    /// Whether it is in the group whatever is sent to whom; otherwise that hangs on the destination, on the data, or on
    /// somebody who has yet to confirm it.
    pub is_sure: bool,
}

/// With a question mark if it is not sure.
impl std::fmt::Display for Membership {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{}", self.place, if self.is_sure { "" } else { "?" })
    }
}

/// A day on which everything that members of groups ask for is there, or nothing.
struct Imagined {
    day: Day,
    is_good: bool,
}

impl Standing for Imagined {
    fn day(&self) -> Day {
        self.day
    }

    fn shows(&self, _what: &str) -> bool {
        self.is_good
    }

    fn found(&self, classes: ClassSet) -> Option<Level> {
        let harms = !self.is_good && classes.iter().next().is_some();
        harms.then_some(Level::Confirmed)
    }
}

/// What may stand at a byte of a source, in place of the word there if there is one. In no particular order.
#[must_use]
pub fn expected(
    sources: &[Source],
    catalogue: &Catalogue<'_>,
    file: usize,
    place: usize,
) -> Vec<Expected> {
    let mut sources = sources.to_vec();
    let Some(source) = sources.get_mut(file) else { return Vec::new() };
    source.text.replace_range(word_at(&source.text, place), CARET);
    let trail = Trail::followed();
    resolve::resolve(&sources, catalogue, &trail, &mut Vec::new());
    trail.steps().expected.into_iter().collect()
}

/// The words that open blocks.
pub fn block_words() -> impl Iterator<Item = &'static str> {
    syntax::block_words()
}

/// The word around a byte, as the language cuts words; empty where there is none.
#[must_use]
pub fn word_at(text: &str, place: usize) -> Range<usize> {
    let place = text.floor_char_boundary(place);
    let ends = |c: char| c.is_whitespace() || c == ',' || c == '"';
    let (before, after) = text.split_at(place);
    let start = before.rfind(ends).map_or(0, |at| text.ceil_char_boundary(at + 1));
    start..place + after.find(ends).unwrap_or(after.len())
}

impl Outline {
    /// Reads all sources, whatever is wrong with them; `Rulebook::compile` says what.
    #[must_use]
    pub fn of(sources: &[Source], catalogue: &Catalogue<'_>) -> Outline {
        let trail = Trail::followed();
        let model = resolve::resolve(sources, catalogue, &trail, &mut Vec::new());
        let mut declarations = Vec::new();
        for (number, source) in sources.iter().enumerate() {
            let document = syntax::parse(number, &source.text, &mut Vec::new());
            declarations.extend(document.blocks.iter().filter_map(Declaration::of));
        }
        let steps = trail.steps().names.into_iter();
        let mut mentions: Vec<Mention> = steps
            .map(|step| Mention {
                kind: step.kind,
                name: step.name,
                file: step.at.source,
                at: step.at.span,
            })
            .collect();
        mentions.sort_by_key(|mention| (mention.file, mention.at.start));
        mentions.dedup();
        Outline { declarations, mentions, model }
    }

    /// All blocks with a name, in the order of the files.
    pub fn declarations(&self) -> &[Declaration] {
        &self.declarations
    }

    /// The blocks of one kind.
    pub fn of_kind<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Declaration> {
        self.declarations.iter().filter(move |declaration| declaration.kind == kind)
    }

    /// The block that declares a name; of several the first, which is the one that counts.
    pub fn find(&self, kind: &str, name: &str) -> Option<&Declaration> {
        self.declarations.iter().find(|known| known.kind == kind && known.name == name)
    }

    /// The clock by which days are counted.
    pub fn clock(&self) -> &Clock {
        &self.model.clock
    }

    /// The names of a kind with their sentences, in alphabetical order; of classes also those that are built in, and of
    /// attestations those that stand anywhere.
    #[must_use]
    pub fn names(&self, kind: &str) -> Vec<(String, String)> {
        let declared = self.of_kind(kind).map(|one| (one.name.clone(), one.sentence.clone()));
        let built_in = BUILT_IN.iter().filter(|_| kind == "class");
        let built_in = built_in.map(|(name, what)| ((*name).to_owned(), (*what).to_owned()));
        let free = self.mentions.iter().filter(|one| kind == "attestation" && one.kind == kind);
        let free = free.map(|one| (one.name.clone(), String::new()));
        let mut names: Vec<_> = declared.chain(built_in).chain(free).collect();
        names.sort();
        names.dedup_by(|a, b| a.0 == b.0);
        names
    }

    /// All words that stand for names, in the order of the files.
    pub fn mentions(&self) -> &[Mention] {
        &self.mentions
    }

    /// The countries and zones that are or may be in a group on a day, in alphabetical order; `None` if there is no such group.
    #[must_use]
    pub fn members(&self, group: &str, day: Day) -> Option<Vec<Membership>> {
        let number = self.model.groups.iter().position(|known| known.name == group)?;
        let area = Area::Group(u16::try_from(number).ok()?);
        let lies = |place, is_good| self.model.lies(&[area], place, &Imagined { day, is_good });
        let places = self.model.mentioned().into_iter();
        let mut members: Vec<Membership> = places
            .filter(|place| lies(*place, true) != Lies::Outside)
            .map(|place| Membership {
                place: self.place_name(place),
                is_sure: lies(place, false) == Lies::Inside,
            })
            .collect();
        members.sort_unstable();
        Some(members)
    }

    /// What changes in a group after a day, in the order of the days.
    #[must_use]
    pub fn changes(&self, group: &str, after: Day) -> Vec<Change> {
        let Some(mut before) = self.members(group, after) else { return Vec::new() };
        let mut changes = Vec::new();
        for day in self.model.cuts().into_iter().filter(|day| *day > after) {
            let now = self.members(group, day).unwrap_or_default();
            let without = |all: &[Membership], others: &[Membership]| -> Vec<Membership> {
                all.iter().filter(|one| !others.contains(one)).cloned().collect()
            };
            let (joins, leaves) = (without(&now, &before), without(&before, &now));
            if !joins.is_empty() || !leaves.is_empty() {
                changes.push(Change { day, joins, leaves });
            }
            before = now;
        }
        changes
    }

    fn place_name(&self, place: Place) -> String {
        match place {
            Place::Country(country) => country.as_str().to_owned(),
            Place::Zone(number) => {
                // The number of a name is its place in the alphabet.
                let mut zones: Vec<&String> = self.of_kind("zone").map(|zone| &zone.name).collect();
                zones.sort_unstable();
                zones.dedup();
                zones.get(usize::from(number)).map_or_else(String::new, |name| (*name).clone())
            }
        }
    }
}

impl Declaration {
    fn of(block: &Block<'_>) -> Option<Declaration> {
        let kind = syntax::block_word(block.keyword.text)?;
        let name = block.head.first()?;
        let at = match name.shape {
            Shape::Text => name.span.start + 1..name.span.start + 1 + name.text.len(),
            _ => name.span.clone(),
        };
        let texts = block.lines.iter().filter_map(|line| line.tokens.first());
        let mut texts = block.head.iter().skip(1).chain(texts);
        let sentence = texts.find(|token| token.shape == Shape::Text);
        let head = block.head.iter().skip(1).take_while(|token| token.shape != Shape::Text);
        let last = block.lines.last().map_or(&block.head, |line| &line.tokens).last();
        let end = last.map_or(name.span.end, |token| token.span.end);
        let lines = block.lines.iter().filter(|line| line.key().shape == Shape::Word);
        Some(Declaration {
            kind,
            name: name.sentence(),
            file: block.source,
            at,
            span: block.keyword.span.start..end,
            sentence: sentence.map(|token| token.sentence()).unwrap_or_default(),
            head: head.map(|token| token.text).collect::<Vec<_>>().join(" "),
            clauses: lines.map(Clause::of).collect(),
        })
    }

    /// What the first line with this key says.
    pub fn line(&self, key: &str) -> Option<&str> {
        self.clauses.iter().find(|clause| clause.key == key).map(|clause| clause.words.as_str())
    }

    /// What each line with this key says.
    pub fn lines<'a>(&'a self, key: &'a str) -> impl Iterator<Item = &'a str> {
        let with = self.clauses.iter().filter(move |clause| clause.key == key);
        with.map(|clause| clause.words.as_str())
    }

    /// The conditions of a rule, exception or invariant; the situation of a test.
    pub fn conditions(&self) -> impl Iterator<Item = &Clause> {
        let acts = |clause: &&Clause| !["then", "expect"].contains(&clause.key.as_str());
        let before = self.clauses.iter().take_while(acts);
        before.filter(|clause| ["when", "given", "and"].contains(&clause.key.as_str()))
    }

    /// What a rule does, an invariant demands or a test expects.
    pub fn actions(&self) -> impl Iterator<Item = &Clause> {
        let acts = |clause: &&Clause| ["then", "expect"].contains(&clause.key.as_str());
        let from = self.clauses.iter().skip_while(move |clause| !acts(clause));
        from.filter(move |clause| acts(clause) || clause.key == "and")
    }
}

impl Clause {
    fn of(line: &Line<'_>) -> Clause {
        let words = match line.tokens.get(1..).unwrap_or(&[]) {
            [only] => only.sentence(),
            tokens => tokens.iter().fold(String::new(), |words, token| match token.shape {
                Shape::Comma => words + ",",
                Shape::Text => format!("{words} \"{}\"", token.sentence()),
                Shape::Word => format!("{words} {}", token.text),
            }),
        };
        let words = words.trim_start().to_owned();
        Clause { key: line.key().text.to_owned(), words, span: line.at().span }
    }
}
