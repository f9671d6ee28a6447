//! The rival's own verification of where a value ends: anchored dense automata, one for each pattern and one for many shapes.

use regex_automata::dfa::{Automaton, StartKind, dense};
use regex_automata::nfa::thompson;
use regex_automata::util::primitives::StateID;
use regex_automata::util::start;
use regex_automata::{Anchored, MatchKind};
use regex_syntax::hir::Hir;

use crate::boundary::may_end;
use crate::heads::widen;

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

/// One pattern of a rule.
pub struct Form {
    pub rule: u16,
    pub dfa: Dfa,
    pub start: StateID,
}

impl Form {
    pub fn new(rule: u16, pattern: &Hir) -> Form {
        let (dfa, start) = build(std::slice::from_ref(pattern), 16 << 20).expect("a small pattern");
        Form { rule, dfa, start }
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
    /// The form of each pattern, and whether its shape is the pattern itself.
    forms: Vec<(u16, bool)>,
    /// For each length of a first run of digits: the bytes that may follow it.
    after: Vec<[u64; 4]>,
    /// The states after so many digits.
    runs: Vec<StateID>,
}

/// Longest first run of digits that the quick test knows.
const RUNS: usize = 24;

/// A form whose shape fits.
#[derive(Clone, Copy)]
pub struct Fitting {
    pub form: u16,
    /// Whether the shape is the pattern itself.
    pub exact: bool,
    /// Where the longest match of the shape ends.
    pub end: u32,
}

/// What fits at one place.
#[derive(Default)]
pub struct Fit {
    pub forms: Vec<Fitting>,
    /// The states in which something matched, and where.
    ends: Vec<(StateID, u32)>,
    /// For each form, the last place that it was seen at.
    seen: Vec<u64>,
    place: u64,
}

/// The states after so many digits.
fn runs(dfa: &Dfa, start: StateID) -> Vec<StateID> {
    let next = |state: &StateID| Some(dfa.next_state(*state, b'5'));
    std::iter::successors(Some(start), next).take(RUNS + 1).collect()
}

/// Which bytes may follow each.
fn after(dfa: &Dfa, runs: &[StateID]) -> Vec<[u64; 4]> {
    let set = |state: &StateID| {
        let mut set = [0u64; 4];
        for byte in (0..=255u8).filter(|b| !dfa.is_dead_state(dfa.next_state(*state, *b))) {
            set[usize::from(byte >> 6)] |= 1 << (byte & 63);
        }
        set
    };
    runs.iter().map(set).collect()
}

impl Shapes {
    /// As few groups as the size limit allows.
    pub fn groups(patterns: &[(u16, Hir)]) -> Vec<Shapes> {
        if patterns.is_empty() {
            return Vec::new();
        }
        let widened: Vec<Hir> = patterns.iter().map(|(_, p)| widen(p)).collect();
        if let Some((dfa, start)) = build(&widened, GROUP) {
            let exact = |(pattern, wide): (&(u16, Hir), &Hir)| (pattern.0, pattern.1 == *wide);
            let forms = patterns.iter().zip(&widened).map(exact).collect();
            let runs = runs(&dfa, start);
            let after = after(&dfa, &runs);
            return vec![Shapes { dfa, start, forms, runs, after }];
        }
        assert!(patterns.len() > 1, "a shape of {GROUP} bytes");
        let (a, b) = patterns.split_at(patterns.len() / 2);
        let mut groups = Shapes::groups(a);
        groups.extend(Shapes::groups(b));
        groups
    }

    /// Whether something may begin with this many digits and then this byte.
    #[inline]
    pub fn may_begin(&self, digits: usize, byte: u8) -> bool {
        let set = self.after.get(digits);
        set.is_none_or(|set| set[usize::from(byte >> 6)] >> (byte & 63) & 1 != 0)
    }

    /// Runs from here, over so many digits at once; returns where the longest match ends.
    pub fn run(&self, text: &[u8], at: usize, digits: usize, fit: &mut Fit) -> Option<u32> {
        fit.ends.clear();
        let (mut state, skip) = match self.runs.get(digits) {
            Some(state) => (*state, digits),
            None => (self.start, 0),
        };
        if self.dfa.is_dead_state(state) {
            return None;
        }
        for (offset, &byte) in text.iter().enumerate().skip(at + skip) {
            state = step(&self.dfa, state, byte);
            if self.dfa.is_special_state(state) {
                if self.dfa.is_dead_state(state) {
                    return fit.ends.last().map(|e| e.1);
                }
                if self.dfa.is_match_state(state) && may_end(text, offset) {
                    fit.ends.push((state, offset as u32));
                }
            }
        }
        let state = self.dfa.next_eoi_state(state);
        if self.dfa.is_match_state(state) {
            fit.ends.push((state, text.len() as u32));
        }
        fit.ends.last().map(|e| e.1)
    }

    /// Collects the forms that the last run fits; those that are nothing without a word are left out if told so. They come last.
    pub fn collect(&self, fit: &mut Fit, bare: bool, needs: impl Fn(u16) -> bool) {
        fit.forms.clear();
        fit.place += 1;
        for &(state, end) in fit.ends.iter().rev() {
            for i in 0..self.dfa.match_len(state) {
                let (form, exact) = self.forms[self.dfa.match_pattern(state, i).as_usize()];
                if bare && needs(form) {
                    break;
                }
                let index = usize::from(form);
                if fit.seen.len() <= index {
                    fit.seen.resize(index + 1, 0);
                }
                if fit.seen[index] != fit.place {
                    fit.seen[index] = fit.place;
                    fit.forms.push(Fitting { form, exact, end });
                }
            }
        }
    }

    /// Number of patterns.
    pub fn len(&self) -> usize {
        self.forms.len()
    }

    pub fn bytes(&self) -> usize {
        self.dfa.memory_usage()
    }
}
