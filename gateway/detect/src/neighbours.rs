//! What stands before and after a text, for context: the ends of the other texts of its circle.
//!
//! A record cut into its fields has its context words in other fields, in names as well as values. Texts of one circle are chained in
//! order; empty ones are left out, so a walk of so many bytes takes at most so many steps.

use crate::finding::Text;

/// No neighbour.
const NONE: u32 = u32::MAX;

/// The nearest texts of the same circle.
#[derive(Clone, Copy)]
pub(crate) struct Link {
    before: u32,
    after: u32,
}

/// Chains the texts of each circle.
pub(crate) fn link(texts: &[Text<'_>], links: &mut Vec<Link>) {
    links.clear();
    let mut last = [NONE; 256];
    for (index, text) in (0u32..).zip(texts) {
        links.push(Link { before: NONE, after: NONE });
        if text.circle == 0 || text.body.is_empty() {
            continue;
        }
        let before = std::mem::replace(&mut last[usize::from(text.circle)], index);
        if let Some(link) = links.last_mut() {
            link.before = before;
        }
        if let Some(link) = links.get_mut(before as usize) {
            link.after = index;
        }
    }
}

/// The neighbours of one text.
#[derive(Clone, Copy)]
pub(crate) struct Neighbours<'t> {
    texts: &'t [Text<'t>],
    links: &'t [Link],
    index: u32,
}

impl<'t> Neighbours<'t> {
    /// Of a text that stands alone.
    pub(crate) fn none() -> Self {
        Neighbours { texts: &[], links: &[], index: NONE }
    }

    pub(crate) fn of(texts: &'t [Text<'t>], links: &'t [Link], index: u32) -> Self {
        Neighbours { texts, links, index }
    }

    fn link_before(&self, index: u32) -> Option<u32> {
        self.links.get(index as usize).map(|link| link.before).filter(|i| *i != NONE)
    }

    fn link_after(&self, index: u32) -> Option<u32> {
        self.links.get(index as usize).map(|link| link.after).filter(|i| *i != NONE)
    }

    /// The label of a text unless what stands before it says the same, then its body.
    fn said(&self, index: u32) -> [&'t str; 2] {
        let Some(text) = self.texts.get(index as usize) else { return ["", ""] };
        let told = self
            .link_before(index)
            .and_then(|i| self.texts.get(i as usize))
            .is_some_and(|t| t.body == text.label || t.label == text.label);
        [if told { "" } else { text.label }, text.body]
    }

    /// Appends the last `reach` bytes before the text, each piece with a space behind it; returns the bytes looked at.
    pub(crate) fn before(&self, reach: usize, said: &mut String) -> usize {
        let (mut first, mut held) = (self.index, 0);
        while held < reach
            && let Some(before) = self.link_before(first)
        {
            first = before;
            held += self.said(first).iter().map(|s| s.len()).sum::<usize>();
        }
        let mut skip = held.saturating_sub(reach);
        let mut at = first;
        while at != self.index {
            for piece in self.said(at) {
                let from = skip.min(piece.len());
                skip -= from;
                said.push_str(piece.get(piece.ceil_char_boundary(from)..).unwrap_or(""));
                said.push(' ');
            }
            let Some(after) = self.link_after(at) else { break };
            at = after;
        }
        held.min(reach)
    }

    /// Appends the first `reach` bytes after the text, in the same way.
    pub(crate) fn after(&self, reach: usize, said: &mut String) -> usize {
        let (mut at, mut held) = (self.index, 0);
        while held < reach
            && let Some(after) = self.link_after(at)
        {
            at = after;
            for piece in self.said(at) {
                let to = piece.floor_char_boundary(reach.saturating_sub(held));
                said.push_str(piece.get(..to).unwrap_or(""));
                said.push(' ');
                held += piece.len();
            }
        }
        held.min(reach)
    }
}
