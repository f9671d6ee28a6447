//! What the words around a value say.
//!
//! The text is read once: around the first place, then on to the next one if it is near, so that many places cost no more than the text.
//! Whether a word counts depends on the value and the text alone, not on what was read before.
//!
//! Where a text begins or ends near the value, its neighbours are read on. They are asked only when the text and its label say
//! nothing, and can only raise a level: what stands in another field does not make a value harmless.

use std::ops::Range;

use crate::bits::Bits;
use crate::context::{AFTER, Vocabulary};
use crate::neighbours::Neighbours;
use crate::plain::{Reading, floor};
use crate::words::{Word, words_in};

/// Bytes between two places over which it is cheaper to read on than to begin anew.
const GAP: usize = 64;
/// Most bytes that are read on before it begins anew: a bound for memory.
const LONGEST: usize = 16 << 10;
/// Bytes read before the first place, so that one a little before it needs no new begin, and for the begin of a word.
const BEFORE: usize = 128;
/// Bytes that a word behind a value is farther away: what stands before it counts more.
const BEHIND: usize = 8;

/// A context word near a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Near {
    word: usize,
    /// In bytes.
    distance: usize,
    /// In the text of the value, not in a neighbour.
    here: bool,
}

/// The context of one place, kept in the scratch and reused.
#[derive(Default)]
pub(crate) struct Surroundings {
    /// What was read of the text, and how far its last word was.
    read: Range<usize>,
    reading: Reading,
    /// In the order of their begins.
    words: Vec<Word>,
    /// The words that stand around the place that was read last, as a range of `words`.
    around: Range<usize>,
    /// The last byte that counts for it.
    high: usize,
    /// Whether it reaches to the begin and to the end of the text.
    edges: [bool; 2],
    /// The value that `near` is about.
    about: Option<Range<usize>>,
    near: Vec<Near>,
    labels: Vec<usize>,
    /// The words of the neighbours before, with the bytes between them and the text, and of those after; once they are read.
    neighbours: [Vec<(usize, usize)>; 2],
    neighbours_read: bool,
    /// The neighbours' texts while they are read.
    beside: String,
}

/// What the words around a value say about one detector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Says {
    /// Nothing.
    Nothing,
    /// A context word is near, at this distance.
    Yes(usize),
    /// A word of something else is nearer.
    SomethingElse,
}

impl Surroundings {
    /// Takes up the label of a text.
    pub(crate) fn label(&mut self, vocabulary: &Vocabulary, label: &str) {
        self.labels.clear();
        if label.is_empty() {
            return;
        }
        all_words(vocabulary, label, |word| self.labels.push(word.number));
    }

    /// Reads a place and around it, `reach` bytes back; returns the bytes looked at.
    pub(crate) fn read(
        &mut self,
        vocabulary: &Vocabulary,
        text: &str,
        neighbours: Neighbours<'_>,
        place: &Range<usize>,
        reach: usize,
    ) -> usize {
        let from = floor(text, place.start.saturating_sub(reach));
        let to = floor(text, text.len().min(place.end + AFTER));
        self.edges = [from == 0, to == text.len()];
        let mut looked = 0;
        if !self.neighbours_read && self.edges != [false, false] {
            self.neighbours_read = true;
            looked += self.read_neighbours(vocabulary, neighbours, reach);
        }
        looked += self.read_text(vocabulary, text, from, to);
        // Only words that stand there whole count, so that it does not matter what was read before.
        let first = self.words.partition_point(|word| word.start < from);
        let after = self.words.partition_point(|word| word.start < to);
        (self.around, self.high, self.about) = (first..after.max(first), to, None);
        looked
    }

    fn words_around(&self) -> impl Iterator<Item = &Word> {
        let around = self.words.get(self.around.clone()).unwrap_or_default();
        around.iter().filter(|word| word.end <= self.high)
    }

    /// The words around and in the place that was read last, and those of the label.
    pub(crate) fn words(&self) -> impl Iterator<Item = usize> {
        let beside = self.neighbours.iter().zip(self.edges).filter(|(_, edge)| *edge);
        let beside = beside.flat_map(|(words, _)| words).map(|(word, _)| *word);
        let around = self.words_around().map(|word| word.number);
        around.chain(self.labels.iter().copied()).chain(beside)
    }

    fn read_neighbours(
        &mut self,
        vocabulary: &Vocabulary,
        neighbours: Neighbours<'_>,
        reach: usize,
    ) -> usize {
        let Surroundings { beside, neighbours: [before, after], .. } = self;
        beside.clear();
        let mut looked = neighbours.before(reach, beside);
        all_words(vocabulary, beside, |word| {
            before.push((word.number, beside.len() - word.end));
        });
        beside.clear();
        looked += neighbours.after(AFTER, beside);
        all_words(vocabulary, beside, |word| after.push((word.number, word.start + 1)));
        looked
    }

    /// Makes sure that the text is read from `from` to `to`.
    fn read_text(&mut self, vocabulary: &Vocabulary, text: &str, from: usize, to: usize) -> usize {
        let Range { start, end } = self.read;
        if from < start || from > end + GAP || to > start + LONGEST {
            let start = border(text, from);
            self.restart(start..start);
        }
        let at = self.read.end;
        let words = &mut self.words;
        self.read.end =
            words_in(vocabulary, text, at, to, &mut self.reading, |word| words.push(word));
        to.saturating_sub(at)
    }

    fn restart(&mut self, read: Range<usize>) {
        self.words.clear();
        (self.read, self.reading) = (read, Reading::default());
    }

