//! Many patterns at once at the places of numbers and the like.
//!
//! [`Shapes`] runs all of them with classes widened to all digits, capitals and small letters, and with what repeats often left to repeat as often
//! as it likes: an automaton that counts for many patterns at once grows with the product of their counts. That keeps it small enough for the cache.
//! Patterns that look alike when widened form a group, and a group that fits is then run exactly, again all of it at once.

use std::collections::BTreeMap;
use std::ops::Range;

use regex_syntax::hir::{Class, ClassBytes, ClassBytesRange, Hir, HirKind};

use crate::automaton::{Automaton, Classes, DEAD, State, TooLarge};
use crate::bits::Bits;
use crate::boundary::may_end;
use crate::matcher::Run;

/// Bytes the automaton of all shapes may take.
const SHAPES_LIMIT: usize = 8 << 20;
/// Bytes the automaton of a group may take; a group that takes more is cut in two.
const GROUP_LIMIT: usize = 128 << 10;
/// Longest first run of digits that the quick test knows.
const RUNS: usize = 24;
/// To a shape, what may repeat more often than this repeats at least so often, or as often as the pattern asks, and without end.
const OFTEN: u32 = 16;
/// To a shape all digits are alike.
const ANY_DIGIT: u8 = b'5';

/// Many patterns at once, widened.
#[derive(Clone, Debug)]
pub(crate) struct Shapes {
    /// Its patterns are the groups.
    automaton: Automaton,
    groups: Vec<Group>,
    /// Which form each pattern is; those of a group stand together.
    forms: Vec<u16>,
    pub(crate) first_runs: FirstRuns,
    /// The state after each number of digits.
    after: [State; RUNS],
    /// Bytes of the longest match of a pattern. A shape has no end where it repeats; the patterns it stands for do.
    longest: usize,
}

/// What the first runs of digits of patterns look like: a quick test before any automaton.
#[derive(Clone, Debug)]
pub(crate) struct FirstRuns {
    /// For each length of a run: the bytes that may follow it.
    after: [[u64; 4]; RUNS],
    /// Whether a run may be longer than that.
    longer: bool,
}

/// What fits at a place: where the shapes of which groups end, as sets of the automaton.
#[derive(Default)]
pub(crate) struct Fit(Vec<(u16, usize)>);

impl Fit {
    /// Whether nothing fits.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Patterns that look alike when widened, as they are written.
#[derive(Clone, Debug)]
pub(crate) struct Group {
    /// None if they are written as wide as that.
    automaton: Option<Automaton>,
    /// As numbers of [`Shapes::forms`].
    pub(crate) patterns: Range<usize>,
}

impl Shapes {
    pub(crate) fn new(patterns: Vec<(u16, Hir)>) -> Result<Shapes, TooLarge> {
        let mut alike = BTreeMap::<String, (Hir, Vec<(u16, Hir)>)>::new();
        let mut longest = 0;
        for (form, pattern) in patterns {
            longest = longest.max(pattern.properties().maximum_len().unwrap_or(usize::MAX));
            let widened = widen(&pattern);
            let group = alike.entry(widened.to_string()).or_insert((widened, Vec::new()));
            group.1.push((form, pattern));
        }
        let (mut forms, mut groups) = (Vec::new(), Vec::new());
        let (mut widened, mut standing_for) = (Vec::new(), Vec::new());
        let mut classes = Classes::default();
        for (pattern, members) in alike.into_values() {
            let mut cut = Bits::default();
            let exact = members.iter().all(|(_, member)| *member == pattern);
            for mut group in Group::cut(&members, forms.len(), exact)? {
                group.automaton.iter_mut().for_each(|automaton| automaton.share(&mut classes));
                cut.insert(groups.len());
                groups.push(group);
            }
            forms.extend(members.iter().map(|(form, _)| *form));
            widened.push(pattern);
            standing_for.push(cut);
        }
        let automaton = Automaton::new(&widened, SHAPES_LIMIT)?.standing_for(&standing_for);
        let mut state = automaton.first();
        let after = std::array::from_fn(|_| {
            let next = automaton.next(state, ANY_DIGIT);
            std::mem::replace(&mut state, next)
        });
        let first_runs = FirstRuns::of(&automaton);
        Ok(Shapes { automaton, groups, forms, first_runs, after, longest })
    }

    /// Which form each pattern is.
    pub(crate) fn forms(&self) -> &[u16] {
        &self.forms
    }

    /// All groups.
    pub(crate) fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// Bytes of the longest match.
    pub(crate) fn longest(&self) -> usize {
        self.longest
    }

    /// Whether something can begin with the run of `digits` digits at `at`.
    #[inline]
    pub(crate) fn may_begin(&self, text: &[u8], at: usize, digits: usize) -> bool {
        self.first_runs.may_begin(digits, text.get(at + digits).copied().unwrap_or(0))
    }

    /// Collects which sets of groups have a shape that fits at `at`, where at least so many digits stand, and where it ends; the end is that of
    /// the longest.
    pub(crate) fn run(&self, text: &[u8], at: usize, digits: usize, fit: &mut Fit) -> Run {
        fit.0.clear();
        // No word ends within a run of digits, and to a shape all digits are alike.
        let known = digits.min(RUNS - 1);
        let state = self.after.get(known).copied().unwrap_or(DEAD);
        let within = text.get(..at.saturating_add(self.longest)).unwrap_or(text);
        let run = walk(&self.automaton, (state, known), (text, within), at, |set, end| {
            fit.0.push((set, end));
        });
        Run { open: run.open && within.len() == text.len(), ..run }
    }

