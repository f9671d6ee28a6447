//! Documents: passages quoted from registered texts, also after light editing.
//!
//! Of every few words that follow each other (a shingle) a keyed hash is made; of each four neighbouring shingles the one with the
//! least mixed hash is filed (winnowing: Schleimer, Wilkerson, Aiken 2003), with the position of its first word. A text is cut the same way,
//! so whatever it shares with a document shares its choices. Hits that run through text and document in step make a chain; a
//! chain that is long and dense enough is a passage. A changed word costs the shingles around it and no more.

use std::io::{self, Write};

use crate::build::{self, Group, MARKER, Material, Progress, Report, Shape, item};
use crate::file::{Facts, Kind, Registered};
use crate::key::{Hashes, Key};
use crate::postings::Numbers;
use crate::rules::DocumentRules;
use crate::scratch::{Fuel, Level, Piece, Results, Spent, Subject};
use crate::sort::{Sorter, Spill, Tape};
use crate::table::{DOMAINS, FIRST, Payload, Table};
use crate::words::{self, Cache, Word};

/// Words of a shingle; of scripts without spaces, characters.
const SHINGLE: usize = 4;
const SINGLE_SHINGLE: usize = 7;
/// Of so many shingles that follow each other at least one is chosen.
const WINDOW: usize = 4;
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

/// The length of the shingle that ends before word `end`, if so many words are there.
fn shingle_length(words: &[Word], end: usize) -> Option<usize> {
    let last = words.get(end.checked_sub(1)?)?;
    let len = if last.make.is_single() { SINGLE_SHINGLE } else { SHINGLE };
    (end >= len).then_some(len)
}

fn shingle(words: &[Word], at: usize, len: usize, hashes: &Hashes) -> u128 {
    hashes.shingle(words.iter().skip(at).take(len).map(|word| word.hash))
}

/// A cheap number by which shingles are chosen. Made of keyed hashes and never filed.
fn rank(words: &[Word], at: usize, len: usize) -> u64 {
    let shingle = words.get(at..at + len).unwrap_or(&[]);
    let sum =
        shingle.iter().zip(FACTORS).map(|(word, factor)| (word.hash as u64).wrapping_mul(factor));
    let sum = sum.fold(0, u64::wrapping_add);
    (sum ^ (sum >> 32)).wrapping_mul(FACTORS[0])
}

/// Odd numbers without pattern, so that words in another order have another rank.
const FACTORS: [u64; SINGLE_SHINGLE] = [
    0x9e37_79b9_7f4a_7c15,
    0xbf58_476d_1ce4_e5b9,
    0x94d0_49bb_1331_11eb,
    0xd6e8_feb8_6659_fd93,
    0xa076_1d64_78bd_642f,
    0xe703_7ed1_a0b4_28db,
    0x8ebc_6af0_9c88_c6e3,
];

/// Gives the first word and the length of each shingle that is chosen, in order.
fn chosen<E>(words: &[Word], mut give: impl FnMut(usize, usize) -> Result<(), E>) -> Result<(), E> {
    let mut window = [(u64::MAX, 0, 0); WINDOW];
    let (mut seen, mut given) = (0, (usize::MAX, 0));
    for end in 1..=words.len() {
        let Some(len) = shingle_length(words, end) else { continue };
        let at = end - len;
        window[seen % WINDOW] = (rank(words, at, len), at, len);
        seen += 1;
        let [mut least, rest @ ..] = window;
        for other in rest {
            // Of equal ones the last, so that a run of the same words gives few.
            if (other.0, least.1) < (least.0, other.1) {
                least = other;
            }
        }
        if seen >= WINDOW && given != (least.1, least.2) {
            given = (least.1, least.2);
            give(least.1, least.2)?;
        }
    }
    Ok(())
}

/// Half words: a character of a script without spaces weighs half a word.
fn weight(words: &[Word]) -> u32 {
    words.iter().map(|word| if word.make.is_single() { 1 } else { 2 }).sum()
}

/// What a passage must weigh, in half words, and how many hits it must have.
const LIKELY_WEIGHT: u32 = 28;
const LIKELY_HITS: u32 = 4;
const CONFIRMED_WEIGHT: u32 = 64;
const CONFIRMED_HITS: u32 = 9;
/// Of a hundred words of a passage, so many must be the document's.
const LEAST_SHARE: u32 = 40;
/// Most words between two hits of a passage, and by how many words text and document may get out of step between them.
const MAX_GAP: u32 = 24;
const MAX_DRIFT: u64 = 4;
/// Passages that are followed at the same time; beyond them the one that was hit longest ago is given up.
const MAX_CHAINS: usize = 64;

/// Hits that run through text and document in step.
#[derive(Clone, Copy)]
pub(crate) struct Chain {
    document: u32,
    /// Place of the last hit among the words of the text and of all documents.
    here: u32,
    there: u32,
    /// Words of the text: the first that is covered, and behind the last.
    first: u32,
    end: u32,
    hits: u32,
    weight: u32,
}

/// Documents as they are searched.
pub(crate) struct Search<'f> {
    pub(crate) table: Table<'f>,
    pub(crate) hashes: &'f Hashes,
    pub(crate) documents: &'f [Registered],
    pub(crate) postings: &'f [u8],
}

