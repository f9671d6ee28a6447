//! The construction of sets of states over classes of bytes.

use std::collections::{BTreeMap, HashMap};

use foldhash::fast::FixedState;
use regex_automata::nfa::thompson::{self, NFA};
use regex_automata::util::primitives::StateID;

use super::{Automaton, DEAD, State, TooLarge};
use crate::bits::Bits;

/// A set of states of the nondeterministic automaton that read a byte or match, sorted.
type Set = Box<[u32]>;

/// A step of the nondeterministic automaton: the classes from the first to the second, and what is reached.
type Step = (u8, u8, usize);

/// What is reached by a class, and by those behind it up to the next that begins another bucket.
#[derive(Clone, Default)]
struct Bucket {
    begins: bool,
    /// As indices into [`Maker::reached`].
    closures: Vec<usize>,
}

/// An automaton in the making.
pub(super) struct Maker<'n> {
    nfa: &'n NFA,
    classes: Box<[u8; 256]>,
    /// Columns of the rows: the classes.
    width: usize,
    /// For each state and class the number of the state after it; the first is the dead one.
    rows: Vec<u32>,
    /// For each state what it reaches without a byte, as an index into `reached`; once it was asked for.
    closures: Vec<Option<usize>>,
    reached: Vec<Set>,
    /// For each of `reached` the state that it is by itself, once it was asked for.
    alone: Vec<Option<u32>>,
    steps: Vec<Option<Vec<Step>>>,
    numbers: HashMap<Set, u32, FixedState>,
    todo: Vec<Set>,
    /// For each state which of `sets` matches there, from 1 on.
    matches: Vec<usize>,
    sets: Vec<Bits>,
    known: BTreeMap<Bits, usize>,
}

