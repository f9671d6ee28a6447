//! Chunked request bodies, judged byte by byte as they come in, before pingora's parser reads them.
//!
//! Source: RFC 9112 §7.1. Stricter than it allows receivers to be, because readers disagree about the rest: a size is
//! hexadecimal digits and nothing else, each line ends with CR LF, and there are no extensions and no trailers.

use std::io::{Error, ErrorKind, IoSlice, Result};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use async_trait::async_trait;
use pingora_core::protocols::raw_connect::ProxyDigest;
use pingora_core::protocols::tls::{SslDigest, TlsRef};
use pingora_core::protocols::{
    ALPN, GetProxyDigest, GetSocketDigest, GetTimingDigest, Peek, Shutdown, SocketDigest, Ssl,
    Stream, TimingDigest, UniqueID, UniqueIDType,
};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

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
    fn judge(&mut self, mut bytes: &[u8]) -> std::result::Result<(), BrokenChunks> {
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

    fn with_digit(self, byte: u8) -> std::result::Result<Chunks, BrokenChunks> {
        match (self, char::from(byte).to_digit(16)) {
            (Chunks::Size { digits, value }, Some(digit)) => {
                Ok(Chunks::Size { digits: digits + 1, value: value << 4 | u64::from(digit) })
            }
            _ => Err(BrokenChunks),
        }
    }
}

/// A connection on which a chunked body is under way.
#[derive(Debug)]
struct Guarded {
    inner: Stream,
    chunks: Chunks,
}

/// Judges what is read from `stream` from now on; `begun`: what of the body was read already.
///
/// # Errors
/// [`BrokenChunks`], with the stream, if that much is broken.
pub(super) fn guarded(stream: Stream, begun: &[u8]) -> std::result::Result<Stream, Stream> {
    let mut chunks = Chunks::START;
    match chunks.judge(begun) {
        Ok(()) => Ok(Box::new(Guarded { inner: stream, chunks })),
        Err(BrokenChunks) => Err(stream),
    }
}

/// The connection itself again, once the exchange is over.
pub(super) fn unguarded(stream: Stream) -> Option<Stream> {
    if (*stream).as_any().is::<Guarded>() {
        stream.into_any().downcast::<Guarded>().ok().map(|guarded| guarded.inner)
    } else {
        Some(stream)
    }
}

impl AsyncRead for Guarded {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.inner).poll_read(context, buffer))?;
        let read = buffer.filled().get(before..).unwrap_or_default();
        Poll::Ready(
            self.chunks.judge(read).map_err(|broken| Error::new(ErrorKind::InvalidData, broken)),
        )
    }
}

impl AsyncWrite for Guarded {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<Result<usize>> {
        Pin::new(&mut self.inner).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.inner).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[IoSlice<'_>],
    ) -> Poll<Result<usize>> {
        Pin::new(&mut self.inner).poll_write_vectored(context, pieces)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }
}

#[async_trait]
impl Shutdown for Guarded {
    async fn shutdown(&mut self) {
        Shutdown::shutdown(&mut *self.inner).await;
    }
}

impl UniqueID for Guarded {
    fn id(&self) -> UniqueIDType {
        self.inner.id()
    }
}

impl Ssl for Guarded {
    fn get_ssl(&self) -> Option<&TlsRef> {
        self.inner.get_ssl()
    }

    fn get_ssl_digest(&self) -> Option<Arc<SslDigest>> {
        self.inner.get_ssl_digest()
    }

    fn selected_alpn_proto(&self) -> Option<ALPN> {
        self.inner.selected_alpn_proto()
    }
}

impl GetTimingDigest for Guarded {
    fn get_timing_digest(&self) -> Vec<Option<TimingDigest>> {
        self.inner.get_timing_digest()
    }
}

impl GetProxyDigest for Guarded {
    fn get_proxy_digest(&self) -> Option<Arc<ProxyDigest>> {
        self.inner.get_proxy_digest()
    }
}

impl GetSocketDigest for Guarded {
    fn get_socket_digest(&self) -> Option<Arc<SocketDigest>> {
        self.inner.get_socket_digest()
    }
}

impl Peek for Guarded {}

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
