//! What rules do, as rows of rules: which license a class, which take it out, which block.

use crate::facts::{ClassSet, LEVELS, rank};
use crate::lanes::{Layout, guarded};
use crate::model::{Effects as Says, Model, Rule};
use crate::{ClassId, Level, Method, PoolId, RuleId};

/// Methods, strongest first.
pub(super) const METHODS: [Method; 3] = [Method::Remove, Method::Mask, Method::Token];

/// The effects of all rules. They do not depend on the day, so all tables of a policy share them.
#[derive(Debug)]
pub(crate) struct Effects {
    pub(crate) allow: Vec<u64>,
    pub(crate) block: Vec<u64>,
    pub(crate) reroute: Vec<u64>,
    pub(super) ask: Vec<u64>,
    pub(crate) alert: Vec<u64>,
    pub(super) redact: Vec<u64>,
    /// By [`class_row`]: rules that license the class when it was found with this level.
    licensing: Masks,
    /// By strength and [`class_row`]: rules that take the class out.
    redacting: [Masks; 3],
    /// Guarded classes by level, by invariant.
    pub(crate) guarded: Vec<[ClassSet; 3]>,
    /// Classes that are not sent although they were taken out.
    pub(crate) kept: ClassSet,
    /// The pool that each rule reroutes to.
    pub(crate) pools: Vec<Option<PoolId>>,
    /// By pool: rules that reroute to another one.
    elsewhere: Masks,
    /// The rule that each exception suspends.
    pub(crate) suspends: Vec<RuleId>,
}

/// Sets of rules, numbered.
#[derive(Debug)]
struct Masks {
    words: usize,
    bits: Vec<u64>,
}

impl Masks {
    fn new(masks: usize, words: usize) -> Masks {
        Masks { words, bits: vec![0; masks * words] }
    }

    fn set(&mut self, mask: usize, rule: usize) {
        if let Some(word) = self.bits.get_mut(mask * self.words + rule / 64) {
            *word |= 1 << (rule % 64);
        }
    }

    #[inline]
    fn row(&self, mask: usize) -> &[u64] {
        let start = mask * self.words;
        self.bits.get(start..start + self.words).unwrap_or(&[])
    }
}

/// The row of a class that was found with a level.
pub(crate) fn class_row(class: ClassId, level: Level) -> usize {
    class.index() * 3 + rank(level)
}

impl Effects {
    pub(crate) fn of(model: &Model, layout: &Layout) -> Effects {
        let words = layout.rule_words;
        let mask = |has: fn(&Says) -> bool| {
            let mut mask = vec![0; words];
            for (number, _) in model.rules.iter().enumerate().filter(|(_, r)| has(&r.effects)) {
                mask[number / 64] |= 1u64 << (number % 64);
            }
            // The strictest rules come first: what is compared with a mask ends where it does.
            mask.truncate(mask.iter().rposition(|word| *word != 0).map_or(0, |last| last + 1));
            mask
        };
        let kept = model.kept();
        let by_class = || Masks::new(model.classes.len() * 3, words);
        let (mut licensing, mut redacting) = (by_class(), [by_class(), by_class(), by_class()]);
        for (number, rule) in model.rules.iter().enumerate() {
            license(&mut licensing, number, rule, kept);
            for (class, method) in &rule.effects.redact {
                let strength = METHODS.iter().position(|known| known == method).unwrap_or(0);
                for level in LEVELS.into_iter().filter(|level| *level >= rule.redact_level()) {
                    redacting[strength].set(class_row(*class, level), number);
                }
            }
        }
        Effects {
            allow: mask(|says| says.allow),
            block: mask(|says| says.block),
            reroute: mask(|says| says.reroute.is_some()),
            ask: mask(|says| says.justify || !says.approve.is_empty()),
            alert: mask(|says| says.alert.is_some()),
            redact: mask(|says| !says.redact.is_empty()),
            licensing,
            redacting,
            kept,
            guarded: model.invariants.iter().map(|i| guarded(model, &i.conditions)).collect(),
            pools: model.rules.iter().map(|rule| rule.effects.reroute).collect(),
            elsewhere: elsewhere(model, words),
            suspends: model.exceptions.iter().map(|exception| exception.to).collect(),
        }
    }

    /// Rules that reroute to another pool than this one.
    pub(super) fn elsewhere(&self, pool: PoolId) -> &[u64] {
        self.elsewhere.row(pool.index())
    }

    /// Rules that license the class when it was found with this level.
    pub(crate) fn licensing(&self, class: ClassId, level: Level) -> &[u64] {
        self.licensing.row(class_row(class, level))
    }

    /// Rules that take it out then, strongest method first.
    pub(crate) fn redacting(
        &self,
        class: ClassId,
        level: Level,
    ) -> impl Iterator<Item = (Method, &[u64])> {
        let rows = self.redacting.iter().map(move |rows| rows.row(class_row(class, level)));
        METHODS.into_iter().zip(rows)
    }

    /// All that is done with a class at a level, apart from conditions: two classes for which it is the same are alike.
    pub(crate) fn uses(&self, class: ClassId, level: Level) -> Vec<u64> {
        let rows = std::iter::once(self.licensing(class, level));
        let rows = rows.chain(self.redacting(class, level).map(|(_, row)| row));
        let guards = self.guarded.iter().map(|by_level| {
            let reached = LEVELS.into_iter().zip(by_level);
            let mut reached = reached.filter(|(at, set)| *at <= level && set.contains(class));
            u64::from(reached.next().is_some())
        });
        let kept = std::iter::once(u64::from(self.kept.contains(class)));
        rows.flatten().copied().chain(guards).chain(kept).collect()
    }
}

fn elsewhere(model: &Model, words: usize) -> Masks {
    let mut rows = Masks::new(model.pools.len(), words);
    for (number, rule) in model.rules.iter().enumerate() {
        let Some(pool) = rule.effects.reroute else { continue };
        let others = (0..model.pools.len()).filter(|other| *other != pool.index());
        others.for_each(|other| rows.set(other, number));
    }
    rows
}

/// A rule licenses the classes that it names, found at least as surely as it says, and those that it takes out.
/// Of `kept` taking out does not license.
fn license(licensing: &mut Masks, number: usize, rule: &Rule, kept: ClassSet) {
    if !rule.effects.permits() {
        return;
    }
    let named = if rule.effects.allow { rule.named() } else { Default::default() };
    for found in LEVELS {
        let named = LEVELS.into_iter().zip(named).filter(|(level, _)| *level <= found);
        let classes = named.fold(rule.effects.redacted().minus(kept), |all, (_, set)| all | set);
        classes.iter().for_each(|class| licensing.set(class_row(class, found), number));
    }
}
