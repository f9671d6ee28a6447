//! Where a value that begins here ends: anchored automata.
//!
//! A [`Matcher`] runs one pattern from one position and reports the *longest* match that ends where a word may end. [`Shapes`] runs many
//! patterns at once with classes widened to all digits, capitals and small letters, which keeps the automaton small enough for the cache; what
//! fits there is then run exactly. Neither searches: finding where to begin is the business of `anchor`.

use std::collections::BTreeMap;

use regex_automata::dfa::{Automaton, StartKind, dense};
use regex_automata::nfa::thompson;
use regex_automata::util::primitives::StateID;
use regex_automata::util::start;
use regex_automata::{Anchored, MatchKind};
use regex_syntax::hir::{Class, ClassBytes, ClassBytesRange, Hir, HirKind};

use crate::bits::Bits;
use crate::boundary::may_end;

type Dfa = dense::DFA<Vec<u32>>;

/// Bytes an automaton for one pattern may take.
const SIZE_LIMIT: usize = 4 << 20;

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
pub(crate) struct Matcher {
    dfa: Dfa,
    start: StateID,
}

/// Why a pattern cannot be compiled.
pub(crate) struct TooLarge;

fn build(patterns: &[Hir], limit: usize) -> Result<(Dfa, StateID), TooLarge> {
    let nfa = thompson::Compiler::new()
        .configure(thompson::Config::new().utf8(false).nfa_size_limit(Some(limit)))
        .build_many_from_hir(patterns)
        .map_err(|_| TooLarge)?;
    let config = dense::Config::new()
        .match_kind(MatchKind::All)
        .start_kind(StartKind::Anchored)
        .accelerate(false)
        .dfa_size_limit(Some(limit))
        .determinize_size_limit(Some(limit * 4));
    let dfa = dense::Builder::new().configure(config).build_from_nfa(&nfa).map_err(|_| TooLarge)?;
    let start =
        dfa.start_state(&start::Config::new().anchored(Anchored::Yes)).map_err(|_| TooLarge)?;
    Ok((dfa, start))
}

impl Matcher {
    pub(crate) fn new(pattern: &Hir) -> Result<Matcher, TooLarge> {
        let (dfa, start) = build(std::slice::from_ref(pattern), SIZE_LIMIT)?;
        Ok(Matcher { dfa, start })
    }

    /// Runs the pattern from `at`.
    pub(crate) fn run(&self, text: &[u8], at: usize) -> Run {
        let mut state = self.start;
        let mut end = None;
        for (steps, &byte) in text.get(at..).unwrap_or_default().iter().enumerate() {
            state = self.dfa.next_state(state, byte);
            if self.dfa.is_special_state(state) {
                if self.dfa.is_dead_state(state) {
                    return Run { end, open: false, steps };
                }
                // A match is reported one byte late.
                if self.dfa.is_match_state(state) && may_end(text, at + steps) {
                    end = Some(at + steps);
                }
            }
        }
        if self.dfa.is_match_state(self.dfa.next_eoi_state(state)) {
            end = Some(text.len());
        }
        Run { end, open: true, steps: text.len().saturating_sub(at) }
    }

    /// The state after one byte, for the analysis of where a pattern can begin.
    pub(crate) fn first(&self) -> StateID {
        self.start
    }

    /// The state after `byte`, or nothing if the pattern cannot go on.
    pub(crate) fn step(&self, state: StateID, byte: u8) -> Option<StateID> {
        let next = self.dfa.next_state(state, byte);
        (!self.dfa.is_dead_state(next)).then_some(next)
    }

    /// Whether a match may end in this state.
    pub(crate) fn may_end(&self, state: StateID) -> bool {
        self.dfa.is_match_state(self.dfa.next_eoi_state(state))
    }

    /// Bytes of memory.
    pub(crate) fn memory(&self) -> usize {
        self.dfa.memory_usage()
    }
}

/// Longest first run of digits that the quick test knows.
const RUNS: usize = 24;

/// Many patterns at once, widened.
#[derive(Clone, Debug)]
pub(crate) struct Shapes {
    dfa: Dfa,
    start: StateID,
    /// Which form each pattern is.
    forms: Vec<u16>,
    /// The sets of patterns that match together.
    sets: Vec<Bits>,
    /// For each state by its number, which of them matches there.
    set_of: Vec<u32>,
    /// For each length of the first digit run: the bytes that may follow it.
    after: Vec<[u64; 4]>,
    /// Whether a first run may be longer than that.
    longer: bool,
}

impl Shapes {
    pub(crate) fn new(patterns: &[Hir], forms: Vec<u16>) -> Result<Shapes, TooLarge> {
        let (widened, alike) = distinct(patterns);
        let (dfa, start) = build(&widened, SIZE_LIMIT * 8)?;
        let (sets, set_of) = sets(&dfa, start, &alike);
        let mut after = Vec::with_capacity(RUNS);
        let mut state = start;
        for _ in 0..RUNS {
            let mut set = [0u64; 4];
            for byte in 0..=255u8 {
                if !dfa.is_dead_state(dfa.next_state(state, byte)) {
                    set[usize::from(byte >> 6)] |= 1 << (byte & 63);
                }
            }
            after.push(set);
            state = dfa.next_state(state, b'5');
        }
        let longer = !dfa.is_dead_state(state);
        Ok(Shapes { dfa, start, forms, sets, set_of, after, longer })
    }

