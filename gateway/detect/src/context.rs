//! The words that say what a value is, or that it is something else.
//!
//! Words are brought to the plain form of a text (`plain`) and looked up where a word may begin there: behind a space, or anywhere if
//! the script has none. A word ends with a space unless it is a stem (`word*`).

use std::collections::BTreeMap;
use std::num::NonZeroU8;

use crate::buckets::{Buckets, Heads, Pairs};
use crate::plain::{Walk, is_spaced};

/// Bytes looked at after a value; before it, the detector's own window counts.
pub(crate) const AFTER: usize = 48;
/// The largest window an author can ask for.
pub(crate) const WINDOW_MAX: usize = 200;
/// Bytes that a word may have in a text beyond those of its plain form: more than one space between its parts, or escapes.
pub(crate) const SPREAD: usize = 8;
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
        let mut word: Vec<u8> = Walk::new(word, 0).collect();
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

/// A place of a text where a word may begin.
#[derive(Clone, Copy, Default)]
pub(crate) struct Begin {
    pub(crate) at: usize,
    /// Behind a space; the others are inside a run of a script that has none.
    pub(crate) spaced: bool,
    /// The [`first_word`] there.
    pub(crate) first: u64,
    /// Whether that is as many bytes in the text.
    pub(crate) ascii: bool,
}

/// All context words of all detectors.
#[derive(Clone, Debug)]
pub(crate) struct Vocabulary {
    words: Vec<Word>,
    /// By their first four bytes, and stems that have no four by their first two.
    long: Buckets<Entry>,
    short: Buckets<Entry>,
    /// Those bytes alone: most words of a text are none of these.
    heads: Heads,
    pairs: Pairs,
}

/// A word and what it begins with.
#[derive(Clone, Copy, Debug)]
struct Entry {
    /// Its [`first_word`], and which bytes that has.
    first: u64,
    mask: u64,
    number: u32,
    /// How many of them are letters, and whether that is the whole word.
    letters: u8,
    whole: bool,
    /// The byte behind them; a space can be told from other bytes only by reading on.
    next: Option<NonZeroU8>,
}

impl Entry {
    /// Whether the byte behind those that are known to be there is another one; the rest of most words is told apart by it.
    #[inline]
    fn goes_on_otherwise(&self, text: &[u8], at: usize) -> bool {
        let letters = at + usize::from(self.letters);
        let known = at + self.mask.count_ones() as usize / 8;
        let byte = |at: usize| text.get(at).filter(|b| b.is_ascii_alphanumeric());
        // Where two words are one in the text, the second begins earlier.
        let apart = known == letters || byte(letters).is_none();
        let other = |next: NonZeroU8| byte(known).is_some_and(|b| b | 0x20 != next.get());
        apart && self.next.is_some_and(other)
    }
}

impl Entry {
    fn new(number: usize, word: &Word) -> Option<Entry> {
        let first = first_word(word.plain.iter().copied());
        let mask = u64::MAX.checked_shr(first.leading_zeros() & !7)?;
        let known = word.plain.get(..mask.count_ones() as usize / 8)?;
        let letters = u8::try_from(known.trim_ascii_end().len()).ok()?;
        let next = word.plain.get(known.len()).filter(|byte| **byte != b' ');
        let next = next.and_then(|byte| NonZeroU8::new(*byte));
        let (number, whole) = (u32::try_from(number).ok()?, known == word.plain);
        Some(Entry { first, mask, number, letters, whole, next })
    }
}

/// The first `length` of eight bytes.
#[inline]
fn head(first: u64, length: usize) -> u32 {
    let head = first & u64::MAX >> (64 - 8 * length);
    u32::try_from(head).unwrap_or(u32::MAX)
}

/// Up to eight bytes of the first word and the space behind it, the first lowest.
#[inline]
pub(crate) fn first_word(bytes: impl Iterator<Item = u8>) -> u64 {
    let (mut first, mut n) = (0, 0);
    for byte in bytes.take(8) {
        first |= u64::from(byte) << (8 * n);
        n += 1;
        if byte == b' ' {
            break;
        }
    }
    first
}

/// Bytes of the heads of all but short stems.
const HEAD: usize = 4;
const SHORT: usize = 2;

