//! Pumps an answer from the provider to the client through the pure step of [`Replied`].
//!
//! Whatever is large is judged off the worker thread or in slices, so that one answer does not hold up other
//! connections; what is kept of an answer is taken from the memory budget; `upstream.total` bounds the whole of it, the
//! writing to a slow client too.

use std::time::Instant;

use bytes::{Bytes, BytesMut};
use exchange::{AnswerSummary, Candidate, Code, End, Flow, Refusal, Replied, Scratch, guarded};
use http::{HeaderMap, HeaderName, HeaderValue, header};
use pingora_timeout::timeout;

use super::{OFF_THREAD, Open, refuse, scratch};
use crate::call::{Call, Gone};
use crate::{Hold, Reply, SendError, body, clock};

/// Most bytes of a stream that are judged before others have their turn.
const SLICE: usize = 64 << 10;

/// An answer under way.
struct Pump<'o, 'g> {
    open: &'o Open<'g>,
    /// Absent only while a step of it runs on another thread.
    replied: Option<Box<Replied>>,
    /// When `upstream.total` is over.
    until: Instant,
}

impl Open<'_> {
    /// Hands the answer to the client. A client that goes away stops the upstream, because the reply is dropped.
    pub(super) async fn pump(
        &self,
        call: &mut Call<'_>,
        reply: Reply,
        from: &Candidate,
        replied: Replied,
        until: Instant,
    ) -> (End, AnswerSummary) {
        let mut pump = Pump { open: self, replied: Some(Box::new(replied)), until };
        let end = pump.run(call, reply, from).await;
        let answer = guarded(|| Ok(pump.replied.map(|replied| replied.summary())));
        (end, answer.ok().flatten().unwrap_or_default())
    }

    /// The headers of an answer that go to the client, with our own.
    fn returning(&self, received: &HeaderMap, from: &Candidate) -> HeaderMap {
        let lines =
            received.iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
        let kept =
            guarded(|| Ok(scratch::with(|scratch| self.case.returning(from, lines, scratch))));
        let kept =
            kept.unwrap_or_default().into_iter().chain([("seawall-exchange", &*self.case.id)]);
        kept.filter_map(|(name, value)| {
            Some((HeaderName::try_from(name).ok()?, HeaderValue::from_str(value).ok()?))
        })
        .collect()
    }
}

impl Pump<'_, '_> {
    async fn run(&mut self, call: &mut Call<'_>, reply: Reply, from: &Candidate) -> End {
        if (300..400).contains(&reply.status) {
            return self.broken(call, Code::Redirected).await;
        }
        let Some(kind) = content_type(&reply.headers) else {
            return self.broken(call, Code::AnswerUnreadable).await;
        };
        let reads = is_event_stream(&kind) || kind.contains("json");
        if reads && !dialect::is_utf8_type(&kind) {
            return self.broken(call, Code::AnswerUnreadable).await;
        }
        let headers = self.open.returning(&reply.headers, from);
        if is_event_stream(&kind) && reply.status < 400 {
            self.stream(call, reply, headers).await
        } else {
            self.whole(call, reply, kind, headers).await
        }
    }

    async fn whole(
        &mut self,
        call: &mut Call<'_>,
        mut reply: Reply,
        kind: String,
        headers: HeaderMap,
    ) -> End {
        let status = reply.status;
        // The hold covers the answer until the client has it.
        let (body, _hold) = match self.read_whole(call, &mut reply).await {
            Ok(Ok(read)) => read,
            Ok(Err(code)) => return self.broken(call, code).await,
            Err(Gone) => return End::ClientGone,
        };
        let large = body.len() > OFF_THREAD;
        let judged = self
            .judge(large, move |replied, scratch| replied.whole(Some(&kind), body, scratch))
            .await
            .and_then(|judged| judged);
        let body = match judged {
            Ok(body) => body,
            Err(refusal) => return self.refused(call, &refusal).await,
        };
        let length = body.len() as u64;
        match in_time(self.until, call.respond(status, headers, body)).await {
            Some(Ok(())) => {
                let mut account = self.open.account();
                (account.told, account.delivered) = (status, length);
                End::Complete
            }
            Some(Err(Gone)) => End::ClientGone,
            None => too_slow(call).await,
        }
    }

