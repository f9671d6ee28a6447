//! The only way out: requests to providers, over connections that are ours.
//!
//! A request is serialised once and sent as one write; answers are read with bounds and deadlines. Connections are
//! made by pingora's connector (sockets, TLS) to exactly the address that was judged, and kept in a pool of our own.
//! INVARIANT: TLS always has a server name and is always verified; bytes go to no other address than [`Peer::address`].

mod error;
mod h1;
mod h2;
mod message;
mod pool;
mod reply;
mod sending;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use pingora_core::connectors::http::v2::{ConnectionRef, H2HandshakeSettings, handshake};
use pingora_core::connectors::{ConnectorOptions, TransportConnector};
use pingora_core::protocols::{ALPN, Stream};
use pingora_core::server::ShutdownWatch;
use pingora_core::upstreams::peer::HttpPeer;
use pingora_timeout::timeout;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use crate::config::{ProxyConfig, Upstream};
use crate::serve::Background;

pub use error::{SendError, SendErrorKind};
pub use message::RequestHead;
pub use pool::EngineCounters;
pub use reply::Reply;

use error::Fault;
use pool::{Lease, Pool};

/// Whom to connect to, and what a connection may be shared with: only requests to an equal peer.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Peer {
    /// The address that was judged.
    pub address: SocketAddr,
    /// The name that the certificate must bear; absent means no TLS. Never empty.
    pub tls: Option<String>,
    /// Separates connections that must not be shared, such as those of different tenants or jurisdictions.
    pub trust: u64,
    /// Which protocol versions may be spoken.
    pub protocols: Protocols,
}

/// Protocol versions on the way to a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Protocols {
    /// HTTP/1.1.
    Http1,
    /// HTTP/2; without TLS by prior knowledge.
    Http2,
    /// What the TLS handshake agrees on, HTTP/2 first; without TLS the same as `Http1`.
    Either,
}

/// Upper bounds of waiting; see [`Upstream`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadlines {
    /// TCP and TLS together.
    pub connect: Duration,
    /// From the last byte of the request to the end of the answer's head.
    pub first_byte: Duration,
    /// Longest silence while a body is sent or received.
    pub between_reads: Duration,
    /// The whole exchange.
    pub total: Duration,
}

impl From<&Upstream> for Deadlines {
    fn from(upstream: &Upstream) -> Deadlines {
        Deadlines {
            connect: upstream.connect.get(),
            first_byte: upstream.first_byte.get(),
            between_reads: upstream.between_reads.get(),
            total: upstream.total.get(),
        }
    }
}

/// Why an engine cannot be built.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EngineError {
    /// `trust.ca_file` cannot be used.
    #[error("{0}")]
    CaFile(String),
}

/// Sends requests to providers; one value serves the whole node.
pub struct Engine {
    connector: TransportConnector,
    pool: Arc<Pool>,
    response_head: usize,
    h2_streams: usize,
}

impl Engine {
    /// An engine as configured.
    ///
    /// # Errors
    /// [`EngineError`] when the certificate authorities cannot be read.
    pub fn new(config: &ProxyConfig) -> Result<Arc<Engine>, EngineError> {
        // pingora panics over a file it cannot use, so it is read here first.
        let ca_file = config.trust.ca_file.as_deref().map(checked).transpose()?;
        let mut options = ConnectorOptions::new(1);
        options.ca_file = ca_file;
        Ok(Arc::new(Engine {
            connector: TransportConnector::new(Some(options)),
            pool: Arc::new(Pool::new(&config.pool)),
            response_head: config.upstream.response_head.get(),
            h2_streams: config.pool.h2_streams as usize,
        }))
    }

    /// Sends a request and waits for the head of its answer.
    ///
    /// The request is sent at most once. A kept connection that turns out to be dead before a byte of an answer is
    /// told by [`SendError::stale`], and the others to its peer are given up, so that the next request connects anew.
    ///
    /// # Errors
    /// [`SendError`], which tells whether a byte of the request may have left.
    pub async fn send(
        &self,
        peer: &Peer,
        head: &RequestHead<'_>,
        body: Bytes,
        deadlines: &Deadlines,
    ) -> Result<Reply, SendError> {
        let clock = Clock { end: crate::clock::now() + deadlines.total, deadlines: *deadlines };
        if peer.tls.as_deref().is_some_and(str::is_empty) {
            return Err(Fault::clean(SendErrorKind::ServerName).reported(false));
        }
        head.check().map_err(|fault| fault.reported(false))?;
        let kept = self.pool.take(peer).await;
        let reused = kept.is_some();
        let lease = match kept {
            Some(lease) => lease,
            // Boxed: it is rare and large, and would be room in the future of each request.
            None => {
                Box::pin(self.connect(peer, &clock)).await.map_err(|fault| fault.reported(false))?
            }
        };
        let order = Order { peer, head, body, clock, most_head: self.response_head };
        let sent = self.exchange(lease, order).await;
        sent.map(|reply| Reply { reused, ..reply }).map_err(|fault| {
            let error = fault.reported(reused);
            if error.stale() {
                self.pool.give_up(peer);
            }
            error
        })
    }

