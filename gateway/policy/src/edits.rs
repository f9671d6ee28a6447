//! In which blocks two policies differ.

use serde_json::Value;

use crate::syntax::{Block, parse};
use crate::twin::export_block;
use crate::{Rulebook, Source};

/// A block that is not the same in both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Edit {
    /// The opening word and the name, as in `rule health-stays`.
    pub block: String,
    /// What was done to it.
    pub done: Done,
    /// Source and bytes of the old block.
    old: Option<(usize, std::ops::Range<usize>)>,
    new: Option<(usize, std::ops::Range<usize>)>,
}

/// What was done to a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Done {
    /// Only the new policy has it.
    Added,
    /// Only the old one has it.
    Removed,
    /// It says something else.
    Changed,
}

impl std::fmt::Display for Edit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let done = match self.done {
            Done::Added => "added",
            Done::Removed => "removed",
            Done::Changed => "changed",
        };
        write!(f, "{} {done}", self.block)
    }
}

/// A block and what it says: how it is set out and what is remarked on it does not count.
struct Written {
    name: String,
    says: Value,
    at: (usize, std::ops::Range<usize>),
}

/// The blocks that differ, tests aside, in alphabetical order.
pub(crate) fn edits(old: &Rulebook, new: &Rulebook) -> Vec<Edit> {
    let (old, new) = (written(old.sources()), written(new.sources()));
    let find = |list: &[Written], name: &str| list.iter().position(|block| block.name == name);
    let mut edits = Vec::new();
    for block in &old {
        let now = find(&new, &block.name).and_then(|at| new.get(at));
        let done = match now {
            None => Done::Removed,
            Some(now) if now.says != block.says => Done::Changed,
            Some(_) => continue,
        };
        let (old, new) = (Some(block.at.clone()), now.map(|now| now.at.clone()));
        edits.push(Edit { block: block.name.clone(), done, old, new });
    }
    for block in new.iter().filter(|block| find(&old, &block.name).is_none()) {
        let at = Some(block.at.clone());
        edits.push(Edit { block: block.name.clone(), done: Done::Added, old: None, new: at });
    }
    edits.sort_by(|one, other| one.block.cmp(&other.block));
    edits
}

fn written(sources: &[Source]) -> Vec<Written> {
    let mut all = Vec::new();
    for (number, source) in sources.iter().enumerate() {
        let document = parse(number, &source.text, &mut Vec::new());
        let blocks = document.blocks.iter().filter(|block| block.keyword.text != "test");
        all.extend(blocks.map(|block| one(number, block, &source.text)));
    }
    all
}

fn one(number: usize, block: &Block<'_>, text: &str) -> Written {
    let named = block.head.first().map_or("", |name| name.text);
    let tokens = || block.head.iter().chain(block.lines.iter().flat_map(|line| &line.tokens));
    let end = tokens().map(|token| token.span.end).max().unwrap_or(block.keyword.span.end);
    Written {
        name: format!("{} {named}", block.keyword.text).trim_end().to_owned(),
        says: export_block(block, text)
            .unwrap_or_else(|| tokens().map(|token| token.sentence()).collect()),
        at: (number, block.keyword.span.start..end),
    }
}

impl Edit {
    /// The sources of the new policy without this edit.
    pub(crate) fn undone(&self, old: &[Source], new: &[Source]) -> Vec<Source> {
        let text = self.old.as_ref().and_then(|(at, span)| old.get(*at)?.text.get(span.clone()));
        let text = text.unwrap_or_default();
        let mut sources = new.to_vec();
        match &self.new {
            Some((at, span)) => {
                if let Some(source) = sources.get_mut(*at).filter(|s| s.text.len() >= span.end) {
                    source.text.replace_range(span.clone(), text);
                }
            }
            None => sources.push(Source { path: "undone".to_owned(), text: text.to_owned() }),
        }
        sources
    }
}