    /// Whether something can begin with `digits` digits followed by `byte`.
    #[inline]
    pub(crate) fn may_begin(&self, digits: usize, byte: u8) -> bool {
        self.after
            .get(digits)
            .map_or(self.longer, |set| set[usize::from(byte >> 6)] >> (byte & 63) & 1 != 0)
    }

    /// Which form each pattern is.
    pub(crate) fn forms(&self) -> &[u16] {
        &self.forms
    }

    /// Collects the patterns whose shape fits at `at`; returns whether one is still open at the end and the bytes looked at.
    pub(crate) fn run(&self, text: &[u8], at: usize, fit: &mut Bits) -> (bool, usize) {
        fit.clear();
        let mut state = self.start;
        for (steps, &byte) in text.get(at..).unwrap_or_default().iter().enumerate() {
            state = self.dfa.next_state(state, byte);
            if self.dfa.is_special_state(state) {
                if self.dfa.is_dead_state(state) {
                    return (false, steps);
                }
                if may_end(text, at + steps) {
                    self.collect(state, fit);
                }
            }
        }
        self.collect(self.dfa.next_eoi_state(state), fit);
        (true, text.len().saturating_sub(at))
    }

    fn collect(&self, state: StateID, fit: &mut Bits) {
        if self.dfa.is_match_state(state)
            && let Some(set) = self.set_of.get(state.as_usize() >> self.dfa.stride2())
            && let Some(set) = self.sets.get(*set as usize)
        {
            fit.add(set);
        }
    }

    /// Bytes of memory.
    pub(crate) fn memory(&self) -> usize {
        let sets = self.sets.iter().map(Bits::memory).sum::<usize>();
        self.dfa.memory_usage() + sets + self.set_of.len() * size_of::<u32>()
    }
}

/// The patterns that differ when widened, and for each of them the patterns that it stands for.
fn distinct(patterns: &[Hir]) -> (Vec<Hir>, Vec<Vec<usize>>) {
    let (mut widened, mut alike) = (Vec::new(), Vec::<Vec<usize>>::new());
    let mut known = BTreeMap::new();
    for (number, pattern) in patterns.iter().map(widen).enumerate() {
        let next = widened.len();
        let index = *known.entry(pattern.to_string()).or_insert(next);
        if index == next {
            widened.push(pattern);
            alike.push(Vec::new());
        }
        if let Some(numbers) = alike.get_mut(index) {
            numbers.push(number);
        }
    }
    (widened, alike)
}

/// For each state of an automaton the patterns that match in it; equal sets are kept once.
fn sets(dfa: &Dfa, start: StateID, alike: &[Vec<usize>]) -> (Vec<Bits>, Vec<u32>) {
    let (mut sets, mut set_of) = (Vec::new(), Vec::new());
    let mut known = BTreeMap::new();
    let mut seen = Bits::default();
    let mut todo = vec![start];
    let representatives: Vec<u8> =
        dfa.byte_classes().representatives(0..=u8::MAX).filter_map(|unit| unit.as_u8()).collect();
    while let Some(state) = todo.pop() {
        let number = state.as_usize() >> dfa.stride2();
        if seen.has(number) {
            continue;
        }
        seen.insert(number);
        if dfa.is_match_state(state) {
            let numbers = (0..dfa.match_len(state)).map(|i| dfa.match_pattern(state, i).as_usize());
            let mut set = Bits::default();
            numbers.filter_map(|n| alike.get(n)).flatten().for_each(|n| set.insert(*n));
            let next = sets.len();
            let index = *known.entry(set).or_insert_with_key(|set| {
                sets.push(set.clone());
                next
            });
            if set_of.len() <= number {
                set_of.resize(number + 1, u32::MAX);
            }
            if let Some(place) = set_of.get_mut(number) {
                *place = u32::try_from(index).unwrap_or(u32::MAX);
            }
        }
        todo.extend(representatives.iter().map(|byte| dfa.next_state(state, *byte)));
        todo.push(dfa.next_eoi_state(state));
    }
    (sets, set_of)
}

/// The pattern with every digit replaced by any digit, every capital by any, every small letter by any.
fn widen(hir: &Hir) -> Hir {
    match hir.kind() {
        HirKind::Empty => Hir::empty(),
        HirKind::Look(look) => Hir::look(*look),
        HirKind::Literal(literal) => {
            let one = |byte: &u8| widened(ClassBytes::new([ClassBytesRange::new(*byte, *byte)]));
            Hir::concat(literal.0.iter().map(one).collect())
        }
        HirKind::Class(Class::Bytes(class)) => widened(class.clone()),
        HirKind::Class(class) => Hir::class(class.clone()),
        HirKind::Repetition(repetition) => {
            let mut repetition = repetition.clone();
            repetition.sub = Box::new(widen(&repetition.sub));
            Hir::repetition(repetition)
        }
        HirKind::Capture(capture) => widen(&capture.sub),
        HirKind::Concat(parts) => Hir::concat(parts.iter().map(widen).collect()),
        HirKind::Alternation(parts) => Hir::alternation(parts.iter().map(widen).collect()),
    }
}

fn widened(mut class: ClassBytes) -> Hir {
    for (from, to) in [(b'0', b'9'), (b'A', b'Z'), (b'a', b'z')] {
        if class.ranges().iter().any(|r| r.start() <= to && r.end() >= from) {
            class.push(ClassBytesRange::new(from, to));
        }
    }
    Hir::class(Class::Bytes(class))
}
