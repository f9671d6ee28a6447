//! The rival's reading of context words: the text is brought to plain form once, where candidates ask, and one literal database finds the
//! words in it. What the words then say is decided as `detect` decides it.

use std::collections::BTreeMap;

use crate::boundary::escape_at;
use crate::context::{AFTER, Says, append};
use crate::hs::{Database, Library};

/// Plain bytes read beyond what was asked for; doubled while the asking goes on.
const AHEAD: (usize, usize) = (64, 4096);

/// Numbers for words, as `detect` keys them.
#[derive(Default)]
pub struct Keys(BTreeMap<String, usize>);

/// A set of words by number.
pub type Set = Vec<u64>;

pub fn insert(set: &mut Set, number: usize) {
    if set.len() <= number / 64 {
        set.resize(number / 64 + 1, 0);
    }
    set[number / 64] |= 1 << (number % 64);
}

#[inline]
pub fn has(set: &Set, number: usize) -> bool {
    set.get(number / 64).is_some_and(|bits| bits >> (number % 64) & 1 != 0)
}

impl Keys {
    pub fn number(&mut self, word: &str) -> usize {
        let (word, stem) = word.strip_suffix('*').map_or((word, false), |w| (w, true));
        let mut plain = String::from(" ");
        append(word, &mut plain);
        let body = plain.trim();
        let hangul = |c: char| ('\u{AC00}'..'\u{D7FF}').contains(&c);
        let spaced = |c: char| c < '\u{0E00}' || ('\u{1000}'..'\u{2E80}').contains(&c) || hangul(c);
        let (first, last) = (body.chars().next(), body.chars().next_back());
        let open = stem || last.is_some_and(|c| !spaced(c) || hangul(c));
        let before = if first.is_some_and(spaced) { " " } else { "" };
        let after = if open { "" } else { " " };
        let next = self.0.len();
        *self.0.entry(format!("{before}{body}{after}")).or_insert(next)
    }
}

/// A word in the plain form.
#[derive(Clone, Copy)]
struct Found {
    begin: u32,
    end: u32,
    word: u32,
}

/// The plain form of a stretch of the current text, and the words in it.
pub struct Words {
    database: Option<Database>,
    lengths: Vec<u32>,
    longest: usize,
    plain: Vec<u8>,
    /// For each byte of the stretch, where the plain form stood when it was read.
    places: Vec<u32>,
    stretch: (usize, usize),
    state: State,
    events: Vec<crate::hs::Event>,
    found: Vec<Found>,
    /// Plain bytes that the database has seen.
    searched: usize,
    first: usize,
    ahead: usize,
}

#[derive(Clone, Copy, Default)]
struct State {
    space: bool,
    lowers: u32,
    escape_ends: usize,
}

impl Words {
    pub fn new(library: &Library, keys: &Keys) -> Words {
        let mut lengths = vec![0; keys.0.len()];
        let literal =
            |(key, number): (&String, &usize)| (key.clone().into_bytes(), 0, *number as u32);
        let literals: Vec<_> = keys.0.iter().map(literal).collect();
        literals.iter().for_each(|(text, _, id)| lengths[*id as usize] = text.len() as u32);
        Words {
            database: (!literals.is_empty()).then(|| library.compile_literals(&literals)),
            longest: literals.iter().map(|(t, ..)| t.len()).max().unwrap_or(1),
            lengths,
            plain: Vec::new(),
            places: Vec::new(),
            stretch: (0, 0),
            state: State::default(),
            events: Vec::new(),
            found: Vec::new(),
            searched: 0,
            first: 0,
            ahead: AHEAD.0,
        }
    }

    pub fn bytes(&self) -> usize {
        self.database.as_ref().map_or(0, |d| d.bytes)
    }

    /// Forgets the text.
    pub fn reset(&mut self) {
        self.stretch = (0, 0);
        self.begin(0);
    }

    fn begin(&mut self, at: usize) {
        self.plain.clear();
        self.plain.push(b' ');
        self.places.clear();
        self.found.clear();
        self.stretch = (at, at);
        self.state = State { space: true, lowers: 0, escape_ends: 0 };
        (self.searched, self.first, self.ahead) = (0, 0, AHEAD.0);
    }