    /// Takes the words around the place that was read last for those of a value there.
    pub(crate) fn turn_to(&mut self, value: &Range<usize>, length: usize) {
        if self.about.as_ref() == Some(value) {
            return;
        }
        let mut near = std::mem::take(&mut self.near);
        near.clear();
        near.extend(self.words_around().filter_map(|word| {
            let distance = if word.end <= value.start {
                value.start - word.end
            } else {
                word.start.checked_sub(value.end)? + BEHIND
            };
            Some(Near { word: word.number, distance, here: true })
        }));
        let beyond = [value.start, length.saturating_sub(value.end) + BEHIND];
        for ((words, edge), far) in self.neighbours.iter().zip(self.edges).zip(beyond) {
            let words = words.iter().filter(|_| edge);
            near.extend(words.map(|(word, distance)| Near {
                word: *word,
                distance: distance + far,
                here: false,
            }));
        }
        (self.near, self.about) = (near, Some(value.clone()));
    }

    /// Forgets the text.
    pub(crate) fn reset(&mut self) {
        self.restart(0..0);
        self.about = None;
        for words in &mut self.neighbours {
            words.clear();
        }
        self.neighbours_read = false;
    }

    /// The nearest word of these sets, and its distance; a label is at 0.
    pub(crate) fn nearest(&self, sets: [&Bits; 2], window: usize) -> Option<(usize, usize)> {
        let known = |word: usize| sets.iter().any(|set| set.has(word));
        let labels = self.labels.iter().map(|word| (*word, 0));
        let near = self.near.iter().map(|near| (near.word, near.distance));
        let near = labels.chain(near).filter(|(word, far)| known(*word) && *far <= window);
        near.min_by_key(|(word, far)| (*far, *word))
    }

    /// What the words say of the value that was turned to, given a detector's own words and window.
    pub(crate) fn says(&self, positive: &Bits, negative: &Bits, window: usize) -> Says {
        let nearest = |set: &Bits, here: bool| {
            let fits = |n: &&Near| n.here == here && n.distance <= window && set.has(n.word);
            self.near.iter().filter(fits).map(|n| n.distance).min()
        };
        let labelled = |set: &Bits| self.labels.iter().any(|word| set.has(*word));
        if labelled(positive) {
            return Says::Yes(0);
        }
        match (nearest(positive, true), nearest(negative, true)) {
            (Some(yes), Some(no)) if no < yes => Says::SomethingElse,
            (Some(yes), _) => Says::Yes(yes),
            (None, Some(_)) => Says::SomethingElse,
            (None, None) if labelled(negative) => Says::SomethingElse,
            (None, None) => match (nearest(positive, false), nearest(negative, false)) {
                (Some(yes), no) if no.is_none_or(|no| yes <= no) => Says::Yes(yes),
                _ => Says::Nothing,
            },
        }
    }
}

/// A border of words before a place if there is one near, so that the first that counts is read whole.
fn border(text: &str, at: usize) -> usize {
    let least = floor(text, at.saturating_sub(BEFORE));
    let bytes = text.as_bytes().get(least..at).unwrap_or_default();
    let space = bytes.iter().position(|b| b.is_ascii() && !b.is_ascii_alphanumeric());
    space.map_or(least, |space| least + space)
}

/// The words of a whole text.
fn all_words(vocabulary: &Vocabulary, text: &str, found: impl FnMut(Word)) {
    words_in(vocabulary, text, 0, text.len(), &mut Reading::default(), found);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::{WINDOW, WINDOW_MAX, WordsBuilder};

    fn check(words: &[&str], text: &str, expect: bool) {
        let mut builder = WordsBuilder::default();
        let mut set = Bits::default();
        for word in words {
            if let Some(number) = builder.number(word) {
                set.insert(number);
            }
        }
        let vocabulary = builder.build();
        let at = text.find('#').unwrap_or(text.len());
        let mut around = Surroundings::default();
        around.read(&vocabulary, text, Neighbours::none(), &(at..at + 1), WINDOW_MAX);
        around.turn_to(&(at..at + 1), text.len());
        let yes = matches!(around.says(&set, &Bits::default(), WINDOW), Says::Yes(_));
        assert_eq!(yes, expect, "{text}");
    }

    #[test]
    fn words_are_found_on_their_boundaries() {
        check(&["ssn"], "my SSN is #", true);
        check(&["ssn"], "lessn #", false);
        check(&["адрес*"], "по адресу: #", true);
        check(&["身份证"], "我的身份证号#", true);
        check(&["tax id"], "tax_id=#", true);
        check(&["ssn"], "# is my ssn", true);
    }

    #[test]
    fn what_was_read_before_does_not_matter() {
        let words = ["ssn", "tax id", "身份证", "адрес*"];
        let mut builder = WordsBuilder::default();
        for word in words {
            builder.number(word);
        }
        let vocabulary = builder.build();
        let text =
            "my ssn: 12, userTaxId 我的身份证号34 x по адресу 5,a-ssn 6 78 ssnssn 9 ".repeat(9);
        let places: Vec<usize> = text
            .bytes()
            .enumerate()
            .filter(|(_, b)| b.is_ascii_digit())
            .map(|(at, _)| at)
            .collect();
        let mut on = Surroundings::default();
        for at in places {
            let value = at..at + 1;
            on.read(&vocabulary, &text, Neighbours::none(), &value, 64);
            on.turn_to(&value, text.len());
            let mut anew = Surroundings::default();
            anew.read(&vocabulary, &text, Neighbours::none(), &value, 64);
            anew.turn_to(&value, text.len());
            assert_eq!(on.near, anew.near, "at {at}");
        }
    }
}
