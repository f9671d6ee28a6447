//! What the rules of one epoch say in a situation, as formulas.
//!
//! Everything is taken from the compiled table, so what is proved of it is proved of what the gateway runs.

use std::collections::BTreeMap;

use super::ground::{Ground, Sets};
use super::logic::Logic;
use super::vocabulary::Names;
use crate::facts::{ClassSet, LEVELS};
use crate::model::{Demand, Model};
use crate::table::{LaneTerms, Table, ones};
use crate::{ClassId, Level, PoolId};

/// The rules that hold and count, by number: those that license and those that oblige.
#[derive(Clone)]
pub(crate) struct Said<T> {
    pub(super) licences: Vec<T>,
    pub(super) obligations: Vec<T>,
}

/// The formulas of one epoch of one policy.
pub(crate) struct Side<'r, T> {
    pub(crate) model: &'r Model,
    pub(crate) table: &'r Table,
    pub(crate) names: Names,
    pub(super) sets: Sets<T>,
    /// By rule: the conditions of its licence and of its obligations.
    raw: Vec<[T; 2]>,
    /// By exception: it suspends the licence, the obligations.
    suspending: Vec<[T; 2]>,
    pub(super) said: Said<T>,
    /// By rule: either holds, watched or not.
    pub(super) held: Vec<T>,
    /// By exception: it suspends something that would hold.
    pub(super) suspends: Vec<T>,
    /// By invariant: it has something to say.
    pub(super) guards: Vec<T>,
}

