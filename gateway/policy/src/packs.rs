//! Packs: rules that come ready-made, and the words that they share.
//!
//! A pack is one file with a `pack` block. The `policy` block names those that it wants, a pack those that it needs, and
//! [`with_packs`] puts them beside the policy's own files, so that what is compiled, signed and archived is always the
//! whole. A pack that stands among the policy's own files already is taken from there.
//!
//! # Invariants
//! - What a pack calls by its own name and a dot belongs to it alone. Words without a dot are shared, and give way to
//!   a block of the same kind and name in the policy's own files: an agency says itself what `personal` detects.
//! - Nothing is renamed: a rule is called in the record as it is in its file.

use std::collections::BTreeSet;

use crate::diagnostic::{At, Diagnostic};
use crate::near::nearest;
use crate::syntax::{self, Block, Cursor, Line};
use crate::trail::Trail;
use crate::{Diagnostics, Source};

/// Blocks that are words, so that a policy may put its own in their place.
const WORDS: [&str; 11] = [
    "class",
    "group",
    "zone",
    "territory",
    "counter",
    "role",
    "people",
    "purpose",
    "basis",
    "sector",
    "criticality",
];

/// What one pack of a shelf says of itself.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct PackInfo {
    /// As the `packs` line names it.
    pub name: String,
    /// What it is for.
    pub sentence: String,
    /// The laws that it puts into rules.
    pub law: Vec<String>,
    /// Where they can be read.
    pub sources: Vec<String>,
    /// The day by which somebody should look at it again, as written.
    pub review: Option<String>,
    /// The packs that it needs.
    pub needs: Vec<String>,
    /// How many rules it has.
    pub rules: usize,
    /// How many invariants it has.
    pub invariants: usize,
    /// How many tests stand in its folder.
    pub tests: usize,
    /// How many of its facts wait to be confirmed.
    pub verify: usize,
}

/// The sources of a policy with those packs of a shelf that it names, and that these need.
///
/// # Errors
/// Each pack that is neither on the shelf nor among the sources, with the nearest name.
pub fn with_packs(sources: Vec<Source>, shelf: &[Source]) -> Result<Vec<Source>, Diagnostics> {
    let on_shelf: Vec<(String, &Source)> =
        shelf.iter().filter_map(|source| Some((Outline::of(0, source).pack?, source))).collect();
    let own: Vec<Outline> = sources.iter().enumerate().map(|(i, s)| Outline::of(i, s)).collect();
    let mut present: BTreeSet<String> = own.iter().filter_map(|one| one.pack.clone()).collect();
    // A pack among the policy's own files is whole as it stands there.
    let without_pack = own.iter().filter(|one| one.pack.is_none());
    let words: BTreeSet<_> = without_pack.flat_map(|one| one.words.clone()).collect();
    let mut wanted: Vec<(String, At)> = own.into_iter().flat_map(|one| one.wants).collect();
    let (mut all, mut problems) = (sources, Vec::new());
    while let Some((name, at)) = wanted.pop() {
        if !present.insert(name.clone()) {
            continue;
        }
        match on_shelf.iter().find(|(known, _)| *known == name) {
            Some((_, source)) => {
                let text = without(&source.text, &words);
                let source = Source { path: source.path.clone(), text };
                wanted.extend(Outline::of(all.len(), &source).wants);
                all.push(source);
            }
            None => problems.push(unknown(&name, &at, on_shelf.iter().map(|(n, _)| n.as_str()))),
        }
    }
    if problems.is_empty() { Ok(all) } else { Err(Diagnostics::new(problems, &all)) }
}

/// What the packs of a shelf say of themselves, in alphabetical order.
pub fn packs(shelf: &[Source]) -> Vec<PackInfo> {
    let mut all: Vec<PackInfo> = shelf.iter().filter_map(|source| info(source, shelf)).collect();
    all.sort_by(|a, b| a.name.cmp(&b.name));
    all
}

fn info(source: &Source, shelf: &[Source]) -> Option<PackInfo> {
    let document = syntax::parse(0, &source.text, &mut Vec::new());
    let pack = document.blocks.iter().find(|block| is_pack(block))?;
    let count = |word: &str| document.blocks.iter().filter(|b| b.keyword.text == word).count();
    let said = |key: &str| said(pack, key, &source.text);
    let lines = pack.lines.iter();
    let sentence = pack
        .head
        .get(1)
        .or_else(|| lines.map(Line::key).find(|token| token.shape == syntax::Shape::Text));
    let marked = document.blocks.iter().flat_map(|block| &block.lines);
    let marked = marked.flat_map(|line| &line.tokens).filter(|token| token.text == "verify");
    Some(PackInfo {
        name: pack.head.first()?.text.to_owned(),
        sentence: sentence.map(|token| token.sentence()).unwrap_or_default(),
        law: said("law"),
        sources: said("source"),
        review: said("review").pop(),
        needs: wants(0, pack).into_iter().map(|(name, _)| name).collect(),
        rules: count("rule"),
        invariants: count("invariant"),
        tests: shelf.iter().filter(|other| is_beside(source, other)).map(tests).sum(),
        verify: marked.count(),
    })
}

