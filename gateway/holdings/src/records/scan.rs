//! Finding records in texts: first all values that the file knows, then which of them are of one record and near enough.

use crate::dictionary::follow;
use crate::file::u32_at;
use crate::key::Hashes;
use crate::records::{dates, value};
use crate::rules::{Column, ColumnKind, MAX_COLUMNS, RecordRule};
use crate::scratch::{Fuel, Level, Piece, Scratch, Spent, Subject};
use crate::table::{OTHER, Payload, Table};
use crate::words::{Make, Word};

/// Most groups that a number is written in, such as the nine of a long IBAN.
const MAX_GROUPS: usize = 10;
/// Up to so many records a value is looked at first: what it finds saves the others their work.
const RARE: usize = 8;
/// How many pairs of values that no record has together are remembered.
const APART: usize = 4096;

/// A value in a text that the file knows. Its place is in all texts as if they stood in one.
#[derive(Clone, Copy)]
pub(crate) struct Candidate {
    value: u128,
    start: u32,
    end: u32,
    kind: ValueKind,
    payload: Payload,
    /// In how many records it is; above what is listed, in very many.
    spread: u32,
    /// The rules in whose findings it stands already, a bit each.
    used: u64,
}

/// What a value was read as; several kinds of column may hold it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ValueKind {
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
    within: u32,
    level: Level,
}

impl Wanted {
    pub(crate) fn new(rule: &RecordRule, columns: &[Column]) -> Wanted {
        let (all, of) = rule.sets(columns);
        Wanted { all, of, least: rule.least, within: rule.within, level: rule.level }
    }

