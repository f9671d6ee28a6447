//! All declared names, by kind, in alphabetical order: the number of a name is its place in that order.

use std::collections::BTreeMap;

use super::BUILT_IN;
use crate::diagnostic::{At, Diagnostic};
use crate::near::nearest;
use crate::place::{Country, country};
use crate::syntax::{BLOCKS, Block, Shape, Token};
use crate::trail::{Expected, Trail};

/// One declared name.
pub(crate) struct Entry<'b, 's> {
    pub(crate) number: u16,
    /// `None` for what is built in.
    pub(crate) block: Option<&'b Block<'s>>,
    pub(crate) at: At,
}

/// All names.
pub(crate) struct Names<'b, 's> {
    kinds: BTreeMap<&'static str, BTreeMap<String, Entry<'b, 's>>>,
    /// Codes that ISO 3166 leaves to its users and that a group lists.
    declared: Vec<Country>,
    pub(crate) trail: &'b Trail,
}

impl<'b, 's> Names<'b, 's> {
    pub(crate) fn collect(
        blocks: &[&'b Block<'s>],
        trail: &'b Trail,
        problems: &mut Vec<Diagnostic>,
    ) -> Names<'b, 's> {
        let mut names = Names {
            kinds: BLOCKS.iter().map(|kind| (*kind, BTreeMap::new())).collect(),
            declared: declared(blocks),
            trail,
        };
        for (name, _) in BUILT_IN {
            let entry = Entry { number: 0, block: None, at: At { source: 0, span: 0..0 } };
            names.kinds.entry("class").or_default().insert(name.to_owned(), entry);
        }
        for block in blocks {
            names.declare(block, problems);
        }
        names.tell_alike(problems);
        names.number();
        names
    }

    fn declare(&mut self, block: &'b Block<'s>, problems: &mut Vec<Diagnostic>) {
        let Some(kind) = BLOCKS.iter().find(|kind| **kind == block.keyword.text) else { return };
        let Some(name) = block.head.first().filter(|t| t.shape == Shape::Word && is_name(t.text))
        else {
            let at = block
                .head
                .first()
                .map_or(block.at(), |t| At { source: block.source, span: t.span.clone() });
            problems.push(
                Diagnostic::error("P001", &at, format!("this {kind} has no name"))
                    .label("a name must stand here")
                    .help("a name is one word of letters, digits, `-`, `_` and `.`"),
            );
            return;
        };
        let at = At { source: block.source, span: name.span.clone() };
        if matches!(*kind, "group" | "zone") && country(name.text).is_some() {
            problems.push(
                Diagnostic::error("P013", &at, format!("`{}` is the code of a country", name.text))
                    .label("a condition that names it could mean either")
                    .help(format!("give the {kind} a longer name")),
            );
        }
        let of_kind = self.kinds.entry(kind).or_default();
        match of_kind.get(name.text) {
            None => {
                of_kind.insert(name.text.to_owned(), Entry { number: 0, block: Some(block), at });
            }
            Some(Entry { block: None, .. }) => problems.push(
                Diagnostic::error("P011", &at, format!("{kind} `{}` is built in", name.text))
                    .label("always there, with this meaning")
                    .help("remove the block, or use another name"),
            ),
            Some(first) if *kind != "policy" => problems.push(
                Diagnostic::error("P011", &at, format!("{kind} `{}` is defined twice", name.text))
                    .label("defined again here")
                    .help("rename one of them, or merge them")
                    .related(&first.at, "first defined here"),
            ),
            Some(_) => {}
        }
    }

    /// A reader would take one for the other: they differ in the script of a letter alone.
    fn tell_alike(&self, problems: &mut Vec<Diagnostic>) {
        for (kind, entries) in &self.kinds {
            let mut seen: BTreeMap<String, (&String, &Entry<'_, '_>)> = BTreeMap::new();
            for (name, entry) in entries {
                let Some((other, first)) = seen.get(&detect::as_seen(name)) else {
                    seen.insert(detect::as_seen(name), (name, entry));
                    continue;
                };
                let message =
                    format!("{} `{name}` looks like `{other}`, but is another", noun(kind));
                let problem = Diagnostic::error("P011", &entry.at, message)
                    .label("some of its letters are of another script or width")
                    .help("rename one of them, so that a reader can tell them apart");
                problems.push(match first.block {
                    Some(_) => problem.related(&first.at, "the other one"),
                    None => problem,
                });
            }
        }
    }

