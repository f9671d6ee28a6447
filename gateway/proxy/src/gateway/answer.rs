//! Pumps an answer from the provider to the client through the pure step of [`Replied`].
//!
//! Whatever is large is judged off the worker thread or in slices, so that one answer does not hold up other
//! connections; what is kept of an answer is taken from the memory budget; `upstream.total` bounds the whole of it, the
//! writing to a slow client too.

mod headers;
mod stream;
mod whole;

use std::time::Instant;

use exchange::{AnswerSummary, Candidate, Code, End, Refusal, Replied, Scratch, guarded};
use http::{HeaderMap, HeaderName, HeaderValue};
use pingora_timeout::timeout;

use super::{Open, refuse, scratch};
use crate::call::Call;
use crate::{Reply, SendError, clock};
use headers::{content_type, is_event_stream};

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
        if let Some(said) = replied.contradicted() {
            self.open.gateway.contradicted.note(replied.destination(), said);
        }
        self.replied = Some(replied);
        Ok(told)
    }

    /// Bytes that are kept of the answer.
    fn held(&self) -> usize {
        self.replied.as_ref().map_or(0, |replied| replied.held())
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

fn broken(error: &SendError) -> Code {
    match super::attempts::code_of(error) {
        Code::UpstreamTimeout => Code::UpstreamTimeout,
        _ => Code::AnswerUnreadable,
    }
}
