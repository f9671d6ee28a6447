//! Which of the values found in texts are of one record and near enough.

use crate::file::u32_at;
use crate::key::Hashes;
use crate::postings::Numbers;
use crate::records::runs;
use crate::rules::{Column, ColumnKind, MAX_COLUMNS, RecordRule};
use crate::scratch::{Fuel, Level, Scratch, Spent};
use crate::table::{Payload, Table};

/// Up to so many records a value is looked at first: what it finds saves the others their work.
const RARE: usize = 8;
/// How many pairs of values that no record has together are remembered.
const APART: usize = 4096;

/// A value in a text that the file knows. Its place is in all texts as if they stood in one.
#[derive(Clone, Copy)]
pub(crate) struct Candidate {
    pub(super) value: u128,
    pub(crate) start: u32,
    pub(super) end: u32,
    pub(super) kind: ValueKind,
    pub(super) payload: Payload,
    /// In how many records it is; above what is listed, in very many.
    pub(super) spread: u32,
    /// The rules in whose findings it stands already, a bit each.
    pub(super) used: u64,
    /// What stands around it was looked at already: from an earlier place of the same value, or from a rarer one of its record.
    pub(super) seen: bool,
}

/// What a value was read as; several kinds of column may hold it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum ValueKind {
    Words,
    Number,
    Email,
    Date,
}

/// A rule with its columns as sets.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted {
    all: u16,
    of: u16,
    least: u32,
    pub(super) within: u32,
    pub(super) level: Level,
}

impl Wanted {
    pub(crate) fn new(rule: &RecordRule, columns: &[Column]) -> Wanted {
        let (all, of) = rule.sets(columns);
        Wanted { all, of, least: rule.least, within: rule.within, level: rule.level }
    }

    /// Whether values of these columns fulfil the rule.
    pub(super) fn holds(&self, columns: u16) -> bool {
        columns & self.all == self.all && (columns & self.of).count_ones() >= self.least
    }

    /// Whether the rule names a column.
    pub(super) fn names(&self, column: u8) -> bool {
        (self.all | self.of) >> column & 1 == 1
    }
}

/// Records as they are searched.
pub(crate) struct Search<'f> {
    pub(crate) table: Table<'f>,
    pub(crate) hashes: &'f Hashes,
    pub(crate) longest: usize,
    pub(crate) lengths: u64,
    pub(crate) columns: &'f [Column],
    pub(crate) wanted: &'f [Wanted],
    pub(crate) rows: &'f [u8],
    pub(crate) postings: &'f [u8],
}

