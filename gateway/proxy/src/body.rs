//! A request body read whole: every bound is checked while it grows, then content encodings are undone.
//!
//! Units are bytes. INVARIANT: the [`Hold`] covers what is buffered before the next piece is read, so the node's
//! budget bounds all bodies together, however many clients send at once.

mod decode;

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, header};
use pingora_core::protocols::http::ServerSession;
use pingora_error::{Error, ErrorType};
use pingora_timeout::timeout;

use crate::budget::{Budget, Hold};
use crate::config::Limits;
use crate::rejection::Rejection;

/// Why a body could not be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyProblem {
    /// The client went away before the end.
    Gone,
    /// Longer than allowed on the wire.
    TooLarge {
        /// The bound in bytes.
        limit: usize,
    },
    /// Not complete within `limits.body_time`.
    TooSlow,
    /// The framing is broken (chunk sizes, length).
    Malformed,
    /// A content encoding that is not understood, or too many stacked.
    UnknownEncoding,
    /// The content encoding's data is broken, or something follows it.
    Corrupt,
    /// Longer than allowed after decoding.
    DecodedTooLarge {
        /// The bound in bytes.
        limit: usize,
    },
    /// Decodes to suspiciously much more than was sent.
    RatioTooHigh,
    /// The node's memory budget is used up.
    Busy,
}

impl BodyProblem {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            BodyProblem::Gone => "client-gone",
            BodyProblem::TooLarge { .. } => "body-too-large",
            BodyProblem::TooSlow => "body-too-slow",
            BodyProblem::Malformed => "body-malformed",
            BodyProblem::UnknownEncoding => "unknown-content-encoding",
            BodyProblem::Corrupt => "content-encoding-corrupt",
            BodyProblem::DecodedTooLarge { .. } => "decoded-body-too-large",
            BodyProblem::RatioTooHigh => "decode-ratio-too-high",
            BodyProblem::Busy => "memory-budget-full",
        }
    }

    /// What to answer; `None` when nobody is there to read it.
    pub fn rejection(&self) -> Option<Rejection> {
        let code = self.code();
        let rejection = match self {
            BodyProblem::Gone => return None,
            BodyProblem::TooLarge { limit } => Rejection::new(
                413,
                code,
                format!("The request body is longer than {limit} bytes."),
                "Send less, or raise limits.body on the gateway.",
            ),
            BodyProblem::DecodedTooLarge { limit } => Rejection::new(
                413,
                code,
                format!("The request body decodes to more than {limit} bytes."),
                "Send less, or raise limits.body on the gateway.",
            ),
            BodyProblem::RatioTooHigh => Rejection::new(
                413,
                code,
                "The request body decodes to far more than was sent.",
                "Send it without Content-Encoding, or raise limits.decode_ratio on the gateway.",
            ),
            BodyProblem::TooSlow => Rejection::new(
                408,
                code,
                "The request body did not arrive in time.",
                "Send it faster, or raise limits.body_time on the gateway.",
            ),
            BodyProblem::Malformed => Rejection::new(
                400,
                code,
                "The request body's framing is broken.",
                "Check the client's Content-Length or chunked encoding.",
            ),
            BodyProblem::Corrupt => Rejection::new(
                400,
                code,
                "The request body does not decode as its Content-Encoding says.",
                "Check the client's compression, or send the body without Content-Encoding.",
            ),
            BodyProblem::UnknownEncoding => Rejection::new(
                415,
                code,
                "The request body's Content-Encoding cannot be inspected.",
                "Use gzip, deflate, br or zstd, at most limits.decode_layers of them, or none.",
            ),
            BodyProblem::Busy => Rejection {
                retry_after: Some(RETRY_AFTER_SECONDS),
                ..Rejection::new(
                    503,
                    code,
                    "The gateway holds as many request bodies as it has memory for.",
                    "Try again shortly; if it lasts, raise limits.memory on the gateway.",
                )
            },
        };
        Some(rejection)
    }
}

