//! One request as the handler sees it, and the only way it can answer.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Version, header};
use pingora_core::protocols::http::ServerSession;
use pingora_error::{ErrorType, Result as PingoraResult};
use pingora_http::ResponseHeader;
use pingora_timeout::timeout;

use crate::body::{self, BodyProblem};
use crate::budget::{Budget, Hold};
use crate::config::Limits;
use crate::front::Callers;
use crate::rejection::Rejection;

/// What answers requests. One value serves all connections.
#[async_trait]
pub trait Handler: Send + Sync + 'static {
    /// Answers one request. If it returns without having answered, or panics, the client gets a 500, or, when an
    /// answer had begun, sees it cut.
    async fn handle(&self, call: &mut Call<'_>);
}

/// What is known of the connection a request came on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connection {
    /// Name of the listener.
    pub listener: Arc<str>,
    /// Who may use the listener.
    pub(crate) callers: Arc<Callers>,
    /// Where the client connects from.
    pub peer: SocketAddr,
    /// Where it connected to.
    pub local: SocketAddr,
    /// Present when the connection is encrypted.
    pub tls: Option<TlsFacts>,
}

/// What the TLS handshake told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFacts {
    /// The name the client asked for (SNI).
    pub server_name: Option<String>,
    /// For example `TLSv1.3`.
    pub version: &'static str,
}

/// The client is no longer there, or takes nothing any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the client is gone")]
pub struct Gone;

/// One request and its answer.
pub struct Call<'s> {
    session: &'s mut ServerSession,
    connection: &'s Connection,
    write_time: Duration,
    hold: Option<Hold>,
    gone: bool,
    answer: Answer,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Answer {
    Open,
    Streaming,
    Complete,
    Cut,
}

