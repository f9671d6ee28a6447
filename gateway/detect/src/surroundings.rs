//! What the words around a value say.
//!
//! The text is read once: around the first place, then on to the next one if it is near, so that many places cost no more than the text.
//! Whether a word counts depends on the value and the text alone, not on what was read before.
//!
//! Where a text begins or ends near the value, its neighbours are read on. They are asked only when the text and its label say
//! nothing, and can only raise a level: what stands in another field does not make a value harmless.

use std::ops::Range;

use aho_corasick::Input;
use aho_corasick::automaton::OverlappingState;

use crate::bits::Bits;
use crate::context::{AFTER, Vocabulary};
use crate::neighbours::Neighbours;
use crate::plain::{Plainer, floor, plainly};

/// Bytes between two places over which it is cheaper to read on than to begin anew.
const GAP: usize = 64;
/// Most bytes that are read on before it begins anew: a bound for memory.
const LONGEST: usize = 16 << 10;
/// Bytes read before the first place, so that one a little before it needs no new begin, and for the begin of a word.
const BEFORE: usize = 128;

/// A context word that was read: its number, and its place in the plain form.
#[derive(Clone, Copy)]
struct Word {
    number: usize,
    start: usize,
    end: usize,
}

/// A context word near a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Near {
    word: usize,
    distance: usize,
    /// In the text of the value, not in a neighbour.
    here: bool,
}

/// The context of one place, kept in the scratch and reused.
pub(crate) struct Surroundings {
    plain: String,
    plainer: Plainer,
    /// For each byte that was read, where its plain form begins, and one more for the end.
    offsets: Vec<usize>,
    /// The byte of the text at which reading began.
    from: usize,
    /// The text was read to its end, and the neighbour behind it too.
    ended: bool,
    search: OverlappingState,
    /// In the order of their ends.
    words: Vec<Word>,
    /// Where the text itself stands in the plain form, between its neighbours.
    own: Range<usize>,
    /// The words that stand around the place that was read last, as a range of `words`.
    around: Range<usize>,
    /// The value that `near` is about.
    about: Option<Range<usize>>,
    near: Vec<Near>,
    labels: Vec<usize>,
    label_plain: String,
    /// The plain ends of the neighbours, once they are read.
    left: String,
    right: String,
    neighbours_read: bool,
}

