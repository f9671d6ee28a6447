//! Whether a word that matters to a rule stands near a place at all, by the first token of each word, as it is written.
//!
//! Read only where a candidate asks, and wrong only towards yes: it rejects most candidates before their surroundings are brought to plain
//! form. Hyperscan was slower at this: the short tokens stand in so many words that it reports half a million matches in a megabyte.

use crate::context::AFTER;
use crate::marks;
use crate::masks::{Mask, Set};
use crate::rules::Token;
use crate::table::{FOLD, Table, eight, four};

/// Bytes between two places over which it is cheaper to read on than to begin anew.
const GAP: usize = 64;
/// Bytes of a block whose words are looked up.
const SEEN: usize = 60;

/// The tokens, by their first bytes.
pub struct Tokens {
    /// Those that begin with an ASCII letter or digit, by what they begin with before anything else.
    words: Table<Literal>,
    /// The others, by so many bytes.
    four: Table<Literal>,
    three: Table<Literal>,
    two: Table<Literal>,
    /// The widest window of the rules.
    reach: usize,
    /// For each token, the claims that ask for it.
    claims: Vec<Set>,
}

/// A token as it is written. Of the text, as much is compared as bears on most: wrong only towards yes.
#[derive(Clone)]
struct Literal {
    token: u32,
    length: u32,
    /// The first eight bytes, folded, and the four before the last.
    text: u64,
    mask: u64,
    last: u32,
    /// Whether it also counts where the word goes on.
    open: bool,
}

impl Literal {
    fn new(token: u32, text: &[u8], open: bool) -> Literal {
        let length = text.len().min(8);
        let mask = if length < 8 { (1 << (8 * length)) - 1 } else { u64::MAX };
        let last = if text.len() < 4 { 0 } else { four(text, text.len() - 4) };
        Literal { token, length: text.len() as u32, text: eight(text, 0), mask, last, open }
    }

    #[inline]
    fn stands(&self, text: &[u8], at: usize, first: u64) -> bool {
        let end = at + self.length as usize;
        first & self.mask == self.text
            && end <= text.len()
            && (self.length <= 8 || four(text, end - 4) | FOLD == self.last)
            && (self.open || ends(text, end))
    }
}

/// A token that was found.
#[derive(Clone, Copy)]
struct Event {
    begin: u32,
    token: u32,
}

/// What is known of the current text.
#[derive(Default)]
pub struct Near {
    events: Vec<Event>,
    /// The stretch that has been read.
    read: (usize, usize),
    /// The last question, and the events that answer it.
    asked: Option<(usize, usize)>,
    answer: (usize, usize),
    /// The claims that one of them is for.
    open: Mask,
    opened: (usize, usize),
}

impl Tokens {
    pub fn new(tokens: &[Token], claims: Vec<Set>, reach: usize) -> Tokens {
        let (mut words, mut four, mut three, mut two) = Default::default();
        for (number, token) in (0u32..).zip(tokens) {
            for form in forms(&token.text) {
                let text: Vec<u8> = form.bytes().map(|b| b | 0x20).collect();
                let next = Literal::new(number, &text, token.open);
                let list: &mut Vec<(u32, Literal)> = match text.len() {
                    _ if form.as_bytes()[0].is_ascii() => &mut words,
                    0..=2 => &mut two,
                    3 => &mut three,
                    _ => &mut four,
                };
                match text.iter().position(|b| !b.is_ascii_alphanumeric()) {
                    None if token.open => {
                        longer(&text, &mut |head| list.push((head, next.clone())))
                    }
                    Some(n) if n > 0 => list.push((first(&text[..n]), next)),
                    _ => list.push((first(&text), next)),
                }
            }
        }
        let [words, four, three, two] = [words, four, three, two].map(Table::new);
        Tokens { words, four, three, two, reach, claims }
    }

    /// The tokens that stand at a place where a word may begin, that may end behind so many bytes.
    #[inline]
    fn at(&self, text: &[u8], at: usize, length: u32, mut found: impl FnMut(u32)) {
        let first = eight(text, at) | u64::from(FOLD) << 32 | u64::from(FOLD);
        let head = first as u32;
        let mut look = |literals: &[Literal]| {
            for literal in literals.iter().filter(|l| l.stands(text, at, first)) {
                found(literal.token);
            }
        };
        if head & 0x80 == 0 {
            let mask = if length < 4 { (1 << (8 * length)) - 1 } else { u32::MAX };
            return look(self.words.get(head & mask));
        }
        look(self.four.get(head));
        look(self.three.get(head & 0x00FF_FFFF));
        look(self.two.get(head & 0xFFFF));
    }
}

