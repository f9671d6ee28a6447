//! Streams: where their data stands, and what it decodes to.

use memchr::memmem;

use crate::piece::Why;
use crate::reading::Reading;

use super::super::filter;
use super::super::lexer::{Lexer, is_space};
use super::super::object::{Dict, Object};
use super::{File, STEPS};

/// A stream: its dictionary and its bytes as they stand.
pub(in super::super) struct Stream<'b> {
    /// Its number, if it is not an older version.
    number: Option<u32>,
    pub(in super::super) dict: Dict,
    pub(in super::super) raw: &'b [u8],
}

impl<'b> File<'b> {
    /// The streams that stood under a number before it was replaced.
    pub(in super::super) fn older_streams(&self, number: u32) -> Vec<Stream<'b>> {
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
    pub(in super::super) fn stream(&self, object: &Object) -> Option<Stream<'b>> {
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
    pub(super) fn stream_length(&self, dict: &Dict, start: usize, resolve: bool) -> usize {
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
    pub(in super::super) fn decoded(
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

/// Where the data of a stream begins, if `stream` follows.
pub(super) fn stream_start(bytes: &[u8], at: usize) -> Option<usize> {
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