impl<'s> Call<'s> {
    pub(crate) fn new(
        session: &'s mut ServerSession,
        connection: &'s Connection,
        write_time: Duration,
    ) -> Call<'s> {
        Call { session, connection, write_time, hold: None, gone: false, answer: Answer::Open }
    }

    /// The connection it came on.
    pub fn connection(&self) -> &Connection {
        self.connection
    }

    /// The method, upper case as sent.
    pub fn method(&self) -> &str {
        self.session.req_header().method.as_str()
    }

    /// The path, percent-encoding as sent; visible ASCII.
    pub fn path(&self) -> &str {
        self.session.req_header().uri.path()
    }

    /// What follows the question mark, as sent.
    pub fn query(&self) -> Option<&str> {
        self.session.req_header().uri.query()
    }

    /// The headers as the client sent them, without those that `Connection` keeps to this hop.
    pub fn headers(&self) -> &HeaderMap {
        &self.session.req_header().headers
    }

    /// The protocol version of the request.
    pub fn version(&self) -> Version {
        self.session.req_header().version
    }

    /// Reads the whole body and undoes its content encodings. Meant to be called once.
    ///
    /// What it occupies stays held from `budget` until [`Call::release_body`] or the end of the call.
    ///
    /// # Errors
    /// Any bound that was hit.
    pub async fn read_body(
        &mut self,
        limits: &Limits,
        budget: &Arc<Budget>,
    ) -> Result<Bytes, BodyProblem> {
        let read = body::read(self.session, limits, budget).await;
        if let Err(problem) = &read {
            self.gone |= *problem == BodyProblem::Gone;
            // What follows on the connection may be the rest of this body, so it must not be read as a request.
            self.close_after();
        }
        let (bytes, hold) = read?;
        self.hold = Some(hold);
        Ok(bytes)
    }

    /// Gives the body's share of the budget back, once its bytes are no longer kept.
    pub fn release_body(&mut self) {
        self.hold = None;
    }

    /// Answers with a whole body. Framing is ours; the rest of `headers` goes as given.
    /// A status outside 200 to 599 is sent as 502. If the body was not read, the connection is closed afterwards.
    ///
    /// # Errors
    /// [`Gone`] when the client cannot be written to.
    pub async fn respond(
        &mut self,
        status: u16,
        headers: HeaderMap,
        body: Bytes,
    ) -> Result<(), Gone> {
        if self.answer != Answer::Open {
            return Err(Gone);
        }
        let status = final_status(status);
        let mut head = self.head(status, headers)?;
        let sends_body = may_have_body(status);
        // The empty answer to a HEAD says nothing about the length of the one to a GET.
        if sends_body && (self.method() != "HEAD" || !body.is_empty()) {
            set(&mut head, header::CONTENT_LENGTH, HeaderValue::from(body.len()))?;
        }
        self.answer = Answer::Cut;
        let silent = !sends_body || self.method() == "HEAD";
        let unread = !self.session.is_body_done();
        // PERF: on HTTP/1 the head waits in the write buffer and leaves together with the body.
        self.timed_write_head(head).await?;
        if !silent {
            self.write_pieces(body).await?;
        }
        self.end().await?;
        if unread {
            self.linger().await;
        }
        Ok(())
    }

    /// Answers with a rejection.
    ///
    /// # Errors
    /// [`Gone`] when the client cannot be written to.
    pub async fn reject(&mut self, rejection: &Rejection) -> Result<(), Gone> {
        self.respond(rejection.status, rejection.headers(), rejection.body()).await
    }

    /// Begins an answer whose length is not known; the head leaves at once. Statuses as for [`Call::respond`].
    ///
    /// # Errors
    /// [`Gone`] when the client cannot be written to.
    pub async fn start_stream(&mut self, status: u16, headers: HeaderMap) -> Result<(), Gone> {
        if self.answer != Answer::Open {
            return Err(Gone);
        }
        let status = final_status(status);
        let mut head = self.head(status, headers)?;
        if self.version() == Version::HTTP_11 && may_have_body(status) {
            set(&mut head, header::TRANSFER_ENCODING, HeaderValue::from_static("chunked"))?;
        }
        self.answer = Answer::Streaming;
        self.timed_write_head(head).await
    }

    /// Writes a piece of a streamed answer; it leaves at once.
    ///
    /// # Errors
    /// [`Gone`] when the client cannot be written to.
    pub async fn write(&mut self, bytes: Bytes) -> Result<(), Gone> {
        if self.answer != Answer::Streaming {
            return Err(Gone);
        }
        self.write_pieces(bytes).await
    }

    /// Ends a streamed answer properly.
    ///
    /// # Errors
    /// [`Gone`] when the client cannot be written to.
    pub async fn finish(&mut self) -> Result<(), Gone> {
        if self.answer != Answer::Streaming {
            return Err(Gone);
        }
        self.answer = Answer::Cut;
        self.end().await
    }

    /// Cuts the answer so that the client can tell it is not complete.
    pub async fn abort(&mut self) {
        self.answer = Answer::Cut;
        self.close_after();
        // What is still buffered is flushed first, and a client that takes nothing would never let that end.
        let _ = timeout(LAST_FLUSH, self.session.shutdown()).await;
    }

    /// Resolves when the client goes away; never while it is there. Safe to drop and call again.
    ///
    /// Only meaningful after the body was read. A client that sends its next request early is there; its
    /// connection is closed after this answer.
    pub async fn client_gone(&mut self) {
        if self.session.is_body_done() {
            match self.session.read_body_or_idle(true).await {
                Err(error) if *error.etype() == ErrorType::ConnectError => self.close_after(),
                _ => {
                    self.gone = true;
                    return;
                }
            }
        }
        std::future::pending().await
    }

    /// Whether an answer was begun.
    pub fn responded(&self) -> bool {
        self.answer != Answer::Open
    }

    /// Whether the client was found to have left, so that it needs no answer.
    pub(crate) fn is_gone(&self) -> bool {
        self.gone
    }

    /// Whether an answer was begun and not ended.
    pub(crate) fn is_unfinished(&self) -> bool {
        matches!(self.answer, Answer::Streaming | Answer::Cut)
    }

    /// Closes the connection after this answer. Must come before the answer to be announced to the client.
    pub fn close_after(&mut self) {
        self.session.set_keepalive(None);
    }

    fn head(&self, status: u16, headers: HeaderMap) -> Result<Box<ResponseHeader>, Gone> {
        let mut head =
            ResponseHeader::build_no_case(status, Some(headers.len() + 4)).map_err(|_| Gone)?;
        for (name, value) in &headers {
            if *name != header::CONTENT_LENGTH && *name != header::TRANSFER_ENCODING {
                head.append_header(name, value.clone()).map_err(|_| Gone)?;
            }
        }
        Ok(Box::new(head))
    }

    async fn timed_write_head(&mut self, head: Box<ResponseHeader>) -> Result<(), Gone> {
        let written = timeout(self.write_time, self.session.write_response_header(head)).await;
        self.settled(written.ok())
    }

    async fn write_pieces(&mut self, mut bytes: Bytes) -> Result<(), Gone> {
        // A client that takes a large body slowly but steadily is there: the deadline is for each piece.
        while !bytes.is_empty() {
            let piece = bytes.split_to(bytes.len().min(PIECE_BYTES));
            let written =
                timeout(self.write_time, self.session.write_response_body(piece, false)).await;
            self.settled(written.ok())?;
        }
        Ok(())
    }

    async fn end(&mut self) -> Result<(), Gone> {
        let written = timeout(self.write_time, self.session.finish_body()).await;
        self.settled(written.ok())?;
        self.answer = Answer::Complete;
        Ok(())
    }

    fn settled(&mut self, written: Option<PingoraResult<()>>) -> Result<(), Gone> {
        match written {
            Some(Ok(())) => Ok(()),
            _ => {
                self.answer = Answer::Cut;
                self.close_after();
                Err(Gone)
            }
        }
    }

    /// Takes in what a client is still sending after it was answered, for a bounded time: closing at once
    /// would reset the connection and the client would lose the answer.
    async fn linger(&mut self) {
        if self.session.is_http2() {
            return;
        }
        let drain = async { while let Ok(Some(_)) = self.session.read_request_body().await {} };
        // Either way the connection is closed next, so the outcome does not matter.
        let _ = timeout(LINGER, drain).await;
    }
}

fn set(head: &mut ResponseHeader, name: http::HeaderName, value: HeaderValue) -> Result<(), Gone> {
    head.insert_header(name, value).map_err(|_| Gone)
}

/// An interim status must never end a call: after a 101 pingora would relay bytes without asking.
fn final_status(status: u16) -> u16 {
    if (200..600).contains(&status) { status } else { 502 }
}

/// RFC 9110 §6.4.1, for final statuses; `HEAD` is known elsewhere.
fn may_have_body(status: u16) -> bool {
    status != 204 && status != 304
}

const PIECE_BYTES: usize = 256 * 1024;
const LINGER: Duration = Duration::from_secs(2);

/// How long an answer that is cut may take to flush what was written before.
const LAST_FLUSH: Duration = Duration::from_millis(500);
