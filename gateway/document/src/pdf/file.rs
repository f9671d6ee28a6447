//! The objects of a file, found by reading it through, and parsed when they are asked for.

mod object_stream;
mod stream;
mod trailer;

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashSet};

use memchr::memmem;

use crate::glean;
use crate::reading::Reading;

use super::lexer::{Lexer, is_space};
use super::object::{Dict, Object};
use super::table;

pub(super) use stream::Stream;
use stream::stream_start;

/// Bytes that an entry of a table counts for; no object is shorter.
const ENTRY: usize = 16;
/// Shortest run of characters that is kept of bytes that are no text.
const REMARK: usize = 4;
/// References that lead to references.
const STEPS: usize = 8;

#[derive(Clone, Copy)]
enum Location {
    /// Behind `obj`, by its byte.
    At(usize),
    /// In a stream of objects: its number in the list of those, and the byte.
    Within(usize, usize),
}

/// A file whose objects have been found.
pub(super) struct File<'b> {
    bytes: &'b [u8],
    objects: BTreeMap<u32, Location>,
    /// Where objects stand that were replaced later; which of them is shown depends on tables that may lie.
    older: BTreeMap<u32, Vec<usize>>,
    containers: Vec<Vec<u8>>,
    /// Objects in streams of objects that were replaced, as [`Location::Within`].
    shadowed: Vec<(usize, usize)>,
    trailer: Dict,
    /// Bytes that may still be parsed, and steps that may still be done.
    fuel: Cell<usize>,
    /// Behind which `obj` an object was looked for.
    starts: HashSet<usize>,
    /// Whether an object stands where none was looked for: within a string or a stream. Others may find it there.
    hidden: bool,
    /// Strings of trailers, and what stands outside of objects.
    strings: Vec<Vec<u8>>,
    outside: Vec<u8>,
    /// Streams that were read.
    used: RefCell<HashSet<u32>>,
    /// Streams of which it was told what stands behind their data, by where they begin, and of which of their filters.
    behind: RefCell<HashSet<(usize, usize)>>,
}

impl<'b> File<'b> {
    /// Finds all objects. Later ones replace earlier ones of the same number, as updates do.
    pub(super) fn index(reading: &mut Reading<'_>, bytes: &'b [u8]) -> Self {
        let fuel = Cell::new(bytes.len().saturating_mul(32).saturating_add(32 << 20));
        let mut file = Self {
            bytes,
            objects: BTreeMap::new(),
            older: BTreeMap::new(),
            containers: Vec::new(),
            shadowed: Vec::new(),
            trailer: Dict::default(),
            fuel,
            starts: HashSet::new(),
            hidden: false,
            strings: Vec::new(),
            outside: Vec::new(),
            used: RefCell::default(),
            behind: RefCell::default(),
        };
        let (mut containers, mut tables) = (Vec::new(), Vec::new());
        let (mut at, mut end, mut left) = (0, 0, bytes.len().saturating_mul(4));
        while let Some(found) = memmem::find(bytes.get(at..).unwrap_or_default(), b"obj") {
            let keyword = at + found;
            at = keyword + 3;
            let Some((number, start)) = table::header(bytes, keyword) else {
                file.hidden |= table::is_alone(bytes, keyword);
                continue;
            };
            file.hidden |= start < end;
            table::outside(bytes, end..start, &mut file.outside);
            file.starts.insert(at);
            let mut lexer = Lexer::of_file(bytes, at);
            let object = lexer.next();
            end = end.max(lexer.at);
            remark(&lexer.comments, &mut file.outside);
            if let Some(Location::At(at)) = file.objects.insert(number, Location::At(at)) {
                file.older.entry(number).or_default().push(at);
            }
            // Objects within what was read are looked for too, so bytes may be read more than once.
            let Some(rest) = left.checked_sub(lexer.at.saturating_sub(keyword)) else {
                file.fuel.set(0);
                break;
            };
            left = rest;
            let Some(Object::Dict(dict)) = object else { continue };
            if let Some(start) = stream_start(bytes, lexer.at) {
                at = start + file.stream_length(&dict, start, false);
                end = end.max(at);
                file.hidden |= table::has_header(bytes, start..at);
                match dict.name(b"Type") {
                    Some(b"ObjStm") => containers.push((number, start, dict)),
                    Some(b"XRef") => {
                        file.merge(&dict);
                        tables.push((dict, start));
                    }
                    _ => {}
                }
            }
        }
        table::outside(bytes, end..bytes.len(), &mut file.outside);
        file.trailers();
        for (number, start, dict) in containers {
            if file.is_encrypted() {
                break;
            }
            // What is in a stream of objects that a newer object replaced is an earlier version.
            let current =
                matches!(file.objects.get(&number), Some(Location::At(at)) if *at <= start);
            file.open_container(reading, &dict, start, current);
        }
        if !file.is_encrypted() {
            file.follow_tables(reading, &tables);
        }
        file
    }

