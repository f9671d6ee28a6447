//! Where a value that begins here ends: anchored automata.
//!
//! A [`Matcher`] runs one pattern from one position and reports the *longest* match that ends where a word may end. [`Shapes`] runs many
//! patterns at once with classes widened to all digits, capitals and small letters, which keeps the automaton small enough for the cache; what
//! fits there is then run exactly. Neither searches: finding where to begin is the business of `anchor`.

use std::collections::BTreeMap;

use regex_syntax::hir::{Class, ClassBytes, ClassBytesRange, Hir, HirKind};

use crate::automaton::{Automaton, DEAD, State, TooLarge};
use crate::bits::Bits;
use crate::boundary::may_end;

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
pub(crate) struct Matcher(Automaton);

impl Matcher {
    pub(crate) fn new(pattern: &Hir) -> Result<Matcher, TooLarge> {
        Ok(Matcher(Automaton::new(std::slice::from_ref(pattern), SIZE_LIMIT)?))
    }

    /// Runs the pattern from `at`.
    pub(crate) fn run(&self, text: &[u8], at: usize) -> Run {
        let mut state = self.0.first();
        let mut end = None;
        for (steps, byte) in text.get(at..).unwrap_or_default().iter().enumerate() {
            state = self.0.next(state, *byte);
            if state == DEAD {
                return Run { end, open: false, steps };
            }
            if self.0.is_match(state) && may_end(text, at + steps + 1) {
                end = Some(at + steps + 1);
            }
        }
        Run { end, open: true, steps: text.len().saturating_sub(at) }
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

/// Longest first run of digits that the quick test knows.
const RUNS: usize = 24;

/// Many patterns at once, widened.
#[derive(Clone, Debug)]
pub(crate) struct Shapes {
    automaton: Automaton,
    /// Which form each pattern is.
    forms: Vec<u16>,
    /// For each length of the first digit run: the bytes that may follow it.
    after: Vec<[u64; 4]>,
    /// Whether a first run may be longer than that.
    longer: bool,
}

impl Shapes {
    pub(crate) fn new(patterns: &[Hir], forms: Vec<u16>) -> Result<Shapes, TooLarge> {
        let (widened, alike) = distinct(patterns);
        let automaton = Automaton::new(&widened, SIZE_LIMIT * 8)?.standing_for(&alike);
        let mut after = Vec::with_capacity(RUNS);
        let mut state = automaton.first();
        for _ in 0..RUNS {
            let mut set = [0u64; 4];
            for byte in 0..=u8::MAX {
                // What ends here may be followed by anything that ends a word.
                if automaton.is_match(state) || automaton.next(state, byte) != DEAD {
                    set[usize::from(byte >> 6)] |= 1 << (byte & 63);
                }
            }
            after.push(set);
            state = automaton.next(state, b'5');
        }
        let longer = state != DEAD;
        Ok(Shapes { automaton, forms, after, longer })
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

    /// Collects the patterns whose shape fits at `at`; the end is that of the longest.
    pub(crate) fn run(&self, text: &[u8], at: usize, fit: &mut Bits) -> Run {
        fit.clear();
        let mut state = self.automaton.first();
        let mut end = None;
        for (steps, byte) in text.get(at..).unwrap_or_default().iter().enumerate() {
            state = self.automaton.next(state, *byte);
            if state == DEAD {
                return Run { end, open: false, steps };
            }
            if let Some(set) = self.automaton.set(state)
                && may_end(text, at + steps + 1)
            {
                fit.add(set);
                end = Some(at + steps + 1);
            }
        }
        Run { end, open: true, steps: text.len().saturating_sub(at) }
    }

    /// Bytes of memory.
    pub(crate) fn memory(&self) -> usize {
        self.automaton.memory()
    }
}

/// The patterns that differ when widened, and for each of them the patterns that it stands for.
fn distinct(patterns: &[Hir]) -> (Vec<Hir>, Vec<Bits>) {
    let (mut widened, mut alike) = (Vec::new(), Vec::<Bits>::new());
    let mut known = BTreeMap::new();
    for (number, pattern) in patterns.iter().map(widen).enumerate() {
        let next = widened.len();
        let index = *known.entry(pattern.to_string()).or_insert(next);
        if index == next {
            widened.push(pattern);
            alike.push(Bits::default());
        }
        if let Some(numbers) = alike.get_mut(index) {
            numbers.insert(number);
        }
    }
    (widened, alike)
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
