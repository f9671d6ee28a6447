//! One event: its raw bytes, the texts in it, and the splice that changes a span of a text and nothing else.

use std::borrow::Cow;
use std::fmt;

use bytes::Bytes;
use memchr::memchr;

use super::channel::{Channel, Kind};
use super::split::lines;
use super::trail::{Found, read};
use crate::document::Document;
use crate::operation::{Dialect, Operation};
use crate::splice::{self, without_logprobs};
use crate::table::{Side, table};
use crate::walk::Walk;
use crate::{Edit, Limits};

/// One server-sent event as it came, and what was found in it.
#[derive(Clone)]
pub struct Event {
    raw: Bytes,
    name: (usize, usize),
    /// The values of the data lines, into `raw`.
    data: Vec<(usize, usize)>,
    document: Document,
    pieces: Vec<Piece>,
    found: Found,
}

/// A text in an event.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Delta<'e> {
    /// Which text it belongs to.
    pub channel: Channel,
    /// The decoded text; half a surrogate pair stands as U+FFFD.
    pub text: &'e str,
    /// Name of the nearest member; empty for lines that are not data.
    pub label: &'e str,
}

impl fmt::Debug for Delta<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Delta({:?}, {} bytes)", self.channel, self.text.len())
    }
}

/// What stands in the place of a span of a delta's text. `Debug` prints lengths only.
#[derive(Clone, PartialEq, Eq)]
pub struct Change {
    /// Index in `deltas()`.
    pub delta: usize,
    /// Bytes of its text, end exclusive.
    pub span: (usize, usize),
    /// What stands there afterwards, not escaped for the event.
    pub with: String,
}

impl fmt::Debug for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Change({}, {:?}, {} bytes)", self.delta, self.span, self.with.len())
    }
}

#[derive(Clone, Copy)]
pub(super) struct Piece {
    pub(super) channel: Channel,
    pub(super) place: Place,
}

/// Where a text stands.
#[derive(Clone, Copy)]
pub(super) enum Place {
    /// A part of the data.
    Part(usize),
    /// The rest of a line that is not data, into `raw`.
    Line(usize, usize),
}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Event({} bytes, {} deltas)", self.raw.len(), self.pieces.len())
    }
}

impl Event {
    /// Takes a frame apart into its lines, without reading its data.
    pub(crate) fn of_lines(raw: Vec<u8>) -> Self {
        let mut event = Self {
            raw: raw.into(),
            name: (0, 0),
            data: Vec::new(),
            document: Document::default(),
            pieces: Vec::new(),
            found: Found::default(),
        };
        event.read_lines();
        event
    }

    /// Reads a frame and its data.
    pub(crate) fn read(dialect: Dialect, raw: Vec<u8>, limits: &Limits) -> Self {
        let mut event = Self::of_lines(raw);
        let data = event.joined();
        match data.trim_ascii() {
            b"" => {}
            b"[DONE]" => event.found.done = true,
            _ => event.read_data(dialect, data, limits),
        }
        event
    }

    fn read_data(&mut self, dialect: Dialect, data: Bytes, limits: &Limits) {
        let operation =
            if dialect == Dialect::Unknown { Operation::Unknown } else { Operation::Chat };
        let rows = table(dialect, operation, Side::Answer);
        let mut walk = Walk::new(data, rows, Side::Answer, limits).in_pieces();
        if walk.json().is_err() {
            self.found.unread = true;
            return;
        }
        self.document = walk.document;
        read(dialect, &self.document, &mut self.found, &mut self.pieces);
    }

    /// The event's bytes exactly as they came.
    #[must_use]
    pub fn raw(&self) -> &Bytes {
        &self.raw
    }

    /// The value of the frame's `event:` line, if any.
    #[must_use]
    pub fn name(&self) -> &str {
        self.slice(self.name)
    }