/// Up to four bytes, zeros beyond them.
fn first(text: &[u8]) -> u32 {
    four(&text[..text.len().min(4)], 0)
}

/// The heads of what begins with a token and may go on.
fn longer(text: &[u8], found: &mut impl FnMut(u32)) {
    found(first(text));
    if text.len() < 4 {
        for next in (b'0'..=b'9').chain(b'a'..=b'z') {
            longer(&[text, &[next]].concat(), found);
        }
    }
}

/// Whether a word may end there.
fn ends(text: &[u8], end: usize) -> bool {
    let Some(&after) = text.get(end) else { return true };
    let last = text[end - 1];
    let camel = after.is_ascii_uppercase() && last.is_ascii_lowercase();
    !after.is_ascii_alphanumeric() || camel || last >= 0x80
}

/// A token as it is written: letters beyond ASCII in either case.
fn forms(token: &str) -> Vec<String> {
    if token.is_ascii() {
        return vec![token.to_owned()];
    }
    let mut rest = token.chars();
    let title = rest.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    // The small form of `İ` is two characters.
    let dotted = token.replace("i\u{307}", "İ");
    let mut forms = vec![token.to_owned(), token.to_uppercase(), title + rest.as_str(), dotted];
    forms.sort();
    forms.dedup_by_key(|form| form.bytes().map(|b| b | 0x20).collect::<Vec<u8>>());
    forms
}

impl Near {
    /// Forgets the text.
    pub fn reset(&mut self) {
        self.restart(0);
        self.asked = None;
    }

    fn restart(&mut self, at: usize) {
        self.events.clear();
        self.open.clear();
        self.read = (at, at);
        (self.answer, self.opened) = ((0, 0), (0, 0));
    }

    /// Whether any word at all may stand near the value.
    #[inline]
    pub fn any(&mut self, tokens: &Tokens, text: &[u8], (start, end): (usize, usize)) -> bool {
        if self.asked != Some((start, end)) {
            self.asked = Some((start, end));
            self.look(tokens, text, start, end);
        }
        self.answer.0 < self.answer.1
    }

    /// The claims for which a word may stand near the value that was asked for last.
    pub fn open(&mut self, tokens: &Tokens) -> &Mask {
        let (from, to) = self.answer;
        if self.opened != self.answer {
            self.opened = self.answer;
            self.open.clear();
            for event in &self.events[from..to] {
                self.open.add(&tokens.claims[event.token as usize]);
            }
        }
        &self.open
    }

    /// Finds the tokens around a value, as far as the widest window.
    fn look(&mut self, tokens: &Tokens, text: &[u8], start: usize, end: usize) {
        let from = start.saturating_sub(tokens.reach);
        let to = text.len().min(end + AFTER);
        self.cover(tokens, text, from, to);
        // Questions come in the order of the text, mostly.
        let (mut first, mut until) = self.answer;
        let begin = |i: usize| self.events[i].begin as usize;
        while first > 0 && begin(first - 1) >= from {
            first -= 1;
        }
        while first < self.events.len() && begin(first) < from {
            first += 1;
        }
        until = until.max(first);
        while until > first && begin(until - 1) >= to {
            until -= 1;
        }
        while until < self.events.len() && begin(until) < to {
            until += 1;
        }
        self.answer = (first, until);
    }

    /// Makes sure that the tokens are known that begin in this stretch.
    fn cover(&mut self, tokens: &Tokens, text: &[u8], from: usize, to: usize) {
        if from < self.read.0 || from > self.read.1 + GAP {
            self.restart(from);
        }
        while self.read.1 < to {
            let base = self.read.1;
            let (mut begins, ends) = marks::words(text, base);
            // The end of a short word must be seen.
            begins &= (1 << SEEN) - 1;
            while begins != 0 {
                let offset = begins.trailing_zeros();
                begins &= begins - 1;
                let (at, length) =
                    (base + offset as usize, (ends >> offset >> 1).trailing_zeros() + 1);
                let events = &mut self.events;
                tokens.at(text, at, length, |token| events.push(Event { begin: at as u32, token }));
            }
            self.read.1 = base + SEEN;
        }
    }
}
