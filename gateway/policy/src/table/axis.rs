//! Rows of one fact: which lanes bear which of its values.

use super::gate::Gate;
use super::rows::{Bits, Block, Rows};
use super::terms::Terms;

/// What one condition asks of a fact that is a set of values, some of which may be unknown.
#[derive(Default)]
pub(super) struct Asks {
    /// It does not hold when one of these values is there.
    pub(super) refuses: Option<Vec<bool>>,
    /// It does not hold when something is not known.
    pub(super) refuses_unknown: bool,
    /// It does not hold when no value is known.
    pub(super) refuses_none: bool,
    /// It holds only when one of these values is there, or something is not known and the second is true.
    pub(super) needs: Option<(Vec<bool>, bool)>,
}

/// One condition of each lane that is satisfied by any of several values. Lanes without such a condition are satisfied by all.
#[derive(Clone, Debug)]
struct Slot {
    /// What is satisfied before any value is looked at, by whether something is not known: lanes without such a condition, and
    /// lanes that the unknown satisfies.
    first: Rows,
    /// By value: lanes that the value satisfies.
    any: Rows,
}

/// The rows of a fact that is a set. What no lane asks for has no rows and costs nothing.
#[derive(Debug)]
pub(super) struct SetRows {
    values: usize,
    words: usize,
    /// By value: lanes that bear it.
    bears: Option<Rows>,
    /// By [`state`]: lanes that bear it.
    states: Option<Rows>,
    slots: Vec<Slot>,
    /// What this comes to where there is no value, and for each where there is no other; by whether something is not known. Most
    /// situations have no more, and then one row says it all.
    alone: Rows,
}

/// The row of there being something that is not known, and of no value being known.
#[inline]
fn state(unknown: bool, none: bool) -> usize {
    usize::from(unknown) + 2 * usize::from(none)
}

impl SetRows {
    pub(super) fn new(values: usize, words: usize) -> SetRows {
        SetRows {
            values,
            words,
            bears: None,
            states: None,
            slots: Vec::new(),
            alone: Rows::default(),
        }
    }

    /// Whether any lane asks for it.
    #[inline]
    pub(super) fn is_asked(&self) -> bool {
        self.bears.is_some() || self.states.is_some() || !self.slots.is_empty()
    }

    /// Notes what the `nth` condition of a lane on this fact asks.
    pub(super) fn ask(&mut self, lane: usize, nth: usize, asks: &Asks) {
        let words = self.words;
        if let Some(refused) = &asks.refuses {
            let rows = self.bears.get_or_insert_with(|| Rows::full(self.values, words));
            refused
                .iter()
                .enumerate()
                .filter(|(_, is)| **is)
                .for_each(|(v, _)| rows.clear(v, lane));
        }
        if asks.refuses_unknown || asks.refuses_none {
            let rows = self.states.get_or_insert_with(|| Rows::full(4, words));
            for (unknown, none) in [(false, true), (true, false), (true, true)] {
                if unknown && asks.refuses_unknown || none && asks.refuses_none {
                    rows.clear(state(unknown, none), lane);
                }
            }
        }
        let Some((needed, unknown)) = &asks.needs else { return };
        let slot = self.slot(nth);
        slot.first.clear(0, lane);
        needed
            .iter()
            .enumerate()
            .filter(|(_, is)| !**is)
            .for_each(|(v, _)| slot.any.clear(v, lane));
        if !*unknown {
            slot.first.clear(1, lane);
        }
    }

    /// The slot of this number, made if it is the first lane that needs it.
    fn slot(&mut self, at: usize) -> &mut Slot {
        let words = self.words;
        while self.slots.len() <= at {
            let (first, any) = (Rows::full(2, words), Rows::full(self.values, words));
            self.slots.push(Slot { first, any });
        }
        &mut self.slots[at]
    }

