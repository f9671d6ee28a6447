//! Streams that hold objects (ISO 32000-2, 7.5.7).

use crate::reading::Reading;

use super::super::filter;
use super::super::lexer::{Lexer, is_space};
use super::super::object::{Dict, Object};
use super::{File, Location, remark};

impl File<'_> {
    pub(super) fn open_container(
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
}