    fn holds(&self, columns: u16) -> bool {
        columns & self.all == self.all && (columns & self.of).count_ones() >= self.least
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
    /// Collects the values of one text whose words are read; `from` is where the text begins among all.
    pub(crate) fn collect(
        &self,
        text: &str,
        from: u32,
        scratch: &mut Scratch,
        fuel: &mut Fuel,
    ) -> Result<(), Spent> {
        let Scratch { words, bytes, candidates, .. } = scratch;
        let first = candidates.len();
        let has =
            |kinds: &[ColumnKind]| self.columns.iter().any(|column| kinds.contains(&column.kind));
        let mut sight = Sight { search: self, text, words, bytes, from, candidates };
        if has(&[ColumnKind::Name, ColumnKind::Free]) {
            sight.names(fuel)?;
        }
        if has(&[ColumnKind::Number]) {
            sight.numbers(fuel)?;
        }
        if has(&[ColumnKind::Date]) {
            sight.dates(fuel)?;
        }
        if has(&[ColumnKind::Email]) {
            sight.emails(fuel)?;
        }
        if let Some(added) = candidates.get_mut(first..) {
            added.sort_unstable_by_key(|candidate| {
                (candidate.start, candidate.end, candidate.value)
            });
        }
        Ok(())
    }

    /// Which of the collected values are of one record and near enough.
    pub(crate) fn judge(&self, scratch: &mut Scratch, fuel: &mut Fuel) -> Result<(), Spent> {
        let widest = self.wanted.iter().map(|rule| rule.within).max().unwrap_or(0);
        for rare in [true, false] {
            let (mut low, mut high) = (0, 0);
            for at in 0..scratch.candidates.len() {
                fuel.burn(1)?;
                let Some(anchor) = scratch.candidates.get(at).copied() else { break };
                let far = |other: &Candidate| other.start.saturating_add(widest) < anchor.start;
                while scratch.candidates.get(low).is_some_and(far) {
                    low += 1;
                }
                let near = |other: &Candidate| other.start <= anchor.start.saturating_add(widest);
                while scratch.candidates.get(high).is_some_and(near) {
                    high += 1;
                }
                let records = self.records(anchor.payload);
                if (!rare && anchor.used != 0)
                    || (records.len() <= RARE) != rare
                    || records.is_empty()
                {
                    continue;
                }
                self.around(at, low..high, scratch, fuel)?;
            }
        }
        Ok(())
    }

    fn spread(&self, payload: Payload) -> u32 {
        if payload.value() == Some(Payload::COMMON) {
            return u32::MAX;
        }
        self.records(payload).len() as u32
    }

    fn records(&self, payload: Payload) -> Records<'_> {
        match payload.value() {
            None | Some(Payload::COMMON) => Records::List(&[]),
            Some(place) if payload.marked() => {
                let list = self.postings.get(4 * place as usize..).unwrap_or(&[]);
                let count = u32_at(list, 0) as usize;
                Records::List(
                    list.get(4..).and_then(|list| list.get(..count.checked_mul(4)?)).unwrap_or(&[]),
                )
            }
            Some(one) => Records::One(one),
        }
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
        let Scratch { candidates, nearby, .. } = scratch;
        let Some(Candidate { spread, payload, .. }) = candidates.get(anchor).copied() else {
            return Ok(());
        };
        nearby.clear();
        let mut possible = 0;
        for (at, other) in (range.start..).zip(candidates.get(range).unwrap_or(&[])) {
            if other.spread >= spread {
                nearby.push(at as u32);
                possible |= self.columns_of(other.kind);
            }
        }
        if !self.wanted.iter().any(|rule| rule.holds(possible)) {
            return Ok(());
        }
        let records = self.records(payload);
        for nth in 0..records.len() {
            fuel.burn(1 + scratch.nearby.len())?;
            self.matches(records.get(nth), scratch);
            let columns = scratch.matched.iter().fold(0, |set, (_, column)| set | 1 << column);
            for (number, rule) in (0..).zip(self.wanted).filter(|(_, rule)| rule.holds(columns)) {
                fuel.burn(scratch.matched.len())?;
                self.tightest(number, rule, scratch)?;
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

    /// Reports the shortest run of matched values that fulfils a rule, if there is one.
    fn tightest(&self, number: u8, rule: &Wanted, scratch: &mut Scratch) -> Result<(), Spent> {
        let Scratch { matched, candidates, starts, results, .. } = scratch;
        let place =
            |(at, _): &(u32, u8)| candidates.get(*at as usize).map_or((0, 0), |c| (c.start, c.end));
        let mut best: Option<(u32, usize, usize)> = None;
        for low in 0..matched.len() {
            let (mut columns, mut end) = (0u16, 0);
            for (high, pair) in matched.iter().enumerate().skip(low) {
                columns |= 1 << pair.1;
                end = end.max(place(pair).1);
                let extent = end - matched.get(low).map_or(0, |pair| place(pair).0);
                if extent > rule.within {
                    break;
                }
                if rule.holds(columns) {
                    if best.is_none_or(|(shortest, ..)| extent < shortest) {
                        best = Some((extent, low, high));
                    }
                    break;
                }
            }
        }
        let Some((_, low, high)) = best else { return Ok(()) };
        let pairs = matched.get(low..=high).unwrap_or(&[]);
        let (mut columns, mut pieces, mut fresh) = (0u16, 0, false);
        for (at, column) in pairs {
            let bit = 1u16 << column;
            let Some(candidate) = candidates.get_mut(*at as usize) else { continue };
            if (rule.all | rule.of) & bit != 0 && columns & bit == 0 {
                columns |= bit;
                fresh |= candidate.used >> number & 1 == 0;
                candidate.used |= 1 << number;
                results.pieces.push(piece(starts, candidate));
                pieces += 1;
            }
        }
        if !fresh {
            results.pieces.truncate(results.pieces.len() - pieces);
            return Ok(());
        }
        results.add(Subject::Rule(u16::from(number)), rule.level, 100, pieces)
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

/// The records of a value.
enum Records<'f> {
    One(u32),
    List(&'f [u8]),
}

impl Records<'_> {
    fn len(&self) -> usize {
        match self {
            Self::One(_) => 1,
            Self::List(list) => list.len() / 4,
        }
    }

    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether a record is among them: they are in ascending order.
    fn contain(&self, record: u32) -> bool {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low + (high - low) / 2;
            if self.get(middle) < record {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low < self.len() && self.get(low) == record
    }

    fn get(&self, nth: usize) -> u32 {
        match self {
            Self::One(record) => *record,
            Self::List(list) => u32_at(list, 4 * nth),
        }
    }
}

fn piece(starts: &[u32], candidate: &Candidate) -> Piece {
    let text = starts.partition_point(|start| *start <= candidate.start).saturating_sub(1);
    let from = starts.get(text).copied().unwrap_or(0);
    let (start, end) =
        ((candidate.start - from) as usize, candidate.end.saturating_sub(from) as usize);
    Piece { text: text as u32, start, end }
}

/// One text in which values are sought.
struct Sight<'a, 'f> {
    search: &'a Search<'f>,
    text: &'a str,
    words: &'a [Word],
    bytes: &'a mut Vec<u8>,
    from: u32,
    candidates: &'a mut Vec<Candidate>,
}

impl Sight<'_, '_> {
    fn names(&mut self, fuel: &mut Fuel) -> Result<(), Spent> {
        let Search { table, hashes, longest, .. } = self.search;
        for (at, word) in self.words.iter().enumerate() {
            let place = (self.text, self.words, at);
            follow(table, hashes, place, *longest, fuel, |len, value, payload| {
                let end = self.words.get(at + len - 1).map_or(word.end, |last| last.end);
                self.candidates.push(Candidate {
                    value,
                    start: self.from + word.start,
                    end: self.from + end,
                    kind: ValueKind::Words,
                    payload,
                    spread: self.search.spread(payload),
                    used: 0,
                });
            })?;
        }
        Ok(())
    }

    /// Looks up the normal form in `bytes`.
    fn look_up(&mut self, start: u32, end: u32, kind: ValueKind) {
        let value = self.search.hashes.value(self.bytes);
        if let Some(payload) = self.search.table.find(OTHER, value).filter(|p| p.value().is_some())
        {
            let (start, end, spread) =
                (self.from + start, self.from + end, self.search.spread(payload));
            self.candidates.push(Candidate { value, start, end, kind, payload, spread, used: 0 });
        }
    }

    /// Every run of groups that may be one number.
    fn numbers(&mut self, fuel: &mut Fuel) -> Result<(), Spent> {
        for (at, first) in self.words.iter().enumerate() {
            if !is_group(first) {
                continue;
            }
            self.bytes.clear();
            self.bytes.push(b'n');
            let (mut digits, mut end) = (false, first.start);
            for (nth, word) in self.words.iter().enumerate().skip(at).take(MAX_GROUPS) {
                if !is_group(word) || (nth > at && !joins(self.text, end, word.start)) {
                    break;
                }
                fuel.burn(1)?;
                end = word.end;
                digits |= word.make.any(Make::DIGIT);
                value::add_group(
                    self.text.get(word.start as usize..end as usize).unwrap_or(""),
                    self.bytes,
                );
                if self.search.lengths >> (self.bytes.len() - 1).min(63) == 0 {
                    break;
                }
                if digits && self.search.lengths & value::length_bit(self.bytes) != 0 {
                    fuel.burn(2)?;
                    self.look_up(first.start, end, ValueKind::Number);
                }
            }
        }
        Ok(())
    }

    fn dates(&mut self, fuel: &mut Fuel) -> Result<(), Spent> {
        for at in 0..self.words.len() {
            let numeric =
                |at: usize| self.words.get(at).is_some_and(|word| word.make.any(Make::DIGIT));
            if !numeric(at) && !numeric(at + 1) {
                continue;
            }
            fuel.burn(4)?;
            let (text, words) = (self.text, self.words);
            dates::readings(text, words, at, |reading| {
                let (Some(first), Some(last)) = (words.get(at), words.get(reading.last)) else {
                    return;
                };
                dates::normal(reading.day, self.bytes);
                self.look_up(first.start, last.end, ValueKind::Date);
            });
        }
        Ok(())
    }

    fn emails(&mut self, fuel: &mut Fuel) -> Result<(), Spent> {
        let text = self.text;
        for at in memchr::memchr_iter(b'@', text.as_bytes()) {
            fuel.burn(32)?;
            let Some((start, end)) = value::email_around(text, at) else { continue };
            let spelled = text.get(start..end).unwrap_or("");
            if value::email(spelled, self.bytes).is_ok() {
                self.look_up(start as u32, end as u32, ValueKind::Email);
            }
        }
        Ok(())
    }
}

/// Whether a word may be a group of a number: digits are in it, or it is up to four capitals.
fn is_group(word: &Word) -> bool {
    let short = word.end - word.start <= 4;
    !word.make.is_single()
        && (word.make.any(Make::DIGIT) || (short && word.make.only(Make::UPPER)))
        && !word.make.any(Make::TOO_LONG)
}

/// Whether two groups may belong to one number: one or two spaces, dots, dashes or slashes between them.
fn joins(text: &str, end: u32, start: u32) -> bool {
    text.get(end as usize..start as usize).is_some_and(|between| {
        between.len() <= 3
            && between.chars().count() <= 2
            && between
                .chars()
                .all(|c| matches!(c, ' ' | '\u{a0}' | '\u{202f}' | '.' | '-' | '/' | '–'))
    })
}
