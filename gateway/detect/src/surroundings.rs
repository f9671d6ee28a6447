//! What the words around a value say.
//!
//! The text is read once: around the first place, then on to the next one if it is near, so that many places cost no more than the text.
//! Whether a word counts depends on the value and the text alone, not on what was read before.
//!
//! Where a text begins or ends near the value, its neighbours are read on. They are asked only when the text and its label say
//! nothing, and can only raise a level: what stands in another field does not make a value harmless.

use std::ops::Range;

use crate::bits::Bits;
use crate::boundary::{border, end_of_speech};
use crate::context::{AFTER, Vocabulary, WINDOW_MAX};
use crate::neighbours::Neighbours;
use crate::plain::Reading;
use crate::words::{BLOCK, Word, all_words, words_in};

/// Bytes between two places over which it is cheaper to read on than to begin anew.
const GAP: usize = 64;
/// Most bytes that are read on before it begins anew: a bound for memory.
const LONGEST: usize = 16 << 10;
/// Bytes that a word may begin before the window in which it ends.
const WORD: usize = 48;
/// Bytes that a word behind a value is farther away, besides counting twice: what stands before a value is what names it.
const BEHIND: usize = 8;

/// Bytes by which [`Reach::of_speech`] grows.
const STEP: usize = 16;

/// How far around a place words are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Reach {
    /// Bytes before it in which a word begins.
    pub(crate) before: usize,
    /// Bytes behind it in which a word begins.
    after: usize,
}

impl Reach {
    /// Of all words that may count in a window.
    pub(crate) fn of_words(window: usize) -> Reach {
        Reach { before: window + WORD, after: AFTER }
    }

    /// Of those that may say what a value is, none of which has more bytes in a text; rounded up, so that there are few.
    pub(crate) fn of_speech(window: usize, longest: usize) -> Reach {
        let before = (window + longest.min(WORD)).next_multiple_of(STEP);
        let after = window.checked_sub(BEHIND).map_or(0, |twice| twice / 2 + 1);
        Reach { before, after: after.min(AFTER) }
    }

    /// What covers both.
    pub(crate) fn or(self, other: Reach) -> Reach {
        Reach { before: self.before.max(other.before), after: self.after.max(other.after) }
    }
}

/// A context word near a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Near {
    word: usize,
    /// In bytes.
    distance: usize,
    /// Its place in the text of the value; none in a neighbour.
    here: Option<(usize, usize)>,
    /// How near it is as a word that says what the value is, if it may: behind a value, every byte counts twice.
    speaks: Option<usize>,
}

impl Near {
    /// Whether it is a part of that longer word: `ip` in `parse ip`.
    fn is_part_of(&self, other: &Near) -> bool {
        self.here.zip(other.here).is_some_and(|((start, end), (from, to))| {
            from <= start && end <= to && to - from > end - start
        })
    }
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

    /// Reads a place and around it; returns the bytes looked at.
    pub(crate) fn read(
        &mut self,
        vocabulary: &Vocabulary,
        text: &str,
        neighbours: Neighbours<'_>,
        place: &Range<usize>,
        reach: Reach,
    ) -> usize {
        let from = text.floor_char_boundary(place.start.saturating_sub(reach.before));
        let to = text.floor_char_boundary(place.end + reach.after);
        self.edges = [from == 0, place.end + AFTER >= text.len()];
        let mut looked = 0;
        if !self.neighbours_read && self.edges != [false, false] {
            self.neighbours_read = true;
            // Once for all detectors, so as far as any of them asks.
            looked += self.read_neighbours(vocabulary, neighbours, WINDOW_MAX);
        }
        looked += self.read_text(vocabulary, text, from, to);
        // Only words that stand there whole count, so that it does not matter what was read before.
        let first = self.first_from(from);
        let behind = self.words.get(first..).unwrap_or_default();
        let count = behind.iter().take_while(|word| word.start < to).count();
        (self.around, self.high, self.about) = (first..first + count, to, None);
        looked
    }

    /// The first word that begins at a place or behind it. Mostly it is near the first of those that were asked for last.
    #[inline]
    fn first_from(&self, from: usize) -> usize {
        let (before, behind) = self.words.split_at_checked(self.around.start).unwrap_or_default();
        let back = before.iter().rev().take_while(|word| word.start >= from).count();
        let on = behind.iter().take_while(|word| word.start < from).count();
        before.len() - back + on
    }

    /// Whether a place is so near to what was read last that it is read on from there.
    #[inline]
    pub(crate) fn goes_on(&self, at: usize) -> bool {
        at <= self.read.end + GAP
    }

    fn words_around(&self) -> impl Iterator<Item = &Word> {
        let around = self.words.get(self.around.clone()).unwrap_or_default();
        around.iter().filter(|word| word.end <= self.high)
    }

    /// The words that begin around or in the place that was read last.
    #[inline]
    pub(crate) fn words(&self) -> &[Word] {
        self.words.get(self.around.clone()).unwrap_or_default()
    }

