//! A raw HTTP/1 head: read to its end under a total deadline, a size and a count bound.

use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bytes::{BufMut, Bytes, BytesMut};
use pingora_core::protocols::Stream;
use pingora_timeout::timeout;
use tokio::io::AsyncReadExt;

use super::vet::{self, Body};
use crate::config::Limits;
use crate::rejection::Rejection;

/// How the wait for a head ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum HeadEnd {
    /// A vetted head of this many bytes, perhaps with the beginning of its body behind it.
    Complete(usize, Body),
    /// An HTTP/2 connection preface.
    Preface,
    /// Nothing came, or the client or the server went away: nobody needs an answer.
    Quiet,
    /// Not let in.
    Refused(Rejection),
}

/// Reads on until the head that `bytes` begins is complete, and vets it.
pub(super) async fn complete(
    stream: &mut Stream,
    bytes: &mut BytesMut,
    limits: &Limits,
) -> HeadEnd {
    let mut lines = Lines::default();
    // PERF: the usual head arrives whole, and what arrived is taken without waiting; no clock is asked then.
    if !take_arrived(stream, bytes) {
        return HeadEnd::Quiet;
    }
    match lines.advance(bytes, limits) {
        Scan::More => {}
        Scan::Ended(end) => return end,
    }
    let reading = async {
        loop {
            bytes.reserve(MORE_BYTES);
            match stream.read_buf(bytes).await {
                Ok(read) if read > 0 => {}
                _ => return HeadEnd::Quiet,
            }
            match lines.advance(bytes, limits) {
                Scan::More => {}
                Scan::Ended(end) => return end,
            }
        }
    };
    match timeout(limits.head_time.get(), reading).await {
        Ok(end) => end,
        Err(_) => HeadEnd::Refused(too_slow(limits.head_time.get())),
    }
}

/// Takes in what can be read at once; false at the end of the connection.
fn take_arrived(stream: &mut Stream, bytes: &mut BytesMut) -> bool {
    let mut context = Context::from_waker(Waker::noop());
    let read = std::pin::pin!(stream.read_buf(bytes));
    !matches!(read.poll(&mut context), Poll::Ready(Ok(0) | Err(_)))
}

/// The answer to a head that was not let in, ready for the wire.
pub(super) fn answer(rejection: &Rejection) -> Bytes {
    let body = rejection.body();
    let reason = http::StatusCode::from_u16(rejection.status)
        .ok()
        .and_then(|status| status.canonical_reason());
    let mut out = BytesMut::with_capacity(256 + body.len());
    out.put_slice(
        format!("HTTP/1.1 {} {}\r\n", rejection.status, reason.unwrap_or("Error")).as_bytes(),
    );
    for (name, value) in &rejection.headers() {
        out.put_slice(name.as_str().as_bytes());
        out.put_slice(b": ");
        out.put_slice(value.as_bytes());
        out.put_slice(b"\r\n");
    }
    out.put_slice(
        format!("content-length: {}\r\nconnection: close\r\n\r\n", body.len()).as_bytes(),
    );
    out.put_slice(&body);
    out.freeze()
}

enum Scan {
    More,
    Ended(HeadEnd),
}

/// Where the search for the end of the head stands. Each byte is looked at once.
#[derive(Default)]
struct Lines {
    line_start: usize,
    scanned: usize,
    count: usize,
}

impl Lines {
    fn advance(&mut self, bytes: &[u8], limits: &Limits) -> Scan {
        while let Some(end) = find(bytes, self.scanned, b'\n') {
            self.scanned = end + 1;
            let line = bytes.get(self.line_start..end).unwrap_or_default();
            let Some(line) = line.strip_suffix(b"\r") else {
                return refused(vet::early(bytes).unwrap_or_else(bare_line_feed));
            };
            if line.is_empty() {
                return self.ended(bytes, end + 1, limits);
            }
            self.line_start = end + 1;
            self.count += 1;
            if self.count > usize::from(limits.headers) + 1 {
                return refused(too_many(limits.headers));
            }
            if end > limits.head.get() {
                return refused(too_long(limits.head.get()));
            }
        }
        self.scanned = bytes.len();
        match vet::early(bytes) {
            Some(rejection) if self.count == 0 => refused(rejection),
            _ if bytes.len() > limits.head.get() => refused(too_long(limits.head.get())),
            _ => Scan::More,
        }
    }

    fn ended(&self, bytes: &[u8], end: usize, limits: &Limits) -> Scan {
        let head = bytes.get(..end).unwrap_or_default();
        if let Some(rejection) = vet::early(bytes) {
            return refused(rejection);
        }
        if head == vet::PREFACE_HEAD {
            return Scan::Ended(HeadEnd::Preface);
        }
        if end > limits.head.get() {
            return refused(too_long(limits.head.get()));
        }
        match vet::raw(head) {
            Ok(body) => Scan::Ended(HeadEnd::Complete(end, body)),
            Err(rejection) => refused(rejection),
        }
    }
}

fn find(bytes: &[u8], from: usize, byte: u8) -> Option<usize> {
    memchr::memchr(byte, bytes.get(from..)?).map(|at| from + at)
}

fn refused(rejection: Rejection) -> Scan {
    Scan::Ended(HeadEnd::Refused(rejection))
}

fn bare_line_feed() -> Rejection {
    Rejection::new(
        400,
        "bare-line-feed",
        "A line of the request head ends with a line feed alone.",
        "End each line with CR LF.",
    )
}

fn too_many(most: u16) -> Rejection {
    Rejection::new(
        431,
        "too-many-headers",
        format!("The request head has more than {most} header lines."),
        "Send fewer, or raise limits.headers on the gateway.",
    )
}

fn too_long(most: usize) -> Rejection {
    Rejection::new(
        431,
        "head-too-large",
        format!("The request head is longer than {most} bytes."),
        "Send less in headers, or raise limits.head on the gateway.",
    )
}

fn too_slow(most: Duration) -> Rejection {
    Rejection::new(
        408,
        "head-too-slow",
        format!("The request head did not arrive within {} ms.", most.as_millis()),
        "Send it faster, or raise limits.head_time on the gateway.",
    )
}

const MORE_BYTES: usize = 4096;
