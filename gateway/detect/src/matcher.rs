//! Where a value that begins here ends: anchored automata.
//!
//! A [`Matcher`] runs one pattern from one position and reports the *longest* match that ends where a word may end. It does not search: finding
//! where to begin is the business of `anchor`.

use regex_syntax::hir::Hir;

use crate::automaton::{Automaton, Classes, DEAD, State, TooLarge};
use crate::boundary::may_end;

/// Bytes an automaton for one pattern may take.
const SIZE_LIMIT: usize = 2 << 20;

/// What a run from one position found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Run {
    /// End of the longest match.
    pub(crate) end: Option<usize>,
    /// The text ended while the pattern could still go on.
    pub(crate) open: bool,
    /// Bytes looked at.
    pub(crate) steps: usize,
}

/// One pattern, anchored.
#[derive(Clone, Debug)]
pub(crate) struct Matcher(Automaton);

impl Matcher {
    pub(crate) fn new(pattern: &Hir) -> Result<Matcher, TooLarge> {
        Ok(Matcher(Automaton::new(std::slice::from_ref(pattern), SIZE_LIMIT)?))
    }

    /// As [`Automaton::share`].
    pub(crate) fn share(&mut self, known: &mut Classes) {
        self.0.share(known);
    }

    /// Runs the pattern from `at`. A match that `goes_on` beyond the pattern may end inside a word.
    pub(crate) fn run(&self, text: &[u8], at: usize, goes_on: bool) -> Run {
        self.resume((self.0.first(), 0), text, at, goes_on)
    }

    /// The same from the state on that so many bytes lead to, before which no match ends.
    pub(crate) fn resume(
        &self,
        (mut state, steps): (State, usize),
        text: &[u8],
        at: usize,
        goes_on: bool,
    ) -> Run {
        let mut rest = text.get(at + steps..).unwrap_or_default().iter();
        let mut end = None;
        loop {
            if self.0.is_match(state) {
                let here = text.len() - rest.len();
                end = if goes_on || may_end(text, here) { Some(here) } else { end };
            }
            let Some(byte) = rest.next() else {
                return Run { end, open: true, steps: text.len().saturating_sub(at) };
            };
            state = self.0.next(state, *byte);
            if state == DEAD {
                return Run { end, open: false, steps: text.len() - rest.len() - 1 - at };
            }
        }
    }

    /// The state before the first byte, for the analysis of where a pattern can begin.
    pub(crate) fn first(&self) -> State {
        self.0.first()
    }

    /// The state after `byte`, or nothing if the pattern cannot go on.
    pub(crate) fn step(&self, state: State, byte: u8) -> Option<State> {
        Some(self.0.next(state, byte)).filter(|next| *next != DEAD)
    }

    /// Whether a match may end in this state.
    pub(crate) fn may_end(&self, state: State) -> bool {
        self.0.is_match(state)
    }

    /// Bytes of memory.
    pub(crate) fn memory(&self) -> usize {
        self.0.memory()
    }
}
