//! Bytes of a server-sent event stream to whole frames (WHATWG HTML, "Server-sent events", event stream interpretation).
//!
//! Invariants: the frames' raw bytes, put together, are the bytes fed, and where the frames end does not depend on how
//! the bytes were cut. A frame ends after a blank line; lines end with LF, CR or CRLF. A bare CR at the end of what was fed waits for
//! the next byte, since an LF would belong to it. Sizes are bytes.

use memchr::memchr2;

/// Cuts bytes into frames; holds at most one unfinished frame beside what was fed and not yet taken.
#[derive(Clone)]
pub struct Splitter {
    buffer: Vec<u8>,
    begin: usize,
    line: usize,
    at: usize,
    limit: usize,
    overflowed: bool,
}

/// An event is larger than the configured size; the stream cannot be read further.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overflow {
    /// The bound that was passed, in bytes.
    pub limit: usize,
}

impl std::fmt::Display for Overflow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "an event of the answer's stream is larger than {} bytes; raise the event limit if that is expected",
            self.limit
        )
    }
}

impl std::error::Error for Overflow {}

impl Splitter {
    /// A splitter that refuses frames over `limit` bytes.
    #[must_use]
    pub fn new(limit: usize) -> Self {
        Self { buffer: Vec::new(), begin: 0, line: 0, at: 0, limit, overflowed: false }
    }

    /// Takes more bytes of the stream.
    pub fn feed(&mut self, bytes: &[u8]) {
        if self.begin == self.buffer.len() || self.begin > self.buffer.len() / 2 {
            self.buffer.drain(..self.begin);
            self.line -= self.begin;
            self.at -= self.begin;
            self.begin = 0;
        }
        if !self.overflowed {
            self.buffer.extend_from_slice(bytes);
        }
    }

    /// Bytes that were fed and not taken yet.
    #[must_use]
    pub fn held(&self) -> usize {
        self.buffer.len() - self.begin
    }

    /// The next whole frame's raw bytes, its blank line included; `None` when more bytes are needed.
    ///
    /// # Errors
    /// [`Overflow`] when the frame is larger than the limit, now and ever after.
    #[expect(
        clippy::should_implement_trait,
        reason = "an iterator could not be fed between two items"
    )]
    pub fn next(&mut self) -> Result<Option<Vec<u8>>, Overflow> {
        while !self.overflowed {
            let Some(end) = self.line_end() else {
                return self.within(self.buffer.len() - self.begin).map(|()| None);
            };
            let blank = self.at == self.line;
            (self.line, self.at) = (end, end);
            if blank {
                self.within(end - self.begin)?;
                let frame = self.buffer[self.begin..end].to_vec();
                self.begin = end;
                return Ok(Some(frame));
            }
        }
        Err(Overflow { limit: self.limit })
    }

    /// What is left when the stream has ended: a frame without its blank line. A reader that keeps to the standard drops
    /// it; readers that go line by line do not, so it counts as an event.
    pub fn finish(&mut self) -> Option<Vec<u8>> {
        let rest = self.buffer.split_off(self.begin);
        self.buffer.clear();
        (self.begin, self.line, self.at) = (0, 0, 0);
        (!rest.is_empty() && !self.overflowed).then_some(rest)
    }

    /// Moves `at` to the end of the current line's content and answers the end of its terminator, when both are known.
    fn line_end(&mut self) -> Option<usize> {
        let Some(found) = memchr2(b'\r', b'\n', &self.buffer[self.at..]) else {
            self.at = self.buffer.len();
            return None;
        };
        self.at += found;
        match (self.buffer[self.at], self.buffer.get(self.at + 1)) {
            (b'\r', None) => None,
            (b'\r', Some(b'\n')) => Some(self.at + 2),
            _ => Some(self.at + 1),
        }
    }

    fn within(&mut self, size: usize) -> Result<(), Overflow> {
        if size <= self.limit {
            return Ok(());
        }
        self.overflowed = true;
        self.buffer = Vec::new();
        (self.begin, self.line, self.at) = (0, 0, 0);
        Err(Overflow { limit: self.limit })
    }
}

/// Content and span of each line of a frame, without terminators and without a leading byte order mark.
pub(crate) fn lines(raw: &[u8]) -> impl Iterator<Item = (usize, usize)> {
    let mut at = if raw.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    std::iter::from_fn(move || {
        if at >= raw.len() {
            return None;
        }
        let start = at;
        let end = memchr2(b'\r', b'\n', &raw[at..]).map_or(raw.len(), |found| at + found);
        at = end + if raw[end..].starts_with(b"\r\n") { 2 } else { 1 };
        Some((start, end))
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed test should stop here")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn split(pieces: &[&[u8]]) -> Vec<Vec<u8>> {
        let mut splitter = Splitter::new(1 << 20);
        let mut frames = Vec::new();
        for piece in pieces {
            splitter.feed(piece);
            while let Some(frame) = splitter.next().unwrap() {
                frames.push(frame);
            }
        }
        frames.extend(splitter.finish());
        frames
    }

    #[test]
    fn frames_end_after_a_blank_line() {
        let check = |bytes: &[u8], expect: &[&[u8]]| assert_eq!(split(&[bytes]), expect);
        check(b"data: a\n\ndata: b\n\n", &[b"data: a\n\n", b"data: b\n\n"]);
        check(b"data: a\r\n\r\ndata: b\r\n\r\n", &[b"data: a\r\n\r\n", b"data: b\r\n\r\n"]);
        check(b"data: a\r\rdata: b\r\r", &[b"data: a\r\r", b"data: b\r\r"]);
        check(b": c\n\n\ndata: b", &[b": c\n\n", b"\n", b"data: b"]);
        check(b"", &[]);
    }

    #[test]
    fn an_event_over_the_limit_is_an_overflow_however_it_is_cut() {
        for cut in 0..24 {
            let bytes = b"data: a\n\ndata: 0123456789\n\n";
            let mut splitter = Splitter::new(12);
            splitter.feed(&bytes[..cut]);
            let mut seen = Vec::new();
            let mut over = None;
            for _ in 0..4 {
                match splitter.next() {
                    Ok(Some(frame)) => seen.push(frame),
                    Ok(None) => splitter.feed(&bytes[cut..]),
                    Err(overflow) => over = Some(overflow),
                }
            }
            assert_eq!((seen.len(), over), (1, Some(Overflow { limit: 12 })), "cut at {cut}");
        }
    }

    proptest! {
        #[test]
        fn cuts_do_not_matter(bytes in "[\r\nad: é]{0,60}", cuts in proptest::collection::vec(0usize..80, 0..6)) {
            let bytes = bytes.as_bytes();
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(bytes.len())).collect();
            cuts.sort_unstable();
            let mut pieces = Vec::new();
            let mut from = 0;
            for cut in cuts {
                pieces.push(&bytes[from..cut]);
                from = cut;
            }
            pieces.push(&bytes[from..]);
            let frames = split(&pieces);
            prop_assert_eq!(&frames, &split(&[bytes]));
            prop_assert_eq!(frames.concat(), bytes);
        }
    }
}