    async fn stream(&mut self, call: &mut Call<'_>, mut reply: Reply, headers: HeaderMap) -> End {
        // An encoded stream cannot be read as it comes; asked for plain, few providers send one.
        let mut decoded = None;
        if encoded(&reply.headers) {
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
        let Some(mut hold) = self.open.gateway.budget.hold(0) else {
            return self.broken(call, Code::Busy).await;
        };
        match in_time(self.until, call.start_stream(reply.status, headers)).await {
            Some(Ok(())) => self.open.account().told = reply.status,
            Some(Err(Gone)) => return End::ClientGone,
            None => return too_slow(call).await,
        }
        let mut rest = Bytes::new();
        loop {
            // What is always ready never waits, so no deadline would see it.
            if clock::now() >= self.until {
                return self.break_off(call, End::Upstream(Code::UpstreamTimeout)).await;
            }
            if rest.is_empty() {
                let read = tokio::select! {
                    read = next(&mut decoded, &mut reply) => read,
                    () = call.client_gone() => return self.left(),
                };
                match read {
                    Ok(Some(chunk)) => rest = chunk,
                    Ok(None) => {
                        let last =
                            |replied: &mut Replied, scratch: &mut Scratch, out: &mut Vec<u8>| {
                                replied.finish(scratch, out)
                            };
                        return self.end(call, End::Complete, last).await;
                    }
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

    /// Runs a step of the answer here, or elsewhere when it is large.
    async fn judge<T: Send + 'static>(
        &mut self,
        large: bool,
        step: impl FnOnce(&mut Replied, &mut Scratch) -> T + Send + 'static,
    ) -> Result<T, Refusal> {
        let mut replied = self.replied.take().ok_or_else(|| Refusal::new(Code::JudgementFailed))?;
        let (replied, told) = scratch::off_thread(large, move |scratch| {
            let told = step(replied.as_mut(), scratch);
            (replied, told)
        })
        .await?;
        self.replied = Some(replied);
        Ok(told)
    }

    /// How a stream ended whose client went away: many a client leaves at the event that says it is complete.
    fn left(&self) -> End {
        match &self.replied {
            Some(replied) if replied.is_complete() => End::Complete,
            _ => End::ClientGone,
        }
    }

    /// Bytes that are kept of the answer.
    fn held(&self) -> usize {
        self.replied.as_ref().map_or(0, |replied| replied.held())
    }

    /// The whole answer, decoded, with the share of the memory budget that it occupies.
    async fn read_whole(
        &self,
        call: &mut Call<'_>,
        reply: &mut Reply,
    ) -> Result<Result<(Bytes, Hold), Code>, Gone> {
        tokio::select! {
            read = self.read(reply) => Ok(read),
            () = call.client_gone() => Err(Gone),
        }
    }

    async fn read(&self, reply: &mut Reply) -> Result<(Bytes, Hold), Code> {
        let limit = self.open.case.book.bounds.answer;
        let mut hold = self.open.gateway.budget.hold(0).ok_or(Code::Busy)?;
        let mut first: Option<Bytes> = None;
        let mut rest = BytesMut::new();
        while let Some(chunk) = reply.next().await.map_err(|error| broken(&error))? {
            let length = first.as_ref().map_or(0, Bytes::len) + rest.len() + chunk.len();
            if length > limit {
                return Err(Code::AnswerUnreadable);
            }
            if !hold.grow(chunk.len()) {
                return Err(Code::Busy);
            }
            match &first {
                None => first = Some(chunk),
                Some(_) => rest.extend_from_slice(&chunk),
            }
        }
        let first = first.unwrap_or_default();
        let whole = if rest.is_empty() { first } else { [&first[..], &rest[..]].concat().into() };
        if !encoded(&reply.headers) {
            return Ok((whole, hold));
        }
        body::decode_answer(&reply.headers, whole, &self.open.gateway.limits, hold)
            .await
            .map_err(|_| Code::AnswerUnreadable)
    }

    /// The provider's answer cannot be handed on.
    async fn broken(&self, call: &mut Call<'_>, code: Code) -> End {
        let told = refuse::answer(call, &Refusal::new(code), &self.open.case).await;
        self.open.account().told = told;
        End::Upstream(code)
    }

    /// The policy does not let the answer in.
    async fn refused(&self, call: &mut Call<'_>, refusal: &Refusal) -> End {
        let told = refuse::answer(call, refusal, &self.open.case).await;
        self.open.account().told = told;
        End::Cut(refusal.code)
    }
}

/// What comes of a future before `until`; `None` if it takes longer.
async fn in_time<T>(until: Instant, work: impl Future<Output = T>) -> Option<T> {
    timeout(until.saturating_duration_since(clock::now()), work).await.ok()
}

async fn too_slow(call: &mut Call<'_>) -> End {
    call.abort().await;
    End::Cut(Code::ClientTimeout)
}

/// The next piece of a stream: of what was decoded, if it had to be, else as it comes.
async fn next(
    decoded: &mut Option<(Bytes, Hold)>,
    reply: &mut Reply,
) -> Result<Option<Bytes>, SendError> {
    match decoded {
        None => reply.next().await,
        Some((whole, _)) => Ok(Some(std::mem::take(whole)).filter(|whole| !whole.is_empty())),
    }
}

/// The content type in lower case, empty if there is none. `None`: there are several, so no single reading.
fn content_type(headers: &HeaderMap) -> Option<String> {
    let mut lines = headers.get_all(header::CONTENT_TYPE).into_iter();
    let first = lines.next().map_or(Ok(""), HeaderValue::to_str).ok()?;
    lines.next().is_none().then(|| first.to_ascii_lowercase())
}

/// RFC 9110 §8.3.1: the type itself, without its parameters.
fn is_event_stream(kind: &str) -> bool {
    kind.split(';').next().is_some_and(|essence| essence.trim() == "text/event-stream")
}

/// Whether any line names an encoding that changes the bytes.
fn encoded(headers: &HeaderMap) -> bool {
    headers.get_all(header::CONTENT_ENCODING).into_iter().any(|line| {
        let plain = |name: &[u8]| {
            let name = name.trim_ascii();
            name.is_empty() || name.eq_ignore_ascii_case(b"identity")
        };
        !line.as_bytes().split(|byte| *byte == b',').all(plain)
    })
}

fn broken(error: &SendError) -> Code {
    match super::attempts::code_of(error) {
        Code::UpstreamTimeout => Code::UpstreamTimeout,
        _ => Code::AnswerUnreadable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(name: &'static str, values: &[&'static str]) -> HeaderMap {
        let name = HeaderName::from_static(name);
        values.iter().map(|v| (name.clone(), HeaderValue::from_static(v))).collect()
    }

    fn check_encoded(values: &[&'static str], expect: bool) {
        assert_eq!(encoded(&lines("content-encoding", values)), expect, "{values:?}");
    }

    #[test]
    fn every_line_of_the_encoding_counts() {
        check_encoded(&[], false);
        check_encoded(&["identity"], false);
        check_encoded(&["identity, Identity"], false);
        check_encoded(&["gzip"], true);
        check_encoded(&["identity", "gzip"], true);
        check_encoded(&["identity, br"], true);
    }

    fn check_kind(values: &[&'static str], expect: Option<bool>) {
        let kind = content_type(&lines("content-type", values));
        assert_eq!(kind.map(|kind| is_event_stream(&kind)), expect, "{values:?}");
    }

    #[test]
    fn a_type_is_read_whatever_its_case_and_once() {
        check_kind(&[], Some(false));
        check_kind(&["Text/Event-Stream"], Some(true));
        check_kind(&["text/event-stream ; charset=utf-8"], Some(true));
        check_kind(&["text/event-streams"], Some(false));
        check_kind(&["application/json", "text/event-stream"], None);
    }
}
