//! The objects of a file, found by reading it through, and parsed when they are asked for.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashSet};

use memchr::memmem;

use crate::glean;
use crate::piece::Why;
use crate::reading::Reading;

use super::filter;
use super::lexer::{Dict, Lexer, Object, is_space};
use super::table;

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

/// A stream: its dictionary and its bytes as they stand.
pub(super) struct Stream<'b> {
    /// Its number, if it is not an older version.
    number: Option<u32>,
    pub(super) dict: Dict,
    pub(super) raw: &'b [u8],
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

    /// Tables of offsets lead viewers to objects; each must be one that was found.
    fn follow_tables(&mut self, reading: &mut Reading<'_>, tables: &[(Dict, usize)]) {
        let mut left = self.bytes.len().saturating_mul(4);
        let mut offsets = table::written(self.bytes, &mut left);
        for (dict, start) in tables {
            let raw = self.bytes.get(*start..start + self.stream_length(dict, *start, true));
            let (decoded, _) = filter::decode(reading, self, dict, raw.unwrap_or_default());
            let before = offsets.len();
            offsets.extend(table::packed(&decoded, &self.array_of(dict, b"W")).take(left / ENTRY));
            left = left.saturating_sub((offsets.len() - before).saturating_mul(ENTRY));
        }
        if left < ENTRY {
            self.fuel.set(0);
        }
        let strays = |at: &usize| {
            table::object_at(self.bytes, *at).is_some_and(|object| !self.starts.contains(&object))
        };
        self.hidden |= offsets.iter().any(strays);
    }

    fn array_of(&self, dict: &Dict, key: &[u8]) -> Vec<Object> {
        dict.get(key).map(|array| self.array(array)).unwrap_or_default()
    }

    /// Reads all trailers. They may lie within each other in a file that is made so, and each byte is read for each of them,
    /// hence the bound.
    fn trailers(&mut self) {
        let mut left = self.bytes.len().saturating_mul(4);
        for found in memmem::find_iter(self.bytes, b"trailer") {
            let mut lexer = Lexer::of_file(self.bytes, found + 7);
            lexer.skip_space();
            if !self.bytes.get(lexer.at..).is_some_and(|rest| rest.starts_with(b"<<")) {
                continue;
            }
            let object = lexer.next();
            if let Some(Object::Dict(dict)) = object {
                self.merge(&dict);
                self.strings.extend(dict.strings());
            }
            remark(&lexer.comments, &mut self.outside);
            let read = lexer.at.saturating_sub(found);
            if read > left {
                self.fuel.set(0);
                return;
            }
            left -= read;
        }
    }

    fn merge(&mut self, dict: &Dict) {
        for (key, value) in &dict.0 {
            if matches!(key.as_slice(), b"Root" | b"Info" | b"Encrypt") {
                self.trailer.0.retain(|(known, _)| known != key);
                self.trailer.0.push((key.clone(), value.clone()));
            }
        }
    }

    fn open_container(
        &mut self,
        reading: &mut Reading<'_>,
        dict: &Dict,
        start: usize,
        current: bool,
    ) {
        let length = self.stream_length(dict, start, true);
        let raw = self.bytes.get(start..start + length).unwrap_or_default();
        let (decoded, ended) = filter::decode(reading, self, dict, raw);
        if let Err(why) = ended {
            reading.unread("objects", why);
        }
        let first = dict.get(b"First").and_then(Object::integer).unwrap_or(0);
        let index = self.containers.len();
        let mut lexer =
            Lexer::of_content(decoded.get(..first.min(decoded.len())).unwrap_or_default());
        let mut starts = Vec::new();
        while let (Some(number), Some(offset)) = (lexer.next(), lexer.next()) {
            let (Some(number), Some(offset)) = (number.integer(), offset.integer()) else { break };
            let Ok(number) = u32::try_from(number) else { continue };
            let here = first.saturating_add(offset);
            starts.push(here);
            match self.objects.get(&number).copied() {
                _ if !current => self.shadowed.push((index, here)),
                // What stands behind this stream replaces what is in it.
                Some(Location::At(at)) if at > start => self.shadowed.push((index, here)),
                known => {
                    match known {
                        Some(Location::At(at)) => self.older.entry(number).or_default().push(at),
                        Some(Location::Within(index, at)) => self.shadowed.push((index, at)),
                        None => {}
                    }
                    self.objects.insert(number, Location::Within(index, here));
                }
            }
        }
        self.between(&decoded, first, starts);
        self.containers.push(decoded);
    }

    /// Notes what stands in a stream of objects and belongs to none of them.
    fn between(&mut self, decoded: &[u8], first: usize, mut starts: Vec<usize>) {
        let head = decoded.get(..first.min(decoded.len())).unwrap_or_default();
        if head.iter().any(|byte| !byte.is_ascii_digit() && !is_space(*byte)) {
            remark(head, &mut self.outside);
        }
        starts.sort_unstable();
        let mut end = first;
        for start in starts.into_iter().chain([decoded.len()]) {
            remark(decoded.get(end..start).unwrap_or_default(), &mut self.outside);
            end = end.max(self.parse_at(decoded, start).map_or(start, |(_, end)| end));
        }
        for at in memchr::memchr_iter(b'%', decoded) {
            let rest = decoded.get(at..).unwrap_or_default();
            let ends = |byte: &u8| matches!(byte, b'\n' | b'\r' | b'%');
            let line = rest.iter().skip(1).position(ends).map_or(rest.len(), |end| end + 1);
            remark(rest.get(..line).unwrap_or_default(), &mut self.outside);
        }
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

    /// The streams that stood under a number before it was replaced.
    pub(super) fn older_streams(&self, number: u32) -> Vec<Stream<'b>> {
        let older = self.older.get(&number).into_iter().flatten();
        older.filter_map(|at| self.stream_at(self.parse_at(self.bytes, *at)?)).collect()
    }

    fn stream_at(&self, (object, end): (Object, usize)) -> Option<Stream<'b>> {
        let Object::Dict(dict) = object else { return None };
        let start = stream_start(self.bytes, end)?;
        let length = self.stream_length(&dict, start, true);
        Some(Stream { number: None, dict, raw: self.bytes.get(start..start + length)? })
    }

    /// The stream that an object refers to.
    pub(super) fn stream(&self, object: &Object) -> Option<Stream<'b>> {
        let mut number = match object {
            Object::Reference(number) => *number,
            _ => return None,
        };
        for _ in 0..STEPS {
            let (object, end, in_file) = self.parse(number)?;
            match object {
                Object::Reference(next) => number = next,
                object if in_file => {
                    let stream = self.stream_at((object, end))?;
                    return Some(Stream { number: Some(number), ..stream });
                }
                _ => return None,
            }
        }
        None
    }

    /// The length as it is declared, if `endstream` follows there; else up to the next `endstream`.
    fn stream_length(&self, dict: &Dict, start: usize, resolve: bool) -> usize {
        let rest = self.bytes.get(start..).unwrap_or_default();
        let declared = match dict.get(b"Length") {
            Some(reference @ Object::Reference(_)) if resolve => self.resolve(reference).integer(),
            Some(object) => object.integer(),
            None => None,
        };
        if let Some(length) = declared
            && let Some(behind) = rest.get(length..)
        {
            let gap = behind.iter().take(3).take_while(|byte| is_space(**byte)).count();
            if behind.get(gap..).is_some_and(|behind| behind.starts_with(b"endstream")) {
                return length;
            }
        }
        memmem::find(rest, b"endstream").unwrap_or(rest.len())
    }

    /// Decodes a stream; what could be decoded, with the failure told at `place`.
    pub(super) fn decoded(
        &self,
        reading: &mut Reading<'_>,
        stream: &Stream<'_>,
        place: &str,
    ) -> Vec<u8> {
        if let Some(number) = stream.number {
            self.mark_used(number);
        }
        let (decoded, ended) = filter::decode(reading, self, &stream.dict, stream.raw);
        match ended {
            // Streams that end too early are common, and viewers show what came before.
            Ok(()) | Err(Why::Broken) if !decoded.is_empty() => {}
            Ok(()) => {}
            Err(why) => reading.unread(place, why),
        }
        decoded
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

/// Where the data of a stream begins, if `stream` follows.
fn stream_start(bytes: &[u8], at: usize) -> Option<usize> {
    let mut lexer = Lexer::of_file(bytes, at);
    lexer.skip_space();
    let rest = bytes.get(lexer.at..)?.strip_prefix(b"stream")?;
    let gap = if rest.starts_with(b"\r\n") {
        2
    } else {
        usize::from(rest.starts_with(b"\n") || rest.starts_with(b"\r"))
    };
    Some(lexer.at + 6 + gap)
}
