//! Whether a word that matters to a rule stands near a place at all, by a literal database of the words' longest tokens.
//!
//! It is run only where a candidate asks, once over each stretch of text, and rejects most candidates before their surroundings are read.

use crate::hs::{CASELESS, Database, Event, Library};
use crate::judge::WORDS_AFTER;
use crate::rules::Rules;
use crate::words::{self, Set};

/// Bytes beyond a window: what the plain form of the words adds or drops, and the longest token.
const SLACK: usize = 32;
/// Bytes read beyond what was asked for; doubled while the asking goes on.
const AHEAD: (usize, usize) = (64, 4096);

/// The token database and what it found in the current text.
pub struct Gate {
    database: Option<Database>,
    /// The longest token.
    longest: usize,
    events: Vec<Event>,
    /// The stretch that has been read.
    read: (usize, usize),
    ahead: usize,
    /// The first event that the last question looked at.
    first: usize,
    /// The widest window of the rules.
    window: usize,
    /// The last question and the events that answer it.
    asked: (usize, usize),
    answer: (usize, usize),
}

impl Gate {
    pub fn new(library: &Library, rules: &Rules) -> Gate {
        let mut literals = Vec::new();
        for (id, token) in (0u32..).zip(&rules.tokens) {
            if token.is_ascii() {
                literals.push((token.clone().into_bytes(), CASELESS, id));
                continue;
            }
            let mut first = token.chars();
            let title = first.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
            let mut forms = vec![token.clone(), token.to_uppercase(), title + first.as_str()];
            forms.sort();
            forms.dedup();
            literals.extend(forms.into_iter().map(|f| (f.into_bytes(), CASELESS, id)));
        }
        let longest = literals.iter().map(|(t, ..)| t.len()).max().unwrap_or(0);
        let database = (!literals.is_empty()).then(|| library.compile_literals(&literals));
        Gate {
            database,
            longest,
            events: Vec::new(),
            read: (0, 0),
            ahead: AHEAD.0,
            first: 0,
            window: rules.reach,
            asked: (usize::MAX, 0),
            answer: (0, 0),
        }
    }

    pub fn bytes(&self) -> usize {
        self.database.as_ref().map_or(0, |d| d.bytes)
    }

    /// Forgets the text.
    pub fn reset(&mut self) {
        self.events.clear();
        self.read = (0, 0);
        self.ahead = AHEAD.0;
        self.first = 0;
        self.asked = (usize::MAX, 0);
    }

    /// Whether any word at all may stand near the value.
    pub fn any(&mut self, text: &[u8], start: usize, end: usize) -> bool {
        if self.asked != (start, end) {
            self.asked = (start, end);
            self.look(text, start, end);
        }
        self.answer.0 < self.answer.1
    }

    /// Whether one of a rule's words may stand near the value.
    #[inline]
    pub fn near(&mut self, tokens: &Set, text: &[u8], start: usize, end: usize) -> bool {
        if !self.any(text, start, end) {
            return false;
        }
        let (a, b) = self.answer;
        self.events[a..b].iter().any(|e| words::has(tokens, e.id as usize))
    }

    /// Finds the tokens around a value, as far as the widest window.
    fn look(&mut self, text: &[u8], start: usize, end: usize) {
        let from = start.saturating_sub(self.window + SLACK);
        let to = text.len().min(end + WORDS_AFTER + SLACK);
        self.cover(text, from, to);
        // Questions come in the order of the text, mostly.
        let mut first = self.first.min(self.events.len());
        while first > 0 && self.events[first - 1].end as usize >= from {
            first -= 1;
        }
        while first < self.events.len() && (self.events[first].end as usize) < from {
            first += 1;
        }
        self.first = first;
        let reach = to + self.longest;
        let until = self.events[first..].iter().take_while(|e| (e.end as usize) <= reach).count();
        self.answer = (first, first + until);
    }

    fn cover(&mut self, text: &[u8], from: usize, to: usize) {
        let Some(database) = &self.database else { return };
        if from >= self.read.0 && to <= self.read.1 {
            return;
        }
        let known = self.events.len();
        let begin = if from >= self.read.0 && from <= self.read.1 {
            self.ahead = (self.ahead * 2).min(AHEAD.1);
            self.read.1
        } else {
            self.events.clear();
            (self.ahead, self.first) = (AHEAD.0, 0);
            self.read = (from, from);
            from
        };
        let known = known.min(self.events.len());
        let until = text.len().min(to + self.ahead);
        let margin = begin.saturating_sub(self.longest.saturating_sub(1));
        database.events(&text[margin..until], &mut self.events);
        for event in &mut self.events[known..] {
            event.end += margin as u32;
        }
        // The margin has been read before; what ends in it is told twice, which does no harm but to the order.
        if known > 0 && self.events.get(known).is_some_and(|e| (e.end as usize) <= begin) {
            let twice = self.events[known..].partition_point(|e| (e.end as usize) <= begin);
            self.events.drain(known..known + twice);
        }
        self.read.1 = until;
    }
}