    /// Lets pass the lanes for which these values do, each of which has a row; `unknown`: there may be others.
    #[inline]
    pub(super) fn gate<'t, T>(
        &'t self,
        values: &[T],
        row: impl Fn(&T) -> u16 + Clone,
        unknown: bool,
        gate: &mut Gate<'_, 't>,
    ) {
        if self.alone.is_empty() {
            // Of sets that a lane asks for only those that are joined otherwise have none.
            if self.is_asked() {
                self.gate_each(values.iter().map(row), unknown, gate);
            }
            return;
        }
        let alone = |at: usize| self.alone.row(at * 2 + usize::from(unknown));
        match values {
            [] => gate.all(alone(0)),
            [one] => gate.all(alone(usize::from(row(one)) + 1)),
            _ => self.gate_each(values.iter().map(row), unknown, gate),
        }
    }

    /// The same, with all rows of all values.
    #[inline]
    pub(super) fn gate_each<'t>(
        &'t self,
        values: impl Iterator<Item = u16> + Clone,
        unknown: bool,
        gate: &mut Gate<'_, 't>,
    ) {
        if let Some(states) = &self.states {
            gate.all(states.row(state(unknown, values.clone().next().is_none())));
        }
        let first = self.slots.iter().map(|slot| slot.first.row(usize::from(unknown)));
        self.gate_from(first, values, gate);
    }

    /// The same where by slot it is known already which lanes are satisfied.
    #[inline]
    pub(super) fn gate_from<'t>(
        &'t self,
        first: impl Iterator<Item = &'t [Block]>,
        values: impl Iterator<Item = u16> + Clone,
        gate: &mut Gate<'_, 't>,
    ) {
        if let Some(bears) = &self.bears {
            for value in values.clone() {
                gate.all(bears.row(usize::from(value)));
            }
        }
        for (slot, first) in self.slots.iter().zip(first) {
            gate.any(first);
            for value in values.clone() {
                gate.any(slot.any.row(usize::from(value)));
            }
            gate.slot();
        }
    }

    /// Works out what each value comes to alone.
    pub(super) fn join(&mut self) {
        let values = if self.is_asked() { self.values + 1 } else { 0 };
        let mut alone = Rows::default();
        for value in 0..values {
            for unknown in [false, true] {
                let mut bits = Bits::all(self.words);
                let value = value.checked_sub(1).map(|value| value as u16);
                self.gate_each(value.into_iter(), unknown, &mut Gate::new(&mut bits));
                alone.push(&bits);
            }
        }
        self.alone = alone;
    }

    /// By slot: the lanes that these values satisfy.
    pub(super) fn satisfied(&self, values: &[u16], unknown: bool) -> Vec<Vec<u64>> {
        let by_slot = |slot: &Slot| {
            let mut any: Vec<u64> = slot.first.words(usize::from(unknown)).collect();
            for value in values {
                let row = slot.any.words(usize::from(*value));
                any.iter_mut().zip(row).for_each(|(word, other)| *word |= other);
            }
            any
        };
        self.slots.iter().map(by_slot).collect()
    }

    /// Lets pass the lanes that bear these values with others.
    pub(super) fn bear<'t>(&'t self, values: &[u16], unknown: bool, gate: &mut Gate<'_, 't>) {
        if let Some(states) = &self.states {
            gate.all(states.row(state(unknown, false)));
        }
        if let Some(bears) = &self.bears {
            values.iter().for_each(|value| gate.all(bears.row(usize::from(*value))));
        }
    }

    /// What a lane asks of it.
    pub(super) fn terms(&self, lane: usize) -> Terms {
        let out = |state| self.states.as_ref().is_some_and(|rows| !rows.has(state, lane));
        let refuses = |rows: &Rows| (0..self.values).filter(|v| !rows.has(*v, lane)).collect();
        let slots = self.slots.iter().filter(|slot| !slot.first.has(0, lane));
        Terms {
            refuses: self.bears.as_ref().map_or(Vec::new(), refuses),
            refuses_unknown: out(state(true, false)),
            refuses_none: out(state(false, true)),
            needs: slots.map(|slot| (slot.any.having(lane), slot.first.has(1, lane))).collect(),
        }
    }

    /// What a set of values comes to, which lanes it takes out and which it satisfies: sets with the same bits are alike in
    /// every situation, and one without bits matters to no lane.
    pub(super) fn kind(&self, set: &[u16]) -> Vec<u64> {
        let mut kind = vec![u64::from(set.is_empty())];
        if let Some(bears) = &self.bears {
            kind.extend(self.fold(bears, set, |refusing, word| refusing | !word));
        }
        for slot in &self.slots {
            let any = self.fold(&slot.any, set, |any, word| any | word);
            kind.extend(any.into_iter().zip(slot.first.words(0)).map(|(any, free)| any & !free));
        }
        kind
    }

    fn fold(&self, rows: &Rows, set: &[u16], join: fn(u64, u64) -> u64) -> Vec<u64> {
        let mut all = vec![0; self.words];
        for value in set {
            let row = rows.words(usize::from(*value));
            all.iter_mut().zip(row).for_each(|(word, other)| *word = join(*word, other));
        }
        all
    }
}
