//! The words that say what a value is, or that it is something else.
//!
//! Words are brought to the plain form of a text (`plain`) and looked up where a word may begin there: behind a space, or anywhere if
//! the script has none. A word ends with a space unless it is a stem (`word*`).

use std::collections::BTreeMap;

use crate::bits::Bits;
use crate::plain::{Plain, is_spaced};

/// Bytes looked at after a value; before it, the detector's own window counts.
pub(crate) const AFTER: usize = 48;
/// The largest window an author can ask for.
pub(crate) const WINDOW_MAX: usize = 200;
/// The window if none is asked for.
pub(crate) const WINDOW: usize = 64;

/// Collects words while rules are compiled.
#[derive(Default)]
pub(crate) struct WordsBuilder {
    numbers: BTreeMap<Vec<u8>, usize>,
}

impl WordsBuilder {
    /// The number of a word as an author wrote it, or nothing if too little is left of it.
    pub(crate) fn number(&mut self, word: &str) -> Option<usize> {
        let (word, stem) = word.strip_suffix('*').map_or((word, false), |w| (w, true));
        let mut plain = Plain::default();
        plain.push(word);
        let mut word = plain.bytes;
        let last = std::str::from_utf8(&word).ok()?.trim_end().chars().next_back()?;
        // Korean words take endings, so they count as stems.
        if stem || !is_spaced(last) || ('\u{AC00}'..'\u{D7FF}').contains(&last) {
            word.pop();
        }
        if word.len() < 2 {
            return None;
        }
        let next = self.numbers.len();
        Some(*self.numbers.entry(word).or_insert(next))
    }

    pub(crate) fn build(self) -> Vocabulary {
        let mut words = vec![Word::default(); self.numbers.len()];
        for (plain, number) in self.numbers {
            let first = std::str::from_utf8(&plain).ok().and_then(|word| word.chars().next());
            if let Some(place) = words.get_mut(number) {
                *place = Word { anywhere: !first.is_some_and(is_spaced), plain };
            }
        }
        Vocabulary::new(words)
    }
}

#[derive(Clone, Debug, Default)]
struct Word {
    /// With a space behind it unless it is a stem.
    plain: Vec<u8>,
    /// Also where no space stands before it.
    anywhere: bool,
}

/// All context words of all detectors.
#[derive(Clone, Debug)]
pub(crate) struct Vocabulary {
    words: Vec<Word>,
    /// By their first four bytes, and those that have no four by their first two.
    long: Heads,
    short: Heads,
}

/// The begins of words → the words. The test for "none" reads one bit of eight kilobytes.
#[derive(Clone, Debug)]
struct Heads {
    present: Bits,
    /// For each slot, where its words begin in `words`, and one more for the end.
    offsets: Vec<u32>,
    words: Vec<u32>,
}

impl Heads {
    fn new(heads: impl Iterator<Item = (u32, usize)>) -> Heads {
        let mut heads: Vec<(usize, u32)> = heads
            .filter_map(|(head, word)| Some((slot(head), u32::try_from(word).ok()?)))
            .collect();
        heads.sort_unstable();
        let mut present = Bits::default();
        let mut offsets = vec![0];
        for (i, (slot, _)) in (0u32..).zip(&heads) {
            present.insert(*slot);
            offsets.resize(slot + 1, i);
        }
        offsets.push(u32::try_from(heads.len()).unwrap_or(u32::MAX));
        Heads { present, offsets, words: heads.into_iter().map(|(_, word)| word).collect() }
    }

    #[inline]
    fn get(&self, head: u32) -> &[u32] {
        let slot = slot(head);
        if !self.present.has(slot) {
            return &[];
        }
        let range = self.offsets.get(slot).zip(self.offsets.get(slot + 1));
        let range = range.map_or(0..0, |(from, to)| *from as usize..*to as usize);
        self.words.get(range).unwrap_or_default()
    }
}

/// Where the bit of a head is; several may share one.
#[inline]
fn slot(head: u32) -> usize {
    (head.wrapping_mul(0x9E37_79B1) >> 16) as usize
}

fn head(bytes: &[u8]) -> (Option<u32>, Option<u32>) {
    let long = bytes.first_chunk::<4>().map(|four| u32::from_le_bytes(*four));
    let short = bytes.first_chunk::<2>().map(|two| u32::from(u16::from_le_bytes(*two)));
    (long, short)
}

impl Vocabulary {
    fn new(words: Vec<Word>) -> Vocabulary {
        let heads = || words.iter().map(|word| head(&word.plain)).enumerate();
        let long = Heads::new(heads().filter_map(|(n, (long, _))| Some((long?, n))));
        let few = heads().filter(|(_, (long, _))| long.is_none());
        let short = Heads::new(few.filter_map(|(n, (_, short))| Some((short?, n))));
        Vocabulary { words, long, short }
    }

    /// A word in plain form, for people.
    pub(crate) fn word(&self, number: usize) -> Option<String> {
        let plain = &self.words.get(number)?.plain;
        Some(String::from_utf8_lossy(plain.trim_ascii_end()).into_owned())
    }

    /// Calls `found` with each word that stands at a place of a plain form and with its end there, without the space. Whether a word may
    /// begin there that goes on beyond the end.
    #[inline]
    pub(crate) fn at(
        &self,
        plain: &[u8],
        begin: usize,
        spaced: bool,
        mut found: impl FnMut(usize, usize),
    ) -> bool {
        let rest = plain.get(begin..).unwrap_or_default();
        let (long, short) = head(rest);
        let long = long.map(|head| self.long.get(head));
        let short = short.map_or(&[][..], |head| self.short.get(head));
        let mut goes_on = long.is_none();
        for number in long.unwrap_or_default().iter().chain(short) {
            let Some(word) = self.words.get(*number as usize) else { continue };
            if !(spaced || word.anywhere) {
                continue;
            }
            if rest.starts_with(&word.plain) {
                found(*number as usize, begin + word.length());
            } else {
                goes_on |= word.plain.starts_with(rest);
            }
        }
        goes_on
    }
}

impl Word {
    /// Its bytes without the space.
    fn length(&self) -> usize {
        self.plain.trim_ascii_end().len()
    }
}
