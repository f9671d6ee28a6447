//! One event: its raw bytes, the texts in it, and the splice that changes a text and nothing else.

use std::borrow::Cow;
use std::fmt;

use memchr::memchr;

use super::channel::{Channel, Kind};
use super::escape::escape_into;
use super::fields::is_identifier;
use super::split::lines;
use super::tree::Tree;

/// One server-sent event as it came, and what the dialect's reader found in it.
#[derive(Clone)]
pub struct Event {
    frame: Frame,
    found: Found,
}

/// The bytes and their lines.
#[derive(Clone, Default)]
pub(crate) struct Frame {
    raw: Vec<u8>,
    name: (usize, usize),
    /// Of each data line: its offset in the joined data, its start and its end in `raw`.
    data: Vec<(usize, usize, usize)>,
}

/// What was found in them.
#[derive(Clone, Default)]
pub(crate) struct Found {
    text: String,
    pieces: Vec<Piece>,
    pub(crate) ends: Vec<Channel>,
    pub(crate) done: bool,
    pub(crate) error: Option<String>,
}

/// A text in an event.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Delta<'e> {
    /// Which text it belongs to.
    pub channel: Channel,
    /// The decoded text.
    pub text: &'e str,
    /// Name of the nearest member, as written; empty for lines that are not data.
    pub label: &'e str,
}

impl fmt::Debug for Delta<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Delta({:?}, {} bytes)", self.channel, self.text.len())
    }
}

#[derive(Clone, Copy)]
struct Piece {
    channel: Channel,
    /// Into `text`.
    text: (usize, usize),
    /// Into `raw`: what a new text replaces.
    place: (usize, usize),
    /// Into `raw`.
    label: (usize, usize),
    form: Form,
}

/// How a text is written where it stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// Inside a JSON string.
    Json,
    /// The rest of a line.
    Line,
    /// The whole frame: its data lines.
    Frame,
}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (bytes, deltas) = (self.frame.raw.len(), self.found.pieces.len());
        write!(
            f,
            "Event({bytes} bytes, {deltas} deltas, {:?}, done {})",
            self.found.ends, self.found.done
        )
    }
}

impl Event {
    /// Takes a frame apart into its lines; the dialect's reader then adds what the data holds.
    pub(crate) fn new(raw: Vec<u8>) -> Self {
        let mut event = Self { frame: Frame { raw, ..Frame::default() }, found: Found::default() };
        if std::str::from_utf8(&event.frame.raw).is_err() {
            event.unreadable();
        } else {
            event.read_lines();
        }
        event
    }

    /// The event's bytes exactly as they came.
    #[must_use]
    pub fn raw(&self) -> &[u8] {
        &self.frame.raw
    }

    /// The value of the frame's `event:` line, if any.
    #[must_use]
    pub fn name(&self) -> &str {
        self.frame.slice(self.frame.name)
    }

