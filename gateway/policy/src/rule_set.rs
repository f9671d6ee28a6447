//! Sets of rules.

use crate::RuleId;

/// Words that are kept in place.
const FEW: usize = 16;

/// A set of rules of one rulebook. In place for 1,024 rules; a larger rulebook takes memory for it.
#[derive(Clone, Default)]
pub struct RuleSet {
    few: [u64; FEW],
    /// The words behind the few.
    more: Vec<u64>,
}

impl RuleSet {
    /// Adds a rule.
    pub fn insert(&mut self, rule: RuleId) {
        let word = rule.index() / 64;
        self.more.resize(self.more.len().max((word + 1).saturating_sub(FEW)), 0);
        if let Some(word) = self.few.iter_mut().chain(&mut self.more).nth(word) {
            *word |= 1 << (rule.index() % 64);
        }
    }

    /// Makes an empty set that of the bits that either has, the lowest of the first word for the first rule. `other` is no longer
    /// than `one`.
    #[inline]
    pub(crate) fn fill(&mut self, one: &[u64], other: &[u64]) {
        let (few, more) = one.split_at(one.len().min(FEW));
        // ORed and not copied: a copy would read wider what was written a moment ago, and wait for it.
        self.few.iter_mut().zip(few).for_each(|(word, one)| *word |= *one);
        self.few.iter_mut().zip(other).for_each(|(word, other)| *word |= other);
        if !more.is_empty() {
            self.more = more.to_vec();
            let other = other.get(FEW..).unwrap_or_default();
            self.more.iter_mut().zip(other).for_each(|(word, other)| *word |= other);
        }
    }

    /// Takes out what is not in these bits.
    pub(crate) fn keep(&mut self, bits: &[u64]) {
        let words = self.few.iter_mut().chain(&mut self.more);
        words.zip(bits).for_each(|(word, bits)| *word &= bits);
    }

    fn words(&self) -> impl Iterator<Item = u64> + Clone {
        self.few.iter().chain(&self.more).copied()
    }

    /// Whether the rule is in it.
    pub fn contains(&self, rule: RuleId) -> bool {
        let word = self.words().nth(rule.index() / 64);
        word.is_some_and(|word| word >> (rule.index() % 64) & 1 == 1)
    }

    /// The rules, strictest first, then by name.
    pub fn iter(&self) -> impl Iterator<Item = RuleId> + '_ {
        crate::table::ones(self.words()).map(|number| RuleId(number as u16))
    }

    /// The strictest rule, of several the first by name.
    pub fn first(&self) -> Option<RuleId> {
        self.iter().next()
    }

    /// How many rules it has.
    pub fn len(&self) -> usize {
        self.words().map(|word| word.count_ones() as usize).sum()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.words().all(|word| word == 0)
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
