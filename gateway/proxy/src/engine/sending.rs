//! What is still to be written of a request, and one turn of writing and reading on its connection.
//!
//! Writing and reading share each turn, so an answer that comes before the request is sent is heard at once, and
//! a provider that answers while it reads cannot block either side. No task is spawned and nothing is split.

use std::io::{ErrorKind, IoSlice};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes, BytesMut};
use pingora_core::protocols::Stream;
use tokio::io::{AsyncReadExt, AsyncWrite};

/// What a turn brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// Some of the request went out.
    Sent,
    /// This many bytes came in; none means the provider closed.
    Read(usize),
}

/// A request on its way out.
pub(super) struct Outbox {
    head: Bytes,
    body: Bytes,
    state: State,
    begun: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Writing,
    Flushing,
    Sent,
    Failed,
}

impl Outbox {
    pub(super) fn new((head, body): (Bytes, Bytes)) -> Outbox {
        Outbox { head, body, state: State::Writing, begun: false }
    }

    /// Whether all of it went out.
    pub(super) fn is_sent(&self) -> bool {
        self.state == State::Sent
    }

    /// Whether a byte was taken by the connection.
    pub(super) fn has_begun(&self) -> bool {
        self.begun
    }

    /// Whether writing failed.
    pub(super) fn has_failed(&self) -> bool {
        self.state == State::Failed
    }

    /// Writes what can be written; ready as soon as anything was, or when it is over.
    fn poll_send(&mut self, stream: &mut Stream, context: &mut Context<'_>) -> Poll<()> {
        let mut progressed = false;
        loop {
            let step = match self.state {
                State::Sent | State::Failed => return Poll::Ready(()),
                State::Writing => self.poll_write(stream, context),
                State::Flushing => {
                    Pin::new(&mut *stream).poll_flush(context).map_ok(|()| State::Sent)
                }
            };
            match step {
                Poll::Ready(Ok(next)) => {
                    progressed = true;
                    self.state = next;
                }
                // The answer may say why, so the connection is still read.
                Poll::Ready(Err(_)) => self.state = State::Failed,
                Poll::Pending if progressed => return Poll::Ready(()),
                Poll::Pending => return Poll::Pending,
            }
        }
    }

    fn poll_write(
        &mut self,
        stream: &mut Stream,
        context: &mut Context<'_>,
    ) -> Poll<std::io::Result<State>> {
        let stream = Pin::new(stream);
        let count = match (self.head.is_empty(), self.body.is_empty()) {
            (true, true) => {
                // What was sent is let go here: the answer may take its time.
                (self.head, self.body) = (Bytes::new(), Bytes::new());
                return Poll::Ready(Ok(State::Flushing));
            }
            (false, false) => {
                let both = [IoSlice::new(&self.head), IoSlice::new(&self.body)];
                ready!(stream.poll_write_vectored(context, &both))?
            }
            (false, true) => ready!(stream.poll_write(context, &self.head))?,
            (true, false) => ready!(stream.poll_write(context, &self.body))?,
        };
        if count == 0 {
            return Poll::Ready(Err(ErrorKind::WriteZero.into()));
        }
        self.begun = true;
        let of_head = count.min(self.head.len());
        self.head.advance(of_head);
        self.body.advance(count - of_head);
        Poll::Ready(Ok(State::Writing))
    }
}

/// One turn: writes if there is something to write, otherwise, or if that must wait, reads into `inbox`.
pub(super) fn poll_turn(
    stream: &mut Stream,
    outbox: &mut Outbox,
    inbox: &mut BytesMut,
    room: usize,
    context: &mut Context<'_>,
) -> Poll<std::io::Result<Turn>> {
    let was_over = outbox.is_sent() || outbox.has_failed();
    if !was_over && outbox.poll_send(stream, context).is_ready() && !outbox.has_failed() {
        return Poll::Ready(Ok(Turn::Sent));
    }
    if inbox.capacity() - inbox.len() < room.min(LEAST_READ) {
        inbox.reserve(room);
    }
    // The future holds no state between polls, so making a new one each time loses nothing.
    let read = pin!(stream.read_buf(inbox));
    read.poll(context).map_ok(Turn::Read)
}

const LEAST_READ: usize = 2048;