    pub(super) fn is_encrypted(&self) -> bool {
        self.trailer.get(b"Encrypt").is_some_and(|object| *object != Object::Null)
    }

    /// Whether some objects were not parsed because too much had been.
    pub(super) fn is_spent(&self) -> bool {
        self.fuel.get() == 0
    }

    /// Whether an object stands where none was looked for.
    pub(super) fn is_hiding(&self) -> bool {
        self.hidden
    }

    /// What stands outside of objects and tables, such as comments.
    pub(super) fn outside(&self) -> &[u8] {
        &self.outside
    }

    /// The strings of trailers.
    pub(super) fn strings(&self) -> &[Vec<u8>] {
        &self.strings
    }

    /// Counts steps of work; `false` if there were too many.
    pub(super) fn spend(&self, steps: usize) -> bool {
        let left = self.fuel.get().saturating_sub(steps);
        self.fuel.set(left);
        left > 0
    }

    /// Notes that a stream needs no further look.
    pub(super) fn mark_used(&self, number: u32) {
        self.used.borrow_mut().insert(number);
    }

    /// Whether a stream was read.
    pub(super) fn is_used(&self, number: u32) -> bool {
        self.used.borrow().contains(&number)
    }

    /// Whether what stands behind the data of a filter is told for the first time: streams are decoded wherever they are needed.
    pub(super) fn is_first(&self, raw: &[u8], filter: usize) -> bool {
        self.behind.borrow_mut().insert((raw.as_ptr().addr(), filter))
    }

    pub(super) fn numbers(&self) -> impl Iterator<Item = u32> + '_ {
        self.objects.keys().copied()
    }

    pub(super) fn trailer(&self) -> &Dict {
        &self.trailer
    }

    fn parse(&self, number: u32) -> Option<(Object, usize, bool)> {
        let (bytes, from, in_file) = match *self.objects.get(&number)? {
            Location::At(at) => (self.bytes, at, true),
            Location::Within(index, at) => (self.containers.get(index)?.as_slice(), at, false),
        };
        let (object, end) = self.parse_at(bytes, from)?;
        Some((object, end, in_file))
    }

    fn parse_at(&self, bytes: &[u8], from: usize) -> Option<(Object, usize)> {
        if self.fuel.get() == 0 {
            return None;
        }
        let mut lexer = Lexer::of_file(bytes, from);
        let object = lexer.next();
        let read = lexer.at.saturating_sub(from).saturating_add(16);
        self.fuel.set(self.fuel.get().saturating_sub(read));
        Some((object?, lexer.at))
    }

    /// The object of this number.
    pub(super) fn get(&self, number: u32) -> Option<Object> {
        self.parse(number).map(|(object, _, _)| object)
    }

    /// The object itself, or what it refers to.
    pub(super) fn resolve(&self, object: &Object) -> Object {
        let mut object = object.clone();
        for _ in 0..STEPS {
            match object {
                Object::Reference(number) => object = self.get(number).unwrap_or(Object::Null),
                other => return other,
            }
        }
        Object::Null
    }

    /// The value of a key, resolved; null if there is none.
    pub(super) fn value(&self, dict: &Dict, key: &[u8]) -> Object {
        dict.get(key).map_or(Object::Null, |object| self.resolve(object))
    }

    /// The dictionary that an object is or refers to; borrowed where it stands there, since it may be large.
    pub(super) fn dict<'o>(&self, object: &'o Object) -> Option<Cow<'o, Dict>> {
        if let Object::Dict(dict) = object {
            return Some(Cow::Borrowed(dict));
        }
        match self.resolve(object) {
            Object::Dict(dict) => Some(Cow::Owned(dict)),
            _ => None,
        }
    }

    pub(super) fn array(&self, object: &Object) -> Vec<Object> {
        match self.resolve(object) {
            Object::Array(items) => items,
            _ => Vec::new(),
        }
    }

    /// Objects that were replaced later.
    pub(super) fn older(&self) -> impl Iterator<Item = Object> + '_ {
        let all = self.older.values().flatten();
        let within = self
            .shadowed
            .iter()
            .filter_map(|(index, at)| Some(self.parse_at(self.containers.get(*index)?, *at)?.0));
        all.filter_map(|at| Some(self.parse_at(self.bytes, *at)?.0)).chain(within)
    }
}

/// Keeps what can be read of bytes that belong to no object: all of it, if it is text.
fn remark(bytes: &[u8], outside: &mut Vec<u8>) {
    if bytes.iter().all(|byte| is_space(*byte)) {
        return;
    }
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.contains(|c: char| c.is_control() && !c.is_whitespace()) => {
            outside.extend(bytes);
        }
        _ => outside.extend(glean::runs_from(REMARK, bytes).into_bytes()),
    }
    outside.push(b'\n');
}
