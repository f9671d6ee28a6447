//! Refusals: recorded, then answered in the client's own dialect.

use bytes::Bytes;
use dialect::refusal;
use exchange::{AnswerSummary, Closed, Code, End, Refusal, refused};
use http::{HeaderMap, HeaderValue, header};
use incident::Timings;
use policy::Decision;

use super::Open;
use crate::body::BodyProblem;
use crate::call::Call;
use crate::meters::Ending;

/// Seconds after which a client may try again when the gateway is busy or cannot record.
const RETRY_AFTER: u32 = 1;

/// No destination is known, so there is nothing to judge and nothing to record.
pub(super) async fn without_route(call: &mut Call<'_>) -> Ending {
    let refusal = Refusal::new(Code::NoRoute);
    answer(call, &refusal, "").await;
    Ending::Refused(refusal.code)
}

impl Open<'_> {
    /// Refuses a request whose body did not arrive in a form that can be judged.
    pub(super) async fn refuse_body(&self, call: &mut Call<'_>, problem: &BodyProblem) -> Ending {
        let code = match problem {
            BodyProblem::Gone => {
                self.closed(0, End::ClientGone);
                return Ending::ClientGone;
            }
            BodyProblem::TooLarge { .. }
            | BodyProblem::DecodedTooLarge { .. }
            | BodyProblem::RatioTooHigh => Code::TooLarge,
            BodyProblem::TooSlow => Code::ClientTimeout,
            BodyProblem::UnknownEncoding => Code::UnsupportedEncoding,
            BodyProblem::Busy => Code::Busy,
            BodyProblem::Malformed => Code::Unreadable("malformed-body"),
            BodyProblem::Corrupt => Code::Unreadable("corrupt-encoding"),
        };
        call.close_after();
        self.refuse(call, Refusal::new(code)).await
    }

    /// Records a refusal that came before any decision of the policy, and answers it.
    pub(super) async fn refuse(&self, call: &mut Call<'_>, refusal: Refusal) -> Ending {
        let entry = self.case.refused(&refusal);
        self.answer_recorded(call, 0, refusal, entry).await
    }

    /// Records a decision by which nothing is sent, and answers it.
    pub(super) async fn refuse_by(
        &self,
        call: &mut Call<'_>,
        attempt: u32,
        entry: Vec<u8>,
        refusal: Refusal,
        decision: &Decision,
    ) -> Ending {
        self.gateway.meters.decided(decision.action);
        self.answer_recorded(call, attempt, refusal, entry).await
    }

    async fn answer_recorded(
        &self,
        call: &mut Call<'_>,
        attempt: u32,
        refusal: Refusal,
        entry: Vec<u8>,
    ) -> Ending {
        let refusal = match self.gateway.ledger.append(entry, self.durability).await {
            Ok(_) => refusal,
            Err(_) => Refusal::new(Code::Unrecorded),
        };
        answer(call, &refusal, &self.case.id).await;
        self.closed(attempt, End::Refused(refusal.code));
        Ending::Refused(refusal.code)
    }

    /// The outcome record of an exchange in which no answer of a provider was had.
    pub(super) fn closed(&self, attempt: u32, end: End) {
        let closed = Closed {
            case: &self.case,
            attempt,
            end,
            upstream_status: 0,
            address: None,
            sent: 0,
            delivered: 0,
            answer: AnswerSummary::default(),
            timings: Timings { total: self.watch.micros(), ..Timings::default() },
        };
        if self.gateway.ledger.close(closed.entry()).is_err() {
            self.gateway.meters.outcome_lost();
        }
    }
}

/// Answers with a refusal, if nothing was answered yet.
pub(super) async fn answer(call: &mut Call<'_>, refusal: &Refusal, record: &str) {
    if call.responded() {
        call.abort().await;
        return;
    }
    let (dialect, _) = dialect::recognise(call.method(), call.path());
    let body = refusal::body(dialect, &refused(refusal, record));
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(refusal::content_type(dialect)));
    if matches!(refusal.code, Code::Busy | Code::Unrecorded) {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(RETRY_AFTER));
    }
    if let Ok(id) = HeaderValue::from_str(record)
        && !record.is_empty()
    {
        headers.insert("seawall-exchange", id);
    }
    // A client that went away meanwhile needs no answer.
    let _ = call.respond(refusal.code.status(), headers, Bytes::from(body)).await;
}
