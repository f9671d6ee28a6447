//! Records: values of several columns that stand near each other and belong to the same record.
//!
//! A value is filed under its hash with the number of its record, or of all its records up to `most_shared`; above that it is
//! common and filed without them. For each record and column there is also a *cell*: 32 bits of a keyed hash over record,
//! column and value. A text is searched for values; the records of each value found are looked at, and for every other value
//! nearby its cell says whether it is of the same record. So what is common (a given name) costs nothing and still counts beside
//! what is not (an account); only where all values of a combination are common, nothing is found, and the report of the
//! build says how many values that are. Cells of equal values differ, so the file does not tell how often a common value occurs.

mod dates;
mod runs;
mod scan;
mod sight;
mod value;

use std::io::{self, Write};

use crate::build::{self, Group, Material, Progress, Report, Shape};
use crate::dictionary::push_chain;
use crate::file::{Facts, Kind};
use crate::key::{Hashes, Key};
use crate::rules::{Column, ColumnKind, RecordRule, RecordRules};
use crate::sort::{Sorter, Spill, Tape};
use crate::table::{DOMAINS, OTHER, Payload};
use crate::words::{Cache, Word};

pub(crate) use scan::{Candidate, Search, Wanted};

/// Most words of one value.
const LONGEST: usize = 16;

/// Makes records from rows, one after the other.
pub struct RecordsBuilder<'s> {
    key: Key,
    hashes: Hashes,
    rules: RecordRules,
    spill: &'s mut dyn Spill,
    sorter: Sorter,
    rows: Tape,
    records: u32,
    lengths: u64,
    longest: u32,
    words: Vec<Word>,
    cache: Cache,
    bytes: Vec<u8>,
    report: Report,
}

impl<'s> RecordsBuilder<'s> {
    /// Begins. About `memory` bytes are held in memory, the rest is put aside in `spill`.
    pub fn new(
        rules: RecordRules,
        key: &Key,
        memory: usize,
        spill: &'s mut dyn Spill,
    ) -> RecordsBuilder<'s> {
        RecordsBuilder {
            key: key.clone(),
            hashes: key.hashes(&format!("records {}", rules.name)),
            rules,
            spill,
            sorter: Sorter::new(memory),
            rows: Tape::default(),
            records: 0,
            lengths: 0,
            longest: 0,
            words: Vec::new(),
            cache: Cache::default(),
            bytes: Vec::new(),
            report: Report::default(),
        }
    }

    /// Takes a row: its values in the order of the rules' columns. `line` is what the report calls it. Empty values are none;
    /// a value that cannot be looked for is left out and stands in the report, the rest of its row is taken.
    ///
    /// # Errors
    /// What the place for putting aside says; or that there are more than 2^30 records.
    pub fn row(&mut self, line: u64, values: &[&str]) -> io::Result<()> {
        if self.records > Payload::MAX {
            return Err(io::Error::other("more records than a file can number; split the input"));
        }
        for column in 0..self.rules.columns.len() {
            let value = values.get(column).map_or("", |value| value.trim());
            let hash = if value.is_empty() { None } else { self.value(line, column, value)? };
            let cell = hash.map_or(0, |hash| self.hashes.cell(self.records, column as u8, hash));
            self.rows.put(&cell.to_le_bytes(), self.spill)?;
        }
        self.records += 1;
        self.report.taken += 1;
        Ok(())
    }

    /// Files one value and gives its hash.
    fn value(&mut self, line: u64, column: usize, value: &str) -> io::Result<Option<u128>> {
        let Some(Column { kind, order, name }) = self.rules.columns.get(column) else {
            return Ok(None);
        };
        let normal = match kind {
            ColumnKind::Name => {
                value::words(value, 2, &self.hashes, &mut self.cache, &mut self.words)
            }
            ColumnKind::Free => {
                value::words(value, 4, &self.hashes, &mut self.cache, &mut self.words)
            }
            ColumnKind::Number => value::number(value, &mut self.bytes),
            ColumnKind::Email => value::email(value, &mut self.bytes),
            ColumnKind::Date => {
                value::words(value, 1, &self.hashes, &mut self.cache, &mut self.words)
                    .and_then(|()| dates::day(value, *order, &self.words, &mut self.bytes))
            }
        };
        if let Err(why) = normal {
            self.report.refuse(line, name, why);
            return Ok(None);
        }
        if matches!(kind, ColumnKind::Name | ColumnKind::Free) {
            self.longest = self.longest.max(self.words.len() as u32);
            push_chain(&self.words, &self.hashes, self.records, &mut self.sorter, self.spill)?;
            return Ok(Some(value::chained(&self.words, &self.hashes)));
        }
        if *kind == ColumnKind::Number {
            self.lengths |= value::length_bit(&self.bytes);
        }
        let hash = self.hashes.value(&self.bytes);
        self.sorter.push(build::item(OTHER, hash, self.records), self.spill)?;
        Ok(Some(hash))
    }

    /// Writes the file.
    ///
    /// # Errors
    /// What `out` or the place for putting aside says.
    pub fn finish(
        mut self,
        out: &mut dyn Write,
        progress: &mut dyn FnMut(Progress),
    ) -> io::Result<Report> {
        let mut shape = Rows {
            name: self.rules.name,
            longest: self.longest,
            records: self.records,
            most_shared: self.rules.most_shared,
            common: 0,
            lengths: self.lengths,
            columns: self.rules.columns,
            rules: self.rules.rules,
        };
        let material = Material { sorter: self.sorter, rows: self.rows };
        (self.report.entries, self.report.bytes) =
            build::write(&self.key, material, &mut shape, self.spill, out, progress)?;
        self.report.common = shape.common;
        Ok(self.report)
    }
}

struct Rows {
    name: String,
    longest: u32,
    records: u32,
    most_shared: u32,
    common: u64,
    lengths: u64,
    columns: Vec<Column>,
    rules: Vec<RecordRule>,
}

impl Shape for Rows {
    fn room(&self) -> usize {
        self.most_shared as usize
    }

    fn payload(
        &mut self,
        group: &Group,
        list: &mut dyn FnMut(&[u32]) -> io::Result<u32>,
    ) -> io::Result<Option<u32>> {
        let goes_on = if group.marker { Payload::GOES_ON } else { 0 };
        let value = match group.numbers.as_slice() {
            [] => Payload::NONE,
            [one] => *one,
            many if many.len() > self.room() => {
                self.common += 1;
                Payload::COMMON
            }
            many => Payload::MARKED | list(many)?,
        };
        Ok(Some(value | goes_on))
    }

    fn facts(&self, filters: [u32; DOMAINS]) -> Facts {
        Facts {
            name: self.name.clone(),
            filters,
            longest: self.longest,
            kind: Kind::Records {
                records: self.records,
                most_shared: self.most_shared,
                common: self.common,
                lengths: self.lengths,
                columns: self.columns.clone(),
                rules: self.rules.clone(),
            },
        }
    }
}
