//! What can go wrong between a request and its answer.

use pingora_error::{Error, ErrorType};

/// What went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SendErrorKind {
    /// TLS was asked for without a server name.
    ServerName,
    /// The request's head cannot be put on the wire as it is.
    Head,
    /// No connection.
    Connect,
    /// No connection in time.
    ConnectTimeout,
    /// The provider's certificate was refused, or the handshake failed.
    Tls,
    /// The request could not be sent.
    Write,
    /// No head of an answer in time.
    FirstByteTimeout,
    /// Silence for too long while a body was under way.
    ReadTimeout,
    /// The whole exchange took too long.
    TotalTimeout,
    /// The connection ended before the answer did.
    Closed,
    /// The answer is not HTTP, or its framing can be read in two ways.
    BadResponse,
    /// The answer's head is longer than allowed.
    HeadTooLarge,
    /// The answer is longer than the caller allows.
    TooLarge,
}

/// An exchange that failed. Holds no content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.message())]
pub struct SendError {
    kind: SendErrorKind,
    may_have_left: bool,
    stale: bool,
}

impl SendError {
    /// What went wrong.
    pub fn kind(&self) -> SendErrorKind {
        self.kind
    }

    /// False only if certainly no byte of the request left.
    pub fn may_have_left(&self) -> bool {
        self.may_have_left
    }

    /// Whether a kept connection ended before a byte of an answer, as one does that the provider had closed already.
    ///
    /// The provider may have read the request all the same if [`SendError::may_have_left`] says so. The engine never
    /// sends twice; a caller that tries again gets a new connection.
    pub fn stale(&self) -> bool {
        self.stale
    }

    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self.kind {
            SendErrorKind::ServerName => "upstream-server-name",
            SendErrorKind::Head => "upstream-head",
            SendErrorKind::Connect => "upstream-connect",
            SendErrorKind::ConnectTimeout => "upstream-connect-timeout",
            SendErrorKind::Tls => "upstream-tls",
            SendErrorKind::Write => "upstream-write",
            SendErrorKind::FirstByteTimeout => "upstream-first-byte-timeout",
            SendErrorKind::ReadTimeout => "upstream-read-timeout",
            SendErrorKind::TotalTimeout => "upstream-total-timeout",
            SendErrorKind::Closed => "upstream-closed",
            SendErrorKind::BadResponse => "upstream-bad-response",
            SendErrorKind::HeadTooLarge => "upstream-head-too-large",
            SendErrorKind::TooLarge => "upstream-answer-too-large",
        }
    }

    fn message(&self) -> &'static str {
        match self.kind {
            SendErrorKind::ServerName => "the destination has no server name to verify",
            SendErrorKind::Head => "the request head cannot be sent as it is",
            SendErrorKind::Connect => "the provider could not be reached",
            SendErrorKind::ConnectTimeout => "the provider could not be reached in time",
            SendErrorKind::Tls => "the provider's certificate was refused or the handshake failed",
            SendErrorKind::Write => "the request could not be sent",
            SendErrorKind::FirstByteTimeout => "the provider did not begin to answer in time",
            SendErrorKind::ReadTimeout => "the provider fell silent",
            SendErrorKind::TotalTimeout => "the exchange took too long",
            SendErrorKind::Closed => "the provider closed the connection before the answer's end",
            SendErrorKind::BadResponse => "the provider's answer cannot be read safely",
            SendErrorKind::HeadTooLarge => "the head of the provider's answer is too long",
            SendErrorKind::TooLarge => "the provider's answer is too long",
        }
    }
}

/// What went wrong on one connection, before it is asked whether it was a kept one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    kind: SendErrorKind,
    sent: bool,
    answered: bool,
}

impl Fault {
    /// Before a byte of the request was sent.
    pub(super) fn clean(kind: SendErrorKind) -> Fault {
        Fault { kind, sent: false, answered: false }
    }

    /// Before a byte of an answer; `sent` is false only if certainly nothing left.
    pub(super) fn unanswered(kind: SendErrorKind, sent: bool) -> Fault {
        Fault { kind, sent, answered: false }
    }

    /// After a byte of an answer.
    pub(super) fn answered(kind: SendErrorKind) -> Fault {
        Fault { kind, sent: true, answered: true }
    }

    /// What the caller is told; `reused`: the connection had been kept.
    pub(super) fn reported(self, reused: bool) -> SendError {
        let ended = matches!(self.kind, SendErrorKind::Write | SendErrorKind::Closed);
        SendError {
            kind: self.kind,
            may_have_left: self.sent,
            stale: reused && !self.answered && ended,
        }
    }
}

/// What an error while connecting means.
pub(super) fn connecting(error: &Error) -> Fault {
    Fault::clean(match error.etype() {
        ErrorType::TLSHandshakeFailure
        | ErrorType::TLSHandshakeTimedout
        | ErrorType::InvalidCert
        | ErrorType::HandshakeError => SendErrorKind::Tls,
        ErrorType::ConnectTimedout => SendErrorKind::ConnectTimeout,
        _ => SendErrorKind::Connect,
    })
}
