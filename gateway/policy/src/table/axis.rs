//! Rows of one fact: which lanes bear which of its values.

use smallvec::SmallVec;

use super::rows::{Gate, Rows};
use super::terms::Terms;

/// Rows of the values that are there.
pub(super) type Numbers = SmallVec<[u16; 12]>;

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
    /// Lanes without such a condition; one row.
    free: Rows,
    /// By value: lanes that the value satisfies.
    any: Rows,
    /// Lanes that the unknown satisfies; one row.
    unknown: Rows,
}

/// What some values come to that are always there together, worked out beforehand.
#[derive(Debug)]
pub(super) struct Joined {
    /// Lanes that bear all of them; one row.
    bears: Option<Rows>,
    /// By slot: lanes that one of them satisfies; one row each.
    any: Vec<Rows>,
    /// Whether there is none of them.
    none: bool,
}

/// The rows of a fact that is a set. What no lane asks for has no rows and costs nothing.
#[derive(Debug)]
pub(super) struct SetRows {
    values: usize,
    words: usize,
    /// By value: lanes that bear it.
    bears: Option<Rows>,
    /// Lanes that bear that something is not known, and that no value is; one row each.
    bears_unknown: Option<Rows>,
    bears_none: Option<Rows>,
    slots: Vec<Slot>,
}

impl SetRows {
    pub(super) fn new(values: usize, words: usize) -> SetRows {
        let (bears, bears_unknown, bears_none) = (None, None, None);
        SetRows { values, words, bears, bears_unknown, bears_none, slots: Vec::new() }
    }

    /// Whether any lane asks for it.
    #[inline]
    pub(super) fn is_asked(&self) -> bool {
        self.bears.is_some()
            || self.bears_unknown.is_some()
            || self.bears_none.is_some()
            || !self.slots.is_empty()
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
        for (refuses, rows) in [
            (asks.refuses_unknown, &mut self.bears_unknown),
            (asks.refuses_none, &mut self.bears_none),
        ] {
            if refuses {
                rows.get_or_insert_with(|| Rows::full(1, words)).clear(0, lane);
            }
        }
        let Some((needed, unknown)) = &asks.needs else { return };
        let slot = self.slot(nth);
        slot.free.clear(0, lane);
        needed
            .iter()
            .enumerate()
            .filter(|(_, is)| !**is)
            .for_each(|(v, _)| slot.any.clear(v, lane));
        if !*unknown {
            slot.unknown.clear(0, lane);
        }
    }

    /// The slot of this number, made if it is the first lane that needs it.
    fn slot(&mut self, at: usize) -> &mut Slot {
        let words = self.words;
        while self.slots.len() <= at {
            let (free, any) = (Rows::full(1, words), Rows::full(self.values, words));
            self.slots.push(Slot { free, any, unknown: Rows::full(1, words) });
        }
        &mut self.slots[at]
    }

    /// Lets pass the lanes for which these values do; `unknown`: there may be others.
    #[inline]
    pub(super) fn gate<'t>(&'t self, values: &[u16], unknown: bool, gate: &mut Gate<'t>) {
        self.gate_with(None, values, unknown, gate);
    }

    /// The same with values that were joined beforehand.
    #[inline]
    pub(super) fn gate_with<'t>(
        &'t self,
        joined: Option<&'t Joined>,
        values: &[u16],
        unknown: bool,
        gate: &mut Gate<'t>,
    ) {
        let joined = joined.filter(|joined| !joined.none);
        let none = joined.is_none() && values.is_empty();
        if let Some(bears) = &self.bears {
            if let Some(row) = joined.and_then(|joined| joined.bears.as_ref()) {
                gate.all(row.row(0));
            }
            values.iter().for_each(|value| gate.all(bears.row(usize::from(*value))));
        }
        if let Some(bears) = self.bears_unknown.as_ref().filter(|_| unknown) {
            gate.all(bears.row(0));
        }
        if let Some(bears) = self.bears_none.as_ref().filter(|_| none) {
            gate.all(bears.row(0));
        }
        for (at, slot) in self.slots.iter().enumerate() {
            if none && !unknown {
                gate.all(slot.free.row(0));
                continue;
            }
            if let Some(row) = joined.and_then(|joined| joined.any.get(at)) {
                gate.any(row.row(0));
            }
            values.iter().for_each(|value| gate.any(slot.any.row(usize::from(*value))));
            if unknown {
                gate.any(slot.unknown.row(0));
            }
            gate.slot();
        }
    }

    /// Works out what these values come to.
    pub(super) fn join(&self, values: &[u16]) -> Joined {
        let fold = |rows: &Rows, join: fn(u64, u64) -> u64, start: u64| {
            let mut all = vec![start; self.words];
            for value in values {
                let row = rows.row(usize::from(*value));
                all.iter_mut().zip(row).for_each(|(word, other)| *word = join(*word, *other));
            }
            Rows::one(all)
        };
        Joined {
            bears: self.bears.as_ref().map(|rows| fold(rows, |all, word| all & word, u64::MAX)),
            any: self.slots.iter().map(|s| fold(&s.any, |all, word| all | word, 0)).collect(),
            none: values.is_empty(),
        }
    }

    /// What a lane asks of it.
    pub(super) fn terms(&self, lane: usize) -> Terms {
        let out = |rows: &Option<Rows>| rows.as_ref().is_some_and(|rows| !rows.has(0, lane));
        let refuses = |rows: &Rows| (0..self.values).filter(|v| !rows.has(*v, lane)).collect();
        let slots = self.slots.iter().filter(|slot| !slot.free.has(0, lane));
        Terms {
            refuses: self.bears.as_ref().map_or(Vec::new(), refuses),
            refuses_unknown: out(&self.bears_unknown),
            refuses_none: out(&self.bears_none),
            needs: slots.map(|slot| (slot.any.having(lane), slot.unknown.has(0, lane))).collect(),
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
            kind.extend(any.into_iter().zip(slot.free.row(0)).map(|(any, free)| any & !free));
        }
        kind
    }

    fn fold(&self, rows: &Rows, set: &[u16], join: fn(u64, u64) -> u64) -> Vec<u64> {
        let mut all = vec![0; self.words];
        for value in set {
            let row = rows.row(usize::from(*value));
            all.iter_mut().zip(row).for_each(|(word, other)| *word = join(*word, *other));
        }
        all
    }
}
