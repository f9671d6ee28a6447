//! What is known of the text of a stream that has already gone by.

use crate::code::KEY_MAX;
use crate::nest::Nest;
use crate::restore::Place;
use crate::shape::Shape;
use crate::source::Target;
use crate::token::SEPARATORS_MAX;

/// The most bytes of a stream that cannot be decided yet: the longest spelling of a token, each character written as a JSON
/// escape. For plain text it is less than a third of that, and for most of it nothing.
pub const HOLD_MAX: usize = 6 * (OPENING + KEY_MAX + SEPARATORS_MAX + CLOSING) + CUT_ESCAPE;

/// An escaped bracket and a space.
const OPENING: usize = 3;
/// A space or a backslash; what stands behind it decides.
const CLOSING: usize = 1;
/// All of a JSON escape but its last byte.
const CUT_ESCAPE: usize = 5;

/// What the text that went by says of the text that follows. Holds no text.
///
/// One for each text that a message streams (each content block, each tool call).
#[derive(Clone, Copy, Debug)]
pub struct Seen {
    pub(crate) target: Target,
    pub(crate) place: Place,
    pub(crate) shape: Shape,
    pub(crate) nest: Nest,
}

impl Seen {
    /// At the beginning of a text.
    #[must_use]
    pub fn new(target: Target) -> Self {
        let nest = if target == Target::Plain { Nest::text() } else { Nest::json() };
        Self { target, place: Place::default(), shape: Shape::default(), nest }
    }
}

impl Default for Seen {
    /// At the beginning of a plain text.
    fn default() -> Self {
        Self::new(Target::Plain)
    }
}
