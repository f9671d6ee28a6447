//! The answer of a provider, read piece by piece.

use std::net::SocketAddr;

use bytes::Bytes;
use http::{HeaderMap, Version};

use super::error::{Fault, SendError};
use super::{h1, h2};

/// An answer whose head is here and whose body is read with [`Reply::next`].
///
/// Dropping it before the end closes the HTTP/1 connection or resets the HTTP/2 stream, so a provider stops
/// generating when nobody listens any more.
pub struct Reply {
    /// Final status, 200 to 999.
    pub status: u16,
    /// Fields without those for the hop.
    pub headers: HeaderMap,
    /// The declared length, if there is one.
    pub length: Option<u64>,
    /// Who answered.
    pub address: SocketAddr,
    /// The protocol that was spoken.
    pub version: Version,
    /// Whether the connection had served an earlier request.
    pub reused: bool,
    pub(super) source: Source,
}

/// Where the body comes from.
pub(super) enum Source {
    H1(Box<h1::Exchange>),
    H2(Box<h2::Exchange>),
    /// It failed; the connection is already closed.
    Failed(Fault),
}

impl Reply {
    /// The next piece of the body; `None` at its proper end. Nothing is lost if the future is dropped.
    ///
    /// # Errors
    /// When the body breaks off, its framing is broken, or a deadline passes.
    pub async fn next(&mut self) -> Result<Option<Bytes>, SendError> {
        let next = match &mut self.source {
            Source::H1(exchange) => exchange.next().await,
            Source::H2(exchange) => exchange.next().await,
            Source::Failed(fault) => Err(*fault),
        };
        next.map_err(|fault| {
            self.source = Source::Failed(fault);
            fault.reported(self.reused)
        })
    }
}

impl std::fmt::Debug for Reply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Reply {{ status: {}, headers: {}, length: {:?} }}",
            self.status,
            self.headers.len(),
            self.length
        )
    }
}