impl Default for Surroundings {
    fn default() -> Self {
        Surroundings {
            plain: String::new(),
            plainer: Plainer::default(),
            offsets: Vec::new(),
            from: 0,
            ended: false,
            search: OverlappingState::start(),
            words: Vec::new(),
            own: 0..usize::MAX,
            around: 0..0,
            about: None,
            near: Vec::new(),
            labels: Vec::new(),
            label_plain: String::new(),
            left: String::new(),
            right: String::new(),
            neighbours_read: false,
        }
    }
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
        self.label_plain.clear();
        plainly(label, &mut self.label_plain);
        let found = vocabulary.search.find_overlapping_iter(self.label_plain.as_str());
        self.labels.extend(found.map(|m| m.pattern().as_usize()));
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
        let near_edge = from <= BEFORE || to == text.len();
        let mut looked = self.read_neighbours(neighbours, reach, near_edge);
        looked += self.read_text(vocabulary, text, from, to);
        let low = if from == 0 { 0 } else { self.word_border(from) };
        let high = if to == text.len() { self.plain.len() } else { self.offset(to) };
        // Only words that stand there whole count, so that it does not matter what was read before.
        let first = self.words.partition_point(|word| word.end < low);
        let after = self.words.partition_point(|word| word.end <= high);
        let cut = self.words.get(first..after).unwrap_or_default();
        let cut = cut.iter().take_while(|word| word.start < low).count();
        self.around = first + cut..after;
        looked
    }

    /// The words around and in the place that was read last, and those of the label.
    pub(crate) fn words(&self) -> impl Iterator<Item = usize> + '_ {
        let around = self.words.get(self.around.clone()).unwrap_or_default();
        around.iter().map(|word| word.number).chain(self.labels.iter().copied())
    }

    fn read_neighbours(&mut self, neighbours: Neighbours<'_>, reach: usize, near: bool) -> usize {
        if !near || self.neighbours_read {
            return 0;
        }
        self.neighbours_read = true;
        neighbours.plain_before(reach, &mut self.left)
            + neighbours.plain_after(AFTER, &mut self.right)
    }

    /// The end of what was read of the text.
    fn to(&self) -> usize {
        self.from + self.offsets.len().saturating_sub(1)
    }

    /// Makes sure that the text is read from `from` to `to`.
    fn read_text(&mut self, vocabulary: &Vocabulary, text: &str, from: usize, to: usize) -> usize {
        let fresh = self.offsets.is_empty();
        if fresh || from < self.from || from > self.to() + GAP || to > self.from + LONGEST {
            self.begin(text, from);
        }
        if self.ended || to <= self.to() {
            return 0;
        }
        let before = self.plain.len();
        let at = self.to();
        self.offsets.pop();
        for (offset, c) in text.get(at..to.max(at)).unwrap_or("").char_indices() {
            let begin = self.plainer.take(text.as_bytes(), at + offset, c, &mut self.plain);
            self.offsets.extend(std::iter::repeat_n(begin, c.len_utf8()));
        }
        self.offsets.push(self.plain.len());
        if self.to() == text.len() {
            self.end();
        }
        self.search(vocabulary);
        self.plain.len() - before
    }

    /// Begins at a border of words if there is one.
    fn begin(&mut self, text: &str, from: usize) {
        let least = floor(text, from.saturating_sub(BEFORE));
        let before = text.get(least..from).unwrap_or("").char_indices();
        let border = before.into_iter().find(|(_, c)| !c.is_alphanumeric());
        self.from = border.map_or(least, |(at, _)| least + at);
        self.plain.clear();
        self.plain.push(' ');
        if self.from == 0 && !self.left.is_empty() {
            self.plain.clear();
            self.plain.push_str(&self.left);
        }
        // The space between the two is shared.
        self.own = self.plain.len() - 1..usize::MAX;
        (self.plainer, self.search) = (Plainer::default(), OverlappingState::start());
        self.offsets.clear();
        self.offsets.push(self.plain.len());
        self.words.clear();
        self.ended = false;
    }

    /// The text is over: ends its last word, and reads on in the neighbour.
    fn end(&mut self) {
        self.ended = true;
        self.plainer.end(&mut self.plain);
        self.own.end = self.plain.len();
        self.plain.push_str(self.right.strip_prefix(' ').unwrap_or(&self.right));
    }

    fn search(&mut self, vocabulary: &Vocabulary) {
        let Surroundings { plain, search, words, .. } = self;
        loop {
            vocabulary.search.find_overlapping(Input::new(plain.as_str()), search);
            let Some(m) = search.get_match() else { return };
            words.push(Word { number: m.pattern().as_usize(), start: m.start(), end: m.end() });
        }
    }

    fn offset(&self, at: usize) -> usize {
        self.offsets.get(at - self.from).copied().unwrap_or(self.plain.len())
    }

    /// Where the word begins in the plain form that the text has at a place, with the space before it if it has one.
    fn word_border(&self, at: usize) -> usize {
        let offset = self.offset(at);
        offset - usize::from(self.is_space(offset.wrapping_sub(1)))
    }

    fn is_space(&self, offset: usize) -> bool {
        self.plain.as_bytes().get(offset) == Some(&b' ')
    }

    /// Takes the words around the place that was read last for those of a value there.
    pub(crate) fn turn_to(&mut self, value: &Range<usize>) {
        if self.about.as_ref() == Some(value) {
            return;
        }
        self.about = Some(value.clone());
        let (start, end) = (self.offset(value.start), self.offset(value.end));
        let start = start + usize::from(self.is_space(start));
        let mut near = std::mem::take(&mut self.near);
        near.clear();
        for word in self.words.get(self.around.clone()).unwrap_or_default() {
            let distance = if word.end <= start {
                start - word.end
            } else if word.start >= end || word.start + 1 == end && self.is_space(word.start) {
                // What stands before a value counts more than what follows it.
                word.start.saturating_sub(end) + 8
            } else {
                continue;
            };
            let here = word.start >= self.own.start && word.end <= self.own.end;
            near.push(Near { word: word.number, distance, here });
        }
        self.near = near;
    }

    /// Forgets the text.
    pub(crate) fn reset(&mut self) {
        self.about = None;
        self.offsets.clear();
        self.left.clear();
        self.right.clear();
        self.neighbours_read = false;
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
        let Ok(vocabulary) = builder.build() else { return assert!(!expect) };
        let at = text.find('#').unwrap_or(text.len());
        let mut around = Surroundings::default();
        around.read(&vocabulary, text, Neighbours::none(), &(at..at + 1), WINDOW_MAX);
        around.turn_to(&(at..at + 1));
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
        let Ok(vocabulary) = builder.build() else { return };
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
            on.turn_to(&value);
            let mut anew = Surroundings::default();
            anew.read(&vocabulary, &text, Neighbours::none(), &value, 64);
            anew.turn_to(&value);
            assert_eq!(on.near, anew.near, "at {at}");
        }
    }
}