    /// What the words around a value say; nothing if it stands where a stretch read in one piece cannot tell.
    pub fn says(
        &mut self,
        text: &str,
        (start, end): (usize, usize),
        (positive, negative, window): (&Set, &Set, usize),
    ) -> Option<Says> {
        let bytes = text.as_bytes();
        if start > 0 && bytes[start - 1] >= 0x80 || bytes.get(end).is_some_and(|b| *b >= 0x80) {
            return None;
        }
        let mut from = start.saturating_sub(window);
        while !text.is_char_boundary(from) {
            from -= 1;
        }
        let to = bytes.len().min(end + AFTER);
        self.cover(text, from, to);
        let place = |at: usize| {
            self.places.get(at - self.stretch.0).map_or(self.plain.len(), |p| *p as usize)
        };
        // A mark that begins the value stands on the space before it.
        let mark = usize::from(!bytes[start].is_ascii_alphanumeric());
        let (low, left, right, high) =
            (place(from), place(start) + mark, place(end), place(to) + 1);
        let low = low.saturating_sub(1);
        let after = self.found.partition_point(|f| (f.end as usize) <= low);
        let (mut yes, mut no) = (usize::MAX, usize::MAX);
        for found in &self.found[after..] {
            let (begins, ends) = (found.begin as usize, found.end as usize);
            if ends > high {
                break;
            }
            let distance = if ends <= left && begins >= low {
                left - ends
            } else if begins >= right {
                begins - right + 8
            } else {
                continue;
            };
            if distance <= window {
                if has(positive, found.word as usize) {
                    yes = yes.min(distance);
                }
                if has(negative, found.word as usize) {
                    no = no.min(distance);
                }
            }
        }
        Some(match (yes, no) {
            (usize::MAX, usize::MAX) => Says::Nothing,
            (yes, no) if no < yes => Says::SomethingElse,
            (yes, _) => Says::Yes(yes),
        })
    }

    fn cover(&mut self, text: &str, from: usize, to: usize) {
        if from >= self.stretch.0 && to <= self.stretch.1 {
            return;
        }
        if from < self.stretch.0 || from > self.stretch.1 {
            self.begin(from);
        } else {
            self.ahead = (self.ahead * 2).min(AHEAD.1);
        }
        let mut until = text.len().min(to + self.ahead);
        while !text.is_char_boundary(until) {
            until += 1;
        }
        self.read(text, until);
        self.search();
    }

    /// Appends the plain form up to a place.
    fn read(&mut self, text: &str, until: usize) {
        let bytes = text.as_bytes();
        let State { mut space, mut lowers, mut escape_ends } = self.state;
        let mut at = self.stretch.1;
        self.places.reserve(until - at);
        while at < until {
            let byte = bytes[at];
            if byte.is_ascii_lowercase() && at >= escape_ends {
                self.places.push(self.plain.len() as u32);
                self.plain.push(byte);
                (space, lowers, at) = (false, lowers + 1, at + 1);
                continue;
            }
            if byte == b'\\' {
                escape_ends = escape_ends.max(at + escape_at(bytes, at));
            }
            let wide = byte >= 0x80;
            let c = if wide { text[at..].chars().next().unwrap_or(' ') } else { char::from(byte) };
            let word = if wide { c.is_alphanumeric() } else { byte.is_ascii_alphanumeric() };
            if !word || at < escape_ends {
                if !space {
                    self.plain.push(b' ');
                }
                (space, lowers) = (true, 0);
                let here = self.plain.len() as u32 - 1;
                self.places.extend(std::iter::repeat_n(here, c.len_utf8()));
                at += c.len_utf8();
                continue;
            }
            if wide && c.is_uppercase() || byte.is_ascii_uppercase() {
                if lowers >= 2 && !wide {
                    self.plain.push(b' ');
                }
                lowers = 0;
            } else if byte.is_ascii_lowercase() {
                lowers += 1;
            }
            let here = self.plain.len() as u32;
            self.places.extend(std::iter::repeat_n(here, c.len_utf8()));
            if wide {
                let mut buffer = [0; 4];
                for c in c.to_lowercase() {
                    self.plain.extend_from_slice(c.encode_utf8(&mut buffer).as_bytes());
                }
            } else {
                self.plain.push(byte.to_ascii_lowercase());
            }
            space = false;
            at += c.len_utf8();
        }
        self.stretch.1 = until;
        self.state = State { space, lowers, escape_ends };
    }

    fn search(&mut self) {
        let Some(database) = &self.database else { return };
        // A word that runs to the end has its space where the text goes on; the end of the text counts as one.
        let margin = self.searched.saturating_sub(self.longest - 1);
        self.plain.push(b' ');
        self.events.clear();
        database.events(&self.plain[margin..], &mut self.events);
        self.plain.pop();
        while self.found.last().is_some_and(|f| f.end as usize > self.searched) {
            self.found.pop();
        }
        for event in &self.events {
            let end = event.end + margin as u32;
            if end as usize > self.searched {
                let begin = end - self.lengths[event.id as usize];
                self.found.push(Found { begin, end, word: event.id });
            }
        }
        self.searched = self.plain.len();
    }
}
