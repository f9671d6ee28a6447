//! One event: its raw bytes, the texts in it, and the splice that changes a text and nothing else.

use std::borrow::Cow;
use std::fmt;

use super::channel::{Channel, Kind};
use super::escape::escape_into;
use super::fields::is_identifier;
use super::split::lines;

/// One server-sent event as it came, and what the dialect's reader found in it.
#[derive(Clone)]
pub struct Event {
    raw: Vec<u8>,
    name: (usize, usize),
    /// Joined offset and raw offset of each data line.
    data: Vec<(usize, usize, usize)>,
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
        let (bytes, deltas) = (self.raw.len(), self.pieces.len());
        write!(f, "Event({bytes} bytes, {deltas} deltas, {:?}, done {})", self.ends, self.done)
    }
}

impl Event {
    /// Takes a frame apart into its lines; the dialect's reader then adds what the data holds.
    pub(crate) fn new(raw: Vec<u8>) -> Self {
        let (name, data, ends) = ((0, 0), Vec::new(), Vec::new());
        let mut event = Self {
            raw,
            name,
            data,
            text: String::new(),
            pieces: Vec::new(),
            ends,
            done: false,
            error: None,
        };
        if std::str::from_utf8(&event.raw).is_err() {
            event.unreadable();
        } else {
            event.read_lines();
        }
        event
    }

    /// The event's bytes exactly as they came.
    #[must_use]
    pub fn raw(&self) -> &[u8] {
        &self.raw
    }

    /// The value of the frame's `event:` line, if any.
    #[must_use]
    pub fn name(&self) -> &str {
        self.slice(self.name)
    }

    /// The event's data: its data lines joined by line feeds.
    #[must_use]
    pub fn data(&self) -> Cow<'_, str> {
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

    /// The texts in the event, in the order in which they stand.
    pub fn deltas(&self) -> impl ExactSizeIterator<Item = Delta<'_>> {
        self.pieces.iter().map(|piece| Delta {
            channel: piece.channel,
            text: self.text.get(piece.text.0..piece.text.1).unwrap_or(""),
            label: self.slice(piece.label),
        })
    }

    /// The texts that get no more after this event; a text may have its last piece in it.
    #[must_use]
    pub fn ends(&self) -> &[Channel] {
        &self.ends
    }

    /// The stream says that it is complete (`[DONE]`, `message_stop`).
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.done
    }

    /// The provider's code or type of error, when the event reports one.
    #[must_use]
    pub fn error(&self) -> Option<&str> {
        self.error.as_deref()
    }

    /// The event's bytes with some texts replaced: `(index in deltas(), new text)`, in any order; of two for the same
    /// index the later one counts, and an index without a delta is ignored. All other bytes stay as they came.
    #[must_use]
    pub fn with(&self, texts: &[(usize, &str)]) -> Vec<u8> {
        let mut out = Vec::with_capacity(
            self.raw.len() + texts.iter().map(|(_, text)| text.len()).sum::<usize>(),
        );
        let mut at = 0;
        for (number, piece) in self.pieces.iter().enumerate() {
            let Some((_, text)) = texts.iter().rfind(|(index, _)| *index == number) else {
                continue;
            };
            out.extend_from_slice(&self.raw[at..piece.place.0]);
            piece.form.write(text, &mut out);
            at = piece.place.1;
        }
        out.extend_from_slice(&self.raw[at..]);
        out
    }

    /// Adds a JSON string as a text. Spans are into the joined data, of the string with quotes and of the member's name.
    pub(crate) fn push(
        &mut self,
        channel: Channel,
        text: &str,
        string: (usize, usize),
        label: (usize, usize),
    ) {
        let place = (self.raw_offset(string.0 + 1), self.raw_offset(string.1 - 1));
        let label = (self.raw_offset(label.0), self.raw_offset(label.1));
        self.add(channel, text, place, label, Form::Json);
    }

    /// Makes the whole event one unreadable text.
    pub(crate) fn unreadable(&mut self) {
        let data = self.data();
        let source =
            if data.is_empty() { String::from_utf8_lossy(&self.raw) } else { data }.into_owned();
        self.pieces.clear();
        self.text.clear();
        let place = (0, self.raw.len());
        self.add(Channel::new(Kind::Unreadable, 0, 0), &source, place, (0, 0), Form::Frame);
    }

    /// Puts the texts in the order in which they stand, since members may come in any.
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

    fn read_lines(&mut self) {
        let spans: Vec<(usize, usize)> = lines(&self.raw).collect();
        let mut joined = 0;
        for (start, end) in spans {
            let line = self.slice((start, end));
            let colon = line.find(':').unwrap_or(line.len());
            let field = line.get(..colon);
            let (is_data, is_name) = (field == Some("data"), field == Some("event"));
            let value = (start + colon + 1).min(end);
            let value = value + usize::from(self.raw[value..end].first() == Some(&b' '));
            if is_data {
                self.data.push((joined, value, end));
                joined += end - value + 1;
                continue;
            }
            if is_name {
                self.name = (value, end);
            }
            let text = self.slice((value, end)).to_owned();
            if !is_identifier(&text) {
                self.add(Channel::new(Kind::Whole, 0, 0), &text, (value, end), (0, 0), Form::Line);
            }
        }
    }

    fn raw_offset(&self, joined: usize) -> usize {
        let line = self.data.iter().rfind(|(start, _, _)| *start <= joined);
        line.map_or(0, |(start, raw, _)| raw + (joined - start))
    }

    fn slice(&self, (start, end): (usize, usize)) -> &str {
        self.raw.get(start..end).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or("")
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
