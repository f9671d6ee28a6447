//! The words around a value that say what it is, or that it is something else.
//!
//! Looked up only around a hit. Text and words are brought to one plain form: lower case, everything that is not a letter or digit becomes one
//! space, `camelCase` is split. A word then is `" word "`, a stem `" stem"`, a word of a script without spaces just itself, so that
//! word boundaries are part of the search. Distances are bytes of the plain form.
//!
//! Where a text begins or ends near the value, its neighbours are read on. They are asked only when the text and its label say
//! nothing, and can only raise a level: what stands in another field does not make a value harmless.

use std::collections::BTreeMap;
use std::ops::Range;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use crate::boundary::escape_at;
use crate::neighbours::Neighbours;

/// Bytes looked at after a value; before it, the detector's own window counts.
pub(crate) const AFTER: usize = 48;
/// The largest window an author can ask for.
pub(crate) const WINDOW_MAX: usize = 200;
/// The window if none is asked for.
pub(crate) const WINDOW: usize = 64;

/// A set of context words by number.
#[derive(Clone, Debug, Default)]
pub(crate) struct WordSet(Vec<u64>);

impl WordSet {
    pub(crate) fn insert(&mut self, word: usize) {
        if self.0.len() <= word / 64 {
            self.0.resize(word / 64 + 1, 0);
        }
        if let Some(bits) = self.0.get_mut(word / 64) {
            *bits |= 1 << (word % 64);
        }
    }

