//! The body of an answer: which of the bytes at hand belong to it, and where it ends.

use bytes::{Buf, Bytes, BytesMut};

const MOST_SIZE_LINE: usize = 1024;

const MOST_TRAILERS: usize = 8 * 1024;

const LEAST_ROOM: usize = 8 * 1024;

const MOST_ROOM: usize = 64 * 1024;

/// How the end of an answer's body is found.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::engine) enum Framing {
    /// There are this many bytes left.
    Length(u64),
    /// Chunks; see [`Chunks`].
    Chunked(Chunks),
    /// Until the connection ends.
    UntilClose,
}

/// Where a chunked body stands (RFC 9112 §7.1). Extensions and trailers are read over.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::engine) struct Chunks(Step);

#[derive(Debug, Default, PartialEq, Eq)]
enum Step {
    #[default]
    Size,
    Data(u64),
    DataEnd,
    Trailers(usize),
    Done,
}

/// What a framing makes of the bytes at hand.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::engine) enum Taken {
    Data(Bytes),
    More,
    End,
}

impl Framing {
    /// Takes the next piece of the body from the front of `inbox`. `None` if the framing is broken.
    pub(in crate::engine) fn take(&mut self, inbox: &mut BytesMut) -> Option<Taken> {
        match self {
            Framing::Length(0) => Some(Taken::End),
            _ if inbox.is_empty() && !self.is_at_end() => Some(Taken::More),
            Framing::Length(left) => Some(Taken::Data(split(inbox, left))),
            Framing::UntilClose => Some(Taken::Data(inbox.split().freeze())),
            Framing::Chunked(chunks) => chunks.take(inbox),
        }
    }

    /// Whether the end was reached.
    pub(in crate::engine) fn is_at_end(&self) -> bool {
        matches!(self, Framing::Length(0) | Framing::Chunked(Chunks(Step::Done)))
    }

    /// How many bytes are worth making room for.
    pub(in crate::engine) fn wants(&self) -> usize {
        match self {
            Framing::Length(left) | Framing::Chunked(Chunks(Step::Data(left))) => {
                usize::try_from(*left).unwrap_or(usize::MAX).clamp(LEAST_ROOM, MOST_ROOM)
            }
            _ => LEAST_ROOM,
        }
    }
}

impl Chunks {
    fn take(&mut self, inbox: &mut BytesMut) -> Option<Taken> {
        loop {
            match &mut self.0 {
                Step::Size => match take_size(inbox)? {
                    None => return Some(Taken::More),
                    Some(0) => self.0 = Step::Trailers(0),
                    Some(size) => self.0 = Step::Data(size),
                },
                Step::Data(_) if inbox.is_empty() => return Some(Taken::More),
                Step::Data(left) => {
                    let data = split(inbox, left);
                    if *left == 0 {
                        self.0 = Step::DataEnd;
                    }
                    return Some(Taken::Data(data));
                }
                Step::DataEnd if inbox.len() < 2 => return Some(Taken::More),
                Step::DataEnd => {
                    if !inbox.starts_with(b"\r\n") {
                        return None;
                    }
                    inbox.advance(2);
                    self.0 = Step::Size;
                }
                Step::Trailers(read) => {
                    let Some(end) = memchr::memchr(b'\n', inbox) else {
                        return if inbox.len() > MOST_TRAILERS { None } else { Some(Taken::More) };
                    };
                    let line = inbox.split_to(end + 1);
                    *read += line.len();
                    if !line.ends_with(b"\r\n") || *read > MOST_TRAILERS {
                        return None;
                    }
                    if line.len() == 2 {
                        self.0 = Step::Done;
                    }
                }
                Step::Done => return Some(Taken::End),
            }
        }
    }
}

/// The size of the next chunk, once its line is here; outer `None` if it is broken.
fn take_size(inbox: &mut BytesMut) -> Option<Option<u64>> {
    // The parser takes an empty size for zero, which would end the body early.
    if !inbox.first().is_none_or(u8::is_ascii_hexdigit) {
        return None;
    }
    match httparse::parse_chunk_size(inbox).ok()? {
        httparse::Status::Complete((used, size)) => {
            inbox.advance(used);
            Some(Some(size))
        }
        httparse::Status::Partial if inbox.len() > MOST_SIZE_LINE => None,
        httparse::Status::Partial => Some(None),
    }
}

fn split(inbox: &mut BytesMut, left: &mut u64) -> Bytes {
    let count = usize::try_from(*left).unwrap_or(usize::MAX).min(inbox.len());
    *left -= count as u64;
    inbox.split_to(count).freeze()
}