/// What the lines with a key say, without the quotes.
fn said(block: &Block<'_>, key: &str, text: &str) -> Vec<String> {
    let lines = block.lines.iter().filter(|line| line.key().text == key);
    let rest = |line: &Line<'_>| {
        let (first, last) = (line.tokens.get(1)?, line.tokens.last()?);
        text.get(first.span.start..last.span.end)
            .map(|rest| rest.trim_matches('"').split_whitespace().collect::<Vec<_>>().join(" "))
    };
    lines.filter_map(rest).collect()
}

/// Whether two files stand in the same folder.
fn is_beside(one: &Source, other: &Source) -> bool {
    let folder = |path: &'_ str| path.rsplit_once('/').map(|(folder, _)| folder.to_owned());
    folder(&one.path) == folder(&other.path)
}

fn tests(source: &Source) -> usize {
    let document = syntax::parse(0, &source.text, &mut Vec::new());
    document.blocks.iter().filter(|block| block.keyword.text == "test").count()
}

/// What matters of one file before it is compiled.
struct Outline {
    /// The pack that it is.
    pack: Option<String>,
    /// The packs that it names, and where.
    wants: Vec<(String, At)>,
    /// Kind and name of the words that it declares.
    words: Vec<(String, String)>,
}

impl Outline {
    fn of(number: usize, source: &Source) -> Outline {
        // Its mistakes are told when it is compiled.
        let document = syntax::parse(number, &source.text, &mut Vec::new());
        let blocks = &document.blocks;
        let name = |block: &Block<'_>| block.head.first().map(|token| token.text.to_owned());
        Outline {
            pack: blocks.iter().find(|block| is_pack(block)).and_then(name),
            wants: blocks.iter().flat_map(|block| wants(number, block)).collect(),
            words: blocks.iter().filter_map(word).collect(),
        }
    }
}

fn is_pack(block: &Block<'_>) -> bool {
    block.keyword.text == "pack"
}

/// The packs that a `policy` or `pack` block names.
fn wants(number: usize, block: &Block<'_>) -> Vec<(String, At)> {
    let key = match block.keyword.text {
        "policy" => "packs",
        "pack" => "needs",
        _ => return Vec::new(),
    };
    let lines = block.lines.iter().filter(|line| line.key().text == key);
    let read = |line: &Line<'_>| {
        let tokens = line.tokens.get(1..).unwrap_or(&[]);
        let trail = Trail::default();
        let mut cursor = Cursor::new(number, tokens, line.at().span.end, &trail);
        let names = cursor.list("a pack", &[], &mut Vec::new());
        let names = names.iter().map(|token| (token.text.to_owned(), cursor.at(token)));
        names.collect::<Vec<_>>()
    };
    lines.flat_map(read).collect()
}

/// Kind and name of a block that is a word, shared or not.
fn word(block: &Block<'_>) -> Option<(String, String)> {
    let kind = WORDS.iter().find(|kind| **kind == block.keyword.text)?;
    Some(((*kind).to_owned(), block.head.first()?.text.to_owned()))
}

/// A pack's text without the shared words that the policy has itself. Lines keep their numbers.
fn without(text: &str, words: &BTreeSet<(String, String)>) -> String {
    let document = syntax::parse(0, text, &mut Vec::new());
    let gives_way = |block: &&Block<'_>| {
        word(block).is_some_and(|word| !word.1.contains('.') && words.contains(&word))
    };
    let (mut out, mut at) = (String::with_capacity(text.len()), 0);
    for block in document.blocks.iter().filter(gives_way) {
        let start = block.keyword.span.start;
        let last = block.lines.last().and_then(|line| line.tokens.last()).or(block.head.last());
        let end = last.map_or(block.keyword.span.end, |token| token.span.end);
        out.push_str(text.get(at..start).unwrap_or(""));
        out.extend(text.get(start..end).unwrap_or("").chars().filter(|c| *c == '\n'));
        at = end;
    }
    out.push_str(text.get(at..).unwrap_or(""));
    out
}

fn unknown<'n>(name: &str, at: &At, known: impl Iterator<Item = &'n str>) -> Diagnostic {
    let known: BTreeSet<&str> = known.collect();
    let problem = Diagnostic::error("P010", at, format!("there is no pack called `{name}`"))
        .label("neither shipped nor among the files of this policy");
    match nearest(name, known.iter().copied()) {
        Some(near) => problem.help(format!("did you mean `{near}`?")).patch(at.span.clone(), near),
        None => problem.help("`seawall rules packs` lists them"),
    }
}