    /// The event's data: its data lines joined by line feeds; invalid UTF-8 is replaced.
    #[must_use]
    pub fn data(&self) -> Cow<'_, str> {
        match self.data.as_slice() {
            [(start, end)] => String::from_utf8_lossy(&self.raw[*start..*end]),
            _ => Cow::Owned(String::from_utf8_lossy(&self.joined()).into_owned()),
        }
    }

    /// The texts in the event.
    pub fn deltas(&self) -> impl ExactSizeIterator<Item = Delta<'_>> {
        self.pieces.iter().map(|piece| {
            let (text, label) = match piece.place {
                Place::Line(start, end) => (self.slice((start, end)), ""),
                Place::Part(at) => self.document.parts.get(at).map_or(("", ""), |part| {
                    (self.document.str_at(part.text), self.document.str_at(part.label))
                }),
            };
            Delta { channel: piece.channel, text, label }
        })
    }

    /// The event has something that no text was read from: data without a single reading, a line that is none of an
    /// event's, or content that is not understood.
    #[must_use]
    pub fn is_unread(&self) -> bool {
        self.found.unread
    }

    /// The event has a picture, sound or file.
    #[must_use]
    pub fn is_opaque(&self) -> bool {
        self.found.opaque
    }

    /// Choices that this event says are complete. Some providers say so in every event, so it is a hint.
    #[must_use]
    pub fn finished(&self) -> &[u32] {
        &self.found.finished
    }

    /// The content block that ends with this event; nothing more can come of it.
    #[must_use]
    pub fn ended_block(&self) -> Option<u32> {
        self.found.ended_block
    }

    /// The stream says that it is complete (`[DONE]`, `message_stop`).
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.found.done
    }

    /// Memory that the event takes, in bytes, near enough for a budget.
    #[must_use]
    pub fn footprint(&self) -> usize {
        let document = &self.document;
        size_of::<Self>()
            + self.raw.len()
            + document.arena.len()
            + size_of_val(document.nodes.as_slice())
            + size_of_val(document.parts.as_slice())
            + size_of_val(self.pieces.as_slice())
    }

    /// The event with changes, in any order; of two that overlap, or one that is out of its text, none counts and
    /// `None` is given. With `blank_logprobs`, log probabilities, which spell the text once more, become `null`.
    /// All other bytes stay as they came.
    #[must_use]
    pub fn edited(&self, changes: &[Change], blank_logprobs: bool) -> Option<Vec<u8>> {
        let mut edits = Vec::new();
        let mut lines = Vec::new();
        for change in changes {
            match self.pieces.get(change.delta)?.place {
                Place::Part(part) => {
                    edits.push(Edit { part, span: change.span, with: &change.with });
                }
                Place::Line(start, end) => {
                    let span = (start + change.span.0, start + change.span.1);
                    (span.0 <= span.1 && span.1 <= end).then_some(())?;
                    lines.push((span, change.with.replace(['\r', '\n'], " ").into_bytes()));
                }
            }
        }
        if let Some(data) = self.edited_data(&edits, blank_logprobs)? {
            self.put_data(&data, &mut lines);
        }
        lines.sort_by_key(|(span, _)| *span);
        let mut out = Vec::with_capacity(self.raw.len() + 64);
        let mut at = 0;
        for ((start, end), with) in lines {
            out.extend_from_slice(self.raw.get(at..start)?);
            out.extend_from_slice(&with);
            at = end;
        }
        out.extend_from_slice(self.raw.get(at..)?);
        Some(out)
    }

    /// The data with edits, if anything of it changes; the outer `None` if an edit cannot be made.
    fn edited_data(&self, edits: &[Edit<'_>], blank_logprobs: bool) -> Option<Option<Bytes>> {
        let sorted = splice::sorted(&self.document, edits).ok()?;
        let data = splice::body(&self.document, &sorted);
        let data = if blank_logprobs { without_logprobs(&data) } else { data };
        Some((data != self.document.body).then_some(data))
    }

    /// New data goes where the first data line was; line feeds between its values begin a data line each.
    fn put_data(&self, data: &[u8], lines: &mut Vec<((usize, usize), Vec<u8>)>) {
        let Some(((start, end), more)) = self.data.split_first() else { return };
        let mut with = Vec::with_capacity(data.len());
        for (number, line) in data.split(|byte| *byte == b'\n').enumerate() {
            with.extend_from_slice(if number > 0 { b"\ndata: " } else { b"" });
            with.extend_from_slice(line);
        }
        lines.push(((*start, *end), with));
        // The lines that held the rest stay, empty, which adds white space behind the JSON.
        lines.extend(more.iter().map(|span| (*span, Vec::new())));
    }

    fn joined(&self) -> Bytes {
        match self.data.as_slice() {
            [] => Bytes::new(),
            [(start, end)] => self.raw.slice(*start..*end),
            several => {
                let values: Vec<&[u8]> =
                    several.iter().map(|(start, end)| &self.raw[*start..*end]).collect();
                values.join(&b'\n').into()
            }
        }
    }

    fn read_lines(&mut self) {
        let raw = self.raw.clone();
        for (start, end) in lines(&raw) {
            let line = &raw[start..end];
            let colon = memchr(b':', line).unwrap_or(line.len());
            let value = (start + colon + 1).min(end);
            let value = value + usize::from(raw[value..end].first() == Some(&b' '));
            match &line[..colon] {
                b"data" => {
                    self.data.push((value, end));
                    continue;
                }
                b"event" => self.name = (value, end),
                b"" | b"id" | b"retry" => {}
                // A reader of events passes over it. One of JSON or of text might not.
                _ => self.found.unread = true,
            }
            if std::str::from_utf8(&raw[value..end]).is_err() {
                self.found.unread = true;
            } else if value < end {
                let channel = Channel::new(Kind::Whole, 0, 0);
                self.pieces.push(Piece { channel, place: Place::Line(value, end) });
            }
        }
    }

    fn slice(&self, (start, end): (usize, usize)) -> &str {
        self.raw.get(start..end).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or("")
    }
}