    fn has(&self, word: usize) -> bool {
        self.0.get(word / 64).is_some_and(|bits| bits >> (word % 64) & 1 != 0)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Collects words while rules are compiled.
#[derive(Default)]
pub(crate) struct WordsBuilder {
    numbers: BTreeMap<String, usize>,
}

impl WordsBuilder {
    /// The number of a word as an author wrote it, or nothing if no letter is left of it.
    pub(crate) fn number(&mut self, word: &str) -> Option<usize> {
        let (word, stem) = word.strip_suffix('*').map_or((word, false), |w| (w, true));
        let mut plain = String::new();
        plainly(word, &mut plain);
        let body = plain.trim();
        let last = body.chars().next_back()?;
        let spaced = |c: char| {
            c < '\u{0E00}'
                || ('\u{1000}'..'\u{2E80}').contains(&c)
                || ('\u{AC00}'..'\u{D7FF}').contains(&c)
        };
        // Korean words take endings, so they count as stems.
        let open_end = stem || !spaced(last) || ('\u{AC00}'..'\u{D7FF}').contains(&last);
        let key = match (body.chars().next().is_some_and(spaced), open_end) {
            (true, true) => format!(" {body}"),
            (true, false) => format!(" {body} "),
            (false, true) => body.to_owned(),
            (false, false) => format!("{body} "),
        };
        let next = self.numbers.len();
        Some(*self.numbers.entry(key).or_insert(next))
    }

    pub(crate) fn build(self) -> Result<Vocabulary, aho_corasick::BuildError> {
        let mut words = vec![String::new(); self.numbers.len()];
        for (word, number) in self.numbers {
            if let Some(place) = words.get_mut(number) {
                *place = word;
            }
        }
        let search = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .build(&words)?;
        Ok(Vocabulary { search })
    }
}

/// All context words of all detectors.
#[derive(Clone, Debug)]
pub(crate) struct Vocabulary {
    search: AhoCorasick,
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
#[derive(Default)]
pub(crate) struct Surroundings {
    plain: String,
    before: Vec<Near>,
    after: Vec<Near>,
    /// The begin and the end of the value that `before` and `after` were read at.
    before_of: Option<usize>,
    after_of: Option<usize>,
    labels: Vec<usize>,
    label_plain: String,
    /// The plain ends of the neighbours, once they are read.
    left: String,
    right: String,
    neighbours_read: bool,
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
        self.labels.extend(
            vocabulary
                .search
                .find_overlapping_iter(self.label_plain.as_str())
                .map(|m| m.pattern().as_usize()),
        );
    }

    /// Reads around a value, `reach` bytes back; returns the bytes looked at.
    pub(crate) fn read(
        &mut self,
        vocabulary: &Vocabulary,
        text: &str,
        neighbours: Neighbours<'_>,
        value: Range<usize>,
        reach: usize,
    ) -> usize {
        let mut looked = 0;
        let near_edge = value.start < reach || value.end + AFTER > text.len();
        if near_edge && !self.neighbours_read {
            self.neighbours_read = true;
            looked += neighbours.plain_before(reach, &mut self.left);
            looked += neighbours.plain_after(AFTER, &mut self.right);
        }
        if self.before_of != Some(value.start) {
            self.before_of = Some(value.start);
            let from = floor(text, value.start.saturating_sub(reach));
            looked +=
                self.read_before(vocabulary, text.get(from..value.start).unwrap_or(""), reach);
        }
        if self.after_of != Some(value.end) {
            self.after_of = Some(value.end);
            let to = floor(text, text.len().min(value.end + AFTER));
            looked += self.read_after(vocabulary, text.get(value.end..to).unwrap_or(""));
        }
        looked
    }

    fn read_before(&mut self, vocabulary: &Vocabulary, own: &str, reach: usize) -> usize {
        self.plain.clear();
        let room = reach.saturating_sub(own.len());
        let from = ceil(&self.left, self.left.len().saturating_sub(room));
        self.plain.push_str(self.left.get(from..).unwrap_or(""));
        // The space between the two is shared.
        let border = self.plain.len().saturating_sub(1);
        append(own, &mut self.plain);
        let length = self.plain.len();
        self.before.clear();
        let found = vocabulary.search.find_overlapping_iter(self.plain.as_str());
        self.before.extend(found.map(|m| Near {
            word: m.pattern().as_usize(),
            distance: length.saturating_sub(m.end()),
            here: m.start() >= border,
        }));
        length
    }

    fn read_after(&mut self, vocabulary: &Vocabulary, own: &str) -> usize {
        self.plain.clear();
        append(own, &mut self.plain);
        let border = self.plain.len();
        if own.len() < AFTER && !self.right.is_empty() {
            self.plain.pop();
            self.plain.push_str(&self.right);
        }
        self.after.clear();
        let found = vocabulary.search.find_overlapping_iter(self.plain.as_str());
        // What stands before a value counts more than what follows it.
        self.after.extend(found.map(|m| Near {
            word: m.pattern().as_usize(),
            distance: m.start() + 8,
            here: m.end() <= border,
        }));
        self.plain.len()
    }

    /// Forgets the text.
    pub(crate) fn reset(&mut self) {
        (self.before_of, self.after_of) = (None, None);
        self.left.clear();
        self.right.clear();
        self.neighbours_read = false;
    }

    /// What the words say, given a detector's own words and window.
    pub(crate) fn says(&self, positive: &WordSet, negative: &WordSet, window: usize) -> Says {
        let nearest = |set: &WordSet, here: bool| {
            self.before
                .iter()
                .chain(&self.after)
                .filter(|n| n.here == here && n.distance <= window && set.has(n.word))
                .map(|n| n.distance)
                .min()
        };
        let labelled = |set: &WordSet| self.labels.iter().any(|word| set.has(*word));
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

/// The largest character boundary not after `at`.
pub(crate) fn floor(text: &str, at: usize) -> usize {
    (0..=at).rev().find(|i| text.is_char_boundary(*i)).unwrap_or(0)
}

/// The smallest character boundary not before `at`.
pub(crate) fn ceil(text: &str, at: usize) -> usize {
    (at..text.len()).find(|i| text.is_char_boundary(*i)).unwrap_or(text.len())
}

/// Appends the plain form of `text`, with one space between it and what is there already.
pub(crate) fn append(text: &str, plain: &mut String) {
    plain.pop();
    plainly(text, plain);
}

/// Appends the plain form of `text`, with a space at either end.
fn plainly(text: &str, plain: &mut String) {
    let mut space = true;
    let mut lowers = 0;
    plain.push(' ');
    let mut escape_ends = 0;
    for (at, c) in text.char_indices() {
        if c == '\\' {
            escape_ends = escape_ends.max(at + escape_at(text.as_bytes(), at));
        }
        let word = c.is_ascii_alphanumeric() || (!c.is_ascii() && c.is_alphanumeric());
        if !word || at < escape_ends {
            if !space {
                plain.push(' ');
            }
            (space, lowers) = (true, 0);
            continue;
        }
        if c.is_uppercase() {
            if lowers >= 2 && c.is_ascii() {
                plain.push(' ');
            }
            lowers = 0;
        } else if c.is_ascii_lowercase() {
            lowers += 1;
        }
        if c.is_ascii() {
            plain.push(c.to_ascii_lowercase());
        } else {
            plain.extend(c.to_lowercase());
        }
        space = false;
    }
    if !space {
        plain.push(' ');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> String {
        let mut out = String::new();
        plainly(text, &mut out);
        out
    }

    #[test]
    fn text_is_brought_to_one_form() {
        assert_eq!(plain("Steuer-ID: "), " steuer id ");
        assert_eq!(plain("userTaxId"), " user tax id ");
        assert_eq!(plain("DoB_OF"), " dob of ");
        assert_eq!(plain("ÉLÈVE  №5"), " élève 5 ");
        assert_eq!(plain(""), " ");
        assert_eq!(plain(r"one\nssn: \u00e9t"), " one ssn t ");
    }

    fn check(words: &[&str], text: &str, expect: bool) {
        let mut builder = WordsBuilder::default();
        let mut set = WordSet::default();
        for word in words {
            if let Some(number) = builder.number(word) {
                set.insert(number);
            }
        }
        let Ok(vocabulary) = builder.build() else { return assert!(!expect) };
        let at = text.find('#').unwrap_or(text.len());
        let mut around = Surroundings::default();
        around.read(&vocabulary, text, Neighbours::none(), at..at + 1, WINDOW_MAX);
        let yes = matches!(around.says(&set, &WordSet::default(), WINDOW), Says::Yes(_));
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
}
