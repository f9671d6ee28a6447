//! Splitter and dialect together: bytes to understood events.

use super::channel::{Channel, Kind};
use super::event::{Event, Found, Frame};
use super::fields::{CONTINUED, GROWING, IDENTIFIERS, is_identifier};
use super::memory::{Memory, around};
use super::split::{DEFAULT_EVENT_LIMIT, Overflow, Splitter};
use super::tree::{Id, Nodes, Tree, Type};
use super::{anthropic, openai};
use crate::{Dialect, refusal};

/// Reads one answer's stream. Holds the unfinished event and, of the texts that are open, only what stands around them.
pub struct Reader {
    dialect: Dialect,
    splitter: Splitter,
    memory: Memory,
    /// The stream ended without a blank line, so an event of ours must bring one.
    tail: bool,
    nodes: Nodes,
}

impl Reader {
    /// A reader with the default bound on an event's size.
    #[must_use]
    pub fn new(dialect: Dialect) -> Self {
        Self::with_limit(dialect, DEFAULT_EVENT_LIMIT)
    }

    /// A reader that refuses events over `limit` bytes.
    #[must_use]
    pub fn with_limit(dialect: Dialect, limit: usize) -> Self {
        Self {
            dialect,
            splitter: Splitter::new(limit),
            memory: Memory::new(dialect),
            tail: false,
            nodes: Nodes::default(),
        }
    }

    /// Takes more bytes of the stream.
    pub fn feed(&mut self, bytes: &[u8]) {
        self.splitter.feed(bytes);
    }

    /// Bytes that were fed and are not yet part of an event.
    #[must_use]
    pub fn held(&self) -> usize {
        self.splitter.held()
    }

    /// The next whole event; `None` when more bytes are needed.
    ///
    /// # Errors
    /// [`Overflow`] when an event is larger than the limit; the stream cannot be read further.
    #[expect(
        clippy::should_implement_trait,
        reason = "an iterator could not be fed between two items"
    )]
    pub fn next(&mut self) -> Result<Option<Event>, Overflow> {
        Ok(self.splitter.next()?.map(|frame| self.read(frame)))
    }

    /// The unterminated tail when the stream has ended, read as an event.
    pub fn finish(&mut self) -> Option<Event> {
        let frame = self.splitter.finish()?;
        self.tail = true;
        Some(self.read(frame))
    }

    /// Ends all texts that are still open and names them: for a stream that stops without saying that it is complete.
    pub fn close(&mut self) -> Vec<Channel> {
        self.memory.end(|_| true)
    }

    /// One well-formed event that carries more text of a channel, for text that was held back and must go out before the
    /// channel ends. Works for channels named by the last event's `ends()` or by [`Reader::close`], and for open ones.
    #[must_use]
    pub fn synthesise(&self, channel: Channel, text: &str) -> Vec<u8> {
        self.after_tail(self.memory.write(channel, text))
    }

    /// The dialect's final error event, after which the stream is cut.
    #[must_use]
    pub fn error_event(&self, code: &str, message: &str) -> Vec<u8> {
        self.after_tail(refusal::cut(self.dialect, 403, code, message))
    }

    fn after_tail(&self, event: Vec<u8>) -> Vec<u8> {
        if self.tail { [b"\n\n".as_slice(), &event].concat() } else { event }
    }

    fn read(&mut self, frame: Vec<u8>) -> Event {
        self.memory.forget_ended();
        let mut event = Event::new(frame);
        let (frame, found) = event.open();
        let data = frame.data();
        let mut readable = true;
        if data.trim() == "[DONE]" {
            found.done = true;
            found.ends = self.memory.end(|_| true);
        } else if !data.is_empty() {
            match Tree::parse_into(std::mem::take(&mut self.nodes), &data) {
                Ok(tree) => {
                    Draft { tree: &tree, frame, found: &mut *found, memory: &mut self.memory }
                        .read(self.dialect);
                    self.nodes = tree.into_memory();
                }
                Err(_) => readable = false,
            }
        }
        if readable {
            found.sort();
        } else {
            drop(data);
            event.unreadable();
        }
        event
    }
}

