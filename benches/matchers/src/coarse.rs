//! The coarse pass of (c): where something may begin. Hyperscan finds literals, a vector loop finds numbers.

use std::collections::BTreeMap;

use crate::automata::Shapes;
use crate::boundary::{escape_at, may_begin};
use crate::heads::heads;
use crate::hs::{CASELESS, Database, Event, Library, Pattern};
use crate::hybrid::Tuning;
use crate::kinds::{HEX, KINDS, Kind, LETTERS, is_joint};
use crate::marks;
use crate::translate::byte;

/// Ids of the heads, with the bytes that they are long; below: literals.
const HEAD: u32 = 1 << 24;

/// What a literal leads to.
pub enum Entry {
    Forms {
        length: u32,
        forms: Vec<u16>,
    },
    /// The `@` of addresses.
    At,
    /// A backslash: an escape may end here.
    Escape,
}

/// Where something may begin, and what: a literal's number, or a kind and the digits that it begins with.
pub type Place = u64;
pub const LITERAL: u64 = 1 << 31;

fn place(at: usize, what: u64) -> Place {
    (at as u64) << 32 | what
}

/// The forms that begin with each literal; whether in either case.
pub type ByLiteral = BTreeMap<(Vec<u8>, bool), Vec<u16>>;

/// The databases, and what they found in the current text.
pub struct Coarse {
    pub literals: Vec<Entry>,
    pub databases: Vec<Database>,
    /// For each kind.
    pub shapes: Vec<Vec<Shapes>>,
    pub places: Vec<Place>,
    events: Vec<Event>,
}

impl Coarse {
    pub fn new(
        library: &Library,
        by_literal: ByLiteral,
        shapes: Vec<Vec<Shapes>>,
        addresses: bool,
        tuning: Tuning,
    ) -> Coarse {
        let (literals, patterns) = literal_patterns(by_literal, addresses);
        let triggers = triggers(&shapes, tuning.depth);
        let databases = databases(library, &patterns, &triggers, tuning.merged);
        let places = Vec::with_capacity(1 << 16);
        Coarse { literals, databases, shapes, places, events: Vec::with_capacity(1 << 16) }
    }

    /// Finds the places where something may begin, in order.
    pub fn run(&mut self, bytes: &[u8]) {
        self.places.clear();
        self.anything_at(bytes, 0);
        let mut events = std::mem::take(&mut self.events);
        for i in 0..self.databases.len() {
            events.clear();
            self.databases[i].events(bytes, &mut events);
            for event in &events {
                self.event(bytes, event.id, event.end as usize);
            }
        }
        self.events = events;
        self.marks(bytes);
        self.places.sort_unstable();
        self.places.dedup();
    }

    #[inline]
    fn event(&mut self, text: &[u8], id: u32, end: usize) {
        if id >= HEAD {
            return self.places.push(place(end - (id - HEAD) as usize, Kind::Rest as u64));
        }
        match &self.literals[id as usize] {
            Entry::Forms { length, .. } => {
                let at = end - *length as usize;
                let before = at.checked_sub(1).map_or(b' ', |i| text[i]);
                // Inside a word only an escape can make it a begin.
                if !before.is_ascii_alphanumeric() || may_begin(text, at) {
                    self.places.push(place(at, LITERAL + u64::from(id)));
                }
            }
            Entry::At => self.places.push(place(end - 1, LITERAL + u64::from(id))),
            Entry::Escape => match escape_at(text, end - 1) {
                0 => {}
                n => self.anything_at(text, end - 1 + n),
            },
        }
    }

    /// The shapes that begin with or before digits, colons and dashes.
    fn marks(&mut self, text: &[u8]) {
        let some = |kind: Kind| !self.shapes[kind as usize].is_empty();
        let numbers = some(Kind::Digits) || some(Kind::Sign) || some(Kind::Letters);
        let hex = some(Kind::Hex);
        if !numbers && !hex {
            return;
        }
        let mut carry = 0;
        let mut last = 0;
        marks::blocks(text, |base, masks| {
            // Blocks without marks are not told.
            let joined = if base == last { carry } else { 0 };
            let mut runs = masks.digits & !(masks.digits << 1 | joined);
            (carry, last) = (masks.digits >> 63, base + 64);
            while numbers && runs != 0 {
                let offset = runs.trailing_zeros() as usize;
                runs &= runs - 1;
                let run = (masks.digits >> offset).trailing_ones() as usize;
                self.digit(text, base + offset, if offset + run < 64 { run } else { 0 });
            }
            let mut marks = if hex { masks.colons | masks.dashes } else { 0 };
            while marks != 0 {
                self.hex(text, base + marks.trailing_zeros() as usize);
                marks &= marks - 1;
            }
        });
    }

    /// A colon or a dash: whether a hexadecimal word that begins with a letter stands before it.
    #[inline]
    fn hex(&mut self, text: &[u8], at: usize) {
        let hexadecimal = |i: usize| text.get(i).is_some_and(u8::is_ascii_hexdigit);
        if at == 0 || !hexadecimal(at - 1) {
            return;
        }
        if text[at] == b':' {
            if hexadecimal(at + 1) || text.get(at + 1) == Some(&b':') {
                self.word_before(text, at, HEX, u8::is_ascii_hexdigit, Kind::Hex);
            }
        } else if text.get(at + 3) == Some(&b'-') {
            self.word_before(text, at, 2, u8::is_ascii_hexdigit, Kind::Hex);
        }
    }

