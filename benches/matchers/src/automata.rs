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
    longer: bool,
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

/// Forms whose shapes fit.
#[derive(Default)]
pub struct Fit {
    pub forms: Vec<Fitting>,
    place: Vec<u32>,
}

fn runs(dfa: &Dfa, mut state: StateID) -> (Vec<[u64; 4]>, bool) {
    let mut after = Vec::with_capacity(RUNS);
    for _ in 0..RUNS {
        let mut set = [0u64; 4];
        for byte in (0..=255u8).filter(|b| !dfa.is_dead_state(dfa.next_state(state, *b))) {
            set[usize::from(byte >> 6)] |= 1 << (byte & 63);
        }
        after.push(set);
        state = dfa.next_state(state, b'5');
    }
    (after, !dfa.is_dead_state(state))
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
            let (after, longer) = runs(&dfa, start);
            return vec![Shapes { dfa, start, forms, after, longer }];
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
        set.map_or(self.longer, |set| set[usize::from(byte >> 6)] >> (byte & 63) & 1 != 0)
    }

    /// Collects what fits from here.
    pub fn run(&self, text: &[u8], at: usize, fit: &mut Fit) {
        fit.forms.clear();
        let mut state = self.start;
        for (offset, &byte) in text[at..].iter().enumerate() {
            state = step(&self.dfa, state, byte);
            if self.dfa.is_special_state(state) {
                if self.dfa.is_dead_state(state) {
                    return;
                }
                if self.dfa.is_match_state(state) && may_end(text, at + offset) {
                    self.collect(state, at + offset, fit);
                }
            }
        }
        let state = self.dfa.next_eoi_state(state);
        if self.dfa.is_match_state(state) {
            self.collect(state, text.len(), fit);
        }
    }

    fn collect(&self, state: StateID, end: usize, fit: &mut Fit) {
        for i in 0..self.dfa.match_len(state) {
            let (form, exact) = self.forms[self.dfa.match_pattern(state, i).as_usize()];
            let fitting = Fitting { form, exact, end: end as u32 };
            let index = usize::from(form);
            if fit.place.len() <= index {
                fit.place.resize(index + 1, 0);
            }
            let place = fit.place[index] as usize;
            match fit.forms.get_mut(place) {
                Some(known) if known.form == form => *known = fitting,
                _ => {
                    fit.place[index] = fit.forms.len() as u32;
                    fit.forms.push(fitting);
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