impl Vocabulary {
    fn new(words: Vec<Word>) -> Vocabulary {
        let short = |word: &Word| word.plain.len() < HEAD && word.plain.last() != Some(&b' ');
        let entries =
            words.iter().enumerate().filter_map(|(n, w)| Some((short(w), Entry::new(n, w)?)));
        let (stems, long): (Vec<_>, Vec<_>) = entries.partition(|(short, _)| *short);
        let by = |bytes| move |(_, entry): (bool, Entry)| (head(entry.first, bytes), entry);
        let (mut heads, mut pairs) = (Heads::default(), Pairs::default());
        long.iter().for_each(|(_, entry)| heads.insert(head(entry.first, HEAD)));
        stems.iter().for_each(|(_, entry)| pairs.insert(entry.first));
        let (long, short) = (long.into_iter().map(by(HEAD)), stems.into_iter().map(by(SHORT)));
        Vocabulary { long: Buckets::new(long), short: Buckets::new(short), heads, pairs, words }
    }

    /// A word in plain form, for people.
    pub(crate) fn word(&self, number: usize) -> Option<String> {
        let plain = &self.words.get(number)?.plain;
        Some(String::from_utf8_lossy(plain.trim_ascii_end()).into_owned())
    }

    /// Most bytes that a word has in a text.
    pub(crate) fn length(&self, number: usize) -> usize {
        self.words.get(number).map_or(0, |word| word.plain.len() + SPREAD)
    }

    /// Calls `found` with the number and the end of each word that stands at a place of a text where one may begin.
    #[inline]
    pub(crate) fn at(&self, text: &str, begin: Begin, mut found: impl FnMut(usize, usize)) {
        let four = head(begin.first, HEAD);
        if self.heads.has(four) {
            self.those(self.long.get(four), text, begin, &mut found);
        }
        if self.pairs.has(begin.first) {
            let pair = head(begin.first, SHORT);
            self.those(self.short.get(pair), text, begin, &mut found);
        }
    }

    /// The same for words that begin alike.
    fn those(
        &self,
        entries: &[Entry],
        text: &str,
        Begin { at, spaced, first, ascii }: Begin,
        found: &mut impl FnMut(usize, usize),
    ) {
        for entry in entries.iter().filter(|e| first & e.mask == e.first) {
            let (number, known) = (entry.number as usize, usize::from(entry.letters));
            if ascii && entry.whole {
                found(number, at + known);
            } else if !(ascii && entry.goes_on_otherwise(text.as_bytes(), at))
                && let Some(word) = self.words.get(number)
                && (spaced || word.anywhere)
                && let Some(end) = word.ends(text, at, if ascii { known } else { 0 })
            {
                found(number, end);
            }
        }
    }
}

impl Word {
    /// Where it ends, without the space, if it stands here; so many letters are known to.
    #[inline]
    fn ends(&self, text: &str, at: usize, known: usize) -> Option<usize> {
        let rest = self.plain.get(known..)?;
        let end = match ends_plainly(rest, text.as_bytes(), at + known) {
            _ if known == 0 => ends_anyhow(rest, Walk::new(text, at)),
            Plainly::Unknown => ends_anyhow(rest, Walk::inside(text, at + known)),
            Plainly::Ends(end) => Some(end),
            Plainly::Not => None,
        }?;
        (end - at <= self.plain.len() + SPREAD).then_some(end)
    }
}

fn ends_anyhow(rest: &[u8], mut walk: Walk<'_>) -> Option<usize> {
    rest.iter().all(|byte| walk.next() == Some(*byte)).then_some(walk.end)
}

/// What a quick look at ASCII tells of the rest of a word.
enum Plainly {
    Ends(usize),
    Not,
    /// Capitals may begin a word of their own, escapes and other scripts are not read here.
    Unknown,
}

/// Where the rest of a word ends in small letters, digits and what stands between words.
#[inline]
fn ends_plainly(rest: &[u8], text: &[u8], mut at: usize) -> Plainly {
    let mut end = at;
    for expected in rest {
        match (expected, text.get(at)) {
            (b' ', None) => {}
            (b' ', Some(b'a'..=b'z' | b'0'..=b'9')) | (_, None) => return Plainly::Not,
            (_, Some(b'A'..=b'Z' | b'\\' | 0x80..)) => return Plainly::Unknown,
            (b' ', Some(_)) => {
                let between = |b: &&u8| b.is_ascii() && !b.is_ascii_alphanumeric() && **b != b'\\';
                at += text.get(at..).unwrap_or_default().iter().take_while(between).count();
            }
            (expected, Some(byte)) if expected == byte => {
                at += 1;
                end = at;
            }
            _ => return Plainly::Not,
        }
    }
    Plainly::Ends(end)
}
