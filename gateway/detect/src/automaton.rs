//! Anchored deterministic automata, made for speed of making: a thousand of them are made at each start.
//!
//! The usual construction of sets of states over classes of bytes. Patterns are plain (no looking around, no greed: all matches count), so a set is all there is
//! to a state. States are numbered by where their row begins in the table, in steps that let two bytes number them all: half the memory, twice as
//! much of it near the processor. The row of the dead state is the first.

mod maker;

use std::collections::BTreeSet;
use std::sync::Arc;

use regex_automata::nfa::thompson::{self, WhichCaptures};
use regex_syntax::hir::Hir;

use crate::bits::Bits;
use maker::Maker;

/// Why a pattern cannot be compiled.
#[derive(Debug)]
pub(crate) struct TooLarge;

/// A state: where its row begins, in steps of the automaton. States in which a pattern matches come last.
pub(crate) type State = u16;

/// The state from which nothing goes on.
pub(crate) const DEAD: State = 0;

/// The class of each byte; many automata have the same.
pub(crate) type Classes = BTreeSet<Arc<[u8; 256]>>;

/// One or several patterns.
#[derive(Clone, Debug)]
pub(crate) struct Automaton {
    classes: Arc<[u8; 256]>,
    /// The column behind those of the classes.
    last: usize,
    /// Two to this power is a step.
    step: u32,
    /// The state before the first byte, and the first in which a pattern matches.
    first: State,
    matching: u32,
    /// For each state and class of bytes, the state after it; in the column behind, which of `sets` matches in the state, from 1 on; 0: none.
    table: Vec<State>,
    /// The sets of patterns that match together.
    sets: Vec<Bits>,
}

impl Automaton {
    /// Makes the automaton of patterns; its tables may take `limit` bytes.
    pub(crate) fn new(patterns: &[Hir], limit: usize) -> Result<Automaton, TooLarge> {
        let config = thompson::Config::new()
            .utf8(false)
            .which_captures(WhichCaptures::None)
            .nfa_size_limit(Some(limit));
        let nfa = thompson::Compiler::new()
            .configure(config)
            .build_many_from_hir(patterns)
            .map_err(|_| TooLarge)?;
        Maker::new(&nfa).make(limit / size_of::<State>())?.packed()
    }

    /// Takes the classes of bytes from those that others have, so that they stay near.
    pub(crate) fn share(&mut self, known: &mut Classes) {
        match known.get(&self.classes) {
            Some(same) => self.classes = same.clone(),
            None => _ = known.insert(self.classes.clone()),
        }
    }

    /// The same automaton whose patterns each stand for several.
    pub(crate) fn standing_for(mut self, several: &[Bits]) -> Automaton {
        for set in &mut self.sets {
            let mut all = Bits::default();
            set.iter().filter_map(|pattern| several.get(pattern)).for_each(|more| all.add(more));
            *set = all;
        }
        self
    }

    /// The state before the first byte.
    pub(crate) fn first(&self) -> State {
        self.first
    }

    /// The state after one more byte.
    #[inline]
    pub(crate) fn next(&self, state: State, byte: u8) -> State {
        let class = usize::from(self.classes[usize::from(byte)]);
        self.table.get(self.row(state).wrapping_add(class)).copied().unwrap_or(DEAD)
    }

    /// Whether a pattern matches here.
    #[inline]
    pub(crate) fn is_match(&self, state: State) -> bool {
        u32::from(state) >= self.matching
    }

    /// The number of the set of patterns that match here; 0 if there is none.
    #[inline]
    pub(crate) fn matched(&self, state: State) -> u16 {
        self.table.get(self.row(state).wrapping_add(self.last)).copied().unwrap_or(0)
    }

    /// Where the row of a state begins. No step is wider than a state's number, so nothing is lost.
    #[inline]
    fn row(&self, state: State) -> usize {
        usize::from(state).wrapping_shl(self.step)
    }

    /// A set of patterns by its number.
    #[inline]
    pub(crate) fn set(&self, number: u16) -> Option<&Bits> {
        self.sets.get(usize::from(number).wrapping_sub(1))
    }

    /// Bytes of memory.
    pub(crate) fn memory(&self) -> usize {
        let sets = self.sets.iter().map(Bits::memory).sum::<usize>();
        size_of_val(&self.table[..]) + sets
    }
}