impl Search<'_> {
    /// Finds quoted passages in one text whose words are read.
    pub(crate) fn text(
        &self,
        number: u32,
        words: &[Word],
        chains: &mut Vec<Chain>,
        results: &mut Results,
        fuel: &mut Fuel,
    ) -> Result<(), Spent> {
        let first_finding = results.findings.len();
        self.chains(number, words, chains, results, fuel)?;
        for chain in chains.drain(..) {
            end(number, &chain, words, results)?;
        }
        best_of(results, first_finding);
        Ok(())
    }

    /// The first word of what may still become a passage, or a longer one, if more words come; the last word may go on itself.
    pub(crate) fn open_from(
        &self,
        words: &[Word],
        chains: &mut Vec<Chain>,
        results: &mut Results,
        fuel: &mut Fuel,
    ) -> Result<usize, Spent> {
        let read = words.len().saturating_sub(1);
        self.chains(0, words.get(..read).unwrap_or(&[]), chains, results, fuel)?;
        // Which of the last shingles is chosen is decided by words that have not come.
        let recent = words.get(read.saturating_sub(SINGLE_SHINGLE + WINDOW)..).unwrap_or(&[]);
        let single = recent.iter().any(|word| word.make.is_single());
        let undecided = if single { SINGLE_SHINGLE } else { SHINGLE } + WINDOW;
        let open = read.saturating_sub(undecided);
        let goes_on = |chain: &&Chain| (chain.end + MAX_GAP) as usize >= open;
        let first = chains.iter().filter(goes_on).map(|chain| chain.first as usize).min();
        Ok(first.map_or(open, |first| first.min(open)))
    }

    /// Follows the hits of one text; the chains that could go on behind it are left.
    fn chains(
        &self,
        number: u32,
        words: &[Word],
        chains: &mut Vec<Chain>,
        results: &mut Results,
        fuel: &mut Fuel,
    ) -> Result<(), Spent> {
        chains.clear();
        chosen(words, |at, len| {
            fuel.burn(1)?;
            let Some(payload) = self.table.find(FIRST, shingle(words, at, len, self.hashes)) else {
                return Ok(());
            };
            let places = Numbers::of(payload, self.postings);
            for nth in 0..places.len().min(MOST_PLACES) {
                let there = places.get(nth);
                self.hit(number, (words, at, len), there, chains, results, fuel)?;
            }
            Ok(())
        })
    }

    /// A shingle of the text is that of a document.
    fn hit(
        &self,
        number: u32,
        (words, at, len): (&[Word], usize, usize),
        there: u32,
        chains: &mut Vec<Chain>,
        results: &mut Results,
        fuel: &mut Fuel,
    ) -> Result<(), Spent> {
        fuel.burn(1 + chains.len())?;
        let here = at as u32;
        let mut nth = 0;
        while let Some(chain) = chains.get(nth).copied() {
            if chain.end + MAX_GAP < here {
                end(number, &chain, words, results)?;
                chains.swap_remove(nth);
            } else {
                nth += 1;
            }
        }
        let after = self.documents.partition_point(|document| document.first <= there);
        let document = after.saturating_sub(1) as u32;
        let in_step = |chain: &&mut Chain| {
            let (here, there) = (
                i64::from(here) - i64::from(chain.here),
                i64::from(there) - i64::from(chain.there),
            );
            chain.document == document && there >= 0 && here.abs_diff(there) <= MAX_DRIFT
        };
        let behind = here + len as u32;
        if let Some(chain) = chains.iter_mut().find(in_step) {
            let covered = words.get(chain.end.max(here) as usize..behind as usize).unwrap_or(&[]);
            chain.weight += weight(covered);
            (chain.here, chain.there, chain.end) = (here, there, chain.end.max(behind));
            chain.hits += 1;
            return Ok(());
        }
        if chains.len() >= MAX_CHAINS {
            let oldest =
                (0..chains.len()).min_by_key(|nth| chains.get(*nth).map(|chain| chain.end));
            let given_up = chains.swap_remove(oldest.unwrap_or(0));
            end(number, &given_up, words, results)?;
        }
        let weight = weight(words.get(at..at + len).unwrap_or(&[]));
        chains.push(Chain { document, here, there, first: here, end: behind, hits: 1, weight });
        Ok(())
    }
}

/// Reports a chain, if it is a passage.
fn end(number: u32, chain: &Chain, words: &[Word], results: &mut Results) -> Result<(), Spent> {
    let passage = words.get(chain.first as usize..chain.end as usize).unwrap_or(&[]);
    let share = chain.weight * 100 / weight(passage).max(1);
    if chain.hits < LIKELY_HITS || chain.weight < LIKELY_WEIGHT || share < LEAST_SHARE {
        return Ok(());
    }
    let (Some(first), Some(last)) = (passage.first(), passage.last()) else { return Ok(()) };
    let sure = chain.hits >= CONFIRMED_HITS && chain.weight >= CONFIRMED_WEIGHT;
    let level = if sure { Level::Confirmed } else { Level::Likely };
    results.pieces.push(Piece {
        text: number,
        start: first.start as usize,
        end: last.end as usize,
    });
    results.add(Subject::Document(chain.document), level, share.min(100) as u8, 1)
}

/// Of passages that overlap, those of other documents stand only if none covers more.
fn best_of(results: &mut Results, from: usize) {
    let span = |finding: &crate::scratch::Finding| {
        results.pieces.get(finding.first as usize).map_or((0, 0), |piece| (piece.start, piece.end))
    };
    let Some(new) = results.findings.get_mut(from..) else { return };
    new.sort_unstable_by_key(|finding| {
        let (start, end) = span(finding);
        (std::cmp::Reverse((end - start) * usize::from(finding.share)), start, finding.first)
    });
    let mut kept = 0;
    for at in 0..new.len() {
        let Some(finding) = new.get(at).copied() else { break };
        let (start, end) = span(&finding);
        let within =
            |other: &crate::scratch::Finding| span(other).0 <= start && end <= span(other).1;
        // What is looked at is bounded: with more passages than this, some within others are reported too.
        if !new.iter().take(kept.min(MAX_CHAINS)).any(within) {
            new.swap(kept, at);
            kept += 1;
        }
    }
    results.findings.truncate(from + kept);
}
