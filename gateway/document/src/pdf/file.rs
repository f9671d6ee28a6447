//! The objects of a file, found by reading it through, and parsed when they are asked for.

use std::cell::Cell;
use std::collections::BTreeMap;

use memchr::memmem;

use crate::piece::Why;
use crate::reading::Reading;

use super::filter;
use super::lexer::{Dict, Lexer, Object, is_space};

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
    trailer: Dict,
    /// Bytes that may still be parsed.
    fuel: Cell<usize>,
}

/// A stream: its dictionary and its bytes as they stand.
pub(super) struct Stream<'b> {
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
            trailer: Dict::default(),
            fuel,
        };
        let (mut at, mut containers) = (0, Vec::new());
        while let Some(found) = memmem::find(bytes.get(at..).unwrap_or_default(), b"obj") {
            let keyword = at + found;
            at = keyword + 3;
            let Some(number) = number_before(bytes, keyword) else { continue };
            let mut lexer = Lexer::of_file(bytes, at);
            let object = lexer.next();
            at = at.max(lexer.at);
            if let Some(Location::At(at)) = file.objects.insert(number, Location::At(keyword + 3)) {
                file.older.entry(number).or_default().push(at);
            }
            let Some(Object::Dict(dict)) = object else { continue };
            if let Some(start) = stream_start(bytes, lexer.at) {
                at = start + file.stream_length(&dict, start, false);
                match dict.name(b"Type") {
                    Some(b"ObjStm") => containers.push((number, start, dict)),
                    Some(b"XRef") => file.merge(&dict),
                    _ => {}
                }
            }
        }
        file.trailers();
        for (number, start, dict) in containers {
            // A stream of objects that a newer object replaced says nothing anymore.
            if matches!(file.objects.get(&number), Some(Location::At(at)) if *at <= start)
                && !file.is_encrypted()
            {
                file.open_container(reading, &dict, start);
            }
        }
        file
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
            }
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

    fn open_container(&mut self, reading: &mut Reading<'_>, dict: &Dict, start: usize) {
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
        while let (Some(number), Some(offset)) = (lexer.next(), lexer.next()) {
            let (Some(number), Some(offset)) = (number.integer(), offset.integer()) else { break };
            let Ok(number) = u32::try_from(number) else { continue };
            match self.objects.get(&number) {
                // What stands behind this stream replaces what is in it.
                Some(Location::At(at)) if *at > start => {}
                Some(Location::At(at)) => {
                    self.older.entry(number).or_default().push(*at);
                    self.objects
                        .insert(number, Location::Within(index, first.saturating_add(offset)));
                }
                _ => drop(
                    self.objects
                        .insert(number, Location::Within(index, first.saturating_add(offset))),
                ),
            }
        }
        self.containers.push(decoded);
    }

    pub(super) fn is_encrypted(&self) -> bool {
        self.trailer.get(b"Encrypt").is_some_and(|object| *object != Object::Null)
    }

    /// Whether some objects were not parsed because too much had been.
    pub(super) fn is_spent(&self) -> bool {
        self.fuel.get() == 0
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

    pub(super) fn dict(&self, object: &Object) -> Option<Dict> {
        match self.resolve(object) {
            Object::Dict(dict) => Some(dict),
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
        all.filter_map(|at| Some(self.parse_at(self.bytes, *at)?.0))
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
        Some(Stream { dict, raw: self.bytes.get(start..start + length)? })
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
                object if in_file => return self.stream_at((object, end)),
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

/// The number in `12 0 obj`, by the place of `obj`.
fn number_before(bytes: &[u8], keyword: usize) -> Option<u32> {
    let before = bytes.get(keyword.saturating_sub(32)..keyword)?;
    let mut words = before.rsplit(|byte| is_space(*byte)).filter(|word| !word.is_empty());
    let ends_in_space = before.last().is_some_and(|byte| is_space(*byte));
    let generation = words.next().filter(|_| ends_in_space)?;
    if !generation.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let number = words.next()?;
    // A writer may leave out the line break before the number.
    let digits = number.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    std::str::from_utf8(number.get(number.len() - digits..)?).ok()?.parse().ok()
}
