//! The frames of an HTTP/2 connection as they come in: what is begun must end in time, however it drips.
//!
//! A request's head is a HEADERS frame and the CONTINUATION frames behind it, and the protocol library tells of it only
//! when it is whole. So the frames are followed here, by their heads alone (RFC 9113 §4.1, §6.2, §6.10): from the first
//! byte of a header block to its last, and of any other frame, no more than `limits.head_time` may pass. DATA is left
//! out, since bodies have a time of their own.

use std::future::Future;
use std::io::{Error, ErrorKind, Result};
use std::pin::Pin;
use std::sync::Arc;
use std::task::Context;
use std::time::Duration;

use pingora_core::protocols::Stream;
use tokio::time::Sleep;

use super::watched::{Watch, Watched};
use crate::counters::{Counters, count};

/// Ends `stream`, which has yet to bring the client's preface, when something begun on it takes longer than `most`.
pub(super) fn timed(stream: Stream, most: Duration, counters: &Arc<Counters>) -> Stream {
    let clock =
        Timed { frames: Frames::default(), most, running: None, counters: Arc::clone(counters) };
    Watched::over(stream, clock)
}

#[derive(Debug)]
struct Timed {
    frames: Frames,
    most: Duration,
    /// Runs while something is begun.
    running: Option<Pin<Box<Sleep>>>,
    counters: Arc<Counters>,
}

impl Watch for Timed {
    fn read(&mut self, bytes: &[u8]) -> Result<()> {
        if self.frames.follow(bytes) {
            self.running = None;
        }
        // PERF: the usual head arrives whole, and no clock is started.
        if !self.frames.is_begun() {
            self.running = None;
        } else if self.running.is_none() {
            self.running = Some(Box::pin(tokio::time::sleep(self.most)));
        }
        Ok(())
    }

    fn wait(&mut self, context: &mut Context<'_>) -> Result<()> {
        if let Some(running) = &mut self.running
            && running.as_mut().poll(context).is_ready()
        {
            count(&self.counters.heads_slow);
            return Err(Error::new(ErrorKind::TimedOut, "a header block did not end in time"));
        }
        Ok(())
    }
}

/// Where the connection stands.
#[derive(Clone, Copy, Debug)]
struct Frames {
    /// Bytes still to come of the preface, or of a frame's payload.
    left: usize,
    /// What came of the next frame's head.
    head: [u8; HEAD],
    had: usize,
    /// The payload that is under way is a body's.
    in_data: bool,
    /// A header block is not complete: its next frame must follow.
    open: bool,
}

impl Default for Frames {
    fn default() -> Self {
        Self { left: PREFACE, head: [0; HEAD], had: 0, in_data: false, open: false }
    }
}

impl Frames {
    /// Follows the next bytes; true if something that was begun before has ended in them.
    fn follow(&mut self, mut bytes: &[u8]) -> bool {
        let mut ended = false;
        while !bytes.is_empty() {
            if self.left > 0 {
                let taken = self.left.min(bytes.len());
                self.left -= taken;
                bytes = bytes.get(taken..).unwrap_or_default();
            } else if let Some((byte, rest)) = bytes.split_first() {
                bytes = rest;
                self.take(*byte);
            }
            ended |= !self.is_begun();
        }
        ended
    }

    /// Takes a byte of a frame's head.
    fn take(&mut self, byte: u8) {
        if let Some(place) = self.head.get_mut(self.had) {
            *place = byte;
        }
        self.had += 1;
        if self.had < HEAD {
            return;
        }
        let [high, middle, low, kind, flags, ..] = self.head;
        self.had = 0;
        self.left = usize::from(high) << 16 | usize::from(middle) << 8 | usize::from(low);
        self.in_data = kind == DATA;
        if matches!(kind, HEADERS | CONTINUATION) {
            self.open = flags & END_HEADERS == 0;
        }
    }

    /// Whether something is begun and not ended, other than a body.
    fn is_begun(&self) -> bool {
        self.open || self.had > 0 || (self.left > 0 && !self.in_data)
    }
}

/// Bytes of the client's connection preface (RFC 9113 §3.4) and of a frame's head.
const PREFACE: usize = 24;
const HEAD: usize = 9;
/// Types of frames and a flag.
const DATA: u8 = 0;
const HEADERS: u8 = 1;
const CONTINUATION: u8 = 9;
const END_HEADERS: u8 = 4;

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(kind: u8, flags: u8, payload: usize) -> Vec<u8> {
        let mut bytes = vec![0, (payload >> 8) as u8, payload as u8, kind, flags, 0, 0, 0, 1];
        bytes.resize(HEAD + payload, 7);
        bytes
    }

    /// Behind the preface and a frame of settings: whether something is begun after each of these frames, and that each
    /// of them is begun in between if `inside` says so, however it is cut.
    fn check(frames: &[Vec<u8>], after: &[bool], inside: bool) {
        let mut begin = vec![b'P'; PREFACE];
        begin.extend(frame(4, 0, 6));
        let mut whole = Frames::default();
        whole.follow(&begin);
        assert!(!whole.is_begun());
        for (bytes, expect) in frames.iter().zip(after) {
            for cut in HEAD..bytes.len() {
                let mut cut_up = whole;
                cut_up.follow(&bytes[..cut]);
                assert_eq!(cut_up.is_begun(), inside, "cut at {cut}");
                cut_up.follow(&bytes[cut..]);
                assert_eq!(cut_up.is_begun(), *expect, "cut at {cut}");
            }
            whole.follow(bytes);
            assert_eq!(whole.is_begun(), *expect);
        }
    }

    #[test]
    fn a_header_block_is_begun_until_its_last_frame_ends() {
        check(&[frame(HEADERS, END_HEADERS, 20)], &[false], true);
        check(
            &[frame(HEADERS, 1, 20), frame(CONTINUATION, 0, 300), frame(CONTINUATION, 4, 1)],
            &[true, true, false],
            true,
        );
        check(&[frame(HEADERS, 0, 1), frame(CONTINUATION, 4, 0)], &[true, false], true);
    }

    #[test]
    fn a_body_is_not_timed_here() {
        check(&[frame(DATA, 0, 1000), frame(DATA, 1, 3)], &[false, false], false);
    }

    #[test]
    fn what_ends_within_the_bytes_is_told() {
        let mut frames = Frames::default();
        assert!(!frames.follow(&[b'P'; PREFACE - 1]) && frames.is_begun());
        assert!(frames.follow(b"P") && !frames.is_begun());
        let two = [frame(HEADERS, 4, 3), frame(HEADERS, 4, 3)].concat();
        assert!(frames.follow(&two[..HEAD + 5]), "the first head ended, the second began");
        assert!(frames.is_begun());
        assert!(!frames.follow(&two[HEAD + 5..HEAD + 6]) && frames.is_begun());
        assert!(frames.follow(&two[HEAD + 6..]) && !frames.is_begun());
    }
}
