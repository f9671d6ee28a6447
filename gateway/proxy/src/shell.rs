//! The pingora shell around the handler: it reads requests and writes answers, and never proxies.
//!
//! INVARIANT: `request_filter` answers itself every time, and `upstream_peer` has no peer to give, so no byte can
//! take pingora's own way upstream (which relays whatever follows a 101, uninspected).

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::task::Poll;

use async_trait::async_trait;
use http::{HeaderMap, HeaderValue, Version, header};
use pingora_core::protocols::http::ServerSession;
use pingora_core::upstreams::peer::HttpPeer;
use pingora_error::{Error, ErrorType, Result};
use pingora_proxy::{FailToProxy, ProxyHttp, Session};

use crate::call::{Call, Connection, Handler};
use crate::config::Limits;
use crate::counters::{Counters, count};
use crate::front::vet;
use crate::headers::kept_to_the_hop;
use crate::rejection::Rejection;

/// A handler inside pingora's session machinery.
pub(crate) struct Shell<H> {
    pub(crate) handler: H,
    pub(crate) limits: Limits,
    pub(crate) counters: Arc<Counters>,
}

#[async_trait]
impl<H: Handler> ProxyHttp for Shell<H> {
    type CTX = ();

    fn new_ctx(&self) {}

    async fn upstream_peer(&self, _: &mut Session, (): &mut ()) -> Result<Box<HttpPeer>> {
        Error::e_explain(ErrorType::InternalError, "the shell has no way upstream")
    }

    async fn request_filter(&self, session: &mut Session, (): &mut ()) -> Result<bool> {
        count(&self.counters.requests);
        let connection = connection_of(&session.downstream_session)?;
        let refused = self.refuse(&mut session.downstream_session, &connection);
        remove_hop_fields(session.req_header_mut());
        let mut call =
            Call::new(&mut session.downstream_session, &connection, self.limits.write_time.get());
        if let Some(rejection) = refused {
            count(&self.counters.heads_refused);
            // A client that left before its rejection needs nothing more.
            let _ = call.reject(&rejection).await;
            return Ok(true);
        }
        let survived = survive(self.handler.handle(&mut call)).await;
        let unanswered = !call.responded() && !call.is_gone();
        if !survived || unanswered {
            count(&self.counters.handlers_failed);
        }
        if unanswered {
            let _ = call.reject(&internal_error()).await;
        } else if call.is_unfinished() || call.is_gone() {
            call.abort().await;
        }
        Ok(true)
    }

    /// pingora's own line quotes the path, which may hold what must not be logged.
    fn suppress_error_log(&self, _: &Session, (): &(), _: &Error) -> bool {
        true
    }

    async fn fail_to_proxy(
        &self,
        session: &mut Session,
        error: &Error,
        (): &mut (),
    ) -> FailToProxy {
        log::error!("request failed inside the shell: {:?}", error.etype());
        if session.downstream_session.response_written().is_none() {
            let rejection = internal_error();
            let head = ServerSession::generate_error(rejection.status);
            let _ = session
                .downstream_session
                .write_error_response(with_headers(head, &rejection), rejection.body())
                .await;
        }
        FailToProxy { error_code: 500, can_reuse_downstream: false }
    }
}

impl<H> Shell<H> {
    /// What the front could not judge because HTTP/2 heads arrive parsed, and what no version allows.
    fn refuse(&self, session: &mut ServerSession, connection: &Connection) -> Option<Rejection> {
        let ends = session.is_body_empty();
        let request = session.req_header();
        if request.version == Version::HTTP_2
            && let Some(rejection) = vet::parsed(request, ends, &self.limits)
        {
            return Some(rejection);
        }
        // A client that merely offers HTTP/2 is answered in HTTP/1, as RFC 9110 §7.8 allows.
        let mut upgrades = request.headers.get_all(header::UPGRADE).into_iter();
        if upgrades.any(|protocol| !protocol.as_bytes().eq_ignore_ascii_case(b"h2c")) {
            return Some(vet::upgrade_unsupported());
        }
        let named = request.uri.authority().map(|authority| authority.as_str().as_bytes());
        let host = named.or_else(|| Some(request.headers.get(header::HOST)?.as_bytes()));
        let origin = request.headers.get(header::ORIGIN).map(HeaderValue::as_bytes);
        connection.callers.judge(host.unwrap_or_default(), origin)
    }
}

/// Takes away what `Connection` keeps to this hop, before anybody can hand it on.
fn remove_hop_fields(request: &mut pingora_http::RequestHeader) {
    for name in kept_to_the_hop(&request.headers) {
        request.remove_header(&name);
    }
}

/// Runs a handler; false when it panicked. A panic stays with its request.
async fn survive(handling: impl Future<Output = ()>) -> bool {
    let mut handling = std::pin::pin!(handling);
    std::future::poll_fn(|context| {
        let polled = std::panic::catch_unwind(AssertUnwindSafe(|| handling.as_mut().poll(context)));
        match polled {
            Ok(Poll::Ready(())) => Poll::Ready(true),
            Ok(Poll::Pending) => Poll::Pending,
            Err(_) => Poll::Ready(false),
        }
    })
    .await
}

fn connection_of(session: &ServerSession) -> Result<Arc<Connection>> {
    let digest = session.digest().and_then(|digest| digest.proxy_digest.as_ref());
    let facts =
        digest.and_then(|digest| digest.user_data.as_ref()?.downcast_ref::<Arc<Connection>>());
    match facts {
        Some(connection) => Ok(Arc::clone(connection)),
        None => Error::e_explain(ErrorType::InternalError, "a request came past the front"),
    }
}

fn with_headers(
    mut head: pingora_http::ResponseHeader,
    rejection: &Rejection,
) -> pingora_http::ResponseHeader {
    let headers: HeaderMap = rejection.headers();
    for (name, value) in &headers {
        // Names and values are our own constants, which a header always takes.
        let _ = head.insert_header(name.clone(), value.clone());
    }
    let _ = head.insert_header(header::CONTENT_LENGTH, rejection.body().len());
    head
}

fn internal_error() -> Rejection {
    Rejection::new(
        500,
        "internal-error",
        "The gateway could not handle this request.",
        "Try again; if it lasts, tell the gateway's operator.",
    )
}