    fn number(&mut self) {
        // Agencies, departments and applications are nodes of one tree, after the anonymous client.
        let mut node = 1u16;
        for kind in ["agency", "department", "application"] {
            for entry in self.kinds.entry(kind).or_default().values_mut() {
                entry.number = node;
                node = node.saturating_add(1);
            }
        }
        for (kind, entries) in &mut self.kinds {
            if !matches!(*kind, "agency" | "department" | "application") {
                entries.values_mut().zip(0u16..).for_each(|(entry, number)| entry.number = number);
            }
        }
    }

    pub(crate) fn find(&self, kind: &str, name: &str) -> Option<u16> {
        self.kinds.get(kind)?.get(name).map(|entry| entry.number)
    }

    /// A country that ISO 3166 knows or a group lists.
    pub(crate) fn country(&self, code: &str) -> Option<Country> {
        self.trail.expect(code, || Expected::Name("country"));
        country(code).filter(|known| !known.is_user_assigned() || self.declared.contains(known))
    }

    /// Names of a kind with their blocks, in the order of their numbers.
    pub(crate) fn of(&self, kind: &str) -> impl Iterator<Item = (&String, &Entry<'b, 's>)> {
        self.kinds.get(kind).into_iter().flatten()
    }

    /// The number of a name that must be declared; otherwise one diagnostic with the nearest name.
    pub(crate) fn need(
        &self,
        kind: &'static str,
        token: &Token<'_>,
        at: &At,
        problems: &mut Vec<Diagnostic>,
    ) -> Option<u16> {
        let found = self.find(kind, token.text);
        match found {
            Some(_) => self.trail.name(kind, token.text, at),
            None => problems.push(self.unknown(&[kind], token, at)),
        }
        found
    }

    /// "There is no … called …", for a name that could have been any of `kinds`.
    pub(crate) fn unknown(&self, kinds: &[&'static str], token: &Token<'_>, at: &At) -> Diagnostic {
        for kind in kinds {
            self.trail.expect(token.text, || Expected::Name(kind));
        }
        let nouns: Vec<&str> = kinds.iter().map(|kind| noun(kind)).collect();
        let what = nouns.join(" or ");
        let problem =
            Diagnostic::error("P010", at, format!("there is no {what} called `{}`", token.text))
                .label("not defined in this policy");
        let known: Vec<&str> =
            kinds.iter().flat_map(|kind| self.of(kind)).map(|(n, _)| n.as_str()).collect();
        let problem = match nearest(token.text, known.iter().copied()) {
            Some(near) => problem
                .help(format!("a {what} with a similar name exists: `{near}`"))
                .patch(at.span.clone(), near),
            None if known.is_empty() => {
                problem.help(format!("declare one: {} {}", kinds[0], token.text))
            }
            None if known.len() <= 12 => problem.help(format!("known: {}", known.join(", "))),
            None => problem.help(format!("declare it: {} {}", kinds[0], token.text)),
        };
        let elsewhere =
            self.kinds.iter().find_map(|(kind, entries)| Some((kind, entries.get(token.text)?)));
        match elsewhere {
            Some((kind, entry)) if !kinds.contains(kind) && entry.block.is_some() => problem
                .related(&entry.at, format!("`{}` is a {}, not a {what}", token.text, noun(kind))),
            _ => problem,
        }
    }
}

/// What a name of this kind stands for, where the word of its block is no noun for one of them.
pub(crate) fn noun(kind: &'static str) -> &'static str {
    match kind {
        "people" => "list of people",
        "basis" => "legal basis",
        plain => plain,
    }
}

/// User-assigned codes in the `countries` and `country` lines of groups: where they are listed, somebody means them.
fn declared(blocks: &[&Block<'_>]) -> Vec<Country> {
    let groups = blocks.iter().filter(|block| block.keyword.text == "group");
    let lines = groups.flat_map(|block| &block.lines);
    let lists = lines.filter(|line| ["countries", "country"].contains(&line.key().text));
    let codes = lists.flat_map(|line| &line.tokens).filter_map(|token| country(token.text));
    codes.filter(Country::is_user_assigned).collect()
}

/// Whether a block may have this name: letters, digits, `-`, `_` and `.`, beginning with a letter or digit.
#[must_use]
pub fn is_name(text: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    text.starts_with(char::is_alphanumeric) && text.chars().all(part)
}
