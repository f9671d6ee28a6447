//! One exchange on an HTTP/1.1 connection.

use std::sync::Arc;
use std::time::Instant;

use bytes::{Bytes, BytesMut};
use http::Version;
use pingora_core::protocols::Stream;
use pingora_timeout::timeout;

use super::error::{Fault, SendErrorKind};
use super::message::{Framing, Head, Taken, take_head};
use super::pool::Pool;
use super::reply::{Reply, Source};
use super::sending::{Outbox, Turn, poll_turn};
use super::{Clock, Order, Peer};

/// A connection in the middle of an exchange. Dropped before the end, it closes.
pub(super) struct Exchange {
    stream: Option<Stream>,
    outbox: Outbox,
    inbox: BytesMut,
    framing: Framing,
    keeps: bool,
    peer: Peer,
    pool: Arc<Pool>,
    clock: Clock,
}

/// Sends a request and reads the head of its answer.
pub(super) async fn exchange(
    stream: Stream,
    order: Order<'_>,
    pool: &Arc<Pool>,
) -> Result<Reply, Fault> {
    let mut exchange = Exchange {
        stream: Some(stream),
        outbox: Outbox::new(order.head.wire(order.body)),
        inbox: BytesMut::new(),
        framing: Framing::UntilClose,
        keeps: false,
        peer: order.peer.clone(),
        pool: Arc::clone(pool),
        clock: order.clock,
    };
    let Head { status, headers, length, framing, keeps } =
        exchange.head(order.head.method, order.most_head).await?;
    exchange.framing = framing;
    exchange.keeps = keeps;
    exchange.end_if_complete();
    let source = Source::H1(Box::new(exchange));
    Ok(Reply {
        status,
        headers,
        length,
        address: order.peer.address,
        version: Version::HTTP_11,
        reused: false,
        source,
    })
}

impl Exchange {
    /// Reads up to the final head, interim ones passed over.
    async fn head(&mut self, method: &str, most: usize) -> Result<Head, Fault> {
        let (mut searched, mut interim, mut heard) = (0, 0, false);
        let mut answer_by = None;
        loop {
            while let Some(head) = take_head(&mut self.inbox, &mut searched, method, most)? {
                if head.status >= 200 {
                    return Ok(head);
                }
                interim += 1;
                if interim > MOST_INTERIM {
                    return Err(Fault::answered(SendErrorKind::BadResponse));
                }
            }
            let phase = match answer_by {
                Some(by) => Instant::saturating_duration_since(&by, crate::clock::now()),
                None => self.clock.deadlines.between_reads,
            };
            match timeout(self.clock.left(phase), self.turn(HEAD_ROOM)).await {
                Ok(Ok(Turn::Sent)) if self.outbox.is_sent() => {
                    answer_by = Some(crate::clock::now() + self.clock.deadlines.first_byte)
                }
                Ok(Ok(Turn::Sent)) => {}
                Ok(Ok(Turn::Read(0)) | Err(_)) if self.outbox.has_failed() => {
                    return Err(self.unfinished(heard, SendErrorKind::Write));
                }
                Ok(Ok(Turn::Read(0)) | Err(_)) => {
                    return Err(self.unfinished(heard, SendErrorKind::Closed));
                }
                Ok(Ok(Turn::Read(_))) => heard = true,
                Err(_) => {
                    let kind = self.clock.over(self.silence(answer_by.is_some()));
                    return Err(self.unfinished(heard, kind));
                }
            }
        }
    }

    /// Why there is no head.
    fn unfinished(&self, heard: bool, kind: SendErrorKind) -> Fault {
        if heard { Fault::answered(kind) } else { Fault::unanswered(kind, self.outbox.has_begun()) }
    }

    /// The next piece of the body. Nothing is lost if the future is dropped.
    pub(super) async fn next(&mut self) -> Result<Option<Bytes>, Fault> {
        loop {
            match self.framing.take(&mut self.inbox) {
                Some(Taken::Data(data)) => {
                    self.end_if_complete();
                    return Ok(Some(data));
                }
                Some(Taken::End) => {
                    self.end_if_complete();
                    return Ok(None);
                }
                Some(Taken::More) if self.stream.is_none() => return Ok(None),
                Some(Taken::More) => {}
                None => return Err(self.broken(SendErrorKind::BadResponse)),
            }
            let limit = self.clock.left(self.clock.deadlines.between_reads);
            let room = self.framing.wants();
            match timeout(limit, self.turn(room)).await {
                Ok(Ok(Turn::Read(0))) if self.framing == Framing::UntilClose => {
                    self.stream = None;
                    return Ok(None);
                }
                Ok(Ok(Turn::Read(0)) | Err(_)) => return Err(self.broken(SendErrorKind::Closed)),
                Ok(Ok(_)) => {}
                Err(_) => return Err(self.broken(self.clock.over(SendErrorKind::ReadTimeout))),
            }
        }
    }

    async fn turn(&mut self, room: usize) -> std::io::Result<Turn> {
        let Exchange { stream, outbox, inbox, .. } = self;
        let Some(stream) = stream else { return Ok(Turn::Read(0)) };
        std::future::poll_fn(|context| poll_turn(stream, outbox, inbox, room, context)).await
    }

    /// Gives the connection back as soon as the answer is complete, even if nobody asks for its end.
    fn end_if_complete(&mut self) {
        if let Framing::Chunked(_) = &self.framing
            && !self.framing.is_at_end()
            && self.inbox == LAST_CHUNK
        {
            // The last chunk alone is left: reading over it brings no data. A broken one is told by the next call.
            let _ = self.framing.take(&mut self.inbox);
        }
        if !self.framing.is_at_end() {
            return;
        }
        if let Some(stream) = self.stream.take()
            && self.keeps
            && self.outbox.is_sent()
            && self.inbox.is_empty()
        {
            self.pool.put(&self.peer, stream);
        }
    }

    fn silence(&self, all_sent: bool) -> SendErrorKind {
        if all_sent { SendErrorKind::FirstByteTimeout } else { SendErrorKind::Write }
    }

    fn broken(&mut self, kind: SendErrorKind) -> Fault {
        self.stream = None;
        Fault::answered(kind)
    }
}

const MOST_INTERIM: u32 = 16;
const HEAD_ROOM: usize = 8 * 1024;
/// What follows the data of the chunk before it: its CR LF, a zero, and two more CR LF.
const LAST_CHUNK: &[u8] = b"\r\n0\r\n\r\n";
