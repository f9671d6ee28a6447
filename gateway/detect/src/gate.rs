//! Which of the patterns that fit at a place are worth running.
//!
//! Most numbers are nobody's number. A detector that speaks only beside its words need not be tried where none of them is near, and that is
//! told from the words around the place at once for all detectors.

use crate::bits::Bits;
use crate::compile::{Form, Rule};
use crate::context::Vocabulary;
use crate::shapes::{Fit, Shapes};
use crate::surroundings::Reach;

/// Many patterns, and what they ask for.
#[derive(Clone, Debug)]
pub(crate) struct Gate {
    pub(crate) shapes: Shapes,
    /// What speaks without words.
    pub(crate) free: Open,
    /// For each set of groups that may fit together, what is to be done there.
    plans: Vec<Plan>,
    /// Patterns whose values go on beyond them.
    pub(crate) extended: Bits,
    /// For each context word, what asks for it.
    by_word: Vec<Open>,
}

/// What is to be done where a set of groups fits.
#[derive(Clone, Debug)]
struct Plan {
    /// The groups among them with a pattern that speaks without words.
    free: Vec<u16>,
    /// How far around the place words decide about the others.
    reach: Option<Reach>,
}

/// Groups with a pattern whose detector does not speak without words, by how far around a place they are asked for.
type Asking = Vec<(Reach, Bits)>;

/// What is worth running at a place.
#[derive(Clone, Debug, Default)]
pub(crate) struct Open {
    pub(crate) patterns: Bits,
    /// The groups that have one of them.
    pub(crate) groups: Bits,
}

impl Open {
    fn add(&mut self, other: &Open) {
        self.patterns.add(&other.patterns);
        self.groups.add(&other.groups);
    }

    fn insert(&mut self, pattern: usize, group: usize) {
        self.patterns.insert(pattern);
        self.groups.insert(group);
    }
}

impl Gate {
    pub(crate) fn new(
        shapes: Shapes,
        forms: &[Form],
        rules: &[Rule],
        vocabulary: &Vocabulary,
    ) -> Gate {
        let mut gate = Gate {
            free: Open::default(),
            plans: Vec::new(),
            extended: Bits::default(),
            by_word: Vec::new(),
            shapes,
        };
        let mut asking = Asking::new();
        let ranges: Vec<_> = gate.shapes.groups().iter().map(|g| g.patterns.clone()).collect();
        for (group, patterns) in ranges.into_iter().enumerate() {
            for pattern in patterns {
                let form = gate.shapes.forms().get(pattern).copied();
                let form = form.and_then(|form| forms.get(usize::from(form)));
                if let Some(rule) = form.and_then(|form| rules.get(usize::from(form.rule))) {
                    gate.add(pattern, group, rule, vocabulary, &mut asking);
                }
            }
        }
        gate.plans = gate.shapes.sets().iter().map(|set| gate.plan(set, &asking)).collect();
        gate
    }

    fn plan(&self, set: &Bits, asking: &Asking) -> Plan {
        let free = set.common(&self.free.groups).filter_map(|group| u16::try_from(group).ok());
        let reaches = asking.iter().filter(|(_, groups)| set.meets(groups));
        let reach = reaches.map(|(reach, _)| *reach).reduce(Reach::or);
        Plan { free: free.collect(), reach }
    }

    fn add(
        &mut self,
        pattern: usize,
        group: usize,
        rule: &Rule,
        vocabulary: &Vocabulary,
        asking: &mut Asking,
    ) {
        if rule.extend.is_some() {
            self.extended.insert(pattern);
        }
        // How far a value goes that is extended is not known here, nor the words behind it.
        if rule.level.bare.is_some() || rule.line_is_context || rule.extend.is_some() {
            return self.free.insert(pattern, group);
        }
        let longest = rule.positive.iter().map(|word| vocabulary.length(word)).max();
        let reach = Reach::of_speech(rule.window, longest.unwrap_or(0));
        match asking.iter_mut().find(|(known, _)| known.before == reach.before) {
            Some((known, groups)) => {
                *known = known.or(reach);
                groups.insert(group);
            }
            None => {
                let mut groups = Bits::default();
                groups.insert(group);
                asking.push((reach, groups));
            }
        }
        for word in rule.positive.iter() {
            if self.by_word.len() <= word {
                self.by_word.resize(word + 1, Open::default());
            }
            if let Some(open) = self.by_word.get_mut(word) {
                open.insert(pattern, group);
            }
        }
    }

    fn plan_of(&self, set: u16) -> Option<&Plan> {
        self.plans.get(usize::from(set).wrapping_sub(1))
    }

    /// How far around a place words decide about what fits there, if they do.
    #[inline]
    pub(crate) fn reach(&self, fit: &Fit) -> Option<Reach> {
        let plans = fit.ends.iter().filter_map(|(set, _)| self.plan_of(*set));
        plans.filter_map(|plan| plan.reach).reduce(Reach::or)
    }

    /// The groups with something that needs no words, where a single set fits.
    #[inline]
    pub(crate) fn free_groups(&self, fit: &Fit) -> Option<&[u16]> {
        let [(set, _)] = fit.ends[..] else { return None };
        self.plan_of(set).map(|plan| &plan.free[..])
    }

    /// What of the groups that were gathered needs no words, or one of these: it is put into `more`. Whether that is more than what needs none.
    pub(crate) fn open(
        &self,
        fit: &Fit,
        words: impl Iterator<Item = usize>,
        more: &mut Open,
    ) -> bool {
        let opened = words.filter_map(|word| self.by_word.get(word));
        let mut opened = opened.filter(|open| open.groups.meets(&fit.groups)).peekable();
        if opened.peek().is_none() {
            return false;
        }
        more.patterns.clear();
        more.groups.clear();
        more.add(&self.free);
        opened.for_each(|open| more.add(open));
        true
    }

    /// Bytes of memory.
    pub(crate) fn memory(&self) -> usize {
        self.shapes.memory()
            + self.by_word.iter().map(|o| o.patterns.memory() + o.groups.memory()).sum::<usize>()
    }
}
