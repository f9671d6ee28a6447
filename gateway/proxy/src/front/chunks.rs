//! Chunked request bodies, judged byte by byte as they come in, before pingora's parser reads them.
//!
//! Source: RFC 9112 §7.1. Stricter than it allows receivers to be, because readers disagree about the rest: a size is
//! hexadecimal digits and nothing else, each line ends with CR LF, and there are no extensions and no trailers.

use std::io::{Error, ErrorKind};

use pingora_core::protocols::Stream;

use super::watched::{Watch, Watched};

/// The chunks of a body are not as they must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the body's chunks are broken")]
pub(crate) struct BrokenChunks;

/// Where a chunked body stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Chunks {
    Size {
        digits: u8,
        value: u64,
    },
    SizeEnd(u64),
    Data(u64),
    DataEnd,
    DataLineEnd,
    LastEnd,
    LastLineEnd,
    /// What follows is the next request.
    Done,
}

impl Chunks {
    const START: Chunks = Chunks::Size { digits: 0, value: 0 };

    /// Judges the next bytes of the connection.
    fn judge(&mut self, mut bytes: &[u8]) -> Result<(), BrokenChunks> {
        while let Some((byte, rest)) = bytes.split_first() {
            bytes = rest;
            *self = match (*self, *byte) {
                (Chunks::Done, _) => return Ok(()),
                (Chunks::Data(left), _) => {
                    let more = bytes.len().min(usize::try_from(left - 1).unwrap_or(usize::MAX));
                    bytes = bytes.get(more..).unwrap_or_default();
                    match left - 1 - more as u64 {
                        0 => Chunks::DataEnd,
                        left => Chunks::Data(left),
                    }
                }
                (Chunks::Size { digits: 1.., value }, b'\r') => Chunks::SizeEnd(value),
                (Chunks::Size { digits: ..MOST_DIGITS, .. }, byte) => self.with_digit(byte)?,
                (Chunks::SizeEnd(0), b'\n') => Chunks::LastEnd,
                (Chunks::SizeEnd(size), b'\n') => Chunks::Data(size),
                (Chunks::DataEnd, b'\r') => Chunks::DataLineEnd,
                (Chunks::DataLineEnd, b'\n') => Chunks::START,
                (Chunks::LastEnd, b'\r') => Chunks::LastLineEnd,
                (Chunks::LastLineEnd, b'\n') => Chunks::Done,
                _ => return Err(BrokenChunks),
            };
        }
        Ok(())
    }

    fn with_digit(self, byte: u8) -> Result<Chunks, BrokenChunks> {
        match (self, char::from(byte).to_digit(16)) {
            (Chunks::Size { digits, value }, Some(digit)) => {
                Ok(Chunks::Size { digits: digits + 1, value: value << 4 | u64::from(digit) })
            }
            _ => Err(BrokenChunks),
        }
    }
}

impl Watch for Chunks {
    fn read(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.judge(bytes).map_err(|broken| Error::new(ErrorKind::InvalidData, broken))
    }
}

/// Judges what is read from `stream` from now on; `begun`: what of the body was read already.
///
/// # Errors
/// [`BrokenChunks`], with the stream, if that much is broken.
pub(super) fn guarded(stream: Stream, begun: &[u8]) -> Result<Stream, Stream> {
    let mut chunks = Chunks::START;
    match chunks.judge(begun) {
        Ok(()) => Ok(Watched::over(stream, chunks)),
        Err(BrokenChunks) => Err(stream),
    }
}

/// The connection itself again, once the exchange is over.
pub(super) fn unguarded(stream: Stream) -> Option<Stream> {
    Watched::<Chunks>::unwrapped(stream)
}

/// Sizes of up to 60 bits: more than any bound, and no overflow.
const MOST_DIGITS: u8 = 15;

#[cfg(test)]
mod tests {
    use super::{BrokenChunks, Chunks};

    /// However the bytes are cut, the outcome is the same.
    fn check(body: &str, expect: Result<Chunks, BrokenChunks>) {
        for cut in 0..=body.len() {
            let (first, second) = body.as_bytes().split_at(cut);
            let mut chunks = Chunks::START;
            let judged = chunks.judge(first).and_then(|()| chunks.judge(second)).map(|()| chunks);
            assert_eq!(judged, expect, "{body:?} cut at {cut}");
        }
    }

    #[test]
    fn plain_chunks_come_in() {
        check("0\r\n\r\n", Ok(Chunks::Done));
        check("5\r\nhello\r\n000a\r\n0123456789\r\n0\r\n\r\nGET / HTTP/1.1\r\n", Ok(Chunks::Done));
        check("F\r\n\r\n0\r\n\r\n", Ok(Chunks::Data(8)));
    }

    #[test]
    fn what_readers_disagree_about_is_refused() {
        for body in [
            "\r\nhello\r\n0\r\n\r\n",
            "5 \r\nhello\r\n",
            " 5\r\nhello\r\n",
            "5;a=b\r\nhello\r\n",
            "5;a\nhello\r\n",
            "5\nhello\r\n",
            "5\r\nhello!\r\n",
            "5\r\nhello\n0\r\n\r\n",
            "0x5\r\nhello\r\n",
            "-1\r\n",
            "+5\r\nhello\r\n",
            "1000000000000000\r\n",
            "0\r\nX: 1\r\n\r\n",
            "0\r\n\n",
        ] {
            check(body, Err(BrokenChunks));
        }
    }
}
