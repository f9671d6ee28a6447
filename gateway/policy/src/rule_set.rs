//! Sets of rules.

use smallvec::SmallVec;

use crate::RuleId;

/// A set of rules of one rulebook. In place for 1,024 rules; a larger rulebook takes memory for it.
#[derive(Clone, Default)]
pub struct RuleSet(SmallVec<[u64; 16]>);

impl RuleSet {
    /// Adds a rule.
    pub fn insert(&mut self, rule: RuleId) {
        let word = rule.index() / 64;
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        self.0[word] |= 1 << (rule.index() % 64);
    }

    /// Makes it the set of the bits that either has, the lowest of the first word for the first rule.
    #[inline]
    pub(crate) fn set_union(&mut self, one: &[u64], other: &[u64]) {
        self.0.clear();
        self.0.extend_from_slice(one);
        self.0.iter_mut().zip(other).for_each(|(word, other)| *word |= other);
    }

    /// Takes out what is not in these bits.
    pub(crate) fn keep(&mut self, bits: &[u64]) {
        self.0.iter_mut().zip(bits).for_each(|(word, bits)| *word &= bits);
    }

    /// Whether the rule is in it.
    pub fn contains(&self, rule: RuleId) -> bool {
        self.0.get(rule.index() / 64).is_some_and(|word| word >> (rule.index() % 64) & 1 == 1)
    }

    /// The rules, strictest first, then by name.
    pub fn iter(&self) -> impl Iterator<Item = RuleId> + '_ {
        crate::table::ones(self.0.iter().copied()).map(|number| RuleId(number as u16))
    }

    /// The strictest rule, of several the first by name.
    pub fn first(&self) -> Option<RuleId> {
        self.iter().next()
    }

    /// How many rules it has.
    pub fn len(&self) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    /// Adds all of another set.
    pub(crate) fn join(&mut self, other: &RuleSet) {
        other.iter().for_each(|rule| self.insert(rule));
    }
}

impl PartialEq for RuleSet {
    fn eq(&self, other: &RuleSet) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for RuleSet {}

impl std::fmt::Debug for RuleSet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

impl FromIterator<RuleId> for RuleSet {
    fn from_iter<T: IntoIterator<Item = RuleId>>(rules: T) -> RuleSet {
        let mut set = RuleSet::default();
        rules.into_iter().for_each(|rule| set.insert(rule));
        set
    }
}
