//! Hands an answer on while it comes: a slice is judged, and what comes out of it is written.

use bytes::Bytes;
use exchange::{Code, End, Flow, Replied, Scratch, guarded};
use http::HeaderMap;

use super::headers::is_encoded;
use super::{Pump, broken, in_time, too_slow};
use crate::call::{Call, Gone};
use crate::gateway::OFF_THREAD;
use crate::{Hold, Reply, SendError, clock};

/// Most bytes of a stream that are judged before others have their turn.
const SLICE: usize = 64 << 10;

/// The pieces of a provider's stream.
struct Pieces {
    /// The whole of it, with its share of the memory budget, if it had to be decoded.
    decoded: Option<(Bytes, Hold)>,
    reply: Reply,
}

impl Pieces {
    async fn next(&mut self) -> Result<Option<Bytes>, SendError> {
        match &mut self.decoded {
            None => self.reply.next().await,
            Some((whole, _)) => Ok(Some(std::mem::take(whole)).filter(|whole| !whole.is_empty())),
        }
    }
}

impl Pump<'_, '_> {
    /// Hands a stream on as it comes.
    pub(super) async fn stream(
        &mut self,
        call: &mut Call<'_>,
        mut reply: Reply,
        headers: HeaderMap,
    ) -> End {
        // An encoded stream cannot be read as it comes; asked for plain, few providers send one.
        let mut decoded = None;
        if is_encoded(&reply.headers) {
            match self.read_whole(call, &mut reply).await {
                Ok(Ok(whole)) => decoded = Some(whole),
                Ok(Err(code)) => return self.broken(call, code).await,
                Err(Gone) => return End::ClientGone,
            }
        }
        let started = self.judge(false, |replied, _| guarded(|| replied.start())).await;
        if let Err(refusal) = started.and_then(|started| started) {
            return self.refused(call, &refusal).await;
        }
        let Some(hold) = self.open.gateway.budget.hold(0) else {
            return self.broken(call, Code::Busy).await;
        };
        match in_time(self.until, call.start_stream(reply.status, headers)).await {
            Some(Ok(())) => self.open.account().told = reply.status,
            Some(Err(Gone)) => return End::ClientGone,
            None => return too_slow(call).await,
        }
        self.hand_on(call, Pieces { decoded, reply }, hold).await
    }

    /// The pieces of a stream whose head the client has.
    async fn hand_on(&mut self, call: &mut Call<'_>, mut pieces: Pieces, mut hold: Hold) -> End {
        let mut rest = Bytes::new();
        loop {
            // What is always ready never waits, so no deadline would see it.
            if clock::now() >= self.until {
                return self.break_off(call, End::Upstream(Code::UpstreamTimeout)).await;
            }
            if rest.is_empty() {
                let read = tokio::select! {
                    read = pieces.next() => read,
                    () = call.client_gone() => return self.left(),
                };
                match read {
                    Ok(Some(chunk)) => rest = chunk,
                    Ok(None) => return self.end(call, End::Complete, Replied::finish).await,
                    Err(error) => return self.break_off(call, End::Upstream(broken(&error))).await,
                }
            }
            let slice = rest.split_to(rest.len().min(SLICE));
            let flow = self
                .step(call, move |replied, scratch, out| replied.step(&slice, scratch, out))
                .await;
            match flow {
                Ok(Flow::Open) => {}
                Ok(Flow::Cut(code)) => {
                    // The client's reader sees the error event and then a proper end.
                    let _ = call.finish().await;
                    return End::Cut(code);
                }
                Err(end) => return end,
            }
            if !hold.resize(self.held()) {
                return self.break_off(call, End::Cut(Code::Busy)).await;
            }
            if !rest.is_empty() {
                tokio::task::yield_now().await;
            }
        }
    }

    /// One step of a stream: what comes out of it is written to the client.
    async fn step(
        &mut self,
        call: &mut Call<'_>,
        step: impl FnOnce(&mut Replied, &mut Scratch, &mut Vec<u8>) -> Flow + Send + 'static,
    ) -> Result<Flow, End> {
        let large = self.held() > OFF_THREAD;
        let judged = self
            .judge(large, move |replied, scratch| {
                let mut out = Vec::new();
                let flow = step(replied, scratch, &mut out);
                (flow, out)
            })
            .await;
        let (flow, out) = match judged {
            Ok(judged) => judged,
            Err(refusal) => {
                call.abort().await;
                return Err(End::Cut(refusal.code));
            }
        };
        let length = out.len() as u64;
        if length > 0 {
            match in_time(self.until, call.write(Bytes::from(out))).await {
                Some(Ok(())) => self.open.account().delivered += length,
                Some(Err(Gone)) => return Err(End::ClientGone),
                None => return Err(too_slow(call).await),
            }
        }
        Ok(flow)
    }

    /// The last step of a stream.
    async fn end(
        &mut self,
        call: &mut Call<'_>,
        end: End,
        step: impl FnOnce(&mut Replied, &mut Scratch, &mut Vec<u8>) -> Flow + Send + 'static,
    ) -> End {
        match self.step(call, step).await {
            Ok(flow) => {
                let finished = call.finish().await;
                match flow {
                    Flow::Cut(code) => End::Cut(code),
                    Flow::Open if end == End::Complete && finished.is_err() => self.left(),
                    Flow::Open => end,
                }
            }
            Err(end) => end,
        }
    }

    /// Ends a stream early with the dialect's error event.
    async fn break_off(&mut self, call: &mut Call<'_>, end: End) -> End {
        let (End::Upstream(code) | End::Cut(code) | End::Refused(code)) = end else { return end };
        let last = move |replied: &mut Replied, _: &mut Scratch, out: &mut Vec<u8>| {
            replied.break_off(code, out);
            Flow::Open
        };
        self.end(call, end, last).await
    }

    /// How a stream ended whose client went away: many a client leaves at the event that says it is complete.
    fn left(&self) -> End {
        match &self.replied {
            Some(replied) if replied.is_complete() => End::Complete,
            _ => End::ClientGone,
        }
    }
}
