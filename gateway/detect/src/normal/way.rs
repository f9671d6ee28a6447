//! The ways in which a stretch is read once more, each into a view of its own.

use super::run::Runs;
use super::trigger::{Kind, Mark};
use super::view::View;
use super::{compose, decode, joint, row, spaced};
use crate::finding::Span;

/// One way of reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// Written characters and runs decoded, other forms folded, unseen characters left out.
    Decode = 1,
    /// The same, but unseen characters say what they spell.
    Spell = 2,
    /// What stands apart drawn together.
    Squeeze = 4,
    /// Rows of numbers drawn together, of which each says a character.
    Draw = 8,
    /// Numbers in one that lines and markup part.
    Join = 16,
    /// Letters and their marks in one.
    Compose = 32,
}

/// Some of the ways; iterates over them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Ways(u8);

impl Ways {
    /// The ways that a mark asks for.
    pub(super) fn of(kind: Kind) -> Ways {
        Ways(match kind {
            Kind::Form | Kind::Encoded => Way::Decode as u8,
            Kind::Spelled => Way::Decode as u8 | Way::Spell as u8,
            Kind::Apart => Way::Squeeze as u8,
            Kind::Row => Way::Draw as u8,
            Kind::Joint => Way::Join as u8,
            Kind::Composed => Way::Compose as u8,
        })
    }

    /// The ways that any of these marks asks for.
    pub(super) fn of_all(marks: &[Mark]) -> Ways {
        marks.iter().fold(Ways::default(), |ways, mark| ways.and(Ways::of(mark.kind)))
    }

    pub(super) fn and(self, other: Ways) -> Ways {
        Ways(self.0 | other.0)
    }

    pub(super) fn add(&mut self, way: Way) {
        self.0 |= way as u8;
    }
}

impl Iterator for Ways {
    type Item = Way;

    fn next(&mut self) -> Option<Way> {
        let all = [Way::Decode, Way::Spell, Way::Squeeze, Way::Draw, Way::Join, Way::Compose];
        let way = all.into_iter().find(|way| self.0 & *way as u8 != 0)?;
        self.0 &= !(way as u8);
        Some(way)
    }
}

/// Reads a stretch in one way into `view`, until it is full; runs that were not read to their end go to `unread`.
pub(super) fn read(
    way: Way,
    text: &str,
    span: Span,
    view: &mut View,
    runs: &mut Runs,
    unread: &mut Vec<Span>,
) {
    match way {
        Way::Decode => decode::decode(text, span, false, view, runs, unread),
        Way::Spell => decode::decode(text, span, true, view, runs, unread),
        Way::Squeeze => spaced::squeeze(text, span, view),
        Way::Draw => row::draw(text, span, view),
        Way::Join => joint::join(text, span, view),
        Way::Compose => compose::compose_all(text, span, view),
    }
}