impl<'r, T: Copy + Ord + std::ops::Not<Output = T>> Side<'r, T> {
    pub(crate) fn of<L: Logic<Lit = T>>(
        logic: &mut L,
        ground: &Ground<T>,
        model: &'r Model,
        table: &'r Table,
    ) -> Side<'r, T> {
        let names = ground.vocabulary.names(model);
        let sets = ground.sets(logic, &names, table);
        let layout = table.layout();
        let lane = |logic: &mut L, number: usize| sets.lane(logic, &table.terms(number));
        let raw = (0..model.rules.len())
            .map(|rule| {
                let obligation = layout.obligation(rule).map(|number| lane(logic, number));
                [lane(logic, rule), obligation.unwrap_or(!logic.truth())]
            })
            .collect();
        let suspending = (0..model.exceptions.len())
            .map(|at| [0, 1].map(|side| lane(logic, layout.suspension(at) + side)))
            .collect();
        let guards = (0..model.invariants.len()).map(|at| lane(logic, layout.guard(at))).collect();
        let said = Said { licences: Vec::new(), obligations: Vec::new() };
        let (held, suspends) = (Vec::new(), Vec::new());
        let mut side =
            Side { model, table, names, sets, raw, suspending, said, held, suspends, guards };
        side.suspend(logic);
        side
    }

    /// Takes out of the rules what exceptions suspend, and those that are only watched.
    fn suspend<L: Logic<Lit = T>>(&mut self, logic: &mut L) {
        for rule in 0..self.raw.len() {
            let left = self.left(logic, rule, self.raw[rule], None);
            self.held.push(logic.any(left));
            let counts = if self.table.watches(rule) { !logic.truth() } else { logic.truth() };
            self.said.licences.push(logic.all([left[0], counts]));
            self.said.obligations.push(logic.all([left[1], counts]));
        }
        for (exception, lanes) in self.model.exceptions.iter().zip(&self.suspending) {
            let sides = self.raw.get(exception.to.index()).copied();
            let sides = sides.unwrap_or([!logic.truth(); 2]);
            let both = [0, 1].map(|side| logic.all([lanes[side], sides[side]]));
            self.suspends.push(logic.any(both));
        }
    }

    /// What exceptions leave of the two sides of a rule; `without` this one.
    fn left<L: Logic<Lit = T>>(
        &self,
        logic: &mut L,
        rule: usize,
        sides: [T; 2],
        without: Option<usize>,
    ) -> [T; 2] {
        [0, 1].map(|side| {
            let exceptions = self.model.exceptions.iter().enumerate().zip(&self.suspending);
            let to_it = exceptions
                .filter(|((at, known), _)| known.to.index() == rule && Some(*at) != without);
            let held: Vec<T> = to_it.map(|(_, lanes)| !lanes[side]).collect();
            logic.all(held.into_iter().chain([sides[side]]))
        })
    }

    /// What the rules say if one asked something else: `terms` of its licence and of its obligations.
    pub(super) fn with_lanes<L: Logic<Lit = T>>(
        &self,
        logic: &mut L,
        rule: usize,
        sets: &Sets<T>,
        terms: &[LaneTerms; 2],
    ) -> Said<T> {
        let lanes = [sets.lane(logic, &terms[0]), sets.lane(logic, &terms[1])];
        let left = self.left(logic, rule, lanes, None);
        self.with(rule, left)
    }

    /// What they say without an exception.
    pub(super) fn without_exception<L: Logic<Lit = T>>(
        &self,
        logic: &mut L,
        exception: usize,
    ) -> Option<Said<T>> {
        let rule = self.model.exceptions.get(exception)?.to.index();
        let left = self.left(logic, rule, *self.raw.get(rule)?, Some(exception));
        Some(self.with(rule, left))
    }

    /// What they say without a rule.
    pub(super) fn without_rule<L: Logic<Lit = T>>(&self, logic: &L, rule: usize) -> Said<T> {
        self.with(rule, [!logic.truth(); 2])
    }

    fn with(&self, rule: usize, sides: [T; 2]) -> Said<T> {
        let mut said = self.said.clone();
        for (list, side) in [&mut said.licences, &mut said.obligations].into_iter().zip(sides) {
            list.get_mut(rule).into_iter().for_each(|lit| *lit = side);
        }
        said
    }

    /// Any rule of a mask that obliges.
    pub(super) fn obliged<L: Logic<Lit = T>>(
        &self,
        logic: &mut L,
        said: &Said<T>,
        mask: &[u64],
    ) -> T {
        let rules = ones(mask.iter().copied());
        logic.any(rules.filter_map(|rule| said.obligations.get(rule).copied()))
    }

    /// Any rule of a mask that licenses.
    fn licensed<L: Logic<Lit = T>>(&self, logic: &mut L, said: &Said<T>, mask: &[u64]) -> T {
        let rules = ones(mask.iter().copied());
        logic.any(rules.filter_map(|rule| said.licences.get(rule).copied()))
    }

    /// By pool: a rule reroutes there.
    pub(super) fn rerouted<L: Logic<Lit = T>>(
        &self,
        logic: &mut L,
        said: &Said<T>,
    ) -> BTreeMap<PoolId, T> {
        let mut by_pool = BTreeMap::<PoolId, Vec<T>>::new();
        for (pool, obliges) in self.table.effects().pools.iter().zip(&said.obligations) {
            pool.iter().for_each(|pool| by_pool.entry(*pool).or_default().push(*obliges));
        }
        by_pool.into_iter().map(|(pool, rules)| (pool, logic.any(rules))).collect()
    }

    /// Two rules reroute to different pools, whether it is blocked or not.
    pub(super) fn torn<L: Logic<Lit = T>>(&self, logic: &mut L, said: &Said<T>) -> T {
        let pools: Vec<T> = self.rerouted(logic, said).into_values().collect();
        let mut pairs = Vec::new();
        for (at, one) in pools.iter().enumerate() {
            for other in pools.iter().skip(at + 1) {
                pairs.push(logic.all([*one, *other]));
            }
        }
        logic.any(pairs)
    }

    /// Two rules reroute to different pools, and that is what blocks it.
    pub(super) fn pools_differ<L: Logic<Lit = T>>(&self, logic: &mut L) -> T {
        let blocked = self.obliged(logic, &self.said, &self.table.effects().block);
        let torn = self.torn(logic, &self.said);
        logic.all([torn, !blocked])
    }

    /// What is there is licensed.
    pub(super) fn sendable<L: Logic<Lit = T>>(&self, logic: &mut L, said: &Said<T>) -> T {
        let effects = self.table.effects();
        let (mut present, mut licensed) = (Vec::new(), Vec::new());
        for (class, level, found) in self.sets.found.iter().filter(|(_, l, _)| *l > Level::Possible)
        {
            let may = self.licensed(logic, said, effects.licensing(*class, *level));
            licensed.push(logic.any([!*found, may]));
            present.push(*found);
        }
        let anything = logic.any(present);
        let allowed = self.licensed(logic, said, &effects.allow);
        let all_licensed = logic.all(licensed);
        let with_data = logic.all([anything, all_licensed]);
        let bare = logic.all([!anything, allowed]);
        logic.any([with_data, bare])
    }

    /// By the rules alone it goes to the candidate.
    pub(super) fn sent<L: Logic<Lit = T>>(&self, logic: &mut L, said: &Said<T>) -> T {
        let effects = self.table.effects();
        let blocked = self.obliged(logic, said, &effects.block);
        let rerouted = self.obliged(logic, said, &effects.reroute);
        let sendable = self.sendable(logic, said);
        logic.all([!blocked, !rerouted, sendable])
    }

    /// The rules do what the invariant forbids.
    pub(super) fn violated<L: Logic<Lit = T>>(
        &self,
        logic: &mut L,
        said: &Said<T>,
        invariant: usize,
    ) -> T {
        let Some(demand) = self.model.invariants.get(invariant).map(|known| &known.demand) else {
            return logic.truth();
        };
        let guard = self.guards.get(invariant).copied().unwrap_or(logic.truth());
        if *demand == Demand::AlwaysAlert {
            let alert = self.obliged(logic, said, &self.table.effects().alert);
            return logic.all([guard, !alert]);
        }
        let sent = self.sent(logic, said);
        let in_clear = self.in_clear(logic, said, invariant);
        let elsewhere = match demand {
            Demand::OnlyTo(pool) => self.outside(logic, *pool),
            _ => logic.truth(),
        };
        logic.all([guard, sent, in_clear, elsewhere])
    }

    /// Something that the invariant guards is there and is not taken out; true if it speaks of no data.
    fn in_clear<L: Logic<Lit = T>>(&self, logic: &mut L, said: &Said<T>, invariant: usize) -> T {
        let effects = self.table.effects();
        let guarded = effects.guarded.get(invariant).copied().unwrap_or_default();
        if guarded.iter().all(|set| set.is_empty()) {
            return logic.truth();
        }
        let mut left = Vec::new();
        for (class, level, found) in &self.sets.found {
            if !reaches(&guarded, *class, *level) {
                continue;
            }
            let methods: Vec<T> = effects
                .redacting(*class, *level)
                .filter(|_| !effects.kept.contains(*class))
                .map(|(_, rules)| self.obliged(logic, said, rules))
                .collect();
            let redacted = logic.any(methods);
            left.push(logic.all([*found, !redacted]));
        }
        logic.any(left)
    }

    /// The destination is no member of the pool.
    fn outside<L: Logic<Lit = T>>(&self, logic: &mut L, pool: PoolId) -> T {
        let members = self.model.pools.get(pool.index()).map_or(&[][..], |pool| &pool.info.members);
        !logic.any(members.iter().filter_map(|member| self.sets.goes_to(member.index())))
    }
}

/// Whether guarded classes include one that was found with this level.
fn reaches(guarded: &[ClassSet; 3], class: ClassId, level: Level) -> bool {
    LEVELS.into_iter().zip(guarded).any(|(at, set)| at <= level && set.contains(class))
}
