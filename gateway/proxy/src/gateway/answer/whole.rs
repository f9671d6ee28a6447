//! Hands on an answer that cannot be judged piece by piece: read within its bound and the memory budget, judged, written.

use bytes::{Bytes, BytesMut};
use exchange::{Code, End};
use http::HeaderMap;

use super::headers::is_encoded;
use super::{Pump, broken, in_time, too_slow};
use crate::call::{Call, Gone};
use crate::gateway::OFF_THREAD;
use crate::{Hold, Reply, body};

impl Pump<'_, '_> {
    /// Hands an answer on once all of it is judged.
    pub(super) async fn whole(
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

    /// The whole answer, decoded, with the share of the memory budget that it occupies.
    pub(super) async fn read_whole(
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
        if !is_encoded(&reply.headers) {
            return Ok((whole, hold));
        }
        body::decode_answer(&reply.headers, whole, &self.open.gateway.limits, hold)
            .await
            .map_err(|_| Code::AnswerUnreadable)
    }
}
