//! The rival's own verification of where a value ends: anchored dense automata, one for each pattern and one for many shapes.

use std::collections::BTreeMap;

use regex_automata::dfa::{Automaton, StartKind, dense};
use regex_automata::nfa::thompson;
use regex_automata::util::primitives::StateID;
use regex_automata::util::start;
use regex_automata::{Anchored, MatchKind};
use regex_syntax::hir::Hir;

use crate::boundary::may_end;
use crate::heads::{Bytes, has, widen};
use crate::masks::{Mask, Set};

pub type Dfa = dense::DFA<Vec<u32>>;

/// Bytes that the shapes of one group may take; more patterns go to another group.
const GROUP: usize = 8 << 20;

/// Anchored automaton of patterns, all matches.
fn build(patterns: &[Hir], limit: usize) -> Option<(Dfa, StateID)> {
    let nfa = thompson::Compiler::new()
        .configure(thompson::Config::new().utf8(false).nfa_size_limit(Some(limit * 4)))
        .build_many_from_hir(patterns)
        .ok()?;
    let config = dense::Config::new()
        .match_kind(MatchKind::All)
        .start_kind(StartKind::Anchored)
        .accelerate(false)
        .dfa_size_limit(Some(limit))
        .determinize_size_limit(Some(limit * 4));
    let dfa = dense::Builder::new().configure(config).build_from_nfa(&nfa).ok()?;
    let start = dfa.start_state(&start::Config::new().anchored(Anchored::Yes)).ok()?;
    Some((dfa, start))
}

#[inline]
fn step(dfa: &Dfa, state: StateID, byte: u8) -> StateID {
    // SAFETY: the state comes from the same automaton.
    unsafe { dfa.next_state_unchecked(state, byte) }
}

/// One pattern.
pub struct Form {
    pub dfa: Dfa,
    pub start: StateID,
}

impl Form {
    pub fn new(pattern: &Hir) -> Form {
        let (dfa, start) = build(std::slice::from_ref(pattern), 16 << 20).expect("a small pattern");
        Form { dfa, start }
    }

    /// The end of the longest match from here that ends where a word may end.
    #[inline]
    pub fn run(&self, text: &[u8], at: usize) -> Option<usize> {
        let (mut state, mut end) = (self.start, None);
        for (offset, &byte) in text[at..].iter().enumerate() {
            state = step(&self.dfa, state, byte);
            if self.dfa.is_special_state(state) {
                if self.dfa.is_dead_state(state) {
                    return end;
                }
                if self.dfa.is_match_state(state) && may_end(text, at + offset) {
                    end = Some(at + offset);
                }
            }
        }
        if self.dfa.is_match_state(self.dfa.next_eoi_state(state)) {
            end = Some(text.len());
        }
        end
    }

    pub fn bytes(&self) -> usize {
        self.dfa.memory_usage()
    }
}

/// Many patterns at once, digits widened.
pub struct Shapes {
    pub dfa: Dfa,
    pub start: StateID,
    /// The sets of claims that match together.
    pub sets: Vec<Set>,
    /// All claims, and sets of those that may match behind some begins.
    all: Set,
    behind: Vec<Set>,
    /// For each state by its number, which of them matches there.
    set_of: Vec<u32>,
    /// For each length of a first run of digits.
    runs: Vec<Run>,
    /// Different patterns.
    pub patterns: usize,
}

/// Longest first run of digits that the quick test knows.
const RUNS: usize = 24;

/// What may stand behind a first run of digits.
struct Run {
    state: StateID,
    /// The bytes that may follow it.
    after: Bytes,
    /// For each byte that follows it, what may match then.
    behind: Vec<u16>,
    /// Those behind which more may follow.
    more: Bytes,
    /// The set that matches the digits alone.
    set: Option<u32>,
}

/// The ends of what matches at one place, and the sets of claims that match there; the longest is the last.
pub type Ends = Vec<(u32, u32)>;

/// The runs, from none on; and the sets that their bytes lead to.
fn runs(dfa: &Dfa, start: StateID, sets: &[Set], set_of: &[u32]) -> (Vec<Run>, Vec<Set>) {
    let dead = |state: StateID| dfa.is_dead_state(state);
    let next = |state: &StateID| Some(dfa.next_state(*state, b'5'));
    let states = std::iter::successors(Some(start), next).take(RUNS + 1);
    let bytes = |test: &dyn Fn(u8) -> bool| {
        let mut set = [0u64; 4];
        (0..=255u8).filter(|b| test(*b)).for_each(|b| set[usize::from(b >> 6)] |= 1 << (b & 63));
        set
    };
    let (mut behind, mut known) = (Vec::new(), BTreeMap::new());
    let mut run = |state: StateID| {
        let end = dfa.next_eoi_state(state);
        let leads = |b: u8| (0..=255u8).any(|c| !dead(dfa.next_state(dfa.next_state(state, b), c)));
        let mut number = |b: u8| {
            let next = dfa.next_state(state, b);
            *known.entry(next).or_insert_with(|| {
                behind.push(reached(dfa, next, sets, set_of));
                (behind.len() - 1) as u16
            })
        };
        Run {
            state,
            after: bytes(&|b| !dead(dfa.next_state(state, b))),
            behind: (0..=255u8).map(&mut number).collect(),
            more: bytes(&leads),
            set: dfa.is_match_state(end).then(|| set_of[end.as_usize() >> dfa.stride2()]),
        }
    };
    (states.map(&mut run).collect(), behind)
}