/// A body and the budget it occupies.
pub(crate) struct Body {
    pub(crate) bytes: Bytes,
    pub(crate) hold: Hold,
    pub(crate) was_encoded: bool,
}

/// Reads and decodes the whole body of a request.
pub(crate) async fn read(
    session: &mut ServerSession,
    limits: &Limits,
    budget: &Arc<Budget>,
) -> Result<Body, BodyProblem> {
    let codings = decode::codings(&session.req_header().headers, limits.decode_layers)?;
    let declared = content_length(&session.req_header().headers);
    if declared.is_some_and(|length| length > limits.body.get()) {
        return Err(BodyProblem::TooLarge { limit: limits.body.get() });
    }
    let mut hold = budget.hold(0).ok_or(BodyProblem::Busy)?;
    // One deadline for the whole body spans the interim response too; pingora's own is per read, and absent on HTTP/2.
    session.set_read_timeout(None);
    let whole =
        timeout(limits.body_time.get(), collect(session, limits.body.get(), declared, &mut hold))
            .await;
    let wire = whole.unwrap_or(Err(BodyProblem::TooSlow))?;
    if codings.is_empty() || wire.is_empty() {
        return Ok(Body { bytes: wire, hold, was_encoded: false });
    }
    let (bytes, hold) = decode::undo(codings, wire, *limits, hold).await?;
    Ok(Body { bytes, hold, was_encoded: true })
}

async fn collect(
    session: &mut ServerSession,
    limit: usize,
    declared: Option<usize>,
    hold: &mut Hold,
) -> Result<Bytes, BodyProblem> {
    if expects_continue(&session.req_header().headers) {
        // pingora takes the interim answer for an early one and would close the connection after the call.
        session.set_close_on_response_before_downstream_finish(false);
        session.write_continue_response().await.map_err(|_| BodyProblem::Gone)?;
        session.set_close_on_response_before_downstream_finish(true);
    }
    let mut first = Bytes::new();
    let mut joined: Option<BytesMut> = None;
    while let Some(piece) =
        session.read_request_body().await.map_err(|error| read_problem(&error))?
    {
        let length = joined.as_ref().map_or(first.len(), BytesMut::len);
        if length.saturating_add(piece.len()) > limit {
            return Err(BodyProblem::TooLarge { limit });
        }
        if !hold.grow(piece.len()) {
            return Err(BodyProblem::Busy);
        }
        match &mut joined {
            // PERF: a body in one piece is handed on without a copy.
            None if first.is_empty() => first = piece,
            None => {
                let room = declared.unwrap_or(0).max(first.len() + piece.len());
                let mut all = BytesMut::with_capacity(room);
                all.extend_from_slice(&first);
                all.extend_from_slice(&piece);
                joined = Some(all);
            }
            Some(all) => all.extend_from_slice(&piece),
        }
    }
    Ok(joined.map_or(first, BytesMut::freeze))
}

fn read_problem(error: &Error) -> BodyProblem {
    match error.etype() {
        ErrorType::Custom("InvalidChunk" | "InvalidTrailerEnd") => BodyProblem::Malformed,
        ErrorType::InvalidHTTPHeader => BodyProblem::Malformed,
        ErrorType::ReadTimedout => BodyProblem::TooSlow,
        _ => BodyProblem::Gone,
    }
}

fn content_length(headers: &HeaderMap) -> Option<usize> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

fn expects_continue(headers: &HeaderMap) -> bool {
    headers
        .get(header::EXPECT)
        .is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"100-continue"))
}

const RETRY_AFTER_SECONDS: u32 = 2;
/// Undoes the content encodings of a provider's answer that was read whole. `hold` covers the encoded bytes, and after
/// that the decoded ones.
///
/// # Errors
/// An encoding that is not understood or broken, or a bound that was hit.
pub(crate) async fn decode_answer(
    headers: &HeaderMap,
    wire: Bytes,
    limits: &Limits,
    hold: Hold,
) -> Result<(Bytes, Hold), BodyProblem> {
    let codings = decode::codings(headers, limits.decode_layers)?;
    decode::undo(codings, wire, *limits, hold).await
}