    /// The event's data: its data lines joined by line feeds.
    #[must_use]
    pub fn data(&self) -> Cow<'_, str> {
        self.frame.data()
    }

    /// The texts in the event, in the order in which they stand.
    pub fn deltas(&self) -> impl ExactSizeIterator<Item = Delta<'_>> {
        self.found.pieces.iter().map(|piece| Delta {
            channel: piece.channel,
            text: self.found.text.get(piece.text.0..piece.text.1).unwrap_or(""),
            label: self.frame.slice(piece.label),
        })
    }

    /// Where a delta stands in the event's data, e.g. `choices[0].delta.content`, for the record; empty for lines that
    /// are not data and for data without a single reading.
    #[must_use]
    pub fn path_of(&self, index: usize) -> String {
        let data = self.data();
        let piece = self.found.pieces.get(index).filter(|piece| piece.form == Form::Json);
        let (Some(piece), Ok(tree)) = (piece, Tree::parse(&data)) else { return String::new() };
        tree.strings()
            .find(|id| self.frame.raw_offset(tree.span(*id).0 + 1) == piece.place.0)
            .map_or_else(String::new, |id| tree.path(id))
    }

    /// The texts that get no more after this event; a text may have its last piece in it.
    #[must_use]
    pub fn ends(&self) -> &[Channel] {
        &self.found.ends
    }

    /// The stream says that it is complete (`[DONE]`, `message_stop`).
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.found.done
    }

    /// The provider's code or type of error, when the event reports one.
    #[must_use]
    pub fn error(&self) -> Option<&str> {
        self.found.error.as_deref()
    }

    /// The event's bytes with some texts replaced: `(index in deltas(), new text)`, in any order; of two for the same
    /// index the later one counts, and an index without a delta is ignored. All other bytes stay as they came.
    #[must_use]
    pub fn with(&self, texts: &[(usize, &str)]) -> Vec<u8> {
        let raw = &self.frame.raw;
        let mut out =
            Vec::with_capacity(raw.len() + texts.iter().map(|(_, text)| text.len()).sum::<usize>());
        let mut at = 0;
        for (number, piece) in self.found.pieces.iter().enumerate() {
            let Some((_, text)) = texts.iter().rfind(|(index, _)| *index == number) else {
                continue;
            };
            out.extend_from_slice(&raw[at..piece.place.0]);
            piece.form.write(text, &mut out);
            at = piece.place.1;
        }
        out.extend_from_slice(&raw[at..]);
        out
    }

    /// The frame to be read and what is found in it.
    pub(crate) fn open(&mut self) -> (&Frame, &mut Found) {
        (&self.frame, &mut self.found)
    }

    /// Makes the whole event one unreadable text.
    pub(crate) fn unreadable(&mut self) {
        let data = self.frame.data();
        let source = if data.is_empty() { String::from_utf8_lossy(&self.frame.raw) } else { data };
        self.found = Found::default();
        let place = (0, self.frame.raw.len());
        self.found.add(Channel::new(Kind::Unreadable, 0, 0), &source, place, (0, 0), Form::Frame);
    }

    fn read_lines(&mut self) {
        let mut joined = 0;
        let Self { frame: Frame { raw, name, data }, found } = self;
        for (start, end) in lines(raw) {
            let line = &raw[start..end];
            let colon = memchr(b':', line).unwrap_or(line.len());
            let value = (start + colon + 1).min(end);
            let value = value + usize::from(raw[value..end].first() == Some(&b' '));
            match &line[..colon] {
                b"data" => {
                    data.push((joined, value, end));
                    joined += end - value + 1;
                    continue;
                }
                b"event" => *name = (value, end),
                _ => {}
            }
            let text = std::str::from_utf8(&raw[value..end]).unwrap_or("");
            if !is_identifier(text) {
                found.add(Channel::new(Kind::Whole, 0, 0), text, (value, end), (0, 0), Form::Line);
            }
        }
    }
}

impl Frame {
    pub(crate) fn data(&self) -> Cow<'_, str> {
        match self.data.as_slice() {
            [] => Cow::Borrowed(""),
            [(_, start, end)] => Cow::Borrowed(self.slice((*start, *end))),
            several => {
                let lines: Vec<&str> =
                    several.iter().map(|(_, start, end)| self.slice((*start, *end))).collect();
                Cow::Owned(lines.join("\n"))
            }
        }
    }

    /// The offset in the raw bytes of an offset in the joined data. A string never spans lines.
    fn raw_offset(&self, joined: usize) -> usize {
        let line = self.data.iter().rfind(|(start, _, _)| *start <= joined);
        line.map_or(0, |(start, raw, _)| raw + (joined - start))
    }

    fn slice(&self, (start, end): (usize, usize)) -> &str {
        self.raw.get(start..end).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or("")
    }
}

impl Found {
    /// Adds a JSON string as a text. Spans are into the joined data, of the string with quotes and of the member's name.
    pub(crate) fn push(
        &mut self,
        frame: &Frame,
        channel: Channel,
        text: &str,
        (string, label): ((usize, usize), (usize, usize)),
    ) {
        let place = (frame.raw_offset(string.0 + 1), frame.raw_offset(string.1 - 1));
        let label = (frame.raw_offset(label.0), frame.raw_offset(label.1));
        self.add(channel, text, place, label, Form::Json);
    }

    /// Puts the texts in the order in which they stand, since a line that is not data may come after the data.
    pub(crate) fn sort(&mut self) {
        self.pieces.sort_by_key(|piece| piece.place);
    }

    fn add(
        &mut self,
        channel: Channel,
        text: &str,
        place: (usize, usize),
        label: (usize, usize),
        form: Form,
    ) {
        let start = self.text.len();
        self.text.push_str(text);
        self.pieces.push(Piece { channel, text: (start, self.text.len()), place, label, form });
    }
}

impl Form {
    fn write(self, text: &str, out: &mut Vec<u8>) {
        match self {
            Self::Json => escape_into(text, out),
            Self::Line => out.extend_from_slice(text.replace(['\r', '\n'], " ").as_bytes()),
            Self::Frame => {
                for line in text.split(['\r', '\n']) {
                    out.extend_from_slice(b"data: ");
                    out.extend_from_slice(line.as_bytes());
                    out.push(b'\n');
                }
                out.push(b'\n');
            }
        }
    }
}
