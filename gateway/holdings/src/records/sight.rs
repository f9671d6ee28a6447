//! The values of one text that a file of records knows: words, numbers, days, addresses.

use crate::dictionary::{follow, open_from};
use crate::records::scan::{Candidate, Search, ValueKind};
use crate::records::{dates, value};
use crate::rules::ColumnKind;
use crate::scratch::{Fuel, Scratch, Spent};
use crate::table::{OTHER, Payload};
use crate::words::{Make, Word};

/// Most groups that a number is written in, such as the nine of a long IBAN.
const MAX_GROUPS: usize = 10;

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
}

/// Most words of a day that is written out: a day, a month, a year, and what stands between.
const DAY_WORDS: usize = 8;
/// Longest address of mail that is waited for, in bytes.
const ADDRESS: usize = 64 * 4 + 255;

impl Search<'_> {
    /// The byte at which the first value begins that more text may complete or change. The last word may go on itself.
    pub(crate) fn open_from(&self, text: &str, words: &[Word]) -> usize {
        let has =
            |kinds: &[ColumnKind]| self.columns.iter().any(|column| kinds.contains(&column.kind));
        let last = words.len().saturating_sub(1);
        let mut open = last;
        if has(&[ColumnKind::Name, ColumnKind::Free]) {
            open = open_from(&self.table, self.hashes, text, words, self.longest);
        }
        if has(&[ColumnKind::Number]) {
            open = open.min(group_before(text, words, last));
        }
        if has(&[ColumnKind::Date]) {
            open = open.min(day_before(words, last));
        }
        let byte = words.get(open).map_or(text.len(), |word| word.start as usize);
        if !has(&[ColumnKind::Email]) {
            return byte;
        }
        let run = text.char_indices().rev().take_while(|(_, c)| !c.is_whitespace());
        let run = run.take_while(|(at, _)| text.len() - at <= ADDRESS).last();
        byte.min(run.map_or(text.len(), |(at, _)| at))
    }
}

/// The first of the groups that may be of one number with the word at `last`, which may become a group.
fn group_before(text: &str, words: &[Word], last: usize) -> usize {
    let mut first = last;
    while last - first < MAX_GROUPS
        && let Some(before) = first.checked_sub(1)
        && let (Some(group), Some(next)) = (words.get(before), words.get(first))
        && is_group(group)
        && joins(text, group.end, next.start)
    {
        first = before;
    }
    first
}

/// The first word of what may become a day with the word at `last`: it, or the next, has a digit.
fn day_before(words: &[Word], last: usize) -> usize {
    let numeric = |at: usize| words.get(at).is_some_and(|word| word.make.any(Make::DIGIT));
    let begins = |at: &usize| numeric(*at) || numeric(*at + 1) || *at + 1 >= last;
    (last.saturating_sub(DAY_WORDS)..=last).find(begins).unwrap_or(last)
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
                self.add((value, ValueKind::Words), word.start, end, payload);
            })?;
        }
        Ok(())
    }

    fn add(&mut self, (value, kind): (u128, ValueKind), start: u32, end: u32, payload: Payload) {
        let (start, end, spread) =
            (self.from + start, self.from + end, self.search.spread(payload));
        let (used, seen) = (0, false);
        // The first of January is the same in every order.
        let again = |last: &Candidate| (last.value, last.start, last.end) == (value, start, end);
        if self.candidates.last().is_some_and(again) {
            return;
        }
        self.candidates.push(Candidate { value, start, end, kind, payload, spread, used, seen });
    }

    /// Looks up the normal form in `bytes`.
    fn look_up(&mut self, start: u32, end: u32, kind: ValueKind) {
        let value = self.search.hashes.value(self.bytes);
        if let Some(payload) = self.search.table.find(OTHER, value).filter(|p| p.value().is_some())
        {
            self.add((value, kind), start, end, payload);
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
