//! The coarse pass of (c): where something may begin. Hyperscan finds literals, a vector loop finds numbers.

use std::collections::BTreeMap;

use crate::automata::Shapes;
use crate::boundary::{escape_at, may_begin};
use crate::heads::heads;
use crate::hs::{CASELESS, Database, Event, Library, Pattern};
use crate::hybrid::Tuning;
use crate::kinds::{HEX, KINDS, Kind, LETTERS, is_joint};
use crate::marks;
use crate::table::{FOLD, Table, eight};

/// Ids of the heads, with the bytes that they are long; below: literals.
const HEAD: u32 = 1 << 24;

/// The first three bytes of four.
const THREE: u32 = 0x00FF_FFFF;

/// What a literal leads to.
pub struct Entry {
    pub length: u32,
    pub claims: Vec<usize>,
    text: Vec<u8>,
    caseless: bool,
}

/// Where something may begin, and what: a literal's number, or a kind and the digits that it begins with, or the `@` of an address.
pub type Place = u64;
pub const LITERAL: u64 = 1 << 31;
pub const ADDRESS: u64 = 1 << 30;

fn place(at: usize, what: u64) -> Place {
    (at as u64) << 32 | what
}

/// The claims that begin with each literal; whether in either case.
pub type ByLiteral = BTreeMap<(Vec<u8>, bool), Vec<usize>>;

/// The shapes of one kind.
#[derive(Default)]
pub struct Pair {
    /// Of rules that may speak without words.
    pub free: Vec<Shapes>,
    /// Of rules that ask for a word.
    pub asking: Vec<Shapes>,
    /// Bytes of the longest match of those.
    pub longest: usize,
}

impl Pair {
    pub fn all(&self) -> impl Iterator<Item = &Shapes> {
        self.free.iter().chain(&self.asking)
    }

    fn is_empty(&self) -> bool {
        self.all().next().is_none()
    }
}

/// The databases.
pub struct Coarse {
    pub literals: Vec<Entry>,
    /// How many of them Hyperscan looks for.
    pub given: usize,
    pub databases: Vec<Database>,
    /// For each kind.
    pub shapes: Vec<Pair>,
    some: [bool; KINDS.len()],
    addresses: bool,
    /// Literals that Hyperscan is slow at, by their first four bytes and by their first three.
    four: Table<Short>,
    three: Table<Short>,
}

/// A literal that is found where words begin; of a longer one, its first eight bytes.
#[derive(Clone)]
struct Short {
    text: u64,
    mask: u64,
    /// The bits that tell capitals from small letters, if that does not matter.
    fold: u64,
    number: u32,
}

impl Short {
    fn new(number: u32, entry: &Entry) -> Short {
        let length = entry.text.len().min(8);
        let mask = if length < 8 { (1 << (8 * length)) - 1 } else { u64::MAX };
        let fold = if entry.caseless { u64::from(FOLD) << 32 | u64::from(FOLD) } else { 0 };
        Short { text: (eight(&entry.text, 0) | fold) & mask, mask, fold, number }
    }
}

/// What was found in a text.
#[derive(Default)]
pub struct Places {
    pub places: Vec<Place>,
    events: Vec<Event>,
    literals: Vec<Place>,
}

/// Puts places in order that almost are.
fn order(places: &mut [Place]) {
    for i in 1..places.len() {
        let place = places[i];
        let mut at = i;
        while at > 0 && places[at - 1] > place {
            places[at] = places[at - 1];
            at -= 1;
        }
        places[at] = place;
    }
}

/// Adds places to others, both in order; each place stays once.
fn merge(places: &mut Vec<Place>, more: &[Place]) {
    let (mut from, mut left) = (places.len(), more.len());
    places.resize(from + left, 0);
    for to in (0..places.len()).rev() {
        if left == 0 {
            break;
        }
        if from > 0 && places[from - 1] > more[left - 1] {
            places[to] = places[from - 1];
            from -= 1;
        } else {
            places[to] = more[left - 1];
            left -= 1;
        }
    }
    places.dedup();
}

struct Pass<'a> {
    coarse: &'a Coarse,
    text: &'a [u8],
    places: &'a mut Vec<Place>,
}

