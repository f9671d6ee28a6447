//! Streams: up to where what is found in a growing text is final.
//!
//! A caller holds the text that is not settled and keeps [`CONTEXT`] bytes of what it has let go. The last word may always go on.
//! Terms wait for their last word, values of a record for those that may come near them, passages for their end; of a passage
//! that is longer than [`HELD`] only that much waits, because what it is is known long before.

use crate::dictionary;
use crate::file::Kind;
use crate::holdings::Holdings;
use crate::scratch::{Fuel, Scratch};
use crate::words::{self, Look};

/// The bytes before what is not settled that a caller must keep and scan together with it.
pub const CONTEXT: usize = 2048;

/// The most bytes of a passage that are waited for. Terms and values of records are shorter by what they are made of.
pub const HELD: usize = 8192;

impl Holdings {
    /// The byte, on a boundary of characters, up to which findings in this text cannot change whatever follows. A passage that
    /// covers it and began more than [`HELD`] bytes before the end is known up to here, and goes on.
    #[must_use]
    pub fn settled(&self, scratch: &mut Scratch, text: &str) -> usize {
        let sought = !matches!(self.facts().kind, Kind::Documents { .. });
        let look = Look { hashes: self.hashes(), table: sought.then(|| self.table()) };
        scratch.results.clear();
        scratch.candidates.clear();
        scratch.words.clear();
        words::read(text, look, &mut scratch.cache, &mut scratch.words);
        match &self.facts().kind {
            Kind::Dictionary { .. } => {
                let longest = self.facts().longest as usize;
                let (table, words) = (self.table(), scratch.words.as_slice());
                let open = dictionary::open_from(&table, self.hashes(), text, words, longest);
                begin(scratch, open, text)
            }
            Kind::Records { .. } => self.settled_values(scratch, text),
            Kind::Documents { .. } => self.settled_passages(scratch, text),
        }
    }

    fn settled_values(&self, scratch: &mut Scratch, text: &str) -> usize {
        let Some(search) = self.records() else { return text.len() };
        let open = search.open_from(text, &scratch.words);
        if search.collect(text, 0, scratch, &mut Fuel::new(u64::MAX)).is_err() {
            return 0;
        }
        let widest = search.widest() as usize;
        // Whatever comes begins at what is open or behind it.
        let waits = |start: &usize| start + widest >= open;
        let starts = scratch.candidates.iter().map(|value| value.start as usize);
        starts.filter(waits).min().map_or(open, |start| start.min(open))
    }

    fn settled_passages(&self, scratch: &mut Scratch, text: &str) -> usize {
        let Some(search) = self.documents() else { return text.len() };
        let Scratch { words, chains, results, .. } = scratch;
        let Ok(open) = search.open_from(words, chains, results, &mut Fuel::new(u64::MAX)) else {
            return 0;
        };
        let least = text.floor_char_boundary(text.len().saturating_sub(HELD));
        begin(scratch, open, text).max(least)
    }
}

/// Where a word begins.
fn begin(scratch: &Scratch, word: usize, text: &str) -> usize {
    scratch.words.get(word).map_or(text.len(), |word| word.start as usize)
}