/// The claims that may match from a state on.
fn reached(dfa: &Dfa, from: StateID, sets: &[Set], set_of: &[u32]) -> Set {
    let (mut claims, mut seen, mut todo) = (Mask::default(), Mask::default(), vec![from]);
    while let Some(state) = todo.pop() {
        let number = state.as_usize() >> dfa.stride2();
        if seen.has(number) {
            continue;
        }
        seen.insert(number);
        if dfa.is_match_state(state) {
            claims.add(&sets[set_of[number] as usize]);
        }
        let bytes = dfa.byte_classes().representatives(0..=u8::MAX).filter_map(|u| u.as_u8());
        todo.extend(bytes.map(|byte| dfa.next_state(state, byte)));
        todo.push(dfa.next_eoi_state(state));
    }
    claims.set()
}

impl Shapes {
    /// As few groups as the size limit allows, of shapes and the claims that each is for.
    pub fn groups(claims: &[(usize, Hir)]) -> Vec<Shapes> {
        let mut alike: BTreeMap<String, (Hir, Mask)> = BTreeMap::new();
        for (claim, pattern) in claims {
            let wide = widen(pattern);
            let entry = alike.entry(wide.to_string()).or_insert_with(|| (wide, Mask::default()));
            entry.1.insert(*claim);
        }
        let alike: Vec<(Hir, Mask)> = alike.into_values().collect();
        if alike.is_empty() { Vec::new() } else { Shapes::split(&alike) }
    }

    fn split(alike: &[(Hir, Mask)]) -> Vec<Shapes> {
        let patterns: Vec<Hir> = alike.iter().map(|(hir, _)| hir.clone()).collect();
        if let Some((dfa, start)) = build(&patterns, GROUP) {
            let (sets, set_of) = sets(&dfa, start, alike);
            let (runs, behind) = runs(&dfa, start, &sets, &set_of);
            let mut all = Mask::default();
            alike.iter().for_each(|(_, claims)| all.add(&claims.set()));
            let (all, patterns) = (all.set(), alike.len());
            return vec![Shapes { dfa, start, sets, all, behind, set_of, runs, patterns }];
        }
        assert!(patterns.len() > 1, "a shape of {GROUP} bytes");
        let (a, b) = alike.split_at(alike.len() / 2);
        let mut groups = Shapes::split(a);
        groups.extend(Shapes::split(b));
        groups
    }

    /// Whether something may begin with this many digits and then this byte.
    #[inline]
    pub fn may_begin(&self, digits: usize, byte: u8) -> bool {
        self.runs.get(digits).is_none_or(|run| has(&run.after, byte))
    }

    /// Whether one of these claims may match here, that begins with so many digits.
    #[inline]
    pub fn may_match(&self, text: &[u8], at: usize, digits: usize, claims: &Mask) -> bool {
        let run = self.runs.get(digits).filter(|_| digits > 0);
        let behind = run.zip(text.get(at + digits)).map(|(run, b)| run.behind[usize::from(*b)]);
        behind.map_or(&self.all, |number| &self.behind[usize::from(number)]).meets(claims)
    }

    /// Runs from here, over so many digits at once; returns where the longest match ends.
    #[inline]
    pub fn run(&self, text: &[u8], at: usize, digits: usize, ends: &mut Ends) -> Option<usize> {
        ends.clear();
        let (mut state, skip) = match self.runs.get(digits).filter(|_| digits > 0) {
            Some(run) => {
                let end = at + digits;
                if text.get(end).is_none_or(|b| !has(&run.more, *b)) {
                    // The digits alone or nothing.
                    let set = run.set.filter(|_| may_end(text, end))?;
                    ends.push((set, end as u32));
                    return Some(end);
                }
                (run.state, digits)
            }
            None => (self.start, 0),
        };
        let from = at + skip;
        for (offset, &byte) in text[from..].iter().enumerate() {
            state = step(&self.dfa, state, byte);
            if self.dfa.is_special_state(state) {
                if self.dfa.is_dead_state(state) {
                    return ends.last().map(|e| e.1 as usize);
                }
                if self.dfa.is_match_state(state) && may_end(text, from + offset) {
                    ends.push((self.set(state), (from + offset) as u32));
                }
            }
        }
        let state = self.dfa.next_eoi_state(state);
        if self.dfa.is_match_state(state) {
            ends.push((self.set(state), text.len() as u32));
        }
        ends.last().map(|e| e.1 as usize)
    }

    fn set(&self, state: StateID) -> u32 {
        self.set_of[state.as_usize() >> self.dfa.stride2()]
    }

    pub fn bytes(&self) -> usize {
        self.dfa.memory_usage()
            + self.set_of.len() * 4
            + self.sets.iter().chain(&self.behind).map(Set::bytes).sum::<usize>()
    }
}

/// For each state the claims that match in it; equal sets are kept once.
fn sets(dfa: &Dfa, start: StateID, alike: &[(Hir, Mask)]) -> (Vec<Set>, Vec<u32>) {
    let (mut sets, mut set_of, mut seen) = (Vec::new(), Vec::new(), Mask::default());
    let mut known = BTreeMap::new();
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
            let mut set = Mask::default();
            let numbers = (0..dfa.match_len(state)).map(|i| dfa.match_pattern(state, i).as_usize());
            numbers.for_each(|n| set.add(&alike[n].1.set()));
            let next = sets.len();
            let index = *known.entry(set.set()).or_insert_with_key(|set| {
                sets.push(set.clone());
                next
            });
            if set_of.len() <= number {
                set_of.resize(number + 1, u32::MAX);
            }
            set_of[number] = index as u32;
        }
        todo.extend(representatives.iter().map(|byte| dfa.next_state(state, *byte)));
        todo.push(dfa.next_eoi_state(state));
    }
    (sets, set_of)
}