impl Coarse {
    pub fn new(
        library: &Library,
        by_literal: ByLiteral,
        shapes: Vec<Pair>,
        addresses: bool,
        tuning: Tuning,
    ) -> Coarse {
        let literals = entries(by_literal);
        let (short, patterns) = split(&literals, tuning.short);
        let given = patterns.iter().map(Vec::len).sum();
        let (long, brief): (Vec<u32>, Vec<u32>) =
            short.into_iter().partition(|n| literals[*n as usize].length >= 4);
        let table = |numbers: Vec<u32>, head: u32| {
            let short = |n: &u32| Short::new(*n, &literals[*n as usize]);
            let pair = |short: Short| ((short.text as u32 | FOLD) & head, short);
            Table::new(numbers.iter().map(short).map(pair).collect())
        };
        let (four, three) = (table(long, u32::MAX), table(brief, THREE));
        let triggers = triggers(&shapes, tuning.depth);
        let databases = databases(library, &patterns, &triggers);
        let some = KINDS.map(|kind| !shapes[kind as usize].is_empty());
        Coarse { literals, given, databases, shapes, some, addresses, four, three }
    }

    /// Finds the places where something may begin, in order.
    pub fn run(&self, text: &[u8], found: &mut Places) {
        let Places { places, events, literals } = found;
        literals.clear();
        places.clear();
        let mut pass = Pass { coarse: self, text, places: literals };
        for database in &self.databases {
            events.clear();
            database.events(text, events);
            for event in events.iter() {
                pass.event(event.id, event.end as usize);
            }
        }
        let mut pass = Pass { coarse: self, text, places };
        pass.anything_at(0);
        pass.marks();
        literals.sort_unstable();
        order(places);
        merge(places, literals);
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

impl Pass<'_> {
    #[inline]
    fn event(&mut self, id: u32, end: usize) {
        if id >= HEAD {
            return self.places.push(place(end - (id - HEAD) as usize, Kind::Rest as u64));
        }
        let at = end - self.coarse.literals[id as usize].length as usize;
        let before = at.checked_sub(1).map_or(b' ', |i| self.text[i]);
        // Inside a word only an escape can make it a begin.
        if !before.is_ascii_alphanumeric() || may_begin(self.text, at) {
            self.places.push(place(at, LITERAL + u64::from(id)));
        }
    }

    /// The shapes that begin with or before digits, colons and dashes, or behind escapes; addresses.
    fn marks(&mut self) {
        let some = |kind: Kind| self.coarse.some[kind as usize];
        let numbers = some(Kind::Digits) || some(Kind::Sign) || some(Kind::Letters);
        let hex = some(Kind::Hex);
        let addresses = self.coarse.addresses;
        marks::blocks(self.text, |base, masks| {
            let mut words = masks.starts & !masks.digits;
            while words != 0 {
                self.word(base + words.trailing_zeros() as usize);
                words &= words - 1;
            }
            if masks.marks() == 0 {
                return;
            }
            let mut runs = masks.digits & !(masks.digits << 1 | masks.digit_before);
            while numbers && runs != 0 {
                let offset = runs.trailing_zeros() as usize;
                runs &= runs - 1;
                let run = (masks.digits >> offset).trailing_ones() as usize;
                self.digit(base + offset, if offset + run < 64 { run } else { 0 });
            }
            let mut marks = if hex { masks.joints } else { 0 };
            while marks != 0 {
                self.hex(base + marks.trailing_zeros() as usize);
                marks &= marks - 1;
            }
            let mut ats = if addresses { masks.ats } else { 0 };
            while ats != 0 {
                self.places.push(place(base + ats.trailing_zeros() as usize, ADDRESS));
                ats &= ats - 1;
            }
            let mut escapes = masks.backslashes;
            while escapes != 0 {
                let at = base + escapes.trailing_zeros() as usize;
                escapes &= escapes - 1;
                match escape_at(self.text, at) {
                    0 => {}
                    n => {
                        self.anything_at(at + n);
                        self.word(at + n);
                    }
                }
            }
        });
    }

    /// A word begins here: which of the short literals does.
    #[inline]
    fn word(&mut self, at: usize) {
        let first = eight(self.text, at);
        let head = first as u32 | FOLD;
        for shorts in [self.coarse.four.get(head), self.coarse.three.get(head & THREE)] {
            let stands = |s: &&Short| (first | s.fold) & s.mask == s.text;
            for short in shorts.iter().filter(stands) {
                self.places.push(place(at, LITERAL + u64::from(short.number)));
            }
        }
    }

    /// A colon or a dash: whether a hexadecimal word that begins with a letter stands before it.
    #[inline]
    fn hex(&mut self, at: usize) {
        let hexadecimal = |i: usize| self.text.get(i).is_some_and(u8::is_ascii_hexdigit);
        if at == 0 || !hexadecimal(at - 1) {
            return;
        }
        if self.text[at] == b':' {
            if hexadecimal(at + 1) || self.text.get(at + 1) == Some(&b':') {
                self.word_before(at, HEX, u8::is_ascii_hexdigit, Kind::Hex);
            }
        } else if self.text.get(at + 3) == Some(&b'-') {
            self.word_before(at, 2, u8::is_ascii_hexdigit, Kind::Hex);
        }
    }

    /// A run of digits begins here: what can begin with it or shortly before.
    #[inline]
    fn digit(&mut self, at: usize, run: usize) {
        let before = at.checked_sub(1).map_or(b' ', |i| self.text[i]);
        if before.is_ascii_alphabetic() {
            return self.word_before(at, LETTERS, u8::is_ascii_alphabetic, Kind::Letters);
        }
        self.digits(at, run);
        if matches!(before, b'+' | b'(') {
            self.places.push(place(at - 1, Kind::Sign as u64));
            if at >= 2 && matches!(self.text[at - 2], b'+' | b'(') {
                self.places.push(place(at - 2, Kind::Sign as u64));
            }
        } else if is_joint(before) && at >= 2 && self.text[at - 2].is_ascii_uppercase() {
            self.word_before(at - 1, LETTERS, u8::is_ascii_alphabetic, Kind::Letters);
        }
    }

    #[inline]
    /// Of so many digits; zero: they are to be counted.
    fn digits(&mut self, at: usize, run: usize) {
        let counted = || self.text[at..].iter().take_while(|b| b.is_ascii_digit()).count();
        let run = if run > 0 { run } else { counted() };
        let next = self.text.get(at + run).copied().unwrap_or(0);
        if self.coarse.shapes[Kind::Digits as usize].all().any(|s| s.may_begin(run, next)) {
            self.places.push(place(at, Kind::Digits as u64 | (run as u64) << 8 & 0xFFFF));
        }
    }

    /// A word of one kind of bytes ends here.
    #[inline]
    fn word_before(&mut self, end: usize, most: usize, of: fn(&u8) -> bool, kind: Kind) {
        let n = self.text[..end].iter().rev().take(most + 1).take_while(|b| of(b)).count();
        let inside = n < end && self.text[end - n - 1].is_ascii_alphanumeric();
        if n > 0 && n <= most && !inside {
            self.places.push(place(end - n, kind as u64));
        }
    }

    /// The begin of the text, or the end of an escape: every shape is tried.
    fn anything_at(&mut self, at: usize) {
        match self.text.get(at) {
            Some(b'0'..=b'9') => self.digits(at, 0),
            None => return,
            _ => {}
        }
        for kind in KINDS {
            if kind != Kind::Digits && self.coarse.some[kind as usize] {
                self.places.push(place(at, kind as u64));
            }
        }
    }
}

/// A literal for the library: text, flags, id.
type Literal = (Vec<u8>, u32, u32);

fn entries(by_literal: ByLiteral) -> Vec<Entry> {
    let entry = |((text, caseless), claims): ((Vec<u8>, bool), Vec<usize>)| Entry {
        length: text.len() as u32,
        claims,
        text,
        caseless,
    };
    by_literal.into_iter().map(entry).collect()
}

/// The short literals that begin a word, and those for the library: long ones, and those that begin with something else, which are faster
/// in a database of their own.
fn split(entries: &[Entry], short: usize) -> (Vec<u32>, [Vec<Literal>; 2]) {
    let (mut found, mut literals) = (Vec::new(), [Vec::new(), Vec::new()]);
    for (number, entry) in (0u32..).zip(entries) {
        let word = entry.text[0].is_ascii_alphanumeric();
        let flags = if entry.caseless { CASELESS } else { 0 };
        if word && entry.text.len() < short {
            found.push(number);
        } else {
            literals[usize::from(word)].push((entry.text.clone(), flags, number));
        }
    }
    (found, literals)
}

/// The expressions that say where a shape may begin that nothing else finds.
fn triggers(shapes: &[Pair], depth: usize) -> Vec<Pattern> {
    let heads = shapes[Kind::Rest as usize].all().flat_map(|s| heads(&s.dfa, s.start, depth));
    heads.map(|(bytes, text)| Pattern { text, flags: 0, id: HEAD + bytes as u32 }).collect()
}

fn databases(library: &Library, literals: &[Vec<Literal>], triggers: &[Pattern]) -> Vec<Database> {
    let some = literals.iter().filter(|literals| !literals.is_empty());
    let mut databases: Vec<Database> = some.map(|l| library.compile_literals(l)).collect();
    if !triggers.is_empty() {
        let (database, rejects) = library.compile(triggers);
        assert!(rejects.is_empty(), "a trigger is refused: {rejects:?}");
        databases.push(database);
    }
    databases
}