impl Search<'_> {
    /// Which of the collected values are of one record and near enough.
    pub(crate) fn judge(&self, scratch: &mut Scratch, fuel: &mut Fuel) -> Result<(), Spent> {
        let widest = self.widest();
        for rare in [true, false] {
            // Twice as far as values may stand apart: so a rare one settles what stands by the others of its record, too.
            let far = if rare { widest.saturating_mul(2) } else { widest };
            let mut low = 0;
            for at in 0..scratch.candidates.len() {
                fuel.burn(1)?;
                let Some(anchor) = scratch.candidates.get(at).copied() else { break };
                let before = |other: &Candidate| other.start.saturating_add(far) < anchor.start;
                while scratch.candidates.get(low).is_some_and(before) {
                    low += 1;
                }
                let records = self.records(anchor.payload);
                if anchor.seen || (records.len() <= RARE) != rare || records.is_empty() {
                    continue;
                }
                let (high, until) = reach(&mut scratch.candidates, at, far);
                self.around(at, low..high, scratch, fuel)?;
                let looked = scratch.candidates.get_mut(low..high).unwrap_or(&mut []);
                for other in looked.iter_mut().filter(|_| rare) {
                    let behind = other.start.saturating_add(widest);
                    let whole = (anchor.start..=until).contains(&behind);
                    other.seen |= whole && other.used != 0 && other.spread as usize > RARE;
                }
            }
        }
        Ok(())
    }

    /// Bytes within which values may stand that are of one combination.
    pub(crate) fn widest(&self) -> u32 {
        self.wanted.iter().map(|rule| rule.within).max().unwrap_or(0)
    }

    /// In how many records a value is.
    pub(super) fn spread(&self, payload: Payload) -> u32 {
        if payload.value() == Some(Payload::COMMON) {
            return u32::MAX;
        }
        self.records(payload).len() as u32
    }

    fn records(&self, payload: Payload) -> Numbers<'_> {
        Numbers::of(payload, self.postings)
    }

    /// Looks whether values in `range` make a combination with the one at `anchor`. Only those count that are in as many records or
    /// more: a combination is found from the member that is in the fewest.
    fn around(
        &self,
        anchor: usize,
        range: std::ops::Range<usize>,
        scratch: &mut Scratch,
        fuel: &mut Fuel,
    ) -> Result<(), Spent> {
        fuel.burn(range.len())?;
        let Scratch { candidates, nearby, apart, .. } = scratch;
        let Some(rarest) = candidates.get(anchor).copied() else { return Ok(()) };
        let others = candidates.get(range.clone()).unwrap_or(&[]);
        let as_rare = |other: &&Candidate| other.spread >= rarest.spread;
        let kinds = |set, other: &Candidate| set | self.columns_of(other.kind);
        let possible = others.iter().filter(as_rare).fold(0, kinds);
        if !self.wanted.iter().any(|rule| rule.holds(possible)) {
            return Ok(());
        }
        nearby.clear();
        let mut possible = 0;
        for (at, other) in (range.start..).zip(others).filter(|(_, other)| as_rare(other)) {
            if self.together(&rarest, other, apart, fuel)? {
                nearby.push(at as u32);
                possible = kinds(possible, other);
            }
        }
        if !self.wanted.iter().any(|rule| rule.holds(possible)) {
            return Ok(());
        }
        let records = self.records(rarest.payload);
        for nth in 0..records.len() {
            fuel.burn(1 + scratch.nearby.len())?;
            self.matches(records.get(nth), scratch);
            let columns = scratch.matched.iter().fold(0, |set, (_, column)| set | 1 << column);
            for (number, rule) in (0..).zip(self.wanted).filter(|(_, rule)| rule.holds(columns)) {
                fuel.burn(scratch.matched.len())?;
                runs::report(number, rule, scratch)?;
            }
        }
        Ok(())
    }

    /// Whether some record has both values. That none has is remembered: texts repeat their dates and names.
    fn together(
        &self,
        rarest: &Candidate,
        other: &Candidate,
        apart: &mut Vec<u64>,
        fuel: &mut Fuel,
    ) -> Result<bool, Spent> {
        if rarest.value == other.value {
            return Ok(true);
        }
        let pair = self.hashes.mark() ^ rarest.value ^ other.value.rotate_left(64);
        let pair = (pair >> 64) as u64 ^ (pair as u64).rotate_left(32);
        let slot = pair as usize % APART;
        if apart.get(slot) == Some(&pair) {
            return Ok(false);
        }
        let (records, others) = (self.records(rarest.payload), self.records(other.payload));
        fuel.burn(records.len())?;
        let columns = self.columns_of(other.kind);
        let has = |record| {
            if others.is_empty() {
                self.columns_with(record, columns, other.value) != 0
            } else {
                others.contain(record)
            }
        };
        if (0..records.len()).any(|nth| has(records.get(nth))) {
            return Ok(true);
        }
        apart.resize(APART, 0);
        if let Some(place) = apart.get_mut(slot) {
            *place = pair;
        }
        Ok(false)
    }

    /// In which of some columns a record has a value.
    fn columns_with(&self, record: u32, mut columns: u16, value: u128) -> u16 {
        let mut found = 0;
        while columns != 0 {
            let column = columns.trailing_zeros() as u8;
            columns &= columns - 1;
            if self.holds(record, column, value) {
                found |= 1 << column;
            }
        }
        found
    }

    /// Which of the values nearby a record has, and in which columns.
    fn matches(&self, record: u32, scratch: &mut Scratch) {
        scratch.matched.clear();
        for at in &scratch.nearby {
            let Some(other) = scratch.candidates.get(*at as usize) else { continue };
            let mut columns = self.columns_with(record, self.columns_of(other.kind), other.value);
            while columns != 0 {
                scratch.matched.push((*at, columns.trailing_zeros() as u8));
                columns &= columns - 1;
            }
        }
    }

    /// Whether a record has a value in a column.
    fn holds(&self, record: u32, column: u8, value: u128) -> bool {
        let cell = (record as usize)
            .checked_mul(self.columns.len())
            .and_then(|row| row.checked_add(usize::from(column))?.checked_mul(4))
            .map_or(0, |at| u32_at(self.rows, at));
        cell != 0 && cell == self.hashes.cell(record, column, value)
    }

    /// The columns that may hold a value of this kind.
    fn columns_of(&self, kind: ValueKind) -> u16 {
        let holds = |column: &Column| match column.kind {
            ColumnKind::Name | ColumnKind::Free => kind == ValueKind::Words,
            ColumnKind::Number => kind == ValueKind::Number,
            ColumnKind::Email => kind == ValueKind::Email,
            ColumnKind::Date => kind == ValueKind::Date,
        };
        let columns = self.columns.iter().take(MAX_COLUMNS).enumerate();
        columns.filter(|(_, column)| holds(column)).fold(0, |set, (at, _)| set | 1 << at)
    }
}

/// Behind the last value that stands no farther than this from the one at `anchor`, or from its last repeat within reach of the one
/// before; and up to which byte that is. The repeats are marked: one look serves all of them, so a value that stands everywhere costs no more than one that does not.
fn reach(candidates: &mut [Candidate], anchor: usize, far: u32) -> (usize, u32) {
    let Some(first) = candidates.get(anchor).copied() else { return (anchor, 0) };
    let (mut high, mut until) = (anchor, first.start.saturating_add(far));
    while let Some(other) = candidates.get_mut(high).filter(|other| other.start <= until) {
        if other.value == first.value {
            other.seen = true;
            until = other.start.saturating_add(far);
        }
        high += 1;
    }
    (high, until)
}
