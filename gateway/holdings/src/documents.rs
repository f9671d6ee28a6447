//! Documents: passages quoted from registered texts, also after light editing.
//!
//! Of every few words that follow each other (a shingle) a keyed hash is made; of each four neighbouring shingles the one with the
//! least mixed hash is filed (winnowing: Schleimer, Wilkerson, Aiken 2003), with the position of its first word. A text is cut the same way,
//! so whatever it shares with a document shares its choices. Hits that run through text and document in step make a chain; a
//! chain that is long and dense enough is a passage. A changed word costs the shingles around it and no more.

mod passages;
mod shingles;

use std::io::{self, Write};

use crate::build::{self, Group, MARKER, Material, Progress, Report, Shape, item};
use crate::file::{Facts, Kind, Registered};
use crate::key::{Hashes, Key};
use crate::rules::DocumentRules;
use crate::sort::{Sorter, Spill, Tape};
use crate::table::{DOMAINS, FIRST, Payload};
use crate::words::{self, Cache, Word};
use passages::LIKELY_WEIGHT;
use shingles::{chosen, shingle, shingle_length, weight};

pub(crate) use passages::{Chain, Search};

/// A shingle that stands in more places is a phrase of the language or of the house.
const MOST_PLACES: usize = 16;
/// Longest id of a document.
const MAX_ID: usize = 200;

/// Makes fingerprints from documents, one after the other.
pub struct DocumentsBuilder<'s> {
    key: Key,
    hashes: Hashes,
    rules: DocumentRules,
    spill: &'s mut dyn Spill,
    sorter: Sorter,
    documents: Vec<Registered>,
    words: Vec<Word>,
    cache: Cache,
    next: u32,
    report: Report,
}

impl<'s> DocumentsBuilder<'s> {
    /// Begins. About `memory` bytes are held in memory, the rest is put aside in `spill`.
    pub fn new(
        rules: DocumentRules,
        key: &Key,
        memory: usize,
        spill: &'s mut dyn Spill,
    ) -> DocumentsBuilder<'s> {
        DocumentsBuilder {
            key: key.clone(),
            hashes: key.hashes(&format!("documents {}", rules.name)),
            rules,
            spill,
            sorter: Sorter::new(memory),
            documents: Vec::new(),
            words: Vec::new(),
            cache: Cache::default(),
            next: 0,
            report: Report::default(),
        }
    }

    /// Takes a document. `id` stands in the file in clear and in findings. One that is too short to be recognised is left out and
    /// stands in the report under its number, from 1.
    ///
    /// # Errors
    /// What the place for putting aside says; or that there are more than 2^30 words.
    pub fn document(&mut self, id: &str, text: &str) -> io::Result<()> {
        let number = self.report.taken + self.report.refused + 1;
        self.words.clear();
        words::read(text, self.hashes.only(), &mut self.cache, &mut self.words);
        if id.is_empty() || id.len() > MAX_ID {
            self.report.refuse(number, "", "its id is empty or longer than 200 bytes");
            return Ok(());
        }
        if weight(&self.words) < LIKELY_WEIGHT {
            self.report.refuse(
                number,
                "",
                "it is too short: a passage has at least 14 words, or 28 characters without spaces",
            );
            return Ok(());
        }
        let words = self.words.len() as u32;
        let end = self.next.checked_add(words).filter(|end| *end <= Payload::MAX);
        let end = end.ok_or_else(|| {
            io::Error::other("more words than a file can number; split the input")
        })?;
        let (sorter, spill, hashes, first) =
            (&mut self.sorter, &mut *self.spill, &self.hashes, self.next);
        chosen(&self.words, |at, len| {
            let hash = shingle(&self.words, at, len, hashes);
            sorter.push(item(FIRST, hash, first + at as u32), spill)
        })?;
        self.documents.push(Registered { id: id.to_owned(), first: self.next, words });
        self.next = end;
        self.report.taken += 1;
        Ok(())
    }

    /// Takes a text whose passages are nothing special: letterheads, disclaimers, forms. What it shares with documents is left out.
    ///
    /// # Errors
    /// What the place for putting aside says.
    pub fn boilerplate(&mut self, text: &str) -> io::Result<()> {
        self.words.clear();
        words::read(text, self.hashes.only(), &mut self.cache, &mut self.words);
        for end in 1..=self.words.len() {
            if let Some(len) = shingle_length(&self.words, end) {
                let hash = shingle(&self.words, end - len, len, &self.hashes);
                self.sorter.push(item(FIRST, hash, MARKER), self.spill)?;
            }
        }
        Ok(())
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
        let mut shape = Registry { name: self.rules.name, documents: self.documents, left_out: 0 };
        let material = Material { sorter: self.sorter, rows: Tape::default() };
        (self.report.entries, self.report.bytes) =
            build::write(&self.key, material, &mut shape, self.spill, out, progress)?;
        self.report.common = shape.left_out;
        Ok(self.report)
    }
}

struct Registry {
    name: String,
    documents: Vec<Registered>,
    left_out: u64,
}

impl Shape for Registry {
    fn room(&self) -> usize {
        MOST_PLACES
    }

    fn payload(
        &mut self,
        group: &Group,
        list: &mut dyn FnMut(&[u32]) -> io::Result<u32>,
    ) -> io::Result<Option<u32>> {
        Ok(match group.numbers.as_slice() {
            [] => None,
            many if group.marker || many.len() > MOST_PLACES => {
                self.left_out += 1;
                None
            }
            [one] => Some(*one),
            many => Some(Payload::MARKED | list(many)?),
        })
    }

    fn facts(&self, filters: [u32; DOMAINS]) -> Facts {
        let (documents, left_out) = (self.documents.clone(), self.left_out);
        Facts {
            name: self.name.clone(),
            filters,
            longest: 0,
            kind: Kind::Documents { documents, left_out },
        }
    }
}