    /// The groups that fit; `memory` is for where several sets do.
    #[inline]
    pub(crate) fn fitting<'f>(&'f self, fit: &Fit, memory: &'f mut Bits) -> &'f Bits {
        if let [(set, _)] = fit.0[..]
            && let Some(groups) = self.automaton.set(set)
        {
            return groups;
        }
        memory.clear();
        let sets = fit.0.iter().filter_map(|(set, _)| self.automaton.set(*set));
        sets.for_each(|groups| memory.add(groups));
        memory
    }

    /// Collects which sets of patterns of a group that fits match and where; returns the bytes looked at.
    pub(crate) fn run_group(
        &self,
        group: usize,
        text: &[u8],
        at: usize,
        fit: &Fit,
        matches: &mut Vec<(u16, usize)>,
    ) -> usize {
        matches.clear();
        match self.groups.get(group).map(|group| &group.automaton) {
            Some(Some(automaton)) => {
                let first = (automaton.first(), 0);
                walk(automaton, first, (text, text), at, |set, end| matches.push((set, end))).steps
            }
            Some(None) => {
                let has = |set: u16| self.automaton.set(set).is_some_and(|set| set.has(group));
                matches.extend(fit.0.iter().rev().find(|(set, _)| has(*set)));
                0
            }
            None => 0,
        }
    }

    /// Bytes of memory.
    pub(crate) fn memory(&self) -> usize {
        let automata = self.groups.iter().filter_map(|group| group.automaton.as_ref());
        self.automaton.memory() + automata.map(Automaton::memory).sum::<usize>()
    }
}

impl Group {
    /// One group of these patterns, the first of which has a number, or several if that would be too large.
    fn cut(members: &[(u16, Hir)], first: usize, exact: bool) -> Result<Vec<Group>, TooLarge> {
        if exact {
            return Ok(vec![Group { automaton: None, patterns: first..first + members.len() }]);
        }
        let patterns: Vec<Hir> = members.iter().map(|(_, pattern)| pattern.clone()).collect();
        match Automaton::new(&patterns, GROUP_LIMIT) {
            Ok(automaton) => {
                let patterns = first..first + members.len();
                Ok(vec![Group { automaton: Some(automaton), patterns }])
            }
            Err(TooLarge) if members.len() > 1 => {
                let (left, right) = members.split_at(members.len() / 2);
                let mut groups = Group::cut(left, first, false)?;
                groups.extend(Group::cut(right, first + left.len(), false)?);
                Ok(groups)
            }
            Err(TooLarge) => {
                let automaton = Automaton::new(&patterns, SHAPES_LIMIT)?;
                Ok(vec![Group { automaton: Some(automaton), patterns: first..first + 1 }])
            }
        }
    }

    /// The end of the longest match of one of the patterns.
    #[inline]
    pub(crate) fn end(&self, pattern: usize, matches: &[(u16, usize)]) -> Option<usize> {
        let index = pattern.checked_sub(self.patterns.start)?;
        let has = |set: u16| match &self.automaton {
            Some(automaton) => automaton.set(set).is_some_and(|set| set.has(index)),
            None => true,
        };
        matches.iter().rev().find(|(set, _)| has(*set)).map(|(_, end)| *end)
    }
}

/// Runs an automaton on from a state that so many bytes behind a place lead to, within a text or the begin of it; tells which set matches where a
/// word may end.
#[inline]
fn walk(
    automaton: &Automaton,
    (mut state, steps): (State, usize),
    (text, within): (&[u8], &[u8]),
    at: usize,
    mut matched: impl FnMut(u16, usize),
) -> Run {
    let mut rest = within.get(at + steps..).unwrap_or_default().iter();
    let mut end = None;
    loop {
        if automaton.is_match(state) {
            let here = within.len() - rest.len();
            if may_end(text, here) {
                matched(automaton.matched(state), here);
                end = Some(here);
            }
        }
        let Some(byte) = rest.next() else {
            return Run { end, open: true, steps: within.len().saturating_sub(at) };
        };
        state = automaton.next(state, *byte);
        if state == DEAD {
            return Run { end, open: false, steps: within.len() - rest.len() - 1 - at };
        }
    }
}

impl FirstRuns {
    fn of(automaton: &Automaton) -> FirstRuns {
        let mut state = automaton.first();
        let after = std::array::from_fn(|_| {
            let mut set = [0u64; 4];
            for byte in 0..=u8::MAX {
                // What ends here may be followed by anything that ends a word.
                if automaton.is_match(state) || automaton.next(state, byte) != DEAD {
                    set[usize::from(byte >> 6)] |= 1 << (byte & 63);
                }
            }
            state = automaton.next(state, ANY_DIGIT);
            set
        });
        FirstRuns { after, longer: state != DEAD }
    }

    /// What fits either of two.
    pub(crate) fn or(&self, other: &FirstRuns) -> FirstRuns {
        let set = |run: usize, i: usize| self.after[run][i] | other.after[run][i];
        let after = std::array::from_fn(|run| std::array::from_fn(|i| set(run, i)));
        FirstRuns { after, longer: self.longer || other.longer }
    }

    /// Whether something can begin with `digits` digits followed by `byte`.
    #[inline]
    pub(crate) fn may_begin(&self, digits: usize, byte: u8) -> bool {
        self.after
            .get(digits)
            .map_or(self.longer, |set| set[usize::from(byte >> 6)] >> (byte & 63) & 1 != 0)
    }
}

/// The pattern with every digit replaced by any digit, every capital by any, every small letter by any, and without end where it repeats often.
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
            if repetition.max.is_none_or(|most| most > OFTEN) {
                repetition.min = repetition.min.min(OFTEN);
                repetition.max = None;
            }
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
