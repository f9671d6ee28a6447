//! What every connection passes before pingora sees it: TLS, the first bytes, and each raw request head.
//!
//! INVARIANT: a session is only made from a head that was complete within its deadline and bounds and was vetted,
//! on the first request of a connection and on every later one.

mod chunks;
mod frames;
mod head;
mod multiplexed;
pub(crate) mod tls;
pub(crate) mod vet;
mod watched;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use bytes::BytesMut;
use pingora_core::apps::{HttpServerApp, ServerApp};
use pingora_core::listeners::tls::Acceptor;
use pingora_core::protocols::http::ServerSession;
use pingora_core::protocols::http::v1::server::HttpSession as SessionV1;
use pingora_core::protocols::l4::stream::Stream as SocketStream;
use pingora_core::protocols::raw_connect::ProxyDigest;
use pingora_core::protocols::{ALPN, GetSocketDigest, Ssl, Stream};
use pingora_core::server::ShutdownWatch;
use pingora_http::ResponseHeader;
use pingora_proxy::HttpProxy;
use pingora_timeout::timeout;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::call::{Connection, Handler, TlsFacts};
use crate::config::{Limits, Listener};
use crate::counters::{Counters, count};
use crate::rejection::Rejection;
use crate::shell::Shell;
pub(crate) use chunks::BrokenChunks;
use head::HeadEnd;

/// One listener, ready to serve.
pub(crate) struct Door {
    name: Arc<str>,
    callers: Arc<Callers>,
    h2c: bool,
    acceptor: Option<Acceptor>,
}

impl Door {
    /// A door for a configured listener.
    pub(crate) fn new(listener: &Listener, acceptor: Option<Acceptor>) -> Door {
        Door {
            name: Arc::from(listener.name.as_str()),
            callers: Arc::new(Callers::of(listener)),
            h2c: listener.h2c,
            acceptor,
        }
    }
}

/// Through which names and from which web pages a listener may be used.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Callers {
    hosts: Vec<String>,
    origins: Vec<String>,
}

impl Callers {
    fn of(listener: &Listener) -> Callers {
        let lower = |names: &[String]| names.iter().map(|name| name.to_ascii_lowercase()).collect();
        Callers { hosts: lower(&listener.hosts), origins: lower(&listener.origins) }
    }

    /// Judges whom a request addresses and which page sent it, if any.
    pub(crate) fn judge(&self, host: &[u8], origin: Option<&[u8]>) -> Option<Rejection> {
        let named = |names: &[String], value: &[u8]| {
            names.iter().any(|name| value.eq_ignore_ascii_case(name.as_bytes()))
        };
        if !self.hosts.is_empty() && !named(&self.hosts, vet::without_port(host)) {
            return Some(vet::unknown_host());
        }
        let foreign = origin.is_some_and(|origin| !named(&self.origins, origin));
        foreign.then(vet::foreign_origin)
    }
}

/// The application on all listeners.
pub(crate) struct Front<H> {
    pub(crate) doors: HashMap<SocketAddr, Door>,
    pub(crate) limits: Limits,
    pub(crate) counters: Arc<Counters>,
    /// Connections open now.
    pub(crate) open: Arc<AtomicUsize>,
    pub(crate) shell: Arc<HttpProxy<Shell<H>>>,
}

/// What a connection carries into each of its sessions.
struct Ticket {
    digest: Arc<ProxyDigest>,
    h2c: bool,
}

#[async_trait]
impl<H: Handler> ServerApp for Front<H> {
    async fn process_new(
        self: &Arc<Self>,
        stream: Stream,
        shutdown: &ShutdownWatch,
    ) -> Option<Stream> {
        count(&self.counters.connections);
        let Some(_open) = Open::one_more(&self.open, self.limits.connections as usize) else {
            count(&self.counters.connections_refused);
            return None;
        };
        let socket = stream.into_any().downcast::<SocketStream>().ok()?;
        let Some((door, peer, local)) = self.door(&socket) else {
            log::warn!("a connection came in on no configured listener and was closed");
            return None;
        };
        let connection = Connection {
            listener: Arc::clone(&door.name),
            callers: Arc::clone(&door.callers),
            peer,
            local,
            tls: None,
        };
        match &door.acceptor {
            None => {
                let ticket = ticket(connection, door.h2c)?;
                self.serve_h1(socket, &ticket, shutdown).await;
            }
            Some(acceptor) => self.serve_tls(acceptor, *socket, connection, shutdown).await,
        }
        None
    }

