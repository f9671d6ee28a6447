//! What a stream carries from one piece of text to the next.

use std::fmt;

use crate::code::KEY_MAX;
use crate::restore::Place;
use crate::shape::Shape;
use crate::source::Target;
use crate::token::SEPARATORS_MAX;

/// The most bytes of a stream that are held back: the longest spelling of a token, each character written as a JSON
/// escape. Plain text is held back for less than a third of that, and most of it not at all.
pub const HOLD_MAX: usize = 6 * (OPENING + KEY_MAX + SEPARATORS_MAX + CLOSING) + CUT_ESCAPE;

/// An escaped bracket and a space.
const OPENING: usize = 3;
/// A space or a backslash; what stands behind it decides.
const CLOSING: usize = 1;
/// All of a JSON escape but its last byte.
const CUT_ESCAPE: usize = 5;

/// The state of one stream of text that is being restored: the text held back, where it stands, and what was counted.
///
/// One for each text that a message streams (each content block, each tool call). `Debug` prints lengths only.
#[derive(Clone, Default)]
pub struct Held {
    pub(crate) target: Target,
    pub(crate) text: String,
    /// What the text before says of the place of what is held.
    pub(crate) place: Place,
    pub(crate) shape: Shape,
    pub(crate) restored: usize,
    pub(crate) unrestorable: usize,
}

impl Held {
    /// The state before the first piece of a text.
    pub fn new(target: Target) -> Self {
        Self { target, ..Self::default() }
    }

    /// How many bytes are held back now, at most [`HOLD_MAX`].
    pub fn len(&self) -> usize {
        self.text.len()
    }

    /// Whether nothing is held back.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// How many tokens were put back so far.
    pub fn restored(&self) -> usize {
        self.restored
    }

    /// How many tokens went by that look exactly like ours and are not in the vault.
    pub fn unrestorable(&self) -> usize {
        self.unrestorable
    }
}

impl fmt::Debug for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Held")
            .field("bytes", &self.text.len())
            .field("restored", &self.restored)
            .field("unrestorable", &self.unrestorable)
            .finish()
    }
}
