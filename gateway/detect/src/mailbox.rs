//! Patterns of addresses: what stands before an `@`, and what behind it.
//!
//! What stands behind is read once for all places at which an address may begin, since it is the same for all of them: before the `@` stand
//! so many bytes of one kind, whatever they are.

use std::ops::{Range, RangeInclusive};

use crate::anchor::USER_PART;
use crate::automaton::State;
use crate::matcher::Matcher;

/// A pattern whose matches begin with bytes before an `@`.
#[derive(Clone, Debug)]
pub(crate) struct Mailbox {
    pub(crate) form: u16,
    /// The state behind the `@`.
    pub(crate) state: State,
    /// What may stand before it, and how much.
    user: Box<[bool; 256]>,
    lengths: RangeInclusive<usize>,
}

impl Mailbox {
    /// Reads off a pattern what stands before its `@`, all of which is of one kind.
    pub(crate) fn of(form: u16, matcher: &Matcher) -> Option<Mailbox> {
        let goes_on = |byte: u8| matcher.step(matcher.first(), byte).is_some();
        let mut user = Box::new([false; 256]);
        (0..=u8::MAX).for_each(|byte| user[usize::from(byte)] = goes_on(byte));
        let byte = (0..=u8::MAX).find(|byte| goes_on(*byte))?;
        let longer = |state: &State| matcher.step(*state, byte);
        let states = std::iter::successors(longer(&matcher.first()), longer);
        let behind = |(length, state)| Some((length, matcher.step(state, b'@')?));
        let mut ends = (1..=USER_PART).zip(states).filter_map(behind);
        let (least, state) = ends.next()?;
        let most = ends.last().map_or(least, |(length, _)| length);
        Some(Mailbox { form, state, user, lengths: least..=most })
    }

    /// The places before an `@` from which on enough stands before it, and nothing else.
    pub(crate) fn begins(&self, text: &[u8], at: usize) -> Range<usize> {
        let before = text.get(..at).unwrap_or_default().iter().rev().take(*self.lengths.end());
        let most = before.take_while(|byte| self.user[usize::from(**byte)]).count();
        at - most..(at + 1).saturating_sub(*self.lengths.start())
    }
}