    /// Those of the label and of the neighbours.
    #[inline]
    pub(crate) fn words_beside(&self) -> impl Iterator<Item = usize> {
        let beside = self.neighbours.iter().zip(self.edges).filter(|(_, edge)| *edge);
        let beside = beside.flat_map(|(words, _)| words).map(|(word, _)| *word);
        self.labels.iter().copied().chain(beside)
    }

    /// Whether there are any.
    #[inline]
    pub(crate) fn stands_alone(&self) -> bool {
        self.labels.is_empty() && self.neighbours.iter().all(Vec::is_empty)
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
        if to <= at {
            return 0;
        }
        // To the end of a block: it costs no more, and serves the next place.
        let to = text.len().min(at + (to - at).next_multiple_of(BLOCK));
        let words = &mut self.words;
        self.read.end =
            words_in(vocabulary, text, at, to, &mut self.reading, |word| words.push(word));
        to - at
    }

    fn restart(&mut self, read: Range<usize>) {
        self.words.clear();
        self.around = 0..0;
        (self.read, self.reading) = (read, Reading::default());
    }

    /// Takes the words around the place that was read last for those of a value there.
    pub(crate) fn turn_to(&mut self, value: &Range<usize>, text: &str) {
        if self.about.as_ref() == Some(value) {
            return;
        }
        // What a stream has not seen yet must not matter.
        let seen = text.as_bytes().get(..text.len().min(value.end + AFTER)).unwrap_or_default();
        let speaks_until = end_of_speech(seen, value.end);
        let mut near = std::mem::take(&mut self.near);
        near.clear();
        near.extend(self.words_around().filter_map(|word| {
            let before = word.end <= value.start;
            let distance = if before {
                value.start - word.end
            } else {
                word.start.checked_sub(value.end)? + BEHIND
            };
            let said = word.end <= speaks_until && !has_number(seen, word.end);
            let speaks = if before { Some(distance) } else { said.then(|| distance * 2 - BEHIND) };
            let here = Some((word.start, word.end));
            Some(Near { word: word.number, distance, here, speaks })
        }));
        let beyond = [value.start, text.len().saturating_sub(value.end) + BEHIND];
        for ((words, edge), far) in self.neighbours.iter().zip(self.edges).zip(beyond) {
            let words = words.iter().filter(|_| edge);
            near.extend(words.map(|(word, distance)| Near {
                word: *word,
                distance: distance + far,
                here: None,
                speaks: Some(distance + far),
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
    pub(crate) fn nearest(
        &self,
        [positive, negative]: [&Bits; 2],
        window: usize,
    ) -> Option<(usize, usize)> {
        let known = |word: &usize| positive.has(*word) || negative.has(*word);
        let labels = self.labels.iter().filter(|word| known(word)).map(|word| (*word, 0));
        let near = self.near.iter().filter_map(|near| {
            let yes = near.speaks.filter(|_| positive.has(near.word));
            let no = Some(near.distance).filter(|_| negative.has(near.word));
            Some((near.word, yes.or(no)?))
        });
        let near = labels.chain(near).filter(|(_, far)| *far <= window);
        near.min_by_key(|(word, far)| (*far, *word))
    }

    /// What the words say of the value that was turned to, given a detector's own words and window. Where one is a part of another, the longer speaks.
    pub(crate) fn says(&self, positive: &Bits, negative: &Bits, window: usize) -> Says {
        let known = |n: &Near| positive.has(n.word) || negative.has(n.word);
        let silent = |n: &Near| self.near.iter().any(|m| n.is_part_of(m) && known(m));
        let near = |set: &Bits, here: bool, far: fn(&Near) -> Option<usize>| {
            let fits = |n: &&Near| n.here.is_some() == here && set.has(n.word) && !silent(n);
            self.near.iter().filter(fits).filter_map(far).filter(|far| *far <= window).min()
        };
        let yes = |here| near(positive, here, |n| n.speaks);
        let no = |here| near(negative, here, |n| Some(n.distance));
        let labelled = |set: &Bits| self.labels.iter().any(|word| set.has(*word));
        if labelled(positive) {
            return Says::Yes(0);
        }
        match (yes(true), no(true)) {
            (Some(yes), Some(no)) if no < yes => Says::SomethingElse,
            (Some(yes), _) => Says::Yes(yes),
            (None, Some(_)) => Says::SomethingElse,
            (None, None) if labelled(negative) => Says::SomethingElse,
            (None, None) => match (yes(false), no(false)) {
                (Some(yes), no) if no.is_none_or(|no| yes <= no) => Says::Yes(yes),
                _ => Says::Nothing,
            },
        }
    }
}

/// Whether a number stands right behind a word: then the word is a label of that number.
fn has_number(text: &[u8], from: usize) -> bool {
    let behind = text.get(from..).unwrap_or_default().iter().take(4);
    let mut behind =
        behind.skip_while(|b| matches!(b, b' ' | b'.' | b':' | b'=' | b'#' | b'+' | b'('));
    behind.next().is_some_and(u8::is_ascii_digit)
}

#[cfg(test)]
mod tests;
