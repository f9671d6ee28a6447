//! What the outcome record of an exchange will say, kept while it is under way.
//!
//! INVARIANT: each decision record of an exchange has a number of its own; each attempt that was sent has one outcome
//! record with that number, and each exchange at least one, whatever happens: an [`Open`] that is dropped without
//! having ended, because the gateway stops or by a defect, writes it then.

use std::net::SocketAddr;
use std::sync::{MutexGuard, PoisonError};

use exchange::{AnswerSummary, Closed, Code, End, Refusal, guarded};
use incident::Timings;

use super::{Open, refuse};
use crate::call::Call;
use crate::clock::{self, Stopwatch};
use crate::meters::Ending;

/// The facts of the latest attempt, and the times of the exchange.
#[derive(Debug, Default)]
pub(super) struct Account {
    /// Decisions on record so far, which is the number of the latest.
    decisions: u32,
    /// How the latest attempt failed, if it was sent, failed, and its outcome is not written yet.
    failed: Option<End>,
    /// Whether the last outcome of the exchange is written.
    closed: bool,
    /// The status that the client was told; 0: none yet.
    pub(super) told: u16,
    /// The provider's status; 0: none yet.
    pub(super) status: u16,
    /// The address that answered, or was tried.
    pub(super) address: Option<SocketAddr>,
    /// Bytes of body sent to the provider.
    pub(super) sent: u64,
    /// Bytes of answer handed to the client.
    pub(super) delivered: u64,
    /// Microseconds; `total` is filled in at the end.
    pub(super) times: Timings,
}

impl Open<'_> {
    pub(super) fn account(&self) -> MutexGuard<'_, Account> {
        self.account.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds the time since `started` to one of the times of the exchange.
    pub(super) fn spent(&self, started: Stopwatch, on: impl FnOnce(&mut Timings) -> &mut u64) {
        let mut account = self.account();
        let time = on(&mut account.times);
        *time = time.saturating_add(started.micros());
    }

    /// Numbers the next decision record. An attempt before it that failed without the client hearing of it gets its
    /// outcome now.
    pub(super) fn next_decision(&self) -> u32 {
        let failed = self.account().failed.take();
        if let Some(end) = failed {
            self.write(end, AnswerSummary::default());
        }
        let mut account = self.account();
        let (decisions, times) = (account.decisions.saturating_add(1), account.times);
        *account =
            Account { decisions, times: Timings { first_byte: 0, ..times }, ..Account::default() };
        decisions
    }

    /// The latest attempt was sent and failed; whether the client hears of it depends on what else can be tried.
    pub(super) fn attempt_failed(&self, end: End, sent: u64) {
        let mut account = self.account();
        account.failed = Some(end);
        account.sent = sent;
    }

    /// Tells the client a refusal and closes the exchange.
    pub(super) async fn end(&self, call: &mut Call<'_>, refusal: &Refusal) -> Ending {
        let told = refuse::answer(call, refusal, &self.case).await;
        self.account().told = told;
        self.close(End::Refused(refusal.code), AnswerSummary::default());
        Ending::Refused(refusal.code)
    }

    /// Writes the last outcome of the exchange, once. An attempt that had failed has ended in its own way.
    pub(super) fn close(&self, end: End, answer: AnswerSummary) {
        let end = {
            let mut account = self.account();
            if std::mem::replace(&mut account.closed, true) {
                return;
            }
            account.failed.take().unwrap_or(end)
        };
        self.write(end, answer);
    }

    /// That it could not be written changes nothing for the client any more; it is counted.
    fn write(&self, end: End, answer: AnswerSummary) {
        self.gateway.meters.answered(&answer);
        let written = guarded(|| {
            let account = self.account();
            let closed = Closed {
                case: &self.case,
                attempt: account.decisions,
                end,
                time: clock::unix_nanos(),
                told: account.told,
                upstream_status: account.status,
                address: account.address,
                sent: account.sent,
                delivered: account.delivered,
                answer,
                timings: Timings { total: self.watch.micros(), ..account.times },
            };
            let entry = closed.entry();
            self.gateway.ledger.close(entry).map_err(|_| Refusal::new(Code::Unrecorded))
        });
        if written.is_err() {
            self.gateway.meters.outcome_lost();
        }
    }
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        let (sent, closed) = {
            let account = self.account();
            (account.sent > 0 || account.status > 0, account.closed)
        };
        if closed {
            return;
        }
        let end = match (std::thread::panicking(), sent) {
            (false, _) => End::Stopped,
            (true, false) => End::Refused(Code::JudgementFailed),
            (true, true) => End::Cut(Code::JudgementFailed),
        };
        self.close(end, AnswerSummary::default());
    }
}
