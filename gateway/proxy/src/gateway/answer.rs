//! Pumps an answer from the provider to the client through the pure step of [`Replied`].

use bytes::{Bytes, BytesMut};
use exchange::{Code, End, Flow, Replied};
use http::{HeaderMap, HeaderValue, header};

use super::{Open, refuse, scratch};
use crate::call::{Call, Gone};
use crate::meters::Ending;
use crate::{Hold, Reply, SendError, body};

/// How an answer ended, with what is needed for its record.
pub(super) struct Answered {
    pub(super) end: End,
    pub(super) bytes: u64,
    pub(super) replied: Replied,
}

impl Answered {
    pub(super) fn ending(&self) -> Ending {
        match self.end {
            End::Complete => Ending::Answered,
            End::ClientGone => Ending::ClientGone,
            End::Upstream(code) | End::Cut(code) | End::Refused(code) => Ending::Refused(code),
        }
    }
}

impl Open<'_> {
    /// Hands the answer to the client. A client that goes away stops the upstream, because the reply is dropped.
    pub(super) async fn pump(
        &self,
        call: &mut Call<'_>,
        reply: Reply,
        mut replied: Replied,
    ) -> Answered {
        let mut bytes = 0;
        let kind = reply
            .headers
            .get(header::CONTENT_TYPE)
            .and_then(|v| v.to_str().ok())
            .unwrap_or("")
            .to_owned();
        let end = if kind.starts_with("text/event-stream") && reply.status < 400 {
            self.stream(call, reply, &mut replied, &mut bytes).await
        } else {
            self.whole(call, reply, &kind, &mut replied, &mut bytes).await
        };
        Answered { end, bytes, replied }
    }

    async fn whole(
        &self,
        call: &mut Call<'_>,
        mut reply: Reply,
        kind: &str,
        replied: &mut Replied,
        bytes: &mut u64,
    ) -> End {
        let status = reply.status;
        let read = tokio::select! {
            read = self.read_whole(&mut reply) => read,
            () = call.client_gone() => return End::ClientGone,
        };
        // The hold covers the answer until the client has it.
        let (body, _hold) = match read {
            Ok(read) => read,
            Err(code) => return self.refuse_answer(call, code).await,
        };
        match scratch::with(|scratch| replied.whole(Some(kind), body, scratch)) {
            Ok(body) => {
                *bytes = body.len() as u64;
                let headers = self.headers(reply.headers, kind);
                end_of(call.respond(status, headers, body).await)
            }
            Err(refusal) => {
                refuse::answer(call, &refusal, &self.case.id).await;
                End::Cut(refusal.code)
            }
        }
    }

    /// The whole answer, decoded, with the share of the memory budget that it occupies.
    async fn read_whole(&self, reply: &mut Reply) -> Result<(Bytes, Hold), Code> {
        let limit = self.case.book.bounds.answer;
        let mut hold = self.gateway.budget.hold(0).ok_or(Code::Busy)?;
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
        body::decode_answer(&reply.headers, whole, &self.gateway.limits, hold)
            .await
            .map_err(|_| Code::AnswerUnreadable)
    }

    async fn stream(
        &self,
        call: &mut Call<'_>,
        mut reply: Reply,
        replied: &mut Replied,
        bytes: &mut u64,
    ) -> End {
        // An encoded stream cannot be read as it comes; asked for plain, few providers send one.
        let mut decoded = None;
        if encoded(&reply.headers) {
            match self.read_whole(&mut reply).await {
                Ok(whole) => decoded = Some(whole),
                Err(code) => return self.refuse_answer(call, code).await,
            }
        }
        // What is held back of the answer counts as memory of ours.
        let Some(mut hold) = self.gateway.budget.hold(0) else {
            return self.refuse_answer(call, Code::Busy).await;
        };
        if let Err(refusal) = replied.start() {
            refuse::answer(call, &refusal, &self.case.id).await;
            return End::Cut(refusal.code);
        }
        let headers = self.headers(std::mem::take(&mut reply.headers), "text/event-stream");
        if call.start_stream(reply.status, headers).await.is_err() {
            return End::ClientGone;
        }
        loop {
            let read = tokio::select! {
                read = next(&mut decoded, &mut reply) => read,
                () = call.client_gone() => return End::ClientGone,
            };
            let mut out = Vec::new();
            let end = match read {
                Ok(Some(chunk)) => {
                    match scratch::with(|scratch| replied.step(&chunk, scratch, &mut out)) {
                        Flow::Open if hold.resize(replied.held()) => None,
                        Flow::Open => {
                            replied.break_off(Code::Busy, &mut out);
                            Some(End::Cut(Code::Busy))
                        }
                        Flow::Cut(code) => Some(End::Cut(code)),
                    }
                }
                Ok(None) => match scratch::with(|scratch| replied.finish(scratch, &mut out)) {
                    Flow::Open => Some(End::Complete),
                    Flow::Cut(code) => Some(End::Cut(code)),
                },
                Err(error) => {
                    replied.break_off(broken(&error), &mut out);
                    Some(End::Upstream(broken(&error)))
                }
            };
            *bytes += out.len() as u64;
            if !out.is_empty() && call.write(Bytes::from(out)).await.is_err() {
                return End::ClientGone;
            }
            match end {
                None => {}
                Some(End::Complete) => return end_of(call.finish().await),
                Some(end) => {
                    // The client's reader sees the error event and then a proper end.
                    let _ = call.finish().await;
                    return end;
                }
            }
        }
    }

    async fn refuse_answer(&self, call: &mut Call<'_>, code: Code) -> End {
        refuse::answer(call, &exchange::Refusal::new(code), &self.case.id).await;
        End::Upstream(code)
    }

    /// The provider's headers, without those that describe bytes which may have changed, and with our own.
    fn headers(&self, mut headers: HeaderMap, kind: &str) -> HeaderMap {
        for name in
            [header::CONTENT_LENGTH, header::CONTENT_ENCODING, header::ETAG, header::SET_COOKIE]
        {
            headers.remove(name);
        }
        headers.remove("content-md5");
        headers.remove("digest");
        if let (true, Ok(kind)) =
            (!headers.contains_key(header::CONTENT_TYPE), HeaderValue::from_str(kind))
        {
            headers.insert(header::CONTENT_TYPE, kind);
        }
        if let Ok(id) = HeaderValue::from_str(&self.case.id) {
            headers.insert("seawall-exchange", id);
        }
        headers
    }
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

fn encoded(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_ENCODING)
        .is_some_and(|value| !value.as_bytes().eq_ignore_ascii_case(b"identity"))
}

fn end_of(written: Result<(), Gone>) -> End {
    if written.is_ok() { End::Complete } else { End::ClientGone }
}

fn broken(error: &SendError) -> Code {
    match super::attempts::code_of(error) {
        Code::UpstreamTimeout => Code::UpstreamTimeout,
        _ => Code::AnswerUnreadable,
    }
}