    /// A run of digits begins here: what can begin with it or shortly before.
    #[inline]
    fn digit(&mut self, text: &[u8], at: usize, run: usize) {
        let before = at.checked_sub(1).map_or(b' ', |i| text[i]);
        if before.is_ascii_alphabetic() {
            return self.word_before(text, at, LETTERS, u8::is_ascii_alphabetic, Kind::Letters);
        }
        self.digits(text, at, run);
        if matches!(before, b'+' | b'(') {
            self.places.push(place(at - 1, Kind::Sign as u64));
            if at >= 2 && matches!(text[at - 2], b'+' | b'(') {
                self.places.push(place(at - 2, Kind::Sign as u64));
            }
        } else if is_joint(before) && at >= 2 && text[at - 2].is_ascii_uppercase() {
            self.word_before(text, at - 1, LETTERS, u8::is_ascii_alphabetic, Kind::Letters);
        }
    }

    #[inline]
    /// Of so many digits; zero: they are to be counted.
    fn digits(&mut self, text: &[u8], at: usize, run: usize) {
        let counted = || text[at..].iter().take_while(|b| b.is_ascii_digit()).count();
        let run = if run > 0 { run } else { counted() };
        let next = text.get(at + run).copied().unwrap_or(0);
        if self.shapes[Kind::Digits as usize].iter().any(|s| s.may_begin(run, next)) {
            self.places.push(place(at, Kind::Digits as u64 | (run as u64) << 8 & 0xFFFF));
        }
    }

    /// A word of one kind of bytes ends here.
    #[inline]
    fn word_before(
        &mut self,
        text: &[u8],
        end: usize,
        most: usize,
        of: fn(&u8) -> bool,
        kind: Kind,
    ) {
        let n = text[..end].iter().rev().take(most + 1).take_while(|b| of(b)).count();
        let inside = n < end && text[end - n - 1].is_ascii_alphanumeric();
        if n > 0 && n <= most && !inside {
            self.places.push(place(end - n, kind as u64));
        }
    }

    /// The begin of the text, or the end of an escape: every shape is tried.
    fn anything_at(&mut self, text: &[u8], at: usize) {
        match text.get(at) {
            Some(b'0'..=b'9') => self.digits(text, at, 0),
            None => return,
            _ => {}
        }
        for kind in KINDS {
            if kind != Kind::Digits && !self.shapes[kind as usize].is_empty() {
                self.places.push(place(at, kind as u64));
            }
        }
    }

    /// What each coarse database costs alone: seconds and matches.
    pub fn stages(&self, text: &str) -> Vec<(f64, u64)> {
        let stage = |database: &Database| {
            let start = crate::measure::now();
            let count = database.count(text.as_bytes());
            (crate::measure::now() - start, count)
        };
        self.databases.iter().map(stage).collect()
    }
}

/// A literal for the library: text, flags, id.
type Literal = (Vec<u8>, u32, u32);

fn literal_patterns(by_literal: ByLiteral, addresses: bool) -> (Vec<Entry>, Vec<Literal>) {
    let (mut entries, mut literals) = (Vec::new(), Vec::<Literal>::new());
    let mut add = |text: Vec<u8>, flags: u32, entry: Entry| {
        literals.push((text, flags, entries.len() as u32));
        entries.push(entry);
    };
    add(b"\\".to_vec(), 0, Entry::Escape);
    if addresses {
        add(b"@".to_vec(), 0, Entry::At);
    }
    for ((text, caseless), forms) in by_literal {
        let length = text.len() as u32;
        add(text, if caseless { CASELESS } else { 0 }, Entry::Forms { length, forms });
    }
    (entries, literals)
}

/// The expressions that say where a shape may begin that nothing else finds.
fn triggers(shapes: &[Vec<Shapes>], depth: usize) -> Vec<Pattern> {
    let heads = shapes[Kind::Rest as usize].iter().flat_map(|s| heads(&s.dfa, s.start, depth));
    heads.map(|(bytes, text)| Pattern { text, flags: 0, id: HEAD + bytes as u32 }).collect()
}

fn databases(
    library: &Library,
    literals: &[Literal],
    triggers: &[Pattern],
    merged: bool,
) -> Vec<Database> {
    let regex = |(text, flags, id): &Literal| {
        let mut expression = String::new();
        text.iter().for_each(|b| byte(*b, &mut expression));
        Pattern { text: expression, flags: *flags, id: *id }
    };
    let compile = |patterns: &[Pattern]| {
        let (database, rejects) = library.compile(patterns);
        assert!(rejects.is_empty(), "a trigger is refused: {rejects:?}");
        database
    };
    if merged {
        let all: Vec<Pattern> = literals.iter().map(regex).chain(triggers.to_vec()).collect();
        return vec![compile(&all)];
    }
    let mut databases = vec![library.compile_literals(literals)];
    if !triggers.is_empty() {
        databases.push(compile(triggers));
    }
    databases
}