    async fn cleanup(&self) {
        self.shell.http_cleanup().await;
    }
}

impl<H: Handler> Front<H> {
    fn door(&self, socket: &SocketStream) -> Option<(&Door, SocketAddr, SocketAddr)> {
        let digest = socket.get_socket_digest()?;
        let local = *digest.local_addr()?.as_inet()?;
        let peer = *digest.peer_addr()?.as_inet()?;
        let any: SocketAddr = match local {
            SocketAddr::V4(_) => (std::net::Ipv4Addr::UNSPECIFIED, local.port()).into(),
            SocketAddr::V6(_) => (std::net::Ipv6Addr::UNSPECIFIED, local.port()).into(),
        };
        // A dual-stack listener reports IPv4 clients as mapped addresses, so both families end at `[::]`.
        let both: SocketAddr = (std::net::Ipv6Addr::UNSPECIFIED, local.port()).into();
        let door = self
            .doors
            .get(&local)
            .or_else(|| self.doors.get(&any))
            .or_else(|| self.doors.get(&both))?;
        Some((door, canonical(peer), canonical(local)))
    }

    async fn serve_tls(
        self: &Arc<Self>,
        acceptor: &Acceptor,
        socket: SocketStream,
        mut connection: Connection,
        shutdown: &ShutdownWatch,
    ) {
        let shaken =
            timeout(self.limits.handshake_time.get(), acceptor.tls_handshake(socket)).await;
        let Ok(Ok(stream)) = shaken else {
            count(&self.counters.tls_failed);
            return;
        };
        let facts = stream.get_ssl();
        connection.tls = Some(TlsFacts {
            server_name: facts.and_then(|tls| tls.server_name()).map(str::to_owned),
            version: facts.and_then(|tls| tls.version()).unwrap_or_default(),
        });
        let speaks_h2 = matches!(stream.selected_alpn_proto(), Some(ALPN::H2));
        let Some(ticket) = ticket(connection, false) else { return };
        if speaks_h2 {
            multiplexed::serve(self, Box::new(stream), &ticket.digest, shutdown).await;
        } else {
            self.serve_h1(Box::new(stream), &ticket, shutdown).await;
        }
    }

    /// Serves requests one after the other until the connection ends.
    async fn serve_h1(
        self: &Arc<Self>,
        mut stream: Stream,
        ticket: &Ticket,
        shutdown: &ShutdownWatch,
    ) {
        let mut watch = shutdown.clone();
        let mut wait = self.limits.head_time.get();
        for served in 1..=self.limits.requests_per_connection {
            let mut bytes = BytesMut::new();
            let watch = (served > 1).then_some(&mut watch);
            let (end, body) = match self.next_head(&mut stream, &mut bytes, wait, watch).await {
                HeadEnd::Complete(end, body) => (end, body),
                HeadEnd::Quiet => break,
                HeadEnd::Preface if ticket.h2c && served == 1 => {
                    if let Some(stream) = rewound(stream, &bytes) {
                        multiplexed::serve(self, stream, &ticket.digest, shutdown).await;
                    }
                    return;
                }
                HeadEnd::Preface => return self.turn_away(stream, &vet::h2_not_here()).await,
                HeadEnd::Refused(rejection) => return self.turn_away(stream, &rejection).await,
            };
            if body == vet::Body::Chunked {
                stream = match chunks::guarded(stream, bytes.get(end..).unwrap_or_default()) {
                    Ok(stream) => stream,
                    Err(stream) => return self.turn_away(stream, &vet::broken_chunks()).await,
                };
            }
            let last = served == self.limits.requests_per_connection;
            let session = session(stream, bytes, ticket, last);
            match self.shell.process_new_http(session, shutdown).await {
                Some(reusable) => match chunks::unguarded(reusable.consume().0) {
                    Some(same) => stream = same,
                    None => return,
                },
                None => return,
            }
            wait = self.limits.idle.get();
        }
        // Nobody is left to tell if the client has already gone.
        let _ = stream.shutdown().await;
    }