/// An event being understood.
pub(crate) struct Draft<'d, 's> {
    pub(crate) tree: &'d Tree<'s>,
    pub(crate) frame: &'d Frame,
    pub(crate) found: &'d mut Found,
    pub(crate) memory: &'d mut Memory,
}

impl Draft<'_, '_> {
    fn read(&mut self, dialect: Dialect) {
        match dialect {
            Dialect::OpenAiChat => openai::read(self),
            Dialect::AnthropicMessages => anthropic::read(self),
            Dialect::Unknown => self.whole(0),
        }
    }

    /// Adds a string as a piece of a growing text; `top` is the object that an event with more of it must repeat.
    pub(crate) fn grow(
        &mut self,
        string: Id,
        channel: Channel,
        top: impl FnOnce() -> (Vec<u8>, Vec<u8>),
    ) {
        let kept = channel.kind.grows() && self.memory.grow(channel, top);
        self.add(string, if kept { channel } else { Channel { kind: Kind::Whole, ..channel } });
    }

    /// Adds a string as it is; an empty one has nothing to say.
    pub(crate) fn add(&mut self, string: Id, channel: Channel) {
        let text = self.tree.text(string).unwrap_or_default();
        if !text.is_empty() {
            let spans = (self.tree.span(string), self.tree.key_span(string));
            self.found.push(self.frame, channel, &text, spans);
        }
    }

    /// Adds every string under a value as complete in itself, except identifiers.
    pub(crate) fn whole(&mut self, id: Id) {
        match self.tree.kind(id) {
            Type::String if !self.is_setting(id) => self.add(id, Channel::new(Kind::Whole, 0, 0)),
            Type::Object | Type::Array => {
                let tree = self.tree;
                tree.children(id).for_each(|child| self.whole(child));
            }
            _ => {}
        }
    }

    /// Adds every string under a member of a choice: those that grow by the tables as such, the others as complete.
    pub(crate) fn unknown(&mut self, id: Id, index: u32, top: Id) {
        match self.tree.kind(id) {
            Type::String if !self.is_setting(id) => match self.growing_path(id, top) {
                Some(path) => {
                    let tree = self.tree;
                    self.grow(id, Channel::new(Kind::Other, index, path), || around(tree, id, top));
                }
                None => self.add(id, Channel::new(Kind::Whole, index, 0)),
            },
            Type::Object | Type::Array => {
                let tree = self.tree;
                tree.children(id).for_each(|child| self.unknown(child, index, top));
            }
            _ => {}
        }
    }

    fn is_setting(&self, id: Id) -> bool {
        IDENTIFIERS.contains(&&*self.tree.key(id))
            && self.tree.text(id).is_some_and(|text| is_identifier(&text))
    }

    /// A number for the path from `top` to a string that grows, `None` for a text that is complete in itself.
    fn growing_path(&self, string: Id, top: Id) -> Option<u32> {
        let direct =
            self.tree.parent(string).is_some_and(|parent| self.tree.key(parent) == "delta");
        if !direct && !GROWING.contains(&&*self.tree.key(string)) {
            return None;
        }
        let mut hash = 0x811c_9dc5_u32;
        let mut id = string;
        while id != top {
            let parent = self.tree.parent(id)?;
            let step = if self.tree.kind(parent) == Type::Array {
                match self.tree.index_of(id, "index") {
                    Some(index) => index.to_string(),
                    None if CONTINUED.contains(&&*self.tree.key(parent)) => String::new(),
                    None => return None,
                }
            } else {
                self.tree.key(id).into_owned()
            };
            hash = step
                .bytes()
                .chain([b'/'])
                .fold(hash, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
            id = parent;
        }
        Some(hash)
    }
}
