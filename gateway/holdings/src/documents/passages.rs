//! Passages: hits that run through text and document in step, followed until they are long and dense enough.

use std::cmp::Reverse;

use super::MOST_PLACES;
use super::shingles::{SHINGLE, SINGLE_SHINGLE, WINDOW, chosen, shingle, weight};
use crate::file::Registered;
use crate::key::Hashes;
use crate::postings::Numbers;
use crate::scratch::{Finding, Fuel, Level, Piece, Results, Spent, Subject};
use crate::table::{FIRST, Table};
use crate::words::Word;

/// What a passage must weigh, in half words, and how many hits it must have.
pub(super) const LIKELY_WEIGHT: u32 = 28;
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

impl Chain {
    /// Whether a hit goes on this chain: in its document, not before its last hit, and about as far on in the text.
    fn is_in_step(&self, document: u32, here: u32, there: u32) -> bool {
        let (here, there) =
            (i64::from(here) - i64::from(self.here), i64::from(there) - i64::from(self.there));
        self.document == document && there >= 0 && here.abs_diff(there) <= MAX_DRIFT
    }
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
        let mut hits = Hits { number, words, chains, results };
        chosen(words, |at, len| {
            fuel.burn(1)?;
            let Some(payload) = self.table.find(FIRST, shingle(words, at, len, self.hashes)) else {
                return Ok(());
            };
            let places = Numbers::of(payload, self.postings);
            for nth in 0..places.len().min(MOST_PLACES) {
                fuel.burn(1 + hits.chains.len())?;
                let there = places.get(nth);
                hits.take(at, len, self.document_at(there), there)?;
            }
            Ok(())
        })
    }

    /// The document that a place among the words of all documents is in.
    fn document_at(&self, there: u32) -> u32 {
        let after = self.documents.partition_point(|document| document.first <= there);
        after.saturating_sub(1) as u32
    }
}

/// The hits of one text as they come, and the chains that they make.
struct Hits<'t> {
    number: u32,
    words: &'t [Word],
    chains: &'t mut Vec<Chain>,
    results: &'t mut Results,
}

impl Hits<'_> {
    /// The shingle of `len` words at word `at` of the text is that of a document, `there` among the words of all.
    fn take(&mut self, at: usize, len: usize, document: u32, there: u32) -> Result<(), Spent> {
        let (here, behind) = (at as u32, (at + len) as u32);
        self.end_before(here)?;
        if let Some(chain) = self.chains.iter_mut().find(|it| it.is_in_step(document, here, there))
        {
            let from = chain.end.max(here) as usize;
            let covered = self.words.get(from..behind as usize).unwrap_or(&[]);
            chain.weight += weight(covered);
            (chain.here, chain.there, chain.end) = (here, there, chain.end.max(behind));
            chain.hits += 1;
            return Ok(());
        }
        self.make_room()?;
        let weight = weight(self.words.get(at..at + len).unwrap_or(&[]));
        self.chains.push(Chain {
            document,
            here,
            there,
            first: here,
            end: behind,
            hits: 1,
            weight,
        });
        Ok(())
    }

    /// Ends the chains that a hit at word `here` is too far away to go on.
    fn end_before(&mut self, here: u32) -> Result<(), Spent> {
        let mut nth = 0;
        while let Some(chain) = self.chains.get(nth).copied() {
            if chain.end + MAX_GAP < here {
                end(self.number, &chain, self.words, self.results)?;
                self.chains.swap_remove(nth);
            } else {
                nth += 1;
            }
        }
        Ok(())
    }

    /// Gives up the chain that was hit longest ago, if there are too many.
    fn make_room(&mut self) -> Result<(), Spent> {
        if self.chains.len() < MAX_CHAINS {
            return Ok(());
        }
        let oldest =
            (0..self.chains.len()).min_by_key(|nth| self.chains.get(*nth).map(|chain| chain.end));
        let given_up = self.chains.swap_remove(oldest.unwrap_or(0));
        end(self.number, &given_up, self.words, self.results)
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
    let span = |finding: &Finding| {
        results.pieces.get(finding.first as usize).map_or((0, 0), |piece| (piece.start, piece.end))
    };
    let Some(new) = results.findings.get_mut(from..) else { return };
    new.sort_unstable_by_key(|finding| {
        let (start, end) = span(finding);
        (Reverse((end - start) * usize::from(finding.share)), start, finding.first)
    });
    let mut kept = 0;
    for at in 0..new.len() {
        let Some(finding) = new.get(at).copied() else { break };
        let (start, end) = span(&finding);
        let within = |other: &Finding| span(other).0 <= start && end <= span(other).1;
        // What is looked at is bounded: with more passages than this, some within others are reported too.
        if !new.iter().take(kept.min(MAX_CHAINS)).any(within) {
            new.swap(kept, at);
            kept += 1;
        }
    }
    results.findings.truncate(from + kept);
}
