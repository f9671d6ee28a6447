//! A connection whose incoming bytes are looked at before whoever reads it gets them. Nothing else of it changes.

use std::fmt::Debug;
use std::io::{IoSlice, Result};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use async_trait::async_trait;
use pingora_core::protocols::raw_connect::ProxyDigest;
use pingora_core::protocols::tls::{SslDigest, TlsRef};
use pingora_core::protocols::{
    ALPN, GetProxyDigest, GetSocketDigest, GetTimingDigest, Peek, Shutdown, SocketDigest, Ssl,
    Stream, TimingDigest, UniqueID, UniqueIDType,
};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// What looks at the bytes. An error ends the connection.
pub(super) trait Watch: Debug + Send + Sync + Unpin + 'static {
    /// These bytes came in.
    fn read(&mut self, bytes: &[u8]) -> Result<()>;

    /// No bytes are there yet; `context` is woken when there are, and may be woken before.
    fn wait(&mut self, _context: &mut Context<'_>) -> Result<()> {
        Ok(())
    }
}

/// A connection and what watches it.
#[derive(Debug)]
pub(super) struct Watched<W> {
    inner: Stream,
    watch: W,
}

impl<W: Watch> Watched<W> {
    /// `stream`, watched from now on.
    pub(super) fn over(stream: Stream, watch: W) -> Stream {
        Box::new(Self { inner: stream, watch })
    }

    /// The connection itself again, or a connection that was never watched in this way.
    pub(super) fn unwrapped(stream: Stream) -> Option<Stream> {
        if (*stream).as_any().is::<Self>() {
            stream.into_any().downcast::<Self>().ok().map(|watched| watched.inner)
        } else {
            Some(stream)
        }
    }
}

impl<W: Watch> AsyncRead for Watched<W> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<Result<()>> {
        let before = buffer.filled().len();
        match Pin::new(&mut self.inner).poll_read(context, buffer) {
            Poll::Ready(Ok(())) => {
                let read = buffer.filled().get(before..).unwrap_or_default();
                Poll::Ready(self.watch.read(read))
            }
            Poll::Pending => match self.watch.wait(context) {
                Ok(()) => Poll::Pending,
                Err(error) => Poll::Ready(Err(error)),
            },
            failed @ Poll::Ready(Err(_)) => failed,
        }
    }
}

impl<W: Watch> AsyncWrite for Watched<W> {
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
impl<W: Watch> Shutdown for Watched<W> {
    async fn shutdown(&mut self) {
        Shutdown::shutdown(&mut *self.inner).await;
    }
}

impl<W: Watch> UniqueID for Watched<W> {
    fn id(&self) -> UniqueIDType {
        self.inner.id()
    }
}

impl<W: Watch> Ssl for Watched<W> {
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

impl<W: Watch> GetTimingDigest for Watched<W> {
    fn get_timing_digest(&self) -> Vec<Option<TimingDigest>> {
        self.inner.get_timing_digest()
    }
}

impl<W: Watch> GetProxyDigest for Watched<W> {
    fn get_proxy_digest(&self) -> Option<Arc<ProxyDigest>> {
        self.inner.get_proxy_digest()
    }
}

impl<W: Watch> GetSocketDigest for Watched<W> {
    fn get_socket_digest(&self) -> Option<Arc<SocketDigest>> {
        self.inner.get_socket_digest()
    }
}

impl<W: Watch> Peek for Watched<W> {}