    /// Waits for the next head. Between requests, `watch` shortens the wait when the server stops; a new connection
    /// is served even then, because its client had no way to know.
    async fn next_head(
        &self,
        stream: &mut Stream,
        bytes: &mut BytesMut,
        wait: Duration,
        watch: Option<&mut ShutdownWatch>,
    ) -> HeadEnd {
        // No buffer is made before there is something to put in it: most connections wait most of the time.
        let mut byte = [0_u8; 1];
        let mut first = std::pin::pin!(stream.read(&mut byte));
        let read = match watch {
            None => timeout(wait, first).await,
            Some(watch) => tokio::select! {
                biased;
                read = timeout(wait, &mut first) => read,
                // The client may be sending its next request just now; that one is still answered.
                () = stopping(watch) => timeout(wait.min(LAST_CALL), first).await,
            },
        };
        match read {
            Ok(Ok(count)) if count > 0 => {
                bytes.reserve(HEAD_BUFFER_BYTES);
                bytes.extend_from_slice(&byte);
                head::complete(stream, bytes, &self.limits).await
            }
            _ => HeadEnd::Quiet,
        }
    }

    /// Answers a head that was not let in, and closes.
    async fn turn_away(&self, mut stream: Stream, rejection: &Rejection) {
        let slow = rejection.status == 408;
        count(if slow { &self.counters.heads_slow } else { &self.counters.heads_refused });
        let answer = head::answer(rejection);
        let last_words = async {
            stream.write_all(&answer).await?;
            stream.flush().await?;
            AsyncWriteExt::shutdown(&mut stream).await?;
            // Closing over unread bytes would reset the connection and lose the answer.
            let mut rest = [0_u8; 4096];
            while stream.read(&mut rest).await? > 0 {}
            Ok::<(), std::io::Error>(())
        };
        // The connection ends here whether or not the client took the answer.
        let _ = timeout(LAST_WORDS, last_words).await;
    }
}

/// One open connection, while it lives.
struct Open(Arc<AtomicUsize>);

impl Open {
    /// Another connection, unless there are `most` already.
    fn one_more(open: &Arc<AtomicUsize>, most: usize) -> Option<Open> {
        let counted = open.fetch_update(Ordering::AcqRel, Ordering::Relaxed, |open| {
            (open < most).then_some(open + 1)
        });
        counted.ok().map(|_| Open(Arc::clone(open)))
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

/// Resolves when the server has begun to stop.
async fn stopping(watch: &mut ShutdownWatch) {
    while !*watch.borrow_and_update() {
        if watch.changed().await.is_err() {
            return;
        }
    }
}

fn ticket(connection: Connection, h2c: bool) -> Option<Ticket> {
    let unused = ResponseHeader::build_no_case(200_u16, Some(0)).ok()?;
    let facts = Arc::new(connection);
    Some(Ticket {
        digest: Arc::new(ProxyDigest::new(Box::new(unused), Some(Box::new(facts)))),
        h2c,
    })
}

/// A session that begins with the bytes already read.
fn session(stream: Stream, bytes: BytesMut, ticket: &Ticket, last: bool) -> ServerSession {
    let mut session = SessionV1::new(stream);
    session.digest_mut().proxy_digest = Some(Arc::clone(&ticket.digest));
    session.set_pipelined_prefix(bytes);
    if last {
        session.set_keepalive_reuses_remaining(Some(0));
    }
    ServerSession::H1(session)
}

/// Puts bytes back in front of a plain connection.
fn rewound(stream: Stream, bytes: &[u8]) -> Option<Stream> {
    let mut socket = stream.into_any().downcast::<SocketStream>().ok()?;
    socket.rewind(bytes);
    Some(socket)
}

fn canonical(address: SocketAddr) -> SocketAddr {
    SocketAddr::new(address.ip().to_canonical(), address.port())
}

/// PERF: a 4 KiB prompt and its head arrive in one read, and its body is handed on from this buffer.
const HEAD_BUFFER_BYTES: usize = 16 * 1024;
const LAST_CALL: Duration = Duration::from_secs(1);
const LAST_WORDS: Duration = Duration::from_secs(2);
