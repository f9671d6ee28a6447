//! Holdings: a file that was checked, and the search of texts for what is in it.

use std::fmt;
use std::sync::Arc;

use crate::file::{self, Facts, Kind, Sections};
use crate::key::{Hashes, Key};
use crate::problem::Problem;
use crate::records::Wanted;
use crate::scratch::{Found, Fuel, Scratch, Spent, Subject};
use crate::table::Table;
use crate::words::Look;
use crate::{dictionary, documents, records, words};

/// The bytes of a file: mapped, or read.
pub type Bytes = Arc<dyn AsRef<[u8]> + Send + Sync>;

/// A dictionary, records or documents, ready to search texts. Immutable; share it between threads and swap it whole.
pub struct Holdings {
    bytes: Bytes,
    sections: Sections,
    facts: Facts,
    hashes: Hashes,
    wanted: Vec<Wanted>,
}

impl fmt::Debug for Holdings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Holdings({} of {})", self.facts.kind(), self.facts.count())
    }
}

impl Holdings {
    /// Checks a file and opens it where it stands. Reads all of it once, for its digest.
    ///
    /// # Errors
    /// All that is wrong with it: not such a file, another version, cut, changed, built with another key.
    pub fn open(bytes: Bytes, key: &Key) -> Result<Holdings, Problem> {
        let (sections, facts) = file::open((*bytes).as_ref(), key)?;
        let digest = (*bytes).as_ref().last_chunk().copied().unwrap_or_default();
        let hashes = key.hashes(&format!("{} {}", facts.kind(), facts.name)).of_file(digest);
        let wanted = match &facts.kind {
            Kind::Records { rules, columns, .. } => {
                rules.iter().take(64).map(|rule| Wanted::new(rule, columns)).collect()
            }
            _ => Vec::new(),
        };
        Ok(Holdings { bytes, sections, facts, hashes, wanted })
    }

    /// What the file says of itself.
    #[must_use]
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// How a finding's subject is called: the author's id of the rule or document, or the number of the term.
    #[must_use]
    pub fn title(&self, subject: Subject) -> String {
        let named = match (&self.facts.kind, subject) {
            (Kind::Records { rules, .. }, Subject::Rule(at)) => {
                rules.get(usize::from(at)).map(|rule| rule.id.clone())
            }
            (Kind::Documents { documents, .. }, Subject::Document(at)) => {
                documents.get(at as usize).map(|document| document.id.clone())
            }
            (_, Subject::Term(number)) => Some(format!("term {number}")),
            _ => None,
        };
        named.unwrap_or_else(|| "unknown".to_owned())
    }

    /// Finds what is in the file in the texts of one request, given in their order. Values of a record may stand in neighbouring
    /// texts; terms and passages stand in one. Allocates nothing once `scratch` has grown.
    ///
    /// # Errors
    /// [`Spent`] if the fuel did not suffice: nothing may be concluded then.
    pub fn scan<'s, T: AsRef<str>>(
        &self,
        scratch: &'s mut Scratch,
        texts: &[T],
        fuel: &mut Fuel,
    ) -> Result<Found<'s>, Spent> {
        scratch.results.clear();
        scratch.candidates.clear();
        scratch.starts.clear();
        let sought = !matches!(self.facts.kind, Kind::Documents { .. });
        let look = Look { hashes: &self.hashes, table: sought.then(|| self.table()) };
        let mut from = 0u32;
        for (number, text) in (0..).zip(texts) {
            let text = text.as_ref();
            fuel.burn(text.len())?;
            scratch.starts.push(from);
            let behind = u32::try_from(text.len())
                .ok()
                .and_then(|len| from.checked_add(len)?.checked_add(1));
            let next = behind.filter(|next| *next < u32::MAX / 2).ok_or(Spent)?;
            scratch.words.clear();
            words::read(text, look, &mut scratch.cache, &mut scratch.words);
            self.text((number, text, from), scratch, fuel)?;
            from = next;
        }
        if let Some(search) = self.records() {
            search.judge(scratch, fuel)?;
        }
        Ok(scratch.results.sorted())
    }

    /// One text whose words are read.
    fn text(
        &self,
        (number, text, from): (u32, &str, u32),
        scratch: &mut Scratch,
        fuel: &mut Fuel,
    ) -> Result<(), Spent> {
        let (table, hashes) = (self.table(), &self.hashes);
        match &self.facts.kind {
            Kind::Dictionary { level, keep_case, keep_accents, .. } => {
                let (longest, level) = (self.facts.longest as usize, *level);
                let (keep_case, keep_accents) = (*keep_case, *keep_accents);
                let search =
                    dictionary::Search { table, hashes, longest, level, keep_case, keep_accents };
                let Scratch { words, bytes, results, .. } = scratch;
                search.text((number, text), words, bytes, results, fuel)
            }
            Kind::Records { .. } => match self.records() {
                Some(search) => search.collect(text, from, scratch, fuel),
                None => Ok(()),
            },
            Kind::Documents { documents, .. } => {
                let postings = self.section(&self.sections.postings);
                let search = documents::Search { table, hashes, documents, postings };
                let Scratch { words, chains, results, .. } = scratch;
                search.text(number, words, chains, results, fuel)
            }
        }
    }

    fn records(&self) -> Option<records::Search<'_>> {
        let Kind::Records { columns, lengths, .. } = &self.facts.kind else { return None };
        Some(records::Search {
            table: self.table(),
            hashes: &self.hashes,
            longest: self.facts.longest as usize,
            lengths: *lengths,
            columns,
            wanted: &self.wanted,
            rows: self.section(&self.sections.rows),
            postings: self.section(&self.sections.postings),
        })
    }

    fn table(&self) -> Table<'_> {
        let Sections { entries, directory, filters, .. } = &self.sections;
        Table::new(
            self.section(entries),
            self.section(directory),
            self.section(filters),
            self.facts.filters,
        )
    }

    fn section(&self, range: &std::ops::Range<usize>) -> &[u8] {
        (*self.bytes).as_ref().get(range.clone()).unwrap_or(&[])
    }
}
