//! A request body read whole: every bound is checked while it grows, then content encodings are undone.
//!
//! Units are bytes. INVARIANT: the [`Hold`] covers what is buffered before the next piece is read, so the node's
//! budget bounds all bodies together, however many clients send at once.

mod decode;

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, header};
use pingora_core::protocols::http::ServerSession;
use pingora_error::{Error, ErrorType};
use pingora_timeout::timeout;

use crate::budget::{Budget, Hold};
use crate::config::Limits;
use crate::front::BrokenChunks;

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

/// Reads and decodes the whole body of a request.
pub(crate) async fn read(
    session: &mut ServerSession,
    limits: &Limits,
    budget: &Arc<Budget>,
) -> Result<(Bytes, Hold), BodyProblem> {
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
        return Ok((wire, hold));
    }
    decode::undo(codings, wire, *limits, hold).await
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
    let mut whole = Whole::default();
    while let Some(piece) =
        session.read_request_body().await.map_err(|error| read_problem(&error))?
    {
        if whole.len().saturating_add(piece.len()) > limit {
            return Err(BodyProblem::TooLarge { limit });
        }
        whole.add(piece, declared, hold)?;
    }
    Ok(whole.into_bytes())
}

/// A body as it grows. INVARIANT: memory for it is paid from the hold before it is taken, and what is declared takes
/// none before it has come.
#[derive(Default)]
struct Whole {
    /// PERF: a body in one piece is handed on without a copy.
    first: Bytes,
    joined: Vec<u8>,
}

impl Whole {
    fn len(&self) -> usize {
        self.first.len() + self.joined.len()
    }

    fn add(
        &mut self,
        piece: Bytes,
        declared: Option<usize>,
        hold: &mut Hold,
    ) -> Result<(), BodyProblem> {
        let needed = self.len() + piece.len();
        let held = self.first.len() + self.joined.capacity();
        let room = if held == 0 { needed } else { room(held, needed, declared) };
        if !hold.grow(room - held) {
            return Err(BodyProblem::Busy);
        }
        if held == 0 {
            self.first = piece;
            return Ok(());
        }
        self.joined.reserve_exact(room - self.joined.len());
        self.joined.extend_from_slice(&std::mem::take(&mut self.first));
        self.joined.extend_from_slice(&piece);
        Ok(())
    }

    fn into_bytes(self) -> Bytes {
        if self.joined.is_empty() { self.first } else { self.joined.into() }
    }
}

/// How many bytes to have room for when `needed` are in `held` or do not fit: twice as many as there were, so that
/// few are copied often, but not more than were declared.
fn room(held: usize, needed: usize, declared: Option<usize>) -> usize {
    if needed <= held {
        return held;
    }
    held.saturating_mul(2).min(declared.unwrap_or(usize::MAX)).max(needed)
}

fn read_problem(error: &Error) -> BodyProblem {
    match error.etype() {
        ErrorType::Custom("InvalidChunk" | "InvalidTrailerEnd") => BodyProblem::Malformed,
        ErrorType::InvalidHTTPHeader => BodyProblem::Malformed,
        ErrorType::ReadTimedout => BodyProblem::TooSlow,
        _ if is_broken_chunk(error) => BodyProblem::Malformed,
        _ => BodyProblem::Gone,
    }
}

fn is_broken_chunk(error: &Error) -> bool {
    let cause = error.root_cause().downcast_ref::<std::io::Error>();
    cause.and_then(std::io::Error::get_ref).is_some_and(|cause| cause.is::<BrokenChunks>())
}

fn content_length(headers: &HeaderMap) -> Option<usize> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

fn expects_continue(headers: &HeaderMap) -> bool {
    headers
        .get(header::EXPECT)
        .is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"100-continue"))
}

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

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed test should stop here")]

    use bytes::Bytes;

    use super::{BodyProblem, Whole};
    use crate::budget::Budget;

    #[test]
    fn memory_is_paid_as_a_body_comes_and_not_as_it_is_declared() {
        let budget = Budget::new(1 << 30);
        let mut hold = budget.hold(0).unwrap();
        let mut whole = Whole::default();
        let piece = Bytes::from(vec![7_u8; 1000]);
        for count in 1..=100 {
            whole.add(piece.clone(), Some(32 << 20), &mut hold).unwrap();
            assert!(hold.bytes() >= whole.first.len() + whole.joined.capacity());
            assert!(hold.bytes() <= count * 2000, "{count}: {}", hold.bytes());
        }
        assert_eq!(whole.into_bytes(), vec![7_u8; 100_000]);
    }

    #[test]
    fn a_body_takes_no_more_than_it_declared() {
        let budget = Budget::new(5000);
        let mut hold = budget.hold(0).unwrap();
        let mut whole = Whole::default();
        for _ in 0..5 {
            whole.add(Bytes::from_static(&[0; 1000]), Some(5000), &mut hold).unwrap();
        }
        assert_eq!((hold.bytes(), whole.len()), (5000, 5000));
        let over = whole.add(Bytes::from_static(&[0; 1]), None, &mut hold);
        assert_eq!(over, Err(BodyProblem::Busy));
    }
}