    /// Work that closes idle connections when their time is over.
    pub fn sweeper(self: &Arc<Self>) -> Background {
        let pool = Arc::clone(&self.pool);
        Background::new("upstream pool", move |mut shutdown: ShutdownWatch| async move {
            loop {
                tokio::select! {
                    () = tokio::time::sleep(SWEEP_EVERY) => pool.sweep(crate::clock::now()),
                    _ = shutdown.changed() => return,
                }
            }
        })
    }

    /// What the pool has counted so far.
    pub fn counters(&self) -> EngineCounters {
        self.pool.counters()
    }

    async fn exchange(&self, lease: Lease, order: Order<'_>) -> Result<Reply, Fault> {
        match lease {
            Lease::H1(stream) => h1::exchange(stream, order, &self.pool).await,
            Lease::H2(session) => h2::exchange(*session, order).await,
        }
    }

    async fn connect(&self, peer: &Peer, clock: &Clock) -> Result<Lease, Fault> {
        let connecting = async {
            let stream = self
                .connector
                .new_stream(&http_peer(peer))
                .await
                .map_err(|error| error::connecting(&error))?;
            self.pool.count_opened();
            if !speaks_h2(&stream, peer) {
                return Ok(Lease::H1(stream));
            }
            let mut settings = H2HandshakeSettings::new();
            settings.max_streams = self.h2_streams;
            settings.ping_interval = Some(PING_EVERY);
            let connection: ConnectionRef =
                handshake(stream, settings).await.map_err(|error| error::connecting(&error))?;
            let session = connection
                .spawn_stream()
                .await
                .ok()
                .flatten()
                .ok_or(Fault::clean(SendErrorKind::Connect))?;
            self.pool.share(peer, connection);
            Ok(Lease::H2(Box::new(session)))
        };
        let limit = clock.left(clock.deadlines.connect);
        timeout(limit, connecting).await.unwrap_or(Err(Fault::clean(SendErrorKind::ConnectTimeout)))
    }
}

/// One request to be sent on one connection.
struct Order<'a> {
    peer: &'a Peer,
    head: &'a RequestHead<'a>,
    body: Bytes,
    clock: Clock,
    /// Largest head of an answer in bytes.
    most_head: usize,
}

/// What time is left for one exchange.
#[derive(Clone, Copy)]
struct Clock {
    end: Instant,
    deadlines: Deadlines,
}

impl Clock {
    /// The shorter of a phase's bound and what is left of the whole.
    fn left(&self, phase: Duration) -> Duration {
        phase.min(self.end.saturating_duration_since(crate::clock::now()))
    }

    /// Which bound ended a wait.
    fn over(&self, phase: SendErrorKind) -> SendErrorKind {
        if crate::clock::now() + TIMER_GRAIN >= self.end {
            SendErrorKind::TotalTimeout
        } else {
            phase
        }
    }
}

fn speaks_h2(stream: &Stream, peer: &Peer) -> bool {
    match stream.selected_alpn_proto() {
        Some(agreed) => matches!(agreed, ALPN::H2),
        None => peer.tls.is_none() && peer.protocols == Protocols::Http2,
    }
}

fn http_peer(peer: &Peer) -> HttpPeer {
    let name = peer.tls.clone().unwrap_or_default();
    let mut target = HttpPeer::new(peer.address, peer.tls.is_some(), name);
    target.group_key = peer.trust;
    target.options.alpn = match peer.protocols {
        Protocols::Http1 => ALPN::H1,
        Protocols::Http2 => ALPN::H2,
        Protocols::Either => ALPN::H2H1,
    };
    target
}

fn checked(file: &Path) -> Result<String, EngineError> {
    let unusable =
        |why: &dyn std::fmt::Display| EngineError::CaFile(format!("{}: {why}", file.display()));
    let found: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(file)
        .and_then(Iterator::collect)
        .map_err(|error| unusable(&error))?;
    let mut roots = rustls::RootCertStore::empty();
    for certificate in found {
        roots.add(certificate).map_err(|error| unusable(&error))?;
    }
    if roots.is_empty() {
        return Err(unusable(&"it holds no certificate"));
    }
    Ok(file.to_string_lossy().into_owned())
}

const SWEEP_EVERY: Duration = Duration::from_secs(2);
/// Finds connections that died without a word; several streams would wait on them otherwise.
const PING_EVERY: Duration = Duration::from_secs(20);
/// pingora's timers round to this.
const TIMER_GRAIN: Duration = Duration::from_millis(10);
