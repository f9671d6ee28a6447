//! The search for a name that stands twice in one object. Never quadratic: small objects are compared pairwise,
//! large ones are sorted, so hostile names cost n log n and no hash can be attacked.

use std::borrow::Cow;

use super::{Kind, Node};
use crate::escape::unescape;

/// Objects up to this many names are compared pairwise.
const PAIRWISE: usize = 10;

/// The index of the first name node of the object that repeats an earlier one, compared after unescaping.
pub(super) fn first_duplicate(
    text: &str,
    nodes: &[Node],
    object: usize,
    names: usize,
) -> Option<usize> {
    if names > PAIRWISE {
        return by_sorting(text, nodes, object);
    }
    let mut seen = [""; PAIRWISE];
    let names = Names { nodes, at: object + 1 };
    for (count, index) in names.enumerate() {
        let node = nodes.get(index)?;
        if node.escaped {
            return by_sorting(text, nodes, object);
        }
        let name = text.get(node.range())?;
        if seen.iter().take(count).any(|earlier| *earlier == name) {
            return Some(index);
        }
        *seen.get_mut(count)? = name;
    }
    None
}

fn by_sorting(text: &str, nodes: &[Node], object: usize) -> Option<usize> {
    let mut names: Vec<(Cow<'_, str>, usize)> = Names { nodes, at: object + 1 }
        .filter_map(|index| Some((name(text, nodes.get(index)?)?, index)))
        .collect();
    names.sort_unstable();
    names
        .windows(2)
        .filter_map(|pair| match pair {
            [(a, _), (b, later)] if a == b => Some(*later),
            _ => None,
        })
        .min()
}

fn name<'t>(text: &'t str, node: &Node) -> Option<Cow<'t, str>> {
    let raw = text.get(node.range())?;
    Some(if node.escaped { Cow::Owned(unescape(raw)) } else { Cow::Borrowed(raw) })
}

/// The name nodes of the last object on the tape, which need not be closed yet.
struct Names<'n> {
    nodes: &'n [Node],
    at: usize,
}

impl Iterator for Names<'_> {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        let index = self.at;
        self.nodes.get(index).filter(|node| node.kind == Kind::Name)?;
        self.at = self.nodes.get(index + 1)?.next as usize;
        Some(index)
    }
}
