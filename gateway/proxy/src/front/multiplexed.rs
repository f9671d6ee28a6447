//! HTTP/2 connections: bounded settings, and one task per request stream.
//!
//! pingora's own accept loop has no deadline for the client's preface and counts malformed streams in private, so
//! the loop is ours; the protocol is pingora's. `frames` bounds the time of each request's head.

use std::sync::Arc;

use pingora_core::apps::HttpServerApp;
use pingora_core::protocols::http::ServerSession;
use pingora_core::protocols::http::v2::server::{self, H2Accept, H2Options, HttpSession};
use pingora_core::protocols::raw_connect::ProxyDigest;
use pingora_core::protocols::{Digest, Stream};
use pingora_core::server::ShutdownWatch;
use pingora_timeout::timeout;

use super::{Front, frames};
use crate::call::Handler;
use crate::config::Limits;
use crate::counters::count;

/// Serves a connection until it ends.
pub(super) async fn serve<H: Handler>(
    front: &Arc<Front<H>>,
    stream: Stream,
    facts: &Arc<ProxyDigest>,
    shutdown: &ShutdownWatch,
) {
    count(&front.counters.h2_connections);
    let digest = Arc::new(Digest {
        ssl_digest: stream.get_ssl_digest(),
        timing_digest: Vec::new(),
        proxy_digest: Some(Arc::clone(facts)),
        socket_digest: stream.get_socket_digest(),
    });
    let limits = &front.limits;
    let stream = frames::timed(stream, limits.head_time.get(), &front.counters);
    let Ok(Ok(mut connection)) =
        timeout(limits.head_time.get(), server::handshake(stream, Some(options(limits)))).await
    else {
        return;
    };
    let mut watch = shutdown.clone();
    let mut stopping = *watch.borrow();
    if stopping {
        connection.graceful_shutdown();
    }
    let running = Arc::new(());
    let (mut served, mut malformed) = (0_u32, 0_u32);
    loop {
        let next = tokio::select! {
            biased;
            _ = watch.changed(), if !stopping => None,
            accepted = timeout(limits.idle.get(), HttpSession::from_h2_conn(&mut connection, Arc::clone(&digest))) => Some(accepted),
        };
        match next {
            None => {
                stopping = true;
                connection.graceful_shutdown();
            }
            Some(Ok(Ok(Some(H2Accept::Session(session))))) => {
                served = served.saturating_add(1);
                if served >= limits.requests_per_connection && !stopping {
                    stopping = true;
                    connection.graceful_shutdown();
                }
                spawn(front, session, shutdown.clone(), Arc::clone(&running));
            }
            Some(Ok(Ok(Some(H2Accept::Rejected)))) => {
                malformed += 1;
                if malformed >= MOST_MALFORMED {
                    return;
                }
            }
            // The wait was idle time only if no stream is running.
            Some(Err(_)) if Arc::strong_count(&running) > 1 => {}
            Some(Err(_) | Ok(Ok(None) | Err(_))) => return,
        }
    }
}

fn spawn<H: Handler>(
    front: &Arc<Front<H>>,
    session: HttpSession,
    shutdown: ShutdownWatch,
    running: Arc<()>,
) {
    let shell = Arc::clone(&front.shell);
    // Streams of one connection are independent of each other, so each needs a task; the handle is not awaited
    // because the stream's end is what the client waits for.
    drop(tokio::spawn(async move {
        let _running = running;
        shell.process_new_http(ServerSession::new_http2(session), &shutdown).await;
    }));
}

fn options(limits: &Limits) -> H2Options {
    let mut options = server::default_h2_options();
    options
        .max_concurrent_streams(limits.h2_streams)
        .max_header_list_size(u32::try_from(limits.head.get()).unwrap_or(u32::MAX))
        .initial_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .max_concurrent_reset_streams(RESET_STREAMS)
        .max_send_buffer_size(SEND_BUFFER);
    options
}

const STREAM_WINDOW: u32 = 1 << 20;
/// Bounds what one client can have in flight that no handler has read yet.
const CONNECTION_WINDOW: u32 = 4 << 20;
const RESET_STREAMS: usize = 32;
const SEND_BUFFER: usize = 256 * 1024;
const MOST_MALFORMED: u32 = 32;