impl<'n> Maker<'n> {
    /// Begins with the states of a nondeterministic automaton.
    pub(super) fn new(nfa: &'n NFA) -> Maker<'n> {
        let classes: Box<[u8; 256]> = Box::new(std::array::from_fn(|byte| {
            nfa.byte_classes().get(u8::try_from(byte).unwrap_or(0))
        }));
        let width = classes.iter().max().map_or(1, |class| usize::from(*class) + 1);
        Maker {
            nfa,
            classes,
            width,
            rows: Vec::new(),
            closures: vec![None; nfa.states().len()],
            reached: Vec::new(),
            alone: Vec::new(),
            steps: vec![None; nfa.states().len()],
            numbers: HashMap::with_hasher(FixedState::default()),
            todo: Vec::new(),
            matches: Vec::new(),
            sets: Vec::new(),
            known: BTreeMap::new(),
        }
    }

    /// Numbers all states and fills their rows, which may have so many cells.
    pub(super) fn make(mut self, limit: usize) -> Result<Self, TooLarge> {
        self.number(&[]);
        let first = self.closure(self.nfa.start_anchored());
        let first = self.reached.get(first).cloned().unwrap_or_default();
        self.number(&first);
        let mut buckets: Vec<Bucket> = vec![Bucket::default(); self.width];
        let mut done = 0;
        while let Some(set) = self.todo.get(done).cloned() {
            done += 1;
            for state in &set {
                self.mark(*state as usize, &mut buckets);
            }
            for state in &set {
                self.reach(*state as usize, &mut buckets);
            }
            let mut next = 0;
            for bucket in buckets.iter_mut().take(self.width) {
                if std::mem::take(&mut bucket.begins) {
                    next = self.after(&bucket.closures);
                    bucket.closures.clear();
                }
                self.rows.push(next);
            }
            if self.rows.len() > limit {
                return Err(TooLarge);
            }
        }
        Ok(self)
    }

    /// The automaton: states in which a pattern matches behind the others, so that they are told by their number, and rows at whole steps.
    pub(super) fn packed(self) -> Result<Automaton, TooLarge> {
        let states = self.matches.len();
        let steps = |step: u32| (self.width + 1).div_ceil(1 << step);
        let fits = |step: &u32| states * steps(*step) <= usize::from(State::MAX);
        let step = (0..=u8::BITS + 1).find(fits).ok_or(TooLarge)?;
        let (others, matching): (Vec<usize>, Vec<usize>) =
            (0..states).partition(|state| self.matches.get(*state) == Some(&0));
        let place = |order: usize| State::try_from(order * steps(step)).unwrap_or(DEAD);
        let mut moved = vec![DEAD; states];
        for (order, state) in others.iter().chain(&matching).enumerate() {
            if let Some(to) = moved.get_mut(*state) {
                *to = place(order);
            }
        }
        let mut table = Vec::with_capacity((states * steps(step)) << step);
        for state in others.iter().chain(&matching) {
            let row = self.rows.get(state * self.width..(state + 1) * self.width);
            let next = |state: &u32| moved.get(*state as usize).copied().unwrap_or(DEAD);
            table.extend(row.unwrap_or_default().iter().map(next));
            let matched = self.matches.get(*state).copied().unwrap_or(0);
            table.push(State::try_from(matched).map_err(|_| TooLarge)?);
            table.resize(table.len().next_multiple_of(1 << step), DEAD);
        }
        Ok(Automaton {
            classes: self.classes.into(),
            last: self.width,
            step,
            first: moved.get(1).copied().unwrap_or(DEAD),
            matching: u32::from(place(others.len())),
            table,
            sets: self.sets,
        })
    }

    /// The state in which several closures are reached together. Mostly it is one, which is looked up without its set.
    fn after(&mut self, closures: &[usize]) -> u32 {
        let one = match closures {
            [] => return 0,
            [one] => one,
            several => {
                let reached = several.iter().filter_map(|closure| self.reached.get(*closure));
                let mut set = reached.flatten().copied().collect::<Vec<_>>();
                set.sort_unstable();
                set.dedup();
                return self.number(&set);
            }
        };
        if let Some(Some(state)) = self.alone.get(*one) {
            return *state;
        }
        let set = self.reached.get(*one).cloned().unwrap_or_default();
        let state = self.number(&set);
        self.alone.resize(self.alone.len().max(one + 1), None);
        if let Some(place) = self.alone.get_mut(*one) {
            *place = Some(state);
        }
        state
    }

    /// The state that a set is, new or known.
    fn number(&mut self, set: &[u32]) -> u32 {
        if let Some(state) = self.numbers.get(set) {
            return *state;
        }
        let state = u32::try_from(self.todo.len()).unwrap_or(0);
        self.numbers.insert(set.into(), state);
        self.todo.push(set.into());
        let mut patterns = Bits::default();
        for state in set {
            if let Some(thompson::State::Match { pattern_id }) =
                self.nfa.states().get(*state as usize)
            {
                patterns.insert(pattern_id.as_usize());
            }
        }
        let matched = if patterns.is_empty() { 0 } else { self.set(patterns) };
        self.matches.push(matched);
        state
    }

    fn set(&mut self, patterns: Bits) -> usize {
        let next = self.sets.len() + 1;
        let sets = &mut self.sets;
        *self.known.entry(patterns).or_insert_with_key(|set| {
            sets.push(set.clone());
            next
        })
    }

    /// Marks the classes from which on a state reaches something else than by the class before.
    fn mark(&mut self, state: usize, buckets: &mut [Bucket]) {
        if self.steps.get(state).is_some_and(Option::is_none) {
            let steps = self.steps_of(state);
            if let Some(place) = self.steps.get_mut(state) {
                *place = Some(steps);
            }
        }
        let Some(Some(steps)) = self.steps.get(state) else { return };
        for (from, to, _) in steps {
            for class in [usize::from(*from), usize::from(*to) + 1] {
                if let Some(bucket) = buckets.get_mut(class) {
                    bucket.begins = true;
                }
            }
        }
    }

    /// Adds to each marked class what a state reaches by it.
    fn reach(&mut self, state: usize, buckets: &mut [Bucket]) {
        let Some(Some(steps)) = self.steps.get(state) else { return };
        for (from, to, closure) in steps {
            let classes = buckets.get_mut(usize::from(*from)..=usize::from(*to));
            for bucket in classes.into_iter().flatten().filter(|bucket| bucket.begins) {
                bucket.closures.push(*closure);
            }
        }
    }

    fn steps_of(&mut self, state: usize) -> Vec<Step> {
        let nfa = self.nfa;
        let transitions: Vec<_> = match nfa.states().get(state) {
            Some(thompson::State::ByteRange { trans }) => {
                vec![(trans.start, trans.end, trans.next)]
            }
            Some(thompson::State::Sparse(sparse)) => {
                sparse.transitions.iter().map(|t| (t.start, t.end, t.next)).collect()
            }
            Some(thompson::State::Dense(dense)) => {
                (0..=u8::MAX).zip(dense.transitions.iter()).map(|(b, next)| (b, b, *next)).collect()
            }
            _ => Vec::new(),
        };
        let class = |byte: u8| self.classes[usize::from(byte)];
        let ranges: Vec<_> = transitions
            .into_iter()
            .map(|(from, to, next)| (class(from), class(to), next))
            .collect();
        ranges.into_iter().map(|(from, to, next)| (from, to, self.closure(next))).collect()
    }

    /// What a state reaches without a byte.
    fn closure(&mut self, start: StateID) -> usize {
        if let Some(Some(known)) = self.closures.get(start.as_usize()) {
            return *known;
        }
        let mut reached = Vec::new();
        let mut seen = Bits::default();
        let mut todo = vec![start];
        while let Some(state) = todo.pop() {
            if seen.has(state.as_usize()) {
                continue;
            }
            seen.insert(state.as_usize());
            match self.nfa.state(state) {
                thompson::State::Union { alternates } => todo.extend(alternates.iter()),
                thompson::State::BinaryUnion { alt1, alt2 } => todo.extend([*alt1, *alt2]),
                thompson::State::Capture { next, .. } => todo.push(*next),
                // Patterns that look around are refused before.
                thompson::State::Fail | thompson::State::Look { .. } => {}
                _ => reached.push(state.as_u32()),
            }
        }
        reached.sort_unstable();
        let number = self.reached.len();
        self.reached.push(reached.into());
        if let Some(place) = self.closures.get_mut(start.as_usize()) {
            *place = Some(number);
        }
        number
    }
}
