//! Refusals: recorded, then answered in the client's own dialect.

use bytes::Bytes;
use dialect::refusal;
use exchange::{AnswerSummary, Case, Code, End, Refusal, guarded, refused};
use http::{HeaderMap, HeaderValue, header};

use super::Open;
use crate::body::BodyProblem;
use crate::call::Call;
use crate::clock::Stopwatch;
use crate::meters::Ending;

/// Seconds after which a client may try again when the gateway is busy or cannot record or count.
const RETRY_AFTER: u32 = 1;

impl Open<'_> {
    /// Refuses a request whose body did not arrive in a form that can be judged.
    pub(super) async fn refuse_body(&self, call: &mut Call<'_>, problem: &BodyProblem) -> Ending {
        let code = match problem {
            BodyProblem::Gone => {
                self.close(End::ClientGone, AnswerSummary::default());
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
        let recorded = match guarded(|| Ok(self.case.refused(0, &refusal))) {
            Ok(entry) => self.append(entry).await,
            Err(failed) => Err(failed),
        };
        self.end(call, &recorded.err().unwrap_or(refusal)).await
    }

    /// Adds a decision record to the ledger.
    ///
    /// # Errors
    /// `unrecorded` if the ledger did not take it.
    pub(super) async fn append(&self, entry: Vec<u8>) -> Result<(), Refusal> {
        let started = Stopwatch::start();
        let appended = self.gateway.ledger.append(entry, self.durability).await;
        self.spent(started, |times| &mut times.record);
        appended.map_err(|_| Refusal::new(Code::Unrecorded))
    }
}

/// Answers with a refusal, if nothing was answered yet. Returns the status that the client was told, 0 if none.
pub(super) async fn answer(call: &mut Call<'_>, refusal: &Refusal, case: &Case) -> u16 {
    if call.responded() {
        call.abort().await;
        return 0;
    }
    // The case's path is without the route's prefix.
    let (dialect, _) = dialect::recognise(&case.method, &case.path);
    let body = refusal::body(dialect, &refused(refusal, &case.id));
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(refusal::content_type(dialect)));
    if matches!(refusal.code, Code::Busy | Code::Unrecorded | Code::Uncounted) {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(RETRY_AFTER));
    }
    if let Ok(id) = HeaderValue::from_str(&case.id)
        && !case.id.is_empty()
    {
        headers.insert("seawall-exchange", id);
    }
    let status = refusal.code.status();
    // A client that went away meanwhile needs no answer.
    call.respond(status, headers, Bytes::from(body)).await.map_or(0, |()| status)
}
